"""Agents, logins, tokens; contacts brought in with proven identities."""

import asyncio
import itertools
import json

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import VirtualClock
from router.flow.contacts import import_contacts
from router.flow.people import People
from router.model.changes import Add, Save
from router.model.errors import Conflict
from router.model.limits import EXT_BYTES_MAX
from router.model.people import PeopleAct
from router.model.tables import Identity, Ticket
from router.store import changes, contacts, people
from router.store.contacts import ContactIn, OnePerson
from router.store.script import Store, fetch
from tests.contract.store_suite.make import NOW, Case, agent, put, uid


class Ids:
    def new(self) -> str:
        return uid()


async def load(store: Store, *rows: ContactIn) -> contacts.Imported:
    return await store.write(contacts.load(rows, ids=Ids(), now_ms=NOW))


async def known(store: Store) -> dict[str, tuple[str, list[tuple[str, str, str]]]]:
    return {
        contact.key or f"C-{contact.number}": (contact.name, [(i.kind, i.value, i.proof) for i in identities])
        for contact, identities in await store.read(contacts.dump())
    }


class PeopleSuite:
    async def test_agents(self, store: Store):
        mia = agent("mia", queues=("general",), role="admin")
        await store.write(people.add_agent(mia))
        with pytest.raises(Conflict):
            await store.write(people.add_agent(agent("mia")))
        await store.write(people.add_agent(agent("ada")))
        assert await store.read(people.agent(mia.id)) == mia
        assert await store.read(people.agent_by_login("mia")) == mia
        assert [each.login for each in await store.read(people.agents())] == ["ada", "mia"]
        changed = await store.write(people.change_agent(mia.id, language="zh", password_hash="h"))
        assert (changed.language, changed.version) == ("zh", 2)
        assert await store.read(people.agent(mia.id)) == changed
        assert await store.write(people.change_agent(uid(), language="zh")) is None

    async def test_sessions_end(self, store: Store):
        mia = agent("mia")
        await store.write(people.add_agent(mia))
        for name in ("h1", "h2"):
            session = people.Session(token_hash=name, agent_id=mia.id, expires_at_ms=NOW + 10)
            assert await store.write(people.start_session(session, password_hash=None))
        assert await store.read(people.session_agent("h1", now_ms=NOW + 9)) == mia
        assert await store.read(people.session_agent("h1", now_ms=NOW + 10)) is None
        assert await store.read(people.session_agent("h3", now_ms=NOW)) is None
        await store.write(people.end_session("h1"))
        assert await store.read(people.session_agent("h1", now_ms=NOW)) is None
        assert await store.read(people.session_agent("h2", now_ms=NOW)) == mia
        assert await store.write(people.expire_logins(now_ms=NOW + 10)) == 1

    async def test_who_is_shut_out_has_no_session_link_or_password_left(self, store: Store):
        mia, lee = agent("mia"), agent("lee")
        for who in (mia, lee):
            await store.write(people.add_agent(msgspec.structs.replace(who, password_hash="p", status="online")))
            for at in "12":
                name = f"{who.login} {at}"
                session = people.Session(token_hash=name, agent_id=who.id, expires_at_ms=NOW + 10)
                assert await store.write(people.start_session(session, password_hash="p"))
            await store.write(
                people.add_login_token(people.LoginToken(token_hash=name, agent_id=who.id, expires_at_ms=NOW + 10))
            )
        assert await store.write(people.shut_out(mia.id)) == 2
        assert await store.read(people.session_agent("mia 1", now_ms=NOW)) is None
        assert await store.write(people.use_login_token("mia 2", now_ms=NOW)) is None
        found = await store.read(people.agent(mia.id))
        assert found is not None
        assert (found.password_hash, found.status) == (None, "away")
        # Their password was found right just before.
        late = people.Session(token_hash="mia 3", agent_id=mia.id, expires_at_ms=NOW + 10)
        assert not await store.write(people.start_session(late, password_hash="p"))
        assert await store.read(people.session_agent("mia 3", now_ms=NOW)) is None
        assert await store.write(people.shut_out(mia.id, password_hash="q")) == 0
        changed = await store.read(people.agent(mia.id))
        assert changed is not None
        assert changed.password_hash == "q"
        other = await store.read(people.session_agent("lee 1", now_ms=NOW))
        assert other is not None
        assert (other.password_hash, other.status) == ("p", "online")
        by_link = people.start_session_by_link("lee 2", token_hash="lee 3", now_ms=NOW, expires_at_ms=NOW + 10)
        assert await store.write(by_link)
        assert await store.read(people.session_agent("lee 3", now_ms=NOW)) == other
        by_link = people.start_session_by_link("lee 2", token_hash="lee 4", now_ms=NOW, expires_at_ms=NOW + 10)
        assert not await store.write(by_link)
        assert await store.read(people.session_agent("lee 4", now_ms=NOW)) is None

    async def test_a_login_link_works_once(self, store: Store, other: Store):
        mia = agent("mia")
        await store.write(people.add_agent(mia))
        for name, until_ms in (("h1", NOW + 10), ("h2", NOW)):
            await store.write(
                people.add_login_token(people.LoginToken(token_hash=name, agent_id=mia.id, expires_at_ms=until_ms))
            )
        tries = await asyncio.gather(
            *(each.write(people.use_login_token("h1", now_ms=NOW)) for each in (store, other, store, other))
        )
        assert sorted(tries, key=bool) == [None, None, None, mia]
        assert await store.write(people.use_login_token("h2", now_ms=NOW)) is None
        assert await store.write(people.use_login_token("h3", now_ms=NOW)) is None

    async def test_api_tokens(self, store: Store):
        token = people.ApiToken(token_hash="h", name="shop", kinds=("x", "form"), created_at_ms=NOW)
        await store.write(people.add_api_token(token))
        assert await store.read(people.api_token("h")) == token
        assert await store.read(people.api_tokens()) == [token]
        assert await store.write(people.revoke_api_token("shop")) is True
        assert await store.write(people.revoke_api_token("shop")) is False
        assert await store.read(people.api_token("h")) is None

    async def test_contacts_are_upserted_by_key(self, store: Store):
        row = ContactIn(
            key="u1",
            name="Ann",
            vip=True,
            linked=True,
            identities=(("email", "a@x"), ("telegram", "7"), ("email", "a@x")),
        )
        assert await load(store, row, ContactIn(key="u2")) == contacts.Imported(created=2, updated=0, errors=[])
        again = await load(store, ContactIn(key="u1", linked=True, identities=(("phone", "+4930"), ("email", "a@x"))))
        assert again == contacts.Imported(created=0, updated=1, errors=[])
        assert await known(store) == {
            "u1": ("Ann", [("email", "a@x", "import"), ("telegram", "7", "import"), ("phone", "+4930", "import")]),
            "u2": (None, []),
        }

    async def test_unknown_fields_are_merged_and_stay_through_what_the_house_changes(self, store: Store):
        async def ext() -> list[object]:
            return [contact.ext and json.loads(contact.ext) for contact, _ in await store.read(contacts.dump())]

        await load(store, ContactIn(key="u1"))
        assert await ext() == [None]
        await load(store, ContactIn(key="u1", ext='{"tier":"gold","since":2019,"old":null}'))
        await load(store, ContactIn(key="u1", ext='{"tier":"silver","名":{"a":[1,"é"]}}'))
        await load(store, ContactIn(key="u1", name="Ann"))
        whole = {"tier": "silver", "since": 2019, "old": None, "名": {"a": [1, "é"]}}
        assert await ext() == [whole]
        ((ann, _),) = await store.read(contacts.dump())
        answered = msgspec.structs.replace(ann, auto_replies=1, version=ann.version + 1)
        await store.write(changes.apply([Save(answered)], now_ms=NOW))
        assert await ext() == [whole]

    async def test_unknown_fields_are_bounded_however_many_rows_bring_them(self, store: Store):
        half = "é" * (EXT_BYTES_MAX // 4)
        await load(store, ContactIn(key="u1", ext=json.dumps({"a": half}, ensure_ascii=False)))
        more = ContactIn(key="u1", name="Ann", ext=json.dumps({"b": half}, ensure_ascii=False))
        done = await load(store, ContactIn(key="u2"), more)
        assert (done.created, done.updated) == (1, 0)
        assert done.errors == [(1, "with those of earlier rows the unknown fields take more than 65,536 bytes")]
        (u1, _), _ = await store.read(contacts.dump())
        assert (u1.key, u1.name, list(json.loads(u1.ext or "{}"))) == ("u1", None, ["a"])

    async def test_claims_prove_nothing_but_one_address_is_its_own(self, store: Store):
        several = ContactIn(key="u1", identities=(("email", "a@x"), ("telegram", "7")))
        single = ContactIn(key="u2", identities=(("email", "b@x"),))
        await load(store, several, single)
        assert await known(store) == {"u1": (None, []), "u2": (None, [("email", "b@x", "import")])}

    async def test_one_identity_on_two_rows_is_an_error(self, store: Store):
        mail = ("email", "a@x")
        done = await load(
            store,
            ContactIn(key="u1", linked=True, identities=(mail,)),
            ContactIn(key="u2", linked=True, identities=(mail, ("phone", "1"))),
            ContactIn(key="u1"),
        )
        assert done.created == 1
        assert [at for at, _ in done.errors] == [1, 2]
        assert done.errors[0][1] == "email 'a@x' already belongs to contact 'u1'; an identity belongs to one person"
        later = await load(store, ContactIn(key="u3", linked=True, identities=(("phone", "2"), mail)))
        assert (later.created, later.errors[0][0]) == (0, 0)
        assert set(await known(store)) == {"u1"}

    async def test_people_who_wrote_before_become_the_imported_contact(self, store: Store):
        ann, chat = Case("ann"), Case("visitor")
        await put(store, ann, chat)
        both = (("email", ann.address), ("email", chat.address), ("phone", "+1"))
        row = ContactIn(key="u1", name="Ann Lee", linked=True, identities=both)
        found = OnePerson(at=0, into=ann.contact.id, others=(chat.contact.id,))
        assert await load(store, row) == contacts.Imported(created=0, updated=0, errors=[], one_person=[found])
        clock = VirtualClock(NOW)
        said = {"contact": "u1", "name": "Ann Lee", "linked": True, "phone": "+1"}
        line = json.dumps(said | {"emails": [ann.address, chat.address]})
        who = People(store=store, bus=LocalBus(), clock=clock, ids=Ids())
        done = await import_contacts([line.encode()], people=who, store=store, clock=clock, ids=Ids())
        assert (done.taken, done.problems) == (1, ())
        assert await known(store) == {
            "u1": (
                "Ann Lee",
                [("email", ann.address, "mail"), ("email", chat.address, "mail"), ("phone", "1", "import")],
            )
        }
        # With the address went what was said from it; and it can be taken back.
        tickets = {row.subject: row.contact_id for row in await store.read(fetch(Ticket))}
        assert set(tickets.values()) == {ann.contact.id}
        (act,) = await store.read(fetch(PeopleAct))
        assert (act.kind, act.actor, act.reason) == ("merge", "system", "the import says that both are u1")
        await who.undo(act.id, "two after all", "agent:a")
        tickets = {row.subject: row.contact_id for row in await store.read(fetch(Ticket))}
        assert tickets["Question of visitor"] == chat.contact.id

    async def test_a_row_that_waits_for_a_merge_keeps_its_people_from_later_rows(self, store: Store):
        ann, chat = Case("ann"), Case("visitor")
        await put(store, ann, chat)
        phone = Identity(
            id=uid(), contact_id=chat.contact.id, kind="phone", value="+14155550100", proof="agent", created_at_ms=NOW
        )
        await store.write(changes.apply([Add(phone)], now_ms=NOW))
        rows = [
            {"contact": "u1", "linked": True, "emails": [ann.address, chat.address]},
            {"contact": "u2", "linked": True, "phone": "+14155550100"},
        ]
        who = People(store=store, bus=LocalBus(), clock=VirtualClock(NOW), ids=Ids())
        lines = [json.dumps(row).encode() for row in rows]
        done = await import_contacts(lines, people=who, store=store, clock=VirtualClock(NOW), ids=Ids())
        assert done.problems == (
            "line 2: phone '+14155550100' already belongs to contact 'u1'; an identity belongs to one person",
        )
        assert list(await known(store)) == ["u1"]

    async def test_numbers_go_on_and_exports_come_in_pages(self, store: Store):
        await load(store, *(ContactIn(key=f"k{n}") for n in range(5)))
        await store.write(changes.apply([Add(Case("Ann").contact)], now_ms=NOW))
        pages, after = [], ""
        while page := await store.read(contacts.dump(after=after, limit=2)):
            pages.append([contact.number for contact, _ in page])
            after = page[-1][0].id
        assert [len(page) for page in pages] == [2, 2, 2]
        assert sorted(itertools.chain(*pages)) == [1, 2, 3, 4, 5, 6]
