"""The shipped wallet pack: its own tests, and what it reaches on wordings it was not built on.

The corpora in tests/corpora: `tuning` lines were looked at while the pack was written, `unseen` lines never were.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import Ruleset, load

CORPORA = Path(__file__).parents[2] / "corpora"
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def pack() -> Ruleset:
    return load(read())


def lines(name: str, language: str) -> list[dict]:
    text = (CORPORA / f"rules_{name}_{language}.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


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
    assert (5, 7) in stolen.at


def test_a_leak_answers_with_the_leak_template_first(pack):
    facts = Facts(message=MessageFacts(text="my wallet was stolen [SEED_PHRASE]", findings=("SEED_PHRASE",)))
    verdict = pack.evaluate(facts)
    assert verdict.urgency == "critical"
    assert [reply.template for reply in verdict.replies] == ["leaked-secret"]


def test_no_line_is_in_both_corpora():
    for language in LANGUAGES:
        tuning = {line["text"] for line in lines("tuning", language)}
        assert not tuning & {line["text"] for line in lines("unseen", language)}


# Shares of unseen lines: incidents that must be critical, others that must not. The figures reached are in the output.
AIMS = {"wallet": 0.88, "banking": 0.92, "alarming": 0.89, "ordinary": 0.99}


@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_incidents_are_told_from_talk(pack, language):
    right, total = Counter(), Counter()
    for line in lines("unseen", language):
        total[line["kind"]] += 1
        right[line["kind"]] += (judged(pack, line["text"]).urgency == "critical") is line["critical"]
    reached = {kind: right[kind] / total[kind] for kind in AIMS}
    print(language, {kind: f"{share:.3f} of {total[kind]}" for kind, share in reached.items()})
    assert all(reached[kind] >= aim for kind, aim in AIMS.items()), reached
