"""Erasing a person: cut off in one transaction, then batch by batch, then out of the files and out of free pages.

The erasure is a row from the first transaction on. Whoever runs it may die anywhere: `Erasures.run`, or the same
command once more, takes it up again, and batches that had run change nothing.
"""

import asyncio
import re
from typing import Final

import msgspec

from router.bus import Bus
from router.flow import rounds
from router.flow.intake import hashed_key
from router.flow.media import Media
from router.flow.names import contact_named
from router.flow.persistence import persist
from router.keys import Keyring, Sealed
from router.model.erasure import Erasure, ErasureWork, Extent
from router.model.errors import ConfigError, Refused
from router.model.ids import BlobHash, ContactId, ErasureId, QuarantineId
from router.model.limits import COMPACT_BYTES_MAX, SEND_LEASE_MS
from router.model.sources import Clock, Ids
from router.model.tables import Contact
from router.store import dossier, erasing, sealed
from router.store import erasure as store_erasure
from router.store.erasing import Batch
from router.store.rows import SealedRow
from router.store.script import Script, Store
from router.telemetry import Logger, why

_AGAIN_S: Final = 0.25
_PAUSE_MS: Final = 2_000
_PAUSE_MS_MAX: Final = 600_000
"""Between two tries of one erasure; it doubles from the first to the last."""
_DOUBLINGS_MAX: Final = 9
_CUT_OFF_MS: Final = 30_000
"""What was begun by another process is left to it for so long."""
_TELLING_CHARS: Final = 5
"""A shorter address may be any number in somebody else's payload."""
_UNDERWAY_ROUNDS: Final = int((SEND_LEASE_MS / 1000 + 5) / _AGAIN_S)
"""A reply that is being sent is settled, or its lease is over."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    erasure: Erasure
    compacted: bool
    """False: the database's file is large and was not written anew (`Erasures.compact`)."""


class Erasures:
    """People who are to be forgotten."""

    def __init__(
        self, *, store: Store, bus: Bus, media: Media, keys: Keyring, clock: Clock, ids: Ids, log: Logger
    ) -> None:
        self._store, self._bus, self._media, self._keys = store, bus, media, keys
        self._clock, self._ids, self._log = clock, ids, log
        self._in_hand: set[ErasureId] = set()
        self._written_anew: set[ErasureId] = set()
        """Since their last batch: of these only the log is left, and the file is not written a second time."""
        self._failed: dict[ErasureId, tuple[int, int]] = {}
        """How often going on with one failed, and when it is tried again."""

    async def extent(self, name: str) -> Extent:
        """What would go. Raises Refused (no_such_contact, is_merged)."""
        return await self._store.read(store_erasure.extent(await self._contact(name)))

    async def erase(
        self, name: str, actor: str, *, force: bool = False, typed: str | None = None, compact: bool = False
    ) -> Erased:
        """Erase a contact, or go on where that was cut off; an alarm that rings needs `force`.

        `typed` is what the person who asks has typed of its name, if that is to be compared; `compact` writes the
        database's file anew whatever its size. Raises Refused (no_such_contact, is_merged, alarm_rings,
        action_underway, name_differs, busy) and StoreUnavailable.
        """
        contact = await self._contact(name)
        if typed is not None and not _is_name(typed, contact):
            raise Refused("name_differs", "what was typed is not the name of this contact", status=422)
        erasure = await self._begun(contact.id, actor, force=force)
        await self._bus.notify("events")
        return await self._finish(erasure, compact=compact)

    async def run(self) -> None:
        """Take up what was cut off, until cancelled."""
        await rounds.repeat("erasures", self.go_on, log=self._log)

    async def go_on(self) -> None:
        """One round of it; one that fails is left alone for a while, each time longer."""
        now_ms = self._clock.now_ms()
        for erasure in await self._store.read(store_erasure.underway(before_ms=now_ms - _CUT_OFF_MS)):
            count, again_at_ms = self._failed.get(erasure.id, (0, now_ms))
            if erasure.id in self._in_hand or now_ms < again_at_ms <= now_ms + _PAUSE_MS_MAX:
                continue
            try:
                await self._finish(erasure)
            except Exception as error:  # noqa: BLE001 -- one person's erasure is not the trouble of the others'
                pause_ms = min(_PAUSE_MS * 2**count, _PAUSE_MS_MAX)
                self._failed[erasure.id] = (min(count + 1, _DOUBLINGS_MAX), self._clock.now_ms() + pause_ms)
                self._log.warning("erasure.cut_off", erasure_id=erasure.id, again_in_ms=pause_ms, **why(error))

    async def _contact(self, name: str) -> Contact:
        found = await contact_named(self._store, name)
        if found.merged_into is not None:
            (root,) = await self._store.read(dossier.contacts([found.merged_into]))
            raise Refused("is_merged", f"this contact was merged into C-{root.number}; erase that one, and it goes too")
        return found

    async def _begun(self, contact_id: ContactId, actor: str, *, force: bool) -> Erasure:
        erasure_id = ErasureId(self._ids.new())

        async def attempt() -> Erasure:
            return await self._store.write(
                store_erasure.begin(
                    contact_id, erasure_id=erasure_id, actor=actor, force=force, now_ms=self._clock.now_ms()
                )
            )

        for _ in range(_UNDERWAY_ROUNDS):
            try:
                return await persist(attempt, what="this contact")
            except store_erasure.ReplyUnderway:
                await asyncio.sleep(_AGAIN_S)
        raise Refused("busy", "replies to this contact are being sent all the time; try again")

    async def _finish(self, erasure: Erasure, *, compact: bool = False) -> Erased:
        self._in_hand.add(erasure.id)
        try:
            return await self._finished(erasure, compact=compact)
        finally:
            self._in_hand.discard(erasure.id)

    async def _finished(self, erasure: Erasure, *, compact: bool) -> Erased:
        if erasure.state == "running":
            assert erasure.work is not None, "it goes with the state"
            await self._batches(erasure, erasure.work)
            erasure = msgspec.structs.replace(erasure, state="compacting", work=None)
        compacted = True
        if erasure.state == "compacting" or compact:
            compacted = await self._without_remains(erasure.id, None if compact else COMPACT_BYTES_MAX)
            await self._store.write(erasing.done(erasure, now_ms=self._clock.now_ms()))
            erasure = msgspec.structs.replace(erasure, state="done", done_at_ms=self._clock.now_ms())
            self._written_anew.discard(erasure.id)
            self._failed.pop(erasure.id, None)
        return Erased(erasure=erasure, compacted=compacted)

    async def _without_remains(self, erasure_id: ErasureId, bytes_max: int | None) -> bool:
        """See that neither the database's file nor its log holds what was erased; False when the file is too large.

        While somebody reads for long (a backup), only emptying the log is tried again: writing the file anew each time
        would keep writers waiting, and let the log grow by all of it.
        """
        if erasure_id not in self._written_anew:
            if not await self._store.compact(bytes_max):
                return False
            self._written_anew.add(erasure_id)
        await self._store.empty_log()
        return True

    async def _batches(self, erasure: Erasure, work: ErasureWork) -> None:
        people = await self._store.read(store_erasure.people_of(erasure.contact_id))
        files: set[BlobHash] = set()
        after: str | None = ""
        while after is not None:
            batch = await self._batch(
                erasing.messages(people, work, after, self._hashed, now_ms=self._clock.now_ms()), files
            )
            after = batch.after
        await self._forget_arrivals(work)
        await self._forget_quarantined(work)
        after = ""
        while after is not None:
            batch = await self._batch(erasing.tickets(people, after, now_ms=self._clock.now_ms()), files)
            after = batch.after
        event: int | None = 0
        while event is not None:
            event = await self._store.write(erasing.events(people, event))
        await self._store.write(erasing.counts(people, work))
        # Those that are too young, or cut off here, are the sweeper's: each batch has marked its own.
        await self._media.forget(sorted(files))
        for index in erasing.SEARCH_INDEXES:
            is_left = await self._store.write(erasing.merge_search(index, first=True))
            while is_left:
                is_left = await self._store.write(erasing.merge_search(index, first=False))
        await self._store.write(erasing.gone(erasure))
        await self._bus.notify("events")

    async def _batch(self, script: Script[Batch], files: set[BlobHash]) -> Batch:
        batch = await self._store.write(script)
        files |= batch.files
        return batch

    async def _forget_arrivals(self, work: ErasureWork) -> None:
        after: str | None = ""
        while after is not None:
            rows, after = await self._store.read(erasing.journal_page(work, after))
            if rows:
                await self._store.write(erasing.forget_rows(rows, self._hashed, now_ms=self._clock.now_ms()))

    async def _forget_quarantined(self, work: ErasureWork) -> None:
        """What nobody could parse is theirs if it names one of their addresses."""
        telling = [value for value in work.values if len(value) >= _TELLING_CHARS]
        if not telling:
            return
        names = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in telling), re.IGNORECASE)
        after = ""
        while page := await self._store.read(erasing.quarantine_page(after)):
            after = page[-1].id
            theirs: list[QuarantineId] = []
            for row in page:
                payload = await self._store.read(sealed.get(row.sealed_id)) if row.sealed_id else None
                if payload is None:
                    continue
                if await asyncio.to_thread(self._names, names, payload):
                    theirs.append(row.id)
            if theirs:
                await self._store.write(erasing.drop_quarantined(theirs, now_ms=self._clock.now_ms()))

    def _names(self, names: re.Pattern[str], payload: SealedRow) -> bool:
        try:
            clear = self._keys.open(Sealed(payload.key_id, payload.data), f"raw:{payload.id}")
        except ConfigError:  # its key is gone: nobody reads it any more
            return False
        return names.search(clear.decode(errors="replace")) is not None

    def _hashed(self, channel: str, account: str, key: str) -> str:
        return hashed_key(self._keys, channel, account, key)


def _is_name(typed: str, contact: Contact) -> bool:
    names = {contact.name, contact.key, f"C-{contact.number}"}
    folded = {" ".join(name.split()).casefold() for name in names if name}
    return " ".join(typed.split()).casefold() in folded
