"""What own channels read of their conversations: implements connector.Threads and connector.CursorReader."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Literal

import msgspec

from router.bus import Bus
from router.connector import Signer
from router.core.delivery import DELIVERY_RANK
from router.flow.feed import ConversationWatch, Feed
from router.flow.intake import partition_of
from router.flow.persistence import persist
from router.model.changes import Record, Save
from router.model.errors import Refused
from router.model.ids import MessageId
from router.model.sources import Clock
from router.model.tables import Event, OutboxEntry
from router.model.threads import ThreadFile, ThreadMessage, ThreadTicket
from router.store import changes as store_changes
from router.store import journal, threads
from router.store.erasure import key_of
from router.store.script import Script, Store

FILE_PURPOSE = "thread-file"


def file_value(kind: str, account: str, message: str, file: str) -> str:
    """What the path of a customer's file is signed for."""
    return f"{kind}/{account}/{message}/{file}"


class AccountCursors:
    """Cursors of one channel account."""

    def __init__(self, store: Store, kind: str, account: str) -> None:
        self._store, self._kind, self._account = store, kind, account

    async def load(self, scope: str) -> str | None:
        """The last committed cursor for `scope`."""
        return await self._store.read(journal.cursor(self._kind, self._account, scope))


class AccountThreads:
    """Conversations of one channel account."""

    def __init__(
        self, kind: str, account: str, *, store: Store, signer: Signer, bus: Bus, feed: Feed, clock: Clock
    ) -> None:
        self._kind, self._account, self._signer = kind, account, signer
        self._store, self._bus, self._feed, self._clock = store, bus, feed, clock

    async def read(self, thread: str, peer: str, after_seq: int) -> list[ThreadMessage]:
        """Messages of the peer's private conversation added or changed after `after_seq`, oldest first."""
        messages = await self._store.read(threads.read(self._kind, self._account, thread, peer, after_seq))
        return [self._linked(message) if message.files else message for message in messages]

    def _linked(self, message: ThreadMessage) -> ThreadMessage:
        """With the paths of its files, which nobody can guess."""

        def linked(file: ThreadFile) -> ThreadFile:
            mark = self._signer.sign(FILE_PURPOSE, file_value(self._kind, self._account, message.id, file.id))
            return msgspec.structs.replace(file, path=f"files/{message.id}/{file.id}/{mark}")

        return msgspec.structs.replace(message, files=tuple(map(linked, message.files)))

    async def ticket(self, thread: str, peer: str) -> ThreadTicket | None:
        """The ticket of the peer's private conversation; None until the conversation has been decided upon."""
        return await self._store.read(threads.ticket(self._kind, self._account, thread, peer))

    async def is_held(self, peer: str) -> bool:
        """Whether something that the peer wrote is kept until a person has let it through."""
        return await self._store.read(journal.holds(key_of(self._kind, self._account, peer)))

    async def is_waiting(self, peer: str) -> bool:
        """Whether something that the peer wrote is accepted and not decided upon yet."""
        key = key_of(self._kind, self._account, peer)
        return await self._store.read(journal.waits(key, partition_of(key)))

    async def watch(self, thread: str, peer: str) -> AsyncGenerator[None]:
        """Yield whenever something was committed to that conversation."""
        wanted = ConversationWatch()
        async for _ in self._feed.changes(wanted.concerns):
            if wanted.conversation_id is None:
                found = await self._store.read(threads.conversation(self._kind, self._account, thread, peer))
                wanted.conversation_id = found
            yield None

    async def mark(self, thread: str, peer: str, message_id: MessageId, state: Literal["delivered", "read"]) -> None:
        """The customer's device has shown a reply. Never moves a delivery state backwards."""

        async def attempt() -> None:
            found = await self._store.read(threads.delivery(self._kind, self._account, thread, peer, message_id))
            if found is not None and DELIVERY_RANK[found.state] < DELIVERY_RANK[state]:
                await self._store.write(_moved(found, state, self._clock.now_ms()))
                await self._bus.notify("events")

        with suppress(Refused):  # the delivery worker may be settling the same row
            await persist(attempt)


def _moved(found: OutboxEntry, state: Literal["delivered", "read"], now_ms: int) -> Script[store_changes.Applied]:
    moved = found.changed(state=state, lease_until_ms=None)
    event = Event(
        at_ms=now_ms,
        kind="delivery.state",
        ticket_id=found.ticket_id,
        message_id=found.message_id,
        conversation_id=found.conversation_id,
        data={"from": found.state, "to": state},
    )
    return store_changes.apply([Save(moved), Record(event)], now_ms=now_ms)
