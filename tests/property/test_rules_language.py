"""Whatever is written: the loader answers with problems at places, the engine with a verdict."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.problems import RulesError
from rules.ruleset import Ruleset, load
from rules.text import fold

WORDS = st.sampled_from(
    [
        "version",
        "lists",
        "queues",
        "rules",
        "tests",
        "templates",
        "id",
        "when",
        "then",
        "tag",
        "urgency",
        "queue",
        "reply",
        "default",
        "name",
        "message",
        "expect",
        "message.text|has",
        "message.text|near",
        "message.any|matches",
        "words",
        "within",
        "unless",
        "any",
        "not",
        "all",
        "$a",
        "*a",
        "&a",
        "1",
        "true",
        "critical",
        "退款",
        "被盗",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "-",
        "?",
        "!",
        "#",
        "'",
        '"',
        "|",
        ">",
        "%",
        "@",
        "`",
        "~",
        "---",
        "<<",
        "!!str",
    ]
)
PIECES = st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=60)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 99), st.text(string.printable + "退款", max_size=8))
KEYS = st.one_of(
    st.sampled_from(
        [
            "version",
            "lists",
            "queues",
            "rules",
            "tests",
            "templates",
            "id",
            "when",
            "then",
            "tag",
            "words",
            "within",
            "message.text|has",
            "message.any|near",
            "message.lang",
            "ticket.tags",
            "any",
            "not",
            "expect",
            "message",
        ]
    ),
    st.text(string.ascii_lowercase, max_size=4),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=30,
)
FRAGMENTS = [
    *["my", "wallet", "was", "stolen", "not", "我", "的", "币", "被", "转走", "不是", "，", "。", "[CARD]", "½", "é"],
    " ",
    "\n",
    "\u200b",
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(FRAGMENTS)).map("".join))


def accepts_or_explains(content: bytes) -> None:
    try:
        rules = load({"any.yaml": content})
    except RulesError as refused:
        found = refused.problems
    else:
        rules.evaluate(Facts(message=MessageFacts(text="退款 refund")))
        return
    assert found
    assert all(problem.line >= 1 and problem.col >= 1 and problem.text for problem in found)


@given(PIECES, st.sampled_from(["", " ", "\n"]))
@settings(max_examples=300)
def test_any_text_is_loaded_or_refused_with_places(pieces, between):
    accepts_or_explains(between.join(pieces).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_are_loaded_or_refused_with_places(content):
    accepts_or_explains(content)


@given(TREES)
@settings(max_examples=300)
def test_any_tree_is_loaded_or_refused_with_places(tree):
    import json

    accepts_or_explains(json.dumps(tree).encode())


@pytest.fixture(scope="module")
def pack() -> Ruleset:
    return load(read())


@given(text=TEXTS, subject=TEXTS)
@settings(max_examples=200)
def test_evaluation_never_fails_and_points_into_the_text(pack, text, subject):
    facts = Facts(message=MessageFacts(text=text, subject=subject))
    verdict = pack.evaluate(facts)
    assert verdict.queue in pack.queues
    assert all(0 <= start < end <= len(text) for reason in verdict.reasons for start, end in reason.at)
    assert pack.explain(facts).verdict == verdict


@given(text=TEXTS)
def test_folding_keeps_the_way_back(text):
    folded = fold(text)
    spans = [folded.span(index, index + 1) for index in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
