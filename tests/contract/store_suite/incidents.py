"""Incidents at rest: live counts, what the web chat says, the incidents of a ticket, and whom they reach."""

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.core.likeness import hear
from router.flow.channels import Channels
from router.flow.commands import Commands
from router.flow.incidents import Incidents
from router.flow.rulebook import Rulebook
from router.model.changes import Add, Save
from router.model.grouping import Incident, IncidentTicket, Matter
from router.store import actions, changes, inbox, incidents
from router.store.script import Store
from tests.contract.store_suite.actions import action_of
from tests.contract.store_suite.known import KEYS
from tests.contract.store_suite.make import NOW, Case, newer, put, uid
from tests.contract.store_suite.regrouping import Overtaken


def incident(**fields) -> Incident:
    return Incident(id=uid(), **({"title": "Cards declined", "state": "open", "created_at_ms": NOW} | fields))


def link(one: Incident, case: Case) -> IncidentTicket:
    return IncidentTicket(
        id=uid(), incident_id=one.id, ticket_id=case.ticket.id, reason="by_hand", linked_by="agent:a", at_ms=NOW
    )


def watcher(store: Store) -> Incidents:
    """One of several processes, at the time of which the ids are."""
    clock = VirtualClock(int(uid().replace("-", "")[:12], 16))
    parts = {"store": store, "bus": LocalBus(), "clock": clock, "ids": TimedIds(clock)}
    rulebook = Rulebook.of({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})
    commands = Commands(**parts, channels=Channels(), rulebook=rulebook, keys=KEYS)
    return Incidents(**parts, rulebook=rulebook, commands=commands)


async def write(store: Store, *rows) -> None:
    await store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))


async def save(store: Store, row) -> None:
    await store.write(changes.apply([Save(row)], now_ms=NOW))


class IncidentsSuite:
    async def test_the_web_chat_is_told_of_open_ones_with_a_banner_the_newest_first(self, store: Store):
        said = {"en": "We know.", "zh": "我们已知。"}
        quiet, *loud = incident(), *(incident(banner=said, title=f"n{n}") for n in range(4))
        proposed = incident(state="proposed", banner=said)
        await write(store, quiet, *loud, proposed)
        assert [one.title for one in await store.read(incidents.shown())] == ["n3", "n2", "n1"]
        await save(store, newer(loud[3], state="resolved"))
        await save(store, newer(loud[2], banner={}))
        found = await store.read(incidents.shown())
        assert [(one.title, one.banner) for one in found] == [("n1", said), ("n0", said)]

    async def test_a_ticket_knows_its_incidents_and_they_count_it(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann)
        await put(store, bob)
        one, none = incident(), incident(state="dismissed")
        in_it = link(one, ann)
        await write(store, one, none, in_it, link(none, ann), link(one, bob))
        assert [found.id for found in await store.read(incidents.of_ticket(ann.ticket.id))] == [one.id]
        assert [found.id for found in (await store.read(inbox.detail(None, ann.ticket.id))).incidents] == [one.id]
        assert await store.read(incidents.page(one.id)) == [ann.ticket.id, bob.ticket.id]
        assert await store.read(incidents.page(one.id, limit=1)) == [ann.ticket.id]
        assert await store.read(incidents.page(one.id, after=ann.ticket.id)) == [bob.ticket.id]
        line = await store.read(incidents.line(one.id))
        assert (line.tickets, line.contacts) == (2, 2)
        await save(store, newer(in_it, unlinked_at_ms=NOW))
        assert await store.read(incidents.of_ticket(ann.ticket.id)) == []
        assert (await store.read(incidents.line(one.id))).tickets == 1
        assert await store.read(incidents.line(uid())) is None

    async def test_whom_it_reaches_is_known_with_their_words(self, store: Store):
        ann, bob = Case("Ann", text="order W1"), Case("Bob")
        await put(store, ann)
        await put(store, bob)
        one = incident()
        gone = link(one, bob)
        await write(store, one, link(one, ann), gone)
        assert {their.contact.name for their in await store.read(incidents.acquaintances(one.id))} == {"Ann", "Bob"}
        await save(store, newer(gone, unlinked_at_ms=NOW))
        (their,) = await store.read(incidents.acquaintances(one.id))
        assert (their.contact.name, [m.text for m in their.private]) == ("Ann", ["order W1"])

    async def test_a_list_keeps_to_one_customer_and_shows_what_is_solved(self, store: Store):
        ann, bob = Case("Ann", state="solved"), Case("Bob")
        await put(store, ann)
        await put(store, bob)
        page = await store.read(inbox.tickets(None, contact=ann.contact.id))
        assert [found.ticket.id for found in page.lines] == [ann.ticket.id]

    async def test_what_waits_for_a_second_person_is_listed_in_pages(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        first, second = action_of(case, state="proposed"), action_of(case, state="proposed", action="other")
        await write(store, first, second, action_of(case, state="done", action="third"))
        page = await store.read(actions.proposed(limit=1))
        assert [row.id for row in page] == [first.id]
        assert [row.id for row in await store.read(actions.proposed(limit=9, after=first.id))] == [second.id]

    async def test_what_runs_and_what_was_dismissed_is_told_apart(self, store: Store):
        ann, bob, eve = Case("Ann"), Case("Bob"), Case("Eve")
        await put(store, ann, bob, eve)
        running, none, over = incident(), incident(state="dismissed"), incident(state="resolved")
        gone = newer(link(none, eve), unlinked_at_ms=NOW)
        await write(store, running, none, over, link(running, ann), link(none, ann), link(none, bob), gone)
        await write(store, link(over, bob))
        found = await store.read(incidents.lately(since_ms=0))
        assert found.linked == {ann.ticket.id: running.id, bob.ticket.id: None, eve.ticket.id: None}
        assert found.dismissed == {ann.ticket.id, bob.ticket.id}

    async def test_two_who_look_at_once_propose_one(self, store: Store):
        said = "card payments are declined in every shop since this morning"
        cases = [Case(name, text=said) for name in ("Ann", "Bob", "Eve", "Ian")]
        await put(store, *cases)
        sketch = hear("", said).sketch
        await write(store, *(Matter(ticket_id=c.ticket.id, contact_id=c.contact.id, sketch=sketch) for c in cases))
        other = watcher(store)
        await watcher(Overtaken(store, other.detect)).detect()
        (one,) = await store.read(incidents.lines(over=True))
        assert one.tickets == len(cases)
