"""Whatever agents do about who is who, in whatever order: no identity is two people's, and no message is lost."""

import asyncio
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router import discovery
from router.blobs.folder import FolderBlobs
from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.flow.people import People
from router.flow.rehearsal import Rehearsal
from router.flow.rulebook import Rulebook
from router.model.errors import Refused
from router.model.people import NeverMerge, PeopleAct
from router.model.tables import Contact, Conversation, Identity, Message, Participant, Ticket
from router.store import migrate
from router.store.script import fetch
from router.store.sqlite import SqliteStore
from tests.servers.service import RULES

ADDRESSES = [("email", "a@x.org"), ("email", "b@x.org"), ("telegram", "7"), ("telegram", "8"), ("user_id", "u1")]
NAMES = st.sampled_from(["C-1", "C-2", "C-3", "C-4"])
WRITERS = [address for address in ADDRESSES if address[0] != "user_id"]
SAY = st.tuples(st.just("say"), st.sampled_from(WRITERS), st.booleans())
ACT = st.one_of(
    st.tuples(st.just("link"), NAMES, st.sampled_from(ADDRESSES)),
    st.tuples(st.just("unlink"), NAMES, st.sampled_from(ADDRESSES)),
    st.tuples(st.just("merge"), NAMES, NAMES),
    st.tuples(st.just("merge"), NAMES, NAMES),
    st.tuples(st.just("split"), NAMES, st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3)),
    st.tuples(st.just("keep_apart"), NAMES, NAMES),
)
UNDO = st.tuples(st.just("undo"), st.integers(0, 9))
IMPORT = st.tuples(
    st.just("import"),
    st.sampled_from(["k1", "k2"]),
    st.lists(st.sampled_from(["a@x.org", "b@x.org"]), max_size=2, unique=True),
    st.sampled_from([None, "7", "8"]),
)
PART = st.tuples(st.just("part"), st.integers(0, 3), st.integers(0, 3))
TOGETHER = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(WRITERS), st.just(False)),
    st.tuples(st.just("merge"), NAMES, NAMES),
    PART,
    st.tuples(st.just("keep_apart"), NAMES, NAMES),
    IMPORT,
)
"""What moves addresses only together with all that was said from them."""
_FEW = settings(max_examples=max(10, settings.default.max_examples // 3), suppress_health_check=[HealthCheck.too_slow])


class Desk:
    """A store on which messages are decided by the production path, and agents who act."""

    def __init__(self, store: SqliteStore, folder: Path) -> None:
        self.store = store
        rulebook = Rulebook.of({"rules.yaml": RULES.encode()})
        self._path = Rehearsal(
            store=store, blobs=FolderBlobs(folder, sync=False), bus=LocalBus(), rulebook=rulebook,
            manifest=discovery.manifest_of("api"),
        )  # fmt: skip
        clock = VirtualClock(1_793_000_000_000)
        self._people = People(store=store, bus=LocalBus(), clock=clock, ids=TimedIds(clock, seed=7))
        self.said = 0
        self.acts: list[PeopleAct] = []
        self.refused: list[str] = []

    async def do(self, step) -> None:
        what, *given_ = step
        if what == "say":
            return await self._say(*given_)
        if what == "import":
            return await self._import(*given_)
        if what == "part":
            what, given_ = "split", await self._part(*given_)
            if not given_:
                return None
        try:
            if what == "undo":
                if self.acts:
                    await self._people.undo(self.acts[given_[0] % len(self.acts)].id, "no", "agent:a")
            else:
                self.acts.append(await getattr(self._people, what)(*given_, "why", "agent:a"))
        except Refused as refused:
            self.refused.append(refused.code)
        return None

    async def _say(self, address, is_user: bool) -> None:
        kind, value = address
        self.said += 1
        sender = {"id": value} | ({"user_id": "u1", "verified": True} if is_user else {})
        message = {"channel": kind, "message_id": f"m{self.said}", "visibility": "private", "sender": sender}
        line = json.dumps(message | {"sent_at": "2026-11-02T08:00:03Z", "text": f"hello {self.said}"}).encode()
        assert [answer async for answer in self._path.decide([line])]

    async def _part(self, whose: int, which: int):
        """One address of a contact that has several."""
        owned: dict = {}
        for row in sorted((await self.rows(Identity)).values(), key=lambda row: row.id):
            owned.setdefault(row.contact_id, []).append((row.kind, row.value))
        several = sorted((key, found) for key, found in owned.items() if len(found) > 1)
        if not several:
            return None
        contact, found = several[whose % len(several)]
        return contact, [found[which % len(found)]]

    async def _import(self, key, emails, telegram) -> None:
        """A row of a list; what it merges can be undone like what an agent did."""
        row = {"contact": key, "emails": emails, "telegram": telegram, "linked": True}
        known = await self.rows(PeopleAct)
        await self._path.import_contacts([json.dumps(row).encode()])
        self.acts += [act for each, act in sorted((await self.rows(PeopleAct)).items()) if each not in known]

    async def check_together(self) -> None:
        """Whoever has an address has all that was said from it, and the tickets in which nobody else spoke."""
        owner = {(row.kind, row.value): row.contact_id for row in (await self.rows(Identity)).values()}
        conversations, tickets = await self.rows(Conversation), await self.rows(Ticket)
        spoke = {key: set() for key in tickets}
        for row in (await self.rows(Message)).values():
            spoke[row.ticket_id].add(conversations[row.conversation_id].contact_id)
        for row in conversations.values():
            assert row.contact_id == owner[row.channel, row.peer]
        for key, row in tickets.items():
            assert row.contact_id in spoke[key] or not spoke[key]

    async def rows(self, kind):
        return {row.id: row for row in await self.store.read(fetch(kind))}

    async def check(self) -> None:
        assert "busy" not in self.refused, "nobody else is here"
        contacts, tickets = await self.rows(Contact), await self.rows(Ticket)
        conversations, messages = await self.rows(Conversation), await self.rows(Message)
        living = {key for key, row in contacts.items() if row.merged_into is None}
        assert {row.merged_into for row in contacts.values()} - {None} <= living
        identities = list((await self.rows(Identity)).values())
        assert len({(row.kind, row.value) for row in identities}) == len(identities)
        for row in (*identities, *conversations.values(), *tickets.values()):
            assert row.contact_id in living
        inbound = [row for row in messages.values() if row.kind == "inbound"]
        assert sorted(row.external_id for row in inbound) == sorted(f"m{n + 1}" for n in range(self.said))
        assert all(row.ticket_id in tickets and row.conversation_id in conversations for row in inbound)
        root = {key: row.merged_into or key for key, row in contacts.items()}
        for pair in (await self.rows(NeverMerge)).values():
            assert root[pair.first_id] != root[pair.second_id]
        taking_part = {(row.ticket_id, row.kind, row.value) for row in (await self.rows(Participant)).values()}
        for row in conversations.values():
            if row.ticket_id is not None and tickets[row.ticket_id].contact_id != row.contact_id:
                assert (row.ticket_id, row.channel, row.peer) in taking_part

    async def picture(self):
        """Who has what: of contacts split off only that they are there."""
        contacts = await self.rows(Contact)
        return (
            {(row.kind, row.value): (row.contact_id, row.proof) for row in (await self.rows(Identity)).values()},
            {key: (row.contact_id, row.ticket_id) for key, row in (await self.rows(Conversation)).items()},
            {key: row.contact_id for key, row in (await self.rows(Ticket)).items()},
            {key for key, row in contacts.items() if row.merged_into is None},
            await self.rows(NeverMerge),
        )


async def at_a_desk(work) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "people.db", synchronous="OFF")
        try:
            await store.write(migrate.migrate("sqlite", now_ms=0))
            await work(Desk(store, Path(folder)))
        finally:
            await store.close()


@_FEW
@given(st.lists(st.one_of(SAY, SAY, ACT, ACT, UNDO), max_size=16))
def test_no_identity_is_two_peoples_and_no_message_is_lost(steps):
    async def work(desk: Desk) -> None:
        for step in steps:
            await desk.do(step)
            await desk.check()

    asyncio.run(at_a_desk(work))


@_FEW
@given(st.lists(st.one_of(TOGETHER, TOGETHER, UNDO), max_size=16))
def test_what_was_said_goes_where_its_address_goes(steps):
    async def work(desk: Desk) -> None:
        for step in steps:
            await desk.do(step)
            await desk.check()
            await desk.check_together()

    asyncio.run(at_a_desk(work))


@_FEW
@given(st.lists(st.one_of(SAY, SAY, ACT, UNDO, TOGETHER), max_size=12), st.one_of(ACT, PART))
def test_an_act_that_is_taken_back_at_once_changed_nothing_whatever_came_before(steps, act):
    async def work(desk: Desk) -> None:
        for step in steps:
            await desk.do(step)
        before, count = await desk.picture(), len(desk.acts)
        await desk.do(act)
        if len(desk.acts) > count:
            await desk._people.undo(desk.acts[-1].id, "no", "agent:a")
        assert await desk.picture() == before

    asyncio.run(at_a_desk(work))


@_FEW
@given(st.lists(SAY, min_size=2, max_size=8), st.lists(ACT, max_size=8))
def test_all_undone_from_the_newest_on_is_as_it_was(messages, acts):
    async def work(desk: Desk) -> None:
        for step in messages:
            await desk.do(step)
        before = await desk.picture()
        for step in acts:
            await desk.do(step)
        for act in reversed(desk.acts):
            await desk._people.undo(act.id, "no", "agent:a")
        await desk.check()
        assert await desk.picture() == before

    asyncio.run(at_a_desk(work))
