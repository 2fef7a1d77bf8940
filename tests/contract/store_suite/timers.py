"""Timers at rest: due in order, worked off once however many work at them, and what is put aside comes back."""

import asyncio
import contextlib
import io
import json

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.core.timers import fire
from router.flow.channels import Channels
from router.flow.rulebook import Rulebook
from router.flow.timers import Timers
from router.model.changes import Add, Save
from router.model.decisions import Why, WhyEdits
from router.model.errors import Conflict, StatementTimeout
from router.model.tables import Message, OutboxEntry, Ticket
from router.model.timers import Timer
from router.store import changes, commands, events, hooks, inbox, timers
from router.store.script import Store, fetch, run
from router.telemetry import Logger, Metrics, SilentLog, StructuredLog
from tests.contract.store_suite.make import NOW, Case, newer, put, uid

DAY_MS = 86_400_000
RULES = b"""\
version: 1
queues: {general: {default: true}}
webhooks: {push: {url: https://push.example, secret: env:PUSH}}
rules: [{id: stolen, when: {message.text|has: stolen}, then: {urgency: critical}}]
lifecycle: {waiting: {close: 24h}, unread: {after: 10m, webhook: push}}
"""


def timer(case: Case, kind: str = "close", **more) -> Timer:
    fields = {"id": uid(), "ticket_id": case.ticket.id, "kind": kind, "since_ms": NOW, "due_at_ms": NOW + DAY_MS}
    return Timer(**(fields | {"created_at_ms": NOW} | more))


def folded(case: Case, text: str) -> Message:
    """The message after edits that wait to be judged."""
    why = Why(
        rules_version="1", urgency="normal", queue="general", language="en", joined="no", contact_by="sender",
        ticket_new=True, edits=WhyEdits(folded=3, because="message", pending=True),
    )  # fmt: skip
    return newer(case.message, text=text, revision=13, verdict=msgspec.Raw(msgspec.json.encode(why)))


async def set_to(store: Store, *rows: Timer) -> None:
    await store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))


def walk(store: Store, now_ms: int, *, clock: VirtualClock | None = None, log: Logger | None = None) -> Timers:
    clock = clock or VirtualClock(now_ms)
    return Timers(
        store=store,
        bus=LocalBus(),
        rulebook=Rulebook.of({"rules.yaml": RULES}),
        channels=Channels(),
        clock=clock,
        ids=TimedIds(clock),
        metrics=Metrics(),
        log=log or SilentLog(),
    )


class Failing:
    """A store that refuses what is written of one ticket, for a reason of its own."""

    def __init__(self, inner: Store, case: Case, error: Exception) -> None:
        self._inner, self._id, self._error = inner, case.ticket.id, error
        self.read = inner.read

    async def write(self, script):
        def watched():
            result = yield from script
            touched = yield from fetch(Ticket, "WHERE t.id = :id AND t.version > 1", id=self._id)
            if touched:
                raise self._error
            return result

        return await self._inner.write(watched())


async def ticket_of(store: Store, case: Case) -> Ticket:
    found = await store.read(commands.ticket(case.ticket.id))
    assert found is not None
    return found


class TimersSuite:
    async def test_what_is_due_comes_in_order_until_it_is_done(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        first, second, later = (timer(case, due_at_ms=NOW + n) for n in (2, 1, 9))
        await set_to(store, first, second, later)
        assert await store.read(timers.next_due()) == NOW + 1
        assert await store.read(timers.due(now_ms=NOW + 5, limit=9)) == [second, first]
        assert await store.read(timers.due(now_ms=NOW + 5, limit=1)) == [second]
        done = newer(second, done_at_ms=NOW + 5, outcome="fired")
        await store.write(changes.apply([Save(done)], now_ms=NOW))
        assert await store.read(timers.due(now_ms=NOW + 5, limit=9)) == [first]
        assert [t.outcome for t in await store.read(timers.of_ticket(case.ticket.id))].count("fired") == 1

    async def test_several_work_at_once_and_each_is_done_once(self, store: Store):
        cases = [Case(f"n{n}", state="waiting", state_since_ms=NOW) for n in range(7)]
        await put(store, *cases)
        await set_to(store, *(timer(case) for case in cases), timer(cases[0], kind="wake", since_ms=NOW + 4))
        await asyncio.gather(*(walk(store, NOW + DAY_MS).run_due() for _ in range(3)))
        assert await store.read(timers.next_due()) is None
        for case in cases:
            ticket = await ticket_of(store, case)
            assert (ticket.state, ticket.state_reason, ticket.version) == ("closed", "no-answer", 2)
            told = [e.kind for e in await store.read(events.of_ticket(ticket.id, limit=99))]
            assert told.count("ticket.state") == 1
        outcomes = {t.kind: t.outcome for t in await store.read(timers.of_ticket(cases[0].ticket.id))}
        assert outcomes == {"wake": "overtaken", "close": "fired"}

    async def test_edits_that_were_folded_are_judged_once_by_whoever_comes_first(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        await store.write(changes.apply([Save(folded(case, "stolen"))], now_ms=NOW))
        await set_to(store, timer(case, "edit", about=case.message.id, due_at_ms=NOW + 5))
        await asyncio.gather(*(walk(store, NOW + 5).run_due() for _ in range(3)))
        told = [e for e in await store.read(events.of_ticket(case.ticket.id, limit=99)) if e.kind == "message.edited"]
        assert [e.data for e in told] == [{"revision": "13", "folded": "3", "over_quota": "message"}]
        ticket = await ticket_of(store, case)
        assert ticket.urgency == "critical"
        (line,) = (await store.read(inbox.tickets(None, text="stolen"))).lines
        assert line.ticket.id == case.ticket.id

    async def test_what_is_due_at_once_of_a_ticket_and_of_what_was_merged_into_it_all_comes(self, store: Store):
        case, merged = Case("Ann", state="waiting", state_since_ms=NOW, waiting_since_ms=None), Case("Ann's other")
        await put(store, case, merged)
        await store.write(changes.apply([Save(folded(case, "hello"))], now_ms=NOW))
        # The message that was edited came here with a merge; its timer was set in the ticket that it came from.
        edit = timer(merged, "edit", about=case.message.id, due_at_ms=NOW + DAY_MS)
        await set_to(store, timer(case), edit)
        assert await walk(store, NOW + DAY_MS).run_due() == 2
        assert (await ticket_of(store, case)).state == "closed"
        assert await store.read(timers.next_due()) is None

    async def test_a_crash_before_the_commit_leaves_it_due(self, store: Store):
        case = Case("Ann", state="waiting", state_since_ms=NOW)
        await put(store, case)
        await set_to(store, timer(case))
        task = asyncio.create_task(walk(store, NOW + DAY_MS).run_due())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await walk(store, NOW + DAY_MS).run_due()
        told = [e.kind for e in await store.read(events.of_ticket(case.ticket.id, limit=99))]
        assert told.count("ticket.state") == 1

    async def test_an_identity_check_that_is_erased_while_it_expires_harms_nothing(self, store: Store):
        case, other = Case("Ann"), Case("Ben", snoozed_until_ms=NOW + DAY_MS)
        await put(store, case, other)
        await set_to(store, timer(case, "check", about=uid()), timer(other, "wake", since_ms=NOW + DAY_MS))

        class Erasing:
            """Whoever is due is erased before anything more is read of them."""

            write = store.write

            async def read(self, script):
                found = await store.read(script)
                await store.write(run("DELETE FROM timers WHERE ticket_id = :id", id=case.ticket.id))
                return found

        with pytest.raises(Conflict):
            await walk(Erasing(), NOW + DAY_MS).run_due()
        assert await walk(store, NOW + DAY_MS).run_due() == 1
        assert (await ticket_of(store, other)).snoozed_until_ms is None

    async def test_a_timer_that_cannot_be_decided_is_set_aside_named_and_tried_again(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ):
        cases = [Case(f"n{n}", snoozed_until_ms=NOW + 5) for n in range(3)]
        await put(store, *cases)
        rows = [timer(case, "wake", since_ms=NOW + 5, due_at_ms=NOW + n) for n, case in enumerate(cases)]
        await set_to(store, *rows)

        def broken(one, *more):
            if one.id == rows[0].id:
                raise ZeroDivisionError
            return fire(one, *more)

        clock, written = VirtualClock(NOW + 5), io.StringIO()
        timers_ = walk(store, NOW, clock=clock, log=StructuredLog(clock, written))
        monkeypatch.setattr("router.flow.timers.fire", broken)
        assert [await timers_.run_due() for _ in range(3)] == [2, 0, 0]
        (line,) = map(json.loads, written.getvalue().splitlines())
        assert (line["event"], line["worker"], line["row_id"]) == ("row.set_aside", "timers", rows[0].id)
        monkeypatch.undo()
        clock.advance_to(NOW + 600_004)
        assert await timers_.run_due() == 0
        clock.advance_to(NOW + 600_005)
        assert await timers_.run_due() == 1
        assert await store.read(timers.next_due()) is None

    @pytest.mark.parametrize("error", [OverflowError("no column holds it"), StatementTimeout("it takes too long")])
    async def test_a_timer_that_cannot_be_written_harms_no_other(self, store: Store, error: Exception):
        cases = [Case(f"n{n}", snoozed_until_ms=NOW + 5) for n in range(4)]
        await put(store, *cases)
        await set_to(store, *(timer(case, "wake", since_ms=NOW + 5, due_at_ms=NOW + n) for n, case in enumerate(cases)))
        clock = VirtualClock(NOW + 5)
        timers_ = walk(Failing(store, cases[1], error), NOW, clock=clock)
        for _ in range(2):
            with contextlib.suppress(StatementTimeout):
                await timers_.run_due()
        woken = [(await ticket_of(store, case)).snoozed_until_ms is None for case in cases]
        assert woken == [True, False, True, True]
        clock.advance_to(NOW + 600_006)
        with contextlib.suppress(StatementTimeout):
            await timers_.run_due()
        assert await store.read(timers.next_due()) == NOW + 1, "it is not lost"

    async def test_what_was_put_aside_comes_back(self, store: Store):
        case = Case("Ann", snoozed_until_ms=NOW + 5)
        await put(store, case)
        await set_to(store, timer(case, kind="wake", since_ms=NOW + 5, due_at_ms=NOW + 5))
        assert await walk(store, NOW + 4).run_due() == 0
        assert await walk(store, NOW + 5).run_due() == 1
        assert (await ticket_of(store, case)).snoozed_until_ms is None

    @pytest.mark.parametrize("heard_at_ms", [NOW, NOW + 5])
    async def test_a_reply_that_was_merged_away_is_answered_where_it_is(self, store: Store, heard_at_ms: int):
        ann, kept = Case("Ann"), Case("Ann's other", last_inbound_at_ms=heard_at_ms)
        await put(store, ann, kept)
        await set_to(store, timer(ann, kind="unread", since_ms=NOW + 1, about=ann.reply.id))
        await store.write(changes.apply([Save(newer(ann.reply, ticket_id=kept.ticket.id))], now_ms=NOW))
        await walk(store, NOW + DAY_MS).run_due()
        (done,) = await store.read(timers.of_ticket(ann.ticket.id))
        assert done.outcome == ("answered" if heard_at_ms > NOW else "fired")
        assert len(await store.read(hooks.due(now_ms=NOW + DAY_MS))) == (done.outcome == "fired")

    async def test_word_of_an_unread_reply_waits_for_its_webhook(self, store: Store):
        ann, bob = Case("Ann"), Case("Bob")
        await put(store, ann, bob)
        (his,) = [o for o in await store.read(fetch(OutboxEntry, "ORDER BY t.id")) if o.ticket_id == bob.ticket.id]
        await store.write(changes.apply([Save(newer(his, state="read"))], now_ms=NOW))
        for case in (ann, bob):
            await set_to(store, timer(case, kind="unread", since_ms=NOW + 1, about=case.reply.id))
        await walk(store, NOW + DAY_MS).run_due()
        assert await store.read(hooks.due(now_ms=NOW + DAY_MS)) == ["push"]
        (row,) = await store.write(hooks.claim("push", now_ms=NOW + DAY_MS, lease_ms=1, limit=9))
        body = msgspec.json.decode(bytes(row.entry.body))
        assert (body["type"], body["ticket_id"], body["user_id"]) == ("customer.notify", ann.ticket.id, None)
