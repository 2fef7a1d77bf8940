"""Signing in to the API that the inbox stands on: sessions, one-time links, guesses slowed, and whose page it is."""

import asyncio
from urllib.parse import parse_qs

import aiohttp
import pytest
from yarl import URL

from router.cli.people import add_login_token
from router.web.auth import _matches as matches
from router.web.auth import hash_password
from tests.contract.http.calls import PASSWORD, add_agent, assert_problem, open_house, post

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_behind_a_proxy_who_guesses_locks_out_nobody_else(tmp_path):
    app = await open_house(tmp_path, proxies=1)
    try:
        await add_agent(app, "li", password_hash=hash_password(PASSWORD))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}") as session:

            async def sign_in(came_from, login, password="x"):
                asked = {"login": login, "password": password}
                headers = {"X-Forwarded-For": came_from}
                async with session.post("/api/v1/login", json=asked, headers=headers) as answer:
                    return answer.status

            # What a guesser writes into the header stands left of what the proxy saw.
            guesses = [await sign_in(f"203.0.113.{number}, 192.0.2.1", f"login {number}") for number in range(12)]
            assert guesses == [401] * 10 + [429] * 2
            assert await sign_in("192.0.2.2", "li", PASSWORD) == 200
    finally:
        await app.stop()


async def test_guesses_that_come_at_once_are_slowed_too(tmp_path):
    app = await open_house(tmp_path)
    try:
        await add_agent(app, "li", password_hash=hash_password(PASSWORD))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}") as session:

            async def guess(password):
                async with session.post("/api/v1/login", json={"login": "li", "password": password}) as answer:
                    return answer.status

            codes = await asyncio.gather(*(guess("x") for _ in range(14)), guess(PASSWORD))
            assert codes.count(401) == 10
            assert codes.count(429) >= 4
    finally:
        await app.stop()


async def test_a_flood_of_guesses_keeps_no_threads_from_others(tmp_path, monkeypatch):
    tried = []

    def noted(*args):
        tried.append(args)
        return matches(*args)

    monkeypatch.setattr("router.web.auth._matches", noted)
    app = await open_house(tmp_path)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}") as session:

            async def guess():
                async with session.post("/api/v1/login", json={"login": "li", "password": "x"}) as answer:
                    return answer.status

            codes = await asyncio.gather(*(guess() for _ in range(40)))
            assert codes.count(401) == 10
            assert len(tried) <= 11, "who is over the limit costs no password hash"
    finally:
        await app.stop()


@pytest.mark.parametrize("path", ["/api/v1/login", "/api/v1/logout"])
async def test_a_page_of_another_site_signs_nobody_in_or_out(house, path):
    cookie = await signed_in(house)
    for origin in ("https://evil.example", "null"):
        headers = {"Origin": origin, "Cookie": cookie, "Content-Type": "text/plain"}
        body = f'{{"login":"mei","password":"{PASSWORD}"}}'
        async with house.stranger.post(path, data=body, headers=headers) as answer:
            found = await answer.json(content_type=None)
            assert_problem(answer, found, 403)
            assert (found["code"], "Set-Cookie" in answer.headers) == ("foreign_origin", False)
    own = f"http://127.0.0.1:{house.app.server.port}"
    async with house.stranger.post(path, data=body, headers={"Origin": own, "Cookie": cookie}) as answer:
        assert answer.status == 200


async def test_who_only_looks_needs_no_header(house):
    for path in ("/inbox", "/api/v1/me"):
        async with house.stranger.head(path, headers={"Cookie": await signed_in(house)}) as answer:
            assert answer.status == 200


async def signed_in(house):
    """A cookie of mei's."""
    async with house.stranger.post("/api/v1/login", json={"login": "mei", "password": PASSWORD}) as answer:
        assert answer.status == 200
        return f"switchboard_session={answer.cookies['switchboard_session'].value}"


async def test_without_a_session_nothing_is_shown(house):
    for path in ("me", "agents", "queues", "status", "tickets", "tickets/T-1001", "trace/T-1001", "feed"):
        async with house.stranger.get(f"/api/v1/{path}") as answer:
            assert_problem(answer, await answer.json(content_type=None), 401)


async def test_who_has_to_sign_in_comes_back_to_where_they_were_going(house):
    place = "/inbox/queue:billing/T-1001?q=1%2B1%20%26"
    async with house.stranger.get(URL(place, encoded=True), allow_redirects=False) as answer:
        assert answer.status == 302
        there = URL(answer.headers["Location"], encoded=True)
    assert (there.path, parse_qs(there.raw_query_string)) == ("/login", {"next": [place]})


async def test_a_page_of_one_agent_does_nothing_as_another(house):
    tom = await add_agent(house.app, "tom of another page")
    mine, other = ({"X-Switchboard-Agent": who} for who in (house.mei.id, tom.id))
    for headers, status in ((mine, 200), (other, 401)):
        async with house.agent.get("/api/v1/me", headers=headers) as answer:
            assert answer.status == status
        async with house.agent.patch("/api/v1/me", json={"status": "online"}, headers=headers) as answer:
            assert answer.status == status
    async with house.agent.ws_connect(f"/api/v1/feed?as={house.mei.id}") as socket:
        assert (await socket.receive_json())["type"] == "hello"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.agent.ws_connect(f"/api/v1/feed?as={tom.id}")
    assert refused.value.status == 401
