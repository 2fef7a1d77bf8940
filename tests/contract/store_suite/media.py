"""Files outside the database: who refers to them, and that none goes while somebody does."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from router.blobs import BlobsUnavailable
from router.blobs.folder import FolderBlobs
from router.clock import TimedIds, VirtualClock
from router.core.openings import open_file
from router.flow.media import GRACE_MS, LEFTOVER_MS, Media, NewFile
from router.keys import SEGMENT_BYTES, Keyring
from router.model.changes import Save
from router.model.errors import ConfigError, Conflict, MediaGone, StoreUnavailable
from router.model.message import InboundEvent, JournalEntry, Opening, Sender, StoredAttachment
from router.store import changes, events, inbox, journal, media
from router.store.rows import BlobRow, UploadRow
from router.store.script import Script, Store, insert, select
from tests.contract.store_suite.make import NOW, Case, entry, put, uid

KEYS = Keyring({"k1": b"1" * 32}, "k1", b"s" * 32)


def house(store: Store, tmp_path: Path, *, keys: Keyring = KEYS, now_ms: int = NOW) -> Media:
    clock = VirtualClock(now_ms)
    ids = TimedIds(clock, seed=next(_seeds))
    return Media(store=store, blobs=FolderBlobs(tmp_path / "media"), keys=keys, clock=clock, ids=ids)


_seeds = iter(range(1, 1_000_000))


def new(data: bytes) -> NewFile:
    return NewFile(hash=hashlib.sha256(data).hexdigest(), data=data)


def attached(data: bytes, name: str = "a.bin") -> StoredAttachment:
    content = hashlib.sha256(data).hexdigest()
    return StoredAttachment(id=uid(), name=name, content_type="x/y", size=len(data), blob=content)


async def refer(store: Store, media_: Media, *files: NewFile) -> None:
    """A journal row that refers to them, as the door writes it."""
    kept = await media_.keep(files)
    event = InboundEvent(
        kind="message", channel="email", account="default", message_id=uid(), visibility="private", sent_at_ms=NOW,
        sender=Sender(id="x@example.org"), text="x",
    )  # fmt: skip
    said = JournalEntry(
        event=event, attachments=tuple(attached(file.data) for file in files), rules_version="1", received_at_ms=NOW
    )
    row = entry(event.message_id, entry=msgspec.json.encode(said))
    await store.write(journal.append([row], files=kept.files, known=kept.known, now_ms=NOW))


async def contents(place: Path) -> list[bytes]:
    return [path.read_bytes() for path in place.rglob("*") if path.is_file() and not path.name.startswith("place-")]


class Told:
    """A store that keeps the statements of its transactions; `before` its n-th one somebody else may do something."""

    def __init__(self, store: Store) -> None:
        self._store, self.dialect = store, store.dialect
        self.written: list[str] = []
        self.read_: list[str] = []
        self.before: dict[int, Callable[[], Awaitable[None]]] = {}
        self._count = 0

    async def read(self, script: Script):
        await self._next()
        return await self._store.read(_told(script, self.read_))

    async def write(self, script: Script):
        await self._next()
        return await self._store.write(_told(script, self.written))

    async def _next(self) -> None:
        self._count += 1
        if self._count in self.before:
            await self.before[self._count]()


def _told(script: Script, sqls: list[str]) -> Script:
    answer = None
    try:
        while True:
            statement = script.send(answer)
            sqls.append(getattr(statement, "sql", ""))
            answer = yield statement
    except StopIteration as done:
        return done.value


class MediaSuite:
    @pytest.mark.parametrize("size", [0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * 1_048_576 + 7])
    async def test_what_was_kept_is_read_whole_and_in_any_part(self, store: Store, tmp_path: Path, size: int):
        data = bytes(i * 7 % 251 for i in range(1000)) * (size // 1000 + 1)
        file = new(data[:size])
        mine = house(store, tmp_path)
        await refer(store, mine, file)
        spans = [(0, size), (0, 1), (size // 2, size // 2 + 10), (max(0, size - 3), size), (65_530, 65_550), (5, 5)]
        for start, end in spans:
            pieces = await mine.open(file.hash, size, start, min(end, size))
            assert b"".join([piece async for piece in pieces]) == file.data[start : min(end, size)], (start, end)
        (rests,) = await contents(tmp_path / "media")
        assert size < 64 or file.data[:64] not in rests

    async def test_the_same_content_rests_once(self, store: Store, tmp_path: Path):
        mine = house(store, tmp_path)
        await refer(store, mine, new(b"same"), new(b"other"))
        await refer(store, mine, new(b"same"))
        assert len(await contents(tmp_path / "media")) == 2
        assert await store.read(select("SELECT COUNT(*) FROM media")) == [(2,)]

    async def test_what_was_altered_or_swapped_opens_as_nothing(self, store: Store, tmp_path: Path):
        mine, one, two = house(store, tmp_path), new(b"1" * 100_000), new(b"2" * 100_000)
        await refer(store, mine, one, two)
        places = {path.name: path for path in (tmp_path / "media").rglob("*") if path.is_file()}
        whole = places[one.hash].read_bytes()
        for wrong in (
            whole[:-1] + bytes([whole[-1] ^ 1]),
            whole[:20] + bytes([whole[20] ^ 1]) + whole[21:],
            places[two.hash].read_bytes(),
            whole[:16] + whole[16 + 65_552 :] + whole[16 : 16 + 65_552],
        ):
            places[one.hash].write_bytes(wrong)
            with pytest.raises(ConfigError, match="does not open"):
                await mine.read(attached(one.data))
        places[one.hash].write_bytes(whole)
        with pytest.raises(ConfigError, match=r"secrets\.seal_keys.*missing"):
            await house(store, tmp_path, keys=Keyring({"k2": b"2" * 32}, "k2", b"s" * 32)).read(attached(one.data))
        both = Keyring({"k1": b"1" * 32, "k2": b"2" * 32}, "k2", b"s" * 32)
        assert await house(store, tmp_path, keys=both).read(attached(one.data)) == one.data

    async def test_a_file_goes_once_nobody_refers_to_it(self, store: Store, tmp_path: Path):
        mine, one, two = house(store, tmp_path), new(b"of a message"), new(b"of the journal")
        case = Case("amy")
        await put(store, case)
        kept = await mine.keep([one])
        message = msgspec.structs.replace(case.message, attachments=(attached(one.data),), version=2)
        await store.write(media.refer(kept.files, kept.known))
        await store.write(changes.apply([Save(message)], now_ms=NOW))
        await refer(store, mine, two)
        later = house(store, tmp_path, now_ms=NOW + GRACE_MS + 1)
        assert await later.forget([one.hash, two.hash]) == []
        assert await later.read(attached(one.data)) == one.data

        gone = msgspec.structs.replace(message, attachments=(), state="deleted", version=3)
        await store.write(changes.apply([Save(gone)], now_ms=NOW))
        assert await mine.tidy() == 0, "it is younger than somebody's transaction may be"
        assert await later.tidy() == 1
        assert await later.read(attached(one.data)) is None
        assert await later.read(attached(two.data)) == two.data
        assert set(await store.read(media.find([one.hash, two.hash]))) == {two.hash}
        await refer(store, later, one)
        assert await later.read(attached(one.data)) == one.data

    async def test_of_two_who_open_a_file_at_once_one_is_the_first(self, store: Store, other: Store, tmp_path: Path):
        mine, one = house(store, tmp_path), new(b"a picture")
        case = Case("amy")
        file = attached(one.data)
        case.message = msgspec.structs.replace(case.message, attachments=(file,))
        kept = await mine.keep([one])
        await store.write(media.refer(kept.files, kept.known))
        await put(store, case)
        people = {"mia": store, "ben": other}
        outcomes = await asyncio.gather(
            *(
                database.write(changes.apply(open_file(case.message, file.id, name, now_ms=NOW), now_ms=NOW))
                for name, database in people.items()
            ),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Applied", "Conflict"]
        (first,) = [name for name, outcome in zip(people, outcomes, strict=True) if not isinstance(outcome, Conflict)]
        found = await store.read(inbox.message(None, case.message.id))
        assert found is not None
        assert found.attachments == (msgspec.structs.replace(file, opened=Opening(by=first, at_ms=NOW)),)
        told = [e for e in await store.read(events.of_ticket(case.ticket.id, limit=99)) if e.kind == "file.opened"]
        assert [(event.actor, event.message_id) for event in told] == [(f"agent:{first}", case.message.id)]
        assert await store.read(media.referred([one.hash])) == {one.hash}

    async def test_referring_and_removing_at_once_never_loses_a_file(self, store: Store, other: Store, tmp_path: Path):
        first, file = house(store, tmp_path), new(b"wanted")
        kept = await first.keep([file])
        await store.write(media.refer(kept.files, kept.known))
        remover = house(other, tmp_path, now_ms=NOW + GRACE_MS + 1)

        async def refer_for_sure() -> None:
            while True:
                try:
                    return await refer(store, first, file)
                except (MediaGone, StoreUnavailable):
                    await asyncio.sleep(0.01)

        await asyncio.gather(*(refer_for_sure() for _ in range(5)), *(remover.forget([file.hash]) for _ in range(5)))
        assert await first.read(attached(file.data)) == file.data
        assert await remover.forget([file.hash]) == []

    async def test_a_file_that_is_going_is_not_referred_to(self, store: Store, tmp_path: Path):
        mine, file = house(store, tmp_path), new(b"x")
        await refer(store, mine, file)
        await store.write(_drop_journal())
        later_ms = NOW + GRACE_MS + 1
        before_ms = later_ms - GRACE_MS
        seen = await store.read(media.to_look_at([file.hash], before_ms=before_ms))
        taken = await store.write(media.take(seen, [], before_ms=before_ms, now_ms=later_ms))
        assert taken == [file.hash]
        with pytest.raises(MediaGone):
            await store.write(journal.append([entry("b")], known=[file.hash], now_ms=NOW))
        assert await store.read(journal.backlog()) == 0, "nothing was written"
        with pytest.raises(StoreUnavailable, match="being removed"):
            await mine.keep([file])
        # The process dies here: another one ends what it began.
        assert await house(store, tmp_path, now_ms=later_ms + GRACE_MS + 1).tidy() == 1
        await refer(store, mine, file)
        assert await mine.read(attached(file.data)) == file.data

    async def test_whether_a_file_is_referred_to_is_looked_for_beside_the_writer(self, store: Store, tmp_path: Path):
        mine, kept, left = house(store, tmp_path), new(b"kept"), new(b"left")
        await refer(store, mine, left)
        await store.write(_drop_journal())
        await refer(store, mine, kept)
        told = Told(store)
        later = house(told, tmp_path, now_ms=NOW + GRACE_MS + 1)
        assert await later.forget([kept.hash, left.hash]) == [left.hash]
        assert [sql for sql in told.written if "messages" in sql or "journal" in sql] == []
        assert any("FROM messages" in sql for sql in told.read_)

    @pytest.mark.parametrize("at", range(1, 8))
    async def test_a_file_that_is_referred_to_while_it_is_to_go_stays(self, store: Store, tmp_path: Path, at: int):
        """Before each step of its removal somebody tries once."""
        mine, file = house(store, tmp_path), new(b"wanted")
        await refer(store, mine, file)
        await store.write(_drop_journal())
        told, tried = Told(store), []

        async def want() -> None:
            try:
                await refer(store, mine, file)
            except (MediaGone, StoreUnavailable) as error:
                tried.append(error)
            else:
                tried.append(None)

        told.before[at] = want
        gone = await house(told, tmp_path, now_ms=NOW + GRACE_MS + 1).forget([file.hash])
        if tried == [None]:
            assert gone == []
            assert await mine.read(attached(file.data)) == file.data
            (row,) = (await store.read(media.find([file.hash]))).values()
            assert row.going_at_ms is None
        else:
            assert gone == [file.hash], "who was refused asks again"
            await refer(store, mine, file)
            assert await mine.read(attached(file.data)) == file.data

    async def test_what_is_let_go_of_while_it_is_looked_at_is_looked_at_again(self, store: Store, tmp_path: Path):
        mine, file = house(store, tmp_path), new(b"x")
        await refer(store, mine, file)
        told, later_ms = Told(store), NOW + GRACE_MS + 1
        await store.write(media.idle([file.hash], now_ms=NOW))

        async def let_go() -> None:
            await store.write(_drop_journal())
            await store.write(media.idle([file.hash], now_ms=later_ms + 1))

        told.before[5] = let_go  # after uploads, what is idle, the rows of it, who refers to it
        assert await house(told, tmp_path, now_ms=later_ms).tidy() == 0
        assert await house(store, tmp_path, now_ms=later_ms + 2).tidy() == 1

    async def test_bytes_without_a_row_go_after_a_day(self, store: Store, tmp_path: Path):
        mine = house(store, tmp_path)
        await refer(store, mine, new(b"kept"))
        await mine.keep([new(b"left over")])
        real_ms = int((tmp_path / "media").stat().st_mtime * 1000)
        assert await house(store, tmp_path, now_ms=real_ms).sweep() == 0
        assert await house(store, tmp_path, now_ms=real_ms + LEFTOVER_MS + 60_000).sweep() == 1
        assert await mine.read(attached(b"left over")) is None
        assert await mine.read(attached(b"kept")) == b"kept"
        await mine.check()

    async def test_what_nobody_said_they_let_go_of_goes_after_a_day(self, store: Store, tmp_path: Path):
        mine, said, undecided, lost = house(store, tmp_path), new(b"said"), new(b"undecided"), new(b"lost")
        case = Case("amy")
        await put(store, case)
        kept = await mine.keep([said, lost])
        await store.write(media.refer(kept.files, kept.known))
        message = msgspec.structs.replace(case.message, attachments=(attached(said.data),), version=2)
        await store.write(changes.apply([Save(message)], now_ms=NOW))
        await refer(store, mine, undecided)
        assert await house(store, tmp_path, now_ms=NOW + LEFTOVER_MS).sweep() == 0
        assert await house(store, tmp_path, now_ms=NOW + LEFTOVER_MS + 1).sweep() == 1
        assert await mine.read(attached(lost.data)) is None
        assert [await mine.read(attached(file.data)) for file in (said, undecided)] == [b"said", b"undecided"]

    async def test_an_upload_holds_its_file_until_it_is_dropped_or_expires(self, store: Store, tmp_path: Path):
        mine, one, two = house(store, tmp_path), new(b"one"), new(b"two")
        for file, expires in ((one, NOW + 5), (two, NOW + 10 * GRACE_MS)):
            kept = await mine.keep([file])
            upload = UploadRow(
                id=uid(), agent_id="mei", ticket_id="t1", file=attached(file.data), hash=file.hash, created_at_ms=NOW,
                expires_at_ms=expires,
            )  # fmt: skip
            await store.write(media.add_upload(upload, kept.files, kept.known))
        assert await store.read(media.count_uploads("mei")) == 2
        assert await store.read(media.uploads([upload.id], "mei", "t1")) == [upload]
        assert await store.read(media.uploads([upload.id], "lee", "t1")) == []
        assert await store.read(media.uploads([upload.id], "mei", "t2")) == []
        later = house(store, tmp_path, now_ms=NOW + 2 * GRACE_MS)
        assert await later.tidy() == 1
        assert await later.read(attached(b"one")) is None
        await later.drop_upload(upload.id, "lee")
        assert await later.tidy() == 0
        await later.drop_upload(upload.id, "mei")
        assert await later.tidy() == 1

    async def test_files_of_an_earlier_release_are_read_and_moved_out(self, store: Store, tmp_path: Path):
        mine, datas = house(store, tmp_path), [b"old one", b"old two", b"old and new"]
        for data in datas:
            content = hashlib.sha256(data).hexdigest()
            sealed = KEYS.seal(data, f"blob:{content}")
            row = BlobRow(hash=content, key_id=sealed.key_id, data=sealed.data, size=len(data), created_at_ms=NOW)
            await store.write(insert([row]))
        await refer(store, mine, new(datas[2]))
        assert await mine.read(attached(datas[0])) == datas[0]
        pieces = await mine.open(hashlib.sha256(datas[1]).hexdigest(), 7, 4, 7)
        assert [piece async for piece in pieces] == [b"two"]
        assert await mine.move_some(2) == 2
        assert await mine.move_some(2) == 1
        assert await mine.move_some(2) == 0
        assert await store.read(media.count_inside()) == 0
        assert [await mine.read(attached(data)) for data in datas] == datas

    async def test_a_folder_of_another_machine_is_refused(self, store: Store, other: Store, tmp_path: Path):
        await refer(store, house(store, tmp_path / "one"), new(b"x"))
        with pytest.raises(BlobsUnavailable, match="not where this database's files are"):
            await house(other, tmp_path / "two").keep([new(b"y")])
        with pytest.raises(BlobsUnavailable, match="shared volume"):
            await house(other, tmp_path / "two").check()
        assert await house(other, tmp_path / "one").read(attached(b"x")) == b"x"

    async def test_of_many_who_come_first_at_once_all_find_one_place(self, store: Store, other: Store, tmp_path: Path):
        several = [house(each, tmp_path) for each in (store, other) * 3]
        await asyncio.gather(*(one.keep([new(bytes([n]))]) for n, one in enumerate(several)))
        (mark,) = (tmp_path / "media/pl/ac").iterdir()
        assert mark.name == f"place-{await store.read(media.place())}"
        elsewhere = [house(each, tmp_path / "elsewhere") for each in (store, other)]
        for one in elsewhere:
            with pytest.raises(BlobsUnavailable, match="not where"):
                await one.claim()

    async def test_a_missing_file_is_found_by_a_check(self, store: Store, tmp_path: Path):
        mine, file = house(store, tmp_path), new(b"x")
        assert list(await mine.check()) == []
        await refer(store, mine, file)
        assert list(await mine.check()) == []
        next((tmp_path / "media").rglob(file.hash)).unlink()
        (problem,) = await mine.check()
        assert file.hash[:12] in problem


def _drop_journal():
    yield from changes.run("DELETE FROM journal")
