"""What redaction policies ask beyond masking: values to be sealed, and what the search is not to find.

Offsets are those of the field as it is stored, where a placeholder stands for what was masked.
"""

from collections.abc import Iterator

import msgspec

from router.keys import Keyring
from router.model.errors import ConfigError
from router.model.ids import SealedId
from router.model.message import Care, InboundEvent, PickedPolicy, SealedValue, StoredField, Unindexed, Visibility
from router.model.sources import Ids
from router.store.rows import SealedRow
from rules.facts import Facts, Finding, MessageFacts, Redacted
from rules.treatment import UNTREATED, Choice

_VALUES = msgspec.json.Decoder(list[str])


def facts(event: InboundEvent, text: str, now_ms: int) -> Facts:
    """What the rules at the door may look at: the message alone, as it came."""
    return Facts(
        message=MessageFacts(
            text=text,
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            is_automatic=event.automatic != "none",
            alarm=event.alarm,
            attachments=len(event.attachments),
        ),
        now_ms=now_ms,
    )


class Carer:
    """Gathers it for one message."""

    def __init__(self, choice: Choice, visibility: Visibility) -> None:
        self._choice = choice
        self._sealing = choice.treatment.sealed[visibility]
        self._sealed: list[SealedValue] = []
        self._clear: list[str] = []
        self._for_ms: list[int] = []
        self._unindexed: list[Unindexed] = []

    def take(self, field: StoredField, text: str, found: Redacted) -> None:
        """Look at what was found in a field that people read; `text` is the field as it came in."""
        treatment = self._choice.treatment
        for finding, start, end in _stored(found):
            if finding.masked and (sealing := self._sealing.get(finding.type)) is not None:  # type: ignore[call-overload]  # a type of the detectors
                self._sealed.append(
                    SealedValue(
                        field=field,
                        start=start,
                        type=finding.type,
                        agents=sealing.agents,
                        supervisors=sealing.supervisors,
                    )
                )
                self._clear.append(text[finding.start : finding.end])
                self._for_ms.append(sealing.for_ms)
            if finding.type in (treatment.unmarked if finding.masked else treatment.unindexed):
                self._unindexed.append(Unindexed(field=field, start=start, end=end))

    def care(self, keys: Keyring, ids: Ids, *, now_ms: int) -> tuple[Care | None, SealedRow | None]:
        """What is to be kept with the message, and the row that holds its sealed values."""
        if self._choice is UNTREATED:
            return None, None
        row = self._row(keys, ids, now_ms) if self._clear else None
        care = Care(
            policies=tuple(PickedPolicy(rule=one.rule, policy=one.policy) for one in self._choice.picked),
            sealed_id=None if row is None else row.id,
            sealed_until_ms=None if row is None else row.expires_at_ms,
            sealed=tuple(self._sealed),
            unindexed=tuple(self._unindexed),
            untold=tuple(sorted(self._choice.treatment.untold)),
        )
        return care, row

    def _row(self, keys: Keyring, ids: Ids, now_ms: int) -> SealedRow:
        """All values of the message under one seal, for as long as the shortest of them may be kept."""
        sealed_id = SealedId(ids.new())
        clear = msgspec.json.encode([value.encode(errors="replace").decode() for value in self._clear])
        sealed = keys.seal(clear, f"raw:{sealed_id}")
        return SealedRow(
            id=sealed_id,
            key_id=sealed.key_id,
            data=sealed.data,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + min(self._for_ms),
        )


def opened(clear: bytes, place: int) -> str:
    """One of the values that `Carer` sealed. Raises ConfigError for a record that is none of its."""
    try:
        return _VALUES.decode(clear)[place]
    except (msgspec.DecodeError, IndexError):
        raise ConfigError("a sealed record holds no such value") from None


def _stored(found: Redacted) -> Iterator[tuple[Finding, int, int]]:
    """Each finding with its span in the stored field: a placeholder for what was masked, else the value itself."""
    shift = 0
    for finding in found.findings:
        start = finding.start + shift
        if finding.masked:
            length = len(finding.type) + 2
            shift += length - (finding.end - finding.start)
        else:
            length = finding.end - finding.start
        yield finding, start, start + length
