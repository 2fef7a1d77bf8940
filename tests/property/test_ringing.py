"""However tickets that ring are merged and taken apart: somebody is called until somebody accepts."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.model.errors import Refused
from router.model.tables import Message, Ticket
from router.store import migrate
from router.store.script import fetch
from router.store.sqlite import SqliteStore
from tests.contract.store_suite.ringing import RINGING, Desk

STEP = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("split"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("accept"), st.integers(0, 5)),
    st.tuples(st.just("sweep"), st.integers(1, 4)),
)
HIGH = {"urgency": "high", "urgency_rank": 2, "queue": "money"}
OTHER = st.sampled_from([{}, {"state": "solved"}, {"state": "waiting"}, HIGH, HIGH | {"alarm_since_ms": 1}, RINGING])


class Play:
    """Agents who put tickets together and apart on a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.minute = desk, 0
        self.done, self.refused = [], []

    async def tickets(self) -> list[Ticket]:
        return await self.desk.store.read(fetch(Ticket, "ORDER BY t.id"))

    async def chosen(self, number: int) -> Ticket:
        rows = await self.tickets()
        return rows[number % len(rows)]

    async def do(self, what: str, *numbers: int) -> None:
        if what == "sweep":
            self.minute += numbers[0]
            return await self.desk.at(self.minute)
        if what == "accept":
            return await self.desk.accept((await self.chosen(numbers[0])).id)
        before = {row.id for row in await self.tickets() if row.alarm_since_ms is not None}
        try:
            row = await self._regroup(what, *numbers)
        except Refused as refused:
            self.refused.append(refused.code)
            return None
        if row is not None:
            pair = {row.source_id, row.target_id}
            now = {each.id for each in await self.tickets() if each.alarm_since_ms is not None}
            assert bool(before & pair) <= bool(now & pair), "what nobody accepted was silenced"
            assert before - pair == now - pair
        return None

    async def _regroup(self, what: str, *numbers: int):
        groups, mei = self.desk.groups, self.desk.mei
        if what == "undo":
            return await groups.undo(self.done[numbers[0] % len(self.done)].id, mei) if self.done else None
        one = await self.chosen(numbers[0])
        if what == "merge":
            made = await groups.merge(one.id, (await self.chosen(numbers[1])).id, mei)
        else:
            said = await self.desk.store.read(fetch(Message, "WHERE t.ticket_id = :id ORDER BY t.id", id=one.id))
            inbound = [message.id for message in said if message.kind == "inbound"]
            made = await groups.split(one.id, frozenset(inbound[numbers[1] % max(1, len(inbound)) :][:1]), mei)
        self.done.append(made)
        return made

    async def check(self) -> None:
        assert "busy" not in self.refused, "nobody else is here"
        for row in await self.tickets():
            assert row.alarm_since_ms is None or row.state not in {"closed", "solved", "rejected"}
            assert row.alarm_since_ms is None or row.accepted_by is None


@settings(max_examples=max(10, settings.default.max_examples // 3), suppress_health_check=[HealthCheck.too_slow])
@given(OTHER, st.lists(STEP, max_size=14))
def test_nothing_is_silenced_unaccepted_and_no_step_is_paged_twice(other, steps):
    async def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = await SqliteStore.open(Path(folder) / "desk.db", synchronous="OFF")
            try:
                await store.write(migrate.migrate("sqlite", now_ms=0))
                desk = await Desk(store, RINGING, other).begin()
                await desk.second_message()
                play = Play(desk)
                await desk.at(0)
                first = await desk.paged()
                for step in steps:
                    await play.do(*step)
                    await play.check()
                paged = await desk.paged()
                # The first step of each ladder was paged before; whatever became of the tickets, nobody pages it again.
                assert {who: paged[who] for who in ("browser", "tom")} == {
                    who: first[who] for who in ("browser", "tom")
                }
            finally:
                await store.close()

    asyncio.run(work())
