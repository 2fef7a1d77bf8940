"""Many pages, seeded: sent twice, at once, cut off, over restarts. Each is one message, and none is lost.

Browsers go about at once. Some pages bring a file; some are answered, and show that once.
"""

import asyncio
import os
import random
from collections import Counter
from urllib.parse import urlsplit

from connectors.form.simulator import ChosenFile, encoded
from router.core.replies import ReplyCommand
from router.model.tables import Agent
from router.store import people
from tests.servers.form_house import customer_of, running_house
from tests.servers.kept_files import kept_files
from tests.servers.soak_report import report

PAGES = int(os.environ.get("SWITCHBOARD_SOAK", "300"))
LIVES = 4
BROWSERS = 20
FILES = 0.03
LIMITS = {"per_address_hour": 100_000, "per_email_hour": 100_000, "per_minute": 100_000}
MEI = Agent(id="agent-mei", login="mei", name="Mei", status="online", created_at_ms=1)


class Browser:
    """Sends pages one after the other, as impatient people do: until a page says that it is there."""

    def __init__(self, number):
        self._chance = random.Random(20261128 + number)
        self.told, self.files, self.faults = {}, {}, Counter()

    async def send(self, house, http, pages):
        for number in pages:
            page = await customer_of(house, http).open()
            text = f"page {number}."
            files = ()
            if self._chance.random() < FILES:
                self.files[text] = f"the file of {number}\n".encode() * self._chance.randrange(1, 200)
                files = (ChosenFile(name="a.txt", data=self.files[text], content_type="text/plain"),)
            self.told[text] = await self._send(house, http, page, text, files)

    async def _send(self, house, http, page, text, files):
        customer = customer_of(house, http)
        fault = self._chance.random()
        if fault < 0.2:
            self.faults["unheard"] += 1
            await cut_off(house, page, text, files)
        if fault > 0.8:
            self.faults["twice at once"] += 1
            await asyncio.gather(*(customer.send(page, *files, text=text) for _ in range(2)))
        shown = await customer.send(page, *files, text=text)
        assert shown.status == 200
        return shown.url


async def cut_off(house, page, text, files):
    """Send it and leave before the answer; the line may be cut at any byte."""
    body, boundary = encoded({**page.values, "text": text}, files)
    address = urlsplit(house.base)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST {urlsplit(page.url).path} HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: {house.base}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


async def answer(house, text):
    """Mei answers a page."""
    ((ticket_id,),) = await house.rows("SELECT ticket_id FROM messages WHERE text = :text", text=text)
    told, key = f"Answer of {text}", f"key-{text}"
    command = ReplyCommand(
        ticket_id=ticket_id, text=told, last_seen=house.app.feed.last_event_id, client_key=key, force=True
    )
    await house.app.commands.reply(command, MEI)
    return told


async def test_the_ledgers_are_equal_after_a_stormy_day(tmp_path, http, capsys):
    chance = random.Random(20261128)
    browsers = [Browser(number) for number in range(BROWSERS)]
    answers: dict[str, str] = {}
    port = 0
    for life in range(LIVES):
        async with running_house(tmp_path, port=port, topics=[], fields=[], email="none", limits=LIMITS) as house:
            port = urlsplit(house.base).port
            if life == 0:
                await house.app.store.write(people.add_agent(MEI))
            pages = range(life, PAGES, LIVES)
            await asyncio.gather(*(one.send(house, http, pages[at::BROWSERS]) for at, one in enumerate(browsers)))
            told = {text: url for one in browsers for text, url in one.told.items()}
            for text in chance.sample(sorted(told), min(20, len(told))):
                answers[text] = answers.get(text) or await answer(house, text)
            for text, answered in answers.items():
                shown = (await customer_of(house, http).open(told[text])).text
                assert text in shown
                assert shown.count(answered) == 1
            await house.tickets()
            found = [row[0] for row in await house.rows("SELECT text FROM messages WHERE kind = 'inbound'")]
            assert sorted(found) == sorted(told)
            kept = {message.text: file for message, file in await kept_files(house.app)}
            assert kept == {text: file for one in browsers for text, file in one.files.items()}
    assert len(told) == PAGES
    assert len(set(told.values())) == PAGES, "no two pages are one conversation"
    report(capsys, "form", PAGES, len(answers), sum((one.faults for one in browsers), Counter()))
