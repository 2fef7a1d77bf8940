"""Tickets that ring, merged and taken apart: somebody is called until somebody accepts, and for no step twice."""

from collections import Counter

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.core import oncall, regrouping
from router.core.regrouping import By
from router.flow.ladders import Ladders
from router.flow.regrouping import Regroupings
from router.flow.rulebook import Rulebook
from router.model.alarms import Ladder, PageEntry
from router.model.changes import Add, Save
from router.model.errors import Conflict, Refused
from router.model.grouping import Regrouping
from router.model.tables import Message, Ticket
from router.store import alarms, changes
from router.store import regrouping as store_regrouping
from router.store.script import Store, fetch, fetch_one
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, agent, newer, put, uid

MINUTE = 60_000
RULES = b"""
version: 1
queues: {general: {default: true}, emergency: {}, money: {}}
oncall:
  thieves: {queues: emergency, steps: [{browser: true, within: 2m}, {agent: mei, within: 5m}, {agent: li, within: 5m}]}
  money: {urgency: high, queues: money, steps: [{agent: tom, within: 2m}, {agent: tim, within: 5m}]}
"""
RINGING = {"urgency": "critical", "urgency_rank": 3, "queue": "emergency", "alarm_since_ms": NOW}


class Desk:
    """Two tickets of one person on a clock: `one` is merged into `other`."""

    def __init__(self, store: Store, one: dict, other: dict) -> None:
        self.store, self.clock = store, VirtualClock(NOW)
        self._first, self._second = Case("one", **one), Case("other", **other)
        self.one, self.other = self._first.ticket.id, self._second.ticket.id
        self.mei = agent("mei")
        self.rulebook = Rulebook.of({"rules.yaml": RULES})
        self.ids = TimedIds(self.clock, seed=3)
        self._parts = {"bus": LocalBus(), "clock": self.clock, "metrics": Metrics()}
        self.groups = self.groups_of(store)
        self.sweeper = Ladders(
            **self._parts, store=store, ids=TimedIds(self.clock, seed=4), rulebook=self.rulebook, log=SilentLog()
        )

    def groups_of(self, store: Store) -> Regroupings:
        """The walks of agents over a store."""
        return Regroupings(**self._parts, store=store, rulebook=self.rulebook, ids=self.ids)

    async def begin(self) -> "Desk":
        whose = {"contact_id": self._first.contact.id}
        second = [msgspec.structs.replace(row, **whose) for row in self._second.rows()[2:6]]
        await put(self.store, self._first)
        await self.store.write(changes.apply([*map(Add, second), Add(self.mei)], now_ms=NOW))
        return self

    async def at(self, minutes: int) -> None:
        """Let the sweeper work at a minute."""
        self.clock.advance_to(NOW + minutes * MINUTE)
        for _ in range(3):
            await self.sweeper.run_once()

    async def ticket(self, which: str) -> Ticket:
        found = await self.store.read(fetch_one(Ticket, "WHERE t.id = :id", id=which))
        assert found is not None
        return found

    async def ring(self) -> tuple[bool, bool]:
        return tuple([(await self.ticket(which)).alarm_since_ms is not None for which in (self.one, self.other)])

    async def accept(self, which: str) -> None:
        ticket = await self.ticket(which)
        accepted, _ = oncall.accept(ticket, self.mei.id, how="button", now_ms=self.clock.now_ms())
        await self.store.write(changes.apply([Save(newer(accepted))], now_ms=NOW))

    async def paged(self) -> Counter:
        """How often whom was paged in all."""
        pages = await self.store.read(fetch(PageEntry, "ORDER BY t.id"))
        return Counter(page.target or page.kind for page in pages)

    async def merged(self, source: str = "", target: str = "") -> Regrouping:
        return await self.groups.merge(source or self.one, target or self.other, self.mei)

    async def second_message(self) -> str:
        message = msgspec.structs.replace(self._first.message, id=uid(), external_id="<more@mail>", text="my card, too")
        await self.store.write(changes.apply([Add(message)], now_ms=NOW))
        return message.id

    async def new_one(self) -> str:
        (found,) = [row.id for row in await self.store.read(fetch(Ticket)) if row.id not in {self.one, self.other}]
        return found


class RingingSuite:
    async def test_what_rings_goes_on_ringing_in_the_ticket_it_is_merged_into(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        await desk.at(2)
        assert await desk.paged() == {"browser": 1, "mei": 1}
        await desk.merged()
        assert await desk.ring() == (False, True)
        kept, left = await desk.ticket(desk.other), await desk.ticket(desk.one)
        assert (kept.urgency, kept.queue, kept.alarm_since_ms, left.state) == ("critical", "emergency", NOW, "closed")
        await desk.at(6)
        assert await desk.paged() == {"browser": 1, "mei": 1}, "the ladder stands where it stood"
        assert [page.kind for page in await store.read(alarms.pages_of(desk.other))] == ["agent", "browser"]
        await desk.at(7)
        assert await desk.paged() == {"browser": 1, "mei": 1, "li": 1}
        await desk.accept(desk.other)
        await desk.at(60)
        assert sum((await desk.paged()).values()) == 3

    async def test_what_is_merged_into_a_ticket_that_rings_changes_nothing_of_its_alarm(self, store: Store):
        desk = await Desk(store, {}, RINGING).begin()
        await desk.at(0)
        before = await store.read(fetch(Ladder))
        await desk.merged()
        assert await desk.ring() == (False, True)
        assert await store.read(fetch(Ladder)) == before
        await desk.at(2)
        assert await desk.paged() == {"browser": 1, "mei": 1}

    @pytest.mark.parametrize("is_same_moment", [True, False])
    async def test_of_two_that_ring_the_more_urgent_goes_on(self, store: Store, is_same_moment: bool):
        less = {"urgency": "high", "urgency_rank": 2, "queue": "money", "alarm_since_ms": NOW - (not is_same_moment)}
        desk = await Desk(store, RINGING, less).begin()
        await desk.at(0)
        assert await desk.paged() == {"browser": 1, "tom": 1}
        merged = await desk.merged()
        await desk.at(20)
        assert await desk.paged() == {"browser": 1, "tom": 1, "mei": 1}
        await desk.at(25)
        assert await desk.paged() == {"browser": 1, "tom": 1, "mei": 1, "li": 1}
        await desk.groups.undo(merged.id, desk.mei)
        assert await desk.ring() == (True, True), "nobody has accepted either"
        await desk.at(60)
        assert await desk.paged() == {"browser": 1, "tom": 1, "mei": 1, "li": 1}

    async def test_an_alarm_that_nobody_was_called_about_yet_is_begun_once(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.merged()
        await desk.at(0)
        assert await desk.paged() == {"browser": 1}
        assert [one.ticket_id for one in await store.read(fetch(Ladder))] == [desk.other]

    async def test_whoever_is_slower_sweeper_or_agent_looks_again(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        (seen,) = await store.read(alarms.without_ladder(9))
        begun = oncall.begin(seen, desk.rulebook.current, now_ms=NOW, ids=desk.ids)
        stale = [await store.read(store_regrouping.contents(which)) for which in (desk.one, desk.other)]
        await store.write(changes.apply(begun, now_ms=NOW))
        by = By(agent_id=desk.mei.id, now_ms=NOW)
        with pytest.raises(Conflict):  # it does not know of the ladder, which would be left behind
            await store.write(changes.apply(regrouping.merge(*stale, by, desk.ids), now_ms=NOW))
        (climbing,) = await store.read(alarms.climbing(9))
        await desk.merged()
        late = oncall.climb(
            climbing.ladder, climbing.ticket, desk.rulebook.current, now_ms=NOW + 2 * MINUTE, ids=desk.ids
        )
        with pytest.raises(Conflict):  # it would page about a ticket that is closed
            await store.write(changes.apply(late, now_ms=NOW))
        await desk.at(2)
        assert await desk.paged() == {"browser": 1, "mei": 1}

    async def test_what_somebody_accepted_does_not_ring_again(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        await desk.accept(desk.one)
        await desk.merged()
        kept = await desk.ticket(desk.other)
        assert (kept.urgency, kept.accepted_by, kept.alarm_since_ms) == ("critical", desk.mei.id, None)
        await desk.at(60)
        assert await desk.paged() == {"browser": 1}

    @pytest.mark.parametrize("state", ["solved", "rejected", "waiting"])
    async def test_merged_into_what_is_done_it_opens_it(self, store: Store, state: str):
        desk = await Desk(store, RINGING, {"state": state, "waiting_since_ms": None}).begin()
        await desk.merged()
        kept = await desk.ticket(desk.other)
        assert (kept.state, kept.alarm_since_ms) == ("open", NOW)
        assert kept.waiting_since_ms is not None

    async def test_what_is_solved_lends_nobody_its_urgency(self, store: Store):
        desk = await Desk(store, RINGING | {"alarm_since_ms": None, "state": "solved"}, {}).begin()
        await desk.merged()
        assert (await desk.ticket(desk.other)).urgency == "normal"

    async def test_taken_back_it_rings_where_it_rang_on_the_same_rung(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        merged = await desk.merged()
        await desk.at(2)
        await desk.groups.undo(merged.id, desk.mei)
        assert await desk.ring() == (True, False)
        kept = await desk.ticket(desk.other)
        assert (kept.urgency, kept.queue) == ("normal", "general")
        await desk.at(7)
        assert await desk.paged() == {"browser": 1, "mei": 1, "li": 1}

    async def test_taken_back_the_customer_waits_as_before(self, store: Store):
        desk = await Desk(store, {"waiting_since_ms": NOW - 7, "snoozed_until_ms": NOW + 7}, {}).begin()
        merged = await desk.merged()
        gone = await desk.ticket(desk.one)
        assert (gone.state, gone.waiting_since_ms, gone.snoozed_until_ms) == ("closed", None, None)
        await desk.groups.undo(merged.id, desk.mei)
        back = await desk.ticket(desk.one)
        assert (back.state, back.waiting_since_ms, back.snoozed_until_ms) == ("new", NOW - 7, NOW + 7)

    async def test_taken_back_after_somebody_accepted_it_is_accepted(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        merged = await desk.merged()
        await desk.accept(desk.other)
        await desk.groups.undo(merged.id, desk.mei)
        back = await desk.ticket(desk.one)
        assert (back.alarm_since_ms, back.accepted_by) == (None, desk.mei.id)

    async def test_taken_back_after_it_fell_silent_unaccepted_it_rings(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        merged = await desk.merged()
        quiet = newer(await desk.ticket(desk.other), alarm_since_ms=None, state="solved")
        await store.write(changes.apply([Save(quiet)], now_ms=NOW))
        await desk.groups.undo(merged.id, desk.mei)
        assert await desk.ring() == (True, False)

    async def test_taken_apart_both_ring_and_no_step_is_paged_again(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        more = await desk.second_message()
        split = await desk.groups.split(desk.one, frozenset({more}), desk.mei)
        await desk.at(1)
        assert await desk.paged() == {"browser": 1}
        assert {(one.ticket_id, one.step) for one in await store.read(fetch(Ladder))} == {
            (desk.one, 0),
            (await desk.new_one(), 0),
        }
        await desk.at(2)
        assert await desk.paged() == {"browser": 1, "mei": 2}, "two tickets are to be accepted"
        await desk.accept(desk.one)
        await desk.groups.undo(split.id, desk.mei)
        assert await desk.ring() == (True, False), "nobody accepted what was split off"
        assert (await desk.ticket(await desk.new_one())).alarm_since_ms is None
        await desk.at(7)
        assert await desk.paged() == {"browser": 1, "mei": 2, "li": 1}

    async def test_what_is_split_off_an_accepted_ticket_is_accepted(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        await desk.at(0)
        await desk.accept(desk.one)
        await desk.groups.split(desk.one, frozenset({await desk.second_message()}), desk.mei)
        new = await desk.ticket(await desk.new_one())
        assert (new.alarm_since_ms, new.accepted_by) == (None, desk.mei.id)

    async def test_no_alarm_ends_in_a_closed_ticket(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        split = await desk.groups.split(desk.one, frozenset({await desk.second_message()}), desk.mei)
        await desk.accept(desk.one)
        closed = newer(await desk.ticket(desk.one), state="closed", state_reason="done")
        await store.write(changes.apply([Save(closed)], now_ms=NOW))
        with pytest.raises(Refused) as refused:
            await desk.groups.undo(split.id, desk.mei)
        assert refused.value.code == "alarm_rings"
        assert (await desk.ticket(await desk.new_one())).alarm_since_ms is not None

    async def test_a_page_by_mail_names_the_ticket_to_accept(self, store: Store):
        desk = await Desk(store, RINGING, {}).begin()
        ladder = Ladder(
            id=uid(), ticket_id=desk.one, since_ms=NOW, rota="thieves", due_at_ms=NOW + MINUTE, created_at_ms=NOW
        )
        place = {"ladder_id": ladder.id, "ticket_id": desk.one, "round": 0, "step": 0, "due_at_ms": NOW}
        page = PageEntry(id=uid(), kind="email", target="a@b.example", state="queued", created_at_ms=NOW, **place)
        await store.write(changes.apply([Add(ladder), Add(page)], now_ms=NOW))
        await desk.merged()
        (claimed,) = await store.write(alarms.claim_pages("email", is_again=False, now_ms=NOW, lease_ms=1, limit=9))
        assert claimed.ticket.number == (await desk.ticket(desk.other)).number
        assert len(await store.read(fetch(Message, "WHERE t.ticket_id = :id", id=desk.other))) == 4
