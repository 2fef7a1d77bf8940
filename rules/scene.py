"""Everything one evaluation looks at: the facts, the scanned texts, the language. Made per message."""

from typing import Final

import msgspec

from rules.facts import Facts, Span
from rules.language import detect
from rules.scales import Lists, Reading
from rules.scan import Scan, Scanner

Found = tuple[Scan, tuple[Span, ...]]
"""A scanned part of the message, and the words in it that made a condition true."""

_OBJECT: Final = msgspec.json.Decoder(dict[str, object])


class Scene:
    """One message before the rules; each text is scanned once, whatever the number of rules."""

    __slots__ = (
        "_custom",
        "_earlier",
        "_language",
        "_readings",
        "_scanner",
        "_subject",
        "facts",
        "found",
        "telling",
        "text",
        "weighed",
    )

    def __init__(self, facts: Facts, scanner: Scanner) -> None:
        self.facts = facts
        self.text = scanner.scan(facts.message.text)
        self.found: dict[int, Found | None] = {}
        """By id of a condition: what it found, so that its evidence is not searched again."""
        self.weighed: dict[tuple[int, int], float] = {}
        """By ids of scales and of a scanned part: what it weighs, whatever the number of rules that ask."""
        self.telling: dict[tuple[int, int], list[Span]] = {}
        """By the same: which words of it tell."""
        self._readings: dict[tuple[int, int], Reading] = {}
        self._scanner = scanner
        self._language = facts.message.lang
        self._subject: Scan | None = None
        self._custom: dict[str, object] | None = None
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
            self._subject = self._scanner.scan(self.facts.message.subject)
        return self._subject

    def part(self, name: str) -> Scan:
        """Return the scan of `text` or `subject`."""
        return self.text if name == "text" else self.subject

    def reading(self, lists: Lists, scan: Scan) -> Reading:
        """Return a scanned part as it is weighed."""
        key = (id(lists), id(scan))
        if key not in self._readings:
            self._readings[key] = lists.read(scan.folded.text)
        return self._readings[key]
