"""Who is who: link, unlink, merge, split, keep apart, undo, hints; on either database, also by two at once."""

import asyncio

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import SystemClock, TimedIds
from router.flow.contacts import import_contacts
from router.flow.people import People
from router.model.changes import Add, Check, Save
from router.model.errors import Conflict, Refused
from router.model.people import Claim
from router.model.tables import Contact, Conversation, Identity, Message, Ticket
from router.store import changes, contacts, dossier
from router.store.contacts import ContactIn
from router.store.script import Store, fetch, select
from tests.contract.store_suite.make import NOW, Case, put, uid


def people(store: Store) -> People:
    clock = SystemClock()
    return People(store=store, bus=LocalBus(), clock=clock, ids=TimedIds(clock))


async def picture(store: Store) -> dict[str, object]:
    """Who has what, by the names of people: what an undoing has to bring back."""
    found = {row.id: row for row in await store.read(fetch(Contact))}
    name = {key: row.name or f"C-{row.number}" for key, row in found.items()}
    identities = await store.read(fetch(Identity))
    conversations = await store.read(fetch(Conversation))
    tickets = await store.read(fetch(Ticket))
    return {
        "merged": {name[row.id]: name[row.merged_into] for row in found.values() if row.merged_into},
        "identities": {(row.kind, row.value): (name[row.contact_id], row.proof) for row in identities},
        "conversations": {row.peer: (name[row.contact_id], row.ticket_id) for row in conversations},
        "tickets": {row.subject: name[row.contact_id] for row in tickets},
        "messages": len(await store.read(fetch(Message))),
    }


async def refused(coroutine) -> str:
    with pytest.raises(Refused) as refusal:
        await coroutine
    return refusal.value.code


class CirclesSuite:
    @pytest.fixture
    async def three(self, store: Store) -> Store:
        """ann, ben and eve, each with a mail address, a conversation and a ticket: C-1, C-2 and C-3."""
        await put(store, Case("ann"), Case("ben"), Case("eve"))
        return store

    async def test_a_merge_moves_all_and_its_undoing_brings_all_back(self, three: Store):
        who, before = people(three), await picture(three)
        act = await who.merge("C-1", "C-2", "same voice", "agent:a")
        after = await picture(three)
        assert after["merged"] == {"ben": "ann"}
        assert {owner for owner, _ in after["identities"].values()} == {"ann", "eve"}
        assert after["tickets"] == {"Question of ann": "ann", "Question of ben": "ann", "Question of eve": "eve"}
        assert after["messages"] == before["messages"]
        assert (act.kind, act.reason, act.actor) == ("merge", "same voice", "agent:a")
        undone = await who.undo(act.id, "no, a brother", "agent:b")
        assert (undone.undone_by, undone.undone_reason) == ("agent:b", "no, a brother")
        assert await picture(three) == before
        assert await refused(who.undo(act.id, "again", "agent:b")) == "already_undone"

    async def test_the_tickets_of_a_merge_stay_two_and_tell_of_it(self, three: Store):
        act = await people(three).merge("C-1", "C-2", "same voice", "agent:a")
        rows = await three.read(select("SELECT kind, ticket_id, actor, data FROM events WHERE kind LIKE 'contact.%'"))
        assert {row[1] for row in rows} == {
            ticket.id for ticket in await three.read(fetch(Ticket)) if ticket.number < 1003
        }
        assert {(row[0], row[2]) for row in rows} == {("contact.merged", "agent:a")}
        assert all(act.id in row[3] and "same voice" not in row[3] for row in rows)

    async def test_chains_end_at_one_contact_and_cycles_are_refused(self, three: Store):
        who, before = people(three), await picture(three)
        first = await who.merge("C-2", "C-3", "1", "agent:a")
        second = await who.merge("C-1", "C-2", "2", "agent:a")
        assert (await picture(three))["merged"] == {"ben": "ann", "eve": "ann"}
        assert await refused(who.merge("C-3", "C-1", "a cycle", "agent:a")) == "contact_merged"
        assert await refused(who.merge("C-1", "C-3", "twice", "agent:a")) == "contact_merged"
        assert await refused(who.merge("C-1", "C-1", "itself", "agent:a")) == "same_contact"
        assert await refused(who.undo(first.id, "the older first", "agent:a")) == "undo_order"
        await who.undo(second.id, "the newer first", "agent:a")
        assert (await picture(three))["merged"] == {"eve": "ben"}
        await who.undo(first.id, "then the older", "agent:a")
        assert await picture(three) == before

    async def test_what_was_said_since_a_merge_goes_with_its_address(self, three: Store):
        who = people(three)
        act = await who.merge("C-1", "C-2", "same voice", "agent:a")
        (ann,) = [row for row in await three.read(fetch(Contact)) if row.name == "ann"]
        later = Case("later")
        mine = {"contact_id": ann.id}
        where = msgspec.structs.replace(later.conversation, peer="ben@example.org", **mine)
        rows = [where, msgspec.structs.replace(later.ticket, **mine), msgspec.structs.replace(later.message, **mine)]
        await three.write(changes.apply(list(map(Add, rows)), now_ms=NOW))
        await who.undo(act.id, "no", "agent:a")
        assert (await picture(three))["tickets"]["Question of later"] == "ben"

    async def test_a_link_an_unlink_and_their_undoing(self, three: Store):
        who, before = people(three), await picture(three)
        linked = await who.link("C-1", ("Telegram", " 77 "), "said so on the phone", "agent:a")
        assert (await picture(three))["identities"]["telegram", "77"] == ("ann", "agent")
        assert await refused(who.link("C-1", ("telegram", "77"), "again", "agent:a")) == "already_linked"
        assert await refused(who.link("C-2", ("telegram", "77"), "mine", "agent:a")) == "identity_taken"
        assert await refused(who.unlink("C-2", ("telegram", "77"), "not mine", "agent:a")) == "no_such_identity"
        unlinked = await who.unlink("C-1", ("email", "ANN@example.org"), "a shared mailbox", "agent:a")
        assert set((await picture(three))["identities"]) == {
            *(("email", f"{name}@example.org") for name in ("ben", "eve")),
            ("telegram", "77"),
        }
        assert await refused(who.undo(linked.id, "out of order", "agent:a")) == "undo_order"
        await who.undo(unlinked.id, "it is hers", "agent:a")
        await who.undo(linked.id, "it is not", "agent:a")
        assert await picture(three) == before

    async def test_an_address_that_is_somebodys_again_is_not_taken_back(self, three: Store):
        who = people(three)
        act = await who.unlink("C-1", ("email", "ann@example.org"), "shared", "agent:a")
        await who.link("C-3", ("email", "ann@example.org"), "it is hers", "agent:a")
        assert await refused(who.undo(act.id, "sorry", "agent:a")) == "identity_taken"

    async def test_a_split_takes_what_was_said_from_the_address_alone(self, three: Store):
        who = people(three)
        await who.merge("C-1", "C-2", "same voice", "agent:a")
        merged = await picture(three)
        act = await who.split("C-1", [("email", "ben@example.org")], "two people at one desk", "agent:a")
        after = await picture(three)
        assert after["identities"]["email", "ben@example.org"] == ("C-4", "mail")
        assert (after["tickets"]["Question of ben"], after["tickets"]["Question of ann"]) == ("C-4", "ann")
        assert after["conversations"]["ben@example.org"][0] == "C-4"
        await who.undo(act.id, "one after all", "agent:a")
        back = await picture(three)
        assert back["merged"].pop("C-4") == "ann"
        assert back == merged
        assert await refused(who.split("C-1", [], "nothing", "agent:a")) == "no_such_identity"

    async def test_a_ticket_that_both_spoke_in_stays_and_is_no_longer_pointed_to(self, three: Store):
        who = people(three)
        await who.merge("C-1", "C-2", "same voice", "agent:a")
        rows = {row.peer: row for row in await three.read(fetch(Conversation))}
        shared = rows["ann@example.org"].ticket_id
        ben = msgspec.structs.replace(
            rows["ben@example.org"], ticket_id=shared, version=rows["ben@example.org"].version + 1
        )
        said = msgspec.structs.replace(
            Case("later").message, ticket_id=shared, conversation_id=ben.id, contact_id=ben.contact_id
        )
        await three.write(changes.apply([Save(ben), Add(said)], now_ms=NOW))
        act = await who.split("C-1", [("email", "ben@example.org")], "two people", "agent:a")
        after = await picture(three)
        assert after["conversations"]["ben@example.org"] == ("C-4", None)
        assert after["tickets"] == {"Question of ann": "ann", "Question of ben": "C-4", "Question of eve": "eve"}
        await who.undo(act.id, "one after all", "agent:a")
        assert (await picture(three))["conversations"]["ben@example.org"] == ("ann", shared)

    async def test_a_contact_keeps_one_address(self, three: Store):
        assert (
            await refused(people(three).split("C-1", [("email", "ann@example.org")], "all", "agent:a"))
            == "nothing_left"
        )

    async def test_who_is_kept_apart_is_never_merged_whatever_is_merged_before(self, three: Store):
        who = people(three)
        act = await who.keep_apart("C-3", "C-1", "twins", "agent:a")
        assert await refused(who.keep_apart("C-1", "C-3", "twins", "agent:a")) == "already_apart"
        assert await refused(who.merge("C-1", "C-3", "same", "agent:a")) == "never_merge"
        await who.merge("C-2", "C-3", "same", "agent:a")
        assert await refused(who.merge("C-1", "C-2", "same", "agent:a")) == "never_merge"
        assert await refused(who.preview("C-1", "C-2")) == "never_merge"
        await who.undo(act.id, "one person", "agent:a")
        await who.merge("C-1", "C-2", "same", "agent:a")

    async def test_a_preview_says_what_would_move_and_moves_nothing(self, three: Store):
        who, before = people(three), await picture(three)
        seen = await who.preview("C-1", "C-2")
        assert [row.value for row in seen.identities] == ["ben@example.org"]
        assert (seen.conversations, [ticket.subject for ticket in seen.tickets]) == (1, ["Question of ben"])
        assert await picture(three) == before

    async def test_a_reason_is_asked_for_and_what_must_not_rest_is_masked(self, three: Store):
        who = people(three)
        assert await refused(who.merge("C-1", "C-2", "  ", "agent:a")) == "reason_needed"
        assert await refused(who.merge("C-1", "C-2", "x" * 501, "agent:a")) == "reason_too_long"
        act = await who.merge("C-1", "C-2", "both pay with 4111 1111 1111 1111", "agent:a")
        assert act.reason == "both pay with [CARD]"
        assert await refused(who.merge("C-9", "C-2", "x", "agent:a")) == "no_such_contact"
        assert await refused(who.link("C-1", ("e mail", "x"), "x", "agent:a")) == "bad_identity"

    async def test_of_two_who_merge_crosswise_one_is_refused(self, three: Store, other: Store):
        tries = await asyncio.gather(
            people(three).merge("C-1", "C-2", "same", "agent:a"),
            people(other).merge("C-2", "C-1", "same", "agent:b"),
            return_exceptions=True,
        )
        (lost,) = [each for each in tries if isinstance(each, Exception)]
        assert isinstance(lost, Refused)
        assert lost.code == "contact_merged"
        assert len((await picture(three))["merged"]) == 1

    async def test_merges_in_a_ring_at_once_leave_one_contact(self, three: Store, other: Store):
        ring = [("C-1", "C-2"), ("C-2", "C-3"), ("C-3", "C-1")]
        await asyncio.gather(
            *(people(each).merge(*pair, "same", "agent:a") for pair in ring for each in (three, other)),
            return_exceptions=True,
        )
        found = {row.id: row for row in await three.read(fetch(Contact))}
        living = [row for row in found.values() if row.merged_into is None]
        assert len(living) == 1
        assert {row.merged_into for row in found.values()} == {None, living[0].id}
        assert {owner for owner, _ in (await picture(three))["identities"].values()} == {living[0].name}

    async def test_what_was_decided_about_somebody_who_was_merged_meanwhile_is_decided_again(self, three: Store):
        (ben,) = [row for row in await three.read(fetch(Contact)) if row.name == "ben"]
        late = Case("late")
        rows = [
            msgspec.structs.replace(row, contact_id=ben.id) for row in (late.conversation, late.ticket, late.message)
        ]
        await people(three).merge("C-1", "C-2", "same", "agent:a")
        with pytest.raises(Conflict):
            await three.write(changes.apply([Check(ben), *map(Add, rows)], now_ms=NOW))
        assert "Question of late" not in (await picture(three))["tickets"]

    async def test_hints_say_why_and_the_strongest_comes_first(self, three: Store):
        found = {row.name: row for row in await three.read(fetch(Contact))}
        await three.write(
            changes.apply(
                [
                    Add(claim(found["ann"], "name", "ann lee")),
                    Add(claim(found["ben"], "name", "ann lee")),
                    Add(claim(found["ben"], "handle", "annlee")),
                    Add(claim(found["ann"], "handle", "annlee")),
                    Add(claim(found["eve"], "email", "ann@example.org")),
                    Add(claim(found["eve"], "email", "ann@example.org")),
                ],
                now_ms=NOW,
            )
        )
        who = people(three)
        ann, ben = (await who.show("C-1"))[1], (await who.show("C-2"))[1]
        assert [(hint.contact.name, hint.reasons) for hint in ann] == [
            ("eve", (("address", "email", "ann@example.org"),)),
            ("ben", (("handle", "handle", "annlee"), ("name", "name", "ann lee"))),
        ]
        assert [(hint.contact.name, hint.reasons[0][0]) for hint in ben] == [("ann", "handle")]
        assert [hint.contact.name for hint in (await who.show("C-3"))[1]] == ["ann"]
        await who.keep_apart("C-1", "C-2", "sisters", "agent:a")
        assert [hint.contact.name for hint in (await who.show("C-1"))[1]] == ["eve"]
        assert (await who.show("C-2"))[1] == []
        await who.merge("C-1", "C-3", "same", "agent:a")
        assert (await who.show("C-1"))[1] == []

    async def test_a_contradiction_is_the_strongest_hint_until_an_agent_decides(self, three: Store):
        found = {row.name: row for row in await three.read(fetch(Contact))}
        row = claim(found["ann"], "email", "ben@example.org", proven=True)
        await three.write(changes.apply([Add(row)], now_ms=NOW))
        who = people(three)
        for name, other in (("C-1", "ben"), ("C-2", "ann")):
            hints = (await who.show(name))[1]
            assert [(hint.contact.name, hint.reasons) for hint in hints] == [
                (other, (("conflict", "email", "ben@example.org"),))
            ]
        await who.unlink("C-2", ("email", "ben@example.org"), "it was hers", "agent:a")
        await who.link("C-1", ("email", "ben@example.org"), "it is Ann's", "agent:a")
        assert (await who.show("C-1"))[1] == (await who.show("C-2"))[1] == []

    async def test_a_name_that_thousands_have_is_a_bounded_hint(self, three: Store):
        many = [Contact(id=uid(), name="Li Wei", created_at_ms=NOW) for _ in range(200)]
        rows = [*map(Add, many), *(Add(claim(each, "name", "li wei")) for each in many)]
        await three.write(changes.apply(rows, now_ms=NOW))
        assert len((await people(three).show("C-9"))[1]) == 10

    async def test_a_dossier_tells_who_what_and_why(self, three: Store):
        who = people(three)
        act = await who.merge("C-1", "C-2", "same voice", "agent:a")
        found, _ = await who.show("C-1")
        assert ([row.name for row in found.absorbed], found.tickets, found.open_tickets) == (["ben"], 2, 2)
        assert [each.id for each in found.acts] == [act.id]
        gone, hints = await who.show("c-2")
        assert (gone.merged_into.name, hints) == ("ann", [])
        assert [row.name for row in await who.find("BEN@example.org ")] == ["ann"]
        assert [row.name for row in await who.find("eve@example.org")] == ["eve"]
        assert [row.name for row in await who.find("C-3")] == ["eve"]

    async def test_an_imported_row_speaks_of_whom_it_was_merged_into(self, store: Store):
        mail = {key: ("email", f"{key}@x.org") for key in ("u1", "u2", "u3")}
        rows = [ContactIn(key=key, linked=True, name=key, identities=(one,)) for key, one in mail.items()]
        await store.write(contacts.load(rows, ids=Ids(), now_ms=NOW))
        who = people(store)
        await who.merge("u1", "u2", "same", "agent:a")
        await who.keep_apart("u1", "u3", "two", "agent:a")
        before = await picture(store)
        again = await store.write(contacts.load(rows, ids=Ids(), now_ms=NOW))
        assert again == contacts.Imported(created=0, updated=0, errors=[])
        assert await picture(store) == before
        more = ContactIn(key="u2", linked=True, identities=(mail["u2"], ("telegram", "7")))
        assert (await store.write(contacts.load([more], ids=Ids(), now_ms=NOW))).errors == []
        assert (await picture(store))["identities"]["telegram", "7"] == ("u1", "import")
        assert [row.key for row, _ in await store.read(contacts.dump())] == ["u1", "u3"]

    async def test_no_two_are_called_the_same(self, store: Store):
        keyed = [ContactIn(key=f"C-{n}", identities=(("email", f"{n}@x.org"),)) for n in (2, 3, 4, 6)]
        await store.write(contacts.load(keyed, ids=Ids(), now_ms=NOW))
        found = [Contact(id=uid(), created_at_ms=NOW) for _ in range(3)]
        done = await store.write(changes.apply(list(map(Add, found)), now_ms=NOW))
        assert sorted(done.contacts.values()) == [5, 7, 8]

    async def test_a_key_that_is_what_somebody_else_is_called_is_refused(self, three: Store):
        before = await picture(three)
        rows = [
            b'{"contact": "C-2", "emails": ["dan@example.org"]}',
            b'{"contact": "C-3"}',
            b'{"contact": "C-2", "linked": true, "emails": ["ann@example.org", "ben@example.org"]}',
        ]
        for row in rows[:2]:
            done = await import_contacts([row], people=people(three), store=three, clock=SystemClock(), ids=Ids())
            assert "is what somebody else is called here; give the row another key" in done.problems[0]
        assert await picture(three) == before
        done = await import_contacts(rows[2:], people=people(three), store=three, clock=SystemClock(), ids=Ids())
        assert (done.taken, done.problems) == (1, ())

    async def test_an_import_does_not_join_whom_agents_keep_apart(self, three: Store):
        await people(three).keep_apart("C-1", "C-2", "two people", "agent:a")
        before = await picture(three)
        row = b'{"contact": "u1", "linked": true, "emails": ["ann@example.org", "ben@example.org"]}'
        done = await import_contacts([row], people=people(three), store=three, clock=SystemClock(), ids=Ids())
        assert done.problems == ("line 1: C-1 and C-2 are two people, an agent said; undo that first",)
        assert await picture(three) == before

    async def test_a_contact_too_large_to_move_is_refused_by_name(self, three: Store, monkeypatch):
        monkeypatch.setattr(dossier, "CIRCLE_MAX", 0)
        assert await refused(people(three).merge("C-1", "C-2", "same", "agent:a")) == "too_large"


class Ids:
    def new(self) -> str:
        return uid()


def claim(contact: Contact, kind: str, value: str, *, proven: bool = False) -> Claim:
    return Claim(id=uid(), contact_id=contact.id, kind=kind, value=value, proven=proven, created_at_ms=NOW)
