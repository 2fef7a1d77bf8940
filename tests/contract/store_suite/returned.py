"""Addresses whose mail came back, and threads that Outlook names: found for a batch, for a reply and for an agent."""

import pytest

from router.model.changes import Add, Save
from router.model.erasure import ErasureWork
from router.model.errors import Conflict
from router.model.returned import Returned, returned_id
from router.model.snapshot import SnapshotKeys
from router.store import changes, commands, erasing, inbox, returned
from router.store import snapshot as store_snapshot
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, newer, put

ROOT = "01" + "ab" * 21


def row_of(address: str, **fields) -> Returned:
    return Returned(**({"id": returned_id(address), "status": "5.1.1", "message_id": "m", "at_ms": NOW} | fields))


async def write(store: Store, *found) -> None:
    await store.write(changes.apply(found, now_ms=NOW))


async def gather(store: Store, **keys):
    return await store.read(store_snapshot.gather(SnapshotKeys(**{name: set(each) for name, each in keys.items()})))


class ReturnedSuite:
    async def test_a_batch_finds_who_writes_and_where_answers_go(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        row, other = row_of(ann.address), row_of("eve@example.org", lifted_at_ms=NOW, lifted_by="agent:mei")
        await write(store, Add(row), Add(other), Add(row_of("nobody@example.org")))
        found = await gather(store, returned=[other.id], conversation_ids=[ann.conversation.id, bob.conversation.id])
        assert found.returned == {row.id: row, other.id: other}
        assert (await gather(store)).returned == {}

    async def test_a_reply_and_a_ticket_know_it_until_it_is_lifted(self, store: Store):
        case = Case("Ann")
        row = row_of(case.address.upper())
        await put(store, case)
        await write(store, Add(row))

        async def known():
            facts = await store.read(commands.reply_facts(case.ticket.id, 0))
            detail = await store.read(inbox.detail(None, case.ticket.id))
            return facts.returned, detail.returned

        assert await known() == (row, row)
        lifted = newer(row, lifted_at_ms=NOW + 1, lifted_by="agent:mei")
        await write(store, Save(lifted))
        assert await known() == (None, None)
        assert await store.read(returned.of_ids([row.id])) == [lifted]

    async def test_answers_that_go_elsewhere_are_looked_up_there(self, store: Store):
        case, form = Case("Ann"), Case("Bob", channel="form")
        await put(store, case, form)
        await write(store, Save(newer(case.conversation, reply_to="other@example.org")), Add(row_of(case.address)))
        await write(store, Save(newer(form.conversation, reply_to=case.address)))
        assert (await store.read(commands.reply_facts(case.ticket.id, 0))).returned is None
        assert (await store.read(commands.reply_facts(form.ticket.id, 0))).returned is not None

    async def test_two_who_stop_it_at_once_look_again(self, store: Store):
        await write(store, Add(row_of("ann@example.org")))
        with pytest.raises(Conflict):
            await write(store, Add(row_of("ann@example.org", status="5.7.1")))
        row = row_of("ann@example.org")
        await write(store, Save(newer(row, lifted_at_ms=NOW)))
        with pytest.raises(Conflict):
            await write(store, Save(newer(row, lifted_at_ms=NOW + 1)))

    async def test_with_an_erased_person_it_goes(self, store: Store):
        mine, other = row_of("ann@example.org"), row_of("bob@example.org")
        await write(store, Add(mine), Add(other))
        await store.write(erasing.counts(["nobody"], ErasureWork(values=("Ann@example.org", "77"))))
        assert await store.read(returned.of_ids([mine.id, other.id])) == [other]

    async def test_a_thread_of_outlook_is_found_by_its_name(self, store: Store):
        ann, bob, eve = Case("Ann"), Case("Bob"), Case("Eve")
        await put(store, ann, bob, eve)
        await write(store, Save(newer(ann.conversation, thread_index=ROOT + "00" * 5)))
        await write(store, Save(newer(bob.conversation, thread_index="01" + "cd" * 21)))
        found = await gather(store, thread_roots=[("email", "default", ROOT, "new@example.org")])
        assert [row.id for row in found.conversations_by_id.values()] == [ann.conversation.id]
        assert [row.id for row in found.in_thread("email", "default", ROOT)] == [ann.conversation.id]
        assert (found.in_thread("email", "second", ROOT), list(found.tickets)) == ([], [ann.ticket.id])
        assert (await gather(store, thread_roots=[("email", "second", ROOT, "x")])).conversations_by_id == {}

    async def test_the_peers_own_conversation_in_that_thread_comes_with_it(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        await write(store, Save(newer(ann.conversation, thread_index=ROOT)))
        await write(store, Save(newer(bob.conversation, thread=ann.conversation.thread)))
        found = await gather(store, thread_roots=[("email", "default", ROOT, bob.address)])
        assert set(found.conversations_by_id) == {ann.conversation.id, bob.conversation.id}

    async def test_of_a_name_that_everybody_uses_the_newest_are_loaded(self, store: Store):
        cases = [Case(f"C{number}") for number in range(store_snapshot.THREADED_MAX + 5)]
        await put(store, *cases)
        await write(store, *[Save(newer(case.conversation, thread_index=ROOT)) for case in cases])
        found = await gather(store, thread_roots=[("email", "default", ROOT, "x")])
        newest = [case.conversation.id for case in cases][-store_snapshot.THREADED_MAX :]
        assert sorted(found.conversations_by_id) == sorted(newest)
