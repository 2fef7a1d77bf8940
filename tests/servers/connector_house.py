"""The house as one channel account sees it: keeps what it accepts once, moves the cursor with it, fails as told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from router.clock import SystemClock, TimedIds
from router.connector import Accepted, Connector, Context, Cursor, Inlet, Manifest, RawEvent
from router.model.errors import InvalidMessage, StoreUnavailable
from router.model.message import InboundEvent
from router.model.secret import Secret


class KeptCredentials:
    """Implements connector.Credentials: what was kept is in `kept`."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.away = False
        """The store cannot be reached."""

    async def load(self, name: str) -> Secret | None:
        """What was kept last."""
        if self.away:
            raise StoreUnavailable("the test took it away")
        return Secret(self.kept[name]) if name in self.kept else None

    async def keep(self, name: str, secret: Secret) -> None:
        """Keep it."""
        if self.away:
            raise StoreUnavailable("the test took it away")
        self.kept[name] = secret.reveal()


class ConnectorHouse:
    """Inlet, cursors, links and log of one account; `accepted` is the journal, in order, each message once."""

    def __init__(self, manifest: Manifest, public_url: str = "http://127.0.0.1") -> None:
        self._manifest, self.public_url = manifest, public_url
        self.clock = SystemClock()
        self.ids = TimedIds(self.clock)
        self.cursors: dict[str, str] = {}
        self.accepted: list[InboundEvent] = []
        self.raws: list[RawEvent] = []
        self.duplicates = 0
        self.quarantined = 0
        self.credentials = KeptCredentials()
        self.calls = 0
        self.unavailable = 0
        """So many calls of `accept` fail before the next one succeeds."""
        self.logged: list[tuple[str, dict[str, object]]] = []
        self.invitations: dict[str, str | None] = {}
        """Links into private conversations, and whom each has let in."""
        self._known: set[str] = set()
        self._news = asyncio.Condition()

    def context(self) -> Context:
        """What the connector is given."""
        nobody: Any = object()
        return Context(
            account="default", clock=self.clock, ids=self.ids, log=self, signer=nobody, cursors=self,
            credentials=self.credentials, threads=nobody,
            links=self, banners=nobody, public_url=self.public_url,
        )  # fmt: skip

    def made(self, settings: dict[str, object]) -> Connector:
        """A connector with these settings, made as the house makes it."""
        decoded = msgspec.convert(settings, self._manifest.settings, dec_hook=lambda _kind, value: Secret(value))
        return self._manifest.create(decoded, self.context())

    async def open(self, token: str, visitor: str) -> bool:
        """A link lets in the first who brings it."""
        if self.unavailable:
            raise StoreUnavailable("the test took it away")
        taken = self.invitations.get(token)
        if token in self.invitations and taken is None:
            taken = self.invitations[token] = visitor
        return taken == visitor

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """One transaction: all of it, or StoreUnavailable and nothing."""
        self.calls += 1
        if self.unavailable:
            self.unavailable -= 1
            raise StoreUnavailable("the test took it away")
        results = [self._take(raw) for raw in raws]
        if cursor is not None:
            self.cursors[cursor.scope] = cursor.value
        async with self._news:
            self._news.notify_all()
        return results

    def _take(self, raw: RawEvent) -> list[Accepted]:
        self.raws.append(raw)
        try:
            events = self._manifest.parse(raw, "default")
        except InvalidMessage as error:
            self.quarantined += 1
            return [Accepted(outcome="quarantined", reason=error.reason)]
        found: list[Accepted] = []
        for event in events:
            is_new = event.message_id not in self._known
            found.append(Accepted(outcome="new" if is_new else "duplicate", message_id=event.message_id))
            if is_new:
                self._known.add(event.message_id)
                self.accepted.append(event)
            else:
                self.duplicates += 1
        return found

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds after some call or log line; a test that waits in vain times out."""
        async with self._news:
            await self._news.wait_for(condition)

    async def until_accepted(self, number: int) -> None:
        """Wait for so many different messages."""
        await self.until(lambda: len(self.accepted) >= number)

    async def load(self, scope: str) -> str | None:
        """The committed cursor."""
        return self.cursors.get(scope)

    def info(self, event: str, /, **fields: object) -> None:
        """Keep a log line and wake whoever waits."""
        self.logged.append((event, fields))
        self._wake()

    def warning(self, event: str, /, **fields: object) -> None:
        """Keep a log line and wake whoever waits."""
        self.info(event, **fields)

    def names(self) -> list[str]:
        """What was logged, without fields."""
        return [event for event, _ in self.logged]

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._news:
                self._news.notify_all()

        self._waking = asyncio.get_running_loop().create_task(notify())


@contextlib.asynccontextmanager
async def working(connector: Connector, house: Inlet) -> AsyncIterator[None]:
    """The connector does what it does by itself, until it is told to stop."""
    task = asyncio.create_task(connector.run(house))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def receiving(connector: Connector, house: Inlet) -> AsyncIterator[None]:
    """The same, closed afterwards, and stopped in good order."""
    try:
        async with working(connector, house):
            yield
    finally:
        await connector.close()
        assert connector.health().state == "stopped"
