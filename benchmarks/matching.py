"""What one message costs while ever more tickets are stored: gather, decide, apply, with everything on.

Rows are made in bulk. Measured is processor time of this process; the embedded store works in it, its threads too.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.machine import header, verdict
from router.clock import TimedIds, VirtualClock
from router.core.asking import ask
from router.core.entities import marks
from router.core.inbound import Circumstances, decide_inbound
from router.core.likeness import hear
from router.core.reading import Unread
from router.flow.rulebook import build
from router.model.grouping import Mark, Matter
from router.model.ids import ContactId, ConversationId, IdentityId, MessageId, TicketId
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.snapshot import SnapshotKeys
from router.model.tables import Contact, Conversation, Identity, Message, Row, Ticket
from router.store import changes, migrate, snapshot
from router.store.script import Script, Store, insert, run
from router.store.sqlite import SqliteStore
from rules.ruleset import Ruleset

RATIO_MAX: Final = 1.3
SIZES: Final = (10_000, 1_000_000)
TICKETS_EACH: Final = 4
"""Of one contact."""
MESSAGES, ROUNDS, CHUNK = 200, 4, 5_000
START_MS: Final = 1_780_000_000_000
SAYINGS: Final = (
    "My withdrawal of {n} USDC is pending since yesterday, order W2024-{n:08d}.",
    "提现{n}U没到账,订单W2024-{n:08d}",
    "I cannot log in, the code never arrives.",
    "刷卡被拒了,尾号{n:04d}",
)


def rows(tickets: int, ids: TimedIds, clock: VirtualClock) -> Iterator[list[Row]]:
    """Contacts with their tickets, as chunks of rows of one type each in the order in which they may be inserted."""
    for first in range(0, tickets, CHUNK):
        kinds: dict[type[Row], list[Row]] = {
            kind: [] for kind in (Contact, Identity, Conversation, Ticket, Message, Matter, Mark)
        }
        for number in range(first, min(first + CHUNK, tickets)):
            clock.advance_to(START_MS + number)
            for row in _one(number, ids):
                kinds[type(row)].append(row)
        yield from filter(None, kinds.values())


_contact = ContactId("")


def _one(number: int, ids: TimedIds) -> Iterator[Row]:
    global _contact  # noqa: PLW0603 - tickets of one contact follow each other
    at_ms = START_MS + number
    person = number // TICKETS_EACH
    if number % TICKETS_EACH == 0:
        _contact = ContactId(ids.new())
        yield Contact(id=_contact, number=1_001 + person, created_at_ms=at_ms)
        yield Identity(
            id=IdentityId(ids.new()),
            contact_id=_contact,
            kind="telegram",
            value=str(person),
            proof="provider",
            created_at_ms=at_ms,
        )
    text = SAYINGS[number % len(SAYINGS)].format(n=number)
    heard = hear("", text)
    where = {"channel": "telegram", "account": "default", "visibility": "private"}
    ticket_id, conversation_id = TicketId(ids.new()), ConversationId(ids.new())
    yield Conversation(
        id=conversation_id,
        thread=f"old {number}" if number % TICKETS_EACH else str(person),
        peer=str(person),
        contact_id=_contact,
        ticket_id=ticket_id,
        created_at_ms=at_ms,
        **where,
    )
    yield Ticket(
        id=ticket_id,
        number=1_001 + number,
        contact_id=_contact,
        conversation_id=conversation_id,
        subject=text[:60],
        queue="general",
        state="open",
        snippet=text[:60],
        last_inbound_at_ms=at_ms,
        last_message_at_ms=at_ms,
        created_at_ms=at_ms,
        **where,
    )
    yield Message(
        id=MessageId(ids.new()),
        ticket_id=ticket_id,
        conversation_id=conversation_id,
        contact_id=_contact,
        kind="inbound",
        external_id=f"old {number}",
        text=text,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        **where,
    )
    yield Matter(ticket_id=ticket_id, contact_id=_contact, sketch=heard.sketch)
    for value in dict.fromkeys(marks(heard.sketch.entities)):
        yield Mark(id=ids.new(), value=value, ticket_id=ticket_id, contact_id=_contact, at_ms=at_ms)


async def fill(store: Store, tickets: int, ids: TimedIds, clock: VirtualClock) -> None:
    """Put that many tickets in."""
    await store.write(migrate.migrate("sqlite", now_ms=START_MS))
    for chunk in rows(tickets, ids, clock):
        await store.write(insert(chunk))
    await store.write(_count(tickets))


def _count(tickets: int) -> Script[None]:
    yield from run("UPDATE counters SET value = :value WHERE name IN ('ticket', 'contact')", value=2_000 + tickets)


async def messages(
    store: Store, tickets: int, ruleset: Ruleset, ids: TimedIds, clock: VirtualClock, seed: int
) -> float:
    """Milliseconds of processor time of one message."""
    draw = random.Random(seed)
    people = tickets // TICKETS_EACH
    started = time.process_time()
    for number in range(MESSAGES):
        clock.advance_to(clock.now_ms() + 1_000)
        text = draw.choice(SAYINGS).format(n=draw.randrange(tickets))
        event = InboundEvent(
            channel="telegram",
            message_id=f"{seed}-{number}",
            sent_at_ms=clock.now_ms(),
            sender=Sender(id=str(draw.randrange(people))),
            text=text,
        )
        entry = JournalEntry(event=event, rules_version="1", received_at_ms=clock.now_ms())
        keys = SnapshotKeys()
        ask(entry, None, keys)
        facts = await store.read(snapshot.gather(keys))
        while True:
            try:
                decided = decide_inbound(entry, facts, ruleset, Circumstances(), ids)
                break
            except Unread as unread:
                facts.tell(unread.tickets, await store.read(snapshot.told(unread.tickets)))
        await store.write(changes.apply(decided.changes, now_ms=clock.now_ms()))
    return (time.process_time() - started) / MESSAGES * 1_000


async def measure(sizes: tuple[int, ...]) -> float:
    """The ratio of the large house's cost to the small one's, the rounds of both taking turns."""
    ruleset = build({"pack.yaml": b"version: 1\ninclude: wallet@1\n"}, None)
    with tempfile.TemporaryDirectory() as folder:
        houses = []
        for tickets in sizes:
            clock = VirtualClock(START_MS)
            ids = TimedIds(clock, seed=1)
            store = await SqliteStore.open(Path(folder) / f"{tickets}.db", synchronous="OFF")
            started = time.perf_counter()
            await fill(store, tickets, ids, clock)
            print(f"{tickets:>9,} tickets made in {time.perf_counter() - started:.0f} s", flush=True)
            houses.append((tickets, store, ids, clock))
        best = dict.fromkeys(sizes, float("inf"))
        for round_ in range(ROUNDS + 1):
            for tickets, store, ids, clock in houses:
                cost = await messages(store, tickets, ruleset, ids, clock, round_)
                if round_:  # the first warms up
                    best[tickets] = min(best[tickets], cost)
        for tickets, store, *_ in houses:
            print(f"{tickets:>9,} tickets: {best[tickets]:.3f} ms of processor time a message")
            await store.close()
    return best[sizes[-1]] / best[sizes[0]]


def main() -> int:
    """Measure; 1 when the ratio is too large."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    header("one message while tickets pile up")
    ratio = asyncio.run(measure(sizes))
    print(f"ratio {ratio:.2f}, at most {RATIO_MAX}: {verdict(RATIO_MAX / ratio, 1.0)}")
    return 0 if ratio <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
