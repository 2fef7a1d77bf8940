"""Telegram in the whole house on SQLite: a customer writes to the bot and is answered; nothing is said twice."""

import asyncio
import json
import re

import pytest

from connectors.telegram.simulator import BotApiServer, Fault, Person
from router.clock import SystemClock
from router.config import ChannelConfig
from router.flow.links import _PURPOSE
from router.model.changes import Add
from router.model.ids import LinkId
from router.model.tables import PrivateLink
from router.store import changes
from tests.servers.process import free_port
from tests.servers.telegram_house import QUICK, TOKEN
from tests.servers.whole_house import answer_as_agent, newest_ticket, rows, running_house, until

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


@pytest.fixture
async def telegram():
    async with BotApiServer(SystemClock(), {TOKEN: "walletbot"}) as server:
        yield server


def channel(server, **settings):
    found = {"token": TOKEN, "base_url": server.url, "timeouts": QUICK, **settings}
    return ChannelConfig(kind="telegram", settings=found)


async def answer(person, chat=None):
    async with asyncio.timeout(60):
        return await person.answer(chat)


async def test_a_customer_writes_and_is_answered_and_a_restart_loses_nothing(tmp_path, telegram):
    may = Person(telegram, 7731180, "阿May")
    async with running_house(tmp_path, channel(telegram)) as app:
        await may.write("我的币被人转走了")
        assert "T-1001" in (await answer(may))["text"]
        await answer_as_agent(app, "请先不要再操作。", "reply-1")
        assert (await answer(may))["text"] == "请先不要再操作。"
        await until(app, "SELECT state FROM outbox ORDER BY id", [("sent",), ("sent",)])
        assert await rows(app, "SELECT urgency, channel FROM tickets") == [("critical", "telegram")]
    await may.write("好的，还有别的吗？")
    async with running_house(tmp_path, channel(telegram)) as app:
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]


async def test_an_answer_in_a_group_names_what_it_answers_and_a_secret_never_rests(tmp_path, telegram):
    ann = Person(telegram, 77, "Ann")
    group = ann.group(-1001)
    async with running_house(tmp_path, channel(telegram)) as app:
        asked = await ann.write(f"@walletbot is it down? they asked me for {PHRASE}", chat=group)
        await until(app, "SELECT text, visibility FROM messages WHERE kind = 'inbound'", [
            ("is it down? they asked me for [SEED_PHRASE]", "public")
        ])  # fmt: skip
        await answer_as_agent(app, "It is up again.", "reply-1")
        async with asyncio.timeout(60):
            await telegram.until(lambda: any(one["text"] == "It is up again." for one in ann.seen(group)))
        (reply,) = [one for one in ann.seen(group) if one["text"] == "It is up again."]
        assert reply["reply_to_message"] == {"message_id": asked["message_id"]}
        assert ann.seen() == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sausage" in path.read_bytes()]


async def test_what_may_have_arrived_is_held_and_shown_and_never_sent_again_by_itself(tmp_path, telegram):
    ann = Person(telegram, 77, "Ann")
    async with running_house(tmp_path, channel(telegram)) as app:
        await ann.write("where is my deposit")
        await answer(ann)
        telegram.faults["sendmessage"].append(Fault(how="reset_after"))
        await answer_as_agent(app, "We look.", "reply-1")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("held",)])
        assert [one["text"] for one in ann.seen()].count("We look.") == 1
        ((error,),) = await rows(app, "SELECT error FROM outbox ORDER BY id DESC LIMIT 1")
        assert error.startswith("httpx.")


async def test_files_and_albums_are_kept_with_their_message(tmp_path, telegram):
    ann = Person(telegram, 77, "Ann")
    async with running_house(tmp_path, channel(telegram)) as app:
        await ann.album(b"first picture", b"second picture", caption="the error")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        ((text, attachments),) = await rows(app, "SELECT text, attachments FROM messages WHERE kind = 'inbound'")
        assert text == "the error"
        assert [(file["name"][:5], file["size"], file["state"]) for file in json.loads(attachments)] == [
            ("photo", 13, "stored"),
            ("photo", 14, "stored"),
        ]


async def test_an_edit_replaces_the_text(tmp_path, telegram):
    ann = Person(telegram, 77, "Ann")
    async with running_house(tmp_path, channel(telegram)) as app:
        said = await ann.write("my depsoit is missing")
        await answer(ann)
        await ann.edit(said, text="my deposit is missing")
        await until(app, "SELECT text, revision FROM messages WHERE kind = 'inbound'", [("my deposit is missing", 1)])


async def test_a_link_told_in_private_proves_who_comes(tmp_path, telegram):
    ann, ben = Person(telegram, 77, "Ann"), Person(telegram, 88, "Ben")
    webchat = ChannelConfig(kind="webchat")
    async with running_house(tmp_path, channel(telegram), webchat) as app:
        await ben.write("my card was swallowed")
        await answer(ben)
        ticket = await app.store.read(newest_ticket())
        ((contact,),) = await rows(app, "SELECT id FROM contacts")
        ((message,),) = await rows(app, "SELECT id FROM messages WHERE kind = 'inbound'")
        link = PrivateLink(
            id=LinkId(app.ids.new()), message_id=message, contact_id=contact, ticket_id=ticket, proves=True,
            expires_at_ms=app.clock.now_ms() + 60_000, created_at_ms=app.clock.now_ms(),
        )  # fmt: skip
        await app.store.write(changes.apply([Add(link)], now_ms=app.clock.now_ms()))
        await ann.write(f"/start {link.id}_{app.keys.sign(_PURPOSE, link.id)}")
        await ann.write("this is my other phone")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]
        proofs = await rows(app, "SELECT contact_id, value, proof FROM identities ORDER BY value")
        assert proofs == [(contact, "77", "deep-link"), (contact, "88", "provider")]


RULES = """
version: 1
queues: {general: {default: true}}
templates:
  go-private: {en: "Please write to us in private: {{private_link|here}}"}
rules:
  - id: careful
    when: {message.visibility: public, message.findings|exists: true}
    then: {reply: go-private}
"""


async def test_from_a_group_into_private_by_our_link(tmp_path, telegram):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    ann = Person(telegram, 77, "Ann")
    group = ann.group(-1001)
    async with running_house(tmp_path, channel(telegram, username="walletbot")) as app:
        await ann.write("@walletbot my card is 4111 1111 1111 1111", chat=group)
        said = (await answer(ann, group))["text"]
        payload = said.rpartition("https://t.me/walletbot?start=")[2]
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload), "what Telegram takes along"
        await ann.write(f"/start {payload}")
        await ann.write("it is me, what now?")
        await until(app, "SELECT text, visibility FROM messages WHERE kind = 'inbound' ORDER BY id", [
            ("my card is [CARD]", "public"), ("it is me, what now?", "private")
        ])  # fmt: skip
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]
        await answer_as_agent(app, "We have blocked it.", "reply-1")
        assert (await answer(ann))["text"] == "We have blocked it."
        assert len(ann.seen(group)) == 1, "nothing of it is said in the group"
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and payload[-22:].encode() in path.read_bytes()]
    assert kept == [], "the token rests nowhere"


async def test_a_webhook_carries_the_same(tmp_path, telegram):
    ann = Person(telegram, 77, "Ann")
    settings = {"mode": "webhook", "webhook_secret": "a-webhook-secret-of-some-length"}
    async with running_house(tmp_path, channel(telegram, **settings), port=free_port()) as app:
        await ann.write("where is my deposit")
        assert "T-1001" in (await answer(ann))["text"]
        await ann.album(b"first picture", b"second picture", caption="the error")
        files = "SELECT attachments FROM messages WHERE kind = 'inbound' ORDER BY id"
        for _ in range(400):
            found = [json.loads(one) for (one,) in await rows(app, files)]
            if [len(one) for one in found] == [0, 2]:
                break
            await asyncio.sleep(0.05)
        assert [[file["size"] for file in one] for one in found] == [[], [13, 14]]
    assert {status for _, status in telegram.deliveries} == {200}
