"""The simulated Bot API is strict: what the real one refuses, or would not understand, it refuses."""

import json

import aiohttp
import pytest

from connectors.telegram.demo import simulate
from connectors.telegram.simulator import Person
from router.clock import SystemClock
from tests.servers.telegram_house import TOKEN


@pytest.fixture
async def call(server):
    async with aiohttp.ClientSession() as http:

        async def ask(method, token=TOKEN, **given):
            async with http.post(f"{server.url}/bot{token}/{method}", json=given) as answer:
                found = await answer.json()
                assert found["ok"] == (answer.status == 200)
                return answer.status, found.get("result", found.get("description"))

        yield ask


@pytest.mark.parametrize(
    ("method", "given", "status", "said"),
    [
        ("getMe", {"token": "garbage"}, 404, "Not Found"),
        ("getMe", {"token": TOKEN[:-1] + "x"}, 401, "Unauthorized"),
        ("getMeNot", {}, 404, "Not Found"),
        ("getMe", {"chat_id": 1}, 400, "Bad Request: getMe has no parameter chat_id"),
        ("sendMessage", {"chat_id": 77, "text": " "}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 77, "text": "😱" * 2_049}, 400, "Bad Request: message is too long"),
        ("sendMessage", {"chat_id": 78, "text": "x"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "me", "text": "x"}, 400, "Bad Request: chat_id is no <class 'int'>"),
        ("sendChatAction", {"chat_id": 77, "action": "reading"}, 400, "Bad Request: wrong parameter action in request"),
        ("sendChatAction", {"chat_id": 77}, 400, "Bad Request: wrong parameter action in request"),
        ("sendChatAction", {"chat_id": 78, "action": "typing"}, 400, "Bad Request: chat not found"),
        ("getUpdates", {"limit": 101}, 400, "Bad Request: limit or timeout is out of range"),
        ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
        ("setWebhook", {"url": "http://wallet.example"}, 400,
         "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_with_its_status(server, call, method, given, status, said):
    await Person(server, 77).write("hello")
    assert await call(method, **given) == (status, said)


async def test_method_names_have_no_case(call):
    assert (await call("GETME"))[1]["username"] == "walletbot"


async def test_offsets_confirm_what_is_before_them(server, call):
    ann = Person(server, 77)
    for number in range(4):
        await ann.write(f"line {number}")

    async def seen(**given):
        return [one["message"]["text"][-1] for one in (await call("getUpdates", **given))[1]]

    first = server.only_bot().pending[0].id
    assert await seen() == ["0", "1", "2", "3"]
    assert await seen(limit=2) == ["0", "1"]
    assert await seen(offset=first + 99) == ["0", "1", "2", "3"], "an offset far ahead means nothing"
    assert await seen(offset=first + 1) == ["1", "2", "3"]
    assert await seen(offset=-1) == ["3"]
    assert await seen(offset=first + 4) == []


async def test_kinds_that_were_not_asked_for_do_not_come(server, call):
    ann = Person(server, 77)
    said = await ann.write("hello")
    await ann.react(said, "👍")
    assert len((await call("getUpdates"))[1]) == 1
    await call("getUpdates", allowed_updates=["message_reaction"])
    await ann.write("not asked for")
    await ann.react(said, "👍")
    assert ["message_reaction" in one for one in (await call("getUpdates"))[1]] == [False, True]


async def test_the_demo_remembers_over_a_restart_and_never_counts_anew(tmp_path):
    first = simulate(SystemClock(), tmp_path, "")
    await first.start()
    await first.deliver(json.dumps({"id": 77, "name": "Ann", "text": "before"}).encode())
    await first.stop()
    second = simulate(SystemClock(), tmp_path, "")
    await second.start()
    await second.deliver(json.dumps({"id": 77, "name": "Ann", "text": "after", "public": True}).encode())
    settings = second.settings()
    address = f"{settings['base_url']}/bot{settings['token']}/getUpdates"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        one, two = (await answer.json())["result"]
    await second.stop()
    assert (one["message"]["text"], two["message"]["text"]) == ("before", "@wallet_support_bot after")
    assert two["update_id"] == one["update_id"] + 1
    assert two["message"]["chat"]["type"] == "supergroup"


async def test_on_the_demos_page_a_button_is_shown_and_pressed(tmp_path):
    demo = simulate(SystemClock(), tmp_path, "")
    await demo.start()
    settings = demo.settings()
    bot, base = f"/bot{settings['token']}/", settings["base_url"]
    keys = [[{"text": "Yes <b>", "callback_data": "say:Yes"}], [{"text": "Status", "url": "https://example.com/s"}]]
    async with aiohttp.ClientSession(base) as http:
        await demo.deliver(json.dumps({"id": 77, "name": "Ann", "text": "hello"}).encode())
        told = {"chat_id": 77, "text": "What?", "reply_markup": {"inline_keyboard": keys}}
        async with http.post(f"{bot}sendMessage", json=told) as answer:
            below = (await answer.json())["result"]["message_id"]
        async with http.get("/chat?id=77") as shown:
            page = await shown.text()
        assert '<button name="press" value="Yes &lt;b&gt;">Yes &lt;b&gt;</button>' in page
        assert '<a href="https://example.com/s" target="_top">Status</a>' in page
        for label in ("Yes <b>", "No", "Status"):
            async with http.post("/", data={"id": "77", "below": str(below), "press": label}) as pressed:
                assert pressed.status == 200
        async with http.get(f"{bot}getUpdates") as answer:
            came = [one["callback_query"]["data"] for one in (await answer.json())["result"] if "callback_query" in one]
        assert came == ["say:Yes"], "what is there, and says something"
    await demo.stop()


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"text": "a"}],
        [{"text": "", "callback_data": "x"}],
        [{"text": "a", "callback_data": "充" * 22}],
        [{"text": "a", "callback_data": "x", "url": "https://example.com"}],
    ],
)
async def test_a_keyboard_that_telegram_would_refuse_is_refused(call, server, keys):
    Person(server, 77, "Ann").chat  # noqa: B018 -- there is one from now on
    status, said = await call("sendMessage", chat_id=77, text="What?", reply_markup={"inline_keyboard": [keys]})
    assert status == 400
    assert said.startswith("Bad Request:")


async def test_on_the_demos_page_is_shown_that_the_bot_writes_until_it_has(tmp_path):
    demo = simulate(SystemClock(), tmp_path, "")
    await demo.start()
    settings = demo.settings()
    bot = f"/bot{settings['token']}/"
    async with aiohttp.ClientSession(settings["base_url"]) as http:
        await demo.deliver(json.dumps({"id": 77, "name": "Ann", "text": "hello"}).encode())

        async def shown(method=None, **given):
            if method:
                assert (await http.post(bot + method, json=given)).status == 200
            async with http.get("/chat?id=77") as page:
                return "is typing… 正在输入…" in await page.text()

        assert not await shown()
        assert await shown("sendChatAction", chat_id=77, action="typing")
        assert not await shown("sendMessage", chat_id=77, text="We look into it.")
    await demo.stop()
