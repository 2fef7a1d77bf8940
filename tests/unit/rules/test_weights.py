"""Words that are weighed: what counts, what a passage is, what is shown, and which mistakes are named."""

import gc
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.encoder import shipped
from rules.facts import Facts, MessageFacts
from rules.opinion import Unheard, window, without_waiting
from rules.runs import UNITS
from rules.scales import PASSAGE, RUN_MAX, Lists, Scales
from rules.text import fold
from rules.wholes import FEW
from tests.unit.rules.rules_files import hits, judged, problems, ruleset

FILE = """\
lists: {somebody: [someone, a stranger, some one, 有人], took: [took, taken away, 拿走, 转走], unused: [x]}
weights:
  incident:
    lists: [somebody, took, unused]
    start: -1
    words: |
      +2 {somebody} {took}
      +2 不 是 我
      +1 # btc
      +0.5 ^ help

      -2.5 was me
      -0.25 ?
rules:
  - {id: it, when: {message.any|weighs: {of: incident, at least: 0}}, then: {tag: hit}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("someone took my coins", True),
        ("SOME ONE  took them", True),
        ("a stranger has taken away", False),
        ("someone taken away", True),
        ("someone. took", False),
        ("someone took it, it was me", False),
        ("someone took it? ? ?", True),
        ("有人转走了", True),
        ("不是我", True),
        ("不是。我", False),
        ("0.4 BTC", True),
        ("btc 0.4", False),
        ("help", False),
        ("please help 5 btc", True),
        ("", False),
    ],
)
def test_runs_add_up(text, expected):
    assert hits(ruleset(FILE), text) is expected


def test_the_heaviest_passage_counts_a_sentence_or_neighbours_together():
    rules = ruleset(FILE)
    rest = "word " * PASSAGE
    assert hits(rules, "Someone took it. Sorry, it was me.")
    assert hits(rules, "0.4 BTC? Help!")
    assert not hits(rules, f"0.4 BTC? {rest}. Help!")
    assert hits(rules, f"Hello. {rest}. Someone took it. {rest}. Bye")


def test_what_the_whole_text_is_about_counts_wherever_it_stands():
    rules = ruleset(FILE.replace("rules:", "    whole: |\n      -3 sorry it was me\nrules:"))
    rest = "word " * PASSAGE
    assert hits(rules, "Someone took it.")
    assert not hits(rules, "Someone took it. Sorry it was me.")
    assert not hits(rules, f"Someone took it. {rest}. Sorry it was me.")


def test_weights_may_look_at_nothing_but_the_whole_text():
    rules = ruleset(FILE.replace("    words: |\n      +2 {somebody}", "    whole: |\n      +2 {somebody}"))
    rest = "word " * PASSAGE
    assert hits(rules, f"Someone took it. {rest}. Bye")
    assert not hits(rules, f"Someone took it. {rest}. It was me")


def test_runs_of_a_whole_text_share_their_say():
    whole = {chr(ord("a") + number): 1.0 for number in range(4 * FEW)}
    scales = Scales(0.0, {}, Lists({}), whole=whole)

    def weigh(count):
        return scales.lists.read(". ".join(list(whole)[:count])).on(scales).weight

    assert [weigh(count) for count in (1, FEW, 4 * FEW)] == [1.0, FEW, 2 * FEW]


def test_of_many_passages_one_has_to_weigh_more():
    rules = ruleset(FILE.replace("start: -1", "start: -1\n    long: -0.5"))
    rest = "word " * PASSAGE
    assert hits(rules, "Someone took it.")
    assert hits(rules, f"Someone took it. {rest}.")
    assert not hits(rules, f"Someone took it. {f'{rest}. ' * 7}")


def test_the_subject_is_weighed_by_itself():
    rules = ruleset(FILE)
    assert hits(rules, "see above", subject="Someone took it")
    assert not hits(rules, "took it", subject="Someone")


def test_a_reason_shows_the_weight_and_the_words():
    (reason,) = judged(ruleset(FILE), "Hello there. Someone TOOK my coins").reasons
    assert reason.why == "incident +1.0: Someone TOOK"
    assert reason.at == ((13, 25),)


def test_a_sign_behind_a_full_stop_ends_the_sentence_as_a_blank_does():
    (reason,) = judged(ruleset(FILE), "Sorry.#Someone took my coins").reasons
    assert reason.at == ((7, 19),)


def test_a_run_that_no_text_can_hold_weighs_nothing():
    runs = dict.fromkeys(("12", "a ; b", "?!", "A#", "a"), 1.0)
    scales = Scales(0.0, runs, Lists({}))
    assert scales.lists.read("12 a ; b ?! A#").on(scales).weight == 1.0


def test_what_speaks_for_it_in_several_passages_is_not_added_up():
    scales = Scales(-1.5, {"a": 1.0, "b": 1.0, "c": -1.0}, Lists({}))
    rest = "word " * PASSAGE
    apart, together, against = (
        scales.lists.read(text).on(scales) for text in (f"a. {rest}. b", f"a. b. {rest}", f"a b c. {rest}")
    )
    assert [one.at_most for one in (apart, together, against)] == [0.5, 0.5, 0.5]
    assert [one.reaches(0.0) for one in (apart, together, against)] == [False, True, False]


def test_what_the_subject_says_has_no_place_in_the_text():
    (reason,) = judged(ruleset(FILE), "see above", subject="Someone took it").reasons
    assert reason.why == "incident +1.0: Someone took"
    assert reason.at == ()


@pytest.mark.parametrize(
    ("body", "code", "line", "hint"),
    [
        ("weights: {w: {start: 0}}", "missing", 2, 'write words: | or whole: | and lines such as "+1.5 not me"'),
        ("weights:\n  w:\n    words: |\n      +1 fine\n      not me", "value", 6, "for example +1.5 not me"),
        ("weights:\n  w:\n    words: |\n      +1 {who} did", "unknown-list", 5, "add it to lists"),
        ("weights:\n  w:\n    words: |\n      +1 a b c d e", "limit", 5, "choose the telling ones"),
        ("weights:\n  w:\n    words: |\n      +1 a b\n      +2 a  b", "duplicate", 6, "delete one of the lines"),
        ("weights:\n  w: {lists: [who], words: +1 a}", "unknown-list", 3, None),
        ("weights:\n  w: {start: much, words: +1 a}", "value", 3, "a number such as 500 or 0.5"),
        ("rules: [{id: r, when: {message.text|weighs: {of: w}}, then: {tag: t}}]", "missing", 2, None),
        (
            "rules: [{id: r, when: {message.text|weighs: {of: w, at least: 1}}, then: {tag: t}}]",
            "unknown-weights",
            2,
            None,
        ),
        ("rules: [{id: r, when: {message.text|weighs: [a]}, then: {tag: t}}]", "type", 2, None),
    ],
)
def test_mistakes_are_named_where_they_stand(body, code, line, hint):
    found = problems(f"version: 1\n{body}\nqueues: {{q: {{default: true}}}}\n")
    mistake = next(problem for problem in found if problem.severity == "error")
    assert (mistake.code, mistake.line) == (code, line)
    assert hint is None or mistake.hint == hint


TOKENS = ["a", "b", "ab", "it's", "币", "转", "?", "!", "12", "3,5", ".", "。", "-", "\n\n", " "]
KINDS = {("a",): "x", ("a", "b"): "y", ("币",): "x"}
RUNS = [
    "a",
    "b",
    "a b",
    "b a b",
    "{x}",
    "{y}",
    "{x} b",
    "{y} {x}",
    "^ a",
    "b $",
    "^ {x} $",
    "#",
    "# ?",
    "币 转",
    "转 {x}",
]


def plainly(text: str, weights: dict[str, float]) -> float:
    """Weigh a text as the documentation says, run by run."""
    parts = re.split(r"(?<=[?!])(?![?!])|[;。\n]|\.(?=\s|$|[\u2e80-\uffff])", fold(text).text)
    found = []
    for part in parts:
        words = re.findall(r"[\u2e80-\u9fff]|[^\W\d\u2e80-\u9fff]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)*|[?!]+", part)
        words = ["#" if word[0].isdigit() else word[0] if word[0] in "?!" else word for word in words]
        if words:
            found.append(words)
    sums = [
        sum(weights.get(run, 0.0) for run in {run for stream in (words, named(words)) for run in edged(stream)})
        for words in found
    ]
    heaviest = max(sums, default=0.0)
    for first in range(len(found)):
        last = first + 1
        while last < len(found) and sum(map(len, found[first : last + 1])) <= PASSAGE:
            last += 1
        heaviest = max(heaviest, sum(sums[first:last]))
    return heaviest


def named(words: list[str]) -> list[str]:
    if not words:
        return []
    for size in (2, 1):
        if (name := KINDS.get(tuple(words[:size]))) is not None and len(words) >= size:
            return [f"{{{name}}}", *named(words[size:])]
    return [words[0], *named(words[1:])]


def edged(words: list[str]) -> set[str]:
    words = ["^", *words, "$"]
    return {" ".join(words[a : a + size]) for a in range(len(words)) for size in range(1, RUN_MAX + 1)}


@given(st.lists(st.sampled_from(TOKENS), max_size=60), st.lists(st.sampled_from(["", " "]), min_size=60, max_size=60))
def test_texts_weigh_what_the_documentation_says(tokens, blanks):
    text = "".join(map("".join, zip(tokens, blanks, strict=False)))
    weights = {run: 2.0**number for number, run in enumerate(RUNS)}
    scales = Scales(0.0, weights, Lists(KINDS))
    assert scales.lists.read(fold(text).text).on(scales).weight == plainly(text, weights)


@given(
    st.lists(st.sampled_from([*TOKENS, "?"]), max_size=40),
    st.lists(st.dictionaries(st.sampled_from(RUNS), st.integers(-9_999_999, 9_999_999), min_size=1), min_size=2),
)
def test_each_of_the_scales_of_whole_texts_adds_up_its_own_runs(tokens, of_each):
    lists = Lists(KINDS)
    weights = [{run: units / UNITS for run, units in each.items()} for each in of_each]
    scales = [Scales(0.5, {}, lists, whole=whole) for whole in weights]
    text = fold(" ".join(tokens)).text
    reading = lists.read(text)
    for one, whole in zip(scales, weights, strict=True):
        alone = Scales(0.5, {}, own := Lists(KINDS), whole=whole)
        weight = own.read(text).on(alone).weight
        assert reading.on(one).weight == weight
        assert reading.reaches(one, weight)
        assert not reading.reaches(one, weight + 1 / UNITS)


def test_what_was_weighed_is_freed_without_the_garbage_collector():
    scales = Scales(-1.5, {"a": 1.0}, Lists({}), whole={"b": 1.0})
    gc.collect()
    assert scales.lists.read("a. b").on(scales).weight == 0.5
    assert gc.collect() == 0


def test_weights_add_up_as_on_paper_in_whatever_order():
    weights = dict(zip("abcdefg", (0.1, 0.2, 0.3, -0.1, -0.3, -0.1, -0.3), strict=True))
    scales = Scales(0.0, weights, Lists({}))
    assert scales.lists.read("a b c d e f g").on(scales).weight == -0.2


def test_scales_with_the_same_lists_weigh_their_own_runs():
    lists = Lists(KINDS)
    one, other = Scales(0.0, {"a": 1.0, "b": 0.5}, lists), Scales(-1.0, {"b": 2.0}, lists)
    reading = lists.read("a b")
    assert (reading.on(one).weight, reading.on(other).weight) == (1.5, 1.0)
    assert (reading.on(one).telling, reading.on(other).telling) == ([(0, 3)], [(2, 3)])


def told(scales: Scales, text: str) -> list[str]:
    return [text[start:end] for start, end in scales.lists.read(text).on(scales).telling]


def test_what_tells_is_told_in_stretches_with_the_weak_words_in_between():
    scales = Scales(0.0, {"took": 2.0, "coins": 2.0, "hello": 0.1, "phone": 1.0, "ok": -1.0}, Lists({}))
    assert told(scales, "hello he took my coins") == ["took my coins"]
    assert told(scales, "took this and that and so on and that coins") == ["took", "coins"]
    assert told(scales, "took my ok ok phone ok hello") == ["took", "phone"]
    assert told(scales, "ok ok") == []


def test_what_weighs_in_the_whole_text_is_told_as_well():
    scales = Scales(0.0, {"hello": 0.2}, Lists({}), whole={"took": 2.0, "ok": 0.5})
    rest = "word " * PASSAGE
    assert told(scales, "hello someone took it") == ["took"]
    assert told(scales, f"hello. {rest}. ok he took it") == ["took"]


OPINION = """\
weights:
  incident:
    start: {start}
    words: |
      +1 coins
    opinion: {{encoder: incident, from: -1, start: 0.5, counts: 2}}
rules:
  - {{id: it, when: {{message.text|weighs: {{of: incident, at least: -50}}}}, then: {{tag: hit}}}}
"""


@pytest.mark.parametrize(("start", "weight"), [("-2", -1.0), ("-1.9", -0.9), ("-2.1", -1.1), ("5", 6.0)])
def test_in_doubt_an_encoder_is_asked(start, weight):
    text = "Someone moved my coins"
    (reason,) = judged(ruleset(OPINION.format(start=start)), text).reasons
    if weight >= -1:
        added = 2 * (shipped("rules.packs", "incident").score(fold(text).text) + 0.5)
        assert reason.why == f"incident {weight + added:+.1f} (opinion {added:+.1f}): coins"
    else:
        assert reason.why == f"incident {weight:+.1f} ≥ -50: coins"


def test_reading_ahead_asks_nobody():
    rules = ruleset(OPINION.format(start="5"))
    text = "Someone moved my coins before breakfast"
    with without_waiting():
        rules.read_ahead([text])
        with pytest.raises(Unheard):
            rules.evaluate(Facts(message=MessageFacts(text=text)))


def test_a_text_that_weighs_too_little_may_be_enough_with_the_opinion():
    rules = ruleset(OPINION.format(start="-1").replace("at least: -50", "at least: 1"))
    assert hits(rules, "someone emptied my wallet last night")
    assert not hits(rules, "how can i change my picture?")
    assert not hits(rules, "")


def test_of_a_long_text_the_passage_in_question_is_read():
    assert window("x" * 200, (100, 120)) == (0, 200)
    assert window("x" * 2050, (1000, 1050)) == (928, 1168)
    assert window("x" * 2050, (0, 20)) == (0, 240)
    assert window("x" * 2050, (2030, 2050)) == (1810, 2050)
    assert window("币" * 500, (400, 420)) == (372, 468)


def test_of_a_long_text_each_place_that_weighs_enough_is_read_and_the_worst_counts():
    calm = "The weather was fine and the children were well. " * 8
    stolen = "Somebody broke into my account last night and sent my coins to a stranger."
    text = f"Coins, coins, do you sell coins? {calm}{stolen} {calm}We once saw coins in a museum."
    rules = ruleset(OPINION.format(start="-2"))
    folded = fold(text).text
    asked = [shipped("rules.packs", "incident").score(folded[at : at + 240]) for at in starts(folded, rules)]
    assert len(asked) > 2
    (reason,) = judged(rules, text).reasons
    worst = 2 * (max(asked) + 0.5)
    assert reason.why == f"incident {-1 + worst:+.1f} (opinion {worst:+.1f}): coins"
    assert reason.at[0][0] == folded.index("coins to a stranger")


def starts(text, rules):
    """Where begins what an encoder is shown of a text."""
    scales = rules.weights["incident"]
    return [one.span[0] for one in scales.lists.read(text).on(scales).windows(-1)]


@pytest.mark.parametrize(
    ("opinion", "code", "text"),
    [
        ("{encoder: incident, from: -1, start: 0}", "missing", "opinion does not say counts"),
        (
            "{encoder: incidents, from: -1, start: 0, counts: 1}",
            "unknown-encoder",
            "there is no encoder incidents",
        ),
        ("{encoder: incident, from: few, start: 0, counts: 1}", "value", None),
        ("[incident]", "type", None),
    ],
)
def test_mistakes_of_an_opinion_are_named(opinion, code, text):
    head = "version: 1\nqueues: {q: {default: true}}\n"
    found = problems(f"{head}weights:\n  w:\n    words: +1 a\n    opinion: {opinion}\n")
    mistake = next(problem for problem in found if problem.severity == "error")
    assert (mistake.code, mistake.line) == (code, 6)
    assert text is None or mistake.text == text
