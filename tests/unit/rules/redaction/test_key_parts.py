"""Private keys in pieces."""

import pytest

from rules.redact import redact

ONE, TWO = "4c0883a69102937d6231471b5dbb6204", "fe5129617082792ae468d01a3f362318"
WIF = "KwDiBf89QgGbjEhKnhXJuH7Lrc", "iVrZi3qYjgd9M7rFU73sVHnoWn"
MASK = "[PRIVATE_KEY]"


@pytest.mark.parametrize("text", [
    "wallet private key, the front half {} and the remaining part {}",
    "private key piece 1 of 2 {} piece 2 of 2 {}",
    "it begins with {} and finishes with {} (private key)",
    "priv key {} / {}",
    "the secret key: 3/4 {}\n4/4 {}",
    "私鑰前一半係 {} 跟住後一半 {}",
    "密钥第一段{}，第二段{}",
    "私钥前32位{}\n剩下的{}",
])  # fmt: skip
def test_both_halves_are_masked(text):
    assert redact(text.format(ONE, TWO)).text == text.format(MASK, MASK)


@pytest.mark.parametrize(
    "text",
    [
        "my private key's second half is {}",
        "private key: {}",
        "私钥后半截：{}",
        "{} is the other half of my wallet key",
    ],
)
def test_so_is_one_of_them_alone(text):
    assert redact(text.format(TWO)).text == text.format(MASK)


def test_halves_that_pass_the_check_sum_together_need_no_word_for_a_part():
    assert redact(f"wif: {WIF[0]} + {WIF[1]}").text == f"wif: {MASK} + {MASK}"


@pytest.mark.parametrize("text", [
    f"the hash's first half is {ONE} and the second half {TWO}",
    f"I keep the private key safe, the transaction begins with {ONE} and ends with {TWO}",
    f"交易哈希前半段{ONE}，后半段{TWO}",
    "one half of my private key is in a safe, the other half at home",
])  # fmt: skip
def test_halves_of_something_else_stay(text):
    assert redact(text).text == text
