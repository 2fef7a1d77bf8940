"""Secrets told in passing, the way people tell them, and the sentences beside them that hold none."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rules.detectors.checksums import BASE58
from rules.redact import redact

_HEX = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
TOLD = [
    ("i tried Hunter2024! and Hunter2025! as passwords", "i tried [PASSWORD] and [PASSWORD] as passwords"),
    ("my password is Abc!2345 or Abc!2346", "my password is [PASSWORD] or [PASSWORD]"),
    ("I changed my password from OldDog_12 to NewDog_34", "I changed my password from [PASSWORD] to [PASSWORD]"),
    ("Password (case sensitive): qWe-rTy-123", "Password (case sensitive): [PASSWORD]"),
    ("temp password they gave me: Xk29fLmQ", "temp password they gave me: [PASSWORD]"),
    ("the password should be Bluebird#44", "the password should be [PASSWORD]"),
    ("my password used to be Arsenal04", "my password used to be [PASSWORD]"),
    ("it wont take my password, its Sommer2023 all one word", "it wont take my password, its [PASSWORD] all one word"),
    ("mein Passwort ist Hallo1234", "mein Passwort ist [PASSWORD]"),
    ("my password is letmein!", "my password is [PASSWORD]"),
    ("PIN碼 2580", "PIN碼 [PASSWORD]"),
    ("I entered 339201 from google authenticator", "I entered [OTP] from google authenticator"),
    ("got 662019 as verification code", "got [OTP] as verification code"),
    ("the verification number they texted is 883120", "the verification number they texted is [OTP]"),
    ("收到的验证码 20 93 11", "收到的验证码 [OTP]"),
    ("recovery code X7K2-99QD-AA3M", "recovery code [OTP]"),
    ("backup codes: 8f3k-29dm and 77ak-q0x2", "backup codes: [OTP] and [OTP]"),
    ("recovery codes 12345678 23456789 34567890, which?", "recovery codes [OTP] [OTP] [OTP], which?"),
    ("backup codes:\n1. 1234 5678\n2. 2345 6789", "backup codes:\n1. [OTP]\n2. [OTP]"),
    ("code on the back 338", "code on the back [CVV]"),
    ("the 3 numbers on the back are 557", "the 3 numbers on the back are [CVV]"),
    ("接口key是965d2c8e6da18109d98afc1de3279cb8，报错", "接口key是[API_KEY]，报错"),
    ("秘钥：965d2c8e6da18109d98afc1de3279cb8", "秘钥：[API_KEY]"),
    ("authenticator setup key ytvv s2z3 3isp wvaf", "authenticator setup key [API_KEY]"),
    (f'new ethers.Wallet("0x{_HEX}", provider)', 'new ethers.Wallet("[PRIVATE_KEY]", provider)'),
    (f"privateKeyToAccount('0x{_HEX}')", "privateKeyToAccount('[PRIVATE_KEY]')"),
]
HARMLESS = [
    "my password was hacked!!",
    "my password is gone!",
    "my password is blocked!!! help",
    "I use KeePass2 for passwords",
    "I moved my password from 1Password to Bitwarden",
    "I changed my password from work on 12.03.2024",
    "password error on page: E50013X",
    "Password requirements: minimum8, at least one digit",
    "password manager: Bitwarden2024 version",
    "my password should be 8 characters",
    "my password, it's not working since v5.12.3",
    "pin should be 4 digits",
    "the code must be 6 digits",
    "the code, it's been 45 minutes",
    "I have 10 backup codes left, generated 2023-05-06",
    "I paid 4500 as agreed in the code",
    "Since 2021 from google authenticator",
    "product code on the back 338",
    "authenticator setup key does this work when used with that many more apps",
]


@pytest.mark.parametrize(("text", "masked"), TOLD)
def test_a_secret_told_in_passing_is_masked(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_only_said_of_a_secret_stays(text: str) -> None:
    assert redact(text, visibility="private").text == text


def _base58(value: bytes) -> str:
    number, out = int.from_bytes(value, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return out


def test_a_solana_key_proves_itself_and_a_signature_of_its_length_is_none() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    pair = _base58(b"\x07" * 32 + key.public_key().public_bytes_raw())
    signature = _base58(key.sign(b"a transfer"))

    assert redact(f"exported from phantom: {pair}").text == "exported from phantom: [PRIVATE_KEY]"
    assert redact(f"ed25519:{pair}").text == "ed25519:[PRIVATE_KEY]"
    assert redact(f"exported from phantom: {signature}").text == f"exported from phantom: {signature}"


def test_a_title_in_capitals_is_no_name() -> None:
    assert redact("I am Very Disappointed", visibility="public").text == "I am Very Disappointed"
    assert redact("I'm Happy With The Service", visibility="public").text == "I'm Happy With The Service"
