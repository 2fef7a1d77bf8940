"""Everything one evaluation looks at: the facts, the scanned texts, the language. Made per message."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from rules.facts import Facts, Span
from rules.language import detect
from rules.scan import WORK_MAX, Scan, Scanner

Found = tuple[Scan, tuple[Span, ...]]
"""A scanned part of the message, and the words in it that made a condition true."""

Shown = Sequence[tuple[str, tuple[Span, ...]]]
"""What a condition found, in words, and where in the text."""

PARTS: Final = {("text",): 0, ("subject",): 1, ("text", "subject"): 2}
"""Where in `Scene.present` the patterns are that hit in some parts of the message."""

_NOTHING: Final[frozenset[str]] = frozenset()
_OBJECT: Final = msgspec.json.Decoder(dict[str, object])


class Scene:
    """One message before the rules; each text is scanned once, whatever the number of rules."""

    __slots__ = (
        "_custom",
        "_earlier",
        "_language",
        "_present",
        "_scanner",
        "_scans",
        "_subject",
        "answers",
        "facts",
        "found",
        "plain",
        "shown",
        "text",
    )

    def __init__(self, facts: Facts, scanner: Scanner) -> None:
        self.facts = facts
        self.text = scanner.scan(facts.message.text)
        self.plain = scanner.finder.accelerator is None
        """Words are found the first way (`rules.literals`)."""
        self.found: dict[int, Found | None] = {}
        """By id of a condition: what it found, so that its evidence is not searched again."""
        self.shown: dict[int, Shown] = {}
        """By id of a condition: what it shows for itself, whatever the number of rules it made fire."""
        self.answers: dict[int, bool] = {}
        """By number of a condition that several rules share: what it said (`rules.shared`)."""
        self._scanner = scanner
        self._language = facts.message.lang
        self._scans: dict[tuple[str, ...], list[Scan]] = {}
        self._subject: Scan | None = None
        self._custom: dict[str, object] | None = None
        self._present: tuple[AbstractSet[str], AbstractSet[str], AbstractSet[str]] | None = None
        self._earlier: Scene | None = None

    @property
    def earlier(self) -> "Scene | None":
        """The same before the ticket changed; None when that is not what happened."""
        before = self.facts.ticket_before
        if self._earlier is None and before is not None:
            self._earlier = Scene(msgspec.structs.replace(self.facts, ticket=before), self._scanner)
        return self._earlier

    @property
    def language(self) -> str:
        """What the provider says, or what the text looks like."""
        if not self._language:
            self._language = detect(self.facts.message.text or self.facts.message.subject)
        return self._language

    @property
    def custom(self) -> dict[str, object]:
        """What the site added to the message; empty when that is no JSON object."""
        if self._custom is None:
            try:
                self._custom = _OBJECT.decode(self.facts.message.ext or "{}")
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                self._custom = {}
        return self._custom

    @property
    def subject(self) -> Scan:
        """The scanned subject."""
        if self._subject is None:
            self._subject = self._scanner.scan(self.facts.message.subject, plainly=self.plain)
        return self._subject

    def start_plainly(self) -> None:
        """Forget what was found and find words the first way."""
        self.plain = True
        self.text = self._scanner.scan(self.facts.message.text, plainly=True)
        self._subject = self._present = self._earlier = None
        self.found, self.shown, self.answers, self._scans = {}, {}, {}, {}

    @property
    def gave_up(self) -> bool:
        """Whether some words near each other were too many to be put together."""
        return self.text.work > WORK_MAX or (self._subject is not None and self._subject.work > WORK_MAX)

    @property
    def present(self) -> tuple[AbstractSet[str], AbstractSet[str], AbstractSet[str]]:
        """The patterns that hit in the text, in the subject, and in either."""
        if self._present is None:
            text = self.text.hits.present
            if self.facts.message.subject:
                subject = self.subject.hits.present
                self._present = text, subject, text | subject
            else:
                self._present = text, _NOTHING, text
        return self._present

    def scans(self, sources: tuple[str, ...]) -> list[Scan]:
        """Return the scans of `text` and `subject`, as far as they are asked for and there is a subject."""
        found = self._scans.get(sources)
        if found is None:
            named = [name for name in sources if name == "text" or self.facts.message.subject]
            found = self._scans[sources] = [self.text if name == "text" else self.subject for name in named]
        return found
