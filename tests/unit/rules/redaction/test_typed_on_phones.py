"""What thumbs and dictation make of labels and values: slips, pinyin, blanks, signs in words, left-out apostrophes."""

import pytest

from rules.redact import redact

KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


@pytest.mark.parametrize(("text", "masked"), [
    ("psasword: kitebirds", "psasword: [PASSWORD]"),
    ("authentcator code 4829", "authentcator code [OTP]"),
    ("secruity code 771", "secruity code [CVV]"),
    ("蜜码：kitebirds", "蜜码：[PASSWORD]"),
    ("登录mima是kite_2207，不对", "登录mima是[PASSWORD]，不对"),
    ("yzm 661094", "yzm [OTP]"),
    ("pin = 7 7 2 1", "pin = [PASSWORD]"),
    ("pin是7 7 2 1", "pin是[PASSWORD]"),
    ("the app says 661094 is ur login code", "the app says [OTP] is ur login code"),
    ("numbers on the front 7721", "numbers on the front [CVV]"),
    ("sec code 771", "sec code [CVV]"),
    ("on it is 771, cvv i mean", "on it is [CVV], cvv i mean"),
    (f'it says "{KEY}" below export private key', 'it says "[PRIVATE_KEY]" below export private key'),
])  # fmt: skip
def test_secrets_are_masked_everywhere(text, masked):
    assert redact(text).text == masked
    assert redact(masked).text == masked


@pytest.mark.parametrize(("text", "masked"), [
    ("pasport nr E12345678", "pasport nr [PASSPORT]"),
    ("mobil number 07911 123456", "mobil number [PHONE]"),
    ("市話 02-2345-6789", "市話 [PHONE]"),
    ("write to ann.lee @ example.org pls", "write to [EMAIL] pls"),
    ("its ann dash lee at gmail dot com", "its [EMAIL]"),
    ("异地IP：2001:db8::77", "异地IP：[IP]"),
    ("im Moira Kilbride and i wait", "im [PERSON_NAME] and i wait"),
    ("户名宋雨桐没错", "户名[PERSON_NAME]没错"),
    ("我係宋雨桐，等咗好耐", "我係[PERSON_NAME]，等咗好耐"),
    ("Flat 3A, Block 2, 17 Hill Road, Kowloon", "[STREET_ADDRESS]"),
    ("7/21 Hill St, Bondi NSW 2026", "[STREET_ADDRESS]"),
    ("Blk 17 Bukit Batok Ave 5 #03-221 Singapore 650017", "[STREET_ADDRESS]"),
])  # fmt: skip
def test_so_is_what_names_a_person_where_others_read(text, masked):
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("text", [
    "my paswords never work",
    "the pasport was refused in 2024",
    "meet us @ the office",
    "im Waiting Since Monday",
    "error 403 code 10029",
    "我係新手",
    "std::map::at::77",
    f"tx {KEY} is below the private keys article",
])  # fmt: skip
def test_what_only_looks_alike_stays(text):
    assert redact(text, visibility="public").text == text
