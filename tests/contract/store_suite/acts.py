"""What rules ask for, at rest: words for webhooks in order, private links, what the search is kept from."""

import msgspec
import pytest

from router.model.buttons import Button
from router.model.changes import Add, Record, Save
from router.model.errors import Conflict
from router.model.message import Care, PickedPolicy, SealedValue, Unindexed
from router.model.tables import Event, HookEntry, PrivateLink
from router.store import changes, commands, hooks, inbox, links, outbox, threads
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, agent, newer, put, uid


async def leave(store: Store, case: Case, *names: str, **fields) -> list[HookEntry]:
    rows = [
        HookEntry(
            id=uid(),
            webhook=name,
            ticket_id=case.ticket.id,
            message_id=case.message.id,
            body=msgspec.Raw(b'{"a":1}'),
            **({"due_at_ms": NOW, "created_at_ms": NOW} | fields),
        )
        for name in names
    ]
    await store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))
    return rows


async def claimed(store: Store, webhook: str = "crm", now_ms: int = NOW, limit: int = 9) -> list[str]:
    found = await store.write(hooks.claim(webhook, now_ms=now_ms, lease_ms=100, limit=limit))
    return [one.entry.id for one in found]


class ActsSuite:
    async def test_a_word_comes_with_the_number_of_its_ticket(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        (row,) = await leave(store, case, "crm")
        (got,) = await store.write(hooks.claim("crm", now_ms=NOW, lease_ms=100, limit=9))
        assert got.ticket_number == 1001
        assert got.entry == newer(row, state="sending", attempts=1, lease_until_ms=NOW + 100)

    async def test_words_wait_for_those_before_them_of_the_same_ticket_and_webhook(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        first, second, other = await leave(store, ann, "crm", "crm", "erp")
        (his,) = await leave(store, bob, "crm")
        assert await store.read(hooks.due(now_ms=NOW)) == ["crm", "erp"]
        assert await claimed(store) == [first.id, his.id]
        assert await claimed(store) == []
        assert await claimed(store, "erp") == [other.id]
        sent = newer(newer(first, attempts=1), state="sent")
        await store.write(changes.apply([Save(sent)], now_ms=NOW))
        assert await claimed(store) == [second.id]

    async def test_what_is_not_due_waits_and_what_was_left_behind_is_taken_up(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        (row,) = await leave(store, case, "crm", due_at_ms=NOW + 5)
        assert await store.read(hooks.due(now_ms=NOW + 4)) == []
        assert await claimed(store, now_ms=NOW + 4) == []
        assert await claimed(store, now_ms=NOW + 5) == [row.id]
        assert await claimed(store, now_ms=NOW + 104) == []
        assert await store.read(hooks.due(now_ms=NOW + 105)) == ["crm"]
        assert await claimed(store, now_ms=NOW + 105) == [row.id]

    async def test_a_private_link_is_found_by_its_message_and_opened_by_one(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        link = PrivateLink(
            id=uid(),
            message_id=case.reply.id,
            contact_id=case.contact.id,
            ticket_id=case.ticket.id,
            proves=True,
            expires_at_ms=NOW + 9,
            created_at_ms=NOW,
        )
        await store.write(changes.apply([Add(link)], now_ms=NOW))
        assert await store.read(links.of_message(case.reply.id)) == link
        found, ticket, contact = await store.read(links.get(link.id))
        assert (found, ticket.number, contact.id) == (link, 1001, case.contact.id)
        assert await store.read(links.get(uid())) is None
        who = case.conversation.channel, case.conversation.peer
        assert (await store.read(links.identity(*who))).contact_id == case.contact.id
        assert await store.read(links.identity("facebook", "nobody")) is None
        assert await store.read(links.conversation("facebook", "default", "nobody")) is None
        one, two = (newer(link, opened_at_ms=NOW, opened_by=name) for name in ("g-1", "g-2"))
        await store.write(changes.apply([Save(one)], now_ms=NOW))
        with pytest.raises(Conflict):
            await store.write(changes.apply([Save(two)], now_ms=NOW))

    async def test_who_brings_a_link_is_known_by_their_identity_and_their_own_conversation(self, store: Store):
        case, other = Case("Ann"), Case("Bob")
        await put(store, case, other)
        assert await store.read(links.identity("email", case.address)) == case.identity
        assert await store.read(links.identity("x", case.address)) is None
        assert await store.read(links.conversation("email", "default", case.address)) is None, "a thread of its own"
        own = msgspec.structs.replace(case.conversation, id=uid(), channel="x", thread="77", peer="77")
        public = msgspec.structs.replace(own, id=uid(), thread="78", peer="78", visibility="public")
        await store.write(changes.apply([Add(own), Add(public)], now_ms=NOW))
        assert await store.read(links.conversation("x", "default", "77")) == own
        assert await store.read(links.conversation("x", "second", "77")) is None
        assert await store.read(links.conversation("x", "default", "78")) is None

    async def test_hiding_a_post_is_told_apart_from_a_delivery(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        hiding = msgspec.structs.replace(case.outbox, id=uid(), message_id=case.message.id, action="hide")
        await store.write(changes.apply([Add(hiding)], now_ms=NOW))
        detail = await store.read(inbox.detail(None, case.ticket.id))
        assert {key: [row.id for row in rows] for key, rows in detail.moderations.items()} == {
            case.message.id: [hiding.id]
        }
        assert {key: entry.id for key, entry in detail.deliveries.items()} == {case.reply.id: case.outbox.id}
        _, ticket, asked = await store.read(commands.post(case.message.id))
        assert (ticket.id, [row.id for row in asked]) == (case.ticket.id, [hiding.id])
        assert await store.read(commands.post("no-such-message")) is None

    async def test_a_post_that_was_answered_in_private_is_known_and_so_is_whom_it_was_for(self, store: Store):
        case, other = Case("Ann"), Case("Bob")
        await put(store, case, other)
        assert not (await store.read(commands.reply_facts(case.ticket.id, 0, case.message.id))).is_answered
        answer = newer(case.reply, in_reply_to=case.message.external_id)
        await store.write(changes.apply([Save(answer)], now_ms=NOW))
        facts = await store.read(commands.reply_facts(case.ticket.id, 0, case.message.id))
        assert (facts.last_inbound.id, facts.is_answered) == (case.message.id, True), "the reply is a private one"
        assert await store.read(commands.reply_facts(case.ticket.id, 0, other.message.id)) is None
        assert not (await store.read(commands.reply_facts(case.ticket.id, 0))).is_answered, "nobody asked"
        for state, is_answered in (("dead", True), ("cancelled", False)):
            entry = await store.read(outbox.get(case.outbox.id))
            await store.write(changes.apply([Save(newer(entry, state=state))], now_ms=NOW))
            facts = await store.read(commands.reply_facts(case.ticket.id, 0, case.message.id))
            assert facts.is_answered == is_answered, state
        ticket, contact = await store.read(links.whose(case.reply.id))
        assert (ticket.id, contact.id) == (case.ticket.id, case.contact.id)

    async def test_buttons_rest_with_their_message(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        assert case.reply.buttons == ()
        buttons = (Button(label="退款", says="我要退款"), Button(label="Status", url="https://example.com/s"))
        added = Event(at_ms=NOW, kind="message.added", message_id=case.reply.id, conversation_id=case.conversation.id)
        await store.write(changes.apply([Save(newer(case.reply, buttons=buttons)), Record(added)], now_ms=NOW))
        assert (await store.read(inbox.message(None, case.reply.id))).buttons == buttons
        where = case.conversation
        found = await store.read(threads.read(where.channel, where.account, where.thread, where.peer, 0))
        assert [one.buttons for one in found if one.id == case.reply.id] == [buttons]

    async def test_the_search_finds_nothing_that_a_policy_keeps_from_it(self, store: Store):
        text = "call +14155550132 or [EMAIL] today"
        care = Care(
            policies=(PickedPolicy(rule="r", policy="p"),),
            sealed_id=uid(),
            sealed_until_ms=NOW + 9,
            sealed=(SealedValue(field="text", start=21, type="EMAIL", agents=True, supervisors=True),),
            unindexed=(Unindexed(field="text", start=5, end=17), Unindexed(field="text", start=21, end=28)),
        )
        case = Case("Ann", text=text)
        case.message = msgspec.structs.replace(case.message, care=care)
        await put(store, case)
        assert (await store.read(inbox.message(None, case.message.id))).care == care
        for words, found in (("today", 1), ("call", 1), ("14155550132", 0), ("email", 0)):
            assert (await store.read(inbox.tickets(None, text=words))).total == found, words

    async def test_what_rules_look_at_when_an_agent_changes_a_ticket(self, store: Store):
        case, mia, tom = Case("Ann"), agent("mia"), agent("tom")
        await put(store, case)
        await store.write(changes.apply([Add(mia), Add(tom)], now_ms=NOW))
        around = await store.read(commands.surroundings(case.ticket, {"mia", "nobody"}))
        assert (around.contact.name, around.verified, dict(around.agents)) == ("Ann", True, {"mia": mia})
