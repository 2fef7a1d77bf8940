"""Replies that cannot be made ready: nothing of them has left, and that is not forgotten."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.connector import AuthFailed, Outbound, Rejected, SendOutcome
from router.flow import deliver
from router.flow.channels import Channel, Channels
from router.flow.deliver import DeliveryWorker
from router.flow.links import LinkWriter, Reached
from router.flow.media import NewFile
from router.flow.regrouping import Regroupings
from router.flow.rulebook import Rulebook
from router.flow.switches import Switches
from router.keys import Keyring
from router.model.changes import LINK_PLACEHOLDER, Add, Save
from router.model.errors import Conflict, StoreUnavailable
from router.model.ids import AttachmentId, BlobHash
from router.model.limits import SEND_LEASE_MS
from router.model.message import StoredAttachment
from router.model.tables import Event, Message
from router.store import changes, media, outbox
from router.store.script import Store, fetch_one
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW, Case, agent, put
from tests.servers.media import media_in
from tests.simulation.lives import Kind, Provider

TELEGRAM = [("telegram", "default")]
FILE = b"how to get it back"


class Leaving:
    """A store that goes away after the next write if told so, for longer than any lease."""

    def __init__(self, inner: Store, clock: VirtualClock) -> None:
        self._inner, self._clock = inner, clock
        self.leaves, self.is_away = False, False
        self.collides_at = 0
        """The write that another transaction wins, counted from now; none when it is 0."""

    async def read(self, script):
        if self.is_away:
            raise StoreUnavailable("the database is away")
        return await self._inner.read(script)

    async def write(self, script):
        if self.is_away:
            self._clock.advance_to(self._clock.now_ms() + SEND_LEASE_MS)
            raise StoreUnavailable("the database is away")
        self.collides_at -= 1
        if self.collides_at == 0:
            raise Conflict("deadlock detected")
        result = await self._inner.write(script)
        self.is_away = self.leaves
        return result


class House:
    """A delivery worker, and a provider that cannot say what it has."""

    def __init__(self, folder: Path, store: Store, kind: Kind = "plain") -> None:
        self.folder, self.clock, self.provider = folder, VirtualClock(NOW), Provider(kind, [])
        self.store, self.plain = Leaving(store, self.clock), store
        manifest = self.provider.manifest()
        channel = Channel(
            account="default", manifest=manifest, capabilities=manifest.capabilities, connector=self.provider
        )
        keys, ids = Keyring({"k": bytes(32)}, "k", bytes(32)), TimedIds(self.clock, seed=1)
        self.media = media_in(folder, store=store, keys=keys, clock=self.clock, ids=ids)
        self.worker = DeliveryWorker(
            store=self.store,
            bus=LocalBus(),
            channels=Channels([channel]),
            media=self.media,
            keys=keys,
            links=LinkWriter(store=self.store, keys=keys, page=None, public_url="https://help.example.org"),
            reached=Reached(store, self.clock, ids),
            switches=Switches(store=store, clock=self.clock, log=SilentLog()),
            clock=self.clock,
            jitter=lambda: 0.5,
            metrics=Metrics(),
            log=SilentLog(),
        )

    async def owes(self, text: str = "Here it is.", *, with_file: bool = False) -> Case:
        """A reply that waits to leave."""
        case = Case("Ann", channel="telegram")
        files = ()
        if with_file:
            content = BlobHash(hashlib.sha256(FILE).hexdigest())
            kept = await self.media.keep([NewFile(hash=content, data=FILE)])
            await self.plain.write(media.refer(kept.files, kept.known))
            file = StoredAttachment(
                id=AttachmentId("f"), name="a.txt", content_type="text/plain", size=len(FILE), blob=content
            )
            files = (file,)
        case.reply = msgspec.structs.replace(case.reply, text=text, attachments=files)
        await put(self.plain, case)
        return case

    def lose_files(self) -> None:
        (self.folder / "media").rename(self.folder / "media.away")
        (self.folder / "media").write_text("in the way")

    def find_files(self) -> None:
        (self.folder / "media").unlink()
        (self.folder / "media.away").rename(self.folder / "media")

    async def state(self, case: Case) -> tuple[str, int]:
        entry = await self.plain.read(outbox.get(case.outbox.id))
        assert entry is not None
        return entry.state, entry.attempts

    def later(self, ms: int = SEND_LEASE_MS) -> None:
        self.clock.advance_to(self.clock.now_ms() + ms)

    async def other_claims(self) -> None:
        """Another process takes what it finds, and dies."""
        claim = outbox.claim(TELEGRAM, now_ms=self.clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=9)
        assert len(await self.plain.write(claim)) == 1
        self.later()


class SilentBlobs:
    """A place for files that takes a question and never answers it."""

    async def get(self, content: BlobHash, start: int, end: int) -> AsyncGenerator[bytes]:
        await asyncio.Event().wait()
        yield b""


class DeliverSuite:
    @pytest.mark.parametrize("is_lost", [False, True])
    async def test_what_cannot_be_made_ready_in_time_makes_room(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_lost: bool
    ):
        house = House(tmp_path, store)
        case = await house.owes(with_file=True)
        if is_lost:
            await house.other_claims()
        monkeypatch.setattr(deliver, "READY_SECONDS_MAX", 0.05)
        monkeypatch.setattr(house.media, "_blobs", SilentBlobs())
        async with asyncio.timeout(30):
            assert await house.worker.run_once() == 1
        assert await house.state(case) == ("sending" if is_lost else "queued", 1)
        assert house.provider.seen == []

    @pytest.mark.parametrize(("kind", "state"), [("plain", "held"), ("idempotent", "held"), ("looked up", "sent")])
    async def test_what_waited_in_a_backup_is_looked_up_or_held_once_it_is_doubted(
        self, store: Store, tmp_path: Path, kind: Kind, state: str
    ):
        house = House(tmp_path, store, kind)
        case = await house.owes()
        await house.worker.run_once()  # after the backup, in the life that was lost
        before = msgspec.structs.replace(
            case.outbox, version=(await store.read(outbox.get(case.outbox.id))).version + 1
        )
        await store.write(changes.apply([Save(before)], now_ms=NOW))
        assert await store.write(outbox.doubt()) == 1
        await house.worker.run_once()
        assert await house.state(case) == (state, 1)
        assert len(house.provider.seen) == 1

    def test_an_attempt_that_takes_all_of_its_time_ends_within_its_lease(self):
        most_s = deliver.READY_SECONDS_MAX + deliver.SEND_SECONDS_MAX + deliver.LOOK_UP_SECONDS_MAX
        assert most_s * 1000 < SEND_LEASE_MS

    async def test_a_file_that_cannot_be_read_now_is_tried_again(self, store: Store, tmp_path: Path):
        house = House(tmp_path, store)
        case = await house.owes(with_file=True)
        house.lose_files()
        assert await house.worker.run_once() == 1
        assert await house.state(case) == ("queued", 1)
        entry = await store.read(outbox.get(case.outbox.id))
        assert entry is not None
        assert "the folder of files" in (entry.error or "")
        house.find_files()
        house.later(2_000)
        await house.worker.run_once()
        assert await house.state(case) == ("sent", 2)
        assert [file.data for sent in house.provider.seen for file in sent.attachments] == [FILE]

    @pytest.mark.parametrize("outcome", [Rejected, AuthFailed])
    async def test_a_server_whose_words_no_database_takes_has_said_them(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: type
    ):
        house = House(tmp_path, store)
        case = await house.owes()

        async def send(outbound: Outbound) -> SendOutcome:
            return outcome(reason="550 \udcb2\0")

        monkeypatch.setattr(house.provider, "send", send)
        await house.worker.run_once()
        entry = await store.read(outbox.get(case.outbox.id))
        assert entry is not None
        assert (entry.state, entry.error) == ("dead" if outcome is Rejected else "queued", "550 \ufffd\ufffd")

    async def test_what_may_have_arrived_before_is_not_sent_unseen_after_a_file_was_away(
        self, store: Store, tmp_path: Path
    ):
        house = House(tmp_path, store)
        case = await house.owes(with_file=True)
        await house.other_claims()
        house.lose_files()
        await house.worker.run_once()
        assert await house.state(case) == ("sending", 1)
        house.find_files()
        house.later()
        await house.worker.run_once()
        assert await house.state(case) == ("held", 1)
        assert house.provider.seen == []

    async def test_a_store_that_goes_away_for_long_before_the_call_leaves_no_doubt(self, store: Store, tmp_path: Path):
        house = House(tmp_path, store)
        case = await house.owes(f"Write to us: {LINK_PLACEHOLDER}")
        house.store.leaves = True
        await house.worker.run_once()
        assert await house.state(case) == ("sending", 1)
        house.store.leaves = house.store.is_away = False
        await house.worker.run_once()
        assert await house.state(case) == ("sent", 1)
        assert len(house.provider.seen) == 1

    async def test_unless_another_process_had_it_since(self, store: Store, tmp_path: Path):
        house = House(tmp_path, store)
        case = await house.owes(f"Write to us: {LINK_PLACEHOLDER}")
        house.store.leaves = True
        await house.worker.run_once()
        house.store.leaves = house.store.is_away = False
        await house.other_claims()
        await house.worker.run_once()
        assert await house.state(case) == ("held", 1)
        assert house.provider.seen == []

    async def test_what_may_have_arrived_is_not_queued_when_the_look_up_is_refused(self, store: Store, tmp_path: Path):
        house = House(tmp_path, store)
        case = await house.owes()
        await house.other_claims()
        house.provider.kind = "refused"
        assert await house.worker.run_once() == 1
        assert await house.state(case) == ("sending", 1)
        assert house.provider.seen == []

    async def test_a_receipt_that_crossed_with_another_transaction_is_written_all_the_same(
        self, store: Store, tmp_path: Path
    ):
        house = House(tmp_path, store)
        case = await house.owes()
        house.store.collides_at = 2  # the first write is the claim
        assert await house.worker.run_once() == 1
        assert await house.state(case) == ("sent", 1)

    async def test_a_ticket_that_is_merged_while_its_reply_leaves_leaves_no_doubt(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        house = House(tmp_path, store)
        case, other = await house.owes(), Case("other")
        theirs = [msgspec.structs.replace(row, contact_id=case.contact.id) for row in other.rows()[2:6]]
        await store.write(changes.apply([*map(Add, theirs), Add(agent("mei"))], now_ms=NOW))
        groups = Regroupings(
            store=store,
            bus=LocalBus(),
            rulebook=Rulebook.of({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"}),
            clock=house.clock,
            ids=TimedIds(house.clock, seed=2),
            metrics=Metrics(),
        )
        send = house.provider.send

        async def merged_meanwhile(outbound: Outbound) -> SendOutcome:
            sent = await send(outbound)
            await groups.merge(case.ticket.id, other.ticket.id, agent("mei"))
            return sent

        monkeypatch.setattr(house.provider, "send", merged_meanwhile)
        assert await house.worker.run_once() == 1
        assert await house.state(case) == ("sent", 1)
        said = await store.read(fetch_one(Message, "WHERE t.id = :id", id=case.reply.id))
        assert said is not None
        assert (said.ticket_id, said.external_id) == (other.ticket.id, f"p-{case.outbox.id}")
        told = await store.read(fetch_one(Event, "WHERE t.kind = 'delivery.state'"))
        assert told is not None
        assert told.ticket_id == other.ticket.id
