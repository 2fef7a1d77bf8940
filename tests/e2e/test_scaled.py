"""The scaled house as plain processes: intake, two route workers, deliver and web on PostgreSQL and Redis."""

import asyncio
import random
from contextlib import asynccontextmanager

import aiohttp
import pytest

from router.clock import SystemClock
from router.model.limits import PARTITIONS
from router.store import leases
from tests.e2e.desk import Desk
from tests.e2e.load import Load, assert_nothing_lost_or_doubled, channels, receiver_of_replies, settled
from tests.e2e.mailbox import CUSTOMER, Mailbox, is_receipt, letter, mail_channel
from tests.servers.service import Service

ROLES = ("web", "intake", "route", "route", "deliver")


@asynccontextmanager
async def running(service: Service):
    """All roles, each a process; killed in the end."""
    workers = [service.worker(role) for role in ROLES]
    try:
        await workers[0].start()  # the first one makes the tables
        await asyncio.gather(*(worker.start() for worker in workers[1:]))
        yield workers
    finally:
        await service.end()


@pytest.fixture
async def http():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_a_mail_is_answered_and_the_answer_to_that_joins(
    tmp_path, http, fresh_postgres, redis_server, dovecot, smtp_sink
):
    channel = mail_channel(dovecot, "scaled", smtp_sink)
    mailbox = Mailbox(dovecot, "scaled", smtp_sink)
    service = Service(tmp_path, storage=fresh_postgres, bus=redis_server.url, channels=[channel])
    async with running(service) as workers:
        desk = await Desk.open(service, http)
        async with desk.feed() as feed:
            await mailbox.put(letter("q1@mail.example"))
            await feed.until("ticket.opened")
        assert is_receipt((await smtp_sink.wait_for(1))[0].message)

        await desk.reply("T-1001", "It will be there tomorrow.")
        answer = (await mailbox.sent(lambda mail: not is_receipt(mail))).message
        assert answer["To"] == CUSTOMER
        assert answer["In-Reply-To"] == "<q1@mail.example>"
        assert "<q1@mail.example>" in answer["References"].split()
        assert answer["Reply-To"].addresses[0].username.startswith("help+")
        assert "It will be there tomorrow." in answer.get_content()

        follow_up = {"In_Reply_To": answer["Message-ID"], "To": answer["Reply-To"], "Subject": answer["Subject"]}
        await mailbox.put(letter("q2@mail.example", "Thank you!", **follow_up))
        ticket = await desk.until("T-1001", lambda ticket: len(ticket["messages"]) == 4)
        assert ticket["messages"][-1]["text"].strip() == "Thank you!"
        assert (await desk.tickets())["total"] == 1
        for worker in workers:
            assert await worker.stop() == 0
            assert not worker.troubles()


async def test_a_route_worker_dies_and_redis_comes_and_goes(tmp_path, http, fresh_postgres, redis_server):
    async with receiver_of_replies() as (receiver, address):
        service = Service(tmp_path, storage=fresh_postgres, bus=redis_server.url, channels=channels(address))
        async with running(service) as workers, service.store() as store:
            victim = workers[ROLES.index("route")]
            load = Load(service, await service.api_token("telegram"), http)
            await service.sign_in(http)
            load.up.set()
            people = [asyncio.create_task(load.customer(random.Random(seed))) for seed in range(3)]
            people.append(asyncio.create_task(load.agent(random.Random(9))))

            async def owners():
                return await store.read(leases.owners(now_ms=SystemClock().now_ms()))

            async def more(number: int) -> None:
                await load.until_accepted(len(load.ids) + number)

            await more(40)
            while sorted((await owners()).values()) != [PARTITIONS // 2] * 2:
                await asyncio.sleep(0.1)
            await victim.kill()
            await more(40)
            while list((await owners()).values()) != [PARTITIONS]:
                await asyncio.sleep(0.1)

            redis_server.stop()
            await more(40)
            receiver.arrived.clear()
            await receiver.arrived.wait()  # replies leave without Redis, too
            redis_server.start()
            await more(20)
            redis_server.flush()
            await more(20)

            await load.end()
            await asyncio.gather(*people)
            await settled(store)
            assert not load.refused
            assert load.replied
            await assert_nothing_lost_or_doubled(store, load, receiver)
            for worker in workers:
                assert worker is victim or await worker.stop() == 0
                assert not worker.troubles()


@pytest.mark.parametrize("role", ["web", "deliver"])
async def test_every_process_says_whether_the_bus_is_up(tmp_path, http, fresh_postgres, redis_server, role):
    service = Service(tmp_path, storage=fresh_postgres, bus=redis_server.url)
    try:
        await service.worker(role).start()
        lines: list[str] = []
        while "switchboard_bus_up 1.0" not in lines:
            async with http.get(f"{service.url}/metrics") as answer:
                lines = (await answer.text()).splitlines()
    finally:
        await service.end()
