"""Another mail under a Message-ID that is known: both are kept. The same one again, by whatever way, is not."""

import asyncio

import pytest

from router.connector import RawEvent
from tests.conformance.benches.email import EmailBench
from tests.conformance.house import House

ADDRESS = "default@shop.example"
DATE = "Mon, 02 Nov 2026 08:00:03 +0000"
ID = "same@mail.example"


def letter(text, *, sender="anna", date=DATE, message_id=ID, more=""):
    who = sender if "@" in sender else f"{sender}@mail.example"
    head = (
        f"From: {who}\r\nTo: {ADDRESS}\r\nSubject: a question\r\nDate: {date}\r\nMessage-ID: <{message_id}>\r\n{more}"
    )
    return f"{head}\r\n{text}\r\n".encode()


@pytest.fixture
async def shop(tmp_path):
    bench = EmailBench()
    await bench.open(tmp_path)
    house = House(tmp_path, bench, ["default"])
    await house.start()
    yield Shop(house, bench)
    await house.stop()
    await bench.close()


class Shop:
    """A house with a mailbox."""

    def __init__(self, house, bench):
        self.house, self.bench = house, bench

    async def said(self, *mails):
        """Text and ticket of all that customers said, once these are decided upon."""
        for mail in mails:
            self.bench._server.deliver(mail, ADDRESS)
        count = len(await self.house.inbound())
        self.bench._server.deliver(letter("the last one", message_id=f"end{count}@mail.example"), ADDRESS)
        while not any(found[0] == f"end{count}@mail.example" for found in await self.house.inbound()):
            await asyncio.sleep(0.02)
        await self.house.until_decided(0)
        assert await self.house.rows("SELECT error FROM journal WHERE state <> 'done'") == []
        rows = await self.house.rows("SELECT text, ticket_id FROM messages WHERE kind = 'inbound' ORDER BY id")
        return [tuple(row) for row in rows if row[0] != "the last one"]


WORDS = "My wallet is being emptied, please stop it"


async def test_whoever_knows_the_id_beforehand_suppresses_nothing(shop):
    told = await shop.said(letter("Nothing to see here", sender="eve"), letter(WORDS))
    assert sorted(text for text, _ in told) == [WORDS, "Nothing to see here"]
    assert len({ticket for _, ticket in told}) == 2


async def test_a_program_that_uses_one_id_for_all_its_mails_is_heard(shop):
    later = "Mon, 02 Nov 2026 09:00:00 +0000"
    told = await shop.said(letter("The first page of it"), letter("Something else altogether", date=later))
    assert [text for text, _ in told] == ["The first page of it", "Something else altogether"]


@pytest.mark.parametrize(
    "again",
    [
        letter(WORDS),
        letter(f"[EXTERNAL] {WORDS}\r\n_____\r\nA footer"),
        letter(f"{WORDS}\r\n_____\r\nThe list", sender="list", more="List-Id: <list.mail.example>\r\n"),
        letter(WORDS, date="Mon, 02 Nov 2026 09:00:00 +0000"),
    ],
    ids=["the same", "with a footer", "by a list", "sent again"],
)
async def test_the_same_mail_by_another_way_is_the_same(shop, again):
    await shop.said(letter(WORDS))
    assert [text for text, _ in await shop.said(again)] == [WORDS]


async def test_another_mail_comes_again_as_itself(shop):
    both = (letter("Nothing to see here", sender="eve"), letter(WORDS))
    first = await shop.said(*both)
    assert await shop.said(*both) == first


async def test_a_mail_under_the_id_of_a_reply_of_ours_is_decided_upon(shop):
    said = await shop.bench.said("where is my transfer?")
    await shop.bench.deliver(said)
    await shop.house.until_decided(1)
    await shop.house.until_sent(await shop.house.answer(said, "We look into it for you"))
    ((ours, ticket),) = await shop.house.rows("SELECT external_id, ticket_id FROM messages WHERE kind = 'reply'")
    told = await shop.said(
        letter("We look into it for you", sender=ADDRESS, message_id=ours),
        letter(WORDS, sender="kim", message_id=ours),
    )
    places = dict(told)
    assert places["We look into it for you"] == ticket, "words of ours that came back stand where they were said"
    assert places[WORDS] != ticket


async def test_a_copy_of_a_reply_of_ours_is_none(shop):
    """Gmail shows what it sent under All Mail, too."""
    said = await shop.bench.said("where is my transfer?")
    await shop.bench.deliver(said)
    await shop.house.until_decided(1)
    await shop.house.until_sent(await shop.house.answer(said, "We look into it for you"))
    ours = [raw for raw in shop.bench._server.mailbox("ann@mail.example") if b"We look into it" in raw]
    assert [text for text, _ in await shop.said(*ours)] == ["where is my transfer?"]


async def test_two_folders_that_bring_an_id_in_the_same_instant_bring_two_mails(shop):
    channel = shop.house.app.channels.find("email", "default")
    inlet = shop.house.app.door.inlet(channel.manifest, "default")
    both = (letter("Nothing to see here", sender="eve"), letter(WORDS), letter(WORDS))
    raws = [RawEvent(body=mail, meta={"address": ADDRESS}) for mail in both]
    results = await asyncio.gather(*(inlet.accept([raw]) for raw in raws))
    assert [one.outcome for ((one,),) in results] == ["new", "new", "duplicate"]
    assert sorted(text for text, _ in await shop.said()) == [WORDS, "Nothing to see here"]
