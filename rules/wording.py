"""Conditions on what a message says: its text, its subject, or both.

Built by the loader from `message.text|has` and its like; all words were found by one scan before.
"""

from dataclasses import dataclass
from typing import Any

import re2

from rules.conditions import Condition, Evidence
from rules.facts import Span
from rules.near import Chain, Unless, find
from rules.scan import EXPRESSIONS_MAX, Scan
from rules.scene import Found, Scene
from rules.words import WordGroup

EVIDENCE_MAX = 20
"""Hits of one condition that a reason shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCondition(Condition):
    """A test of message text, subject, or both."""

    sources: tuple[str, ...]

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """Groups of each of which a word must stand in the parts it looks at, or it cannot hold."""
        return ()

    def scans(self, scene: Scene) -> list[Scan]:
        """Return the scanned parts this test looks at."""
        return scene.scans(self.sources)

    def quote(self, scene: Scene, scan: Scan, spans: Chain) -> tuple[list[str], tuple[Span, ...]]:
        """Return words as written, and their spans when they stand in the text."""
        in_text = scan is scene.text
        message = scene.facts.message
        source = message.text if in_text else message.subject
        found = [scan.source(span) for span in spans]
        return [source[start:end] for start, end in found], tuple(found) if in_text else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Has(TextCondition):
    """Any of the words."""

    words: WordGroup

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """Any of the words."""
        return (self.words,)

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        for scan in self.scans(scene):  # noqa: SIM110 - half the time of any() on the hot path
            if scan.holds(self.words):
                return True
        return False

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return each word once, with the places where it stands."""
        found: list[Evidence] = []
        for scan in self.scans(scene):
            spans = scan.first(self.words, EVIDENCE_MAX)
            if not spans:
                continue
            in_text = scan is scene.text
            source = scene.facts.message.text if in_text else scene.facts.message.subject
            places: dict[str, tuple[Span, ...]] = {}
            covered = -1
            for span in spans:
                if span[0] < covered:
                    continue  # inside a longer word that hit
                covered = span[1]
                start, end = at = scan.folded.span(*span)
                word = source[start:end].casefold()
                places[word] = (*places.get(word, ()), at)
            found += [Evidence(word, at if in_text else ()) for word, at in places.items()]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HasAll(TextCondition):
    """Every one of the words, anywhere."""

    words: tuple[WordGroup, ...]

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """Every word, in any spelling."""
        return self.words

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        scans = self.scans(scene)
        return all(any(scan.holds(group) for scan in scans) for group in self.words)

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the first place of each word."""
        found: list[Evidence] = []
        for group in self.words:
            places = ((scan, first) for scan in self.scans(scene) for first in scan.first(group, 1))
            scan, first = next(places)
            (word,), at = self.quote(scene, scan, (first,))
            found.append(Evidence(word, at))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Near(TextCondition):
    """One word of each group close together in a sentence, unless other words stand there."""

    groups: tuple[WordGroup, ...]
    within: int
    ordered: bool
    unless: Unless | None

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """A word of each group."""
        return self.groups

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return self._found(scene) is not None

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the words of the first chain."""
        found = self._found(scene)
        if found is None:
            return []
        words, at = self.quote(scene, *found)
        why = words[0] if len(words) == 1 else f"near({', '.join(words)})"
        return [Evidence(why, at)]

    def _found(self, scene: Scene) -> Found | None:
        key = id(self)
        if key not in scene.found:
            scene.found[key] = self._search(scene)
        return scene.found[key]

    def _search(self, scene: Scene) -> Found | None:
        for scan in self.scans(scene):
            chain = find(scan, self.groups, within=self.within, ordered=self.ordered, unless=self.unless)
            if chain is not None:
                return scan, chain
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(TextCondition):
    """The text is, begins or ends with one of the texts; outer blanks do not count."""

    operator: str
    texts: tuple[str, ...]
    words: WordGroup

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """One of the texts."""
        return (self.words,)

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        return self._found(scene) is not None

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the text that was found."""
        return [Evidence(f"{self.operator} {self._found(scene)}")]

    def _found(self, scene: Scene) -> str | None:
        for scan in self.scans(scene):
            text = scan.folded.text.strip()
            for wanted in self.texts:
                if (
                    text == wanted
                    or (self.operator == "starts" and text.startswith(wanted))
                    or (self.operator == "ends" and text.endswith(wanted))
                ):
                    return wanted
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(TextCondition):
    """A regular expression finds something in the folded text."""

    patterns: tuple[Any, ...]  # re2 publishes no types
    words: tuple[WordGroup, ...]
    """Of each of which one must stand in the text, as far as that is known."""

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """What no match can do without."""
        return self.words

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        for scan in self.scans(scene):
            head = scan.head
            for pattern in self.patterns:
                if pattern.search(head) is not None:
                    return True
        return False

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return what the expression found."""
        found = self._first(scene)
        if found is None or found[1][0] == found[1][1]:
            return [Evidence(self.label)]
        words, at = self.quote(scene, found[0], (found[1],))
        return [Evidence(f"matches({words[0]})", at)]

    def _first(self, scene: Scene) -> "tuple[Scan, Span] | None":
        for scan in self.scans(scene):
            text = scan.folded.text[:EXPRESSIONS_MAX]
            for pattern in self.patterns:
                match = pattern.search(text)
                if match is not None:
                    return scan, (match.start(), match.end())
        return None


def compile_regex(source: str) -> Any:  # noqa: ANN401 - re2 publishes no types
    """Compile a linear-time expression; raises re2.error with the reason."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(source, options)
