"""Secrets that a guess, a comma or a table tells, papers of other countries; and what looks like either."""

import pytest

from rules.redact import redact

_HEX = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
TOLD = [
    ("the password? i think Gadget#42", "the password? i think [PASSWORD]"),
    ("the passcode? 550817. no luck", "the passcode? [PASSWORD]. no luck"),
    ("it wants the password, I put Lantern88, it says no", "it wants the password, I put [PASSWORD], it says no"),
    ("my pin, 6120, was taken", "my pin, [PASSWORD], was taken"),
    ("pin 6120 and then I made it 612000", "pin [PASSWORD] and then I made it [PASSWORD]"),
    ('my passphrase is "nine red boats 9"', 'my passphrase is "[PASSWORD]"'),
    ("Granite_11!, Granite_12! none of these passwords work", "[PASSWORD], [PASSWORD] none of these passwords work"),
    ("my security question answer is Pebble77", "my security question answer is [PASSWORD]"),
    ("my password has a # in it: somehow bo#at77 fails", "my password has a # in it: somehow [PASSWORD] fails"),
    ("| Password | Cobalt!77 |", "| Password | [PASSWORD] |"),
    ("<td>Password</td><td>Cobalt!77</td>", "<td>Password</td><td>[PASSWORD]</td>"),
    ("密码👉Cobalt77", "密码👉[PASSWORD]"),
    ("密碼設咗cobalt77就開唔到", "密碼設咗[PASSWORD]就開唔到"),
    ("信用卡背面408，卡号4111111111111111", "信用卡背面[CVV]，卡号[CARD]"),
    ("他要我的密码，我就告诉他了cobalt77", "他要我的密码，我就告诉他了[PASSWORD]"),
    ("我拿cobalt77当登录密码", "我拿[PASSWORD]当登录密码"),
    ("密碼係「cobalt77」定係「cobalt78」", "密碼係「[PASSWORD]」定係「[PASSWORD]」"),
    ("密码忘了，可能是774411", "密码忘了，可能是[PASSWORD]"),
    ("他要验证码，我报了774411", "他要验证码，我报了[OTP]"),
    ("邮箱收到的6位数是774411", "邮箱收到的6位数是[OTP]"),
    ("the code I got by mail, 77441, was refused", "the code I got by mail, [OTP], was refused"),
    ("MFA reset code: R4K8-2LMN", "MFA reset code: [OTP]"),
    ("backup code list: 1122-3344, 5566-7788 fail", "backup code list: [OTP], [OTP] fail"),
    ("| CVV | 408 |", "| CVV | [CVV] |"),
    ("後三碼 408", "後三碼 [CVV]"),
    ("I typed 4111 1111 1111 1112 as my card number", "I typed [CARD] as my card number"),
    ("卡号 4111, 1111, 1111, 1111", "卡号 [CARD]"),
    ("12 Elm St, Dallas TX. 4111 1111 1111 1111", "12 Elm St, Dallas TX. [CARD]"),
    ("12 Elm St, Katy, TX 4111 1111 1111 1111", "12 Elm St, Katy, TX [CARD]"),
    (f"I exported the account and got {_HEX}", "I exported the account and got [PRIVATE_KEY]"),
    (f"private: 0x{_HEX}", "private: [PRIVATE_KEY]"),
    (
        "creds: key 65d2c8e6da18109d98afc1de3279cb84 secret 0C9E7A5B3D1F48269B4A7E5C3D1F0A92",
        "creds: key [API_KEY] secret [API_KEY]",
    ),
    ("Rk7wZp2XqLm9VtYb4NcJ8sHd (key)", "[API_KEY] (key)"),
    (
        "first half: few hen reform zebra oxygen cabin blouse lunar\nI am afraid",
        "first half: [SEED_PHRASE]\nI am afraid",
    ),
]
PERSONAL = [
    ("CPF 529.982.247-25 recusado", "CPF [NATIONAL_ID] recusado"),
    ("it is 529.982.247-25", "it is [NATIONAL_ID]"),
    ("Emirates ID 784-1979-3382716-4", "Emirates ID [NATIONAL_ID]"),
    ("S1234567D cannot verify", "[NATIONAL_ID] cannot verify"),
    ("NRIC number: S1234567D", "NRIC number: [NATIONAL_ID]"),
    ("900101-1234568", "[NATIONAL_ID]"),
    ("national insurance number QQ 12 34 56 C", "national insurance number [NATIONAL_ID]"),
    ("passport AB1230984 expired, new one CD9912045", "passport [PASSPORT] expired, new one [PASSPORT]"),
    ("回乡证 H01234567", "回乡证 [PASSPORT]"),
    ("Ship to: Marta Lindgren", "Ship to: [PERSON_NAME]"),
    ("Surname: ZHANG", "Surname: [PERSON_NAME]"),
    ("收件人王建国，明天寄", "收件人[PERSON_NAME]，明天寄"),
    ("Goethestraße 5, 53113 Bonn", "[STREET_ADDRESS]"),
    ("15 avenue Victor Hugo, 69003 Lyon", "[STREET_ADDRESS]"),
    ("深圳市科技园路8号A座1503", "[STREET_ADDRESS]"),
]
HARMLESS = [
    "I use Chrome120 and my password is refused",
    "my password, iPhone15, and my phone: all gone",
    'the form says "password must be 12 characters"',
    'my password is "wrong after 3 tries"',
    "C#12 dev here, your password API returns 400",
    "Invoice AB-2291#7, password page was down then",
    "AT&T5G and 50%off, password lost",
    "forgot password? 2026-11-03 was the last login",
    "I lost HK$62 after my password was stolen",
    "12x$50 left, password was old",
    "那个密码，iPhone15上能用",
    "很多人用123456当密码",
    "他说密码错，我等了5分钟",
    "账户密码/支付密码 2025版本",
    "验证码，我等了300秒",
    "邮箱里6位数的订单号是331200",
    "新門號末三碼817",
    f"exported transactions, hash {_HEX}",
    f"exported the csv {_HEX}",
    "primary key 65f0c2a9-b7d1-4400-81a3-c5f8e2b4d6a0",
    "token 0xdAC17F958D2ee523a2206206994597C13D831ec7 is a scam",
    "0xdAC17F958D2ee523a2206206994597C13D831ec7 contract is a scam",
    "part no. S1234567D",
    "ref 529.982.247-25",
    "deliver to Tunbridge Wells",
    "Version 14, 10827 Downloads",
    "助记词我弄湿了，字有点糊，但都认得出来，没人看过",
]


@pytest.mark.parametrize(("text", "masked"), TOLD)
def test_a_secret_told_loosely_is_masked_everywhere(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked


@pytest.mark.parametrize(("text", "masked"), PERSONAL)
def test_papers_names_and_addresses_are_masked_in_public(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_looks_like_one_stays(text: str) -> None:
    assert redact(text, visibility="public").text == text
