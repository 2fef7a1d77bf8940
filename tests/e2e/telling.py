"""People who tell a running house what it must not keep, by every channel there is, and agents who do so too."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import msgspec

from connectors.api.simulator import WebhookReceiver
from connectors.webchat.frames import AppUser
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from router.store.script import Store, select
from tests.e2e import carriers
from tests.e2e.load import SECRET as WEBHOOK_SECRET
from tests.e2e.load import settled
from tests.e2e.mailbox import ADDRESS
from tests.e2e.test_main_job import report
from tests.e2e.told import Teller, Told
from tests.servers.service import Service
from tests.servers.smtp import SmtpSink

Put = Callable[[str, bytes], None]
"""Delivers a mail under a name to the house's mailbox."""
PRIVATE, PUBLIC = ("telegram", "whatsapp", "form"), ("x", "facebook")
BY_API, BY_MAIL, BY_CHAT, BY_AGENT, BY_REPORT = 810, 180, 60, 80, 8


def channels(webhook: str, mail: dict[str, object]) -> list[object]:
    """E-mail, the web chat, and kinds fed and answered through the API."""
    api = {"kinds": [*PRIVATE, *PUBLIC], "webhook_url": webhook, "webhook_secret": WEBHOOK_SECRET}
    return [mail, {"kind": "webchat", "settings": {"messages_per_minute": 6000}}, {"kind": "api", "settings": api}]


@dataclass
class House:
    """A running house, the people around it, and all that came out of it."""

    service: Service
    http: aiohttp.ClientSession
    teller: Teller
    token: str
    told: dict[str, tuple[str, Told]] = field(default_factory=dict)
    """By the id of the message, or what stands for one: the place and the value."""
    said_back: list[bytes] = field(default_factory=list)
    """What the house answered to customers, agents and receivers."""

    def tell(self, key: str, place: str, *, public: bool = False, **fits: object) -> Told:
        """The next secret, or the first time in this place a canary."""
        is_first = place not in {known for known, _ in self.told.values()}
        told = self.teller.canary() if is_first else self.teller.secret(public=public, **fits)
        self.told[key] = (place, told)
        return told

    async def ask(self, method: str, path: str, **request: object) -> tuple[int, bytes]:
        """A request; its answer is kept to be searched."""
        async with self.http.request(method, self.service.url + path, **request) as response:
            self.said_back.append(await response.read())
            return response.status, self.said_back[-1]


async def tell_everywhere(house: House, store: Store, receiver, sink, put: Put) -> None:
    """A thousand secrets, and until all is decided and delivered."""
    for name, mail in mails(house).items():
        put(name, mail)
    await tell_by_api(house)
    await tell_by_chat(house)
    await until(store, "messages WHERE channel = 'email' AND kind = 'inbound'", BY_MAIL)
    await settled(store)
    await tell_as_agent(house)
    await settled(store)
    await tell_in_reports(house, receiver, sink, put)
    await until(store, "outbox WHERE state = 'dead'", 2 * BY_REPORT)
    await settled(store)


async def until(store: Store, rows: str, number: int) -> None:
    """Wait for so many rows."""
    while (await store.read(select(f"SELECT COUNT(*) FROM {rows}")))[0][0] < number:
        await asyncio.sleep(0.1)


def events(house: House) -> list[carriers.Json]:
    """Every place of an event on every kind of channel in turn."""
    kinds = [(kind, kind in PUBLIC) for kind in (*PRIVATE, *PUBLIC)]
    ways = itertools.cycle([(place, *kind) for place in (*carriers.EVENTS, "edit") for kind in kinds])
    bodies = []
    for number, (place, kind, public) in zip(range(BY_API), ways, strict=False):
        message_id, sender = f"api-{number}", f"{kind}-customer-{number % 7}"
        limit = carriers.ONE_LINE.get(place)
        fits = {} if limit is None else {"chars_max": limit, "lines": False}
        key = f"{message_id}-edit" if place == "edit" else message_id
        told = house.tell(key, f"{'public' if public else 'private'} {place}", public=public, **fits)
        who = {"channel": kind, "visibility": "public" if public else "private", "sender": sender}
        if place == "edit":
            first = house.teller.canary()
            bodies.append(carriers.event("text", first, message_id, **who))
            change = carriers.event("text", told, key, **who)
            bodies.append(change | {"kind": "edit", "target_id": message_id})
        else:
            bodies.append(carriers.event(place, told, message_id, **who))
    return bodies


async def tell_by_api(house: House) -> None:
    """All of them in batches, the first of which comes twice."""
    bodies = events(house)
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/x-ndjson"}
    for start in range(0, len(bodies), 100):
        for _ in range(1 + (start == 0)):
            body = carriers.ndjson(bodies[start : start + 100])
            status, answer = await house.ask("POST", "/api/v1/messages", data=body, headers=headers)
            assert status == 202, answer
    results = Counter(
        result["status"] for answer in house.said_back for result in msgspec.json.decode(answer).get("results", ())
    )
    refused = sum("no message" in place for place, _ in house.told.values())
    assert results["rejected"] - refused in range(refused), results
    assert results["accepted"] == len(bodies) - refused


def mails(house: House) -> dict[str, bytes]:
    """Letters by name, every place of a mail in turn."""
    made = {}
    for number, place in zip(range(BY_MAIL), itertools.cycle(carriers.MAILS), strict=False):
        message_id = f"mail-{number}@mail.example"
        limit = carriers.MAIL_ONE_LINE.get(place)
        fits = {} if limit is None else {"chars_max": limit, "lines": False}
        told = house.tell(message_id, f"mail {place}", **fits)
        sender = f"customer{number % 20}@mail.example"
        made[message_id] = carriers.mail(place, told, message_id, to=ADDRESS, sender=sender)
    return made


async def tell_by_chat(house: House) -> None:
    """Visitors say it, and some call themselves so."""
    address = f"{house.service.url}/channels/webchat/default/ws"
    for person in range(BY_CHAT // 10):
        name = house.tell(f"name-{person}", "chat name", chars_max=190, lines=False)
        user = AppUser(user_id=f"user-{person}", name=name.said)
        async with VisitorClient(house.http, address, SystemClock(), TimedIds(SystemClock()), user=user) as visitor:
            for _ in range(9):
                told = house.tell("chat", "chat text")
                ack = await visitor.write(told.said)
                assert ack.outcome == "accepted"
                house.told[f"{visitor.visitor}:{ack.client_msg_id}"] = house.told.pop("chat")
            await visitor.until(lambda v: len(v.texts("customer")) == 9)
            house.said_back += [message.text.encode() for message in visitor.messages.values()]


async def tell_as_agent(house: House) -> None:
    """Notes, replies, reasons and searches; a reply with a secret is refused, and nothing of it is kept."""
    _, listed = await house.ask("GET", "/api/v1/tickets?limit=100")
    rows = msgspec.json.decode(listed)["tickets"]
    sides = [itertools.cycle([row for row in rows if row["visibility"] == side]) for side in ("public", "private")]
    in_turn = itertools.chain.from_iterable(zip(*sides, strict=False))
    for number, row in zip(range(BY_AGENT // 4), in_turn, strict=False):
        ticket, public = f"/api/v1/tickets/{row['id']}", row["visibility"] == "public"
        key = {"Idempotency-Key": f"agent-{number}"}
        note = house.tell(f"note-{number}", "note")
        status, answer = await house.ask("POST", f"{ticket}/notes", json={"text": note.said}, headers=key)
        assert status == 201, answer
        reply = house.tell(f"reply-{number}", f"{row['visibility']} reply", public=public)
        text = {"text": reply.said, "force": True}
        key = {"Idempotency-Key": f"reply-{number}"}
        status, answer = await house.ask("POST", f"{ticket}/replies", json=text, headers=key)
        # In public it is blocked; in private it waits to be confirmed, which nobody does here.
        assert status == (201 if reply.slot == "CANARY" else 422 if public else 409), answer
        reason = house.tell(f"reason-{number}", "reason of a state")
        state = "rejected" if number % 2 else "solved"
        checklist = ["a document"] if state == "rejected" else []
        status, answer = await house.ask(
            "POST", f"{ticket}/state", json={"state": state, "reason": reason.said, "checklist": checklist}
        )
        assert status == 200, answer
        wanted = house.tell(f"search-{number}", "search")
        status, answer = await house.ask("GET", "/api/v1/tickets", params={"q": wanted.said})
        assert status == 200, answer


async def tell_in_reports(house: House, receiver: WebhookReceiver, sink: SmtpSink, put: Put) -> None:
    """What providers and mail servers say of replies they would not carry."""
    numbered = enumerate(receiver.taken.values(), start=1)
    posted = [number for number, delivery in numbered if delivery.channel == "telegram"]
    events = []
    for number in posted[:BY_REPORT]:
        told = house.tell(f"report-{number}", "delivery report", chars_max=900, lines=False)
        events.append({
            "kind": "receipt", "channel": "telegram", "message_id": f"report-{number}", "target_id": f"r-{number}",
            "visibility": "private", "sent_at": carriers.SENT_AT, "sender": {"id": "telegram"},
            "delivery": "failed", "delivery_detail": f"554 refused: {told.said}",
        })  # fmt: skip
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/x-ndjson"}
    status, answer = await house.ask("POST", "/api/v1/messages", data=carriers.ndjson(events), headers=headers)
    assert status == 202, answer
    for number, sent in enumerate(sink.accepted[:BY_REPORT]):
        told = house.tell(f"bounce-{number}", "bounce", chars_max=400, lines=False)
        bounce = report(sent.message).replace(b"bounce1@", f"bounce-{number}@".encode())
        put(f"bounce-{number}", bounce.replace(b"550 5.1.1 no such user", f"554 refused: {told.said}".encode()))


async def ask_for_everything(house: House) -> None:
    """The inbox's lists and tickets."""
    _, listed = await house.ask("GET", "/api/v1/tickets?limit=100")
    for row in msgspec.json.decode(listed)["tickets"]:
        status, _ = await house.ask("GET", f"/api/v1/tickets/{row['id']}")
        assert status == 200
