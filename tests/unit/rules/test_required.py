"""What an expression cannot match without."""

import pytest

from rules.required import required
from rules.wording import compile_regex


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        (r"\d{3} usdt", (" usdt",)),
        ("Refund(ed)?", ("refund",)),
        ("(refund|money back)s?", ("refund", "money back")),
        ("转.{0,3}账", ("转",)),
        ("ab*cd", ("cd",)),
        ("ab{2,}?cd", ("cd",)),
        ("x{0}abc", ("abc",)),
        ("(?:abc)+", ("abc",)),
        (r"foo\.bar", ("foo",)),
        ("tx(id|hash)[a-f0-9]+", ("tx",)),
        ("straße", ("stra",)),
        ("ab??cd", ("cd",)),
        ("(abc)?(def|gh)", ("def", "gh")),
    ],
)
def test_the_best_literal_is_named(expression, needed):
    assert required(expression) == needed


UNKNOWN = ["a", r"^\d+$", "abc|", "(a|bc)d", "(abc)*", "a.b", "(?i)abc", "[[:alpha:]]xyz", r"\pNabc", r"\Qab\Eabc",
    "(?P<name>abc)", "abc(", "abc)", "+abc", "", r"abc\x41", "ſſſ", "(abc){0,2}", "a|bcd"]  # fmt: skip


@pytest.mark.parametrize("expression", UNKNOWN)
def test_nothing_is_said_when_nothing_is_known(expression):
    assert required(expression) == ()


TEXTS = [
    "sent 250 usdt",
    "refunded",
    "转你账",
    "abbbcd",
    "acd",
    "abc",
    "foo.bar",
    "txid0",
    "txhash",
    "ab",
    "gh",
    "abcdef",
    "",
]


@pytest.mark.parametrize(
    "expression", ["usdt|refund", "转.{0,3}账", "ab*cd", "ab?", "(abc)?(def|gh)", "tx(id|hash)", r"\w+\.bar", "x*"]
)
def test_no_match_does_without(expression):
    pattern = compile_regex(expression)
    needed = required(expression)
    for text in TEXTS:
        assert pattern.search(text) is None or not needed or any(one in text for one in needed)
