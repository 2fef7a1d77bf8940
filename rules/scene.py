"""Everything one evaluation looks at: the facts, the scanned texts, the language. Made per message."""

from rules.facts import Facts
from rules.language import detect
from rules.words import Scan, Scanner


class Scene:
    """One message before the rules; texts are scanned once, whatever the number of rules."""

    __slots__ = ("_scanner", "_subject", "facts", "language", "text")

    def __init__(self, facts: Facts, scanner: Scanner) -> None:
        self.facts = facts
        self.language = facts.message.lang or detect(facts.message.text or facts.message.subject)
        self.text = scanner.scan(facts.message.text)
        self._scanner = scanner
        self._subject: Scan | None = None

    @property
    def subject(self) -> Scan:
        """The scanned subject."""
        if self._subject is None:
            self._subject = self._scanner.scan(self.facts.message.subject)
        return self._subject

    def part(self, name: str) -> Scan:
        """Return the scan of `text` or `subject`."""
        return self.text if name == "text" else self.subject

    def mask(self) -> int:
        """Bits of every literal that hit anywhere in the message."""
        return self.text.mask | (self.subject.mask if self.facts.message.subject else 0)
