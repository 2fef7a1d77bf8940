"""Who knocks while the door is shut is let go like everybody else."""

import asyncio
import contextlib
import gc
import socket
import sys

import pytest
from aiohttp import ClientSession, web

from router.listening import Listener, bound


async def _hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


def _app() -> web.Application:
    app = web.Application()
    app.router.add_get("/", _hello)
    return app


async def test_it_serves_under_the_port_that_it_was_given_and_again_after_a_restart():
    app, port = _app(), 0
    for _ in range(2):
        listener = Listener(app)
        await listener.open("127.0.0.1", port)
        port = listener.port
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}/") as answer:
            assert await answer.text() == "hello"
        await listener.close()


async def test_a_name_of_several_addresses_and_a_port_that_is_taken():
    one, other = Listener(_app()), Listener(_app())
    await one.open("localhost", 0)
    with pytest.raises(OSError, match="in use"):
        await other.open("127.0.0.1", one.port)
    await other.close()
    await one.close()


HERE, ALSO_HERE, ELSEWHERE = ((socket.AF_INET, address) for address in ("127.0.0.1", "127.0.0.2", "203.0.113.1"))


def test_all_addresses_of_a_host_have_one_port_and_those_of_another_machine_are_left_out():
    sockets = bound([HERE, ELSEWHERE, ALSO_HERE, HERE], 0)
    names = [one.getsockname() for one in sockets]
    assert names == [("127.0.0.1", names[0][1]), ("127.0.0.2", names[0][1])]
    for one in sockets:
        one.close()
    with pytest.raises(OSError, match="assign requested address"):
        bound([ELSEWHERE], 0)


def test_a_port_that_is_taken_at_the_second_address_is_left_at_the_first():
    (taken,) = bound([ALSO_HERE], 0)
    port = taken.getsockname()[1]
    with pytest.raises(OSError, match="in use"):
        bound([HERE, ALSO_HERE], port)
    (free,) = bound([HERE], port)
    free.close()
    taken.close()


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("rounds", range(5))
def test_whoever_was_accepted_last_is_not_forgotten(rounds, before, monkeypatch):
    client = socket.socket()
    client.setblocking(False)

    async def knock(port: int) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)
        with contextlib.suppress(OSError):  # under way, or nobody is there any more
            client.connect(("127.0.0.1", port))

    async def closed_meanwhile() -> None:
        listener = Listener(_app())
        await listener.open("127.0.0.1", 0)
        knocking = asyncio.create_task(knock(listener.port))
        for _ in range(before):
            await asyncio.sleep(0)
        await listener.close()
        await knocking

    forgotten: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: forgotten.append(one.exc_value))
    asyncio.run(closed_meanwhile())
    gc.collect()
    client.close()
    assert forgotten == []
