"""The API for other programs: messages in, the description, problem documents, health."""

import gzip
import io
import json
import re

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from router.cli.people import add_api_token
from router.model.limits import API_BATCH_MAX, API_BODY_BYTES_MAX
from tests.contract.http.calls import assert_problem, decided, get, message, open_house, post, sent

OPERATED = ("/healthz", "/readyz", "/metrics")

pytestmark = pytest.mark.asyncio(loop_scope="module")


# --- messages in --------------------------------------------------------------------------------------------------


async def test_each_message_has_its_result_in_order(house):
    good, twice = message(), message()
    batch = [good, {"channel": "x"}, twice, twice | {"text": "other"}, message(channel="whatsapp"), 5]
    found = await post(house, "/api/v1/messages", batch, 202, session=house.program)
    results = found["results"]
    assert [r["status"] for r in results] == ["accepted", "rejected", "accepted", "duplicate", "rejected", "rejected"]
    assert [r["message_id"] for r in results[:3]] == [good["message_id"], None, twice["message_id"]]
    assert results[1]["error"].startswith("message_id: missing")
    assert results[4]["message_id"] == batch[4]["message_id"], "what could be read is named"
    assert "may not speak for 'whatsapp'" in results[4]["error"]
    assert "expected one JSON object" in results[5]["error"]


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/json", "application/octet-stream"])
async def test_ndjson_is_taken_under_any_name(house, content_type):
    body = "\n".join(json.dumps(message()) for _ in range(3)) + "\n\n"
    headers = {"Content-Type": content_type}
    async with house.program.post("/api/v1/messages", data=body, headers=headers) as answer:
        assert [r["status"] for r in (await answer.json())["results"]] == ["accepted"] * 3


async def test_a_byte_order_mark_is_no_reason_to_refuse(house):
    for body in (message(), [message()]):
        found = await sent(house, b"\xef\xbb\xbf" + json.dumps(body).encode(), 202)
        assert [r["status"] for r in found["results"]] == ["accepted"]


async def test_one_that_cannot_be_read_does_not_stop_the_others(house):
    for start, between, end in ((b"[", b",", b"]"), (b"", b"\n", b"")):
        halved = json.dumps(message(text="an emoji cut in two: \ud83d")).encode()
        body = start + halved + between + json.dumps(message()).encode() + end
        assert [r["status"] for r in (await sent(house, body, 202))["results"]] == ["accepted"] * 2
    named = json.dumps([message(message_id="half \ud83d"), message(message_id="half \ud83e")]).encode()
    assert [r["status"] for r in (await sent(house, named, 202))["results"]] == ["rejected"] * 2
    found = await sent(house, b"{cut off\n" + json.dumps(message()).encode(), 202)
    assert [r["status"] for r in found["results"]] == ["rejected", "accepted"]


async def test_one_object_over_many_lines_is_one_message(house):
    async with house.program.post("/api/v1/messages", data=json.dumps(message(), indent=2)) as answer:
        assert (answer.status, len((await answer.json())["results"])) == (202, 1)


async def test_a_refused_message_alone_is_a_problem_with_its_result(house):
    late = message() | {"sent_at": "yesterday"}
    for body, name in (({"channel": "x"}, None), (late, late["message_id"]), ([late], late["message_id"])):
        found = await post(house, "/api/v1/messages", body, 422, session=house.program)
        assert (found["code"], found["detail"]) == ("rejected", found["results"][0]["error"])
        assert [(r["message_id"], r["status"]) for r in found["results"]] == [(name, "rejected")]


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
    found = await sent(house, body, 400)
    assert found["code"] == code


async def test_a_body_that_is_not_what_its_headers_say_is_refused(house):
    found = await sent(house, json.dumps(message()).encode(), 400, **{"Content-Encoding": "gzip"})
    assert (found["code"], "Content-Encoding" in found["detail"]) == ("invalid", True)


async def test_a_body_has_its_limit_in_any_form(house):
    body = b" " * (API_BODY_BYTES_MAX + 1)
    found = await sent(house, io.BytesIO(body), 413)
    packed = await sent(house, gzip.compress(body, 1), 413, **{"Content-Encoding": "gzip"})
    assert (found["code"], packed) == ("too_large", found)


async def test_a_batch_has_its_limit(house):
    found = await sent(house, b"[" + b"{}," * API_BATCH_MAX + b"{}]", 413)
    assert (found["code"], f"at most {API_BATCH_MAX}" in found["detail"]) == ("too_many", True)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer sba_wrong"}, {"Authorization": "Basic x"}])
async def test_a_program_needs_its_token(house, header):
    async with house.stranger.post("/api/v1/messages", json=message(), headers=header) as answer:
        found = await answer.json(content_type=None)
        assert_problem(answer, found, 401)
        assert "switchboard token add" in found["detail"]
        assert answer.headers["WWW-Authenticate"] == "Bearer"


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
        if route.method != "HEAD" and route.resource.canonical.startswith(("/api/v1", *OPERATED))
    }
    assert mounted == {(method, path) for path, operations in described["paths"].items() for method in operations}
    patterns = set(re.findall(r'"pattern": "(.*?)"[,}]', json.dumps(schemas)))
    assert {json.loads(f'"{pattern}"') for pattern in patterns} == {
        "^[a-z][a-z0-9_-]{0,31}$",
        r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/]",
    }, "as ECMA-262 has them"
    message_in = schemas["Message"]
    assert set(message_in["required"]) == {"channel", "message_id", "visibility", "sent_at", "sender"}


async def test_answers_are_as_the_description_says(house):
    await post(house, "/api/v1/messages", message(), 202, session=house.program)
    await decided(house.app)
    async with house.stranger.get("/api/openapi.json") as answer:
        described = await answer.json()

    def fits(found, path, status="200", method="get", kind="application/json"):
        schema = described["paths"][path][method]["responses"][status]["content"][kind]["schema"]
        Draft202012Validator({**schema, "components": described["components"]}).validate(found)
        assert set(found) <= set(schema.get("properties", found)), path

    for path in ("/api/v1/me", "/api/v1/tickets", "/api/v1/blocks", "/api/v1/held"):
        fits(await get(house, path), path)
    one = "/api/v1/tickets/{ticket}"
    (row,) = (await get(house, "/api/v1/tickets?limit=1"))["tickets"]
    schema = described["paths"][one]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    shown = await get(house, one.format(ticket=row["number"]))
    Draft202012Validator({**schema, "components": described["components"]}).validate(shown)
    note = await post(house, one.format(ticket=row["number"]) + "/notes", {"text": "seen"}, 201, key="described")
    fits(note, one + "/notes", "201", "post")
    async with house.agent.post(one.format(ticket=row["number"]) + "/files?name=a.bin", data=b"\x07\x08") as answer:
        assert answer.status == 201
        fits(await answer.json(), one + "/files", "201", "post")
    found = await post(house, "/api/v1/messages", {}, 422, session=house.program)
    fits(found, "/api/v1/messages", "422", "post", "application/problem+json")


async def test_the_description_names_the_header_that_changes_need(house):
    async with house.stranger.get("/api/openapi.json") as answer:
        described = await answer.json()
    (asked,) = described["paths"]["/api/v1/tickets/{ticket}/state"]["post"]["security"]
    schemes = [described["components"]["securitySchemes"][name] for name in asked]
    assert {(s["in"], s["name"]) for s in schemes} == {("cookie", "switchboard_session"), ("header", "X-Switchboard")}


async def test_bodies_are_described_as_they_are_decoded(house):
    async with house.stranger.get("/api/openapi.json") as answer:
        described = await answer.json()
    schemas, paths = described["components"]["schemas"], described["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            kinds = operation.get("requestBody", {"content": {}})["content"]
            asked = kinds.get("application/json", {}).get("schema", {})
            assert "properties" not in asked, f"{method} {path} is described by hand"
            if name := asked.get("$ref", "").removeprefix("#/components/schemas/"):
                assert schemas[name]["additionalProperties"] is False, name

    def body(path, name):
        ref = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        return schemas[ref.split("/")[-1]][name]

    one = "/api/v1/tickets/{ticket}"
    assert body(one + "/replies", "required") == ["text"]
    assert "waiting" in body(one + "/state", "properties")["state"]["enum"]
    assert body("/api/v1/messages/{message}/edit", "required") == ["text", "revision"]
    assert "requestBody" not in paths[one + "/accept"]["post"]
    asked = {p["name"]: p["schema"] for p in paths["/api/v1/tickets"]["get"]["parameters"]}
    assert {"mine", "solved"} <= set(asked["view"]["enum"])
    assert asked["limit"]["type"] == "integer"


async def test_tickets_of_a_contact_are_listed_by_whatever_name_it_has(house):
    await post(house, "/api/v1/messages", message(), 202, session=house.program)
    await decided(house.app)
    (row,) = (await get(house, "/api/v1/tickets?limit=1"))["tickets"]
    for name in (row["contact"]["id"], row["contact"]["label"]):
        found = await get(house, "/api/v1/tickets", params={"contact": name})
        assert row["id"] in {each["id"] for each in found["tickets"]}
        assert {each["contact"]["id"] for each in found["tickets"]} == {row["contact"]["id"]}
    assert (await get(house, "/api/v1/tickets", params={"contact": "C-999999"}))["tickets"] == []
