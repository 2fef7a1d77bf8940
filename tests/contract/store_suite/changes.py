"""Apply: one transaction, numbers, folding, conflicts, fences, event order."""

import asyncio

import msgspec
import pytest

from router.model.changes import NUMBER_PLACEHOLDER, Add, Record, Save
from router.model.errors import Conflict, Fenced
from router.model.tables import Contact, Conversation, Identity, Message, OutboxEntry, Participant, Ticket
from router.store import changes, events, inbox, journal, leases
from router.store.script import Store, fetch, run, select
from tests.contract.store_suite.make import NOW, Case, agent, entry, journaled, newer, put, uid


async def rows_of(store: Store, kind) -> list:
    return await store.read(fetch(kind, "ORDER BY t.id"))


async def count(store: Store) -> dict[str, int]:
    tables = ("contacts", "identities", "conversations", "tickets", "messages", "outbox", "events", "search_text")
    return {name: (await store.read(select(f"SELECT COUNT(*) FROM {name}")))[0][0] for name in tables}


class ChangesSuite:
    async def test_rows_come_back_as_they_were(self, store: Store):
        case = Case("Ann", tags=("a", "b"), related=(uid(),))
        await put(store, case)
        assert await rows_of(store, Contact) == [msgspec.structs.replace(case.contact, number=1)]
        assert await rows_of(store, Identity) == [case.identity]
        assert await rows_of(store, Conversation) == [case.conversation]
        assert await rows_of(store, Ticket) == [msgspec.structs.replace(case.ticket, number=1001)]
        assert (await rows_of(store, Message))[0] == case.message
        assert await rows_of(store, OutboxEntry) == [case.outbox]

    async def test_numbers_start_at_1001_and_fill_in_our_own_replies_only(self, store: Store):
        typed = f"What is {NUMBER_PLACEHOLDER}?"
        ann, ben = Case("Ann"), Case("Ben", text=typed)
        ben.ticket = msgspec.structs.replace(ben.ticket, snippet=f"We have it as {NUMBER_PLACEHOLDER}.")
        applied = await put(store, ann, ben)
        assert applied.tickets == {ann.ticket.id: 1001, ben.ticket.id: 1002}
        assert applied.contacts == {ann.contact.id: 1, ben.contact.id: 2}
        texts = {m.id: (m.subject, m.text) for m in await rows_of(store, Message)}
        assert texts[ann.reply.id] == ("Re: [T-1001]", "We have your message as T-1001.")
        assert texts[ben.reply.id] == ("Re: [T-1002]", "We have your message as T-1002.")
        assert texts[ben.message.id][1] == typed
        assert [t.snippet for t in await rows_of(store, Ticket)] == ["Where is my transfer?", "We have it as T-1002."]

    async def test_a_reply_to_an_old_ticket_takes_its_number(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        (stored,) = await rows_of(store, Ticket)
        again = msgspec.structs.replace(case.reply, id=uid(), external_id="<second@us>")
        await store.write(changes.apply([Save(newer(stored)), Add(again)], now_ms=NOW))
        assert (await rows_of(store, Message))[-1].text == "We have your message as T-1001."

    async def test_several_changes_of_one_row_are_one(self, store: Store):
        case = Case("Ann")
        second = newer(case.ticket, subject="second")
        third = newer(second, subject="third")
        await store.write(changes.apply([*case.changes(), Save(second), Save(third)], now_ms=NOW))
        (stored,) = await rows_of(store, Ticket)
        assert (stored.subject, stored.version, stored.number) == ("third", 3, 1001)
        fourth = newer(stored, subject="fourth")
        await store.write(changes.apply([Save(fourth), Save(newer(fourth, subject="fifth"))], now_ms=NOW))
        (stored,) = await rows_of(store, Ticket)
        assert (stored.subject, stored.version) == ("fifth", 5)

    async def test_a_version_that_moved_is_a_conflict_and_nothing_is_written(self, store: Store):
        ann, ben, eve = Case("Ann"), Case("Ben"), Case("Eve")
        await put(store, ann, ben)
        first, second = await rows_of(store, Ticket)
        await store.write(changes.apply([Save(newer(second, subject="theirs"))], now_ms=NOW))
        before = await count(store)
        with pytest.raises(Conflict):
            await store.write(
                changes.apply(
                    [*eve.changes(), Save(newer(first, subject="ours")), Save(newer(second, subject="ours"))],
                    now_ms=NOW,
                )
            )
        assert await count(store) == before
        assert [t.subject for t in await rows_of(store, Ticket)] == ["Question of Ann", "theirs"]
        assert await store.read(events.latest_id()) == 6

    async def test_a_row_that_is_gone_is_a_conflict(self, store: Store):
        with pytest.raises(Conflict):
            await store.write(changes.apply([Save(newer(Case("Ann").ticket))], now_ms=NOW))

    @pytest.mark.parametrize(
        "taken",
        [
            lambda ann, eve: msgspec.structs.replace(eve.identity, value=ann.identity.value),
            lambda ann, eve: msgspec.structs.replace(
                eve.conversation, thread=ann.conversation.thread, peer=ann.conversation.peer
            ),
            lambda ann, eve: msgspec.structs.replace(eve.message, external_id=ann.message.external_id),
            lambda ann, eve: msgspec.structs.replace(eve.message, client_key="key"),
            lambda ann, eve: msgspec.structs.replace(eve.contact, key="imported"),
            lambda ann, eve: ann.outbox,
        ],
        ids=["identity", "conversation", "external_id", "client_key", "contact_key", "id"],
    )
    async def test_a_unique_key_that_is_taken_is_a_conflict(self, store: Store, taken):
        ann, eve = Case("Ann"), Case("Eve")
        ann.message = msgspec.structs.replace(ann.message, client_key="key")
        ann.contact = msgspec.structs.replace(ann.contact, key="imported")
        await put(store, ann)
        before = await count(store)
        row = taken(ann, eve)
        rows = [row if type(each) is type(row) and each.id == row.id else each for each in eve.rows()]
        rows += [] if row in rows else [row]
        with pytest.raises(Conflict):
            await store.write(changes.apply([Add(each) for each in rows], now_ms=NOW))
        assert await count(store) == before

    async def test_a_batch_marks_its_journal_rows_done_with_what_it_wrote(self, store: Store):
        rows = [entry("a", partition=4), entry("b", partition=5)]
        await journaled(store, *rows)
        held = await store.write(leases.acquire("one", now_ms=NOW, lease_ms=100))
        script = changes.apply(
            Case("Ann").changes(),
            journal_ids=[row.id for row in rows],
            fences={4: held[4], 5: held[5]},
            now_ms=NOW,
        )
        await store.write(script)
        assert await store.read(journal.claim(range(64), 10, NOW)) == []
        with pytest.raises(Conflict):
            await store.write(changes.apply(Case("Ben").changes(), journal_ids=[rows[0].id], now_ms=NOW))
        assert (await count(store))["tickets"] == 1

    async def test_a_lost_fence_writes_nothing(self, store: Store):
        await journaled(store, row := entry("a", partition=4))
        stale = await store.write(leases.acquire("one", now_ms=NOW, lease_ms=100))
        await store.write(leases.acquire("other", now_ms=NOW + 200, lease_ms=100))
        with pytest.raises(Fenced):
            await store.write(
                changes.apply(Case("Ann").changes(), journal_ids=[row.id], fences={4: stale[4]}, now_ms=NOW)
            )
        assert set((await count(store)).values()) == {0}
        assert len(await store.read(journal.claim(range(64), 10, NOW))) == 1

    async def test_event_ids_are_in_commit_order_under_many_writers(self, store: Store, other: Store):
        seen: list[int] = []
        writing = True

        async def follow() -> None:
            while writing or not seen or seen[-1] < await store.read(events.latest_id()):
                found = await other.read(events.since(seen[-1] if seen else 0, 100))
                seen.extend(event.id for event in found)
                await asyncio.sleep(0)

        async def write(database: Store, name: str) -> None:
            for n in range(6):
                await put(database, Case(f"{name}{n}"))

        following = asyncio.create_task(follow())
        await asyncio.gather(*(write(store if n % 2 else other, f"w{n}-") for n in range(6)))
        writing = False
        await following
        assert seen == list(range(1, 6 * 6 * 3 + 1))
        numbers = [ticket.number for ticket in await rows_of(store, Ticket)]
        assert sorted(numbers) == list(range(1001, 1001 + 36))

    async def test_writers_of_the_same_rows_wait_for_each_other(self, store: Store, other: Store):
        cases = [Case(f"c{n}") for n in range(8)]
        await put(store, *cases)
        tickets = await rows_of(store, Ticket)

        async def race(database: Store, order: list[Ticket]) -> str:
            try:
                await database.write(changes.apply([Save(newer(ticket)) for ticket in order], now_ms=NOW))
            except Conflict as conflict:
                return str(conflict)
            return "won"

        outcomes = await asyncio.gather(
            *(race(store if n % 2 else other, tickets[:: 1 if n % 3 else -1]) for n in range(10))
        )
        assert outcomes.count("won") == 1
        assert not [outcome for outcome in outcomes if "deadlock" in outcome]

    async def test_edited_messages_are_indexed_anew_and_deleted_ones_no_longer(self, store: Store):
        case = Case("Ann", text="my walrus is gone")
        await put(store, case)
        edited = newer(case.message, text="my penguin is gone", revision=1)
        await store.write(changes.apply([Save(edited), Record(case.event("message.edited", edited))], now_ms=NOW))
        found = {word: (await store.read(inbox.tickets(None, text=word))).total for word in ("walrus", "penguin")}
        assert found == {"walrus": 0, "penguin": 1}
        gone = newer(edited, text="", subject=None, state="deleted")
        await store.write(changes.apply([Save(gone)], now_ms=NOW))
        assert (await store.read(inbox.tickets(None, text="penguin"))).total == 0

    async def test_people_and_participants_are_rows_like_others(self, store: Store):
        case, person = Case("Ann"), agent("mia")
        guest = Participant(id=uid(), ticket_id=case.ticket.id, kind="email", value="g@example.org", created_at_ms=1)
        await store.write(changes.apply([*case.changes(), Add(person), Add(guest)], now_ms=NOW))
        await store.write(changes.apply([Save(newer(person, status="online"))], now_ms=NOW))
        assert (await rows_of(store, type(person)))[0].status == "online"
        with pytest.raises(Conflict):
            await store.write(changes.apply([Add(msgspec.structs.replace(guest, id=uid()))], now_ms=NOW))

    async def test_a_script_that_raises_writes_nothing_and_the_store_goes_on(self, store: Store):
        def half():
            yield from run("UPDATE counters SET value = value + 1 WHERE name = 'event'")
            raise KeyError("a mistake of ours")

        outcomes = await asyncio.gather(
            store.write(half()), put(store, Case("Ann")), store.write(half()), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [KeyError, changes.Applied, KeyError]
        assert await store.read(events.latest_id()) == 3
        assert (await store.read(select("SELECT value FROM counters WHERE name = 'event'"))) == [(3,)]
