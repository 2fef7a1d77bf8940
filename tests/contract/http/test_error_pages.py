"""A wrong address: people get a page in their language, programs a problem document."""

import aiohttp
import pytest

from router.config import ChannelConfig
from tests.contract.http.calls import open_house

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def browser(tmp_path):
    app = await open_house(tmp_path, ChannelConfig(kind="webchat"))
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.server.port}") as session:
        yield session
    await app.stop()


@pytest.mark.parametrize("path", ["/nothing", "/chat/nothing", "/channels/webchat/default/nothing", "/channels/fax/x/"])
@pytest.mark.parametrize(("language", "title"), [("en", "There is no such page"), ("zh-CN", "没有这个页面")])
async def test_people_read_a_sentence(browser, path, language, title):
    async with browser.get(path, headers={**BROWSER, "Accept-Language": language}) as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert f'<html lang="{language}"' in page
    assert f"<h1>{title}</h1>" in page
    assert "{{" not in page


@pytest.mark.parametrize(
    ("path", "accept"), [("/nothing", "*/*"), ("/nothing", "application/json"), ("/api/v1/nothing", BROWSER["Accept"])]
)
async def test_programs_read_a_problem_document(browser, path, accept):
    async with browser.get(path, headers={"Accept": accept}) as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")
        assert (await answer.json(content_type=None))["code"] == "not_found"


async def test_what_else_goes_wrong_is_a_page_too_and_keeps_its_headers(browser):
    async with browser.get("/in%00box", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (400, "text/html")
    async with browser.post("/login", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (405, "application/problem+json")
        assert answer.headers["Allow"] == "GET,HEAD"


async def test_a_chat_is_found_without_the_slash_at_its_end(browser):
    async with browser.get("/channels/webchat/default?lang=zh-CN", headers=BROWSER) as answer:
        assert answer.status == 200
        assert str(answer.url).endswith("/channels/webchat/default/?lang=zh-CN")
        assert 'id="messages"' in await answer.text()


async def test_a_program_is_told_what_there_is(browser):
    async with browser.get("/api/v1/nothing") as answer:
        assert "/api/openapi.json" in (await answer.json(content_type=None))["detail"]
    async with browser.put("/api/v1/messages") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        assert (await answer.json(content_type=None))["detail"] == "this address takes POST"
