"""The demo's X: a page plays the customer, in public and in private, and the answers come, over a kill as well."""

import asyncio

import aiohttp

from tests.servers.demo import running_demo, start_demo

KIM = {"id": "4242", "name": "Kim"}


async def said(http, url, where):
    async with http.get(f"{url}{where}", params=KIM) as page:
        assert page.status == 200
        return await page.text()


async def until_said(http, url, where, words):
    for _ in range(300):
        if words in (page := await said(http, url, where)):
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"{words!r} did not arrive:\n{page}")


async def say(http, url, how, text):
    async with http.post(url, data={**KIM, "how": how, "text": text}) as answer:
        assert answer.status == 200
        assert "A customer on X" in await answer.text()


async def test_a_customer_posts_and_writes_and_sees_the_answers_after_a_kill_too(tmp_path):
    async with aiohttp.ClientSession() as http:
        demo = start_demo(tmp_path, "--rate", "0")
        await say(http, demo.x_url, "write", "转账三个小时没到账 <b>请查</b>")
        page = await until_said(http, demo.x_url, "private", "T-1")
        assert "&lt;b&gt;请查&lt;/b&gt;" in page
        await say(http, demo.x_url, "post", "@wallet is the swap page down?")
        page = await until_said(http, demo.x_url, "public", "@kim4242 Hello Kim")
        assert "请查" not in page
        demo.kill()
        with running_demo(tmp_path, "--rate", "0") as demo:
            assert "请查" in await said(http, demo.x_url, "private"), "X remembers"
            await say(http, demo.x_url, "post", "DM our helpdesk on Telegram for a quick fix")
            await until_said(http, demo.x_url, "public", "hidden")
            async with http.get(demo.x_url, params={**KIM, "dm": "<token>"}) as form:
                assert "&lt;token&gt;</textarea>" in await form.text()
            async with http.post(demo.x_url, data=KIM, headers={"Sec-Fetch-Site": "cross-site"}) as other:
                assert other.status == 403
