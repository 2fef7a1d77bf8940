"""The encoder reads as a transformer does, its words are cut into the likeliest pieces."""

import math
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.encoder import HEAD, PIECES_MAX, Encoder, shipped
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


def parts(layers: int) -> dict[str, np.ndarray]:
    """An encoder of two heads with weights by chance."""
    chance = np.random.default_rng(5)
    size, wide, words = 2 * HEAD, 96, len(PIECES) + RESERVED

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.norm": chance.normal(1, 0.1, size), f"{name}.norm.add": chance.normal(0, 0.1, size)}

    def rows(name: str, many: int, each: int) -> dict[str, np.ndarray]:
        scale = chance.uniform(0.001, 0.01, many).astype(np.float16)
        return {name: chance.integers(-127, 128, (many, each)).astype(np.int8), f"{name}.scale": scale}

    found = {
        "pieces": np.frombuffer("\n".join(PIECES).encode(), np.uint8),
        "scores": np.array(SCORES, np.float32),
        "layers": np.array(layers),
        "places": chance.normal(0, 0.3, (PIECES_MAX + 2, size)).astype(np.float16),
        "answer": chance.normal(0, 1, size).astype(np.float32),
        "start": np.array(0.5, np.float32),
        **rows("words", words, size),
        **norm("first"),
    }
    for number in range(layers):
        for name, many, each in (
            ("look", 3 * size, size), ("join", size, size), ("widen", wide, size), ("narrow", size, wide),
        ):  # fmt: skip
            found |= rows(f"{number}.{name}", many, each)
            found[f"{number}.{name}.add"] = chance.normal(0, 0.1, many).astype(np.float16)
        found |= norm(f"{number}.joined") | norm(f"{number}.narrowed")
    return found


def plainly(given: dict[str, np.ndarray], numbers: list[int]) -> float:
    """What the papers say, number by number; the exact error function instead of its approximation."""
    given = {name: part.astype(float) for name, part in given.items() if name != "pieces"}

    def normed(x: list[float], name: str) -> list[float]:
        mean = sum(x) / len(x)
        spread = math.sqrt(sum((one - mean) ** 2 for one in x) / len(x))
        scale, add = given[f"{name}.norm"], given[f"{name}.norm.add"]
        return [(one - mean) / spread * scale[n] + add[n] for n, one in enumerate(x)]

    def through(x: list[float], name: str) -> list[float]:
        weights = given[name] * given[f"{name}.scale"][:, None]
        return [
            sum(map(float.__mul__, row.tolist(), x)) + add
            for row, add in zip(weights, given[f"{name}.add"], strict=True)
        ]

    def attended(looked: list[list[float]], at: int, head: int) -> list[float]:
        size = len(looked[0]) // 3
        part = [[one[begin + head * HEAD :][:HEAD] for begin in (0, size, 2 * size)] for one in looked]
        likeness = [math.exp(sum(map(float.__mul__, part[at][0], other[1])) / math.sqrt(HEAD)) for other in part]
        return [
            sum(w * other[2][n] for w, other in zip(likeness, part, strict=True)) / sum(likeness) for n in range(HEAD)
        ]

    def plus(x: list[float], y: list[float]) -> list[float]:
        return list(map(float.__add__, x, y))

    words = given["words"] * given["words.scale"][:, None]
    texts = [normed((words[one] + given["places"][at]).tolist(), "first") for at, one in enumerate(numbers)]
    for layer in range(int(given["layers"])):
        looked = [through(x, f"{layer}.look") for x in texts]
        seen = [[*attended(looked, at, 0), *attended(looked, at, 1)] for at in range(len(texts))]
        texts = [
            normed(plus(x, through(y, f"{layer}.join")), f"{layer}.joined") for x, y in zip(texts, seen, strict=True)
        ]
        wide = [[one / 2 * (1 + math.erf(one / math.sqrt(2))) for one in through(x, f"{layer}.widen")] for x in texts]
        texts = [
            normed(plus(x, through(y, f"{layer}.narrow")), f"{layer}.narrowed")
            for x, y in zip(texts, wide, strict=True)
        ]
    mean = [sum(column) / len(texts) for column in zip(*texts, strict=True)]
    return sum(map(float.__mul__, mean, given["answer"].tolist())) + float(given["start"])


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_it_computes_what_the_papers_say(layers):
    given = parts(layers)
    for text in ("", "a", "abc 币 cab", "".join(random.Random(2).choices("abc 币", k=60))):
        numbers = Subwords(PIECES, SCORES).cut(text, PIECES_MAX)
        assert Encoder(given).score(text) == pytest.approx(plainly(given, numbers), abs=2e-2)


def test_the_shipped_one_tells_what_happened_from_what_is_asked():
    encoder = shipped("incident")
    assert encoder.score("someone moved all the coins out of my wallet tonight") > 2
    assert encoder.score("how do i move coins from my wallet to a ledger?") < -2
    assert encoder.score("昨晚有人把我钱包里的币全部转走了") > 2
    assert encoder.score("怎么把钱包里的币转到另一个钱包?") < -2


def test_there_is_no_other():
    with pytest.raises(FileNotFoundError):
        shipped("unheard-of")


def test_nobody_loads_it_who_has_no_doubt():
    """Numpy and the weights are 60 MB, which processes that judge nothing, or nothing doubtful, never need."""
    told = """
import sys
from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import load

rules = load(read())
for text in ("thank you", "what if someone moves my coins"):
    rules.evaluate(Facts(message=MessageFacts(text=text)))
    print("numpy" in sys.modules)
"""
    printed = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "True"]
