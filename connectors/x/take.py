"""From items of X to payloads the house takes: files fetched, links opened, committed, in that order.

Called by polling.py, webhook.py and backfill.py. What is not committed is not acknowledged, and no cursor passes it.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.x import wire
from connectors.x.client import FILE_BYTES_MAX, Client
from connectors.x.parcel import LINK, OWN_ID, Parcel, Shape, pack
from connectors.x.parse import is_group_conversation, link_token, message_of
from connectors.x.wire import Attachments, Includes, Media
from router.backoff import Backoff
from router.connector import Accepted, Context, Cursor, Inlet, RawEvent
from router.failures import Failed, Later
from router.model.limits import RAW_BYTES_MAX
from router.model.parcel import Fetched

_HEAD_BYTES: Final = 524_288
"""Kept free beside the files of one payload."""
_FETCH_ATTEMPTS: Final = 3
_FILES_MAX: Final = 10
_MB: Final = 1_048_576

Taken = Parcel | RawEvent | None
"""An item; a raw event when it cannot be read, to be set aside; None when it is nobody's matter."""


class _Names(msgspec.Struct, frozen=True, kw_only=True):
    """As much of an item as says what else it needs."""

    author_id: str = ""
    sender_id: str = ""
    attachments: Attachments = Attachments()
    referenced_tweets: tuple[wire.Referenced, ...] = ()


_decode_names = msgspec.json.Decoder(_Names).decode


class Taker:
    """Makes payloads of items and hands them over."""

    def __init__(self, client: Client, context: Context, backoff: Backoff) -> None:
        self._client, self._context, self._backoff = client, context, backoff
        self._own = {OWN_ID: client.own_id}
        self.ignored = 0
        """Items that said nothing a ticket could be made of: our own words, who joined a conversation."""

    def listed(self, shape: Shape, item: bytes, includes: bytes) -> Taken:
        """An item of a list with what it names; None for our own words."""
        try:
            names = _decode_names(item)
            if self._client.own_id in {names.author_id, names.sender_id}:
                return None
            return Parcel(shape=shape, item=item, includes=_named(names, wire.decode_includes(includes)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return RawEvent(body=item, meta=self._own)

    async def whole(self, taken: Taken) -> Taken:
        """The same; a post whose files were not told with it is asked for. Raises Failed."""
        if not isinstance(taken, Parcel) or taken.shape != "post":
            return taken
        try:
            post = wire.decode_post(taken.item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return taken
        if len(taken.includes.files(post.attachments)) == len(post.attachments.media_keys):
            return taken
        page = await self._client.shown(post.id)
        return self.listed("post", page.items[0], page.includes)

    async def raw_event(self, parcel: Parcel | RawEvent) -> RawEvent:
        """The payload of one item, with its files. Raises StoreUnavailable (a link)."""
        if isinstance(parcel, RawEvent):
            return parcel
        meta = dict(self._own)
        try:
            media = await self._looked_into(parcel, meta)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            media = ()
        files = await self._files(media, RAW_BYTES_MAX - _HEAD_BYTES - len(parcel.item))
        return pack(parcel.shape, parcel.item, parcel.includes, files, meta)

    async def commit(self, inlet: Inlet, raws: Sequence[RawEvent], cursor: Cursor | None) -> None:
        """Hand over; returns when it is durable. Raises StoreUnavailable."""
        for results in await inlet.accept(raws, cursor):
            self._count(results)

    def ignore(self) -> None:
        """Something was said that is nobody's matter."""
        self.ignored += 1
        self._context.log.info("x.ignored", account=self._context.account, total=self.ignored)

    def _count(self, results: Sequence[Accepted]) -> None:
        if not results:
            self.ignore()

    async def _looked_into(self, parcel: Parcel, meta: dict[str, str]) -> Sequence[Media]:
        """The files of an item; what a link in it did goes into `meta`."""
        if parcel.shape == "encrypted":
            return ()
        if parcel.shape == "post":
            post = wire.decode_post(parcel.item)
            return () if post.author_id == self._client.own_id else parcel.includes.files(post.attachments)
        message, media = message_of(parcel)
        if message.sender_id == self._client.own_id:
            return ()
        token = link_token(message.text) if not is_group_conversation(message.dm_conversation_id) else None
        if token is not None:
            is_open = await self._context.links.open(token, message.sender_id)
            meta[LINK] = "opened" if is_open else "refused"
        return media

    # --- files -----------------------------------------------------------------------------------------------------

    async def _files(self, media: Sequence[Media], room: int) -> list[Fetched]:
        found = await asyncio.gather(*(self._fetched(file) for file in media[:_FILES_MAX]))
        total, kept = 0, []
        for one in found:
            total += len(one.data or b"")
            kept.append(
                Fetched(file_id=one.file_id, problem="not kept, the files are too large") if total > room else one
            )
        return kept

    async def _fetched(self, file: Media) -> Fetched:
        """The file, or why it is not here: a message never waits for its file for ever."""
        address = file.address
        if address is None:
            return Fetched(file_id=file.media_key, problem="X shows no file; ask for it again")
        reason = ""
        for attempt in range(_FETCH_ATTEMPTS):
            try:
                data, content_type = await self._client.file(address)
                return Fetched(file_id=file.media_key, data=data, content_type=content_type)
            except Later as error:
                reason = str(error)
                if attempt + 1 < _FETCH_ATTEMPTS:
                    await self._backoff.pause(attempt)
            except Failed as error:
                reason = str(error)
                break
        self._context.log.warning("x.file_not_fetched", account=self._context.account, reason=reason)
        most = f"at most {FILE_BYTES_MAX // _MB} MB are"
        return Fetched(file_id=file.media_key, problem=f"not kept ({reason}; {most}); ask for it again")


def _named(names: _Names, includes: Includes) -> Includes:
    """Of all that a page names, what one item does."""
    posts = {post.id for post in names.referenced_tweets}
    tweets = tuple(post for post in includes.tweets if post.id in posts)
    people = {names.author_id, names.sender_id, *(post.author_id for post in tweets)}
    keys = set(names.attachments.media_keys)
    return Includes(
        users=tuple(user for user in includes.users if user.id in people),
        tweets=tweets,
        media=tuple(media for media in includes.media if media.media_key in keys),
    )
