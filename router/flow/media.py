"""Files of messages: kept outside the database before anything refers to them, sealed piece by piece, read by any part.

The one way to and from router/blobs. Nothing refers to a file that is not durable, and nothing loses one that is
referred to: router/store/media.py says how.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from router.blobs import CHUNK_BYTES, BlobMissing, Blobs, BlobsUnavailable, Chunks
from router.flow.spool import Spool
from router.keys import HEAD_BYTES, SEGMENT_BYTES, FileSeal, Keyring, Sealed, sealed_size, segment_at, segments_of
from router.model.errors import MediaGone, StoreUnavailable
from router.model.ids import AgentId, AttachmentId, BlobHash
from router.model.message import StoredAttachment
from router.model.sources import Clock, Ids
from router.store import media
from router.store.rows import BlobRow, MediaRow, UploadRow
from router.store.script import Store

_PUT_S: Final = 240
"""Making one message's files durable takes no longer, or is given up."""
GRACE_MS: Final = 600_000
"""More than twice as long: what is younger may have been put by somebody who has not referred to it yet."""
LEFTOVER_MS: Final = 86_400_000
"""Bytes without a row are kept so long."""
_PAGE: Final = 200
_SWEPT: Final = 10_000
_ATTEMPTS: Final = 3
_MARK: Final = "place-"


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came in: its content, and what it is called after."""

    hash: BlobHash
    data: bytes


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are durable, for the transaction that will refer to them."""

    files: tuple[MediaRow, ...] = ()
    """New ones, whose rows it writes."""
    known: tuple[BlobHash, ...] = ()


Segments = Callable[[], AsyncIterator[bytes]]
"""Plain content in pieces of SEGMENT_BYTES, as often as it is asked for."""


class Media:
    """All files of the house."""

    def __init__(self, *, store: Store, blobs: Blobs, keys: Keyring, clock: Clock, ids: Ids) -> None:
        self._store, self._blobs, self._keys, self._clock, self._ids = store, blobs, keys, clock, ids
        self._claimed = False

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return self._blobs.place

    # --- in ---------------------------------------------------------------------------------------------------------

    async def keep(self, files: Collection[NewFile]) -> Kept:
        """Make files durable. Raises StoreUnavailable."""
        if not files:
            return Kept()
        known, new = await self._known({file.hash: len(file.data) for file in files})
        await self._put([(new[file.hash], _segments_in(file.data)) for file in files if file.hash in new])
        return Kept(files=tuple(new.values()), known=known)

    async def keep_spooled(self, spool: Spool) -> Kept:
        """The same for an upload. Raises StoreUnavailable."""
        content = BlobHash(spool.hash)
        known, new = await self._known({content: spool.size})
        await self._put([(row, spool.segments) for row in new.values()])
        return Kept(files=tuple(new.values()), known=known)

    async def _known(self, sizes: dict[BlobHash, int]) -> tuple[tuple[BlobHash, ...], dict[BlobHash, MediaRow]]:
        """Which are kept, and the rows of those that are not."""
        await self.claim()
        found = await self._store.read(media.find(sizes))
        if any(row.going_at_ms is not None for row in found.values()):
            raise StoreUnavailable("a file of this content is being removed; try again")
        now_ms, key_id = self._clock.now_ms(), self._keys.active
        new = {
            each: MediaRow(hash=each, key_id=key_id, size=size, created_at_ms=now_ms)
            for each, size in sizes.items()
            if each not in found
        }
        return tuple(found), new

    async def _put(self, files: Sequence[tuple[MediaRow, Segments]]) -> None:
        try:
            async with asyncio.timeout(_PUT_S):
                for row, segments in files:
                    seal = self._keys.file_seal(row.hash)
                    await self._blobs.put(row.hash, _sealed(seal, segments, row.size), sealed_size(row.size))
        except TimeoutError:
            raise BlobsUnavailable(f"{self.place} took longer than {_PUT_S} s") from None

    # --- out --------------------------------------------------------------------------------------------------------

    async def open(
        self, content: BlobHash, size: int, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes] | None:
        """The plain bytes from `start` to before `end`, in pieces; None when the file was erased.

        Raises StoreUnavailable, also underway, and ConfigError when its key is gone or it was altered.
        """
        end = size if end is None else min(end, size)
        pieces = self._pieces(content, size, start, end)
        try:
            first = await anext(pieces, b"")
        except BlobMissing:
            row = await self._store.read(media.inside(content))
            return None if row is None else _after(self._unsealed(row)[start:end], None)
        return _after(first, pieces)

    async def read(self, file: StoredAttachment) -> bytes | None:
        """All of a file, which is bounded; None when it is kept elsewhere, was too big, or was erased."""
        if file.blob is None or (pieces := await self.open(file.blob, file.size)) is None:
            return None
        return b"".join([piece async for piece in pieces])

    async def _pieces(self, content: BlobHash, size: int, start: int, end: int) -> AsyncGenerator[bytes]:
        last = segments_of(size) - 1
        number = min(start // SEGMENT_BYTES, last)
        stop = max(number, min(last, (end - 1) // SEGMENT_BYTES))
        rest = bytearray()
        if number:  # the head, which says under which key; of a file read from its beginning it comes with it
            rest += b"".join([piece async for piece in self._blobs.get(content, 0, HEAD_BYTES)])
        seal: FileSeal | None = None
        begin, until = segment_at(number) if number else 0, min(segment_at(stop + 1), sealed_size(size))
        async with aclosing(self._blobs.get(content, begin, until)) as source:
            async for sealed in source:
                rest += sealed
                if seal is None and len(rest) >= HEAD_BYTES:
                    seal = self._keys.file_seal(content, bytes(rest[:HEAD_BYTES]))
                    del rest[:HEAD_BYTES]
                while seal and number <= stop and len(rest) >= (length := _sealed_bytes(number, size)):
                    segment = seal.open(number, bytes(rest[:length]), last=number == last)
                    del rest[:length]
                    at = number * SEGMENT_BYTES
                    yield segment[max(0, start - at) : max(0, end - at)]
                    number += 1

    def _unsealed(self, row: BlobRow) -> bytes:
        return self._keys.open(Sealed(row.key_id, row.data), f"blob:{row.hash}")

    # --- uploads ----------------------------------------------------------------------------------------------------

    async def keep_upload(self, upload: UploadRow, spool: Spool) -> None:
        """Keep a file that an agent attaches, until its reply is written. Raises StoreUnavailable."""
        for attempt in range(_ATTEMPTS):
            kept = await self.keep_spooled(spool)
            try:
                return await self._store.write(media.add_upload(upload, kept.files, kept.known))
            except MediaGone:
                if attempt + 1 == _ATTEMPTS:
                    raise StoreUnavailable("a file of this content is being removed; try again") from None
        return None

    # --- away -------------------------------------------------------------------------------------------------------

    async def forget(self, hashes: Collection[BlobHash]) -> list[BlobHash]:
        """Remove files that nobody refers to any more, such as after erasing a message; which ones are gone.

        What is referred to stays. What is younger than GRACE_MS goes once it is not; cut off anywhere, `tidy` ends it.
        A transaction that lets go of files had better say so itself (router.store.media.idle): then no crash after it
        can make the house forget to forget.
        """
        now_ms = self._clock.now_ms()
        await self._store.write(media.idle(hashes, now_ms=now_ms))
        return await self._let_go(hashes, now_ms)

    async def _let_go(self, hashes: Collection[BlobHash], now_ms: int) -> list[BlobHash]:
        """Remove those that nothing refers to; which ones are gone. What is referred to is never marked as going, but
        for what somebody begins to refer to between the first look and the mark."""
        store, before_ms = self._store, now_ms - GRACE_MS
        seen = await store.read(media.to_look_at(hashes, before_ms=before_ms))
        # One whose removal was cut off is taken up by its mark, lest who marked it is still at it.
        quiet = [row.hash for row in seen if row.going_at_ms is None]
        if not seen:
            return []
        used = await store.read(media.referred(quiet)) if quiet else set()
        taken = await store.write(media.take(seen, used, before_ms=before_ms, now_ms=now_ms))
        if not taken:
            return []
        used = await store.read(media.referred(taken))
        going = await store.write(media.settle(taken, used, now_ms=now_ms))
        await self._remove(going)
        return going

    async def _remove(self, going: Sequence[BlobHash]) -> None:
        for each in going:
            await self._blobs.remove(each)
        if going:
            await self._store.write(media.gone(going))

    async def drop_upload(self, upload_id: AttachmentId, agent_id: AgentId) -> None:
        """Take back what was attached."""
        await self._store.write(media.drop_upload(upload_id, agent_id, now_ms=self._clock.now_ms()))

    async def tidy(self) -> int:
        """Drop uploads that no reply came for, and remove files that were let go of; how many files went."""
        now_ms = self._clock.now_ms()
        await self._store.write(media.expire_uploads(now_ms=now_ms, limit=_PAGE))
        idle = await self._store.read(media.idle_ones(before_ms=now_ms - GRACE_MS, limit=_PAGE))
        return len(await self._let_go(idle, now_ms)) if idle else 0

    async def sweep(self) -> int:
        """Remove what nobody said they let go of: files of messages that were deleted before they came, of edits that
        were refused, and bytes without a row, which a crash between the two leaves behind; how many files went."""
        now_ms = self._clock.now_ms()
        left = await self._store.read(media.unreferred(before_ms=now_ms - LEFTOVER_MS, limit=_SWEPT))
        removed, old = 0, list[BlobHash]()
        for at in range(0, len(left), _PAGE):
            removed += len(await self.forget(left[at : at + _PAGE]))
        oldest_s = (now_ms - LEFTOVER_MS) / 1000
        async for found in self._blobs.names():
            if found.written_at_s < oldest_s and not found.name.startswith(_MARK):
                old.append(BlobHash(found.name))
            if len(old) == _PAGE:
                removed += await self._remove_unknown(old)
                old = []
        return removed + await self._remove_unknown(old)

    async def _remove_unknown(self, names: list[BlobHash]) -> int:
        known = await self._store.read(media.find(names))
        unknown = [name for name in names if name not in known]
        for name in unknown:
            await self._blobs.remove(name)
        return len(unknown)

    # --- the place --------------------------------------------------------------------------------------------------

    async def claim(self) -> None:
        """See that this place is the one where the database's files are; the first file makes it so.

        Raises BlobsUnavailable: it is another machine's folder, or an empty one beside a restored database.
        """
        if self._claimed:
            return
        known = await self._store.read(media.place())
        if known is None:
            # Marked first: who reads the name finds the mark, whenever we die.
            own = self._ids.new()
            await self._blobs.put(_MARK + own, _plain(own.encode()), len(own))
            known = await self._store.write(media.name_place(own))
            if known != own:
                await self._blobs.remove(_MARK + own)
        if not await self._has(_MARK + known):
            raise BlobsUnavailable(
                f"media: {self.place} is not where this database's files are; every process needs the same folder "
                "(a shared volume) or bucket, and a restored database its files"
            )
        self._claimed = True

    async def _has(self, name: str) -> bool:
        try:
            async with aclosing(self._blobs.get(name, 0, 1)) as found:
                return bool(await anext(found, b""))
        except BlobMissing:
            return False

    async def check(self) -> Sequence[str]:
        """Whether the place answers, takes files, and opens what is in it; what is wrong, nothing when all is well.

        Raises StoreUnavailable and ConfigError.
        """
        if await self._store.read(media.place()) is not None:
            await self.claim()
        await self._blobs.check()
        problems = []
        for row in await self._store.read(media.sample()):
            pieces = await self.open(row.hash, row.size, 0, 1)
            if pieces is None:
                problems.append(f"file {row.hash[:12]} is not there; restore the files that belong to this database")
            else:
                await pieces.aclose()
        return problems

    async def move_some(self, limit: int) -> int:
        """Move files of earlier releases out of the database; how many were moved, 0 when none is left."""
        for count in range(limit):
            row = await self._store.read(media.any_inside())
            if row is None:
                return count
            data = self._unsealed(row)
            kept = await self.keep([NewFile(hash=row.hash, data=data)])
            file = kept.files[0] if kept.files else (await self._store.read(media.find([row.hash])))[row.hash]
            await self._store.write(media.moved(file))
        return limit


def _sealed(seal: FileSeal, segments: Segments, size: int) -> Chunks:
    """The sealed file in pieces of about CHUNK_BYTES."""
    last = segments_of(size) - 1

    async def chunks() -> AsyncIterator[bytes]:
        ready = bytearray(seal.head)
        number = 0
        async for segment in segments():
            ready += seal.seal(number, segment, last=number == last)
            number += 1
            if len(ready) >= CHUNK_BYTES:
                yield bytes(ready)
                ready.clear()
        if number == 0:
            ready += seal.seal(0, b"", last=True)
        if ready:
            yield bytes(ready)

    return chunks


def _segments_in(data: bytes) -> Segments:
    async def segments() -> AsyncIterator[bytes]:
        for at in range(0, len(data), SEGMENT_BYTES):
            yield data[at : at + SEGMENT_BYTES]

    return segments


def _plain(data: bytes) -> Chunks:
    async def chunks() -> AsyncIterator[bytes]:
        yield data

    return chunks


def _sealed_bytes(number: int, size: int) -> int:
    """Of one segment as it rests; the last one may be short."""
    return min(segment_at(number + 1), sealed_size(size)) - segment_at(number)


async def _after(first: bytes, rest: AsyncGenerator[bytes] | None) -> AsyncGenerator[bytes]:
    try:
        if first:
            yield first
        if rest is not None:
            async for piece in rest:
                if piece:
                    yield piece
    finally:
        if rest is not None:
            await rest.aclose()
