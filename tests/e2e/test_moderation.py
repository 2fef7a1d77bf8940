"""What agents do about public posts, through the whole house: hidden, shown, deleted, answered in private."""

import asyncio
import re

import pytest

from connectors.facebook.simulator import GraphServer, Person
from connectors.facebook.webhook import PATH
from connectors.telegram.simulator import Person as Somebody
from router.clock import SystemClock
from router.config import ChannelConfig
from router.core.replies import ReplyCommand
from router.model.errors import Refused
from router.model.ids import AgentId
from router.model.tables import Agent
from router.store import inbox, people
from tests.e2e.test_telegram_house import channel as bot
from tests.e2e.test_telegram_house import telegram  # noqa: F401 -- a fixture
from tests.e2e.test_x_house import channel as account
from tests.e2e.test_x_house import link_in, written, x  # noqa: F401 -- a fixture
from tests.servers.facebook_house import PAGE, POST, settings_for, wallet_page
from tests.servers.process import free_port
from tests.servers.whole_house import answer_as_agent, newest_ticket, rows, running_house, until
from tests.servers.x_house import OWN, person

MEI = Agent(id=AgentId("agent-mei"), login="mei", name="Mei", status="online", created_at_ms=1)
WEEK_MS = 7 * 24 * 3_600_000
RULES = b"version: 1\nqueues: {general: {default: true}}\n"


@pytest.fixture
def folder(tmp_path):
    """Of a house whose rules answer nothing by themselves."""
    made = tmp_path / "house"
    (made / "rules").mkdir(parents=True)
    (made / "rules" / "rules.yaml").write_bytes(RULES)
    return made


@pytest.fixture
async def facebook():
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.05) as server:
        yield server


@pytest.fixture
def page_house(facebook, folder):
    port = free_port()
    facebook.hooks[PAGE] = f"http://127.0.0.1:{port}/channels/facebook/default{PATH}"
    return running_house(folder, ChannelConfig(kind="facebook", settings=settings_for(facebook)), port=port)


async def seen_of(world, condition):
    async with asyncio.timeout(60):
        await world.until(condition)


async def post_of(app, number=1):
    """The id of the n-th message that a customer wrote, once it is there."""
    await until(app, "SELECT COUNT(*) FROM messages WHERE kind = 'inbound'", [(number,)])
    if await app.store.read(people.agent(MEI.id)) is None:
        await app.store.write(people.add_agent(MEI))
    return (await rows(app, "SELECT id FROM messages WHERE kind = 'inbound' ORDER BY id"))[number - 1][0]


async def refusal(asked):
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.data.get("reason", refused.value.code)


def private(app, ticket, post, text, *, way="answer", key="p1"):
    command = ReplyCommand(ticket_id=ticket, text=text, last_seen=0, client_key=key, force=True, post=post, way=way)
    return app.commands.reply(command, MEI)


async def test_a_comment_is_hidden_shown_and_deleted_each_once_with_who_and_why(page_house, facebook):
    async with page_house as app:
        said = await Person(facebook, "77", "Ann Lee").comment("send me your phrase", POST)
        post = await post_of(app)
        assert await refusal(app.moderator.ask(post, "unhide", "mistake", MEI)) == "not_hidden"
        await asyncio.gather(*(app.moderator.ask(post, "hide", "scam", MEI) for _ in range(3)))
        await seen_of(facebook, lambda: said.is_hidden)
        await app.moderator.ask(post, "unhide", "mistake", MEI)
        await seen_of(facebook, lambda: not said.is_hidden)
        await app.moderator.ask(post, "delete", "scam", MEI)
        await seen_of(facebook, lambda: said.is_removed)
        await until(app, "SELECT action, state FROM outbox ORDER BY id", [
            ("hide", "sent"), ("unhide", "sent"), ("delete", "sent")
        ])  # fmt: skip
        assert await refusal(app.moderator.ask(post, "hide", "scam", MEI)) == "post_gone"
        detail = await app.store.read(inbox.detail(None, await app.store.read(newest_ticket())))
        told = [(e.kind, e.actor, e.data["reason"]) for e in detail.events if e.kind.startswith("post.")]
        assert told == [
            ("post.hide", "agent:agent-mei", "scam"),
            ("post.unhide", "agent:agent-mei", "mistake"),
            ("post.delete", "agent:agent-mei", "scam"),
        ]
        assert detail.messages[0].text == "send me your phrase", "what we know of it stays here"
    assert [given for _, what, given in facebook.calls if what in {"hide", "delete"}] == [
        {"is_hidden": True}, {"is_hidden": False}, {},
    ]  # fmt: skip


async def test_a_private_answer_reaches_its_writer_alone_and_what_comes_back_is_on_the_same_ticket(
    page_house, facebook
):
    facebook.only_page().known_as["77"] = "9977"
    commenter, on_messenger = Person(facebook, "77", "Ann Lee"), Person(facebook, "9977", "Ann Lee")
    async with page_house as app:
        said = await commenter.comment("where is my order", POST)
        post, ticket = await post_of(app), await app.store.read(newest_ticket())
        await private(app, ticket, post, "Which e-mail address did you order with?")
        async with asyncio.timeout(60):
            assert (await on_messenger.answer()).text == "Which e-mail address did you order with?"
        assert commenter.answers_to(said) == [], "not in public"
        await on_messenger.write("ann@example.org")
        await post_of(app, 2)
        assert await rows(app, "SELECT COUNT(*), COUNT(DISTINCT contact_id) FROM tickets") == [(1, 1)]
        assert await rows(app, "SELECT value, proof FROM identities ORDER BY value") == [
            ("77", "provider"), ("9977", "provider"),
        ]  # fmt: skip
        assert await refusal(private(app, ticket, post, "Are you there?", key="p2")) == "answered_privately"
        await answer_as_agent(app, "It leaves today.", "r1")
        async with asyncio.timeout(60):
            assert (await on_messenger.answer()).text == "It leaves today."
        assert commenter.answers_to(said) == []
        detail = await app.store.read(inbox.detail(None, ticket))
        (event,) = [e for e in detail.events if e.kind == "link.opened"]
        assert event.data == {"proves": "yes", "by": "answer"}


async def test_a_private_answer_is_refused_beforehand_when_the_network_would(page_house, facebook):
    ann = Person(facebook, "77", "Ann Lee")
    async with page_house as app:
        await ann.comment("where is my order", POST)
        post, ticket = await post_of(app), await app.store.read(newest_ticket())
        assert await refusal(private(app, ticket, post, "字" * 2_001)) == "too_long"
        assert await refusal(private(app, ticket, "no-such-message", "hello")) == "not_found"
        now_ms = app.clock.now_ms
        app.clock.now_ms = lambda: now_ms() + WEEK_MS
        assert await refusal(private(app, ticket, post, "hello")) == "private_window_closed"
        await ann.write("in private")
        said_there = await post_of(app, 2)
        tickets = dict(await rows(app, "SELECT id, ticket_id FROM messages WHERE kind = 'inbound'"))
        assert await refusal(private(app, tickets[said_there], said_there, "hello")) == "not_public"
        assert await refusal(app.moderator.ask(said_there, "hide", "spam", MEI)) == "not_public"
    assert ann.seen() == []


async def test_on_x_a_post_is_answered_by_message_or_by_link_and_a_closed_door_is_told(folder, x):  # noqa: F811
    ann, ben = person(x), person(x, "5555", "Ben")
    x.state.closed.append("5555")
    ours = await x.put_post(OWN, "We are back.")
    async with running_house(folder, account(x)) as app:
        under = await ann.post("still down for me", answers=ours)
        post, ticket = await post_of(app), await app.store.read(newest_ticket())
        assert await refusal(app.moderator.ask(post, "delete", "spam", MEI)) == "channel_cannot"
        await app.moderator.ask(post, "hide", "spam", MEI)
        await seen_of(x, lambda: ann.is_hidden(under))
        await app.moderator.ask(post, "unhide", "mistake", MEI)
        await seen_of(x, lambda: not ann.is_hidden(under))
        await private(app, ticket, post, "What does it say?")
        assert await written(ann) == "What does it say?"
        await ann.write("error 12")
        await post_of(app, 2)
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]

        await ben.post("@wallet where is my order")
        post, ticket = await post_of(app, 3), await app.store.read(newest_ticket())
        await private(app, ticket, post, "Which address?", key="p2")
        await until(app, "SELECT state FROM outbox ORDER BY id DESC LIMIT 1", [("dead",)])
        await private(app, ticket, post, "Please write to us here:", way="link", key="p3")
        await seen_of(x, lambda: len(ben.answers()) == 1)
        await ben.write(f"{link_in(x, ben.answers()[0])} it is me")
        await post_of(app, 4)
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(2,)]
        assert await rows(app, "SELECT COUNT(*) FROM identities") == [(2,)]


async def test_a_public_invitation_passes_the_guard_of_public_words(folder, x):  # noqa: F811
    ann = person(x)
    async with running_house(folder, account(x)) as app:
        await ann.write("I am ann@example.org, order 99887766")
        await post_of(app)
        await ann.post("@wallet hello?")
        post = await post_of(app, 2)
        ticket = dict(await rows(app, "SELECT id, ticket_id FROM messages"))[post]
        assert await refusal(private(app, ticket, post, "About 99887766:", way="link")) == "reply_blocked"
        await private(app, ticket, post, "About 99887766: it is on its way.", key="p2")
        assert await written(ann) == "About 99887766: it is on its way."
        assert ann.answers() == []


async def test_in_a_group_of_telegram_a_post_is_deleted_and_its_writer_led_into_private(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    group = ann.group(-1001)
    async with running_house(folder, bot(telegram, username="walletbot")) as app:
        await ann.write("@walletbot my order is late", chat=group)
        post, ticket = await post_of(app), await app.store.read(newest_ticket())
        assert await refusal(private(app, ticket, post, "hello")) == "channel_cannot", "a bot cannot write first"
        assert await refusal(app.moderator.ask(post, "hide", "spam", MEI)) == "channel_cannot"
        await private(app, ticket, post, "Please go on here:", way="link")
        async with asyncio.timeout(60):
            said = (await ann.answer(group))["text"]
        payload = said.rpartition("https://t.me/walletbot?start=")[2]
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
        await ann.write(f"/start {payload}")
        await ann.write("here I am")
        await post_of(app, 2)
        assert await rows(app, "SELECT COUNT(*) FROM tickets") == [(1,)]
        await app.moderator.ask(post, "delete", "personal_data", MEI)
        await until(app, "SELECT state FROM outbox WHERE action = 'delete'", [("sent",)])
    assert "deletemessage" in [name.lower() for name, *_ in telegram.calls]


async def test_a_public_answer_of_ours_is_deleted_with_all_its_pieces(folder, x):  # noqa: F811
    ann = person(x)
    async with running_house(folder, account(x)) as app:
        await ann.post("@wallet how do I back up?")
        await post_of(app)
        reply_id = await answer_as_agent(app, " ".join(f"Step {n}: look into the settings." for n in range(20)), "r1")
        assert await refusal(app.moderator.ask(reply_id, "hide", "mistake", MEI)) == "channel_cannot"
        await until(app, "SELECT state FROM outbox", [("sent",)])
        assert len(ann.answers()) == 3
        await asyncio.gather(*(app.moderator.ask(reply_id, "delete", "mistake", MEI) for _ in range(3)))
        await until(app, "SELECT action, state FROM outbox ORDER BY id", [("send", "sent"), ("delete", "sent")])
        assert [post["author_id"] for post in x.state.posts.values()] == [ann.id]
        detail = await app.store.read(inbox.detail(None, await app.store.read(newest_ticket())))
        assert [(e.message_id, e.actor, e.data["reason"]) for e in detail.events if e.kind == "post.delete"] == [
            (reply_id, "agent:agent-mei", "mistake")
        ]
        assert detail.messages[-1].text.startswith("Step 0"), "what was said is kept here"
