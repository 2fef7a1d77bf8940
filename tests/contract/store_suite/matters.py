"""What messages are compared with, and that two workers never open two tickets for one matter."""

import asyncio

import pytest

from router.clock import TimedIds, VirtualClock
from router.core.asking import ask
from router.core.inbound import Circumstances, decide_inbound
from router.core.reading import Unread
from router.model.changes import Add
from router.model.errors import Conflict
from router.model.grouping import Joining, Mark, Matter
from router.model.limits import MARKS_MAX
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.snapshot import SnapshotKeys
from router.model.tables import Identity, Ticket
from router.store import changes, snapshot
from router.store.script import Store, fetch
from rules.ruleset import load
from tests.contract.store_suite.make import NOW, Case, put, uid

RULES = load({"a.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
MAIL = {"channel": "email", "sender": "ann@example.org", "subject": "Withdrawal of 2,400 USDC"}
CHAT = {"channel": "telegram", "sender": "77", "subject": None}


def heard(text: str, *, channel: str, sender: str, subject: str | None, at_ms: int = NOW) -> JournalEntry:
    event = InboundEvent(
        channel=channel,
        message_id=uid(),
        sent_at_ms=at_ms,
        sender=Sender(id=sender),
        subject=subject,
        text=text,
    )
    return JournalEntry(event=event, rules_version="1", received_at_ms=at_ms)


class Worker:
    """Gathers, decides and applies one message at a time, and looks again when the facts moved."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.ids = store, TimedIds(VirtualClock(NOW + seed), seed=seed)
        self.conflicts = 0

    async def gather(self, entry: JournalEntry):
        keys = SnapshotKeys()
        ask(entry, None, keys)
        return await self.store.read(snapshot.gather(keys))

    async def apply(self, entry: JournalEntry, facts):
        while True:
            try:
                decided = decide_inbound(entry, facts, RULES, Circumstances(), self.ids)
                break
            except Unread as unread:
                facts.tell(unread.tickets, await self.store.read(snapshot.told(unread.tickets)))
        await self.store.write(changes.apply(decided.changes, now_ms=NOW))
        return decided.outcome

    async def take(self, entry: JournalEntry):
        while True:
            try:
                return await self.apply(entry, await self.gather(entry))
            except Conflict:
                self.conflicts += 1


async def acquainted(store: Store) -> None:
    """Ann, whose mail address and Telegram account are proven to be one person's."""
    ann = Case("ann")
    telegram = Identity(
        id=uid(), contact_id=ann.contact.id, kind="telegram", value="77", proof="import", created_at_ms=NOW
    )
    await store.write(changes.apply([Add(ann.contact), Add(ann.identity), Add(telegram)], now_ms=NOW))


class MattersSuite:
    async def test_two_workers_open_one_ticket_for_one_matter(self, store: Store, other: Store):
        await acquainted(store)
        first, second = Worker(store, 1), Worker(other, 2)
        mail = heard("My withdrawal of 2,400 USDC is still pending.", **MAIL)
        chat = heard("hi, the 2400 usdc withdrawal is pending, wrote you a mail", **CHAT)
        before, stale = await first.gather(mail), await second.gather(chat)
        opened = await first.apply(mail, before)
        with pytest.raises(Conflict):
            await second.apply(chat, stale)
        joined = await second.take(chat)
        assert (opened.ticket_new, joined.ticket_new) == (True, False)
        assert joined.ticket_id == opened.ticket_id
        assert len(await store.read(fetch(Ticket))) == 1

    async def test_a_storm_of_one_person_on_two_channels_opens_one_ticket(self, store: Store, other: Store):
        await acquainted(store)
        workers = [Worker(store, 1), Worker(other, 2)]
        told = [
            heard(f"withdrawal of 2,400 USDC is pending, {number} hours now", **(MAIL if number % 2 else CHAT))
            for number in range(2, 12)
        ]
        outcomes = await asyncio.gather(*(workers[n % 2].take(entry) for n, entry in enumerate(told)))
        assert len({outcome.ticket_id for outcome in outcomes}) == 1
        assert [outcome.ticket_new for outcome in outcomes].count(True) == 1

    async def test_a_ticket_of_somebody_else_is_refused(self, store: Store):
        ann, eve = Case("ann"), Case("eve")
        await put(store, ann, eve)
        joining = Joining(
            message_id=eve.message.id,
            ticket_id=ann.ticket.id,
            contact_id=eve.contact.id,
            opened=False,
            reason="same_matter",
            points=120,
            at_ms=NOW,
        )
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await store.write(changes.apply([Add(joining)], now_ms=NOW))
        assert await store.read(fetch(Joining)) == []

    async def test_what_was_said_is_kept_in_the_form_it_is_compared_in(self, store: Store):
        await acquainted(store)
        worker = Worker(store, 1)
        opened = await worker.take(heard("提现2400 USDC没到账", **CHAT))
        await worker.take(heard("还没到,订单W20240709-3301", **CHAT))
        (matter,) = await store.read(fetch(Matter))
        assert matter.ticket_id == opened.ticket_id
        assert {entity.kind for entity in matter.sketch.entities} == {"amount", "order"}
        assert "withdrawal" in matter.sketch.concepts
        (joining,) = await store.read(fetch(Joining))
        assert (joining.opened, joining.reason, joining.ticket_id) == (False, "conversation", opened.ticket_id)

    async def test_only_the_newest_few_tickets_of_a_value_are_loaded(self, store: Store):
        cases = [Case(f"c{number}") for number in range(MARKS_MAX + 3)]
        await put(store, *cases)
        marks = [
            Mark(id=uid(), value="transaction:1", ticket_id=case.ticket.id, contact_id=case.contact.id, at_ms=NOW)
            for case in cases
        ]
        await store.write(changes.apply([Add(mark) for mark in marks], now_ms=NOW))
        found = await store.read(snapshot.gather(SnapshotKeys(marks={"transaction:1", "transaction:2"})))
        assert set(found.marks["transaction:1"]) == {mark.ticket_id for mark in marks[-MARKS_MAX:]}
        assert found.tickets == {}

    async def test_a_value_that_is_marked_already_is_no_conflict(self, store: Store):
        case = Case("ann")
        await put(store, case)
        for _ in range(2):
            mark = Mark(id=uid(), value="order:1", ticket_id=case.ticket.id, contact_id=case.contact.id, at_ms=NOW)
            await store.write(changes.apply([Add(mark)], now_ms=NOW))
        assert len(await store.read(fetch(Mark))) == 1
