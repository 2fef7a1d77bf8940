"""A house for the mail connector: keeps what it accepts once, moves the cursor with it, fails as told."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import msgspec

from connectors.email.adapter import EmailConnector
from connectors.email.manifest import MANIFEST
from router.clock import SystemClock, TimedIds
from router.connector import Accepted, Context, Cursor, RawEvent
from router.model.errors import InvalidMessage, StoreUnavailable
from router.model.message import InboundEvent
from router.model.secret import Secret

QUICK = {"retry_s": 0.02, "retry_max_s": 0.1, "command_s": 2.0, "connect_s": 2.0, "idle_s": 0.5, "auth_retry_s": 0.2}
"""Short pauses: a black hole is noticed within `idle_s` and `command_s`."""


class MailHouse:
    """Inlet, cursors and log of one account; `accepted` is the journal, in order, each Message-ID once."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.ids = TimedIds(self.clock)
        self.cursors: dict[str, str] = {}
        self.accepted: list[InboundEvent] = []
        self.raws: list[RawEvent] = []
        self.duplicates = 0
        self.quarantined = 0
        self.calls = 0
        self.unavailable = 0
        """So many calls of `accept` fail before the next one succeeds."""
        self.logged: list[tuple[str, dict[str, object]]] = []
        self._known: set[str] = set()
        self._news = asyncio.Condition()

    def context(self) -> Context:
        """What the connector is given."""
        nobody: Any = object()
        return Context(
            account="default", clock=self.clock, ids=self.ids, log=self, signer=nobody, cursors=self, threads=nobody,
            links=nobody, banners=nobody, public_url="http://127.0.0.1",
        )  # fmt: skip

    def connector(self, **settings: object) -> EmailConnector:
        """A connector with these settings, made as the house makes it."""
        made = msgspec.convert(settings, MANIFEST.settings, dec_hook=lambda _kind, value: Secret(value))
        connector = MANIFEST.create(made, self.context())
        assert isinstance(connector, EmailConnector)
        return connector

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """One transaction: all of it, or StoreUnavailable and nothing."""
        self.calls += 1
        if self.unavailable:
            self.unavailable -= 1
            raise StoreUnavailable("the test took it away")
        for raw in raws:
            self.raws.append(raw)
            for event in self._parsed(raw):
                if event.message_id in self._known:
                    self.duplicates += 1
                else:
                    self._known.add(event.message_id)
                    self.accepted.append(event)
        if cursor is not None:
            self.cursors[cursor.scope] = cursor.value
        async with self._news:
            self._news.notify_all()
        return [[Accepted(outcome="new")] for _ in raws]

    def _parsed(self, raw: RawEvent) -> Sequence[InboundEvent]:
        try:
            return MANIFEST.parse(raw, "default")
        except InvalidMessage:
            self.quarantined += 1
            return ()

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


_numbers = count(1)


def mail(
    text: str = "hello", *, subject: str = "a question", to: str = "help@shop.example", message_id: str = ""
) -> bytes:
    """A customer's mail with an id of its own."""
    message_id = message_id or f"m{next(_numbers)}@mail.example"
    return (
        f"From: Anna <anna@mail.example>\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Date: Mon, 02 Nov 2026 08:00:03 +0000\r\nMessage-ID: <{message_id}>\r\n\r\n{text}\r\n"
    ).encode()
