"""Facebook in the whole house on SQLite: from a public comment into a private conversation, answered once."""

import asyncio
import json

import pytest

from connectors.facebook.simulator import Fault, GraphServer, Person
from connectors.facebook.webhook import PATH
from router.clock import SystemClock
from router.config import ChannelConfig
from router.core.replies import ReplyCommand
from router.model.errors import Refused
from router.model.ids import AgentId
from router.model.tables import Agent
from tests.servers.facebook_house import PAGE, POST, settings_for, wallet_page
from tests.servers.process import free_port
from tests.servers.whole_house import answer_as_agent, newest_ticket, rows, running_house, until

CARD = "my card 4111 1111 1111 1111 was charged twice"
RULES = b"""
version: 1
queues: {general: {default: true}}
templates:
  go-private: {en: "Please write to us here: {{private_link|in a private message}}"}
rules:
  - {id: careful, when: {message.findings|exists: true}, then: {reply: go-private, hide: true}}
"""
HOUR_MS = 3_600_000
MEI = Agent(id=AgentId("agent-mei"), login="mei", name="Mei", status="online", created_at_ms=1)


@pytest.fixture
async def facebook():
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.05) as server:
        yield server


@pytest.fixture
def house(facebook, tmp_path):
    """`house()` is a running house that the page's events come to."""

    def made(*channels, **settings):
        port = free_port()
        facebook.hooks[PAGE] = f"http://127.0.0.1:{port}/channels/facebook/default{PATH}"
        config = settings_for(facebook, link_url=f"{facebook.url}/m", **settings)
        return running_house(tmp_path, ChannelConfig(kind="facebook", settings=config), *channels, port=port)

    return made


@pytest.fixture
def strict_rules(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_bytes(RULES)


async def answer(person):
    async with asyncio.timeout(60):
        return await person.answer()


async def test_a_customer_writes_and_is_answered_and_a_restart_loses_nothing(house, facebook):
    may = Person(facebook, "7731180", "阿May")
    async with house() as app:
        await may.write("我的币被人转走了")
        assert "T-1001" in (await answer(may)).text
        await answer_as_agent(app, "请先不要再操作。", "reply-1")
        assert (await answer(may)).text == "请先不要再操作。"
        await may.receive()
        await until(app, "SELECT state FROM outbox ORDER BY id", [("delivered",), ("delivered",)])
        assert await rows(app, "SELECT name, urgency FROM tickets JOIN contacts ON contacts.id = contact_id") == [
            ("阿May", "critical")
        ]
    await may.write("好的，还有别的吗？")
    async with house() as app:
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]


async def test_what_nobody_should_read_goes_on_in_private_with_the_same_person(strict_rules, house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with house() as app:
        said = await ann.comment(CARD, POST)
        invitation = await answer(ann)
        assert ann.answers_to(said) == [], "not in public"
        link = f"{facebook.url}/m/{PAGE}?ref="
        assert invitation.text.startswith(f"Please write to us here: {link}")
        async with asyncio.timeout(60):
            await facebook.until(lambda: said.is_hidden)
        await ann.come_by(invitation.text.partition("?ref=")[2])
        await until(app, "SELECT COUNT(*) FROM events WHERE kind = 'link.opened'", [(1,)])
        await ann.write("it was order 4411")
        await until(app, "SELECT visibility FROM messages WHERE kind = 'inbound' ORDER BY id", [
            ("public",), ("private",)
        ])  # fmt: skip
        assert await rows(app, "SELECT COUNT(*), COUNT(DISTINCT contact_id) FROM tickets") == [(1, 1)]
        await answer_as_agent(app, "We have refunded it.", "reply-1")
        assert (await answer(ann)).text == "We have refunded it."
        assert ann.answers_to(said) == [], "a private answer never stands in public"
        ((kept,),) = await rows(app, "SELECT text FROM messages WHERE visibility = 'public' AND kind = 'inbound'")
        assert kept == "my card [CARD] was charged twice"


async def test_another_account_that_comes_with_the_link_from_a_private_reply_is_the_same_person(
    strict_rules, house, facebook
):
    ann, other = Person(facebook, "77", "Ann Lee"), Person(facebook, "88", "Ann L.")
    async with house() as app:
        await ann.comment(CARD, POST)
        invitation = await answer(ann)
        await other.come_by(invitation.text.partition("?ref=")[2])
        await until(app, "SELECT COUNT(*) FROM events WHERE kind = 'link.opened'", [(1,)])
        await other.write("it is me")
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]
        assert await rows(app, "SELECT value, proof FROM identities ORDER BY value") == [
            ("77", "provider"), ("88", "deep-link"),
        ]  # fmt: skip


async def test_a_public_question_is_answered_in_public_and_an_edit_and_a_removal_follow(house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with house() as app:
        said = await ann.comment("is the app down?", POST)
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        await answer_as_agent(app, "It is up again.", "reply-1")
        async with asyncio.timeout(60):
            await facebook.until(lambda: "It is up again." in ann.answers_to(said))
        await ann.change(said, "is the wallet app down?")
        await until(app, "SELECT text FROM messages WHERE kind = 'inbound'", [("is the wallet app down?",)])
        await ann.remove(said)
        await until(app, "SELECT state, text FROM messages WHERE kind = 'inbound'", [("deleted", "")])
        assert ann.seen() == []


async def test_a_stranger_who_offers_support_under_our_post_is_tagged_and_out_of_sight_and_a_victim_is_not(
    house, facebook
):
    mallory, ann = Person(facebook, "66", "Wallet Help Desk"), Person(facebook, "77", "Ann Lee")
    async with house() as app:
        offer = await mallory.comment("Kindly DM our helpdesk on Telegram for a quick fix", POST)
        victim = await ann.comment(
            "Someone promised to recover my lost coins. I gave him access and the rest is gone", POST
        )
        async with asyncio.timeout(60):
            await facebook.until(lambda: offer.is_hidden)
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(2,)])
        await until(app, "SELECT state FROM outbox WHERE action = 'hide'", [("sent",)])
        ((tags, queue),) = await rows(
            app, "SELECT tags, queue FROM tickets WHERE id = (SELECT ticket_id FROM outbox WHERE action = 'hide')"
        )
        assert (json.loads(tags), queue) == (["impersonator", "security"], "security")
        assert not victim.is_hidden
        async with asyncio.timeout(60):
            await facebook.until(lambda: ann.answers_to(victim))
        await until(app, "SELECT DISTINCT state FROM outbox", [("sent",)])
        assert await rows(app, "SELECT COUNT(*) FROM messages WHERE kind = 'reply'") == [(1,)], "none lends them weight"
        assert mallory.answers_to(offer) == []


async def test_after_the_window_an_answer_is_refused_before_it_is_written(house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with house(human_agent=True) as app:
        await ann.write("where is my deposit")
        await answer(ann)
        await answer_as_agent(app, "We look.", "reply-1")
        ticket = await app.store.read(newest_ticket())
        now_ms = app.clock.now_ms
        app.clock.now_ms = lambda: now_ms() + 30 * HOUR_MS
        await answer_as_agent(app, "People may answer for a week.", "reply-2")
        async with asyncio.timeout(60):
            await facebook.until(lambda: "People may answer for a week." in [one.text for one in ann.seen()])
        assert [given.get("tag") for _, what, given in facebook.calls if what == "messages"][-1] == "HUMAN_AGENT"
        app.clock.now_ms = lambda: now_ms() + 8 * 24 * HOUR_MS
        with pytest.raises(Refused) as refused:
            await app.commands.reply(
                ReplyCommand(ticket_id=ticket, text="hello?", last_seen=0, client_key="k3", force=True), MEI
            )
        assert (refused.value.code, refused.value.data) == ("cannot_reply", {"reason": "window_closed"})
    assert "hello?" not in [one.text for one in ann.seen()]


async def test_what_may_have_arrived_is_looked_up_and_only_what_is_not_found_is_held(house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with house() as app:
        await ann.write("where is my deposit")
        await answer(ann)
        facebook.faults["messages"].append(Fault(how="reset_after"))
        await answer_as_agent(app, "We look.", "reply-1")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("sent",)])
        facebook.faults["messages"].append(Fault(how="reset_before"))
        await answer_as_agent(app, "Found it.", "reply-2")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("held",)])
        assert [one.text for one in ann.seen()].count("We look.") == 1
        assert "Found it." not in [one.text for one in ann.seen()]


async def test_files_are_kept_with_their_message(house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with house() as app:
        await ann.write("my screen", attachments=[ann.file("image", b"a picture", facebook.url)])
        await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(1,)])
        ((text, attachments),) = await rows(app, "SELECT text, attachments FROM messages WHERE kind = 'inbound'")
        (file,) = json.loads(attachments)
        assert (text, file["size"], file["state"]) == ("my screen", 9, "stored")
