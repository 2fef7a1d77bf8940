"""The HTTP API on a real socket, the house behind it on SQLite: who may ask, what is answered, how it refuses."""

import itertools
import json
import re
from types import SimpleNamespace

import aiohttp
import pytest
import pytest_asyncio

from router.app import App
from router.cli.people import add_api_token, add_login_token, new_agent
from router.clock import SystemClock
from router.config import ChannelConfig, Config, RulesConfig, SecretsConfig, ServerConfig, StorageConfig
from router.model.limits import API_BATCH_MAX
from router.store import journal, people
from router.store.script import select
from router.telemetry import SilentLog
from router.web.auth import hash_password
from tests.servers.service import RULES

pytestmark = pytest.mark.asyncio(loop_scope="module")
CARD = "4111 1111 1111 1111"
PASSWORD = "correct horse battery"
HOOK = {"webhook_url": "http://127.0.0.1:1/hook", "webhook_secret": "s" * 32}
_numbers = itertools.count(1)


async def open_house(folder) -> App:
    (folder / "rules").mkdir()
    (folder / "rules" / "rules.yaml").write_text(RULES)
    config = Config(
        server=ServerConfig(port=0),
        storage=StorageConfig(url="sqlite:house.db"),
        secrets=SecretsConfig(seal_keys={"k1": "11" * 32}, seal_key="k1", signing_key="22" * 32),
        rules=RulesConfig(path="rules"),
        channels=(
            ChannelConfig(kind="api", settings={"kinds": ["x", "telegram"], **HOOK}),
            ChannelConfig(kind="api", account="silent", settings={"kinds": ["facebook"]}),
        ),
    )
    app = App(config, base=folder, roles=("intake", "route", "web"), log=SilentLog(), clock=SystemClock())
    await app.start()
    return app


async def add_agent(app, login, **fields):
    agent = new_agent(app.ids, app.clock, login=login, name=login.title(), **fields)
    await app.store.write(people.add_agent(agent))
    return agent


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory):
    """A running house with the agent mei signed in at `agent`, and a program's token at `program`."""
    app = await open_house(tmp_path_factory.mktemp("house"))
    base = f"http://127.0.0.1:{app.server.port}"
    mei = await add_agent(app, "mei", password_hash=hash_password(PASSWORD))
    token = await add_api_token(app.store, "tests", ("x", "telegram", "facebook"), app.clock)
    async with (
        aiohttp.ClientSession(base, headers={"X-Switchboard": "1"}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as agent,
        aiohttp.ClientSession(base, headers={"Authorization": f"Bearer {token}"}) as program,
        aiohttp.ClientSession(base, cookie_jar=aiohttp.DummyCookieJar()) as stranger,
    ):
        login = await add_login_token(app.store, mei, app.clock)
        assert (await agent.post("/api/v1/login", json={"token": login})).status == 200
        yield SimpleNamespace(app=app, agent=agent, program=program, stranger=stranger, mei=mei)
    await app.stop()


def message(text="where is my transfer?", **fields):
    number = next(_numbers)
    return {
        "channel": "telegram",
        "message_id": f"m{number}",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": f"customer {number}"},
        "text": text,
    } | fields


async def decided(app):
    watch = app.bus.watch("events")
    while await app.store.read(journal.oldest_pending()) is not None:
        await watch.wait(1.0)
    watch.close()


def _ticket_of(external_id):
    sql = "SELECT t.number FROM messages m JOIN tickets t ON t.id = m.ticket_id WHERE m.external_id = :name"
    return (yield from select(sql, name=external_id))


@pytest.fixture
def told(house):
    """Let a customer say something; the ticket as an agent sees it."""

    async def tell(text="where is my transfer?", **fields):
        said = message(text, **fields)
        async with house.program.post("/api/v1/messages", json=said) as answer:
            assert answer.status == 202, await answer.text()
        await decided(house.app)
        ((number,),) = await house.app.store.read(_ticket_of(said["message_id"]))
        return await get(house, f"/api/v1/tickets/T-{number}")

    return tell


async def get(house, path, status=200, **more):
    async with house.agent.get(path, **more) as answer:
        return await _read(answer, status)


async def post(house, path, body=None, status=200, *, key=None, session=None, **more):
    headers = {"Idempotency-Key": key} if key else {}
    async with (session or house.agent).post(path, json=body, headers=headers, **more) as answer:
        return await _read(answer, status)


async def _read(answer, status):
    found = await answer.json(content_type=None)
    assert answer.status == status, found
    if status >= 400:
        assert_problem(answer, found, status)
    return found


def assert_problem(answer, found, status):
    assert answer.content_type == "application/problem+json"
    assert (found["status"], found["type"]) == (status, "about:blank")
    assert found["title"] == found["code"].replace("_", " ")
    assert found["detail"]


def path_of(ticket, what=""):
    return f"/api/v1/tickets/{ticket['ticket']['number']}{what}"


# --- signing in ---------------------------------------------------------------------------------------------------


async def test_a_password_gives_a_session_that_scripts_cannot_read(house):
    async with house.stranger.post("/api/v1/login", json={"login": " MEI ", "password": PASSWORD}) as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
        cookie = answer.cookies["switchboard_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    headers = {"Cookie": f"switchboard_session={cookie.value}"}
    async with house.stranger.get("/api/v1/me", headers=headers) as answer:
        assert (await answer.json())["login"] == "mei"
    async with house.stranger.post("/api/v1/logout", headers=headers) as answer:
        assert answer.status == 200
    async with house.stranger.get("/api/v1/me", headers=headers) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    "wrong",
    [{"login": "mei", "password": "wrong"}, {"login": "nobody", "password": PASSWORD}, {"token": "sbl_x"}, {}],
)
async def test_what_does_not_work_is_not_told_apart(house, wrong):
    found = await post(house, "/api/v1/login", wrong, 401, session=house.stranger)
    assert (found["code"], found["detail"]) == ("login_failed", "this login does not work")


async def test_a_one_time_login_works_once(house):
    token = await add_login_token(house.app.store, house.mei, house.app.clock)
    async with house.stranger.post("/api/v1/login", json={"token": token}) as answer:
        assert answer.status == 200
    await post(house, "/api/v1/login", {"token": token}, 401, session=house.stranger)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"login":5}', b'{"user":"x"}', b"\xff", b'{"login":"\\u0000"}', b"[" * 100_000]
)
async def test_a_login_that_is_none_is_refused(house, body):
    async with house.stranger.post("/api/v1/login", data=body) as answer:
        assert_problem(answer, await answer.json(content_type=None), 400)


async def test_guessing_is_slowed_for_the_login_however_it_is_written(tmp_path):
    app = await open_house(tmp_path)
    try:
        await add_agent(app, "li", password_hash=hash_password(PASSWORD))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}") as session:
            codes = []
            for spelled in ["li", "LI", " li"] * 4:
                async with session.post("/api/v1/login", json={"login": spelled, "password": "x"}) as answer:
                    codes.append(answer.status)
            assert codes == [401] * 10 + [429] * 2
            assert app.server._auth._pace._failures.keys() == {"ip:127.0.0.1", "login:li"}
            async with session.post("/api/v1/login", json={"login": "li", "password": PASSWORD}) as answer:
                assert_problem(answer, await answer.json(content_type=None), 429)
    finally:
        await app.stop()


async def test_without_a_session_nothing_is_shown(house):
    for path in ("me", "agents", "queues", "status", "tickets", "tickets/T-1001", "trace/T-1001", "feed"):
        async with house.stranger.get(f"/api/v1/{path}") as answer:
            assert_problem(answer, await answer.json(content_type=None), 401)


async def test_a_change_needs_the_header_of_our_own_script(house, told):
    ticket = await told()
    cookies = {c.key: c.value for c in house.agent.cookie_jar}
    async with house.stranger.post(path_of(ticket, "/notes"), json={"text": "x"}, cookies=cookies) as answer:
        found = await answer.json(content_type=None)
        assert_problem(answer, found, 403)
        assert found["code"] == "header_missing"


# --- what agents do -----------------------------------------------------------------------------------------------


async def test_a_reply_is_written_once_however_often_it_is_sent(house, told):
    ticket = await told(subject="Transfer")
    body = {"text": "On its way.", "last_seen": ticket["last_seen"]}
    first = await post(house, path_of(ticket, "/replies"), body, 201, key="k1")
    again = await post(house, path_of(ticket, "/replies"), body, 201, key="k1")
    assert first["message"]["id"] == again["message"]["id"]
    assert (first["message"]["text"], first["message"]["delivery"]["state"]) == ("On its way.", "queued")
    assert first["message"]["author"] == {"type": "agent", "id": house.mei.id, "name": "Mei"}
    assert (first["ticket"]["state"], first["ticket"]["assignee_name"]) == ("waiting", "Mei")
    shown = await get(house, path_of(ticket))
    assert [m["text"] for m in shown["messages"] if m["author"]["type"] == "agent"] == ["On its way."]
    other = await post(house, path_of(ticket, "/replies"), {**body, "last_seen": shown["last_seen"]}, 201, key="k2")
    assert other["message"]["id"] != first["message"]["id"]


async def test_a_stale_reply_brings_what_is_newer(house, told):
    sender = {"sender": {"id": "the same"}, "thread_id": "t"}
    ticket = await told("first", **sender)
    await told("wait, found it", **sender)
    body = {"text": "On its way.", "last_seen": ticket["last_seen"]}
    found = await post(house, path_of(ticket, "/replies"), body, 409, key="stale")
    assert found["code"] == "stale_reply"
    assert [m["text"] for m in found["messages"]] == ["wait, found it"]
    forced = await post(house, path_of(ticket, "/replies"), {**body, "force": True}, 201, key="stale")
    assert forced["message"]["text"] == "On its way."


async def test_a_blocked_reply_tells_what_and_where(house, told):
    ticket = await told(channel="x", visibility="public")
    body = {"text": f"your card {CARD}", "last_seen": ticket["last_seen"], "force": True}
    found = await post(house, path_of(ticket, "/replies"), body, 422, key="b1")
    assert (found["code"], found["visibility"]) == ("reply_blocked", "public")
    assert found["findings"] == [{"start": 10, "end": 29, "type": "CARD"}]
    assert CARD not in json.dumps(found)
    found = await post(house, path_of(ticket, "/replies"), {**body, "text": "ask ann@example.org"}, 422, key="b2")
    assert found["findings"][0]["type"] == "EMAIL"


async def test_what_cannot_be_answered_says_why(house, told):
    ticket = await told(channel="facebook", account="silent")
    assert (ticket["can_reply"], ticket["cannot_reply_reason"]) == (False, "receive_only")
    found = await post(house, path_of(ticket, "/replies"), {"text": "hi"}, 409, key="c")
    assert (found["code"], found["reason"]) == ("cannot_reply", "receive_only")
    unknown = await told(channel="facebook", account="unheard of")
    assert unknown["cannot_reply_reason"] == "no_channel"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "  "}, 422, "empty"),
        ({"text": "x" * 50_001}, 422, "too_long"),
        ({"text": 5}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"text": "x", "lastseen": 1}, 400, "invalid"),
        ({"text": "x", "last_seen": 2**70}, 400, "invalid"),
        ({"text": "x", "last_seen": -1}, 400, "invalid"),
        ({"text": "a\x00b"}, 400, "invalid"),
    ],
)
async def test_a_reply_that_is_none_is_refused(house, told, body, status, code):
    ticket = await told()
    found = await post(house, path_of(ticket, "/replies"), body, status, key=f"none {body}"[:50])
    assert found["code"] == code


@pytest.mark.parametrize("key", [None, "x" * 201])
async def test_a_reply_needs_a_key(house, told, key):
    ticket = await told()
    assert (await post(house, path_of(ticket, "/replies"), {"text": "x"}, 400, key=key))["code"] == "key_missing"


async def test_a_note_is_masked_and_never_leaves(house, told):
    ticket = await told()
    first = await post(house, path_of(ticket, "/notes"), {"text": f"he sent {CARD}"}, 201, key="n1")
    again = await post(house, path_of(ticket, "/notes"), {"text": "other"}, 201, key="n1")
    assert first["message"] == again["message"]
    assert (first["message"]["kind"], first["message"]["text"]) == ("note", "he sent [CARD]")
    assert first["message"]["delivery"] is None
    assert first["ticket"]["state"] == ticket["ticket"]["state"]


async def test_a_ticket_walks_its_states_and_keeps_its_history(house, told):
    ticket = await told()
    where = path_of(ticket, "/state")
    assert (await post(house, where, {"state": "rejected"}, 422))["code"] == "reason_missing"
    found = await post(house, where, {"state": "rejected", "reason": "send a photo"})
    assert (found["ticket"]["state"], found["ticket"]["state_reason"]) == ("rejected", "send a photo")
    await post(house, where, {"state": "solved"})
    await post(house, where, {"state": "closed", "reason": "spam"})
    found = await post(house, where, {"state": "open"}, 409)
    assert (found["code"], "can become nothing" in found["detail"]) == ("bad_transition", True)
    assert (await post(house, where, {"state": "lost"}, 400))["code"] == "invalid"
    shown = await get(house, path_of(ticket))
    walked = [(e["data"]["from"], e["data"]["to"]) for e in shown["events"] if e["kind"] == "ticket.state"]
    assert walked == [("new", "rejected"), ("rejected", "solved"), ("solved", "closed")]
    assert (await post(house, path_of(ticket, "/replies"), {"text": "x"}, 409, key="w"))["code"] == "ticket_closed"


async def test_a_ticket_is_given_moved_and_judged(house, told):
    ticket = await told()
    found = await post(house, path_of(ticket, "/assign"), {"agent_id": house.mei.id})
    assert (found["ticket"]["assignee_name"], found["ticket"]["state"]) == ("Mei", "open")
    assert (await post(house, path_of(ticket, "/assign"), {"agent_id": "x"}, 422))["code"] == "no_such_agent"
    found = await post(house, path_of(ticket, "/queue"), {"queue": "general"})
    assert (found["ticket"]["queue"], found["ticket"]["assignee_id"]) == ("general", None)
    found = await post(house, path_of(ticket, "/queue"), {"queue": "lost"}, 422)
    assert "there are: general, transfers" in found["detail"]
    assert (await post(house, path_of(ticket, "/urgency"), {"urgency": "low"}))["ticket"]["urgency"] == "low"
    assert (await post(house, path_of(ticket, "/urgency"), {"urgency": "extreme"}, 400))["code"] == "invalid"


async def test_what_is_not_there_is_not_found(house):
    for path in ("/api/v1/tickets/T-999999", "/api/v1/tickets/x", "/api/v1/trace/x", "/api/v1/messages/x/html"):
        assert (await get(house, path, 404))["code"] == "not_found"
    assert (await post(house, "/api/v1/tickets/T-999999/notes", {"text": "x"}, 404, key="x"))["code"] == "not_found"
    assert (await post(house, "/api/v1/outbox/x/retry", None, 404))["code"] == "not_found"


async def test_lists_have_pages_and_bounds(house, told):
    for _ in range(3):
        await told("page me transfer")
    first = await get(house, "/api/v1/tickets?limit=2&queue=transfers")
    assert len(first["tickets"]) == 2
    second = await get(house, "/api/v1/tickets", params={"limit": 2, "queue": "transfers", "cursor": first["cursor"]})
    assert not {t["id"] for t in first["tickets"]} & {t["id"] for t in second["tickets"]}
    found = await get(house, "/api/v1/tickets", params={"q": "page me"})
    assert found["total"] >= 3
    assert len((await get(house, "/api/v1/tickets?limit=5000"))["tickets"]) <= 100


@pytest.mark.parametrize(
    "query", ["view=x", "limit=x", "limit=-1", "limit=²", "limit=" + "9" * 5_000, "cursor=x", "cursor=%FF%00", "q=%00"]
)
async def test_a_query_that_makes_no_sense_is_refused(house, query):
    async with house.agent.get(f"/api/v1/tickets?{query}") as answer:
        assert_problem(answer, await answer.json(content_type=None), 400)


async def test_the_feed_refuses_a_position_that_is_none(house):
    for position in ("x", "-", "9" * 5_000):
        found = await get(house, f"/api/v1/feed?last_event_id={position}", 400)
        assert found["code"] == "invalid"


async def test_one_changes_ones_own_profile(house):
    async with house.agent.patch("/api/v1/me", json={"language": "zh-CN", "status": "busy"}) as answer:
        assert ((await answer.json())["language"], answer.status) == ("zh-CN", 200)
    for wrong in ({"language": "xx"}, {"status": "asleep"}, {"role": "admin"}):
        async with house.agent.patch("/api/v1/me", json=wrong) as answer:
            assert_problem(answer, await answer.json(content_type=None), 400)


# --- messages in --------------------------------------------------------------------------------------------------


async def test_each_message_has_its_result_in_order(house):
    good, twice = message(), message()
    batch = [good, {"channel": "x"}, twice, twice | {"text": "other"}, message(channel="whatsapp"), 5]
    found = await post(house, "/api/v1/messages", batch, 202, session=house.program)
    results = found["results"]
    assert [r["status"] for r in results] == ["accepted", "rejected", "accepted", "duplicate", "rejected", "rejected"]
    assert [r["message_id"] for r in results[:3]] == [good["message_id"], None, twice["message_id"]]
    assert results[1]["error"].startswith("message_id: missing")
    assert "may not speak for 'whatsapp'" in results[4]["error"]
    assert "expected one JSON object" in results[5]["error"]


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/json", "application/octet-stream"])
async def test_ndjson_is_taken_under_any_name(house, content_type):
    body = "\n".join(json.dumps(message()) for _ in range(3)) + "\n\n"
    headers = {"Content-Type": content_type}
    async with house.program.post("/api/v1/messages", data=body, headers=headers) as answer:
        assert [r["status"] for r in (await answer.json())["results"]] == ["accepted"] * 3


async def test_one_object_over_many_lines_is_one_message(house):
    async with house.program.post("/api/v1/messages", data=json.dumps(message(), indent=2)) as answer:
        assert (answer.status, len((await answer.json())["results"])) == (202, 1)


async def test_a_refused_message_alone_is_422(house):
    found = await _sent(house, json.dumps({"channel": "x"}).encode(), 422)
    assert found["results"][0]["status"] == "rejected"


async def _sent(house, body, status, **headers):
    async with house.program.post("/api/v1/messages", data=body, headers=headers) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        return found


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"[]", "empty"),
        (b"[{", "invalid_json"),
        (b"hello", "invalid_json"),
        (b"[" * 99_999, "invalid"),
    ],
)
async def test_what_is_no_json_is_refused(house, body, code):
    found = await _sent(house, body, 400)
    assert found["code"] == code


async def test_a_batch_has_its_limit(house):
    found = await _sent(house, b"[" + b"{}," * API_BATCH_MAX + b"{}]", 413)
    assert (found["code"], f"at most {API_BATCH_MAX}" in found["detail"]) == ("too_many", True)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer sba_wrong"}, {"Authorization": "Basic x"}])
async def test_a_program_needs_its_token(house, header):
    async with house.stranger.post("/api/v1/messages", json=message(), headers=header) as answer:
        found = await answer.json(content_type=None)
        assert_problem(answer, found, 401)
        assert "switchboard token add" in found["detail"]


# --- the house itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/channels/x/y", "/s/none.js", "/api/v1/%00", "/%FF"])
async def test_an_unknown_path_is_a_problem_document(house, path):
    async with house.stranger.get(path) as answer:
        assert answer.status in {400, 404}
        assert_problem(answer, await answer.json(content_type=None), answer.status)


async def test_a_method_that_is_not_there_names_those_that_are(house):
    async with house.stranger.get("/api/v1/login") as answer:
        assert_problem(answer, await answer.json(content_type=None), 405)
        assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/login", "/inbox", "/api/v1/me", "/api/openapi.json", "/healthz", "/nowhere"])
async def test_every_answer_is_dressed(house, path):
    async with house.stranger.get(path, allow_redirects=False) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src" in policy
        assert "unsafe-eval" not in policy


async def test_health_and_metrics_need_no_login(house):
    async with house.stranger.get("/healthz") as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "ok")
    async with house.stranger.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ready", "bus": "up"})
    async with house.stranger.get("/metrics") as answer:
        assert "switchboard_" in await answer.text()


async def test_without_its_database_it_is_not_ready_and_takes_nothing(tmp_path):
    app = await open_house(tmp_path)
    token = await add_api_token(app.store, "t", ("x",), app.clock)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}", headers=headers) as session:
            async with session.get("/readyz") as answer:
                assert answer.status == 200
            await app.store.close()
            async with session.get("/readyz") as answer:
                assert_problem(answer, await answer.json(content_type=None), 503)
            async with session.get("/healthz") as answer:
                assert answer.status == 200
            async with session.post("/api/v1/messages", json=message(channel="x")) as answer:
                found = await answer.json(content_type=None)
                assert_problem(answer, found, 503)
                assert (found["code"], answer.headers["Retry-After"]) == ("store_unavailable", "2")
    finally:
        await app.stop()


async def test_the_description_is_openapi_and_leaves_no_endpoint_out(house):
    async with house.stranger.get("/api/openapi.json") as answer:
        described = await answer.json()
    assert described["openapi"] == "3.1.0"
    assert set(described["info"]) >= {"title", "version"}
    schemas = described["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)):
        assert name in schemas
    for path, operations in described["paths"].items():
        wanted = set(re.findall(r"\{(\w+)\}", path))
        for operation in operations.values():
            assert operation["summary"]
            assert operation["responses"]
            given = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert given == wanted, path
    mounted = {
        (route.method.lower(), re.sub(r":[^{}]+\}", "}", route.resource.canonical))
        for route in house.app.server._app.router.routes()
        if route.method != "HEAD" and route.resource.canonical.startswith(("/api/v1", "/healthz", "/readyz"))
    }
    assert mounted == {(method, path) for path, operations in described["paths"].items() for method in operations}
    message_in = schemas["Message"]
    assert set(message_in["required"]) == {"channel", "message_id", "visibility", "sent_at", "sender"}
