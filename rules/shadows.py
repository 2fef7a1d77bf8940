"""Rules whose queue, reply or promise can never count, because a rule above always asks first. For the checker."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from rules.attributes import FieldCondition, Is
from rules.book import Book
from rules.conditions import All, AnyOf, Condition
from rules.fields import LANGUAGE_FIELDS
from rules.implication import Proof, accepted
from rules.rule import Rule
from rules.views import Literal
from rules.wording import Has, HasAll, Near, TextCondition
from rules.words import WordGroup

PAIRS_MAX: Final = 200_000
"""Pairs of rules that are compared; with words and values to find them by, 10,000 rules need far fewer."""
_LOOKED_UP: Final = 24
"""Characters of a word whose parts are looked up."""

Mark = WordGroup | tuple[str, object]
"""Words, or a value of a field, by which a rule is found."""


def check(rules: tuple[Rule, ...], book: Book) -> None:
    """Record every rule of which something never counts."""
    found, proof = _Index(), Proof()
    pairs = 0
    for number, rule in enumerate(rules):
        if rule.mode != "enforce":
            continue
        open_keys = [] if rule.force else [key for key in ("queue", "reply", "sla") if getattr(rule, key) is not None]
        for earlier in sorted(found.above(rule.when)) if open_keys else ():
            taker = rules[earlier]
            keys = [key for key in open_keys if taker.event == rule.event and _takes(taker, rule, key)]
            pairs += bool(keys)
            if keys and pairs <= PAIRS_MAX and proof.implies(rule.when, taker.when):
                text = f"{rule.id} never decides the {keys[0]}"
                hint = f"{taker.id} (line {taker.at.line}) takes all its messages first"
                book.problems.warn(rule.at, "shadowed", text, hint)
                break
        if rule.stop or rule.queue or rule.reply or rule.sla:
            found.add(number, rule.when)


def _takes(taker: Rule, rule: Rule, key: str) -> bool:
    """Whether the rule above leaves nothing to ask for; to ask for the same is no mistake."""
    asked = getattr(taker, key)
    return (asked is not None and asked != getattr(rule, key)) or (key == "queue" and asked is None and taker.stop)


class _Index:
    """Finds the rules above that a rule may imply, without trying every pair."""

    def __init__(self) -> None:
        self._by_value: dict[tuple[str, object], list[int]] = defaultdict(list)
        self._by_words: dict[WordGroup, list[int]] = defaultdict(list)
        self._holding: dict[Literal, list[WordGroup]] = defaultdict(list)
        self._others: list[int] = []
        """Those with nothing to find them by."""

    def add(self, number: int, when: Condition) -> None:
        found = _marks(when)
        if found is None:
            self._others.append(number)
        for mark in found or ():
            if isinstance(mark, tuple):
                self._by_value[mark].append(number)
                continue
            if mark not in self._by_words:
                for literal in mark.literals:
                    self._holding[literal].append(mark)
            self._by_words[mark].append(number)

    def above(self, when: Condition) -> set[int]:
        found = set(self._others)
        for one in _leaves(when):
            if isinstance(one, TextCondition):
                for group in one.needs:
                    self._words_above(group, found)
            elif isinstance(one, FieldCondition):
                for value in (accepted(one) or ())[:1]:
                    found.update(self._by_value.get((one.field.name, value), ()))
        return found

    def _words_above(self, group: WordGroup, found: set[int]) -> None:
        """All words must be there or hold one that is, so the shortest tells enough."""
        word = min(group.literals, key=lambda literal: (len(literal), literal))[:_LOOKED_UP]
        parts = {word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1)}
        for part in parts & self._holding.keys():
            for holder in self._holding[part]:
                found.update(self._by_words[holder])


def _leaves(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def _marks(condition: Condition) -> list[Mark] | None:
    """One of these has to be met by whatever implies the condition; None when that is not known."""
    if isinstance(condition, All):
        known = [found for part in condition.parts if (found := _marks(part)) is not None]
        return min(known, key=len, default=None)
    if isinstance(condition, AnyOf):
        several: list[Mark] = []
        for part in condition.parts:
            if (found := _marks(part)) is None:
                return None
            several += found
        return several
    if isinstance(condition, Has | Near | HasAll):
        return [condition.needs[0]]
    if isinstance(condition, Is) and condition.field.name not in LANGUAGE_FIELDS:
        return [(condition.field.name, value) for value in condition.values]
    return None
