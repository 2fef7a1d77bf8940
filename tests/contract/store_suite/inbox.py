"""Inbox: views, order, pages, one ticket with all that belongs to it, counts; what the assigner sees."""

import msgspec
import pytest

from router.model.changes import Add, Record
from router.model.errors import Refused
from router.model.tables import Participant
from router.store import assignment, changes, commands, events, inbox
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, agent, put, uid


async def names(store: Store, actor=None, **asked) -> list[str]:
    return [line.contact.name for line in (await store.read(inbox.tickets(actor, **asked))).lines]


def urgent(name: str, urgency: str, **fields) -> Case:
    ranks = {"low": 0, "normal": 1, "high": 2, "critical": 3}
    return Case(name, urgency=urgency, urgency_rank=ranks[urgency], **fields)


class InboxSuite:
    async def test_urgency_first_then_who_waits_longest(self, store: Store):
        await put(
            store,
            urgent("late", "normal", waiting_since_ms=NOW),
            urgent("not waiting", "normal", waiting_since_ms=None),
            urgent("early", "normal", waiting_since_ms=NOW - 5),
            urgent("critical", "critical", waiting_since_ms=None),
            urgent("high", "high"),
        )
        assert await names(store) == ["critical", "high", "early", "late", "not waiting"]

    async def test_views_and_queues(self, store: Store):
        mia, tom = agent("mia"), agent("tom")
        await store.write(changes.apply([Add(mia), Add(tom)], now_ms=NOW))
        await put(
            store,
            urgent("critical", "critical", queue="emergency"),
            Case("hers", assignee_id=mia.id),
            Case("his", assignee_id=tom.id, state="waiting"),
            Case("old", state="solved", solved_at_ms=NOW - 9, assignee_id=mia.id),
            Case("older", state="closed", solved_at_ms=NOW - 99),
            urgent("asleep", "critical", snoozed_until_ms=NOW + 5, assignee_id=mia.id, queue="emergency"),
        )
        assert await names(store, mia.id) == ["critical", "hers", "his"]
        assert await names(store, mia.id, view="mine") == ["hers"]
        assert await names(store, None, view="mine") == []
        assert await names(store, view="unassigned") == ["critical"]
        assert await names(store, view="critical") == ["critical"]
        assert await names(store, view="waiting") == ["his"]
        assert await names(store, view="snoozed") == ["asleep"]
        assert await names(store, view="solved") == ["old", "older"]
        counts = await store.read(inbox.view_counts(mia.id))
        assert (counts["all"], counts["mine"], counts["critical"], counts["snoozed"]) == (3, 1, 1, 1)
        assert await names(store, queue="emergency") == ["critical"]
        assert await names(store, queue="nowhere") == []
        page = await store.read(inbox.tickets(tom.id, view="mine"))
        assert (page.total, page.lines[0].assignee_name) == (1, "Tom")

    @pytest.mark.parametrize("view", ["all", "solved"])
    async def test_pages_show_everything_once(self, store: Store, view):
        cases = [
            Case(
                f"c{n:02}",
                state="solved" if view == "solved" else "open",
                solved_at_ms=NOW - n % 3 if n % 5 else None,
                urgency_rank=n % 2,
                waiting_since_ms=None if n % 4 == 0 else NOW - n % 3,
            )
            for n in range(23)
        ]
        await put(store, *cases)
        whole = await names(store, view=view, limit=100)
        seen, cursor = [], None
        while True:
            page = await store.read(inbox.tickets(None, view=view, cursor=cursor, limit=5))
            assert page.total == 23
            seen += [line.contact.name for line in page.lines]
            cursor = page.cursor
            if cursor is None:
                break
        assert seen == whole
        assert sorted(seen) == [f"c{n:02}" for n in range(23)]

    @pytest.mark.parametrize("cursor", ["", "x", "WzEsMl0", "é", "%%%"])
    async def test_a_made_up_cursor_is_refused(self, store: Store, cursor):
        with pytest.raises(Refused) as refused:
            await store.read(inbox.tickets(None, cursor=cursor))
        assert (refused.value.code, refused.value.status) == ("bad_cursor", 400)

    async def test_one_ticket_with_all_that_belongs_to_it(self, store: Store):
        mia = agent("mia")
        friend = Case("Ben")
        case = Case("Ann", assignee_id=mia.id, related=(friend.ticket.id,))
        guest = Participant(id=uid(), ticket_id=case.ticket.id, kind="email", value="g@example.org", created_at_ms=NOW)
        moved = msgspec.structs.replace(case.conversation, id=uid(), channel="webchat")
        later = msgspec.structs.replace(
            case.message, id=uid(), conversation_id=moved.id, external_id="x", text="Hello?"
        )
        said = Record(case.event("ticket.assigned", actor=f"agent:{mia.id}", data={"to": mia.id}))
        await store.write(changes.apply([Add(mia), *friend.changes()], now_ms=NOW))
        await store.write(changes.apply([*case.changes(), Add(guest), Add(moved), Add(later), said], now_ms=NOW))
        for asked in (case.ticket.id, "T-1002", "t-1002"):
            got = await store.read(inbox.detail(mia.id, asked))
            assert got.line.ticket.number == 1002
            assert [m.id for m in got.messages] == [case.message.id, case.reply.id, later.id]
            assert got.messages[0].verdict == case.message.verdict
            assert got.deliveries == {case.reply.id: case.outbox}
            assert [event.kind for event in got.events] == [
                "ticket.opened",
                "message.added",
                "message.added",
                "ticket.assigned",
            ]
            assert got.events[-1].data == {"to": mia.id}
            assert (got.participants, got.identities) == ([guest], [case.identity])
            assert [line.contact.name for line in got.related] == ["Ben"]
            assert got.conversation == moved
            assert got.agent_names == {mia.id: "Mia"}
            assert got.last_seen == await store.read(events.latest_id()) == 7
        assert await store.read(inbox.detail(None, "T-7")) is None
        assert await store.read(inbox.detail(None, "nonsense")) is None
        assert (await store.read(inbox.message(None, later.id))).text == "Hello?"
        assert await store.read(inbox.message(None, uid())) is None
        assert [m.id for m in await store.read(inbox.messages_like(None, "<Ann@mail>"))] == [case.message.id]

    async def test_queue_counts(self, store: Store):
        await put(
            store,
            Case("a", waiting_since_ms=NOW - 7),
            Case("b", waiting_since_ms=NOW - 9),
            Case("c", waiting_since_ms=None),
            Case("d", state="solved", waiting_since_ms=NOW - 99),
            Case("e", queue="emergency", waiting_since_ms=None),
        )
        assert await store.read(inbox.queue_counts()) == [
            inbox.QueueCount(queue="emergency", waiting=0, open=1, oldest_waiting_since_ms=None),
            inbox.QueueCount(queue="general", waiting=2, open=3, oldest_waiting_since_ms=NOW - 9),
        ]

    async def test_the_assigner_sees_who_is_free_and_what_waits(self, store: Store):
        mia, tom, away = agent("mia", status="online"), agent("tom", status="online"), agent("ida")
        await store.write(changes.apply([Add(mia), Add(tom), Add(away)], now_ms=NOW))
        await put(
            store,
            Case("old", waiting_since_ms=NOW - 9),
            urgent("critical", "critical", waiting_since_ms=NOW),
            Case("hers", assignee_id=mia.id),
            Case("hers too", assignee_id=mia.id, state="waiting"),
            Case("her old one", assignee_id=mia.id, state="solved"),
            Case("for the customer", state="waiting"),
        )
        view = await store.read(assignment.gather(10))
        assert [ticket.subject for ticket in view.waiting] == ["Question of critical", "Question of old"]
        assert [(load.agent.login, load.open_tickets) for load in view.loads] == [("mia", 2), ("tom", 0)]
        assert len((await store.read(assignment.gather(1))).waiting) == 1
        # What waits for the morning takes nobody's place; what is critical waits for no morning.
        await put(store, Case("fee", queue="fees", waiting_since_ms=NOW))
        for closed, waiting in ((["general"], ["critical", "fee"]), (["general", "fees"], ["critical"])):
            view = await store.read(assignment.gather(2, closed=closed))
            assert [ticket.subject for ticket in view.waiting] == [f"Question of {name}" for name in waiting]

    async def test_the_facts_of_a_reply(self, store: Store):
        case, mia = Case("Ann"), agent("mia")
        await put(store, case)
        assert await store.read(commands.reply_facts(uid(), 0)) is None
        facts = await store.read(commands.reply_facts(case.ticket.id, 0))
        assert (facts.ticket.number, facts.conversation, facts.last_inbound) == (1001, case.conversation, case.message)
        assert facts.newer == (case.message.id,), "what the machine wrote is no reason to wait"
        seen = await store.read(events.latest_id())
        assert (await store.read(commands.reply_facts(case.ticket.id, seen))).newer == ()
        more = {"id": uid(), "external_id": None, "client_key": "k1", "author_id": mia.id}
        note = msgspec.structs.replace(case.message, kind="note", **more)
        reply = msgspec.structs.replace(case.message, kind="reply", **(more | {"id": uid(), "client_key": "k2"}))
        said = [Add(mia), Add(note), Add(reply), Record(case.event(message=note)), Record(case.event(message=reply))]
        await store.write(changes.apply(said, now_ms=NOW))
        assert (await store.read(commands.reply_facts(case.ticket.id, seen))).newer == (reply.id,)
        assert (await store.read(commands.message_of_key("k2"))).message_id == reply.id
        assert await store.read(commands.message_of_key("k3")) is None

    async def test_a_public_reply_is_compared_with_what_its_customer_said_in_private(self, store: Store):
        case, other = Case("Ann", text="order 99120"), Case("Bob", text="order 55512")
        await put(store, case)
        await put(store, other)
        assert (await store.read(commands.reply_facts(case.ticket.id, 0))).their is None
        theirs = {"contact_id": case.contact.id, "visibility": "public", "channel": "x"}
        conversation = msgspec.structs.replace(case.conversation, id=uid(), **theirs)
        ticket = msgspec.structs.replace(case.ticket, id=uid(), number=0, conversation_id=conversation.id, **theirs)
        of = {"conversation_id": conversation.id, "ticket_id": ticket.id, "external_id": "p1", "text": "hello"}
        public = msgspec.structs.replace(case.message, id=uid(), **of, **theirs)
        await store.write(changes.apply([Add(conversation), Add(ticket), Add(public)], now_ms=NOW))
        their = (await store.read(commands.reply_facts(ticket.id, 0))).their
        assert (their.contact.name, [i.value for i in their.identities]) == ("Ann", ["Ann@example.org"])
        assert [m.text for m in their.private] == ["order 99120"]
        assert [m.text for m in their.public] == ["hello"]
