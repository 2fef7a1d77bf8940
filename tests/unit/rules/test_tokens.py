"""Texts as tokens: the quick way through a text finds what the one that keeps the places finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.alphabet import STOP, UNKNOWN, Alphabet
from rules.text import fold
from rules.tokens import MARKS, STOPS, bounds, found, places, plain, sentences

CODE = "0x5f3c9a7be21d40886c1f"
PIECES = [
    "0xa1f",
    "0x",
    *"aB_'.,;?!#1- \n\t\v",
    CODE,
    CODE[1:],
    "don't",
    "3.5",
    "?!",
    "é",
    "我",
    "。",
    "，",
    "٣",
    "\ua620",
]


def by_sentence(text: str) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    for token in found(text):
        if token not in STOPS:
            rows[-1].append(plain(token))
        if token[0] in STOPS + MARKS:
            rows.append([])
    return [row for row in rows if row]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_both_ways_find_the_same(text):
    for one in (text, fold(text).text):
        assert by_sentence(one) == sentences(one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's 'so' a'b'c a'b_c 5's", [["it's", "so", "a'b", "c", "a'b", "_c", "#", "s"]]),
        ("3.5 and 1,200.", [["#", "and", "#"]]),
        ("one.two. three?! four...", [["one", "two"], ["three", "?"], ["four"]]),
        ("5@6 a#b .#c", [["#", "#", "a", "b"], ["c"]]),
        ("我有2个。btc", [["我", "有", "#", "个"], ["btc"]]),
        ("\n\n . ;", []),
        (f"{CODE} is (tqx7{CODE}) 到了{CODE}。", [["#", "is", "#", "到", "了", "#"]]),
        ("iban4 a1b2c donaudampfschifffahrt", [["iban", "#", "a", "#", "b", "#", "c", "donaudampfschifffahrt"]]),
    ],
)
def test_what_a_token_is(text, expected):
    assert sentences(text) == by_sentence(text) == expected


def test_each_token_stands_where_it_was_found():
    text = "why?! 3,5 btc.\n我"
    assert [[text[start:end] for start, end in places(text, sentence)] for sentence in bounds(text)] == [
        ["why", "?!"],
        ["3,5", "btc"],
        ["我"],
    ]


def test_a_coded_text_has_one_character_for_each_token():
    alphabet = Alphabet()
    run = alphabet.run(["not", "me", "?"])
    assert alphabet.sentences("Not me? not 12 me".lower()) == [run, f"{run[0]}{alphabet['#']}{run[1]}"]
    assert alphabet.sentences("who 我") == [UNKNOWN * 2]
    assert STOP not in run
    assert len(set(run)) == 3
