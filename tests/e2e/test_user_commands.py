"""People from the command line: whoever leaves, or whose machine was stolen, is out at once."""

import asyncio
import json

import aiohttp
import pytest

PASSWORD = "long enough 1"


@pytest.mark.parametrize("said", ["x", "-1", "10001", "1e3", "9" * 5_000])
def test_a_capacity_that_is_none_is_wrong_usage(command, said):
    code, out, err = command("user", "add", "li", f"--capacity={said}")
    assert (code, out) == (2, "")
    assert err.endswith("is no number of tickets (0 to 10000)\n")
    assert len(err) < 800


@pytest.mark.parametrize("name", ["x" * 100_000, "li\nadmin root added", "li\u202e"])
def test_nobody_has_a_name_that_no_list_can_show(desk, name):
    desk("user add", name, code=1)
    desk("user add", "li", "--name", name, code=1)
    desk("token add", name, "--kind", "x", code=1)
    assert desk.err.endswith(" characters, all of which can be seen\n")


def test_people_are_added_once_and_sign_in_by_a_link(desk):
    said = desk("user add", "Mei@Example.org", "--role", "admin", "--queue", "transfers")
    assert "admin mei@example.org added, Mei to customers" in said
    assert "https://help.example.org/login?token=sbl_" in said
    desk("user add", "mei@example.org", code=1)
    assert "somebody with the login 'mei@example.org' already" in desk.err
    added = json.loads(desk("user add", "li", "--json", "--password", stdin=b"long enough 1\n"))
    assert set(added) == {"id", "login", "link"}
    assert desk.look("SELECT login, role FROM agents ORDER BY login") == [("li", "agent"), ("mei@example.org", "admin")]
    desk("user add", "wu", "--password", stdin=b"short\n", code=1)
    assert "at least 10 characters" in desk.err
    token = said.split("token=")[1].strip()
    for file in desk.folder.glob("house.db*"):
        assert token.encode() not in file.read_bytes()
        assert b"long enough" not in file.read_bytes()


def test_nobody_is_added_who_could_not_work(desk):
    desk("user add", "  ", code=1)
    assert "a login cannot be empty" in desk.err
    desk.serve()
    desk("user add", "mei", "--queue", "tranfsers", code=1)
    assert "there is no queue tranfsers; there are general, transfers" in desk.err
    with pytest.raises(SystemExit, match="2"):
        desk("user add", "mei", "--capacity", "-1")
    assert desk.look("SELECT count(*) FROM agents") == [(0,)]


def signed_out_while_the_house_runs(desk, *flags, stdin=b""):
    """Sign li out, who is signed in by password and has one link left; what it said, and which of the three still lets
    in what asks for li."""

    async def work(app):
        base = f"http://127.0.0.1:{app.server.port}"
        async with aiohttp.ClientSession(base, cookie_jar=aiohttp.DummyCookieJar()) as http:

            async def lets_in(**shown):
                async with http.post("/api/v1/login", json=shown) as answer:
                    return answer.cookies.get("switchboard_session")

            async def is_in(session):
                async with http.get("/api/v1/me", headers={"Cookie": f"{session.key}={session.value}"}) as answer:
                    return answer.status == 200

            session = await lets_in(login="li", password=PASSWORD)
            assert await is_in(session)
            said = await asyncio.to_thread(desk, "user sign-out", "LI", *flags, stdin=stdin)
            still = await is_in(session), await lets_in(login="li", password=PASSWORD), await lets_in(token=link)
            if "token=" in said:
                assert await is_in(await lets_in(token=said.split("token=")[1].strip()))
            if stdin:
                assert await lets_in(login="li", password=stdin.decode().strip())
            return said, still

    link = desk("user add", "li", "--password", stdin=f"{PASSWORD}\n".encode()).split("token=")[1].strip()
    desk("user add", "mei")
    return desk.serve(work)


def test_whoever_leaves_is_out_and_is_given_nothing_more(desk):
    said, still = signed_out_while_the_house_runs(desk)
    assert said == "li signed out everywhere (sessions ended: 1), away, and without a password or a link\n"
    assert not any(still)
    assert desk.look("SELECT login, status, password_hash FROM agents ORDER BY login") == [
        ("li", "away", None),
        ("mei", "away", None),
    ]
    assert desk.look("SELECT count(*) FROM login_tokens") == [(1,)], "mei's link is hers"
    desk("user sign-out", "wu", code=1)
    assert "nobody signs in as 'wu'" in desk.err


def test_whose_machine_was_stolen_comes_back_by_a_new_link_or_password(desk):
    said, still = signed_out_while_the_house_runs(desk, "--link", "--password", stdin=b"another one 2\n")
    assert said.startswith(
        "li signed out everywhere (sessions ended: 1), away; signs in once, within a day, with\n  https://"
    )
    assert not any(still)
