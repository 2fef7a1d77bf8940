"""Files of visitors in the whole house: masked at the door, served to who holds their address, safe from kill -9."""

import asyncio
import hashlib
import random
from pathlib import Path

from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds, VirtualClock
from router.flow.media import LEFTOVER_MS
from router.keys import Keyring
from router.store.script import select
from tests.contract.webchat.test_files import PDF, PNG, post_of, raw_post
from tests.e2e.test_webchat_house import PHRASE, WEBCHAT, visitor_at
from tests.servers.media import media_in
from tests.servers.process import free_port
from tests.servers.service import Service
from tests.servers.whole_house import running_house

KILLS = 5


def files_of(visitor: VisitorClient) -> list[tuple[str, str, int]]:
    found = sorted(visitor.messages.values(), key=lambda message: message.id)
    return [(file.name, file.content_type, file.size) for message in found for file in message.files]


async def test_a_visitor_has_their_files_back_and_nobody_else_has(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as ann, visitor_at(app, http) as eve:
        page = f"http://127.0.0.1:{app.server.port}/channels/webchat/default/"
        assert (await ann.write_with("", ("shot.png", PNG), ("bill.pdf", PDF))).outcome == "accepted"
        await ann.until(lambda v: len(v.texts("system")) == 1)
        assert files_of(ann) == [("shot.png", "image/png", len(PNG)), ("bill.pdf", "application/pdf", len(PDF))]
        await eve.write("hello")
        await eve.until(lambda v: len(v.texts("system")) == 1)
        assert files_of(eve) == []
        shown, offered = next(m.files for m in ann.messages.values() if m.files)
        async with http.get(page + shown.path) as got:
            assert (got.status, await got.read(), got.headers["Content-Type"]) == (200, PNG, "image/png")
            assert got.headers["Content-Security-Policy"].startswith("sandbox;")
            assert got.headers["Cache-Control"] == "private, no-store"
        async with http.get(page + offered.path) as got:
            assert (await got.read(), got.headers["Content-Type"]) == (PDF, "application/octet-stream")
            assert got.headers["Content-Disposition"].startswith("attachment;")
        message, file, mark = shown.path.split("/")[1:]
        other_file = offered.path.split("/")[2]
        for guess in (f"{other_file}/{mark}", f"{file}/{mark[:-1]}", f"{file}/{mark[::-1]}"):
            async with http.get(f"{page}files/{message}/{guess}") as got:
                assert got.status == 404
        rows = await app.store.read(select("SELECT attachments FROM messages WHERE attachments <> '[]'"))
        assert '"checked":"unchecked"' in rows[0][0].replace(" ", ""), "agents are told that nobody could look into it"


async def test_a_secret_in_a_text_file_rests_nowhere(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as visitor:
        told = f"a note\nmy words: {PHRASE}\n".encode()
        assert (await visitor.write_with(f"it is {PHRASE}", ("note.png", told))).outcome == "accepted"
        await visitor.until(lambda v: len(v.texts("customer")) == 1)
        assert visitor.texts("customer") == ["it is [SEED_PHRASE]"]
        ((file,),) = [m.files for m in visitor.messages.values() if m.files]
        async with http.get(f"http://127.0.0.1:{app.server.port}/channels/webchat/default/{file.path}") as got:
            assert await got.read() == b"a note\nmy words: [SEED_PHRASE]\n"
            assert got.headers["Content-Type"] == "application/octet-stream"
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sausage" in path.read_bytes()]


async def test_a_restart_loses_and_doubles_no_file(tmp_path, http):
    async with running_house(tmp_path, WEBCHAT) as app, visitor_at(app, http) as visitor:
        post, contents = post_of(visitor, ("shot.png", PNG))
        assert (await visitor.post(post, contents)).outcome == "accepted"
        await visitor.until(lambda v: len(v.texts("system")) == 1)
    async with running_house(tmp_path, WEBCHAT) as app:
        again = visitor_at(app, http)
        again.token = visitor.token
        async with again:
            assert files_of(again) == [("shot.png", "image/png", len(PNG))]
            assert (await again.post(post, contents)).outcome == "duplicate"
            assert len(again.texts("system")) == 1


async def test_a_page_opened_before_its_message_is_decided_upon_is_told_of_it(tmp_path, http):
    """It has nothing to show yet, and all the same it is no page that nobody has written on."""
    service = Service(tmp_path, channels=[{"kind": "webchat"}])
    clock = SystemClock()
    visitor = VisitorClient(http, f"ws://127.0.0.1:{service.port}/channels/webchat/default/ws", clock, TimedIds(clock))
    try:
        await service.worker("intake,web").start()
        async with visitor:
            assert (await visitor.write_with("look at this", ("shot.png", PNG))).outcome == "accepted"
        async with visitor:
            assert not visitor.messages
            await service.worker("route", port=free_port()).start()
            await visitor.until(lambda v: files_of(v) == [("shot.png", "image/png", len(PNG))])
    finally:
        await service.end()


async def test_killed_around_uploads_it_loses_nothing_and_leaves_no_orphan(tmp_path, http):
    """Cut off halfway, with everything sent and nothing heard, and right after the answer; then posted again."""
    rng = random.Random(5)
    service = Service(tmp_path, channels=[{"kind": "webchat"}])
    worker = service.worker()
    clock = SystemClock()
    address = f"ws://127.0.0.1:{service.port}/channels/webchat/default/ws"
    visitor = VisitorClient(http, address, clock, TimedIds(clock))
    sent: dict[str, bytes] = {}
    try:
        await worker.start()
        await visitor.connect()
        await visitor.disconnect()
        for kill in range(KILLS):
            data = PNG + rng.randbytes(400_000)
            post, contents = post_of(visitor, (f"{kill}.png", data), client_msg_id=visitor._ids.new())
            sent[post.client_msg_id] = data
            if kill % 4 == 3:
                assert (await visitor.post(post, contents)).outcome == "accepted"
            else:
                body = visitor.posted(post, contents)
                writer = await raw_post(visitor, body[: len(body) // 2] if kill % 4 == 0 else body, announced=len(body))
                await asyncio.sleep(rng.uniform(0.0, 0.03) if kill % 4 == 2 else 0)
                writer.close()
            await worker.kill()
            await worker.start()
            outcome = (await visitor.post(post, contents)).outcome
            assert outcome in {0: {"accepted"}, 3: {"duplicate"}}.get(kill % 4, {"accepted", "duplicate"})
        async with visitor:
            await visitor.until(lambda v: len(files_of(v)) == KILLS)
            shown = {m.client_msg_id: m.files[0].path for m in visitor.messages.values() if m.files}
            assert sorted(shown) == sorted(sent)
            for message, path in shown.items():
                async with http.get(f"{service.url}/channels/webchat/default/{path}") as got:
                    assert await got.read() == sent[message]
        await worker.stop()
        await nothing_but(service, tmp_path, {hashlib.sha256(data).hexdigest() for data in sent.values()}, clock)
    finally:
        await service.end()


async def nothing_but(service: Service, folder: Path, wanted: set[str], clock: SystemClock) -> None:
    """After the sweep of the day after tomorrow exactly these files rest there."""
    later = VirtualClock(clock.now_ms() + 2 * LEFTOVER_MS)
    async with service.store() as store:
        keys = Keyring({"k1": b"\x11" * 32}, "k1", b"\x22" * 32)
        media = media_in(folder, store=store, keys=keys, clock=later, ids=TimedIds(later))
        await media.sweep()
        rows = await store.read(select("SELECT hash FROM media"))
    assert {row[0] for row in rows} == wanted
    resting = {path.name for path in (folder / "media").rglob("*") if path.is_file()}
    assert {name for name in resting if not name.startswith("place-")} == wanted
