"""Files over HTTP: what is shown and what is only downloaded, parts of them, who may; and what agents attach."""

import asyncio
import base64
import io
import itertools
import json

import pytest
import pytest_asyncio

from router.model.limits import UPLOADS_MAX
from router.store import media
from router.store.script import run, select
from tests.contract.http.calls import (
    CARD,
    add_agent,
    assert_problem,
    decided,
    get,
    message,
    path_of,
    post,
    sent,
    signed_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01vorbis" + bytes(range(256)) * 700
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def sent_file(data, name="a.png", content_type="image/png"):
    return {"name": name, "content_type": content_type, "size": len(data), "data": base64.b64encode(data).decode()}


@pytest.fixture
def attached(told):
    """A customer sends files; paths to them and how they are shown."""

    async def attach(*files, **fields):
        ticket = await told(attachments=list(files), **fields)
        (message,) = [each for each in ticket["messages"] if each["attachments"]]
        return [(f"/api/v1/attachments/{message['id']}/{one['id']}", one) for one in message["attachments"]]

    return attach


async def served(session, path, status=200, **headers):
    async with session.get(path, headers=headers) as answer:
        body = await answer.read()
        assert answer.status == status, body
        return answer, body


@pytest.mark.parametrize(
    ("data", "declared", "shows", "served_as"),
    [
        (PNG, "image/png", "image", "image/png"),
        (PNG, "text/html", "image", "image/png"),
        (b"\xff\xd8\xff\xe0 a photo", "application/octet-stream", "image", "image/jpeg"),
        (OGG, "audio/ogg; codecs=opus", "audio", "audio/ogg"),
        (b"ID3\x04 a song", "x/y", "audio", "audio/mpeg"),
        (SVG, "image/svg+xml", None, "application/octet-stream"),
        (b"<html><script>alert(1)</script>", "image/png", None, "application/octet-stream"),
        (b"%PDF-1.7 a paper", "application/pdf", None, "application/octet-stream"),
        (b"GIF8 is no gif", "image/gif", None, "application/octet-stream"),
    ],
)
async def test_what_a_file_is_says_its_content(house, attached, data, declared, shows, served_as):
    ((path, file),) = await attached(sent_file(data, content_type=declared))
    assert file["shows"] == shows
    answer, body = await served(house.agent, path)
    assert body == data
    assert answer.headers["Content-Type"] == served_as
    kind = "inline" if shows else "attachment"
    assert answer.headers["Content-Disposition"] == f"{kind}; filename*=UTF-8''a.png"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, no-store"
    answer, _ = await served(house.agent, f"{path}?download")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"


async def test_a_name_cannot_end_the_header_it_stands_in(house, attached):
    ((path, _),) = await attached(sent_file(PNG, name='../"a";\r\nX-Evil: 1 中.png'))
    answer, _ = await served(house.agent, path)
    assert answer.headers["Content-Disposition"] == (
        "inline; filename*=UTF-8''..%2F%22a%22%3B%0D%0AX-Evil%3A%201%20%E4%B8%AD.png"
    )
    assert "X-Evil" not in answer.headers


async def test_parts_of_a_recording_are_served_as_players_ask_for_them(house, attached):
    ((path, _),) = await attached(sent_file(OGG, "voice.ogg", "audio/ogg"))
    size = len(OGG)
    for asked, start, end in (
        ("bytes=0-", 0, size),
        ("bytes=0-0", 0, 1),
        ("bytes=65530-65540", 65_530, 65_541),
        (f"bytes={size - 5}-", size - 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=100-{size * 9}", 100, size),
    ):
        whole = (start, end) == (0, size)
        answer, body = await served(house.agent, path, 200 if whole else 206, Range=asked)
        assert body == OGG[start:end], asked
        assert answer.headers.get("Content-Range") == (None if whole else f"bytes {start}-{end - 1}/{size}")
        assert answer.headers["Accept-Ranges"] == "bytes"
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer, body = await served(house.agent, path, 416, Range=asked)
        assert (body, answer.headers["Content-Range"]) == (b"", f"bytes */{size}")
    for asked in ("bytes=9-3", "lines=1-2", "bytes=0-1,4-5", "bytes=-", "bytes=x-"):
        _, body = await served(house.agent, path, Range=asked)
        assert body == OGG, asked
    async with house.agent.head(path) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(size))


async def test_files_are_for_those_who_are_signed_in(house, attached):
    ((path, _),) = await attached(sent_file(PNG))
    for session in (house.stranger, house.program):
        async with session.get(path) as answer:
            assert_problem(answer, await answer.json(content_type=None), 401)
    async with house.agent.get(f"{path}x") as answer:
        assert_problem(answer, await answer.json(content_type=None), 404)


async def test_a_file_of_an_earlier_release_is_told_by_its_content_too(house, attached):
    ((path, _),) = await attached(sent_file(PNG, content_type="image/png"), text="an old one")
    old = "REPLACE(attachments, :now, :then)"
    await house.app.store.write(
        run(f"UPDATE messages SET attachments = {old}", now='"sniffed":"image/png"', then='"sniffed":null')
    )
    answer, body = await served(house.agent, path)
    assert (answer.headers["Content-Type"], body) == ("image/png", PNG)


# --- what agents attach ---------------------------------------------------------------------------------------------


async def upload(house, ticket, data, name="a.png", status=201, session=None):
    path = path_of(ticket, "/files")
    async with (session or house.agent).post(
        path, params={"name": name}, data=io.BytesIO(data) if isinstance(data, bytes) else data
    ) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        if status >= 400:
            assert_problem(answer, found, status)
        return found.get("file", found)


@pytest_asyncio.fixture(loop_scope="module")
async def asking(house, told):
    """A ticket whose channel carries files of up to 20 MB."""
    return await told("please send me the statement")


async def test_a_reply_takes_its_files_along(house, asking):
    assert asking["files"] == {
        "allowed": True, "in_private": True, "bytes_max": 5_000_000, "together_bytes_max": 8_000_000,
        "most": 10, "types": [], "alone": [],
    }  # fmt: skip
    one = await upload(house, asking, PNG, "C:\\docs\\état\u202e.png")
    assert (one["name"], one["content_type"], one["size"], one["shows"]) == ("état.png", "image/png", len(PNG), "image")
    two = await upload(house, asking, b"a note", "note.txt")
    assert two["content_type"] == "text/plain"
    body = {"text": "here", "last_seen": asking["last_seen"], "files": [two["id"], one["id"]]}
    answer = await post(house, path_of(asking, "/replies"), body, 201, key="files-1")
    again = await post(house, path_of(asking, "/replies"), body, 201, key="files-1")
    assert again["message"]["id"] == answer["message"]["id"]
    files = answer["message"]["attachments"]
    assert [(file["name"], file["size"]) for file in files] == [("note.txt", 6), ("état.png", len(PNG))]
    _, got = await served(house.agent, f"/api/v1/attachments/{answer['message']['id']}/{one['id']}")
    assert got == PNG


async def test_a_file_alone_is_a_reply(house, asking):
    file = await upload(house, asking, PNG)
    body = {"text": " ", "last_seen": asking["last_seen"], "files": [file["id"]]}
    answer = await post(house, path_of(asking, "/replies"), body, 201, key="files-2")
    assert (answer["message"]["text"], answer["ticket"]["snippet"]) == ("", "a.png")
    refused = await post(house, path_of(asking, "/replies"), {"text": " "}, 422, key="files-3")
    assert refused["code"] == "empty"


@pytest.mark.parametrize(
    ("data", "name", "code", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 5_000_000, "big.png", "file_too_big", {"limit": 5_000_000, "channel": "API"}),
        (b"", "empty.png", "file_empty", {"channel": "API"}),
        (b"MZ" + b"\x00" * 100, "invoice.pdf", "file_kind", {"name": "invoice.pdf"}),
        (f"my card is {CARD}".encode(), "note.txt", "file_blocked", {"findings": ["CARD"]}),
    ],
    ids=["too big", "empty", "a program", "a secret"],
)
async def test_what_cannot_be_sent_is_refused_before_anything_is_kept(house, asking, data, name, code, said):
    before = await house.app.store.read(select("SELECT COUNT(*) FROM media"))
    found = await upload(house, asking, data, name, 422)
    assert found["code"] == code
    assert said.items() <= found.items()
    assert await house.app.store.read(select("SELECT COUNT(*) FROM media")) == before


async def test_a_file_that_is_longer_than_announced_is_cut_off(house, asking):
    async def endless():
        for _ in range(100):
            yield b"x" * 100_000

    found = await upload(house, asking, endless(), "a.bin", 422)
    assert (found["code"], found["limit"]) == ("file_too_big", 5_000_000)


async def test_all_files_together_have_a_limit_too(house, asking):
    files = [await upload(house, asking, PNG + bytes([n]) * 3_000_000, f"{n}.png") for n in range(3)]
    body = {"text": "here", "last_seen": asking["last_seen"], "files": [file["id"] for file in files]}
    found = await post(house, path_of(asking, "/replies"), body, 422, key="files-4")
    assert (found["code"], found["limit"], found["channel"]) == ("files_too_big", 8_000_000, "API")
    body["files"] = body["files"][:2]
    await post(house, path_of(asking, "/replies"), body, 201, key="files-4")


async def test_a_channel_without_files_says_so(house, told):
    ticket = await told("hello", channel="x")
    assert ticket["files"]["allowed"] is True
    ticket = await told("hello", channel="facebook", account="silent")
    assert ticket["files"]["allowed"] is False
    found = await upload(house, ticket, PNG, status=422)
    assert found["code"] == "no_files"


async def test_files_are_their_agents_and_their_tickets(house, asking, told):
    file = await upload(house, asking, PNG)
    other = await told("another matter")
    for ticket, files in ((other, [file["id"]]), (asking, ["no such file"])):
        body = {"text": "here", "last_seen": ticket["last_seen"], "files": files}
        found = await post(house, path_of(ticket, "/replies"), body, 422, key=f"files-5-{files}")
        assert found["code"] == "file_gone"
    for session, status in ((house.stranger, 401), (house.program, 401)):
        await upload(house, asking, PNG, status=status, session=session)
    async with house.agent.delete(f"/api/v1/files/{file['id']}") as answer:
        assert answer.status == 200
    body = {"text": "here", "last_seen": asking["last_seen"], "files": [file["id"]]}
    found = await post(house, path_of(asking, "/replies"), body, 422, key="files-6")
    assert found["code"] == "file_gone"


async def test_an_agent_has_a_bounded_number_of_files_waiting(house, asking):
    waiting = await house.app.store.read(media.count_uploads(house.mei.id))
    await asyncio.gather(*(upload(house, asking, PNG) for _ in range(UPLOADS_MAX - waiting)))
    found = await upload(house, asking, PNG, status=422)
    assert (found["code"], found["limit"]) == ("too_many_uploads", UPLOADS_MAX)
    await house.app.store.write(run("DELETE FROM uploads"))


async def test_a_number_of_files_is_enough(house, asking):
    files = [await upload(house, asking, bytes([n]), f"{n}.bin") for n in range(11)]
    body = {"text": "here", "last_seen": asking["last_seen"], "files": [file["id"] for file in files]}
    found = await post(house, path_of(asking, "/replies"), body, 422, key="files-7")
    assert (found["code"], found["limit"]) == ("too_many_files", 10)
    messages = (await get(house, path_of(asking)))["messages"]
    assert "agent" not in [message["author"]["type"] for message in messages]


# --- who opened what nobody could check -----------------------------------------------------------------------------


async def openings(house, path, told):
    """Of a file: who opened it first and when, once as many openings of its ticket are told as are to be."""
    message_id = path.split("/")[4]
    rows = await house.app.store.read(select("SELECT ticket_id FROM messages WHERE id = :id", id=message_id))
    watch = house.app.bus.watch("events")
    async with asyncio.timeout(30):
        while True:
            ticket = await get(house, f"/api/v1/tickets/{rows[0][0]}")
            events = [event for event in ticket["events"] if event["kind"] == "file.opened"]
            if len(events) >= told:
                break
            await watch.wait(1.0)
    watch.close()
    (message,) = [each for each in ticket["messages"] if each["id"] == message_id]
    files = {each["id"]: each for each in message["attachments"]}
    file = files[path.rsplit("/", 1)[1]]
    return (file["opened_by"], file["opened_by_name"], file["opened_at_ms"]), events


@pytest_asyncio.fixture(loop_scope="module")
async def colleague(house):
    """A session of another agent."""
    zoe = await add_agent(house.app, f"zoe{next(_colleagues)}")
    async with signed_in(house.app, zoe) as session:
        yield session


_colleagues = itertools.count(1)


async def test_who_first_opens_what_nobody_could_check_is_told_once(house, attached, colleague):
    (path, file), (text, _), (other, _) = await attached(
        sent_file(PNG), sent_file(b"a note", "note.txt", "text/plain"), sent_file(OGG, "voice.ogg", "audio/ogg")
    )
    assert (file["checked"], file["opened_by"], file["opened_by_name"], file["opened_at_ms"]) == (
        "unchecked", None, None, None,
    )  # fmt: skip
    for session in (house.stranger, house.program):
        await served(session, path, 401)
    async with house.agent.head(path) as answer:
        assert answer.status == 200
    await served(house.agent, path, 416, Range="bytes=999999999-")
    await served(house.agent, text)
    assert await openings(house, path, 0) == ((None, None, None), [])

    before_ms = house.app.clock.now_ms()
    await served(colleague, path)
    (by, name, at_ms), (event,) = await openings(house, path, 1)
    assert by != house.mei.id
    assert name.startswith("Zoe")
    assert before_ms <= at_ms <= house.app.clock.now_ms()
    assert (event["actor"], event["actor_name"], event["message_id"]) == (f"agent:{by}", name, path.split("/")[4])
    assert event["data"] == {"file": file["id"]}

    version = "SELECT version FROM messages WHERE id = :id"
    was = await house.app.store.read(select(version, id=event["message_id"]))
    await served(house.agent, path)
    await served(house.agent, f"{path}?download")
    await served(house.agent, text)
    assert await house.app.store.read(select(version, id=event["message_id"])) == was
    await served(house.agent, other, 206, Range="bytes=0-99")
    (by, name, _), events = await openings(house, other, 2)
    assert (by, name) == (house.mei.id, "Mei")
    assert len(events) == 2, "text is checked, and a second look is no news"
    assert (await openings(house, path, 2))[0][2] == at_ms


async def test_a_player_that_hangs_up_halfway_has_opened_it(house):
    said = message("listen", attachments=[sent_file(OGG + bytes(12_000_000), "long.ogg", "audio/ogg")])
    body = io.BytesIO(json.dumps(said).encode())
    assert (await sent(house, body, 202, **{"Content-Type": "application/json"}))["results"]
    await decided(house.app)
    ((message_id, files),) = await house.app.store.read(
        select("SELECT id, attachments FROM messages WHERE external_id = :id", id=said["message_id"])
    )
    path = f"/api/v1/attachments/{message_id}/{json.loads(files)[0]['id']}"
    answer = await house.agent.get(path)
    assert await answer.content.readexactly(6) == OGG[:6]
    answer.close()
    (by, _, _), _ = await openings(house, path, 1)
    assert by == house.mei.id


async def test_of_many_at_once_one_is_the_first(house, attached, colleague):
    files = await attached(*(sent_file(PNG + bytes([n]), f"{n}.png") for n in range(3)))
    await asyncio.gather(*(served(who, path) for path, _ in files for who in (house.agent, colleague)))
    _, events = await openings(house, files[0][0], 3)
    assert sorted(event["data"]["file"] for event in events) == sorted(file["id"] for _, file in files)
    for path, file in files:
        (by, _, at_ms), _ = await openings(house, path, 3)
        (event,) = [each for each in events if each["data"]["file"] == file["id"]]
        assert (event["actor"], event["at_ms"]) == (f"agent:{by}", at_ms)


async def test_who_opened_a_file_goes_where_its_message_goes(house, told):
    sender = {"sender": {"id": "opener"}, "visibility": "private"}
    first = await told("提现卡住了 200U 订单W20240709-4401", attachments=[sent_file(PNG)], **sender)
    second = await told("提现卡住了 350U 订单W20240709-4416", **sender)
    assert first["ticket"]["id"] != second["ticket"]["id"]
    (message,) = [each for each in first["messages"] if each["attachments"]]
    path = f"/api/v1/attachments/{message['id']}/{message['attachments'][0]['id']}"
    await served(house.agent, path)
    seen, _ = await openings(house, path, 1)
    assert seen[:2] == (house.mei.id, "Mei")
    merged = await post(house, path_of(first, "/merge"), {"into": second["ticket"]["number"]}, 201)
    assert (await openings(house, path, 0))[0] == seen
    await post(house, f"/api/v1/regroupings/{merged['id']}/undo")
    assert (await openings(house, path, 0))[0] == seen


async def test_a_customer_who_reads_along_learns_nothing_of_it(house, attached):
    ((path, _),) = await attached(sent_file(PNG))
    await served(house.agent, path)
    _, (event,) = await openings(house, path, 1)
    rows = await house.app.store.read(select("SELECT conversation_id FROM events WHERE id = :id", id=event["id"]))
    assert rows == [(None,)]
