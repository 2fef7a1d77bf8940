"""Fields that are read before they are judged."""

from rules.scan import AHEAD_MAX, Scanner
from rules.words import Lexicon
from tests.unit.rules.rules_files import judged, ruleset

FILE = """\
weights:
  incident: {start: -1, words: "+2 took my coins"}
rules:
  - {id: it, when: {message.any|weighs: {of: incident, at least: 1}}, then: {tag: hit}}
  - {id: word, when: {message.text|has: [stolen, 被盗]}, then: {urgency: high}}
"""
TEXTS = ["they took my coins", "stolen!", "我的币被盗了", "Hello\n\nthey TOOK my coins. Stolen", "", "hello"]


def test_what_was_read_ahead_is_judged_alike():
    ahead, alone = ruleset(FILE), ruleset(FILE)
    ahead.read_ahead(TEXTS)
    for text in TEXTS:
        for subject in TEXTS:
            assert judged(ahead, text, subject=subject) == judged(alone, text, subject=subject)


def test_it_is_not_read_again_and_forgotten_when_others_follow():
    scanner = Scanner(Lexicon())
    scanner.read_ahead(["some words"], ())
    hits = scanner.scan("some words").hits
    assert scanner.scan("some words").hits is hits
    assert scanner.scan("other words").hits is not hits
    assert scanner.scan("some words", plainly=True).hits is not hits
    scanner.read_ahead(map(str, range(AHEAD_MAX - 1)), ())
    scanner.read_ahead(["some words", "one more"], ())
    assert scanner.scan("some words").hits is hits, "it was read again in time"
    scanner.read_ahead(map(str, range(AHEAD_MAX)), ())
    assert scanner.scan("some words").hits is not hits


def test_work_on_a_text_is_counted_for_each_judgement():
    scanner = Scanner(Lexicon())
    scanner.read_ahead(["some words"], ())
    scanner.scan("some words").work += 1
    assert scanner.scan("some words").work == 0
