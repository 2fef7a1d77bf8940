"""Whatever is written: the loader answers with problems at places, the engine with a verdict."""

import string
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.facts import Facts, MessageFacts
from rules.problems import RulesError
from rules.ruleset import Ruleset, load
from rules.text import fold
from tests import rulesets

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
@settings(max_examples=settings.default.max_examples * 3 // 2)
def test_any_text_is_loaded_or_refused_with_places(pieces, between):
    accepts_or_explains(between.join(pieces).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_are_loaded_or_refused_with_places(content):
    accepts_or_explains(content)


@given(TREES)
@settings(max_examples=settings.default.max_examples * 3 // 2)
def test_any_tree_is_loaded_or_refused_with_places(tree):
    import json

    accepts_or_explains(json.dumps(tree).encode())


@pytest.fixture(scope="module")
def pack() -> Ruleset:
    return rulesets.shipped()


@given(text=TEXTS, subject=TEXTS)
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


LETTER = st.sampled_from("abcdefx")
SENTENCES = st.lists(st.lists(LETTER, min_size=1, max_size=9), min_size=1, max_size=6)
ENDS = st.lists(st.sampled_from([". ", "! ", "?? ", "; ", "\n\n", "。", "... ! "]), min_size=6, max_size=6)
BETWEEN = st.sampled_from([" ", ", ", "  ", "\n", " \u200b", " - ", " é "])
GROUPS = st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=2, unique=True), min_size=1, max_size=3)


def stands_near(sentence: list[str], groups: list[list[str]], within: int, *, ordered: bool) -> bool:
    """The rule of the guide, by trying everything: words of all groups in one sentence, not too far apart."""

    def follows(last: int | None, order: tuple[list[str], ...]) -> bool:
        if not order:
            return True
        first, after = (0, len(sentence)) if last is None else (last + 1, last + within + 2)
        reach = range(first, min(after, len(sentence)))
        return any(sentence[index] in order[0] and follows(index, order[1:]) for index in reach)

    orders = [tuple(groups)] if ordered else permutations(groups)
    return any(follows(None, order) for order in orders)


@given(SENTENCES, ENDS, BETWEEN, GROUPS, st.integers(0, 4), st.booleans(), st.booleans())
def test_words_are_near_exactly_when_trying_everything_finds_them(
    sentences, ends, between, groups, within, ordered, cancelled
):
    import json

    near = {"words": groups, "within": within, "ordered": ordered} | ({"unless": "f"} if cancelled else {})
    rule = {"id": "it", "when": {"message.any|near": near}, "then": {"tag": "hit"}}
    rules = load({"a.yaml": json.dumps({"version": 1, "queues": {"q": {"default": "true"}}, "rules": [rule]}).encode()})
    text = "".join(between.join(words) + end for words, end in zip(sentences, ends, strict=False))
    if between == " é ":
        sentences = [[piece for word in words for piece in (word, "é")][:-1] for words in sentences]
    expected = any(
        stands_near(words, groups, within, ordered=ordered) and not (cancelled and "f" in words) for words in sentences
    )
    for facts in (MessageFacts(text=text), MessageFacts(text="x", subject=text)):
        assert ("hit" in rules.evaluate(Facts(message=facts)).tags) is expected
