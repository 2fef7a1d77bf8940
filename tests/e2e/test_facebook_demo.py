"""The demo's Facebook: a page plays the customer, on Messenger and below the post; answers arrive, after a kill too."""

import asyncio
import re

import aiohttp

from tests.servers.demo import running_demo, start_demo


async def until_said(http, url, words):
    for _ in range(300):
        async with http.get(url) as page:
            if words in (text := await page.text()):
                return text
        await asyncio.sleep(0.1)
    raise AssertionError(f"{words!r} did not arrive:\n{text}")


async def write(http, url, text, where="messenger"):
    said = {"id": "4242", "name": "Kim", "text": text, "where": where}
    async with http.post(url, data=said) as answer:
        assert answer.status == 200


async def reply(http, demo, text):
    """Sign in as Lee and answer Kim's ticket."""
    token = demo.agent_login_url.partition("token=")[2]
    async with http.post(f"{demo.base_url}/api/v1/login", json={"token": token}) as answer:
        assert answer.status == 200
    async with http.get(f"{demo.base_url}/api/v1/tickets") as answer:
        tickets = (await answer.json())["tickets"]
    (ticket,) = [one for one in tickets if one["contact"]["name"] == "Kim"]
    body = {"text": text, "last_seen": 0, "force": True}
    address = f"{demo.base_url}/api/v1/tickets/{ticket['id']}/replies"
    async with http.post(address, json=body, headers={"Idempotency-Key": "reply-1", "X-Switchboard": "1"}) as answer:
        assert answer.status == 201, await answer.text()


async def test_a_customer_writes_on_messenger_and_sees_the_answer_after_a_kill_too(tmp_path):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        demo = start_demo(tmp_path, "--rate", "0")
        await write(http, demo.facebook_url, "转账三个小时没到账 <b>请查</b>")
        page = await until_said(http, f"{demo.facebook_url}messenger?id=4242", "T-1")
        assert "&lt;b&gt;请查&lt;/b&gt;" in page
        demo.kill()
        with running_demo(tmp_path, "--rate", "0") as demo:
            messenger = f"{demo.facebook_url}messenger?id=4242"
            await until_said(http, messenger, "请查")
            await write(http, demo.facebook_url, "还在吗？")
            await reply(http, demo, "已经找到了。")
            page = await until_said(http, messenger, "已经找到了。")
            assert page.count("还在吗？") == 1


async def test_a_comment_that_nobody_should_read_is_answered_in_private_with_a_way_there(tmp_path):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        with running_demo(tmp_path, "--rate", "0") as demo:
            await write(http, demo.facebook_url, "my card 4111 1111 1111 1111 was charged twice", "post")
            await until_said(http, f"{demo.facebook_url}post?id=4242", "charged twice")
            page = await until_said(http, f"{demo.facebook_url}messenger?id=4242", "?ref=")
            link = re.search(r'href="([^"]+/m/\d+\?ref=[^"]+)"', page)[1]
            async with http.get(link) as came:
                assert came.status == 200
            await write(http, demo.facebook_url, "order 4411")
            await until_said(http, f"{demo.facebook_url}messenger?id=4242", "order 4411")
