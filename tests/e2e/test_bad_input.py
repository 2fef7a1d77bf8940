"""What a service is told that it must not believe, and a database that goes away: clear answers, nothing lost.

A real process on a real port; the database is a real PostgreSQL that is stopped, or a file that may not grow.
"""

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import pytest

from router.model.limits import API_BATCH_MAX, API_BODY_BYTES_MAX
from router.store.script import select
from tests.e2e.desk import Desk
from tests.e2e.load import settled
from tests.servers.service import Service

CHANNELS = [{"kind": "api", "settings": {"kinds": ["telegram"]}}]
NO_ROOM = "SQLite: disk I/O error (SQLITE_IOERR_WRITE)"
"""What SQLite makes of EFBIG, by which a test can have its own full disk."""


def message(message_id: str = "m-1", **fields: object) -> dict[str, object]:
    return {
        "channel": "telegram",
        "message_id": message_id,
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "customer-1"},
        "text": "Hello",
    } | fields


class Api:
    """A program with a token, and the process it speaks to."""

    def __init__(self, service: Service, worker, http: aiohttp.ClientSession, token: str) -> None:
        self.service, self.worker, self.http, self.token = service, worker, http, token

    async def post(self, body: object, *, token: str | None = None, kind: str = "application/json"):
        """Status, and the JSON of the answer; `body` is JSON to be, or bytes as they are."""
        data = BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": kind}
        async with self.http.post(f"{self.service.url}/api/v1/messages", data=data, headers=headers) as response:
            assert response.headers["Content-Type"].startswith(("application/json", "application/problem+json"))
            return response.status, await response.json(content_type=None)

    async def stored(self) -> list[str]:
        """Ids of all messages of customers, once everything accepted is decided."""
        async with self.service.store() as store:
            await settled(store)
            rows = await store.read(select("SELECT external_id FROM messages WHERE kind = 'inbound' ORDER BY id"))
            return [row[0] for row in rows]


@asynccontextmanager
async def serving(folder, **storage) -> AsyncIterator[Api]:
    service = Service(folder, channels=CHANNELS, **storage)
    worker = service.worker()
    try:
        await worker.start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            try:
                yield Api(service, worker, http, await service.api_token("telegram"))
            finally:
                assert worker.running, "\n".join(worker.log[-20:])
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()


@pytest.fixture
async def api(tmp_path):
    async with serving(tmp_path) as served:
        yield served


async def test_the_api_answers_what_is_wrong_and_takes_the_rest(api):
    for token in ("sba_nobody", "Ünïcode", "x" * 5_000):
        status, problem = await api.post(message(), token=token)
        assert (status, problem["code"]) == (401, "bad_token")

    for body in (b"", b"{", b"hello", b'"text"', b"[1,", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000):
        status, problem = await api.post(body)
        assert status in {400, 422}, body[:20]
        assert problem.get("detail") or problem["results"][0]["error"]

    status, answer = await api.post([message("a"), message("b", sent_at="yesterday"), message("c")])
    assert status == 202
    assert [result["status"] for result in answer["results"]] == ["accepted", "rejected", "accepted"]
    assert "sent_at" in answer["results"][1]["error"]

    status, answer = await api.post([message("d"), message("a"), message("d", text="other words")])
    assert [result["status"] for result in answer["results"]] == ["accepted", "duplicate", "duplicate"]

    lines = b"\n".join(json.dumps(item).encode() for item in (message("e"), message("f", channel="x")))
    status, answer = await api.post(lines + b"\n{broken\n", kind="application/x-ndjson")
    assert [result["status"] for result in answer["results"]] == ["accepted", "rejected", "rejected"]
    assert "may not speak for 'x'" in answer["results"][1]["error"]

    status, problem = await api.post([message(f"n-{number}") for number in range(API_BATCH_MAX + 1)])
    assert (status, problem["code"]) == (413, "too_many")
    status, problem = await api.post(b'{"text": "' + b"x" * API_BODY_BYTES_MAX + b'"}')
    assert status == 413

    status, answer = await api.post(message("nul", text="be\0fore"))
    assert (status, answer["results"][0]["status"]) == (202, "accepted")
    status, answer = await api.post(message("nul-id", sender={"id": "customer\0two"}))
    assert status == 422
    assert "sender.id" in answer["results"][0]["error"]
    assert await api.stored() == ["a", "c", "d", "e", "nul"]


async def test_unknown_fields_come_back_under_ext(api):
    status, _ = await api.post(message("m-1", mood="angry", ext={"campaign": "spring"}))
    assert status == 202
    assert await api.stored() == ["m-1"]
    (line,) = (await api.service.command("export", "-")).splitlines()
    assert json.loads(line)["ext"] == {"campaign": "spring", "mood": "angry"}


async def test_garbage_on_the_feed_ends_that_connection_only(api):
    feed = f"{api.service.url}/api/v1/feed"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await api.http.ws_connect(feed)
    assert refused.value.status == 401
    desk = await Desk.open(api.service, api.http)
    for position in ("-1", "many", "9" * 400, "1.5", "١"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await api.http.ws_connect(feed, params={"last_event_id": position})
        assert refused.value.status == 400
    async with desk.feed() as quiet:
        for frame in ("x" * 100_000, '{"type": "hello"', "\0"):
            async with api.http.ws_connect(feed) as socket:
                await socket.send_str(frame)
                await socket.send_bytes(b"\xff" * 100)
                async with api.http.get(feed) as plain:
                    assert plain.status == 400, "a request that is no WebSocket"
        await api.post(message("m-1"))
        await quiet.until("ticket.opened")


async def until_ready(api: Api, ready: bool) -> str | None:
    """Wait until the service itself says so; what it says is in its way."""
    while True:
        async with api.http.get(f"{api.service.url}/readyz") as response:
            if (response.status == 200) is ready:
                return (await response.json(content_type=None)).get("detail")
        await asyncio.sleep(0.1)


async def test_without_postgresql_nothing_is_acknowledged_and_afterwards_all_goes_on(tmp_path, postgres):
    async with serving(tmp_path, storage=postgres.create_database()) as api:
        assert (await api.post(message("before")))[0] == 202
        names = ["before"]
        for outage in (postgres.stop, postgres.kill, postgres.kill):
            names.append(f"meanwhile-{len(names)}")
            await asyncio.to_thread(outage)
            try:
                for _ in range(3):
                    status, problem = await api.post(message(names[-1]))
                    assert (status, problem["code"]) == (503, "store_unavailable")
                await until_ready(api, ready=False)
            finally:
                await asyncio.to_thread(postgres.start)
            await until_ready(api, ready=True)
            status, answer = await api.post(message(names[-1]))
            assert (status, answer["results"][0]["status"]) == (202, "accepted")
        assert await api.stored() == names


async def test_with_a_full_disk_nothing_is_acknowledged_and_afterwards_all_goes_on(api):
    assert (await api.post(message("before")))[0] == 202
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(api.worker.pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    try:
        for _ in range(3):
            status, problem = await api.post(message("meanwhile"))
            assert (status, problem["code"]) == (503, "store_unavailable")
        said = await until_ready(api, ready=False)
        assert said == "the database answers, but takes no writes, so nothing is accepted: " + NO_ROOM
    finally:
        resource.prlimit(api.worker.pid, resource.RLIMIT_FSIZE, unlimited)
    await until_ready(api, ready=True)
    reasons = {found["event"]: found["reason"] for found in map(json.loads, api.worker.log) if "reason" in found}
    expected = ("web.store_unavailable", "store.writes_fail", "leases.store_unavailable")
    assert {event: reasons.get(event) for event in expected} == dict.fromkeys(expected, NO_ROOM)
    status, answer = await api.post(message("meanwhile"))
    assert (status, answer["results"][0]["status"]) == (202, "accepted")
    assert await api.stored() == ["before", "meanwhile"]
