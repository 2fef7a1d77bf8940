"""From updates to payloads the house takes: albums put together, files fetched, links opened, committed, in that order.

Called by polling.py and webhook.py. What is not committed is not acknowledged by either.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Final, Self

import msgspec

from connectors.telegram import updates as telegram
from connectors.telegram.client import FILE_BYTES_MAX, Client
from connectors.telegram.meta import BOT_ID, BOT_NAME, GROWN, LINK
from connectors.telegram.parse import link_token
from connectors.telegram.updates import Envelope, File, Message
from router.backoff import Backoff
from router.connector import Accepted, Context, Cursor, Inlet, RawEvent
from router.failures import Failed, Later, Uncertain
from router.model.limits import RAW_BYTES_MAX
from router.model.parcel import Fetched, pack, unpack

ALBUM_MAX: Final = 10
"""Pictures of one album (telegram.constants.MediaGroupLimit.MAX_MEDIA_LENGTH)."""
_HEAD_BYTES: Final = 262_144
"""Kept free beside the files of one payload."""
_FETCH_ATTEMPTS: Final = 3
_MB: Final = 1_048_576


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """One update, as bytes and as much of it as is looked at here."""

    body: bytes
    seen: Envelope | None
    """None: it cannot be read; it goes to quarantine."""

    @property
    def message(self) -> Message | None:
        """What was written or edited."""
        return None if self.seen is None else self.seen.message or self.seen.edited_message

    @property
    def album(self) -> tuple[int, str] | None:
        """Chat and id of the album it belongs to; an edit stands alone."""
        message = None if self.seen is None else self.seen.message
        return None if message is None or not message.media_group_id else (message.chat.id, message.media_group_id)


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The pictures of an album that were committed before the next one came."""

    bodies: tuple[bytes, ...] = ()
    files: tuple[Fetched, ...] = ()
    """Without their data."""

    @classmethod
    def of(cls, raw: RawEvent) -> Self:
        """What is in a payload."""
        bodies, files = unpack(raw.body)
        known = [Fetched(file_id=file.file_id, problem=file.problem) for file in files.values()]
        return cls(bodies=tuple(bodies), files=tuple(known))


def arrived(body: bytes) -> Arrived:
    """An update that has come."""
    try:
        return Arrived(body=body, seen=telegram.peek(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Arrived(body=body, seen=None)


class Taker:
    """Makes payloads of updates and hands them over."""

    def __init__(self, client: Client, context: Context, backoff: Backoff) -> None:
        self._client, self._context, self._backoff = client, context, backoff
        self._bot: dict[str, str] = {BOT_ID: client.bot_id}
        self.ignored = 0
        """Updates that said nothing a ticket could be made of: joins, pins, pressed start buttons."""

    async def introduce(self) -> None:
        """Learn our own user name, once. Raises Failed."""
        if BOT_NAME not in self._bot:
            self._bot[BOT_NAME] = await self._client.me()

    async def raw_event(
        self, parts: Sequence[Arrived], earlier: Earlier | None = None, *, files_s: float | None = None
    ) -> RawEvent:
        """The payload of one message: one update, or those of an album, of which some may have come `earlier`; what of
        its files is not here after `files_s` is told in its place.

        Raises StoreUnavailable (a link).
        """
        meta = dict(self._bot)
        message = parts[0].message
        token = link_token(message) if message is not None and parts[0].seen is not None else None
        if token is not None and message is not None and message.user is not None:
            is_open = await self._context.links.open(token, str(message.user.id))
            meta[LINK] = "opened" if is_open else "refused"
        if parts[0].seen is not None and parts[0].seen.callback_query is not None:
            await self._client.take_note(parts[0].seen.callback_query.id)
        bodies, files = [part.body for part in parts], await self._files(parts, files_s)
        if earlier is not None:
            meta[GROWN] = "1"
            bodies, files = [*earlier.bodies, *bodies], [*earlier.files, *files]
        return RawEvent(body=pack(bodies, files), meta=meta)

    async def commit(self, inlet: Inlet, raws: Sequence[RawEvent], cursor: Cursor | None) -> None:
        """Hand over; returns when it is durable. Raises StoreUnavailable."""
        for results in await inlet.accept(raws, cursor):
            self._count(results)

    def _count(self, results: Sequence[Accepted]) -> None:
        if not results:
            self.ignored += 1
            self._context.log.info("telegram.ignored", account=self._context.account, total=self.ignored)

    # --- files -----------------------------------------------------------------------------------------------------

    async def _files(self, parts: Sequence[Arrived], files_s: float | None) -> list[Fetched]:
        wanted = [file for part in parts if part.message is not None for _, file in telegram.kept_files(part.message)]
        # Each within what is left of one payload, as announced; what comes is counted again.
        left = RAW_BYTES_MAX - _HEAD_BYTES - sum(len(part.body) for part in parts)
        fetching: list[Awaitable[Fetched]] = []
        for file in wanted:
            room = min(left, FILE_BYTES_MAX)
            left -= min(file.file_size or 0, room)
            fetching.append(self._fetched_within(files_s, file, room))
        found = await asyncio.gather(*fetching)
        total, kept = 0, []
        for one in found:
            total += len(one.data or b"")
            over = total > RAW_BYTES_MAX - _HEAD_BYTES
            kept.append(Fetched(file_id=one.file_id, problem="the album is too large") if over else one)
        return kept

    async def _fetched_within(self, files_s: float | None, file: File, room: int) -> Fetched:
        try:
            async with asyncio.timeout(files_s):
                return await self._fetched(file, room)
        except TimeoutError:
            return self._missing(file, "the file server gave no answer in time")

    async def _fetched(self, file: File, room: int) -> Fetched:
        """The file, or why it is not here: a message never waits for its file for ever."""
        if (file.file_size or 0) > FILE_BYTES_MAX:
            size = f"{(file.file_size or 0) / _MB:.0f} MB"
            return Fetched(
                file_id=file.file_id, problem=f"not kept, {size}; a bot can fetch {FILE_BYTES_MAX // _MB} MB"
            )
        if (file.file_size or 0) > room:
            return Fetched(file_id=file.file_id, problem="not kept, the album is too large")
        reason = ""
        for attempt in range(_FETCH_ATTEMPTS):
            try:
                return Fetched(file_id=file.file_id, data=await self._client.file(file.file_id))
            except (Later, Uncertain) as error:
                reason = str(error)
                if attempt + 1 < _FETCH_ATTEMPTS:
                    await self._backoff.pause(attempt)
            except Failed as error:
                reason = str(error)
                break
        return self._missing(file, reason)

    def _missing(self, file: File, reason: str) -> Fetched:
        self._context.log.warning("telegram.file_not_fetched", account=self._context.account, reason=reason)
        return Fetched(file_id=file.file_id, problem=f"could not be fetched ({reason}); ask for it again")
