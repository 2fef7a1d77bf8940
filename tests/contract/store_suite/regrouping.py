"""Tickets merged and split off: whoever waits goes on waiting, and what is taken back is as it was."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds
from router.flow.channels import Channels
from router.flow.rulebook import Rulebook
from router.flow.timers import Timers
from router.model.changes import Add, Save
from router.model.errors import Refused
from router.model.grouping import Regrouping
from router.model.limits import REGROUPED_MAX
from router.model.tables import Message
from router.model.timers import Timer
from router.store import changes, erasing, timers
from router.store.script import Script, Store, fetch, fetch_one
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.circles import people
from tests.contract.store_suite.make import NOW, Case, newer, put, uid
from tests.contract.store_suite.ringing import MINUTE, Desk

T = TypeVar("T")
HOUR = 60 * MINUTE
RULES = b"""
version: 1
queues: {general: {default: true}}
lifecycle: {waiting: {remind: 24h, close: 48h}, rejected: {close: 48h}}
"""
WAITS = {"state": "waiting", "state_since_ms": NOW, "waiting_since_ms": None}


class TimedDesk(Desk):
    """Two tickets of one person, and the timers of their states."""

    async def set_to(self, which: str, kind: str, hours: int, since_ms: int = NOW) -> None:
        row = Timer(
            id=uid(), ticket_id=which, kind=kind, since_ms=since_ms, due_at_ms=NOW + hours * HOUR, created_at_ms=NOW
        )
        await self.store.write(changes.apply([Add(row)], now_ms=NOW))

    async def after(self, hours: int, *, store: Store | None = None) -> None:
        """What time brings about until an hour."""
        self.clock.advance_to(NOW + hours * HOUR)
        await Timers(
            store=store or self.store,
            bus=LocalBus(),
            rulebook=Rulebook.of({"rules.yaml": RULES}),
            channels=Channels(),
            clock=self.clock,
            ids=TimedIds(self.clock, seed=5),
            metrics=Metrics(),
            log=SilentLog(),
        ).run_due()

    async def outcomes(self, which: str) -> list[tuple[str, str | None]]:
        return [(row.kind, row.outcome) for row in await self.store.read(timers.of_ticket(which))]

    async def states(self) -> list[str]:
        return [(await self.ticket(which)).state for which in (self.one, self.other)]

    async def said(self, which: str, *kinds: str, at_ms: int, **fields) -> list[str]:
        """Further messages of a ticket, a millisecond apart."""
        (first, *_) = await self.store.read(fetch(Message, "WHERE t.ticket_id = :id ORDER BY t.id", id=which))
        rows = [
            msgspec.structs.replace(first, id=uid(), external_id=uid(), kind=kind, received_at_ms=sent_ms, **fields)
            for sent_ms, kind in enumerate(kinds, start=at_ms)
        ]
        await self.store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))
        return [row.id for row in rows]

    async def change(self, which: str, **fields) -> None:
        await self.store.write(changes.apply([Save(newer(await self.ticket(which), **fields))], now_ms=NOW))

    async def split(self, *messages: str) -> Regrouping:
        return await self.groups.split(self.one, frozenset(messages), self.mei)

    async def undone(self, row: Regrouping) -> None:
        await self.groups.undo(row.id, self.mei)


class Overtaken:
    """A store in front of which somebody else is faster, once, between what is read and what is written."""

    def __init__(self, store: Store, faster: Callable[[], Awaitable[object]]) -> None:
        self._store, self._faster = store, [faster]
        self.read = store.read

    async def write(self, script: Script[T]) -> T:
        while self._faster:
            await self._faster.pop()()
        return await self._store.write(script)


class RegroupingSuite:
    @pytest.mark.parametrize(
        ("kinds", "waits_since"),
        [
            (("inbound", "inbound"), NOW + 5),
            (("inbound", "reply", "inbound", "note"), NOW + 7),
            (("inbound", "reply"), NOW + HOUR),
        ],
    )
    async def test_what_is_split_off_waits_since_its_customer_wrote(self, store: Store, kinds, waits_since: int):
        desk = await TimedDesk(store, {}, {}).begin()
        moved = await desk.said(desk.one, *kinds, at_ms=NOW + 5)
        desk.clock.advance_to(NOW + HOUR)
        opened = await desk.ticket((await desk.split(*moved)).target_id)
        assert opened.waiting_since_ms == waits_since

    async def test_what_no_person_wrote_neither_waits_nor_answers(self, store: Store):
        desk = await TimedDesk(store, {}, {}).begin()
        moved = await desk.said(desk.one, "inbound", at_ms=NOW + 5, automatic="bulk")
        moved += await desk.said(desk.one, "inbound", at_ms=NOW + 6)
        moved += await desk.said(desk.one, "reply", at_ms=NOW + 7, automatic="auto_reply")
        opened = await desk.ticket((await desk.split(*moved)).target_id)
        assert opened.waiting_since_ms == NOW + 6

    @pytest.mark.parametrize("kind", ["remind", "close"])
    async def test_time_that_ran_out_while_a_ticket_was_merged_away_runs_on(self, store: Store, kind: str):
        desk = await TimedDesk(store, WAITS, {"state": "new"}).begin()
        await desk.set_to(desk.one, kind, 48)
        desk.clock.advance_to(NOW + 47 * HOUR)
        merged = await desk.merged()
        await desk.after(90)
        assert await desk.outcomes(desk.one) == [(kind, "overtaken")]
        await desk.undone(merged)
        await desk.after(90)
        assert await desk.outcomes(desk.one) == [(kind, None)], "an hour was left when it was merged"
        await desk.after(91)
        assert (kind, "fired") in await desk.outcomes(desk.one)
        assert (await desk.states())[0] == ("closed" if kind == "close" else "waiting")

    @pytest.mark.parametrize("who_is_first", ["time", "agent"])
    async def test_time_that_runs_out_while_the_merge_is_taken_back_is_not_lost(self, store: Store, who_is_first: str):
        desk = await TimedDesk(store, WAITS, {"state": "new"}).begin()
        await desk.set_to(desk.one, "close", 48)
        desk.clock.advance_to(NOW + 47 * HOUR)
        merged = await desk.merged()
        if who_is_first == "time":
            desk.groups = desk.groups_of(Overtaken(store, lambda: desk.after(90)))
            await desk.undone(merged)
        else:
            await desk.after(90, store=Overtaken(store, lambda: desk.undone(merged)))
        await desk.after(90)
        assert await desk.outcomes(desk.one) == [("close", None)], "an hour was left when it was merged"
        await desk.after(91)
        assert (await desk.states())[0] == "closed"

    async def test_time_stands_still_while_a_ticket_is_merged_away(self, store: Store):
        desk = await TimedDesk(store, WAITS, WAITS).begin()
        await desk.set_to(desk.one, "close", 48)
        await desk.set_to(desk.other, "close", 49)
        merged = await desk.merged()
        desk.clock.advance_to(NOW + 47 * HOUR)
        await desk.undone(merged)
        await desk.after(94)
        assert await desk.states() == ["waiting", "closed"], "that of the other ran on: nothing had moved it"
        await desk.after(95)
        assert await desk.states() == ["closed", "closed"]

    async def test_so_does_that_of_the_ticket_it_was_merged_into(self, store: Store):
        desk = await TimedDesk(store, {}, WAITS).begin()
        await desk.set_to(desk.other, "close", 48)
        merged = await desk.merged()
        await desk.after(50)
        assert await desk.states() == ["closed", "open"]
        await desk.undone(merged)
        await desk.after(98)
        assert await desk.states() == ["new", "closed"]

    async def test_who_answers_in_the_moment_of_the_reminder_is_not_reminded(self, store: Store):
        desk = await TimedDesk(store, WAITS, {}).begin()
        await desk.set_to(desk.one, "remind", 24)
        answered = {"state": "open", "state_since_ms": NOW + 24 * HOUR}
        await desk.after(24, store=Overtaken(store, lambda: desk.change(desk.one, **answered)))
        assert await desk.outcomes(desk.one) == [("remind", "overtaken")]

    async def test_a_timer_of_a_state_that_is_over_stays_done(self, store: Store):
        desk = await TimedDesk(store, {"state": "open", "state_since_ms": NOW + 1}, {}).begin()
        await desk.set_to(desk.one, "close", 1)
        await desk.after(2)
        await desk.undone(await desk.merged())
        assert await desk.outcomes(desk.one) == [("close", "overtaken")]

    async def test_what_was_put_aside_comes_back_when_it_was_to(self, store: Store):
        until_ms = NOW + 2 * HOUR
        desk = await TimedDesk(store, {"snoozed_until_ms": until_ms}, {}).begin()
        await desk.set_to(desk.one, "wake", 2, since_ms=until_ms)
        merged = await desk.merged()
        await desk.after(3)
        await desk.undone(merged)
        assert (await desk.ticket(desk.one)).snoozed_until_ms == until_ms
        await desk.after(3)
        assert (await desk.ticket(desk.one)).snoozed_until_ms is None

    async def test_who_waits_is_not_put_aside_with_the_ticket_they_come_into(self, store: Store):
        until_ms = NOW + 2 * HOUR
        desk = await TimedDesk(store, {}, {"snoozed_until_ms": until_ms, "waiting_since_ms": None}).begin()
        merged = await desk.merged()
        kept = await desk.ticket(desk.other)
        assert (kept.snoozed_until_ms, kept.waiting_since_ms) == (None, NOW)
        await desk.undone(merged)
        left = await desk.ticket(desk.other)
        assert (left.snoozed_until_ms, left.waiting_since_ms) == (until_ms, None)

    async def test_merged_tickets_go_with_a_contact_that_is_merged_and_parted_again(self, store: Store):
        desk, third = await TimedDesk(store, {}, {}).begin(), Case("third")
        await put(store, third)
        merged, who = await desk.merged(), people(store)
        whose = (await desk.ticket(desk.one)).contact_id
        act = await who.merge(third.contact.id, whose, "one person", "agent:a")
        assert [(await desk.ticket(which)).contact_id for which in (desk.one, desk.other)] == [third.contact.id] * 2
        await who.undo(act.id, "two people", "agent:a")
        assert [(await desk.ticket(which)).contact_id for which in (desk.one, desk.other)] == [whose] * 2
        await desk.undone(merged)
        assert (await desk.states())[0] != "closed"

    async def test_a_rejected_ticket_is_rejected_again_with_its_reason(self, store: Store):
        was = {"state": "rejected", "state_reason": "the picture is blurred", "waiting_since_ms": None}
        desk = await TimedDesk(store, {}, was | {"checklist": ("a sharp picture",)}).begin()
        merged = await desk.merged()
        assert (await desk.ticket(desk.other)).state == "open"
        await desk.undone(merged)
        left = await desk.ticket(desk.other)
        assert (left.state, left.state_reason, left.checklist) == (*list(was.values())[:2], ("a sharp picture",))

    async def test_of_somebody_erased_no_reason_is_kept_and_nothing_is_opened(self, store: Store):
        desk = await TimedDesk(store, {}, {"state": "rejected", "state_reason": "Ann's passport is blurred"}).begin()
        (more,) = await desk.said(desk.one, "inbound", at_ms=NOW)
        await desk.split(more)
        merged = await desk.merged()
        people = [(await desk.ticket(desk.one)).contact_id]
        await store.write(erasing.tickets(people, "", now_ms=NOW))
        rows = await store.read(fetch(Regrouping))
        assert not any("blurred" in str(row) for row in rows)
        for which in (desk.one, desk.other):
            await desk.change(which, state="closed", state_reason="erased", erased_at_ms=NOW)
        with pytest.raises(Refused) as refused:
            await desk.undone(merged)
        assert refused.value.code == "contact_erased"
        (first, *_) = await store.read(fetch(Message, "WHERE t.ticket_id = :id AND t.kind = 'inbound'", id=desk.other))
        with pytest.raises(Refused) as refused:
            await desk.groups.split(desk.other, frozenset({first.id}), desk.mei)
        assert refused.value.code == "contact_erased"

    @pytest.mark.parametrize(
        ("state", "hours", "becomes"),
        [("waiting", 1, "open"), ("solved", 1, "open"), ("waiting", 0, "waiting"), ("closed", 0, "closed")],
    )
    async def test_who_waits_in_what_was_split_off_waits_on(self, store: Store, state: str, hours: int, becomes: str):
        desk = await TimedDesk(store, {"state_since_ms": NOW}, {}).begin()
        moved = await desk.said(desk.one, "inbound", at_ms=NOW + 5)
        now = {"state": state, "waiting_since_ms": None}
        if not hours:
            await desk.change(desk.one, **now)
        split = await desk.split(*moved)
        if hours:
            await desk.change(desk.one, **now, state_since_ms=NOW + hours * HOUR)
        desk.clock.advance_to(NOW + 2 * HOUR)
        await desk.undone(split)
        back = await desk.ticket(desk.one)
        assert (back.state, back.waiting_since_ms) == (becomes, NOW + 5 if becomes == "open" else None)

    async def test_nobody_waits_in_what_was_closed_since(self, store: Store):
        desk = await TimedDesk(store, {}, {}).begin()
        split = await desk.split(*await desk.said(desk.one, "inbound", at_ms=NOW + 5))
        await desk.change(desk.one, state="closed", waiting_since_ms=None, state_since_ms=NOW + 9)
        with pytest.raises(Refused) as refused:
            await desk.undone(split)
        assert refused.value.code == "customer_waits"
        assert (await desk.ticket(split.target_id)).state == "open"

    async def test_a_merge_into_a_long_ticket_is_taken_back_whole(self, store: Store):
        desk = await TimedDesk(store, {}, {}).begin()
        before = await desk.said(desk.one, "inbound", at_ms=NOW)
        await desk.said(desk.other, *["note"] * REGROUPED_MAX, at_ms=NOW + 10)
        (newest,) = await desk.said(desk.other, "inbound", at_ms=NOW + HOUR, text="the newest")
        merged = await desk.merged()
        kept = await desk.ticket(desk.other)
        assert (kept.snippet, kept.last_message_at_ms) == ("the newest", NOW + HOUR)
        await desk.undone(merged)
        for which, found in ((desk.one, before[0]), (desk.other, newest)):
            message = await store.read(fetch_one(Message, "WHERE t.id = :id", id=found))
            assert message is not None
            assert message.ticket_id == which
