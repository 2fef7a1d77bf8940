"""Outbox: head of line, leases of claimed rows, what a dead sender leaves behind."""

import asyncio

import msgspec

from router.model.changes import Add, Save
from router.model.limits import CLOCKS_APART_MS_MAX, SEND_LEASE_MS, SEND_PAUSE_MS_MAX
from router.model.tables import OutboxEntry
from router.store import changes, outbox, switches
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, agent, newer, put, uid

EMAIL = [("email", "default")]
OFF = switches.Switch(kind="email", account="default", cause="operator", detail="", since_ms=NOW)


async def claim(store: Store, *, now_ms: int = NOW, channels=EMAIL, limit: int = 10) -> list[outbox.Claimed]:
    return await store.write(outbox.claim(channels, now_ms=now_ms, lease_ms=100, limit=limit))


async def settle(store: Store, entry: OutboxEntry, state: str, **fields) -> OutboxEntry:
    settled = newer(entry, state=state, lease_until_ms=None, **fields)
    await store.write(changes.apply([Save(settled)], now_ms=NOW))
    return settled


async def follow_up(store: Store, case: Case, **fields) -> OutboxEntry:
    """One more reply in the conversation of `case`."""
    reply = msgspec.structs.replace(case.reply, id=uid(), external_id=uid(), text="And more.", subject="Re:", **fields)
    entry = msgspec.structs.replace(case.outbox, id=uid(), message_id=reply.id)
    await store.write(changes.apply([Add(reply), Add(entry)], now_ms=NOW))
    return entry


def ids(claimed: list[outbox.Claimed]) -> list[str]:
    return [each.entry.id for each in claimed]


class OutboxSuite:
    async def test_a_claim_says_all_that_is_needed_to_send(self, store: Store):
        case, mia = Case("Ann"), agent("mia")
        await put(store, case)
        await store.write(changes.apply([Add(mia)], now_ms=NOW))
        (got,) = await claim(store)
        assert got.entry == newer(case.outbox, state="sending", attempts=1, lease_until_ms=NOW + 100)
        assert (got.message.id, got.message.text) == (case.reply.id, "We have your message as T-1001.")
        assert (got.conversation, got.author_name, got.was_sending) == (case.conversation, None, False)
        await settle(store, got.entry, "sent", provider_id="p1")
        await follow_up(store, case, author_id=mia.id, automatic="none")
        (got,) = await claim(store)
        assert got.author_name == "Mia"
        stored = {entry.id: entry.state for entry in await store.read(outbox.of_ticket(case.ticket.id))}
        assert stored == {case.outbox.id: "sent", got.entry.id: "sending"}

    async def test_what_could_leave_and_is_taken_by_nobody_is_told(self, store: Store):
        ann = Case("Ann")
        await put(store, ann)
        unsent = await store.read(outbox.oldest_unsent(now_ms=NOW + 5))
        assert unsent == outbox.Unsent(channel="email", account="default", since_ms=ann.outbox.due_at_ms)
        await store.write(switches.turn_off(OFF))
        assert await store.read(outbox.oldest_unsent(now_ms=NOW + 5)) is None
        await store.write(switches.turn_on("email", "default", "operator"))
        (got,) = await claim(store)
        await follow_up(store, ann)  # behind it
        assert await store.read(outbox.oldest_unsent(now_ms=NOW + 5)) is None
        await settle(store, got.entry, "queued", due_at_ms=NOW + 1_000)
        assert await store.read(outbox.oldest_unsent(now_ms=NOW + 5)) is None
        assert await store.read(outbox.oldest_unsent(now_ms=NOW + 1_000)) is not None

    async def test_only_the_head_of_a_conversation_goes(self, store: Store):
        ann, ben = Case("Ann"), Case("Ben")
        await put(store, ann, ben)
        second = await follow_up(store, ann)
        first_round = await claim(store)
        assert ids(first_round) == [ann.outbox.id, ben.outbox.id]
        assert await claim(store) == [], "the heads are being sent"
        entry = await settle(store, first_round[0].entry, "queued", due_at_ms=NOW + 50)
        assert await claim(store) == [], "what waits for its next attempt keeps its place"
        (again,) = await claim(store, now_ms=NOW + 50)
        assert (again.entry.id, again.entry.attempts) == (entry.id, 2)
        held = await settle(store, again.entry, "held")
        assert await claim(store, now_ms=NOW + 60) == [], "a held one holds what follows"
        assert [e.id for e in await store.read(outbox.undelivered(limit=5))] == [held.id]
        await settle(store, held, "cancelled")
        assert ids(await claim(store, now_ms=NOW + 60)) == [second.id]

    async def test_a_dead_letter_lets_the_next_one_go(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        second = await follow_up(store, case)
        (got,) = await claim(store)
        await settle(store, got.entry, "dead", error="550 no such user")
        assert await store.read(outbox.count_dead()) == 1
        assert ids(await claim(store)) == [second.id]

    async def test_what_a_dead_sender_left_comes_back_flagged_and_uncounted(self, store: Store):
        ann, ben = Case("Ann"), Case("Ben")
        await put(store, ann)
        (lost,) = await claim(store)
        await put(store, ben)
        assert ids(await claim(store, now_ms=NOW + 99)) == [ben.outbox.id]
        (found,) = await claim(store, now_ms=NOW + 100)
        assert (found.entry.id, found.was_sending, found.entry.attempts) == (lost.entry.id, True, 1)
        assert found.entry.lease_until_ms == NOW + 200
        assert found.entry.version == lost.entry.version + 1, "the first sender's answer comes too late"

    async def test_what_a_sender_left_whose_clock_was_far_ahead_is_taken_up(self, store: Store):
        ann, ben, hour_ms = Case("Ann"), Case("Ben"), 3_600_000
        await put(store, ann)
        (lost,) = await claim(store, now_ms=NOW + hour_ms)
        (found,) = await claim(store, now_ms=NOW)
        assert (found.entry.id, found.was_sending, found.entry.attempts) == (lost.entry.id, True, 1)
        await put(store, ben)
        ahead = outbox.claim(EMAIL, now_ms=NOW + CLOCKS_APART_MS_MAX, lease_ms=SEND_LEASE_MS, limit=10)
        assert ids(await store.write(ahead)) == [ann.outbox.id, ben.outbox.id]
        assert await claim(store, now_ms=NOW) == [], "clocks that differ a little take nothing from each other"

    async def test_what_was_put_off_by_a_clock_that_was_far_ahead_is_due(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        ahead_ms = CLOCKS_APART_MS_MAX + 1
        first = await settle(store, case.outbox, "queued", due_at_ms=NOW + ahead_ms)
        assert await claim(store, now_ms=NOW + 1) == [], "clocks may be so far apart"
        (got,) = await claim(store)
        assert got.entry.id == first.id, "nobody puts off a first attempt"
        put_off = await settle(store, got.entry, "queued", due_at_ms=NOW + SEND_PAUSE_MS_MAX + ahead_ms)
        assert await claim(store, now_ms=NOW + 1) == []
        assert ids(await claim(store)) == [put_off.id]

    async def test_only_what_is_due_on_channels_that_can_send(self, store: Store):
        mail, chat, late = Case("Ann"), Case("Ben", channel="webchat"), Case("Cyd")
        late.outbox = msgspec.structs.replace(late.outbox, due_at_ms=NOW + 1)
        await put(store, mail, chat, late)
        assert await claim(store, channels=[("email", "second")]) == []
        assert ids(await claim(store, channels=[("webchat", "default")])) == [chat.outbox.id]
        assert ids(await claim(store)) == [mail.outbox.id]

    async def test_the_oldest_go_first_within_the_limit(self, store: Store):
        cases = [Case(f"c{n}") for n in range(5)]
        await put(store, *reversed(cases))
        assert ids(await claim(store, limit=3)) == [case.outbox.id for case in cases[:3]]
        assert ids(await claim(store, limit=3)) == [case.outbox.id for case in cases[3:]]

    async def test_two_workers_never_claim_the_same_row(self, store: Store, other: Store):
        cases = [Case(f"c{n}") for n in range(30)]
        await put(store, *cases)
        await asyncio.gather(*(follow_up(store, case) for case in cases[:10]))
        rounds = await asyncio.gather(*(claim(store if n % 2 else other, limit=7) for n in range(8)))
        taken = [id_ for each in rounds for id_ in ids(each)]
        assert len(taken) == len(set(taken))
        while more := ids(await claim(store)):
            taken += more
        assert sorted(taken) == sorted(case.outbox.id for case in cases)
