"""The engine against the definition of the language, judged condition by condition (benchmarks/plain_rules.py)."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks import plain_rules
from benchmarks.made_rules import CHANNELS, FINDINGS, TAGS, TIMES, URGENCIES, Maker, as_file
from rules import accelerator
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts
from rules.literals import Finder
from rules.postings import SHARED_MAX
from rules.ruleset import load
from rules.text import fold, fold_word
from rules.when import REGEXES_MAX
from rules.words import Lexicon

accelerated = pytest.mark.skipif(accelerator.missing() is not None, reason=str(accelerator.missing()))

WORDS = [
    *[
        "a",
        "b",
        "ab",
        "a b",
        "b a",
        "it's",
        "its",
        "a*",
        "ab*",
        "a-b",
        "a+",
        "#",
        "2",
        "no. b",
        "a!",
        "!",
        "...",
        "a.b",
    ],
    *["B", "Ab", "é", "éa", "退", "退款", "款a", "b退", "退 款", "。退", "ſ", "Ａb", "cafe\u0301", "幣", "x_y"],
]
PIECES = [
    *[
        *WORDS,
        " ",
        " ",
        " ",
        "\n",
        "\n\n",
        ". ",
        ".",
        "..",
        "!",
        "?",
        "; ",
        "。",
        "，",
        ",",
        "'",
        "’",
        "-",
        "c",
        "币",
        "…",
    ],
    *["\u200b", "[CARD]", "3,5", "\v", "\x1c", "\x7f", "ß", "🙂", "\ud800", "K"],
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
SOURCES = st.sampled_from(["message.text", "message.subject", "message.any"])
SEVERAL = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)
EXPRESSIONS = st.sampled_from(
    ["ab", "a+b", "ab?", "A b", "(ab|退)c?", "退.{0,3}款", "^a", "a.b$", "[ab]{2}", r"\bab\b", r"a\d|退款"]
)
NEAR = st.fixed_dictionaries(
    {"words": st.lists(SEVERAL, min_size=1, max_size=3), "within": st.integers(0, 3), "ordered": st.booleans()},
    optional={"unless": st.sampled_from([["c"], ["?"], ["c", "!"]])},
)


def entry(operator, values):
    return st.builds(lambda source, value: {f"{source}|{operator}": value}, SOURCES, values)


LEAVES = st.one_of(
    *[entry(operator, SEVERAL) for operator in ("has", "has all")],
    *[entry(operator, SEVERAL) for operator in ("has exact case", "has all exact case", "has at least 1")],
    entry("has at least 2", SEVERAL.filter(lambda words: len({fold_word(word) for word in words}) > 1)),
    entry("near", NEAR),
    entry("matches", EXPRESSIONS),
    *[entry(operator, SEVERAL.filter(lambda words: "#" not in words)) for operator in ("starts", "ends", "is")],
    st.builds(lambda value: {"message.channel": value}, st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=2)),
    st.builds(lambda one, other: {"message.findings|has all": [one, other]}, *[st.sampled_from(FINDINGS)] * 2),
    st.builds(lambda value: {"ticket.tags|has": value}, st.lists(st.sampled_from(TAGS), min_size=1, max_size=2)),
    st.builds(lambda value: {"ticket.urgency|at least": value}, st.sampled_from(URGENCIES)),
    st.builds(lambda low, high: {"all": [{"message.attachments|above": low}, {"message.attachments|below": high}]},
        st.integers(0, 2), st.integers(0, 3)),
    st.builds(lambda value: {"customer.vip": value}, st.booleans()),
    st.builds(lambda operator, value: {f"custom.amount|{operator}": value},
        st.sampled_from(["at least", "above", "below", "is"]), st.sampled_from([-1, 0.5, 1])),
    st.builds(lambda key, names: {key: names}, st.sampled_from(["during", "outside"]),
        st.lists(st.sampled_from(list(TIMES)), min_size=1, max_size=2, unique=True)),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda key, trees: {key: trees},
            st.sampled_from(["any", "all", "not"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(lambda one, other: one | other, inner, inner),
    ),
    max_leaves=6,
).filter(lambda tree: str(tree).count("|matches'") <= REGEXES_MAX)
MARCH_2026_MS = 1_772_323_200_000
FACTS = st.builds(
    lambda text, subject, channel, findings, attachments, vip, urgency, tags, now_ms, ext: Facts(
        message=MessageFacts(
            text=text, subject=subject, channel=channel, findings=tuple(findings), attachments=attachments, ext=ext
        ),
        customer=CustomerFacts(vip=vip),
        ticket=TicketFacts(urgency=urgency, tags=tuple(tags)),
        now_ms=now_ms,
    ),
    TEXTS,
    st.one_of(st.just(""), TEXTS),
    st.sampled_from(CHANNELS),
    st.lists(st.sampled_from(FINDINGS), max_size=2, unique=True),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(URGENCIES),
    st.lists(st.sampled_from(TAGS), max_size=2, unique=True),
    st.one_of(st.none(), st.integers(0, 14 * 48).map(lambda halves: MARCH_2026_MS + halves * 1_800_000)),
    st.sampled_from(["", "{}", *(f'{{"amount": {value}}}' for value in (-1.5, -1, 0.5, 0.6, 1, 2))]),
)


@given(st.lists(TREES, min_size=1, max_size=6), st.lists(FACTS, min_size=1, max_size=4), st.booleans())
@settings(max_examples=settings.default.max_examples * 2)
def test_exactly_the_rules_fire_that_the_definition_says(trees, messages, common):
    copies = SHARED_MAX + 1 if common else 1  # words that many rules ask for are looked up in another way
    rules = [{"id": f"r{number}", "when": tree, "then": {"tag": "hit"}} for number, tree in enumerate(trees * copies)]
    ruleset = load({"a.yaml": as_file(rules)})
    for facts in messages:
        once = [int(name[1:]) for name in plain_rules.fired(rules[: len(trees)], facts)]
        expected = tuple(f"r{number + len(trees) * copy}" for copy in range(copies) for number in once)
        assert ruleset.fired(facts) == expected
        explained = [step.rule for step in ruleset.explain(facts).steps if step.state == "fired"]
        assert tuple(explained) == expected


@accelerated
@given(st.lists(TREES, min_size=1, max_size=6), st.lists(FACTS, min_size=1, max_size=4))
@settings(max_examples=settings.default.max_examples * 2)
def test_an_accelerator_changes_no_answer(trees, messages):
    rules = [{"id": f"r{number}", "when": tree, "then": {"tag": "hit"}} for number, tree in enumerate(trees)]
    plain, swift = load({"a.yaml": as_file(rules)}), load({"a.yaml": as_file(rules)})
    if swift.finder is not None:
        swift.finder.accelerator = accelerator.compiled(swift.finder)
    for facts in messages:
        assert swift.fired(facts) == plain_rules.fired(rules, facts)
        assert swift.evaluate(facts) == plain.evaluate(facts)


@accelerated
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), TEXTS)
@settings(max_examples=settings.default.max_examples * 2)
def test_an_accelerator_is_as_sure_of_words(words, text):
    lexicon = Lexicon()
    lexicon.group(words)
    finder = Finder(lexicon.literals)
    assume(finder.has_words)
    folded = fold(text).text
    plain, swift = finder.find(folded).present, accelerator.compiled(finder).find(folded)
    assert plain & finder.sure == swift & finder.sure


def test_a_large_made_up_set_fires_as_the_definition_says():
    maker = Maker()
    rules = maker.rules(400)
    ruleset = load({"a.yaml": as_file(rules)})
    for facts in maker.facts(100):
        assert ruleset.fired(facts) == plain_rules.fired(rules, facts)


@accelerated
def test_a_large_made_up_set_fires_the_same_with_an_accelerator():
    maker = Maker()
    ruleset = load({"a.yaml": as_file(maker.rules(400))})
    messages = maker.facts(300)
    before = [ruleset.fired(facts) for facts in messages]
    ruleset.finder.accelerator = accelerator.compiled(ruleset.finder)
    assert [ruleset.fired(facts) for facts in messages] == before
    assert any(before)
