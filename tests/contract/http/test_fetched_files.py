"""Files that came as an address: fetched at once, bounded, from the public internet only; what is lost is told."""

import asyncio
import io
import threading
from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from router.clock import VirtualClock
from router.connector import RawEvent
from router.core.textfiles import look_through
from router.flow.fetch import FetchWorker
from router.flow.media import Media
from router.model.limits import ATTACHMENT_BYTES_MAX, FETCH_ATTEMPTS_MAX
from router.model.message import StoredAttachment
from router.store.script import run, select
from router.telemetry import SilentLog, StructuredLog
from tests.contract.http.calls import CARD, decided, message, open_house
from tests.contract.http.test_files import OGG, PNG

LOOPBACK = frozenset({"127.0.0.1"})


class Network:
    """Where customers' files are: what each path answers, and what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = {}
        self.asked: list[str] = []
        self.go_on = asyncio.Event()
        """What begins with /held comes to no end before."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    async def stop(self) -> None:
        self.go_on.set()
        await self._runner.cleanup()

    def put(self, path: str, *answers: bytes | int, **headers: str) -> str:
        """Contents, or statuses; the last one for ever."""
        self.answers[path] = [(200, one, headers) if isinstance(one, bytes) else (one, b"", headers) for one in answers]
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        assert request.headers["Accept-Encoding"] == "identity"
        if request.path.startswith("/held"):
            begun = web.StreamResponse()
            await begun.prepare(request)
            await begun.write(b"a")
            await self.go_on.wait()
            return begun
        waiting = self.answers[request.path]
        status, body, headers = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return web.Response(status=status, body=body, headers=headers)


@pytest_asyncio.fixture
async def place(tmp_path):
    """A house whose worker is the test's, and a network of files."""
    network = Network()
    await network.start()
    app = await open_house(tmp_path, roles=("route", "web"))
    clock = VirtualClock(app.clock.now_ms())

    def worker(allowed=LOOPBACK, log=None):
        return FetchWorker(
            store=app.store, bus=app.bus, media=app.media, private_hosts=allowed, clock=clock, log=log or SilentLog()
        )

    inlet = app.door.inlet(app.channels.find("api", "default").manifest, "default")
    yield SimpleNamespace(app=app, network=network, worker=worker, clock=clock, inlet=inlet)
    await app.stop()
    await network.stop()


async def tell(place, *urls, name="a.bin"):
    said = message(attachments=[{"name": name, "url": url} for url in urls])
    await place.inlet.accept([RawEvent(body=msgspec.json.encode(said))])
    await decided(place.app)
    return said["message_id"]


async def files_of(place, message_id):
    rows = await place.app.store.read(select("SELECT attachments FROM messages WHERE external_id = :id", id=message_id))
    return msgspec.json.decode(rows[0][0], type=list[StoredAttachment])


async def test_what_an_address_leads_to_is_kept_under_its_own_type(place):
    said = await tell(place, place.network.put("/voice", OGG), place.network.put("/picture", PNG))
    assert [file.state for file in await files_of(place, said)] == ["remote", "remote"]
    assert await place.worker().run_once() == 1
    voice, picture = await files_of(place, said)
    assert (voice.state, voice.size, voice.sniffed) == ("stored", len(OGG), "audio/ogg")
    assert (picture.state, picture.size, picture.sniffed) == ("stored", len(PNG), "image/png")
    assert await place.app.media.read(voice) == OGG
    assert await place.worker().run_once() == 0
    assert place.network.asked == ["/voice", "/picture"]
    kinds = await place.app.store.read(select("SELECT kind FROM events WHERE kind = 'message.fetched'"))
    assert len(kinds) == 1


async def test_a_text_that_is_fetched_is_looked_through(place):
    said = await tell(place, place.network.put("/note", f"my card is {CARD}, thanks".encode()), name="note.txt")
    await place.worker().run_once()
    (file,) = await files_of(place, said)
    assert (file.state, file.checked) == ("stored", "masked")
    assert await place.app.media.read(file) == b"my card is [CARD], thanks"
    findings = await place.app.store.read(select("SELECT findings FROM messages WHERE kind = 'inbound'"))
    assert findings == [('["CARD"]',)]


async def test_it_is_looked_through_beside_the_loop(place, monkeypatch):
    on_the_loop = []

    def noted(*args, **more):
        on_the_loop.append(threading.current_thread() is threading.main_thread())
        return look_through(*args, **more)

    monkeypatch.setattr("router.flow.fetch.look_through", noted)
    await tell(place, place.network.put("/note", b"a note"), name="note.txt")
    await place.worker().run_once()
    assert on_the_loop == [False]


async def test_a_redirect_is_followed_a_few_times(place):
    end = place.network.put("/end", PNG)
    hop = place.network.put("/hop", 302, Location=end)
    circle = place.network.put("/circle", 301, Location="/circle")
    said = await tell(place, hop, circle)
    await place.worker().run_once()
    assert [file.state for file in await files_of(place, said)] == ["stored", "lost"]
    assert place.network.asked.count("/circle") == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x", "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/x", "http://[::ffff:127.0.0.1]:9/x", "https://2130706433/x", "http://127.1:9/x",
    ],
)  # fmt: skip
async def test_the_house_does_not_knock_at_its_neighbours_doors(place, url):
    said = await tell(place, url)
    await place.worker(allowed=frozenset()).run_once()
    (file,) = await files_of(place, said)
    assert (file.state, file.blob) == ("lost", None)


async def test_a_redirect_to_a_neighbour_is_not_followed(place):
    hop = place.network.put("/hop", 302, Location="http://127.0.0.2:9/inside")
    other = place.network.put("/other", 302, Location="file:///etc/passwd")
    said = await tell(place, hop, other)
    await place.worker().run_once()
    assert [file.state for file in await files_of(place, said)] == ["lost", "lost"]
    assert place.network.asked == ["/hop", "/other"]


@pytest.mark.parametrize(
    "url",
    [
        "http://pics..example.com/x.png", f"http://{'a' * 64}.example/", "http://x.example:99999/",
        "http://例..example/", "http://[", "https://[::1",
    ],
)  # fmt: skip
async def test_an_address_that_leads_nowhere_loses_its_file_alone(place, url):
    said = await tell(place, url, place.network.put("/picture", PNG))
    await place.worker().run_once()
    assert [file.state for file in await files_of(place, said)] == ["lost", "stored"]


@pytest.mark.parametrize("location", ["http://[", "http://pics..example.com/", "http://x.example:99999/"])
async def test_a_redirect_that_leads_nowhere_loses_its_file_alone(place, location):
    hop = place.network.put("/hop", 302, Location=location)
    said = await tell(place, hop, place.network.put("/picture", PNG))
    await place.worker().run_once()
    assert [file.state for file in await files_of(place, said)] == ["lost", "stored"]


async def test_an_error_that_nobody_foresaw_is_one_try_of_one_file(place, monkeypatch):
    async def broken(media, spool):
        raise RuntimeError("what nobody foresaw")

    note, told = place.network.put("/note", b"a note"), io.StringIO()
    said, worker = (
        await tell(place, place.network.put("/picture", PNG), note),
        place.worker(log=StructuredLog(place.clock, told)),
    )
    monkeypatch.setattr(Media, "keep_spooled", broken)
    assert await worker.run_once() == 1
    assert [(file.state, file.tries) for file in await files_of(place, said)] == [("remote", 1), ("stored", 0)]
    (line,) = map(msgspec.json.decode, told.getvalue().splitlines())
    assert (line["event"], line["level"], line["error"]) == ("fetch.failed", "error", "RuntimeError")
    for _ in range(1, FETCH_ATTEMPTS_MAX):
        place.clock.advance_to(place.clock.now_ms() + 600_000)
        await worker.run_once()
    assert [file.state for file in await files_of(place, said)] == ["lost", "stored"]


async def test_what_a_clock_that_was_far_ahead_put_off_is_asked_again(place):
    said, worker = await tell(place, place.network.put("/soon", 503, PNG)), place.worker()
    place.clock.advance_to(place.clock.now_ms() + 7_200_000)
    await worker.run_once()
    place.clock._now_ms -= 7_200_000
    assert await worker.run_once() == 1
    assert [file.state for file in await files_of(place, said)] == ["stored"]


async def test_what_is_too_big_is_cut_off_and_said(place):
    said = await tell(place, place.network.put("/big", bytes(ATTACHMENT_BYTES_MAX + 1)))
    await place.worker().run_once()
    (file,) = await files_of(place, said)
    assert (file.state, file.blob) == ("too_big", None)
    assert await place.app.store.read(select("SELECT COUNT(*) FROM media")) == [(0,)]


async def test_what_is_busy_is_asked_again_and_given_up_in_the_end(place):
    soon = place.network.put("/soon", 503, PNG)
    said, worker = await tell(place, soon), place.worker()
    await worker.run_once()
    assert await worker.run_once() == 0, "not at once"
    place.clock.advance_to(place.clock.now_ms() + 5_000)
    assert await worker.run_once() == 1
    assert [file.state for file in await files_of(place, said)] == ["stored"]

    said = await tell(place, place.network.put("/never", 429))
    for _ in range(FETCH_ATTEMPTS_MAX):
        assert await worker.run_once() == 1
        place.clock.advance_to(place.clock.now_ms() + 600_000)
    assert await worker.run_once() == 0
    assert place.network.asked.count("/never") == FETCH_ATTEMPTS_MAX
    (file,) = await files_of(place, said)
    assert (file.state, file.tries) == ("lost", FETCH_ATTEMPTS_MAX)


@pytest.mark.parametrize("answer", [404, 410, 403, 451])
async def test_what_is_gone_is_not_asked_for_again(place, answer):
    said = await tell(place, place.network.put("/gone", answer))
    await place.worker().run_once()
    place.clock.advance_to(place.clock.now_ms() + 600_000)
    assert await place.worker().run_once() == 0
    (file,) = await files_of(place, said)
    assert (file.state, file.size) == ("lost", 0)


async def test_a_server_that_trickles_holds_up_nobody_elses_files(place):
    held = await tell(place, place.network.put("/held"))
    running = asyncio.create_task(place.worker().run())
    async with asyncio.timeout(60):
        while not place.network.asked:
            await asyncio.sleep(0.02)
        said = await tell(place, place.network.put("/picture", PNG))
        while [file.state for file in await files_of(place, said)] != ["stored"]:
            await asyncio.sleep(0.02)
    assert [(file.state, file.tries) for file in await files_of(place, held)] == [("remote", 0)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert place.network.asked == ["/held", "/picture"]


async def test_all_files_of_a_message_have_a_time_together(place, monkeypatch):
    monkeypatch.setattr("router.flow.fetch.FETCH_MESSAGE_SECONDS_MAX", 0.5)
    said, worker = await tell(place, *(place.network.put(f"/held/{number}") for number in range(3))), place.worker()
    for tries in range(1, FETCH_ATTEMPTS_MAX + 1):
        assert await worker.run_once() == 1
        state = "remote" if tries < FETCH_ATTEMPTS_MAX else "lost"
        assert [(file.state, file.tries) for file in await files_of(place, said)] == [(state, tries)] * 3
        assert await worker.run_once() == 0
        place.clock.advance_to(place.clock.now_ms() + 600_000)
    assert set(place.network.asked) <= {"/held/0"}


async def test_while_files_cannot_be_kept_each_message_waits_by_itself(place):
    folder = place.app._base / "media"
    first = await tell(place, place.network.put("/first", PNG), place.network.put("/second", OGG))
    await place.worker().run_once()
    folder.rename(place.app._base / "elsewhere")
    folder.write_bytes(b"no folder")
    worker, new = place.worker(), PNG + b"another"
    waits = await tell(place, place.network.put("/waits", new), place.network.put("/behind", new))
    gone = await tell(place, place.network.put("/gone", 404))
    assert await worker.run_once() == 2
    assert [file.state for file in await files_of(place, gone)] == ["lost"]
    assert [(file.state, file.tries) for file in await files_of(place, waits)] == [("remote", 0)] * 2
    assert await worker.run_once() == 0, "it is not downloaded again at once"
    folder.unlink()
    (place.app._base / "elsewhere").rename(folder)
    place.clock.advance_to(place.clock.now_ms() + 60_000)
    assert await worker.run_once() == 1
    for message_id in (first, waits):
        assert [file.state for file in await files_of(place, message_id)] == ["stored"] * 2
    assert place.network.asked.count("/waits") == 2


async def test_what_comes_compressed_is_never_unpacked(place):
    bomb = place.network.put("/bomb", b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    said = await tell(place, bomb)
    await place.worker().run_once()
    assert [(file.state, file.blob) for file in await files_of(place, said)] == [("lost", None)]


async def test_a_message_that_was_deleted_meanwhile_stays_deleted(place):
    said = await tell(place, place.network.put("/late", PNG))
    await place.app.store.write(run("UPDATE messages SET state = 'deleted' WHERE kind = 'inbound'"))
    assert await place.worker().run_once() == 0
    assert place.network.asked == []
    assert [file.state for file in await files_of(place, said)] == ["remote"]


async def test_the_house_itself_fetches_as_soon_as_it_is_told(tmp_path):
    app = await open_house(tmp_path)
    try:
        inlet = app.door.inlet(app.channels.find("api", "default").manifest, "default")
        place = SimpleNamespace(app=app, inlet=inlet)
        said = await tell(place, "http://127.0.0.1:9/neighbour")
        async with asyncio.timeout(60):
            while (await files_of(place, said))[0].state == "remote":
                await asyncio.sleep(0.02)
        assert (await files_of(place, said))[0].state == "lost"
    finally:
        await app.stop()
