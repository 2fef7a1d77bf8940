"""The door: parse, redact, commit; only then may a connector tell its provider "received".

Files first, outside the database; then one transaction for all payloads of a call: journal rows, quarantine rows,
sealed raw payloads and the cursor.
What cannot be parsed is quarantined with its cause and never blocks what is behind it.
"""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence
from time import perf_counter
from typing import get_args

import msgspec

from router.bus import Bus
from router.connector import Acceptance, Accepted, Cursor, Manifest, RawEvent
from router.core.identity import conversation_key
from router.flow.commits import Arrival, Commits
from router.flow.door import Cleaned, Read, clean, read
from router.flow.media import Media, NewFile
from router.flow.namesakes import told_apart
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.model.errors import InvalidMessage, MediaGone, StoreUnavailable
from router.model.ids import JournalId, QuarantineId, SealedId
from router.model.limits import PARSE_SECONDS_MAX, PARTITIONS, RAW_BYTES_MAX, SEALED_TTL_MS
from router.model.message import InboundEvent
from router.model.sources import Clock, Ids
from router.store import journal
from router.store.rows import JournalRow, QuarantineRow, SealedRow
from router.store.script import Store
from router.telemetry import Logger, Metrics
from rules.redact import redact

_LARGE_BYTES = 262_144
"""A payload so large is parsed off the event loop."""
_PIECE = 50
"""Payloads of one call that are committed together: while they are, the next ones are read."""
_BREATHE_S = 0.01
"""The loop serves others after so long a stretch of parsing."""
_KEEP_ATTEMPTS = 3
_ENCODER = msgspec.json.Encoder()


def partition_of(conversation_key: str) -> int:
    """Which of the fixed partitions a sender's events belong to; the same in every process and release."""
    return zlib.crc32(conversation_key.encode(errors="replace")) % PARTITIONS


def hashed_key(keys: Keyring, channel: str, account: str, key: str) -> str:
    """All that the journal keeps of a message whose sender was erased."""
    named = "\x1f".join((channel, account, journal.dedupe_key(key)))
    return f"erased:{keys.fingerprint('erased', named)}"


class Door:
    """What all inlets share."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        media: Media,
        keys: Keyring,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self.store = store
        self.commits = Commits(store=store, bus=bus, clock=clock)
        self.rulebook, self.media, self.keys = rulebook, media, keys
        self.clock, self.ids, self.metrics, self.log = clock, ids, metrics, log
        self.heard: dict[tuple[str, str], int] = {}
        """When something last came in, by kind and account."""

    def inlet(self, manifest: Manifest, account: str, *, imported: bool = False) -> "ChannelInlet":
        """The door for one channel account; `imported` marks history, which the machine never answers."""
        return ChannelInlet(self, manifest, account, imported=imported)


class _Batch:
    """Rows of one intake transaction, and where each payload's results will be found."""

    def __init__(self) -> None:
        self.journal: list[JournalRow] = []
        self.quarantine: list[QuarantineRow] = []
        self.sealed: list[SealedRow] = []
        self.files: dict[str, NewFile] = {}
        self.results: list[list[Accepted | int]] = []
        """Per payload: a verdict, or the position of its journal row, whose verdict the commit brings."""
        self.redact_s = 0.0


def _kept(cleaned: Cleaned, raw: RawEvent) -> Sequence[NewFile]:
    """Files to be stored. A connector may attach a payload that it could not read whole to its own message; what was
    masked in it must no more rest as a file than as a payload."""
    if not (cleaned.masked and cleaned.files):
        return cleaned.files
    whole = hashlib.sha256(raw.body).hexdigest()
    return [file for file in cleaned.files if file.hash != whole]


class ChannelInlet:
    """Implements connector.Inlet for one channel account."""

    def __init__(self, door: Door, manifest: Manifest, account: str, *, imported: bool) -> None:
        self._door = door
        self._imported = imported
        self._manifest = manifest
        metrics = door.metrics
        self._redact_seconds = metrics.stage_seconds.labels("redact")
        self._commit_seconds = metrics.stage_seconds.labels("commit")
        self._counted = {outcome: metrics.accepted.labels(manifest.kind, outcome) for outcome in get_args(Acceptance)}
        self._account = account
        self._turn = asyncio.Lock()
        """Two folders may bring one id in the same instant: the second is compared after the first is written."""

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """Parse, redact and commit `raws` and `cursor`; per payload, what became of its events.

        Raises StoreUnavailable when nothing was written: do not acknowledge, try again.
        """
        results: list[list[Accepted]] = []
        ahead: asyncio.Task[list[list[Accepted]]] | None = None
        try:
            for start in range(0, max(len(raws), 1), _PIECE):
                batch = await self._read(raws[start : start + _PIECE])
                if ahead is not None:
                    results += await ahead  # before what follows is written: the cursor stands for all before it
                if start + _PIECE >= len(raws):
                    return results + await self._write(batch, cursor)
                ahead = asyncio.create_task(self._write(batch, None), name="intake")
        finally:
            if ahead is not None:
                ahead.cancel()
        raise AssertionError("a call has a last piece")

    async def refused(self, raw: RawEvent) -> list[Accepted]:
        """What `accept` would quarantine of this payload; nothing is written."""
        batch = _Batch()
        await self._take(raw, batch)
        return [result for result in batch.results[0] if isinstance(result, Accepted)]

    async def _read(self, raws: Sequence[RawEvent]) -> _Batch:
        batch = _Batch()
        rested = perf_counter()
        for raw in raws:
            await self._take(raw, batch)
            if perf_counter() - rested > _BREATHE_S:
                await asyncio.sleep(0)
                rested = perf_counter()
        return batch

    async def _write(self, batch: _Batch, cursor: Cursor | None) -> list[list[Accepted]]:
        started = perf_counter()
        verdicts = await self._append(batch, cursor)
        self._commit_seconds.observe(perf_counter() - started)
        self._redact_seconds.observe(batch.redact_s)
        reports = [[self._report(result, batch, verdicts) for result in results] for results in batch.results]
        outcomes = [one.outcome for results in reports for one in results]
        if outcomes:
            self._door.heard[self._manifest.kind, self._account] = self._door.clock.now_ms()
        for outcome in set(outcomes):
            self._counted[outcome].inc(outcomes.count(outcome))
        return reports

    async def _append(self, batch: _Batch, cursor: Cursor | None) -> list[journal.Appended]:
        """Commit a batch; where ids are senders' own words, after what else came under them is known."""
        if not self._manifest.capabilities.ids_by_senders:
            return await self._commit(batch, cursor)
        async with self._turn:
            batch.journal = await told_apart(self._door.store, batch.journal)
            return await self._commit(batch, cursor)

    async def _commit(self, batch: _Batch, cursor: Cursor | None) -> list[journal.Appended]:
        """Commit what refers to its files once they are durable."""
        arrival = Arrival(
            journal=batch.journal,
            hashed=[hashed_key(self._door.keys, row.channel, row.account, row.dedupe_key) for row in batch.journal],
            sealed=batch.sealed,
            quarantine=batch.quarantine,
            cursor=None if cursor is None else (self._manifest.kind, self._account, cursor.scope, cursor.value),
        )
        files = list(batch.files.values())
        for _ in range(_KEEP_ATTEMPTS):
            kept = await self._door.media.keep(files)
            try:
                return await self._door.commits.write(
                    msgspec.structs.replace(arrival, files=kept.files, known=kept.known)
                )
            except MediaGone:
                continue
        raise StoreUnavailable("files of this content are being removed; try again")

    def _report(self, result: Accepted | int, batch: _Batch, verdicts: Sequence[journal.Appended]) -> Accepted:
        if isinstance(result, int):
            return Accepted(outcome=verdicts[result], message_id=batch.journal[result].message_id)
        return result

    async def _take(self, raw: RawEvent, batch: _Batch) -> None:
        started = perf_counter()
        try:
            events = await self._parse(raw)
        except InvalidMessage as error:
            refused = self._quarantine(raw, "invalid", str(error), batch, message_id=error.message_id)
            batch.results.append([refused])
            return
        except TimeoutError:
            detail = f"parsing took longer than {PARSE_SECONDS_MAX} s"
            batch.results.append([self._quarantine(raw, "too_slow", detail, batch)])
            return
        except Exception as error:  # noqa: BLE001 -- a parser's mistake must not block what is behind it
            self._door.log.error("intake.parser_failed", channel=self._manifest.kind, error=type(error).__name__)
            batch.results.append([self._quarantine(raw, "parser_failed", type(error).__name__, batch)])
            return
        parse_ms = (perf_counter() - started) * 1000
        results: list[Accepted | int] = []
        kept_raw = False
        for event in events:
            try:
                cleaned = self._clean(event, await self._read_long(event), parse_ms, batch)
            except InvalidMessage as error:
                results.append(self._quarantine(raw, "invalid", str(error), batch, message_id=event.message_id))
                continue
            except Exception as error:  # noqa: BLE001 -- nor must a detector's; only the kind of it holds none of the text
                kind = type(error).__name__
                self._door.log.error("intake.cleaning_failed", channel=self._manifest.kind, error=kind)
                detail = f"looking for secrets failed ({kind}): a defect of ours, please report it"
                results.append(self._quarantine(raw, "cleaning_failed", detail, batch, message_id=event.message_id))
                continue
            sealed_id = None
            if cleaned.sealed is not None:
                sealed_id = cleaned.sealed.id
                batch.sealed.append(cleaned.sealed)
            elif not cleaned.masked and not kept_raw and len(events) == 1:
                sealed_id, kept_raw = self._seal(raw, batch, expires=True), True
            results.append(len(batch.journal))
            batch.journal.append(self._row(cleaned, sealed_id))
            for file in _kept(cleaned, raw):
                batch.files.setdefault(file.hash, file)
        batch.results.append(results)

    async def _parse(self, raw: RawEvent) -> Sequence[InboundEvent]:
        if len(raw.body) > RAW_BYTES_MAX:
            raise InvalidMessage(f"{len(raw.body)} bytes, at most {RAW_BYTES_MAX} are taken")
        if len(raw.body) < _LARGE_BYTES:
            return self._manifest.parse(raw, self._account)
        async with asyncio.timeout(PARSE_SECONDS_MAX):
            return await asyncio.to_thread(self._manifest.parse, raw, self._account)

    async def _read_long(self, event: InboundEvent) -> Read | None:
        """What takes long is read beside the loop; None for the rest, which is read as it is cleaned."""
        if sum(len(file.data or b"") for file in event.attachments) < _LARGE_BYTES:
            return None
        door = self._door
        return await asyncio.to_thread(read, event, door.rulebook.current, received_at_ms=door.clock.now_ms())

    def _clean(self, event: InboundEvent, done: Read | None, parse_ms: float, batch: _Batch) -> Cleaned:
        started = perf_counter()
        door = self._door
        now_ms = door.clock.now_ms()
        cleaned = clean(
            event if event.sent_at_ms else msgspec.structs.replace(event, sent_at_ms=now_ms),
            door.keys,
            door.ids,
            received_at_ms=now_ms,
            ruleset=door.rulebook.current,
            parse_ms=round(parse_ms, 3),
            done=done,
        )
        for redaction in cleaned.entry.redactions:
            door.metrics.redactions.labels(redaction.type).inc()
        elapsed = perf_counter() - started
        batch.redact_s += elapsed
        entry = msgspec.structs.replace(cleaned.entry, redact_ms=round(elapsed * 1000, 3), imported=self._imported)
        return msgspec.structs.replace(cleaned, entry=entry)

    def _row(self, cleaned: Cleaned, sealed_id: SealedId | None) -> JournalRow:
        event = cleaned.entry.event
        key = conversation_key(event)
        return JournalRow(
            id=JournalId(self._door.ids.new()),
            partition=partition_of(key),
            conversation_key=key,
            channel=event.channel,
            account=event.account,
            dedupe_key=event.message_id,
            message_id=event.message_id,
            entry=_ENCODER.encode(cleaned.entry),
            sealed_id=sealed_id,
            received_at_ms=cleaned.entry.received_at_ms,
        )

    def _seal(self, raw: RawEvent, batch: _Batch, *, expires: bool) -> SealedId:
        now_ms = self._door.clock.now_ms()
        sealed_id = SealedId(self._door.ids.new())
        payload = msgspec.json.encode({"meta": dict(raw.meta)}) + b"\n" + raw.body
        sealed = self._door.keys.seal(payload, f"raw:{sealed_id}")
        row = SealedRow(
            id=sealed_id,
            key_id=sealed.key_id,
            data=sealed.data,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + SEALED_TTL_MS if expires else None,
        )
        batch.sealed.append(row)
        return sealed_id

    def _quarantine(
        self, raw: RawEvent, cause: str, detail: str, batch: _Batch, *, message_id: str | None = None
    ) -> Accepted:
        # It may repeat a name or a time as it was found, and columns get mixed up: a secret stands in place of one.
        detail = redact(detail, visibility="private").text
        batch.quarantine.append(
            QuarantineRow(
                id=QuarantineId(self._door.ids.new()),
                channel=self._manifest.kind,
                account=self._account,
                received_at_ms=self._door.clock.now_ms(),
                cause=cause,
                detail=detail[:500],
                sealed_id=self._seal(raw, batch, expires=False),
            )
        )
        return Accepted(outcome="quarantined", message_id=message_id, reason=detail)
