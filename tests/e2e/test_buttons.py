"""Buttons of a template through the whole house: native where the network has them, lines elsewhere; pressed, they come
back as what the customer says, once."""

import asyncio

import pytest

from connectors.facebook.simulator import GraphServer, Person
from connectors.facebook.webhook import PATH
from connectors.telegram.simulator import Person as Somebody
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from router.config import ChannelConfig
from router.store.script import select
from tests.e2e.test_telegram_house import channel as bot
from tests.e2e.test_telegram_house import telegram  # noqa: F401 -- a fixture
from tests.e2e.test_x_house import channel as account
from tests.e2e.test_x_house import x  # noqa: F401 -- a fixture
from tests.servers.facebook_house import PAGE, POST, settings_for, wallet_page
from tests.servers.process import free_port
from tests.servers.whole_house import running_house
from tests.servers.x_house import person

RULES = """
version: 1
queues: {general: {default: true}}
templates:
  topic:
    en: What is it about?
    buttons:
      - {en: Deposit, says: {en: My deposit is missing}}
      - {en: Refund}
      - {en: Status, url: "https://example.com/status"}
      - {en: Something quite different, says: {en: "It is about what none of these buttons has any word for, and long"}}
rules:
  - {id: ask, when: {message.text|has: help}, then: {reply: topic}}
"""
STATUS = "https://example.com/status"
LONG = "It is about what none of these buttons has any word for, and long"
LINES = f"""What is it about?

- Deposit: My deposit is missing
- Refund
- Status: {STATUS}
- Something quite different: {LONG}"""
FIRST = f"What is it about?\n\n- Something quite different: {LONG}"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "house"
    (made / "rules").mkdir(parents=True)
    (made / "rules" / "rules.yaml").write_text(RULES)
    return made


async def inbound(app, number):
    """What customers have said, once there are so many."""
    for _ in range(400):
        rows = await app.store.read(select("SELECT text FROM messages WHERE kind = 'inbound' ORDER BY id"))
        if len(rows) >= number:
            return [row[0] for row in rows]
        await asyncio.sleep(0.05)
    raise AssertionError(rows)


async def test_on_telegram_they_are_an_inline_keyboard_in_private_and_in_groups(folder, telegram):  # noqa: F811
    ann = Somebody(telegram, 77, "Ann")
    group = ann.group(-1001)
    async with running_house(folder, bot(telegram)) as app:
        await ann.write("help")
        async with asyncio.timeout(60):
            told = await ann.answer()
        assert told["text"] == FIRST, "more than 64 bytes: a line"
        assert told["reply_markup"]["inline_keyboard"] == [
            [{"text": "Deposit", "callback_data": "say:My deposit is missing"}],
            [{"text": "Refund", "callback_data": "say:Refund"}],
            [{"text": "Status", "url": STATUS}],
        ]
        await ann.press(told, "Deposit")
        await ann.press(told, "Deposit")
        await ann.press(told, "Refund")
        assert await inbound(app, 3) == ["help", "My deposit is missing", "Refund"]
        async with asyncio.timeout(60):
            await telegram.until(lambda: [name for name, _ in telegram.calls].count("answercallbackquery") == 3)

        ben = Somebody(telegram, 88, "Ben")
        await ann.write("@walletbot help", chat=group)
        async with asyncio.timeout(60):
            shown = await ann.answer(group)
        await ben.press(shown, "Refund")
        assert (await inbound(app, 5))[3:] == ["help", "Refund"]
        people = await app.store.read(select("SELECT COUNT(DISTINCT contact_id) FROM messages WHERE kind = 'inbound'"))
        assert people[0][0] == 2, "whoever presses it says it"


async def test_on_messenger_they_are_a_template_and_below_a_post_lines(folder):
    port = free_port()
    async with GraphServer(SystemClock(), [wallet_page()], webhook_retry_s=0.05) as facebook:
        facebook.hooks[PAGE] = f"http://127.0.0.1:{port}/channels/facebook/default{PATH}"
        config = ChannelConfig(kind="facebook", settings=settings_for(facebook))
        async with running_house(folder, config, port=port) as app:
            ann = Person(facebook, "77", "Ann Lee")
            await ann.write("help")
            async with asyncio.timeout(60):
                told = await ann.answer()
            assert told.text == FIRST, "one more than a template has, and a longer label"
            assert told.buttons == [
                {"type": "postback", "title": "Deposit", "payload": "say:My deposit is missing"},
                {"type": "postback", "title": "Refund", "payload": "say:Refund"},
                {"type": "web_url", "title": "Status", "url": STATUS},
            ]
            await ann.press(told, "Refund")
            assert await inbound(app, 2) == ["help", "Refund"]
            said = await Person(facebook, "88", "Ben").comment("help", POST)
            async with asyncio.timeout(60):
                await facebook.until(lambda: Person(facebook, "88").answers_to(said) != [])
            assert Person(facebook, "88").answers_to(said) == [LINES]


async def test_in_the_web_chat_a_page_shows_them_and_an_older_one_reads_them(folder, http):
    port = free_port()
    async with running_house(folder, ChannelConfig(kind="webchat"), port=port) as app:
        url = f"http://127.0.0.1:{port}/channels/webchat/default/ws"
        tools = {"clock": app.clock, "ids": TimedIds(app.clock)}
        async with VisitorClient(http, url, **tools, buttons=True) as chat:
            await chat.write("help")
            await chat.until(lambda c: c.texts("system") != [])
            (told,) = [m for m in chat.messages.values() if m.author == "system"]
            assert told.text == "What is it about?"
            assert [(b.label, b.url, b.says) for b in told.buttons] == [
                ("Deposit", "", "My deposit is missing"), ("Refund", "", "Refund"), ("Status", STATUS, ""),
                ("Something quite different", "", LONG),
            ]  # fmt: skip
            outcomes = [(await chat.press(told.id, "Deposit")).outcome for _ in range(3)]
            assert outcomes == ["accepted", "duplicate", "duplicate"]
            assert await inbound(app, 2) == ["help", "My deposit is missing"]
        async with VisitorClient(http, url, **tools) as older:
            await older.write("help")
            await older.until(lambda c: c.texts("system") == [LINES])


async def test_a_channel_without_buttons_gets_lines(folder, x):  # noqa: F811
    ann = person(x)
    async with running_house(folder, account(x)):
        await ann.write("help")
        async with asyncio.timeout(60):
            assert (await ann.answer())["text"].replace(x.shown(STATUS)[0], STATUS) == LINES
