"""The fields of one event at the door: looked over in one pass, masked, and fit to be stored."""

from collections.abc import Container

from router.core.textfiles import Looked
from router.flow.care import Carer
from router.keys import Keyring
from router.model.limits import TEXT_FILES_BYTES_MAX
from router.model.message import InboundEvent, Redaction
from router.model.storable import storable
from rules.facts import Redacted
from rules.redact import masked_values, redact_fields, shortened
from rules.treatment import Choice

_ADDRESS = "WALLET_ADDRESS"


class Fields:
    """The fields of one event, looked at together, and what was found in them."""

    def __init__(self, event: InboundEvent, keys: Keyring, choice: Choice) -> None:
        self._visibility = event.visibility
        self._keys = keys
        self._policy = choice.treatment.policy
        self.carer = Carer(choice, event.visibility)
        self._fields: list[tuple[str, str]] = []
        self._safe: list[str] = []
        self.redactions: list[Redaction] = []
        self.types: dict[str, None] = {}
        self.hashes: list[str] = []
        self.addresses: list[str] = []
        self.masked: list[int] = []
        """Places of the fields that something was masked in."""
        self.masked_elsewhere = False

    def __len__(self) -> int:
        return len(self._fields)

    def add(self, name: str, text: str, limit: int | None = None) -> int:
        """Take a field, of which at most `limit` characters are kept; its place, by which `safe` gives it back."""
        if limit is not None and len(text) > limit:
            text, secret = shortened(text[:TEXT_FILES_BYTES_MAX], limit, self._visibility, self._policy)
            self.masked_elsewhere |= secret
        self._fields.append((name, text))
        return len(self._fields) - 1

    def clean(self, reported: Container[int | None]) -> None:
        """Mask in all fields; the spans in those at `reported` are the public contract's redactions."""
        all_found = redact_fields(self._fields, visibility=self._visibility, policy=self._policy)
        self._safe = [found.text for found in all_found]
        for place, found in enumerate(all_found):
            if found.findings:
                self._mark(place, found, report=place in reported)

    def safe(self, place: int) -> str:
        """The field without its secrets, fit to be stored."""
        return storable(self._safe[place])

    def count(self, looked: Looked) -> None:
        """Take what was found in a file."""
        self.types.update(dict.fromkeys(looked.types))
        self.hashes += [self._keys.fingerprint(kind, value) for kind, value in looked.values]
        self.masked_elsewhere |= looked.checked == "masked"

    def _mark(self, place: int, found: Redacted, *, report: bool) -> None:
        name, text = self._fields[place]
        self.types.update((f.type, None) for f in found.findings)
        masked = [f for f in found.findings if f.masked]
        if report:
            self.addresses += [
                self._keys.fingerprint(f.type, text[f.start : f.end]) for f in found.findings if f.type == _ADDRESS
            ]
        if masked:
            self.masked.append(place)
            values = masked_values(text, found)
            self.hashes += [self._keys.fingerprint(f.type, v) for f, v in zip(masked, values, strict=True)]
        if report:
            self.carer.take("subject" if name == "subject" else "text", text, found)
            self.redactions += [Redaction(field=name, start=f.start, end=f.end, type=f.type) for f in masked]
