"""Long texts in pieces: nothing is lost, nothing is too long, whatever the measure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.splitting import split, utf16_units

TEXTS = st.text(st.sampled_from("ab 。\n😱币\u202e") | st.characters(exclude_categories=("Cs",)), max_size=9_000)


def weighed(text):
    """Wide letters count twice, as some networks have it."""
    return sum(1 if char < "\u1100" else 2 for char in text)


@pytest.mark.parametrize("measure", [utf16_units, weighed])
@given(text=TEXTS)
def test_pieces_fit_and_together_they_are_the_text(measure, text):
    for limit in (4_096, 280):
        pieces = split(text, limit, measure)
        assert all(0 < measure(piece) <= limit for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


def test_it_breaks_after_a_sentence_rather_than_in_a_word():
    assert split("One two. Three four five", 20) == ["One two. Three four", "five"]
    assert split("一二三四五。六七八九十", 9) == ["一二三四五。", "六七八九十"]
    assert split("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


@pytest.mark.parametrize(
    "sign",
    [
        "e\u0323\u0301",
        "ก็",
        "हि",
        "👩‍👩‍👧‍👦",
        "👍🏽",
        "❤️",
        "1️⃣",
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_what_is_drawn_as_one_sign_is_not_broken(sign):
    for before in range(4):
        for piece in split("x" * before + sign * 300, 280):
            assert piece.strip("x") == sign * piece.count(sign)


def test_marks_without_end_are_broken_all_the_same():
    text = "e" + "\u0301" * 1_000
    pieces = split(text, 280)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) == 280
