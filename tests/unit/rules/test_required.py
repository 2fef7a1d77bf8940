"""What an expression cannot match without."""

import pytest

from rules.required import required, required_of
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


@pytest.mark.parametrize(
    ("expressions", "needed"),
    [
        (["转.{0,8}账户"], [("转",), ("账户",)]),
        (["refund (my|our) money"], [("refund ",), ("my", "our"), (" money",)]),
        (["refund|chargeback"], [("refund", "chargeback")]),
        (["refund.*money", "charge.?back"], [("refund", "charge")]),
        (["refund", "[a-z]+"], []),
        (["a.b"], []),
        (["abc("], []),
    ],
)
def test_one_of_each_is_needed(expressions, needed):
    assert list(required_of(expressions)) == needed


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
    needed = [required(expression), *required_of([expression])]
    for text in filter(pattern.search, TEXTS):
        assert all(any(one in text for one in each) for each in needed if each)
