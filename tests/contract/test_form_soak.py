"""Many pages, seeded: sent twice, at once, cut off, over restarts. Each is one message, and none is lost."""

import asyncio
import os
import random
from urllib.parse import urlsplit

from connectors.form.simulator import encoded
from tests.servers.form_house import customer_of, running_house

PAGES = int(os.environ.get("SWITCHBOARD_SOAK", "300"))
LIVES = 4
LIMITS = {"per_address_hour": 100_000, "per_email_hour": 100_000, "per_minute": 100_000}


async def cut_off(house, page, text):
    """Send it and leave before the answer; the line may be cut at any byte."""
    body, boundary = encoded({**page.values, "text": text}, ())
    address = urlsplit(house.base)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST {urlsplit(page.url).path} HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: {house.base}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


async def send(house, http, page, text, chance):
    """As impatient people do: until its page says that it is there."""
    customer = customer_of(house, http)
    fault = chance.random()
    if fault < 0.2:
        await cut_off(house, page, text)
    if fault > 0.8:
        await asyncio.gather(customer.send(page, text=text), customer.send(page, text=text))
    shown = await customer.send(page, text=text)
    assert shown.status == 200
    return shown.url


async def test_the_ledgers_are_equal_after_a_stormy_day(tmp_path, http):
    chance = random.Random(20261128)
    told: dict[str, str] = {}
    port = 0
    for life in range(LIVES):
        async with running_house(tmp_path, port=port, topics=[], fields=[], email="none", limits=LIMITS) as house:
            port = urlsplit(house.base).port
            for number in range(life, PAGES, LIVES):
                page = await customer_of(house, http).open()
                told[f"page {number}"] = await send(house, http, page, f"page {number}", chance)
            earlier = chance.sample(sorted(told), min(20, len(told)))
            for text in earlier:
                assert text in (await customer_of(house, http).open(told[text])).text
            await house.tickets()
            found = [row[0] for row in await house.rows("SELECT text FROM messages WHERE kind = 'inbound'")]
            assert sorted(found) == sorted(told)
    assert len(told) == PAGES
    assert len(set(told.values())) == PAGES, "no two pages are one conversation"
