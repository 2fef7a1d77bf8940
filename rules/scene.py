"""Everything one evaluation looks at: the facts, the scanned texts, the language. Made per message."""

from rules.facts import Facts, Span
from rules.language import detect
from rules.scan import Scan, Scanner

Found = tuple[Scan, tuple[Span, ...]]
"""A scanned part of the message, and the words in it that made a condition true."""


class Scene:
    """One message before the rules; texts are scanned once, whatever the number of rules."""

    __slots__ = ("_scanner", "_subject", "facts", "found", "held", "language", "text")

    def __init__(self, facts: Facts, scanner: Scanner) -> None:
        self.facts = facts
        self.language = facts.message.lang or detect(facts.message.text or facts.message.subject)
        self.text = scanner.scan(facts.message.text)
        self.found: dict[int, Found | None] = {}
        """By id of a condition: what it found, so that its evidence is not searched again."""
        self._scanner = scanner
        self._subject: Scan | None = None
        self.held = self.text.held | (self.subject.held if facts.message.subject else 0)
        """Bits of the groups of which a word hit anywhere in the message."""

    @property
    def subject(self) -> Scan:
        """The scanned subject."""
        if self._subject is None:
            self._subject = self._scanner.scan(self.facts.message.subject)
        return self._subject

    def part(self, name: str) -> Scan:
        """Return the scan of `text` or `subject`."""
        return self.text if name == "text" else self.subject

    def literals(self) -> set[int]:
        """Return the numbers of the literals that hit anywhere in the message."""
        if not self.facts.message.subject:
            return self.text.literals
        return self.text.literals | self.subject.literals
