"""Actions on accounts at rest: the same once at a time, claimed with what the call names, taken up again."""

import pytest

from router.model.actions import ActionEntry
from router.model.changes import Add, Save
from router.model.errors import Conflict
from router.model.limits import CALL_PAUSE_MS_MAX
from router.model.tables import Identity
from router.store import actions, changes, inbox
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, newer, put, uid


def action_of(case: Case, **fields) -> ActionEntry:
    found = {"action": "freeze", "state": "queued", "proposed_by": "rule:r", "due_at_ms": NOW, "created_at_ms": NOW}
    return ActionEntry(id=uid(), ticket_id=case.ticket.id, contact_id=case.contact.id, **(found | fields))


async def write(store: Store, *rows) -> None:
    await store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))


async def claimed(store: Store, now_ms: int = NOW) -> list[actions.ClaimedAction]:
    return await store.write(actions.claim(now_ms=now_ms, lease_ms=100, limit=9))


class ActionsSuite:
    async def test_the_same_is_under_way_once_at_a_time(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        first = action_of(case, state="proposed")
        await write(store, first, action_of(case, action="other"), action_of(case, state="done"))
        with pytest.raises(Conflict):
            await write(store, action_of(case))
        await store.write(changes.apply([Save(newer(first, state="declined"))], now_ms=NOW))
        await write(store, action_of(case))
        found = await store.read(actions.of_tickets([case.ticket.id]))
        assert sorted((row.action, row.state) for row in found) == [
            ("freeze", "done"),
            ("freeze", "queued"),
            ("other", "queued"),
        ]

    async def test_it_is_claimed_with_its_ticket_and_account_and_taken_up_again(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        app = Identity(
            id=uid(), contact_id=case.contact.id, kind="user_id", value="u-7", proof="app", created_at_ms=NOW
        )
        done = action_of(case, state="done")
        undo = action_of(case, action="unfreeze", undoes=done.id)
        await write(store, app, done, undo, action_of(case, action="later", due_at_ms=NOW + 500))
        (item,) = await claimed(store)
        assert item.entry == newer(undo, state="sending", attempts=1, lease_until_ms=NOW + 100)
        assert (item.undone, item.ticket.number) == (done, 1001)
        assert [one.value for one in item.identities] == [case.address, "u-7"]
        assert await claimed(store, NOW + 99) == []
        (again,) = await claimed(store, NOW + 100)
        assert (again.entry.id, again.entry.attempts) == (undo.id, 2)

    async def test_a_clock_that_went_back_leaves_nothing_waiting_for_its_old_time(self, store: Store):
        case, day_ms = Case("Ann"), 86_400_000
        await put(store, case)
        queued = action_of(case, due_at_ms=NOW + day_ms)
        left = action_of(case, action="left", state="sending", lease_until_ms=NOW + day_ms)
        paused = action_of(case, action="paused", due_at_ms=NOW + CALL_PAUSE_MS_MAX)
        await write(store, queued, left, paused)
        assert [item.entry.id for item in await claimed(store)] == [queued.id, left.id]

    async def test_an_agent_sees_them_newest_first(self, store: Store):
        case = Case("Ann")
        await put(store, case)
        one, two = action_of(case, state="failed", error="gone"), action_of(case, state="proposed")
        await write(store, one, two)
        detail = await store.read(inbox.detail(None, case.ticket.id))
        assert detail.actions == [two, one]
        facts = await store.read(actions.facts(case.ticket.id))
        assert (facts.ticket.number, facts.rows) == (1001, [two, one])
        assert await store.read(actions.facts(uid())) is None
