"""Customers and an agent who do not give up, what they were promised, and what has to be true of it in the end."""

import asyncio
import itertools
import random
from collections import Counter
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from connectors.api.simulator import WebhookReceiver
from router.clock import SystemClock
from router.store import inbox
from router.store.script import select
from tests.servers.service import Service

SECRET = "33" * 16
LETTERS = "bcdfghjklmnpqrstvz"
SENT_AT = "2026-11-02T08:00:03Z"


def word(number: int) -> str:
    """A word that no other message holds and no detector or rule knows."""
    return "q" + "".join(LETTERS[number // 18**place % 18] for place in range(4))


class Load:
    """Customers and an agent who do not give up, and what they were promised."""

    def __init__(self, service: Service, token: str, http: aiohttp.ClientSession) -> None:
        self.service, self.http = service, http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._numbers = itertools.count()
        self.up = asyncio.Event()
        self.enough = asyncio.Event()
        self.progress = asyncio.Condition()
        self.accepted: dict[str, list[str]] = {}
        """Texts by chat, in the order in which they were accepted."""
        self.ids: list[str] = []
        self.refused: list[str] = []
        self.replied: list[str] = []
        self.repeated = 0

    async def until_accepted(self, number: int) -> None:
        """Or until it is enough."""
        async with self.progress:
            await self.progress.wait_for(lambda: len(self.ids) >= number or self.enough.is_set())

    async def end(self) -> None:
        """Let nobody begin anything new."""
        self.enough.set()
        async with self.progress:
            self.progress.notify_all()

    async def _post(self, path: str, **request: object) -> tuple[int, object]:
        """Ask again until there is an answer, as every careful client does."""
        while True:
            await self.up.wait()
            try:
                async with self.http.post(self.service.url + path, **request) as response:
                    if response.status != 503:
                        return response.status, await response.json()
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)  # the process is gone; whoever killed it knows a moment later

    async def customer(self, rng: random.Random) -> None:
        while not self.enough.is_set():
            number = next(self._numbers)
            chat = f"chat-{number}"
            for part in range(3):
                text = f"Could you tell me more about {word(number * 3 + part)}?"
                message = {
                    "channel": "telegram",
                    "message_id": f"m-{number}-{part}",
                    "thread_id": chat,
                    "visibility": "private",
                    "sent_at": SENT_AT,
                    "sender": {"id": f"customer-{number}"},
                    "text": text,
                }
                await self._say(message)
                self.accepted.setdefault(chat, []).append(text)
                self.ids.append(message["message_id"])
                if rng.random() < 0.3:
                    self.repeated += 1
                    await self._say(message)
                async with self.progress:
                    self.progress.notify_all()

    async def _say(self, message: dict[str, object]) -> None:
        status, answer = await self._post("/api/v1/messages", json=message, headers=self._headers)
        if status != 202 or answer["results"][0]["status"] not in {"accepted", "duplicate"}:
            self.refused.append(f"{status}: {answer}")

    async def agent(self, rng: random.Random) -> None:
        while not self.enough.is_set():
            await self.until_accepted(len(self.ids) + 10)
            number, key = 1001 + rng.randrange(max(1, len(self.accepted))), f"reply-{len(self.replied)}"
            reply = {"text": f"We look into {key}.", "force": True}
            status, _ = await self._post(
                f"/api/v1/tickets/T-{number}/replies", json=reply, headers={"Idempotency-Key": key}
            )
            if status == 201:
                self.replied.append(reply["text"])


@asynccontextmanager
async def receiver_of_replies():
    """A receiver that drops what it has had before, as its contract asks, and its address."""
    receiver = WebhookReceiver(SECRET.encode(), SystemClock())
    app = web.Application()
    app.router.add_post("/", receiver.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield receiver, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def channels(address: str) -> list[object]:
    settings = {"kinds": ["telegram"], "webhook_url": address, "webhook_secret": SECRET}
    return [{"kind": "api", "settings": settings}]


async def settled(store) -> None:
    """Wait until nothing waits to be decided or to leave."""
    unsettled = (
        "SELECT (SELECT COUNT(*) FROM journal WHERE state = 'pending') "
        "+ (SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'sending'))"
    )
    while (await store.read(select(unsettled)))[0][0]:
        await asyncio.sleep(0.1)


async def assert_nothing_lost_or_doubled(store, load: Load, receiver: WebhookReceiver) -> None:
    async def rows(sql: str) -> list[tuple]:
        return [tuple(row) for row in await store.read(select(sql))]

    said = await rows("SELECT external_id FROM messages WHERE kind = 'inbound'")
    assert sorted(row[0] for row in said) == sorted(load.ids), "each accepted message is there, once"
    assert Counter(await rows("SELECT state FROM journal")) == {("done",): len(load.ids)}

    heard: dict[str, list[str]] = {}
    for thread, text in await rows(
        "SELECT c.thread, m.text FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id "
        "WHERE m.kind = 'inbound' ORDER BY m.id"
    ):
        heard.setdefault(thread, []).append(text)
    assert heard == load.accepted, "in the order of each conversation"

    chats = len(load.accepted)
    assert await rows("SELECT COUNT(*), COUNT(DISTINCT ticket_id), COUNT(DISTINCT conversation_id) FROM messages") == [
        (len(load.ids) + chats + len(load.replied), chats, chats)
    ], "one ticket for each conversation"
    assert await rows("SELECT COUNT(*) FROM tickets UNION ALL SELECT COUNT(*) FROM contacts") == [(chats,)] * 2
    numbers = await rows("SELECT number FROM tickets ORDER BY number")
    assert numbers == [(number,) for number in range(1001, 1001 + chats)]

    receipts = Counter(await rows("SELECT ticket_id FROM messages WHERE automatic = 'auto_reply'"))
    assert set(receipts.values()) == {1}
    assert len(receipts) == chats, "one receipt for each ticket"
    answers = await rows("SELECT text FROM messages WHERE kind = 'reply' AND automatic = 'none'")
    assert sorted(answers) == sorted((text,) for text in load.replied), "each answer once"

    outgoing = await rows("SELECT message_id, state FROM outbox")
    assert {state for _, state in outgoing} == {"sent"}
    taken = Counter(delivery.message_id for delivery in receiver.taken.values())
    assert taken == Counter(message for message, _ in outgoing), "each reply reached its receiver under one key"

    events = [row[0] for row in await rows("SELECT id FROM events ORDER BY id")]
    assert events == list(range(1, len(events) + 1)), "no hole and no repetition in the feed"

    for chat, texts in load.accepted.items():
        found = await store.read(inbox.tickets(None, text=texts[-1].rpartition(" ")[2].rstrip("?")))
        assert [line.ticket.conversation_id for line in found.lines] != [], f"search finds {chat}"
        assert found.total == 1
