"""Everybody writes at once, one message each: a ticket for each of them, none twice, on one machine and scaled.

`make soak` lets 100,000 come; the tests let a few hundred.
"""

import asyncio
import json
import os
from collections import Counter
from contextlib import asynccontextmanager

import aiohttp
import pytest

from router.model.limits import API_BATCH_MAX
from router.store.script import select
from tests.e2e.load import SENT_AT, channels, receiver_of_replies, settled
from tests.servers.service import Service

CROWD = int(os.environ.get("SWITCHBOARD_SOAK", "600"))
AT_ONCE = 8
"""Requests under way."""
AGAIN = 10
"""Each so manieth message is delivered once more."""
ROLES = {"sqlite": ("intake,route,deliver,web",), "postgres": ("web", "intake", "route", "route", "deliver")}


def said(number: int) -> dict[str, object]:
    """What the n-th of them writes: their own words, so that nobody repeats anybody."""
    return {
        "channel": "telegram",
        "message_id": f"m-{number}",
        "visibility": "private",
        "sent_at": SENT_AT,
        "sender": {"id": f"customer-{number}"},
        "text": f"Could you tell me more about number {number}?",
    }


@pytest.fixture(params=["sqlite", "postgres"])
def service(request, tmp_path):
    """A house whose replies go to a receiver, and the processes that it runs as."""
    place = {}
    if request.param == "postgres":
        place = {
            "storage": request.getfixturevalue("fresh_postgres"),
            "bus": request.getfixturevalue("redis_server").url,
        }
    return lambda address: (Service(tmp_path, channels=channels(address), **place), ROLES[request.param])


@asynccontextmanager
async def running(service: Service, roles):
    workers = [service.worker(role) for role in roles]
    try:
        await workers[0].start()  # the first one makes the tables
        await asyncio.gather(*(worker.start() for worker in workers[1:]))
        yield workers
    finally:
        await service.end()


async def deliver(http: aiohttp.ClientSession, url: str, numbers: list[int]) -> Counter[str]:
    """One request, tried again until it is answered: what became of its messages."""
    body = json.dumps([said(number) for number in numbers])
    while True:
        try:
            async with http.post(f"{url}/api/v1/messages", data=body) as answer:
                if answer.status == 202:
                    return Counter(each["status"] for each in (await answer.json())["results"])
                assert answer.status == 503, await answer.text()
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)


async def arrive(service: Service, http: aiohttp.ClientSession, numbers: list[int]) -> Counter[str]:
    size = min(API_BATCH_MAX, -(-len(numbers) // AT_ONCE))
    waiting = [numbers[at : at + size] for at in range(0, len(numbers), size)]
    done: Counter[str] = Counter()

    async def provider() -> None:
        while waiting:
            done.update(await deliver(http, service.url, waiting.pop()))

    await asyncio.gather(*(provider() for _ in range(AT_ONCE)))
    return done


async def test_of_everybody_who_writes_at_once_each_gets_one_ticket(service):
    async with receiver_of_replies() as (receiver, address):
        house, roles = service(address)
        async with running(house, roles) as workers, house.store() as store:
            token = await house.api_token("telegram")
            timeout = aiohttp.ClientTimeout(total=None)
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, timeout=timeout) as http:
                everybody = list(range(CROWD))
                assert await arrive(house, http, everybody) == {"accepted": CROWD}
                again = everybody[::AGAIN]
                assert await arrive(house, http, again) == {"duplicate": len(again)}
            await settled(store)

            async def rows(sql: str) -> list[tuple]:
                return [tuple(row) for row in await store.read(select(sql))]

            inbound = "FROM messages WHERE kind = 'inbound'"
            assert await rows(f"SELECT COUNT(*), COUNT(DISTINCT external_id), COUNT(DISTINCT ticket_id) {inbound}") == [
                (CROWD, CROWD, CROWD)
            ]
            assert await rows("SELECT COUNT(*), COUNT(DISTINCT contact_id), MIN(number), MAX(number) FROM tickets") == [
                (CROWD, CROWD, 1001, 1000 + CROWD)
            ]
            assert await rows("SELECT state, COUNT(*) FROM journal GROUP BY state") == [("done", CROWD)]
            receipts = await rows("SELECT COUNT(*), COUNT(DISTINCT ticket_id) FROM messages WHERE kind = 'reply'")
            assert receipts[0][0] == receipts[0][1], "nobody hears twice"
            withheld = await rows("SELECT COALESCE(SUM(withheld), 0) FROM channel_load")
            if CROWD <= 20_000:
                assert (receipts[0][0], withheld) == (CROWD, [(0,)]), "within the quota of the channel"
            sent = Counter(delivery.message_id for delivery in receiver.taken.values())
            assert (len(sent), set(sent.values())) == (receipts[0][0], {1})
            assert await rows("SELECT DISTINCT state FROM outbox") == [("sent",)]
            events = await rows("SELECT COUNT(*), MIN(id), MAX(id) FROM events")
            assert events == [(events[0][0], 1, events[0][0])], "no hole in the feed"
            for worker in workers:
                assert worker.running
                assert not worker.troubles()
