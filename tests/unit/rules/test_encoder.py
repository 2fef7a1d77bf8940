"""Words are cut into the likeliest pieces; the shipped encoder answers what it was asked, and is loaded when it is."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.encoder import shipped
from rules.subwords import BEGIN, BLANK, END, RESERVED, UNKNOWN, Subwords

PIECES = [BLANK, "a", "b", "c", "ab", "abc", f"{BLANK}a", "币"]
SCORES = [-3.0, -4.0, -4.0, -4.0, -5.0, -14.0, -2.0, -6.0]


def cut(text: str, most: int = 100) -> list[str]:
    numbers = Subwords(PIECES, SCORES).cut(text, most)
    assert (numbers[0], numbers[-1]) == (BEGIN, END)
    return ["?" if number == UNKNOWN else PIECES[number - RESERVED] for number in numbers[1:-1]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab", [f"{BLANK}a", "b"]),  # -6, and -8 as a blank and ab
        ("cab", [BLANK, "c", "ab"]),
        ("cabc", [BLANK, "c", "ab", "c"]),  # -9, and -14 as abc
        ("币 b", [BLANK, "币", BLANK, "b"]),
        ("aéb", [f"{BLANK}a", "?", "b"]),
        ("", []),
    ],
)
def test_words_are_cut_into_the_likeliest_pieces(text, pieces):
    assert cut(text) == pieces


@given(st.text("abc 币", max_size=200))
def test_no_character_is_lost(text):
    assert "".join(cut(text, 1000)).replace(BLANK, "") == "".join(text.split())


def test_no_more_pieces_than_asked_for():
    assert cut("b " * 500, 7) == [BLANK, "b"] * 3 + [BLANK]
    assert "".join(cut("a" * 130, 200)) == BLANK + "a" * 130


def test_the_shipped_one_tells_what_happened_from_what_is_asked():
    encoder = shipped("rules.packs", "incident")
    assert encoder.score("someone moved all the coins out of my wallet tonight") > 2
    assert encoder.score("how do i move coins from my wallet to a ledger?") < -2
    assert encoder.score("昨晚有人把我钱包里的币全部转走了") > 2
    assert encoder.score("怎么把钱包里的币转到另一个钱包?") < -2


def test_a_text_of_any_length_is_answered():
    encoder = shipped("rules.packs", "incident")
    assert encoder.score("") < 0
    assert encoder.score("币") < 0
    long = "someone moved all the coins out of my wallet tonight and i did not do it. " * 40
    assert encoder.score(long) == encoder.score(long + long)


def test_there_is_no_other():
    with pytest.raises(FileNotFoundError):
        shipped("rules.packs", "unheard-of")


@pytest.mark.slow
def test_nobody_loads_it_who_has_no_doubt():
    """Onnxruntime and the weights are 100 MB, which processes that judge nothing, or nothing doubtful, never need."""
    told = """
import sys
from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import load

rules = load(read())
for text in ("thank you", "someone moved all my coins"):
    rules.evaluate(Facts(message=MessageFacts(text=text)))
    print("onnxruntime" in sys.modules)
"""
    printed = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "True"]
