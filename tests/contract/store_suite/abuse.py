"""Abuse at rest: blocks found by address and by contact, held messages that keep their words, counts of all workers."""

import asyncio

import msgspec
import pytest

from router.model.abuse import Block, Held, Spoken, Traffic
from router.model.changes import Add, Count, Record, Save, Withdraw
from router.model.errors import Conflict
from router.model.grouping import Mark
from router.model.message import Care, JournalEntry, Sender, Unindexed
from router.model.snapshot import SnapshotKeys
from router.model.tables import Event
from router.store import blocks, changes, channel_load, held_search, inbox, journal
from router.store import snapshot as store_snapshot
from router.store.script import Store, insert, select
from tests.contract.store_suite.make import NOW, Case, entry, journaled, newer, put, said, uid

MINUTE = 60_000


def block_of(**fields) -> Block:
    return Block(id=uid(), reason="spam", actor="agent:mei", created_at_ms=NOW, **fields)


def held_of(row, **fields) -> Held:
    found = {"reason": "blocked", "channel": row.channel, "account": row.account, "received_at_ms": NOW}
    return Held(id=uid(), journal_id=row.id, **(found | fields))


async def write(store: Store, *rows, journal_ids=()) -> None:
    await store.write(changes.apply(list(map(Add, rows)), journal_ids=journal_ids, now_ms=NOW))


async def found(store: Store, *keys) -> dict[object, list[str]]:
    wanted = SnapshotKeys(blocked=set(keys), identities=set(keys))
    gathered = await store.read(store_snapshot.gather(wanted))
    return {key: [row.id for row in rows] for key, rows in gathered.blocks.items()}


async def claimed(store: Store) -> list[str]:
    return [row.id for row in await store.read(journal.claim(range(64), limit=9, now_ms=NOW))]


class AbuseSuite:
    async def test_a_block_is_found_by_its_address_and_by_its_contact(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        nobody = block_of(kind="telegram", value="中" * 900)
        all_of_ann, lifted = block_of(contact_id=ann.contact.id), block_of(contact_id=bob.contact.id, lifted_at_ms=NOW)
        await write(store, nobody, all_of_ann, lifted)
        assert await found(store, ("email", ann.address)) == {ann.contact.id: [all_of_ann.id]}
        assert await found(store, ("email", bob.address)) == {}
        assert await found(store, ("telegram", "中" * 900)) == {("telegram", "中" * 900): [nobody.id]}
        assert await store.read(blocks.listed(now_ms=NOW)) == [nobody, all_of_ann]
        assert await store.read(blocks.standing(ann.contact.id, None, now_ms=NOW)) == all_of_ann
        assert await store.read(blocks.standing(None, ("telegram", "1"), now_ms=NOW)) is None

    async def test_a_block_of_a_merged_contact_holds_for_the_one_that_goes_on(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        row = block_of(contact_id=bob.contact.id)
        stored = await store.read(store_snapshot.gather(SnapshotKeys(identities={("email", bob.address)})))
        known = stored.contacts[bob.contact.id]
        await write(store, row)
        await store.write(changes.apply([Save(newer(known, merged_into=ann.contact.id))], now_ms=NOW))
        assert await found(store, ("email", ann.address)) == {ann.contact.id: [row.id]}

    async def test_a_block_that_is_over_is_not_listed(self, store: Store):
        row = block_of(kind="x", value="1", until_ms=NOW + 5)
        await write(store, row)
        assert await store.read(blocks.listed(now_ms=NOW + 4)) == [row]
        assert [await store.read(blocks.count_listed(now_ms=NOW + n)) for n in (4, 5)] == [1, 0]
        assert await store.read(blocks.listed(now_ms=NOW + 5)) == []
        assert await store.read(blocks.listed(now_ms=NOW + 5, over=True)) == [row]
        assert await store.read(blocks.of_contact([], [("x", "1")], now_ms=NOW + 5)) == []
        assert await store.read(blocks.of_contact([], [("x", "1")], now_ms=NOW)) == [row]

    async def test_what_is_held_keeps_its_words_and_is_claimed_once_it_is_let_through(self, store: Store):
        kept, done = entry("kept"), entry("done")
        await journaled(store, kept, done)
        held = held_of(kept)
        await write(store, held, journal_ids=[kept.id, done.id])
        assert [(row.state, row.entry) for row in [await store.read(journal.show(r.id)) for r in (kept, done)]] == [
            ("held", kept.entry),
            ("done", None),
        ]
        assert await claimed(store) == []
        assert await journaled(store, entry("kept")) == ["duplicate"], "whoever delivers again is told the same"
        (line,) = await store.read(blocks.held_messages())
        assert (line.held, line.row.entry) == (held, kept.entry)
        assert await store.read(blocks.held_of([kept.id])) == [held]
        await store.write(journal.let_through(kept.id, b"{}"))
        with pytest.raises(Conflict):
            await store.write(journal.let_through(kept.id, b"{}"))
        assert await claimed(store) == [kept.id]
        await store.write(changes.apply([Save(newer(held, released_at_ms=NOW))], journal_ids=[kept.id], now_ms=NOW))
        assert await store.read(blocks.held_messages()) == []
        assert (await store.read(blocks.held(held.id))).row.state == "done"

    async def test_a_row_that_somebody_else_decided_is_not_held(self, store: Store):
        row = entry("gone")
        await journaled(store, row)
        await write(store, journal_ids=[row.id])
        with pytest.raises(Conflict):
            await write(store, held_of(row), journal_ids=[row.id])
        assert await store.read(blocks.held_messages()) == []

    async def test_who_wrote_a_held_message_takes_it_back_and_nobody_else(self, store: Store):
        row = entry("kept", conversation="ann's")
        await journaled(store, row)
        await write(store, held_of(row), journal_ids=[row.id])

        async def withdraw(key: str) -> None:
            where = {"channel": row.channel, "account": row.account, "message_id": "kept", "at_ms": NOW}
            await store.write(changes.apply([Withdraw(**where, conversation_key=key)], now_ms=NOW))

        await withdraw("bob's")
        assert len(await store.read(blocks.held_messages())) == 1
        await withdraw("ann's")
        assert await store.read(blocks.held_messages()) == []
        (held,) = await store.read(blocks.held_of([row.id]))
        kept = await store.read(journal.show(row.id))
        assert (held.released_by, kept.state, kept.entry) == ("sender", "done", None)
        assert await journaled(store, entry("kept")) == ["duplicate"]

    async def test_what_is_held_is_found_by_its_words_until_it_is_let_through(self, store: Store):
        case = Case("Ann", text="nobody else's coins")
        await put(store, case)
        ann = Sender(id="77", name="Ann Lee", handle="annlee")
        rows = [
            entry("en", entry=said("buy my wonderful coins", subject="an offer")),
            entry("zh", entry=said("快来领取双倍收益", channel="telegram", sender=ann)),
            entry("own", conversation="own", entry=said("coins of mine")),
            entry("odd", entry=b"not of this release"),
        ]
        await journaled(store, *rows)
        held = [held_of(row) for row in rows]
        await write(store, *held, journal_ids=[row.id for row in rows])

        async def found(text: str) -> list[str]:
            lines = await store.read(blocks.held_messages(text=text))
            assert (await store.read(blocks.count_held(text=text))).held == len(lines)
            return [line.row.message_id for line in lines]

        assert await found("coins") == ["own", "en"]
        assert await found("OFFER wonder") == ["en"]
        assert (await found("双倍"), await found("lee"), await found("77")) == (["zh"], ["zh"], ["zh"])
        assert await found("someone@example.org") == ["own", "en"]
        assert (await found("倍双"), await found("🦭"), await found("release")) == ([], [], [])
        page = await store.read(inbox.tickets(None, text="coins"))
        assert [line.ticket.id for line in page.lines] == [case.ticket.id], "what waits is in no ticket"

        await store.write(journal.let_through(rows[0].id, rows[0].entry))
        await store.write(changes.apply([Save(newer(held[0], released_at_ms=NOW))], journal_ids=[], now_ms=NOW))
        gone = Withdraw(channel="email", account="default", message_id="own", conversation_key="own", at_ms=NOW)
        await store.write(changes.apply([gone], now_ms=NOW))
        assert await found("coins") == []
        assert await store.read(select("SELECT held_id FROM held_text ORDER BY held_id")) == [
            (held[1].id,),
            (held[3].id,),
        ]

    async def test_a_policy_keeps_values_of_what_is_held_from_the_search(self, store: Store):
        care = Care(policies=(), unindexed=(Unindexed(field="text", start=5, end=12),))
        kept = msgspec.json.decode(said("call 5550100 please"), type=JournalEntry)
        row = entry("m", entry=msgspec.json.encode(msgspec.structs.replace(kept, care=care)))
        await journaled(store, row)
        await write(store, held_of(row), journal_ids=[row.id])
        assert len(await store.read(blocks.held_messages(text="call please"))) == 1
        assert await store.read(blocks.held_messages(text="5550100")) == []

    async def test_what_an_earlier_release_held_is_found_once_it_was_looked_through(self, store: Store):
        rows = [entry(f"m{n}", state="held", entry=said(f"coins number {n}")) for n in range(3)]
        await journaled(store, *rows)
        over = held_of(rows[2], released_at_ms=NOW)
        await store.write(insert([held_of(rows[0]), held_of(rows[1]), over]))
        assert await store.read(blocks.held_messages(text="coins")) == []
        assert await store.write(held_search.index_older()) is True
        assert len(await store.read(blocks.held_messages(text="coins"))) == 2
        assert await store.write(held_search.index_older()) is False

    async def test_all_that_waits_is_exported_in_order(self, store: Store):
        rows = [entry(f"m{n}") for n in range(4)]
        await journaled(store, *rows)
        held = [held_of(row) for row in rows[:3]] + [held_of(rows[3], released_at_ms=NOW)]
        await write(store, *held, journal_ids=[row.id for row in rows])
        first = await store.read(blocks.dump_held(limit=2))
        rest = await store.read(blocks.dump_held(limit=2, after=first[-1].held.id))
        assert [line.row.message_id for line in (*first, *rest)] == ["m0", "m1", "m2"]

    async def test_held_messages_are_listed_and_counted_by_whom_and_what_they_are_of(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        block = block_of(contact_id=case.contact.id)
        await write(store, block)
        rows = [entry(f"m{n}") for n in range(4)]
        await journaled(store, *rows)
        of_ann = {"contact_id": case.contact.id, "ticket_id": case.ticket.id}
        held = [
            held_of(rows[0], block_id=block.id, urgency="critical", **of_ann),
            held_of(rows[1], reason="flood", **of_ann),
            held_of(rows[2]),
            held_of(rows[3], released_at_ms=NOW, released_by="agent:mei", **of_ann),
        ]
        await write(store, *held, journal_ids=[row.id for row in rows])

        async def listed(**of):
            return [line.held.id for line in await store.read(blocks.held_messages(**of))]

        assert await listed() == [held[2].id, held[1].id, held[0].id]
        assert await listed(before=held[1].id) == [held[0].id]
        assert await listed(contacts=[case.contact.id]) == [held[1].id, held[0].id]
        assert await listed(ticket_id=case.ticket.id, block_id=block.id) == [held[0].id]
        (line,) = await store.read(blocks.held_messages(block_id=block.id))
        assert (line.block, line.contact.name, line.ticket.number) == (block, "Ann", 1001)
        count = await store.read(blocks.count_held())
        assert (count.held, count.critical) == (3, 1)
        assert (await store.read(blocks.count_held(ticket_id=case.ticket.id))).held == 2
        assert (await store.read(blocks.count_held([]))).held == 0

    async def test_a_sender_is_counted_under_a_version(self, store: Store, other: Store):
        said = Spoken(
            digest="d", ticket_id=uid(), visibility="private", message_id=uid(), times=2, at_ms=NOW, last_ms=NOW
        )
        row = Traffic(id="k", since_ms=NOW, messages=1, spoken=(said,))
        await write(store, row)
        gathered = await other.read(store_snapshot.gather(SnapshotKeys(traffic={"k", "none"})))
        assert gathered.traffic == {"k": row}
        counts = [newer(row, messages=2), newer(row, messages=2)]
        await store.write(changes.apply([Save(counts[0])], now_ms=NOW))
        with pytest.raises(Conflict):
            await other.write(changes.apply([Save(counts[1])], now_ms=NOW))

    async def test_all_workers_count_one_channel_together(self, store: Store, other: Store):
        event = Record(Event(at_ms=NOW, kind="rules.changed"))

        async def count(where: Store, start_ms: int, **fields) -> None:
            one = Count(channel="x", account="a", start_ms=start_ms, **fields)
            another = Count(channel="x", account="b", start_ms=start_ms)
            await where.write(changes.apply([one, another, one, event], now_ms=NOW))

        await asyncio.gather(*(count(where, NOW, withheld=1) for where in (store, other) for _ in range(5)))
        await count(store, NOW - MINUTE)
        gathered = await store.read(store_snapshot.gather(SnapshotKeys(accounts={("x", "a"), ("y", "a")})))
        ((key, load),) = gathered.loads.items()
        assert (key, load.start_ms, load.messages, load.withheld) == (("x", "a"), NOW, 20, 20)
        assert await store.read(channel_load.over(now_ms=NOW)) == []
        await count(store, NOW + MINUTE, over_until_ms=NOW + 2 * MINUTE)
        (load,) = await store.read(channel_load.over(now_ms=NOW))
        assert (load.account, load.messages, load.withheld) == ("a", 2, 0)
        assert await store.read(channel_load.over(now_ms=NOW + 2 * MINUTE)) == []

    async def test_other_people_who_wrote_the_same_are_counted_up_to_a_bound(self, store: Store):
        cases = [Case(name) for name in ("Ann", "Bob", "Cid", "Dan")]
        await put(store, *cases)

        def mark(case: Case, value: str) -> Mark:
            return Mark(id=uid(), value=value, ticket_id=case.ticket.id, contact_id=case.contact.id, at_ms=NOW)

        ann, bob, cid, dan = cases
        await write(store, *(mark(case, "text:1") for case in (ann, bob, cid)), mark(bob, "text:2"))
        await write(store, mark(ann, "transaction:9"), mark(dan, "transaction:9"))

        async def others(case: Case, most: int = 9) -> int:
            return await store.read(blocks.same_text(case.ticket.id, case.contact.id, most))

        assert [await others(case) for case in cases] == [2, 2, 2, 0]
        assert await others(ann, most=1) == 1

    async def test_a_decision_is_made_on_rows_that_a_batch_gathers_at_once(self, store: Store):
        """The cost of gathering follows the batch, not what is stored."""
        case = Case("Ann")
        await put(store, case)
        await write(store, *(block_of(kind="x", value=str(n)) for n in range(50)))
        keys = SnapshotKeys(
            blocked={("email", case.address)}, traffic={"k"}, accounts={("email", "default")}, identities=set()
        )
        statements = _statements(store_snapshot.gather(keys))
        assert len(statements) == 4


def _statements(script) -> list[str]:
    """What a script asks where every answer is empty but the first that asks whether there is any block."""
    asked, answer = [], None
    try:
        while True:
            statement = script.send(answer)
            asked.append(statement.sql)
            answer = [(1,)] if statement.sql.startswith("SELECT 1 FROM blocks") else []
    except StopIteration:
        return asked
