"""Numbers in words, as dictation writes them, are the digits they stand for."""

import pytest

from rules.redact import redact


@pytest.mark.parametrize(("text", "masked"), [
    ("the otp is six six one zero nine four sorry", "the otp is [OTP] sorry"),
    ("verification code: oh five nine two one one", "verification code: [OTP]"),
    ("my pin is nine nine two one", "my pin is [PASSWORD]"),
    ("card number four-one-one-one one-one-one-one one-one-one-one one-one-one-one", "card number [CARD]"),
    ("我的验证码是七七零二一九，不对", "我的验证码是[OTP]，不对"),
    ("驗證碼 七 七 零 二 一 九", "驗證碼 [OTP]"),
    ("pin eight two four one. otp is six six one zero nine four", "pin [PASSWORD]. otp is [OTP]"),
])  # fmt: skip
def test_a_row_of_number_words_is_found_as_its_digits(text, masked):
    assert redact(text).text == masked
    assert redact(masked).text == masked


def test_where_phones_are_masked_spoken_ones_are():
    text = "ring me on four one five seven three two nine nine one two ok"
    assert redact(text, visibility="public").text == "ring me on [PHONE] ok"
    assert redact(text).text == text


@pytest.mark.parametrize("text", [
    "order number six six one zero nine four",
    "two of three codes came",
    "one two three go",
    "the code took twenty five minutes",
    "二零二六年三月买的",
    "验证码等了三四十分钟",
    "一二三四五个都没到账",
])  # fmt: skip
def test_what_is_no_secret_in_digits_is_none_in_words(text):
    assert redact(text, visibility="public").text == text


def test_of_many_rows_each_is_judged_by_itself():
    text = "paid six six one zero. " * 500
    assert redact(f"{text}the otp is six six one zero nine four").text == f"{text}the otp is [OTP]"
