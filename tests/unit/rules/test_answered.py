"""Bare values in answer to an agent who spoke of a secret."""

import pytest

from rules.answered import secrets


@pytest.mark.parametrize(("question", "answer", "kind"), [
    ("Has the verification code come through?", "yes: 5521", "OTP"),
    ("Never tell anybody your PIN. Did a new code arrive?", "552 109", "OTP"),
    ("简讯码有收到吗？", "有，5521", "OTP"),
    ("Was it the CVV that was refused?", "11/28 402", "CVV"),
    ("背面的安全码输对了吗", "４０２", "CVV"),
    ("Do you still know the PIN you set?", "i think 5521", "PASSWORD"),
    ("Is it the password of the wallet that fails?", "Moth-5521", "PASSWORD"),
])  # fmt: skip
def test_the_value_alone_is_the_secret(question, answer, kind):
    ((start, end, found),) = secrets(question, answer)
    assert found == kind
    assert answer[end:] == ""
    assert not any(map(str.isdigit, answer[:start].removeprefix("11/28 ")))


@pytest.mark.parametrize(("question", "answer"), [
    ("Never tell anybody your PIN. Which amount is missing?", "5521"),
    ("How many times did you enter the code?", "5521"),
    ("Which error code does it show?", "5521"),
    ("What are the last four digits of the card with that PIN?", "5521"),
    ("密码是什么时候改的？", "2025"),
    ("Did the code arrive?", "no, and i wait since 10:45 now"),
    ("Did the code arrive?", "error 5521 came instead"),
    ("", "5521"),
])  # fmt: skip
def test_what_else_was_asked_is_answered_in_clear(question, answer):
    assert list(secrets(question, answer)) == []
