"""A file that an agent attaches leaves the way the question came: by Telegram, by mail, on the form's own page."""

import asyncio
import re
from urllib.parse import urljoin

import aiohttp
import pytest

from connectors.telegram.simulator import BotApiServer, Person
from connectors.x.simulator.people import path_of
from router.clock import SystemClock
from router.core.replies import ReplyCommand
from router.flow.uploads import Uploads
from router.model.errors import Refused
from router.model.ids import AgentId
from router.model.limits import ATTACHMENT_BYTES_MAX
from router.model.tables import Agent
from router.store import people
from tests.e2e.test_form_by_mail import house_with_mail, mails_to
from tests.e2e.test_telegram_house import answer, channel, rows, until
from tests.e2e.test_x_house import channel as account
from tests.e2e.test_x_house import house_folder, x  # noqa: F401 -- fixtures
from tests.servers.form_house import FILLED, customer_of
from tests.servers.telegram_house import TOKEN
from tests.servers.whole_house import newest_ticket, running_house
from tests.servers.x_house import person

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1_000
FILM = b"\0\0\0\x0cftypmp42\0\0\0\x08moov" + bytes(range(256)) * 30_000
"""Larger than a picture may be."""
MEI = Agent(id=AgentId("agent-mei"), login="mei", name="Mei", status="online", created_at_ms=1)


async def pieces(data: bytes):
    for at in range(0, len(data), 60_000):
        yield data[at : at + 60_000]


async def answer_with(app, text: str, *files: tuple[str, bytes]) -> str:
    """Mei answers the newest ticket with files."""
    if await app.store.read(people.agent(MEI.id)) is None:
        await app.store.write(people.add_agent(MEI))
    ticket_id = await app.store.read(newest_ticket())
    uploads = Uploads(store=app.store, media=app.media, channels=app.channels, clock=app.clock, ids=app.ids)
    taken = [await uploads.take(ticket_id, name, pieces(data), None, MEI) for name, data in files]
    command = ReplyCommand(
        ticket_id=ticket_id, text=text, last_seen=app.feed.last_event_id, client_key=f"key {text}", force=True,
        files=tuple(file.id for file in taken),
    )  # fmt: skip
    return await app.commands.reply(command, MEI)


def pictured(someone):
    """What we wrote them with a file."""
    return [said for said in someone.seen() if said.get("_media")]


async def test_by_telegram(tmp_path):
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as telegram:
        may = Person(telegram, 7731180, "阿May")
        async with running_house(tmp_path, channel(telegram)) as app:
            await may.write("怎么操作？")
            await answer(may)
            await answer_with(app, "请看图。", ("步骤.png", PICTURE), ("note.txt", "先退出".encode()))
            assert (await answer(may))["text"] == "请看图。"
            for name, data in (("步骤.png", PICTURE), ("note.txt", "先退出".encode())):
                document = (await answer(may))["document"]
                assert telegram.files[document["file_id"]] == data, name
            await until(app, "SELECT state FROM outbox ORDER BY id", [("sent",), ("sent",)])
            with pytest.raises(Refused) as refused:
                await answer_with(app, "zu groß", ("film.bin", bytes(ATTACHMENT_BYTES_MAX + 1)))
            assert refused.value.code == "file_too_big"
            assert refused.value.data == {"channel": "Telegram", "name": "film.bin", "limit": ATTACHMENT_BYTES_MAX}
            assert await rows(app, "SELECT COUNT(*) FROM outbox") == [(2,)], "nothing was sent"


async def test_by_mail_and_on_the_page_that_was_written_on(tmp_path):
    async with aiohttp.ClientSession() as http, house_with_mail(tmp_path) as (house, _mail):
        customer = customer_of(house, http)
        after = await customer.send(await customer.open(), **FILLED)
        await answer_with(house.app, "the form to sign", ("état.pdf", b"%PDF-1.7 " + PICTURE), ("a.png", PICTURE))
        (mail,) = await mails_to(tmp_path, "ann@post.example")
        parts = mail.iter_attachments()
        attached = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in parts]
        assert attached == [("état.pdf", "application/pdf", b"%PDF-1.7 " + PICTURE), ("a.png", "image/png", PICTURE)]
        assert mail.get_body(("plain",)).get_content().startswith("the form to sign")
        with pytest.raises(Refused) as refused:
            await answer_with(house.app, "more", ("a.bin", bytes(9_000_000)), ("b.bin", bytes(9_000_000)))
        assert (refused.value.code, refused.value.data["channel"]) == ("files_too_big", "Web form")

        page = await customer.open(after.url)
        assert 'alt="Picture a.png"' in page.html
        (place,) = re.findall(r'href="([^"]+)\?download" download="état.pdf"', page.html)
        async with http.get(urljoin(page.url, place)) as got:
            assert (got.status, await got.read()) == (200, b"%PDF-1.7 " + PICTURE)
            assert got.headers["Content-Type"] == "application/octet-stream"
            assert got.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_by_x_pictures_or_one_film_and_nothing_else(house_folder, x):  # noqa: F811
    ann = person(x)
    async with running_house(house_folder, account(x)) as app:
        await ann.write("where do I press?")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        await answer_with(app, "Here.", ("screen.png", PICTURE))
        async with asyncio.timeout(60):
            await x.until(lambda: len(pictured(ann)) == 1)
        (media,) = pictured(ann)[0]["_media"]
        assert x.files[path_of(media)] == PICTURE
        await answer_with(app, "And how it moves.", ("way.mp4", FILM))
        async with asyncio.timeout(60):
            await x.until(lambda: len(pictured(ann)) == 2)
        (film,) = pictured(ann)[1]["_media"]
        assert x.files[path_of(film)] == FILM
        for files, code in (
            ((("way.mp4", FILM), ("a.png", PICTURE)), "file_alone"),
            ((("a.png", PICTURE + bytes(5_000_000)),), "file_too_big"),
            ((("a.pdf", b"%PDF-1.7"),), "file_type"),
            (tuple((f"{n}.png", PICTURE) for n in range(5)), "too_many_files"),
        ):
            with pytest.raises(Refused) as refused:
                await answer_with(app, "more", *files)
            assert refused.value.code == code
