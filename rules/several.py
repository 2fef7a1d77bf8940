"""Words counted, and words written exactly so: `has at least 2`, `has exact case` and their like."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from rules.conditions import Evidence
from rules.facts import Span
from rules.scan import Scan
from rules.scene import Scene
from rules.text import fold_but_case
from rules.wording import TextCondition
from rules.words import NUMBER_WORD, WordGroup

SPELLINGS_MAX: Final = 200
"""Places of one word whose capitals are compared."""


class Word(NamedTuple):
    """One word of a rule in all its spellings; `written` as the rule has it when capitals count, else empty."""

    group: WordGroup
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(TextCondition):
    """At least so many different ones of the words."""

    words: tuple[Word, ...]
    any_of: WordGroup
    """All of them together."""
    least: int

    @property
    def needs(self) -> tuple[WordGroup, ...]:
        """All of them where all are wanted, else any."""
        if self.least == len(self.words):
            return tuple(word.group for word in self.words)
        return (self.any_of,)

    def test(self, scene: Scene) -> bool:
        """Answer for one message."""
        missing = len(self.words) - self.least
        scans = self.scans(scene)
        for word in self.words:
            if all(self._place(scene, scan, word) is None for scan in scans):
                missing -= 1
                if missing < 0:
                    return False
        return True

    def evidence(self, scene: Scene) -> list[Evidence]:
        """Return the first place of each word that is there."""
        found: list[Evidence] = []
        for word in self.words:
            for scan in self.scans(scene):
                if (place := self._place(scene, scan, word)) is not None:
                    (quoted,), at = self.quote(scene, scan, (place,))
                    found.append(Evidence(quoted, at))
                    break
        return found

    def _place(self, scene: Scene, scan: Scan, word: Word) -> Span | None:
        """Where a word stands first, written as wanted."""
        if not word.written or word.written == NUMBER_WORD:
            return next(iter(scan.first(word.group, 1)), None)
        places = scan.first(word.group, SPELLINGS_MAX)
        wanted = fold_but_case(word.written.rstrip("*"))
        for place, quoted in zip(places, self.quote(scene, scan, tuple(places))[0], strict=True):
            if fold_but_case(quoted) in {wanted, wanted.replace("'", "")}:
                return place
        return None
