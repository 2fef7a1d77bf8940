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
