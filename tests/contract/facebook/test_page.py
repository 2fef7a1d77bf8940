"""The page on which one plays a customer: what each of two customers sees, and that no other site writes there."""

import re

import aiohttp
import pytest

from connectors.facebook.demo import POST, DemoFacebook
from connectors.facebook.simulator import Person
from connectors.facebook.simulator.graph import Graph
from connectors.facebook.simulator.world import Said
from router.clock import SystemClock


@pytest.fixture
async def facebook(tmp_path):
    made = DemoFacebook(SystemClock(), tmp_path, "http://127.0.0.1:1")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http(facebook):
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(facebook.settings()["graph_url"], cookie_jar=jar) as session:
        yield session


async def shown(http, path):
    async with http.get(path) as answer:
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return await answer.text()


async def write(http, text, where, number="4242", **headers):
    said = {"id": number, "name": "Kim <b>", "text": text, "where": where}
    async with http.post("/", data=said, headers=headers) as answer:
        return answer.status


async def test_what_is_written_stands_where_it_was_written(http):
    assert await write(http, "<i>in private</i>", "messenger") == 200
    assert await write(http, "in public", "post", "77") == 200
    assert "&lt;i&gt;in private" in await shown(http, "/messenger?id=4242")
    assert "in private" not in await shown(http, "/messenger?id=77")
    post = await shown(http, "/post?id=4242")
    assert "in public" in post
    assert "in private" not in post
    assert "Kim &lt;b&gt;" in post


async def test_a_hidden_comment_is_seen_by_its_writer_alone(http, facebook):
    await write(http, "what nobody should read", "post")
    (comment,) = facebook._page.comments.values()
    comment.is_hidden = True
    assert "hidden from everybody else" in await shown(http, "/post?id=4242")
    assert "what nobody should read" not in await shown(http, "/post?id=77")
    comment.is_removed = True
    assert "what nobody should read" not in await shown(http, "/post?id=4242")


async def test_an_edited_comment_says_so(http, facebook):
    await write(http, "where is it?", "post")
    page = facebook._page
    (said,) = page.comments.values()
    graph = Graph(facebook._server, page)
    made = await graph.comment(said.id, {"message": "In Berlin."}, None)
    assert "edited" not in await shown(http, "/post?id=4242")
    await graph.change(made["id"], {"message": "In Bern."})
    assert "In Bern.<small> edited 已编辑</small>" in await shown(http, "/post?id=4242")


async def test_a_reaction_stands_below_the_message(http, facebook):
    await write(http, "thanks", "messenger")
    page = facebook._page
    (said,) = page.people["4242"].messages
    payload = {"message_id": said.mid, "reaction": "🙏"}
    await Graph(facebook._server, page).act({"recipient": {"id": "4242"}, "sender_action": "react", "payload": payload})
    assert "thanks<small> 🙏</small>" in await shown(http, "/messenger?id=4242")


async def test_the_way_into_messenger_is_a_link_and_whoever_presses_it_came_by_it(http, facebook):
    server = facebook._server
    facebook._page.fields = ["messaging_postbacks", "messaging_referrals"]
    said = await Person(server, "4242", "Kim").comment("hello", POST)
    someone = Person(server, "4242", "Kim").someone
    link = f"{server.url}/m/{facebook._page.id}?ref=token.of-ours"
    await server_reply(facebook, someone.id, f"Write to us: {link} please")
    page = await shown(http, "/messenger?id=4242")
    assert re.search(r'<a href="([^"]+)" target="_top">', page)[1] == link
    assert await shown(http, link.removeprefix(server.url))
    server.only_page().comments[said.id].message = f"Write to us: {link} please"
    assert f'<a href="{link}" target="_top">' in await shown(http, "/post?id=4242"), "from below a post as well"
    (came,) = [one.event for one in facebook._page.pending if "referral" in str(one.event)]
    assert came["sender"] == {"id": "4242"}
    assert said.id in facebook._page.comments


async def server_reply(facebook, number, text):
    facebook._page.people[number].messages.append(Said(mid="m_1", sender=facebook._page.id, text=text, at_ms=1))


async def test_another_site_does_not_write_there(http, facebook):
    assert await write(http, "forged", "messenger", **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert await write(http, "  ", "messenger") == 200
    assert facebook._page.people == {}


@pytest.mark.parametrize("number", ["0x", "-1", "9" * 40, "<b>"])
async def test_whoever_is_nobody_is_the_first_customer(http, number):
    assert 'name="id" value="4242"' in await shown(http, f"/?id={number}")


async def test_a_button_is_shown_and_pressed(http, facebook):
    await write(http, "hello", "messenger")
    keys = [
        {"type": "postback", "title": "Yes <b>", "payload": "say:Yes"},
        {"type": "web_url", "title": "Status", "url": "https://example.com/s"},
    ]
    someone, page = facebook._page.people["4242"], facebook._page
    someone.messages.append(Said(mid="m_1", sender=page.id, text="What?", at_ms=1, buttons=keys))
    page.fields = ["messaging_postbacks"]
    shown_there = await shown(http, "/messenger?id=4242")
    assert '<button name="press" value="Yes &lt;b&gt;">' in shown_there
    assert '<a href="https://example.com/s" target="_top">Status</a>' in shown_there
    for label in ("Yes <b>", "No", "Status"):
        async with http.post("/", data={"id": "4242", "below": "m_1", "press": label}) as answer:
            assert answer.status == 200
    assert [one.event["postback"]["payload"] for one in page.pending if "postback" in one.event] == ["say:Yes"]


async def test_that_the_page_writes_and_has_read_is_shown_on_messenger(http, facebook):
    await write(http, "first", "messenger")
    await write(http, "second", "messenger")
    someone = Person(facebook._server, "4242", "Kim").someone
    before = await shown(http, "/messenger?id=4242")
    someone.typing_until_ms = SystemClock().now_ms() + 20_000
    someone.seen = someone.messages[-1].mid
    after = await shown(http, "/messenger?id=4242")
    assert ("is typing…" in before, "seen 已读" in before) == (False, False)
    assert ("is typing… 正在输入…" in after, after.count("seen 已读")) == (True, 1)
    assert re.search(r"second.{0,60}seen 已读", after)
    assert "is typing…" not in await shown(http, "/messenger?id=77")
