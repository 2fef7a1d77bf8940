"""What the door masks, what it only reports, and what it leaves alone."""

import pytest

from rules.facts import Finding, Redacted
from rules.redact import masked_values, redact

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
WIF = "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("卡号4012888888881881扣款", "卡号[CARD]扣款"),
        ("my card 4111-1111 1111 1111 exp 12/27", "my card [CARD] exp 12/27"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 was charged", "[CARD] was charged"),
        ("４１１１１１１１１１１１１１１１", "[CARD]"),
        ("card 4111 1111\n1111\u200b1111", "card [CARD]"),
        ("银联 6222021234567890128", "银联 [CARD]"),
        ("card number: 4111 1111 1111 1112", "card number: [CARD]"),
        (f"seed phrase: {PHRASE} thanks", "seed phrase: [SEED_PHRASE] thanks"),
        (PHRASE.upper(), "[SEED_PHRASE]"),
        ("\n".join(PHRASE.split()), "[SEED_PHRASE]"),
        (", ".join(PHRASE.split()), "[SEED_PHRASE]"),
        (" ".join(f"{n}. {w}" for n, w in enumerate(PHRASE.split(), 1)), "1. [SEED_PHRASE]"),
        (f"助记词：{PHRASE}，帮我看看", "助记词：[SEED_PHRASE]，帮我看看"),
        # Words of the list that elsewhere announce a phrase: "my secret list".
        (
            "process pumpkin media friend multiply kidney fruit museum bundle secret list denial",
            "[SEED_PHRASE]",
        ),
        (f"my key {WIF}!", "my key [PRIVATE_KEY]!"),
        (f"私钥 0x{'ab12' * 16}，哈希 0x{'cd34' * 16}", f"私钥 [PRIVATE_KEY]，哈希 0x{'cd34' * 16}"),
    ],
)
def test_secrets_are_masked_on_every_channel(text: str, masked: str) -> None:
    assert redact(text, visibility="private").text == masked
    assert redact(text, visibility="public").text == masked


@pytest.mark.parametrize("place", range(12))
@pytest.mark.parametrize(("before", "after"), [("", ""), ("my phrase is ", " and it fails"), ("助记词：", "。请帮忙")])
def test_the_mask_reaches_from_the_first_to_the_last_word_wherever_a_wrong_one_stands(
    place: int, before: str, after: str
) -> None:
    words = ["few", "hen", "reform", "zebra", "oxygen", "cabin", "blouse", "lunar", "pistol", "gadget", "river", "lamp"]
    words[place] = "zzyzx"
    assert redact(before + " ".join(words) + after).text == f"{before}[SEED_PHRASE]{after}"


@pytest.mark.parametrize(
    "after", [" please help", " then it crashed", "\nThank you", ", this was it", " someone took it"]
)
def test_a_mask_ends_before_the_next_sentence_though_its_words_are_on_the_list(after: str) -> None:
    assert redact(f"my phrase is {PHRASE}{after}").text == f"my phrase is [SEED_PHRASE]{after}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的邮箱a@b.com收不到", "我的邮箱[EMAIL]收不到"),
        ("call me +1 415 555 2671", "call me [PHONE]"),
        ("手机13812345678收不到短信", "手机[PHONE]收不到短信"),
        ("anna@proton.me.gif", "[EMAIL].gif"),
        ("id_bob@mail.com.pdf", "[EMAIL].pdf"),
        ("附件bob@mail.com.tar.gz打不开", "附件[EMAIL].tar.gz打不开"),
    ],
)
def test_contact_data_is_masked_in_public_and_kept_in_private(text: str, masked: str) -> None:
    assert redact(text, visibility="public").text == masked
    private = redact(text, visibility="private")
    assert private.text == text
    assert [finding.masked for finding in private.findings] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "order no. 4111111111111111",
        "failed tx 4111111111111111",
        "订单号 4111111111111111 还没到账",
        f"tx hash 0x{'cd34' * 16}",
        f"0x{'cd34' * 16}",
        "550e8400-e29b-41d4-a716-446655440000",
        "sent at 1699999999999, version 10.2.4.1",
        "can you check when they will also add more this year",
        "Please help me find out where the money went, I can wait until next week.",
        "我的币被人转走了，怎么办",
    ],
)
def test_harmless_text_is_untouched(text: str) -> None:
    assert redact(text, visibility="public") == Redacted(text=text)


def test_a_finding_says_where_and_why_but_not_what() -> None:
    found = redact("card 4111\u200b111111111111!", field="subject")
    assert found.findings == (Finding(field="subject", start=5, end=22, type="CARD", masked=True, evidence="checksum"),)


def test_equal_values_in_other_spellings_give_equal_hash_input() -> None:
    spaced, dashed = "4111 1111 1111 1111", "4111-1111-1111-1111"
    assert masked_values(spaced, redact(spaced)) == masked_values(dashed, redact(dashed)) == ("4111" + "1" * 12,)


def test_a_numbered_phrase_and_a_plain_one_give_equal_hash_input() -> None:
    numbered = " ".join(f"{n}. {w}" for n, w in enumerate(PHRASE.upper().split(), 1))
    assert masked_values(numbered, redact(numbered)) == masked_values(PHRASE, redact(PHRASE)) == (PHRASE,)


@pytest.mark.parametrize("count", [52, 120])
def test_a_phrase_at_the_end_of_more_list_words_than_any_has_is_masked(count: int) -> None:
    assert redact("never " * count + PHRASE, visibility="public").text.endswith("never [SEED_PHRASE]")
    assert redact("never " * count, visibility="public").text == "never " * count
