"""Long polling: getUpdates, commit, and only then the offset that tells Telegram to forget.

Called by adapter.py's `run`. The cursor is the id of the last update that was committed. What comes twice is dropped
behind the inlet by the message's own id; ids are not compared, since after a quiet week Telegram begins elsewhere.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from connectors.telegram.client import Client, encoded
from connectors.telegram.settings import Timeouts
from connectors.telegram.take import ALBUM_MAX, Arrived, Taker, arrived
from router.backoff import Backoff
from router.connector import Context, Cursor, Inlet, RawEvent
from router.failures import Later

SCOPE: Final = "updates"
_BATCH_BYTES: Final = 8_388_608
"""Of files in memory at once; a larger message comes alone."""


class _Group(msgspec.Struct, kw_only=True):
    """What becomes one message."""

    parts: list[Arrived]
    first_id: int
    last_id: int


class Poller:
    """Reads one bot's updates into one inlet; `heard` is told whenever Telegram answered."""

    def __init__(
        self,
        client: Client,
        context: Context,
        taker: Taker,
        times: Timeouts,
        backoff: Backoff,
        heard: Callable[[], None],
    ) -> None:
        self._client, self._context, self._taker = client, context, taker
        self._times, self._backoff, self._heard = times, backoff, heard
        self._albums: dict[tuple[int, str], int] = {}
        """Albums that may not be whole yet, and how many pictures each had at the last look."""

    async def follow(self, inlet: Inlet) -> None:
        """Take in what comes, until something fails. Raises Failed."""
        offset = _offset(await self._context.cursors.load(SCOPE))
        waiting, first = False, True
        while True:
            # The first look does not wait, so that it is known at once whether all is well.
            found = await self._client.updates(offset, 0 if waiting or first else self._times.poll_s)
            first = False
            self._heard()
            groups, waiting = self._ready(found)
            if groups:
                before, offset = offset, await self._take(groups, inlet, offset)
                if offset == before:
                    raise Later("Telegram gave updates without ids")
            if waiting:
                await asyncio.sleep(self._times.album_s)

    def _ready(self, found: Sequence[Any]) -> tuple[list[_Group], bool]:
        """The groups that can be taken, by their last update, and whether an album is waited for.

        An album that has grown since the last look is left on the server, and all that came after its beginning.
        """
        groups: dict[object, _Group] = {}
        for update in found:
            one = arrived(encoded(update))
            number = update.get("update_id") if isinstance(update, dict) else None
            at = number if isinstance(number, int) else 0
            group = groups.setdefault(one.album or len(groups), _Group(parts=[], first_id=at, last_id=at))
            group.parts.append(one)
            group.last_id = max(group.last_id, at)
        sizes = {key: len(group.parts) for key, group in groups.items() if isinstance(key, tuple)}
        growing = [
            groups[key].first_id
            for key, size in sizes.items()
            if size < ALBUM_MAX and self._times.album_s and self._albums.get(key) != size
        ]
        self._albums = sizes
        ready = sorted(groups.values(), key=lambda group: group.last_id)
        until = min(growing, default=None)
        while until is not None and (left := [group for group in ready if group.last_id >= until]):
            # What is left must not be confirmed with what is taken, not even in part.
            ready = [group for group in ready if group.last_id < until]
            until = min(group.first_id for group in left)
        return ready, bool(growing)

    async def _take(self, groups: Sequence[_Group], inlet: Inlet, offset: int | None) -> int | None:
        """Commit in portions; the cursor never passes an update that is not committed. Returns the next offset."""
        raws: list[RawEvent] = []
        for at, group in enumerate(groups):
            raws.append(await self._made(group))
            rest = [other.first_id for other in groups[at + 1 :]]
            if rest and sum(len(raw.body) for raw in raws) < _BATCH_BYTES:
                continue
            last = min(rest) - 1 if rest else max(group.last_id for group in groups)
            if last > 0:
                offset = last + 1
            await self._commit(inlet, raws, Cursor(scope=SCOPE, value=str(last)) if last > 0 else None)
            raws = []
        return offset

    async def _made(self, group: _Group) -> RawEvent:
        return await self._backoff.until_stored(lambda: self._taker.raw_event(group.parts))

    async def _commit(self, inlet: Inlet, raws: Sequence[RawEvent], cursor: Cursor | None) -> None:
        """While the store is away, stand still: Telegram keeps what is not confirmed for a day."""
        return await self._backoff.until_stored(lambda: self._taker.commit(inlet, raws, cursor))


def _offset(cursor: str | None) -> int | None:
    """What to ask for first; a cursor that cannot be read asks for all that Telegram keeps."""
    return int(cursor) + 1 if cursor is not None and cursor.isascii() and cursor.isdecimal() else None
