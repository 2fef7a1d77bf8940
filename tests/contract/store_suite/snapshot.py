"""Gather: what a batch finds for its keys, and what those rows point to."""

import msgspec

from router.model.changes import Add, Save
from router.model.snapshot import SnapshotKeys
from router.model.tables import Participant
from router.store import changes, snapshot
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, newer, put, uid


async def gather(store: Store, **keys):
    return await store.read(snapshot.gather(SnapshotKeys(**{name: set(each) for name, each in keys.items()})))


def is_empty(found) -> bool:
    kinds = (found.contacts, found.identities, found.conversations_by_id, found.tickets, found.messages)
    return not any((*kinds, found.outbox, found.participants))


def conversation_key(case: Case) -> tuple:
    row = case.conversation
    return (row.channel, row.account, row.visibility, row.thread, row.peer)


def external(case: Case) -> tuple:
    return ("email", "default", case.message.external_id)


class SnapshotSuite:
    async def test_nothing_asked_nothing_found(self, store: Store):
        await put(store, Case("Ann"))
        found = await gather(store)
        assert is_empty(found)

    async def test_earlier_messages_are_those_of_the_customer_in_this_conversation(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        await put(store, Case("Eve"))
        found = await gather(store, conversations=[conversation_key(case)], earlier=[conversation_key(case)])
        assert found.told_in(case.conversation.id) == [case.message]
        assert not (await gather(store, conversations=[conversation_key(case)])).messages

    async def test_what_an_agent_said_last_comes_with_them(self, store: Store):
        case = Case("Ann")
        said = [
            msgspec.structs.replace(
                case.message, id=uid(), kind="reply", author_id=author, external_id=f"<{text}>", text=text
            )
            for text, author in (("first", "a1"), ("has it arrived?", "a1"), ("we have your message", None))
        ]
        await store.write(changes.apply([*case.changes(), *map(Add, said)], now_ms=NOW))
        found = await gather(store, conversations=[conversation_key(case)], earlier=[conversation_key(case)])
        assert found.asked_in(case.conversation.id) == said[1]
        assert found.told_in(case.conversation.id) == [case.message]

    async def test_unknown_keys_find_nothing(self, store: Store):
        await put(store, Case("Ann"))
        stranger = Case("Eve")
        found = await gather(
            store,
            identities=[("email", "eve@example.org"), ("phone", "ann@example.org")],
            conversations=[conversation_key(stranger), (*conversation_key(Case("Ann"))[:4], "eve@example.org")],
            conversation_ids=[uid()],
            external_ids=[external(stranger), ("email", "second", "<Ann@mail>")],
            thread_peers=[(external(stranger), "x")],
            token_peers=[(uid(), "x")],
            ticket_numbers=[7],
        )
        assert is_empty(found)

    async def test_each_key_leads_to_the_whole_case(self, store: Store):
        case, bystander = Case("Ann"), Case("Ben")
        guest = Participant(id=uid(), ticket_id=case.ticket.id, kind="email", value="g@example.org", created_at_ms=NOW)
        await store.write(changes.apply([*bystander.changes(), *case.changes(), Add(guest)], now_ms=NOW))
        for keys in (
            {"conversations": [conversation_key(case)]},
            {"conversation_ids": [case.conversation.id]},
            {"external_ids": [external(case)]},
            {"identities": [("email", case.address)]},
            {"ticket_numbers": [1002]},
        ):
            found = await gather(store, **keys)
            assert set(found.contacts) == {case.contact.id}, keys
            assert found.contacts[case.contact.id].number == 2
            assert set(found.tickets) == {case.ticket.id}
            assert found.conversations == {conversation_key(case): case.conversation}
            assert found.conversations_by_id == {case.conversation.id: case.conversation}
            assert found.participants == {(case.ticket.id, "email", "g@example.org")}
            assert (found.messages == {external(case): case.message}) is ("external_ids" in keys)
            assert set(found.identities) == ({("email", case.address)} if "identities" in keys else set())

    async def test_a_reply_comes_with_its_delivery(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        found = await gather(store, external_ids=[("email", "default", case.reply.external_id)])
        assert found.outbox == {case.reply.id: case.outbox}

    async def test_other_peers_of_a_known_thread(self, store: Store):
        ann, ben = Case("Ann"), Case("Ben")
        ben.conversation = msgspec.structs.replace(ben.conversation, thread=ann.conversation.thread)
        await put(store, ann, ben)
        by_message = await gather(
            store, thread_peers=[(external(ann), ben.address), (external(ann), "new@example.org")]
        )
        by_token = await gather(store, token_peers=[(ann.conversation.id, ben.address)])
        for found in (by_message, by_token):
            assert set(found.conversations_by_id) == {ann.conversation.id, ben.conversation.id}
            assert set(found.tickets) == {ann.ticket.id, ben.ticket.id}

    async def test_ids_of_any_length_are_told_apart(self, store: Store):
        longest = "\U00020000" * 990
        case, twin = Case("Ann"), Case("Ben")
        for at, each in enumerate((case, twin)):
            value = f"{longest}{at}"
            each.contact = msgspec.structs.replace(each.contact, key=value)
            each.identity = msgspec.structs.replace(each.identity, value=value)
            each.conversation = msgspec.structs.replace(each.conversation, thread=value, peer=value)
            each.message = msgspec.structs.replace(each.message, external_id=value, client_key=value)
        guest = Participant(id=uid(), ticket_id=case.ticket.id, kind="x", value=longest, created_at_ms=NOW)
        await put(store, case, twin)
        await store.write(changes.apply([Add(guest)], now_ms=NOW))
        for keys in (
            {"conversations": [conversation_key(case)]},
            {"external_ids": [external(case)]},
            {"identities": [("email", case.identity.value)]},
        ):
            found = await gather(store, **keys)
            assert set(found.tickets) == {case.ticket.id}
            assert set(found.contacts) == {case.contact.id}

    async def test_the_newest_unclosed_tickets_of_a_contact(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        first = msgspec.structs.replace(case.ticket, number=1001)
        more = [msgspec.structs.replace(case.ticket, id=uid(), number=0) for _ in range(30)]
        closed = [msgspec.structs.replace(row, state="closed") for row in more[-5:]]
        solved = msgspec.structs.replace(more[-6], state="solved")
        rows = [*more[:-6], solved, *closed]
        await store.write(changes.apply([Save(newer(first, state="closed")), *map(Add, rows)], now_ms=NOW))
        found = await gather(store, identities=[("email", case.address)])
        assert sorted(found.tickets) == sorted(row.id for row in more[5:25])
