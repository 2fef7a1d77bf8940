"""A phrase told in several messages: which of them may be a piece, and what is masked in all of them."""

import pytest

from rules.pieces import is_piece, masked_together

WORDS = ["legal", "winner", "thank", "year", "wave", "sausage", "worth", "useful", "legal", "winner", "thank", "yellow"]
CHINESE = "振查轟厚讀岩艱阿約目來煮"
MASK = "[SEED_PHRASE]"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
def test_equal_parts_of_a_phrase_are_masked_in_every_message(size):
    parts = [" ".join(WORDS[start : start + size]) for start in range(0, 12, size)]
    assert all(map(is_piece, parts))
    assert masked_together(parts) == [MASK] * len(parts)
    around = ["hi, my recovery phrase is:", *parts, "please help"]
    assert masked_together(around) == [around[0], *[MASK] * len(parts), around[-1]]


@pytest.mark.parametrize("size", [1, 4, 6])
def test_so_are_those_of_a_chinese_one(size):
    parts = [CHINESE[start : start + size] for start in range(0, 12, size)]
    assert all(map(is_piece, parts))
    assert masked_together(["我的助记词分几次发你", *parts]) == ["我的助记词分几次发你", *[MASK] * len(parts)]


def test_the_words_beside_a_piece_stay():
    told = [
        "my phrase is legal winner thank year",
        "wave sausage worth useful",
        "legal winner thank yellow that is all",
    ]
    assert masked_together(told) == [f"my phrase is {MASK}", MASK, f"{MASK} that is all"]


def test_a_rest_beside_what_was_masked_alone_is_masked():
    assert masked_together([MASK, "worth useful", "legal"]) == [MASK] * 3
    assert masked_together(["worth useful", MASK]) == [MASK] * 2


def test_a_count_in_one_message_tells_what_the_next_one_holds():
    told = ["the last five are", "zebra lamp oxygen hen reform"]
    assert masked_together(told) == [told[0], MASK]


@pytest.mark.parametrize("leads", [
    ("it begins ", "after that ", "and then comes ", "finally "),
    ("words 1-3: ", "4 to 6: ", "7-9 ", "10 to 12: "),
    ("前三个是 ", "接下来三个 ", "然后 ", "最後三個："),
    ("第1到3个：", "第4到6个：", "第7到9个：", "第10到12个："),
])  # fmt: skip
def test_words_may_lead_from_piece_to_piece(leads):
    pieces = [" ".join(WORDS[start : start + 3]) for start in range(0, 12, 3)]
    told = [f"{lead}{piece}" for lead, piece in zip(leads, pieces, strict=True)]
    assert all(map(is_piece, told[1:]))
    assert masked_together(["my recovery phrase", *told])[1:] == [f"{lead}{MASK}" for lead in leads]


def test_a_row_of_words_is_a_piece_whatever_stands_around_it():
    told = [
        "grandma wrote legal winner thank year i guess",
        "below that wave sausage worth useful",
        "legal winner thank yellow",
    ]
    assert all(map(is_piece, told))
    assert masked_together(told) == [f"grandma wrote {MASK} i guess", f"below that {MASK}", MASK]


def test_what_only_announces_a_piece_stays():
    assert masked_together([MASK, "second half"]) == [MASK, "second half"]


@pytest.mark.parametrize("told", [
    ["hello", "anyone there", "help", "wait", "still same problem", "please", "update"],
    ["my card 4111", "1111 1111 1111"],
    ["你好", "在吗", "今天", "余额", "没了"],
    [f"it was {MASK}", "thank you", "please help"],
    [],
])  # fmt: skip
def test_short_messages_that_are_no_phrase_stay(told):
    assert masked_together(told) == told


@pytest.mark.parametrize("text", ["can you help me", "yes please", "你好", "", "ok", "legal " * 200, "4111 1111"])
def test_most_messages_are_no_piece(text):
    assert not is_piece(text)
