"""The shipped wallet pack: its own tests, and what it reaches on wordings it was not built on.

The corpora in tests/corpora: from `tuning` lines the pack's weights and its encoder are learned
(scripts/learn_weights.py, scripts/learn_encoder.py), by `choosing` lines it is chosen where a line is drawn, and
`unseen` lines measure. Their writers saw neither the pack nor any other line; the `unseen` ones were labelled once more
by somebody who was not shown the first label, and those on which the two did not agree were left out.
"""

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise
from math import ceil
from pathlib import Path

import pytest

from rules.facts import Facts, MessageFacts
from rules.redact import redact
from rules.ruleset import Ruleset
from rules.text import fold_word
from tests import rulesets
from tests.corpora import day

CORPORA = Path(__file__).parents[2] / "corpora"
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def pack() -> Ruleset:
    return rulesets.shipped()


def lines(name: str, language: str) -> list[dict]:
    return read(CORPORA / f"rules_{name}_{language}.ndjson")


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def learned_from(language: str) -> list[dict]:
    """All tuning lines of a language: short ones, near pairs, letters."""
    return [line for path in CORPORA.glob(f"rules_tuning_*{language}.ndjson") for line in read(path)]


def judged(pack: Ruleset, text: str):
    return pack.evaluate(Facts(message=MessageFacts(text=text)))


def test_the_pack_has_no_doubts_and_passes_its_own_tests(pack):
    assert not pack.warnings
    report = pack.run_tests()
    assert not [str(failure) for failure in report.failures]
    assert not report.uncovered


def test_the_answers_exist_in_both_languages_and_ask_for_no_secret(pack):
    for name in ("receipt", "receipt-critical", "leaked-secret"):
        english = pack.render(name, "en", {"ticket.number": "T-1"})
        chinese = pack.render(name, "zh", {"ticket.number": "T-1"})
        assert english != chinese
        assert "T-1" in english
        assert "T-1" in chinese
        assert "{{" not in english + chinese
        assert "never" in english
        assert "send us your" not in english.lower()


def test_the_reason_of_the_walk_names_the_word(pack):
    verdict = judged(pack, "我的币被人转走了")
    assert (verdict.urgency, verdict.queue, verdict.language) == ("critical", "emergency", "zh")
    (stolen,) = [reason for reason in verdict.reasons if reason.rule == "stolen-funds"]
    assert "转走" in stolen.why
    assert any(start <= 5 and end >= 7 for start, end in stolen.at)


def test_a_leak_answers_with_the_leak_template_first(pack):
    facts = Facts(message=MessageFacts(text="my wallet was stolen [SEED_PHRASE]", findings=("SEED_PHRASE",)))
    verdict = pack.evaluate(facts)
    assert verdict.urgency == "critical"
    assert [reply.template for reply in verdict.replies] == ["leaked-secret"]


# Words too common to tell one English line from another.
COMMON = frozenset(
    re.findall(
        r"\w+",
        "a an the i my me we our you your it is was were be been to of in on at and or for with from that this there"
        " has have had not by as are am do did so but up out his her he she they them",
    )
)


def content(text: str, language: str) -> frozenset[str]:
    """The telling words of a line; in Chinese, which has no blanks, its pairs of characters."""
    folded = fold_word(text)
    if language == "en":
        return frozenset(re.findall(r"[a-z0-9']+", folded)) - COMMON
    signs = re.sub(r"[^\w]", "", folded)
    return frozenset(map("".join, pairwise(signs)))


def is_alike(text: str, other: str) -> bool:
    """Whether most of one stands in the other in its order; what is cheap to know is asked first."""
    matcher = SequenceMatcher(None, text, other)
    return all(ask() >= 0.85 for ask in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))


ALIKE = 0.35
"""Share of words in both lines, of those in either, from which one may be a copy of the other."""


def near_copies(measuring: list[dict], others: list[dict], language: str) -> list[tuple[str, str]]:
    """Measuring lines that say nearly the same words as one of the others, each with that one."""
    measured, tuned = (
        [(line["text"], content(line["text"], language)) for line in each] for each in (measuring, others)
    )
    seen = Counter(word for _, words in (*measured, *tuned) for word in words)

    def rarest(words: frozenset[str]) -> list[str]:
        """Those of which two lines that are alike share one (prefix filtering; Bayardo et al., 2007)."""
        return sorted(words, key=lambda word: (seen[word], word))[: len(words) - ceil(ALIKE * len(words)) + 1]

    holding: dict[str, list[int]] = {}
    for number, (_, words) in enumerate(tuned):
        for word in rarest(words):
            holding.setdefault(word, []).append(number)
    copies = []
    for text, words in measured:
        for number in {number for word in rarest(words) for number in holding.get(word, ())}:
            other, other_words = tuned[number]
            shared = len(words & other_words)
            either = len(words) + len(other_words) - shared
            if shared >= ALIKE * either and (shared >= 0.6 * either or is_alike(fold_word(text), fold_word(other))):
                copies.append((text, other))
    return copies


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["unseen", "choosing"])
def test_no_measuring_line_is_a_tuning_line_or_nearly_one(name, language):
    measured = lines(name, language)
    assert len(measured) >= 1_000
    assert len({fold_word(line["text"]) for line in measured}) == len(measured)
    assert not near_copies(measured, learned_from(language), language)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_measuring_line_is_one_that_something_was_chosen_by_or_nearly_one(language):
    assert not near_copies(lines("unseen", language), lines("choosing", language), language)


# Shares of unseen lines: incidents that must be critical, others that must not. Floors, a little under what is reached;
# the figures reached are in the output.
FLOORS = {
    "en": {"wallet": 0.97, "banking": 0.965, "alarming": 0.98, "ordinary": 0.995},
    "zh": {"wallet": 0.97, "banking": 0.955, "alarming": 0.985, "ordinary": 0.99},
}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_incidents_are_told_from_talk(pack, language):
    right, total = Counter(), Counter()
    for line in lines("unseen", language):
        total[line["kind"]] += 1
        right[line["kind"]] += (judged(pack, line["text"]).urgency == "critical") is line["critical"]
    floors = FLOORS[language]
    reached = {kind: right[kind] / total[kind] for kind in floors}
    print(language, {kind: f"{share:.3f} of {total[kind]}" for kind, share in reached.items()})
    assert all(reached[kind] >= floor for kind, floor in floors.items()), reached


@pytest.mark.parametrize(
    "text", ["a transfer", "my wallet", "a payment", "unknown", "我的钱包", "我的卡", "一笔交易", "助记词"]
)
def test_a_word_that_only_names_the_topic_is_no_incident(pack, text):
    assert judged(pack, text).urgency != "critical"


FLOORS_OF_OTHERS = {
    ("mid", "en"): {"incident": 0.95, "alarming": 0.92, "ordinary": 0.96},
    ("mid", "zh"): {"incident": 0.95, "alarming": 0.95, "ordinary": 0.92},
    ("long", "en"): {"incident": 0.98, "alarming": 0.8, "ordinary": 0.93},
    ("long", "zh"): {"incident": 0.98, "alarming": 0.85, "ordinary": 0.91},
    ("traffic", "en"): {"incident": 0.95, "ordinary": 0.94},
    ("traffic", "zh"): {"incident": 0.95, "ordinary": 0.985},
    ("near", "en"): {"incident": 0.88, "ordinary": 0.91},
    ("near", "zh"): {"incident": 0.89, "ordinary": 0.94},
}
"""Messages of a few sentences that are full of facts, long mails, what comes in on a busy day in pieces, and what
sounds near an incident: money that is late, cards that machines keep, fees nobody expected."""


@pytest.mark.slow
@pytest.mark.parametrize(("size", "language"), FLOORS_OF_OTHERS)
def test_an_incident_is_found_in_other_kinds_of_messages_and_few_others_are_taken_for_one(pack, size, language):
    measuring = lines(f"unseen_{size}", language)
    assert len(measuring) >= 100
    assert not near_copies(measuring, lines(f"tuning_{size}", language), language)
    right, total = Counter(), Counter()
    for line in measuring:
        kind = "incident" if line["critical"] else line["kind"]
        total[kind] += 1
        right[kind] += (judged(pack, line["text"]).urgency == "critical") is line["critical"]
    floors = FLOORS_OF_OTHERS[size, language]
    reached = {kind: right[kind] / total[kind] for kind in floors}
    print(size, language, {kind: f"{share:.3f} of {total[kind]}" for kind, share in reached.items()})
    assert all(reached[kind] >= floor for kind, floor in floors.items()), reached


@pytest.mark.slow
@pytest.mark.parametrize("name", ["measuring_1", "measuring_2", "hard_en", "hard_zh"])
def test_of_what_is_said_on_other_peoples_days_little_is_taken_for_an_incident(pack, name):
    """`critical` in a day is what was judged by hand: true, or null for what nobody could tell."""
    said = {message["text"]: message.get("critical", False) for case in day.cases(name) for message in case["messages"]}
    ordinary = [text for text, critical in said.items() if text and critical is False]
    rang = [text for text in ordinary if judged(pack, redact(text).text).urgency == "critical"]
    print(name, f"{len(rang)} of {len(ordinary)}")
    assert len(rang) <= 0.06 * len(ordinary)
