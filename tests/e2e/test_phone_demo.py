"""The demo's telephone: a page plays the caller and the colleague, and what is written back arrives there."""

import asyncio
import re

import aiohttp

from tests.servers.demo import running_demo

NUMBER = "+447700900555"


class Caller:
    """The page, as a browser without scripts uses it."""

    def __init__(self, http, url) -> None:
        self._http, self._url, self._call = http, url, {}

    async def do(self, **form):
        hidden = {"caller": NUMBER, "line": "+15550123001", **self._call}
        async with self._http.post(self._url, data=hidden | form) as answer:
            assert answer.status == 200
            page = await answer.text()
        found = re.search(r'name="call" value="(\w+)"', page)
        if found:
            self._call = {"call": found[1]}
        return page

    async def texts(self):
        async with self._http.get(f"{self._url}texts", params={"caller": NUMBER}) as answer:
            return await answer.text()


async def sign_in(http, demo):
    token = demo.agent_login_url.partition("token=")[2]
    async with http.post(f"{demo.base_url}/api/v1/login", json={"token": token}) as answer:
        assert answer.status == 200


async def tickets(http, demo):
    async with http.get(f"{demo.base_url}/api/v1/tickets") as answer:
        return (await answer.json())["tickets"]


async def test_a_call_on_the_page_becomes_a_ticket_and_is_answered_by_a_text_message(tmp_path):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        with running_demo(tmp_path, "--rate", "0") as demo:
            caller = Caller(http, demo.phone_url)
            assert "中文服务请按 2。" in await caller.do(begin="1")
            assert "欢迎致电客服" in await caller.do(key="2")
            assert "正在呼叫客服人员" in await caller.do(key="1")
            for _ in range(2):
                page = await caller.do(colleague="no-answer")
            assert "客服全部忙线中。" in page
            assert "请在提示音后留言" in await caller.do(key="1")
            assert "通话结束" in await caller.do(said="转账三个小时没到账 <b>请查</b>")
            await sign_in(http, demo)
            found = []
            while not found:
                found = [one for one in await tickets(http, demo) if "转账三个小时没到账" in one["snippet"]]
                await asyncio.sleep(0.1)
            (ticket,) = found
            assert (ticket["channel"], ticket["language"]) == ("phone", "zh")
            body = {"text": "已经找到了。", "last_seen": 0, "force": True}
            address = f"{demo.base_url}/api/v1/tickets/{ticket['id']}/replies"
            async with http.post(
                address, json=body, headers={"Idempotency-Key": "reply-1", "X-Switchboard": "1"}
            ) as answer:
                assert answer.status == 201, await answer.text()
            while "已经找到了。" not in await caller.texts():
                await asyncio.sleep(0.1)


async def test_only_the_page_itself_may_call(tmp_path):
    async with aiohttp.ClientSession() as http:
        with running_demo(tmp_path, "--rate", "0") as demo:
            headers = {"Sec-Fetch-Site": "cross-site"}
            async with http.post(demo.phone_url, data={"begin": "1"}, headers=headers) as answer:
                assert answer.status == 403
            async with http.get(demo.phone_url, params={"caller": '"><script>', "call": "x"}) as answer:
                assert "<script>" not in await answer.text()
