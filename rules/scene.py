"""Everything one evaluation looks at: the facts, the scanned texts, the language. Made per message."""

from rules.facts import Facts, Span
from rules.language import detect
from rules.scan import Scan, Scanner

Found = tuple[Scan, tuple[Span, ...]]
"""A scanned part of the message, and the words in it that made a condition true."""


class Scene:
    """One message before the rules; each text is scanned once, whatever the number of rules."""

    __slots__ = ("_language", "_scanner", "_subject", "facts", "found", "text")

    def __init__(self, facts: Facts, scanner: Scanner) -> None:
        self.facts = facts
        self.text = scanner.scan(facts.message.text)
        self.found: dict[int, Found | None] = {}
        """By id of a condition: what it found, so that its evidence is not searched again."""
        self._scanner = scanner
        self._language = facts.message.lang
        self._subject: Scan | None = None

    @property
    def language(self) -> str:
        """What the provider says, or what the text looks like."""
        if not self._language:
            self._language = detect(self.facts.message.text or self.facts.message.subject)
        return self._language

    @property
    def subject(self) -> Scan:
        """The scanned subject."""
        if self._subject is None:
            self._subject = self._scanner.scan(self.facts.message.subject)
        return self._subject

    def part(self, name: str) -> Scan:
        """Return the scan of `text` or `subject`."""
        return self.text if name == "text" else self.subject
