"""History: inbound messages since a time, page by page, with their tickets as they were."""

import msgspec

from router.model.changes import Add, Record, Save
from router.store import changes, history
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, newer, put, uid


def made_at(at_ms: int) -> str:
    """An id as it is made then."""
    digits = f"{at_ms:012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-{uid()[-12:]}"


def follow_up(case: Case, text: str, at_ms: int, **fields):
    why = {"rules_version": "1", "ticket_new": False, "tags": ["late"]}
    return msgspec.structs.replace(
        case.message,
        id=uid(),
        external_id=f"<{text}@mail>",
        text=text,
        received_at_ms=at_ms,
        verdict=msgspec.Raw(msgspec.json.encode(why)),
        **fields,
    )


async def texts(store: Store, since_ms: int = 0, after: str = "", limit: int = 100) -> list[str]:
    return [told.message.text for told in await store.read(history.page(since_ms, after, limit))]


class HistorySuite:
    async def test_only_what_customers_said_and_is_still_there(self, store: Store):
        case, gone = Case("Ann", text="hello"), Case("Ben")
        await put(store, case, gone)
        gone_message = newer(gone.message, text="", state="deleted")
        await store.write(changes.apply([Save(gone_message)], now_ms=NOW))
        (told,) = await store.read(history.page(0, "", 100))
        assert (told.message.text, told.conversation.id, told.ticket.number) == ("hello", case.conversation.id, 1001)
        assert (told.contact.name, told.events, told.tags) == ("Ann", [], ())

    async def test_since_counts_arrivals(self, store: Store):
        case = Case("Ann", text="long ago")
        await put(store, case)
        later = [
            msgspec.structs.replace(follow_up(case, text, NOW + arrived_ms), id=made_at(NOW + arrived_ms + took_ms))
            for text, arrived_ms, took_ms in (
                ("early", 0, 0),
                ("in time", 9_000, 500),
                ("by another clock", 9_000, -300),
            )
        ]
        await store.write(changes.apply([Add(message) for message in later], now_ms=NOW))
        assert await texts(store, NOW) == ["early", "by another clock", "in time"]
        assert await texts(store, NOW + 9_000) == ["by another clock", "in time"]
        assert await texts(store, NOW + 9_001) == []

    async def test_pages_show_everything_once(self, store: Store):
        await put(store, *(Case(f"c{n}", text=f"text {n}") for n in range(7)))
        seen, after = [], ""
        while page := await store.read(history.page(0, after, 3)):
            seen += [told.message.text for told in page]
            after = page[-1].message.id
        assert seen == [f"text {n}" for n in range(7)]
        assert await texts(store, 0, await store.read(history.before_newest(0, 2))) == ["text 5", "text 6"]
        assert len(await texts(store, 0, await store.read(history.before_newest(0, 7)))) == 7
        assert len(await texts(store, 0, await store.read(history.before_newest(0, 8)))) == 7

    async def test_a_follow_up_comes_with_what_changed_its_ticket_since_and_the_tags_before_it(self, store: Store):
        case = Case("Ann", text="first")
        await put(store, case)
        second, third = follow_up(case, "second", NOW + 10), follow_up(case, "third", NOW + 20)
        changed = [
            Record(msgspec.structs.replace(case.event("ticket.state", data={"from": was, "to": to}), at_ms=NOW + at))
            for at, was, to in ((5, "new", "open"), (10, "open", "waiting"), (25, "waiting", "solved"))
        ]
        await store.write(changes.apply([Add(second), Add(third), *changed], now_ms=NOW))
        told = {each.message.text: each for each in await store.read(history.page(0, "", 100))}
        assert told["first"].tags == ()
        assert told["second"].tags == ("stuck",)
        assert [event.data["from"] for event in told["second"].events] == ["open", "waiting"]
        assert told["third"].tags == ("stuck", "late")
        assert [event.data["from"] for event in told["third"].events] == ["waiting"]
