"""Finds ways by a rare word: by pattern, the few ways that need it. Patterns that do not hit cost nothing.

A way is entered under the words of its rarest list only; the others it needs are looked up among the hits once that one
is there. Ways whose rarest list is long, or asked for by many, are better kept in columns of bits (`rules.columns`).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rules.attributes import FieldCondition
from rules.candidate import Candidate, Draft, Test, by_cost
from rules.conditions import Condition
from rules.field_index import Answers
from rules.literals import Finder
from rules.scene import PARTS, Scene
from rules.wording import Has, HasAll

WORDS_MAX: Final = 8
"""Words that the rarest list of a way may have to be looked up here."""

SHARED_MAX: Final = 8
"""Ways that may ask for one of these words, in whatever list. Ordinary words are asked for by many."""


def split(drafts: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Tell ways that a rare word finds from the others."""
    asking: Counter[str] = Counter()
    for draft in drafts:
        asking.update(pattern for group, _ in draft.needs for pattern in group.patterns)
    rare: list[Draft] = []
    common: list[Draft] = []
    for draft in drafts:
        words = draft.needs[0][0].patterns if draft.needs else ()
        few = 0 < len(words) <= WORDS_MAX and all(asking[word] <= SHARED_MAX for word in words)
        (rare if few else common).append(draft)
    return rare, common


class Postings:
    """Ways by the rarest words they need."""

    def __init__(self, drafts: Sequence[Draft], finder: Finder, answers: Answers) -> None:
        text: dict[str, list[Candidate]] = {}
        subject: dict[str, list[Candidate]] = {}
        for draft in drafts:
            candidate = _candidate(draft, finder, answers)
            group, sources = draft.needs[0]
            for pattern in group.patterns:
                if "text" in sources:
                    text.setdefault(pattern, []).append(candidate)
                if "subject" in sources:
                    subject.setdefault(pattern, []).append(candidate)
        self._text, self._subject = text, subject

    def found(self, scene: Scene) -> list[Candidate]:
        """Return the ways of which the rarest word stands in the message, some of them more than once."""
        found: list[Candidate] = []
        for pattern in self._text.keys() & scene.text.hits.present:
            found += self._text[pattern]
        if scene.facts.message.subject:
            for pattern in self._subject.keys() & scene.subject.hits.present:
                found += self._subject[pattern]
        return found


def _candidate(draft: Draft, finder: Finder, answers: Answers) -> Candidate:
    needs = [(group.patterns, PARTS[sources]) for group, sources in draft.needs[1:]]  # the first is what finds it
    tests: list[Test] = []
    fields: list[Test] = []
    for condition in by_cost(draft.way):
        if isinstance(condition, FieldCondition) and condition.field.kind != "text":
            fields.append(answers.of(condition))
        elif not _is_answered(condition, finder.sure):
            tests.append(condition)
    return Candidate(
        order=draft.order,
        rule=draft.rule,
        way=draft.way,
        tests=(*fields, *tests),
        needs=tuple(dict.fromkeys(needs)),
    )


def _is_answered(condition: Condition, sure: set[str]) -> bool:
    """Whether it holds wherever its words hit."""
    return isinstance(condition, Has | HasAll) and all(group.patterns <= sure for group in condition.needs)
