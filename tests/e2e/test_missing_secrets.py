"""A secret that is not there keeps its own channel out and no other, and is taken up once it is there."""

import asyncio

import aiohttp
import pytest

from tests.servers.service import Service

SECRET = "file:hook"
SIGNED = {"kinds": ["x"], "webhook_url": "https://a.example/in", "webhook_secret": SECRET, "inbound_secret": SECRET}


@pytest.fixture
async def service(tmp_path):
    channels = [{"kind": "api", "account": "signed", "settings": SIGNED}, {"kind": "webchat"}]
    service = Service(tmp_path, channels=channels)
    yield service
    await service.end()


async def told(http, url, wanted):
    """The state and detail of the channel, once it is as wanted."""
    while True:
        async with http.get(f"{url}/api/v1/status") as answer:
            found = {one["kind"]: one for one in (await answer.json())["channels"]}.get("api", {})
        if found.get("state") == wanted:
            return found["detail"]
        await asyncio.sleep(0.1)


async def test_others_serve_and_the_channel_goes_on_when_its_secret_is_there(service):
    worker = service.worker()
    await worker.start()
    assert [line for line in worker.log if '"channel.secrets_missing"' in line and "/hook cannot be read" in line]
    hook = f"{service.url}/channels/api/signed/messages"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http, asyncio.timeout(60):
        await service.sign_in(http)
        async with http.get(f"{service.url}/channels/webchat/default/") as answer:
            assert answer.status == 200
        async with http.post(hook, data=b"{}") as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert "hook" not in (await answer.json())["detail"]
        detail = await told(http, service.url, "auth_failed")
        assert "hook cannot be read (No such file or directory)" in detail
        assert "put the right ones into file:hook: they are read again within seconds" in detail

        (service.directory / "hook").write_text("too short")
        while "at least 16 characters" not in await told(http, service.url, "auth_failed"):
            await asyncio.sleep(0.1)
        (service.directory / "hook").write_text("a secret of thirty-two letters.." * 2)
        await told(http, service.url, "ok")
        async with http.post(hook, data=b"{}") as answer:
            assert answer.status == 401
    assert await worker.stop() == 0


async def test_a_secret_of_the_house_is_needed_and_all_that_lack_are_named(service, command):
    text = service.config.read_text().replace('"22222', '"file:signing22222').replace('"1111', '"env:SEAL_1111')
    service.config.write_text(text)
    code, _, err = command("serve", "--config", service.config)
    assert (code, err.count("cannot be read"), err.count("no variable SEAL_1111")) == (78, 1, 1)
