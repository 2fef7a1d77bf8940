"""The assigner on a clock: what waits in a queue outside its hours is given to nobody, and stays on its list."""

from router.bus.local import LocalBus
from router.clock import VirtualClock
from router.flow import assign
from router.flow.assign import Assigner
from router.flow.rulebook import Rulebook
from router.model.changes import Add
from router.store import changes, inbox
from router.store.script import Store
from router.telemetry import SilentLog
from tests.contract.store_suite.inbox import agent, urgent
from tests.contract.store_suite.make import Case, put

MONDAY_9_MS = 1_793_581_200_000  # 2026-11-02 09:00 in Shanghai
RULES = b"""
version: 1
times: {office: {zone: Asia/Shanghai, open: {mon-fri: 09:00-18:00}}}
queues: {general: {default: true, hours: office}}
"""


class HoursSuite:
    async def test_a_queue_is_given_out_in_its_hours_and_what_is_critical_at_any(self, store: Store):
        clock, mia = VirtualClock(MONDAY_9_MS - 60_000), agent("mia", status="online", capacity=1)
        assigner = Assigner(
            store=store,
            bus=LocalBus(),
            rulebook=Rulebook.of({"rules.yaml": RULES}),
            clock=clock,
            log=SilentLog(),
        )
        await store.write(changes.apply([Add(mia)], now_ms=MONDAY_9_MS))
        await put(store, Case("calm"), urgent("thief", "critical"), urgent("loud", "high"))

        async def held() -> list[str]:
            page = await store.read(inbox.tickets(None))
            assert page.total == 3
            return sorted(line.ticket.subject for line in page.lines if line.ticket.assignee_id == mia.id)

        await assigner.run_once()
        await assigner.run_once()
        assert await held() == ["Question of thief"]
        clock.advance_to(MONDAY_9_MS)
        await assigner.run_once()
        assert await held() == ["Question of thief"], "her hands are full"
        await put(store, urgent("second thief", "critical"))
        await assigner.run_once()
        page = await store.read(inbox.tickets(None))
        assert sum(line.ticket.assignee_id == mia.id for line in page.lines) == 2

    async def test_what_nobody_there_can_take_keeps_nobody_waiting(self, store: Store, monkeypatch):
        """A long list of a queue that nobody serves now, or whose people have full hands, is in nobody's way."""
        monkeypatch.setattr(assign, "_BATCH", 2)
        clock = VirtualClock(MONDAY_9_MS)
        people = [
            agent("mia", status="online", capacity=1, queues=("cards",)),
            agent("tom", status="online", capacity=9, queues=("general",)),
            agent("eva", status="online", capacity=0),
        ]
        assigner = Assigner(
            store=store, bus=LocalBus(), rulebook=Rulebook.of({"rules.yaml": RULES}), clock=clock, log=SilentLog()
        )
        await store.write(changes.apply(list(map(Add, people)), now_ms=MONDAY_9_MS))
        nobodys = [Case(f"n{n}", queue="abroad", urgency="high", urgency_rank=2) for n in range(3)]
        cards = [Case(f"c{n}", queue="cards") for n in range(4)]
        await put(store, *nobodys, *cards, Case("mine"))
        for _ in range(3):
            await assigner.run_once()
        page = await store.read(inbox.tickets(None))
        given = {line.ticket.subject: line.ticket.assignee_id for line in page.lines if line.ticket.assignee_id}
        assert given == {"Question of c0": people[0].id, "Question of mine": people[1].id}
        await put(store, urgent("thief", "critical"))
        await assigner.run_once()
        page = await store.read(inbox.tickets(None))
        assert sum(line.ticket.assignee_id is not None for line in page.lines) == 3
