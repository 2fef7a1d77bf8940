"""Who hangs up in the middle of an upload, or of what they fetch: nothing half is kept, no log calls it a failure."""

import asyncio
import io
import json
import logging
import re
import socket
import struct

import aiohttp
import msgspec
import pytest

from connectors.form.simulator import ChosenFile, encoded
from connectors.webchat.frames import FileHead, Post
from connectors.webchat.simulator import VisitorClient
from router.cli.people import add_api_token, add_login_token, new_agent
from router.clock import SystemClock
from router.config import ChannelConfig
from router.store import people
from router.store.script import select
from router.telemetry import StructuredLog
from tests.e2e.test_webchat_house import WEBCHAT, visitor_at
from tests.servers.whole_house import running_house

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300_000)
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(9_000_000)
KEPT = ("messages", "journal", "quarantine", "uploads", "media")
UUID = "019c0000-0000-7000-8000-000000000000"
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close with RST, as a network does that is gone."""


class Asked(msgspec.Struct):
    """A request as bytes."""

    head: str
    body: bytes


@pytest.fixture
def said(caplog):
    """`said()` is what the house and its libraries have logged."""
    caplog.set_level(logging.INFO)
    stream = io.StringIO()

    def read():
        return [*stream.getvalue().splitlines(), *(record.getMessage() for record in caplog.records)]

    read.log = StructuredLog(SystemClock(), stream)
    return read


@pytest.fixture
async def house(tmp_path, said):
    channels = (ChannelConfig(kind="form", settings={"fill_seconds_min": 0}), WEBCHAT)
    async with running_house(tmp_path, *channels, log=said.log) as app:
        yield app


@pytest.fixture
async def agent(house):
    mei = new_agent(house.ids, house.clock, login="mei", name="Mei")
    await house.store.write(people.add_agent(mei))
    jar, where = aiohttp.CookieJar(unsafe=True), f"http://127.0.0.1:{house.server.port}"
    async with aiohttp.ClientSession(where, headers={"X-Switchboard": "1"}, cookie_jar=jar) as session:
        login = await add_login_token(house.store, mei, house.clock)
        assert (await session.post("/api/v1/login", json={"token": login})).status == 200
        yield session


async def form_page(house, http, _agent):
    path = "/channels/form/default/"
    async with http.get(f"http://127.0.0.1:{house.server.port}{path}") as answer:
        values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', await answer.text()))
    filled = {**values, "text": "Where is my transfer?", "email": "ann@post.example", "topic": "other"}
    body, boundary = encoded(filled, [ChosenFile(name="a.png", data=PNG)])
    return asked(house, path, body, f"multipart/form-data; boundary={boundary}")


async def chat_files(house, http, _agent):
    async with visitor_at(house, http) as visitor:
        post = Post(v=1, token=visitor.token, client_msg_id=UUID, files=(FileHead(name="a.png", size=len(PNG)),))
    return asked(house, "/channels/webchat/default/messages", VisitorClient.posted(post, [PNG]), "text/plain")


async def program_messages(house, _http, _agent):
    token = await add_api_token(house.store, "tests", ("x",), house.clock)
    message = {"channel": "x", "message_id": "1", "visibility": "private", "sent_at": "2026-11-02T08:00:03Z"}
    body = json.dumps({**message, "sender": {"id": "7"}, "text": "word " * 10_000}).encode()
    return asked(house, "/api/v1/messages", body, "application/json", Authorization=f"Bearer {token}")


async def agents_file(house, http, agent):
    async with visitor_at(house, http) as visitor:
        await visitor.write("hello")
        await visitor.until(lambda v: v.texts("system"))
    cookie = "; ".join(f"{one.key}={one.value}" for one in agent.cookie_jar)
    where = "/api/v1/tickets/T-1001/files?name=a.png"
    return asked(house, where, PNG, "image/png", **{"Cookie": cookie, "X-Switchboard": "1"})


def asked(house, path, body, content_type, **headers):
    told = {
        "Host": f"127.0.0.1:{house.server.port}",
        "Connection": "close",
        "Content-Type": content_type,
        "Content-Length": len(body),
        **headers,
    }
    return Asked(f"POST {path} HTTP/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in told.items()), body)


def under_way():
    """Requests that the house is at."""
    return [task for task in asyncio.all_tasks() if task.get_coro().__qualname__ == "RequestHandler._handle_request"]


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)


async def begin(house, asked, cut):
    """Send all but the last bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(f"{asked.head}\r\n".encode() + asked.body[: len(asked.body) - cut])
    await writer.drain()
    return reader, writer


async def hang_up(writer, *, reset):
    if reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
    writer.close()
    await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def kept(house, folder):
    """All rows of what an upload may leave, and all files."""
    counted = [await house.store.read(select(f"SELECT count(*) FROM {table}")) for table in KEPT]
    return counted, sorted(str(path) for path in (folder / "media").rglob("*"))


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("upload", [form_page, chat_files, program_messages, agents_file])
async def test_an_upload_that_is_cut_is_quiet_and_leaves_nothing(house, http, agent, said, tmp_path, upload, reset):
    whole = await upload(house, http, agent)
    await until(lambda: not under_way())
    before, told = await kept(house, tmp_path), said()
    for cut in (len(whole.body), len(whole.body) - 20, len(whole.body) // 2, 1):
        _, writer = await begin(house, whole, cut)
        await until(under_way)
        await hang_up(writer, reset=reset)
        await until(lambda: not under_way())
    assert said() == told
    assert await kept(house, tmp_path) == before
    reader, writer = await begin(house, whole, 0)
    assert (await reader.read()).split()[1] in {b"200", b"201", b"202", b"303"}, "the same, whole, is taken"
    writer.close()
    assert await kept(house, tmp_path) != before


async def test_who_hangs_up_while_they_fetch_a_file_is_no_failure(house, http, said):
    async with visitor_at(house, http) as visitor:
        await visitor.write_with("", ("a.png", LARGE))
        await visitor.until(lambda v: v.texts("system"))
        (file,) = next(one.files for one in visitor.messages.values() if one.files)
    told = said()
    with socket.socket() as mine:
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        mine.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(mine, ("127.0.0.1", house.server.port))
        await loop.sock_sendall(mine, f"GET /channels/webchat/default/{file.path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert (await loop.sock_recv(mine, 12)) == b"HTTP/1.1 200"
        assert under_way(), "the rest waits for us"
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    await until(lambda: not under_way())
    assert said() == told


async def read_into(got, answer):
    while piece := await answer.content.read(65_536):
        got += piece


async def test_an_answer_that_fails_half_way_is_cut_and_the_log_names_no_address_that_opens_it(
    house, http, said, tmp_path
):
    async with visitor_at(house, http) as visitor:
        await visitor.write_with("", ("a.png", LARGE))
        await visitor.until(lambda v: v.texts("system"))
        (file,) = next(one.files for one in visitor.messages.values() if one.files)
    (kept,) = [path for path in (tmp_path / "media").rglob("*") if path.is_file() and path.stat().st_size > len(LARGE)]
    damaged = bytearray(kept.read_bytes())
    damaged[len(LARGE) // 2] ^= 1
    kept.write_bytes(damaged)
    told, got = said(), bytearray()
    address = f"http://127.0.0.1:{house.server.port}/channels/webchat/default/{file.path}"
    async with asyncio.timeout(60), http.get(address) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientError):
            await read_into(got, answer)
    assert LARGE.startswith(got)
    (line,) = said()[len(told) :]
    assert "/channels/webchat/default/files/{message}/{attachment}/{mark}" in line
    assert not {*file.path.split("/")[1:]} & {*re.split(r'[/"]', line)}
