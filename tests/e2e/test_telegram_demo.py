"""The demo's Telegram: a page plays the customer, and the agent's answer arrives there, over a kill as well."""

import asyncio

import aiohttp

from tests.servers.demo import running_demo, start_demo


async def said(http, url):
    async with http.get(f"{url}chat?id=4242") as page:
        return await page.text()


async def until_said(http, url, words):
    for _ in range(300):
        if words in (page := await said(http, url)):
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"{words!r} did not arrive:\n{page}")


async def write(http, url, text):
    async with http.post(url, data={"id": "4242", "name": "Kim", "text": text}) as answer:
        assert answer.status == 200
        return await answer.text()


async def sign_in(http, demo):
    """As Lee."""
    token = demo.agent_login_url.partition("token=")[2]
    async with http.post(f"{demo.base_url}/api/v1/login", json={"token": token}) as answer:
        assert answer.status == 200


async def reply(http, demo, text):
    """Answer Kim's ticket."""
    async with http.get(f"{demo.base_url}/api/v1/tickets") as answer:
        tickets = (await answer.json())["tickets"]
    (ticket,) = [one for one in tickets if one["contact"]["name"] == "Kim"]
    body = {"text": text, "last_seen": 0, "force": True}
    address = f"{demo.base_url}/api/v1/tickets/{ticket['id']}/replies"
    async with http.post(address, json=body, headers={"Idempotency-Key": "reply-1", "X-Switchboard": "1"}) as answer:
        assert answer.status == 201, await answer.text()
        return (await answer.json())["message"]["id"]


async def react(http, demo, emoji):
    """To the first thing that Kim wrote."""
    (message, *_) = await messages_of_kim(http, demo)
    address = f"{demo.base_url}/api/v1/messages/{message['id']}/react"
    async with http.post(address, json={"emoji": emoji}, headers={"X-Switchboard": "1"}) as answer:
        assert answer.status == 200, await answer.text()


async def messages_of_kim(http, demo):
    async with http.get(f"{demo.base_url}/api/v1/tickets") as answer:
        tickets = (await answer.json())["tickets"]
    (ticket,) = [one for one in tickets if one["contact"]["name"] == "Kim"]
    async with http.get(f"{demo.base_url}/api/v1/tickets/{ticket['id']}") as answer:
        return (await answer.json())["messages"]


async def until_sent(http, demo, message_id=None):
    """Once the house knows that it, or the first of ours, has left: its end is written after the customer sees it."""
    for _ in range(300):
        ours = [one for one in await messages_of_kim(http, demo) if one["delivery"] and message_id in {None, one["id"]}]
        if any(one["delivery"]["state"] == "sent" for one in ours):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not leave")


async def correct(http, demo, message_id, text):
    address = f"{demo.base_url}/api/v1/messages/{message_id}/edit"
    async with http.post(address, json={"text": text, "revision": 0}, headers={"X-Switchboard": "1"}) as answer:
        assert answer.status == 200, await answer.text()


async def test_a_customer_writes_on_the_page_and_sees_the_answer_after_a_kill_too(tmp_path):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        demo = start_demo(tmp_path, "--rate", "0")
        await write(http, demo.telegram_url, "转账三个小时没到账 <b>请查</b>")
        page = await until_said(http, demo.telegram_url, "T-1")
        assert "&lt;b&gt;请查&lt;/b&gt;" in page
        await sign_in(http, demo)
        await until_sent(http, demo)  # else nobody knows after the kill, and an agent has to decide first
        demo.kill()
        with running_demo(tmp_path, "--rate", "0") as demo:
            await sign_in(http, demo)
            assert "请查" in await said(http, demo.telegram_url), "Telegram remembers"
            await write(http, demo.telegram_url, "还在吗？")
            reply_id = await reply(http, demo, "已经找到了。")
            page = await until_said(http, demo.telegram_url, "已经找到了。")
            assert page.count("还在吗？") == 1
            await until_sent(http, demo, reply_id)
            await correct(http, demo, reply_id, "已经找到了，明天到账。")
            page = await until_said(http, demo.telegram_url, "已经找到了，明天到账。<small> edited 已编辑</small>")
            assert "已经找到了。" not in page
            await react(http, demo, "🙏")
            await until_said(http, demo.telegram_url, "<small> 🙏</small>")
