"""Alarms at rest: one ladder for each alarm, no step paged twice, pages taken up again."""

import msgspec
import pytest

from router.model.alarms import Ladder, PageEntry
from router.model.changes import Add, Save
from router.model.errors import Conflict
from router.model.tables import HookEntry
from router.store import alarms, changes, inbox
from router.store.alarms import Loud, PageWay
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, newer, put, uid


def ladder_of(case: Case, **fields) -> Ladder:
    found = {"since_ms": NOW, "rota": "r", "due_at_ms": NOW + 100, "created_at_ms": NOW}
    return Ladder(id=uid(), ticket_id=case.ticket.id, **(found | fields))


def page_of(ladder: Ladder, **fields) -> PageEntry:
    found = {"kind": "email", "target": "a@b.example", "state": "queued", "round": 0, "step": 0, "due_at_ms": NOW}
    return PageEntry(
        id=uid(),
        ladder_id=ladder.id,
        ticket_id=ladder.ticket_id,
        created_at_ms=NOW,
        **(found | fields),
    )


async def write(store: Store, *rows) -> None:
    await store.write(changes.apply(list(map(Add, rows)), now_ms=NOW))


WAYS: tuple[PageWay, ...] = ("email", "telegram")


class AlarmsSuite:
    async def test_what_rings_gets_one_ladder(self, store: Store):
        quiet, ringing = Case("Ann"), Case("Bob", alarm_since_ms=NOW)
        await put(store, quiet, ringing)
        assert [t.id for t in await store.read(alarms.without_ladder(9))] == [ringing.ticket.id]
        await write(store, ladder_of(ringing))
        assert await store.read(alarms.without_ladder(9)) == []
        with pytest.raises(Conflict):
            await write(store, ladder_of(ringing))
        again = newer(ringing.ticket, number=1002, alarm_since_ms=NOW + 9)
        await store.write(changes.apply([Save(again)], now_ms=NOW))
        assert [t.id for t in await store.read(alarms.without_ladder(9))] == [ringing.ticket.id]

    async def test_no_step_pages_anybody_twice(self, store: Store):
        case = Case("Ann", alarm_since_ms=NOW)
        ladder = ladder_of(case)
        await put(store, case)
        await write(store, ladder, page_of(ladder))
        await write(store, page_of(ladder, step=1), page_of(ladder, round=1), page_of(ladder, target="c@d.example"))
        with pytest.raises(Conflict):
            await write(store, page_of(ladder))

    async def test_ladders_come_with_their_tickets_and_those_that_are_over_as_well(self, store: Store):
        ann, bob, cat = Case("Ann", alarm_since_ms=NOW), Case("Bob"), Case("Cat", alarm_since_ms=NOW)
        await put(store, ann, bob, cat)
        up, over, done = ladder_of(ann), ladder_of(bob, state="unanswered"), ladder_of(cat, state="unanswered")
        await write(store, up, over, done)
        found = await store.read(alarms.climbing(9))
        assert {(one.ladder.id, one.ticket.number) for one in found} == {(up.id, 1001), (over.id, 1002)}
        assert await store.read(alarms.loud()) == Loud(ringing=2, unanswered=1)

    async def test_pages_for_the_mail_channel_are_claimed_and_taken_up_again(self, store: Store):
        case = Case("Ann", alarm_since_ms=NOW)
        ladder = ladder_of(case)
        mail, later = page_of(ladder), page_of(ladder, step=1, due_at_ms=NOW + 5)
        await put(store, case)
        await write(store, ladder, mail, later, page_of(ladder, kind="browser", target="", state="sent"))

        async def claimed(now_ms: int, *, is_again: bool = False) -> list[str]:
            script = alarms.claim_pages("email", is_again=is_again, now_ms=now_ms, lease_ms=100, limit=9)
            found = await store.write(script)
            return [(one.page.id, one.page.attempts, one.ticket.number) for one in found]

        assert await claimed(NOW) == [(mail.id, 1, 1001)]
        assert await claimed(NOW) == []
        assert await claimed(NOW + 5) == [(later.id, 1, 1001)]
        assert await claimed(NOW + 100) == [], "it is no new one any more"
        assert await claimed(NOW + 100, is_again=True) == [(mail.id, 2, 1001)]

    async def test_a_clock_that_went_back_holds_up_no_page(self, store: Store):
        case, day_ms = Case("Ann", alarm_since_ms=NOW), 86_400_000
        ladder = ladder_of(case)
        mail, chat = page_of(ladder, due_at_ms=NOW + day_ms), page_of(ladder, kind="telegram", target="-1")
        left = page_of(ladder, step=1, state="sending", lease_until_ms=NOW + day_ms)
        await put(store, case)
        await write(store, ladder, mail, chat, left, page_of(ladder, step=2, due_at_ms=NOW + 1))
        claims = [alarms.claim_pages(way, is_again=False, now_ms=NOW, lease_ms=100, limit=9) for way in WAYS]
        found = [[one.page.id for one in await store.write(claim)] for claim in claims]
        assert found == [[mail.id, left.id], [chat.id]]

    async def test_an_agent_sees_who_was_paged_and_whether_the_pager_took_it(self, store: Store):
        case = Case("Ann", alarm_since_ms=NOW)
        ladder = ladder_of(case)
        page = page_of(ladder, kind="webhook", target="pager")
        word = HookEntry(
            id=page.id,
            webhook="pager",
            ticket_id=case.ticket.id,
            message_id=None,
            body=msgspec.Raw(b"{}"),
            state="dead",
            attempts=3,
            error="gone",
            due_at_ms=NOW,
            created_at_ms=NOW,
        )
        await put(store, case)
        await write(store, ladder, page, word)
        detail = await store.read(inbox.detail(None, case.ticket.id))
        assert [(p.target, p.state, p.attempts, p.error) for p in detail.pages] == [("pager", "dead", 3, "gone")]
        assert detail.line.ticket.alarm_since_ms == NOW
