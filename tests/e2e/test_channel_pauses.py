"""An operator pauses a channel and goes on; credentials die and come back: on running services, without loss."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from connectors.email.simulator import MailServer, TokenServer
from router.clock import SystemClock
from tests.e2e.desk import Desk
from tests.e2e.mailbox import ADDRESS, CUSTOMER, letter
from tests.servers.mail_house import QUICK
from tests.servers.service import Service, Worker


@dataclass
class Shop:
    """A service, the process that runs it, and an agent at work."""

    service: Service
    worker: Worker
    desk: Desk
    http: aiohttp.ClientSession

    async def mail_state(self, wanted):
        """The mail channel as the inbox is told of it, once it is `wanted`."""
        while True:
            async with self.http.get(f"{self.service.url}/api/v1/status") as answer:
                found = {one["kind"]: one for one in (await answer.json())["channels"]}.get("email")
            if found is not None and found["state"] == wanted:
                return found
            await asyncio.sleep(0.1)

    async def metric(self, line):
        """Wait until /metrics has this line."""
        while True:
            async with self.http.get(f"{self.service.url}/metrics") as answer:
                if line in (await answer.text()).splitlines():
                    return
            await asyncio.sleep(0.1)

    def logged(self, event):
        return [line for line in self.worker.log if f'"{event}"' in line]


@asynccontextmanager
async def running(folder, mail, password=None, **more):
    """A service whose mail account is the simulator's; it never asks by itself again once it was refused."""
    login = {"host": "127.0.0.1", "tls": "none", "user": ADDRESS} | ({"password": password} if password else {})
    settings = {
        "address": ADDRESS, "start_from": "all", "timeouts": QUICK | {"auth_retry_s": 3_600.0},
        "imap": {**login, "port": mail.imap_port}, "smtp": {**login, "port": mail.smtp_port}, **more,
    }  # fmt: skip
    service = Service(folder, channels=[{"kind": "email", "settings": settings}, {"kind": "api"}])
    worker = service.worker()
    try:
        await worker.start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            yield Shop(service, worker, await Desk.open(service, http), http)
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()


@pytest.fixture
async def mail():
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        yield server


def answers(mail):
    """What agents wrote and the customer has."""
    return [text for text in (b"before", b"during", b"after") if any(text in raw for raw in mail.mailbox(CUSTOMER))]


async def test_a_pause_holds_over_a_restart_and_loses_nothing(tmp_path, mail):
    async with running(tmp_path, mail, "secret") as shop:
        command, desk = shop.service.command, shop.desk
        mail.deliver(letter("1@mail.example"), ADDRESS)
        await desk.reply("T-1001", "before")
        while answers(mail) != [b"before"]:
            await asyncio.sleep(0.05)

        said = await command("channels", "pause", "email")
        assert said == "email/default is paused; go on with: switchboard channels resume email/default"
        assert await command("channels", "pause", "email") == "email/default is paused already"
        assert "channels resume email/default" in (await shop.mail_state("paused"))["detail"]
        await shop.metric('switchboard_channel_paused{account="default",channel="email"} 1.0')

        mail.deliver(letter("2@mail.example", sender="bob@mail.example"), ADDRESS)
        await desk.reply("T-1001", "during")
        await shop.worker.kill()
        await shop.worker.start()
        await shop.mail_state("paused")
        # The other channel works, and what it brings overtakes the mail that waits.
        token = await shop.service.api_token("telegram")
        assert await tell(shop, token, "t1") == 202
        opened = await desk.until("T-1002", lambda _: True)
        assert opened["messages"][0]["channel"] == "telegram"
        assert answers(mail) == [b"before"]

        await command("channels", "resume", "email/default")
        assert (await desk.until("T-1003", lambda _: True))["messages"][0]["channel"] == "email"
        while answers(mail) != [b"before", b"during"]:
            await asyncio.sleep(0.05)
        assert await command("channels", "resume", "email") == "email/default was not paused"
        await shop.mail_state("ok")


async def test_a_paused_channel_tells_programs_to_come_again(tmp_path, mail):
    async with running(tmp_path, mail, "secret") as shop:
        token = await shop.service.api_token("telegram")
        await shop.service.command("channels", "pause", "api")
        while await tell(shop, token, "probe") != 503:
            await asyncio.sleep(0.1)
        assert await tell(shop, token, "t1") == 503
        assert shop.told["code"] == "paused"
        assert shop.told["detail"] == "api/default is paused by an operator; nothing was taken, bring it again"
        await shop.service.command("channels", "resume", "api")
        while await tell(shop, token, "t1") != 202:
            await asyncio.sleep(0.1)


async def tell(shop, token, message_id):
    """Post a message as a program; the answer's status."""
    said = {
        "channel": "telegram", "message_id": message_id, "visibility": "private", "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": "77"}, "text": "hello",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    async with shop.http.post(f"{shop.service.url}/api/v1/messages", json=said, headers=headers) as answer:
        shop.told = await answer.json()
        return answer.status


async def test_new_credentials_are_taken_up_without_a_restart(tmp_path, mail):
    password = tmp_path / "mail_password"
    password.write_text("secret\n")
    async with running(tmp_path, mail, "file:mail_password") as shop:
        mail.deliver(letter("1@mail.example"), ADDRESS)
        await shop.desk.until("T-1001", lambda _: True)
        await shop.mail_state("ok")

        mail.accounts[ADDRESS] = "rotated"
        mail.drop_sessions()
        mail.cut()
        refused = await shop.mail_state("auth_failed")
        assert refused["detail"].endswith(
            "put the right ones into file:mail_password: they are read again within seconds"
        )
        mail.deliver(letter("2@mail.example", sender="bob@mail.example"), ADDRESS)
        await shop.desk.reply("T-1001", "during")
        await shop.desk.reply("T-1001", "after")
        while not shop.logged("channel.credentials_refused"):
            await asyncio.sleep(0.05)
        (said,) = shop.logged("channel.credentials_refused")
        assert "file:mail_password" in said
        assert answers(mail) == []

        password.write_text("rotated\n")
        while answers(mail) != [b"during", b"after"]:
            await asyncio.sleep(0.05)
        await shop.desk.until("T-1002", lambda _: True)
        await shop.mail_state("ok")
        assert len(shop.logged("channel.credentials_refused")) == 1
        assert not [line for line in shop.worker.log if "rotated" in line]


async def test_a_rotated_token_outlives_a_kill_and_a_new_consent_goes_on(tmp_path, mail):
    consent = tmp_path / "consent"
    consent.write_text("refresh-0\n")
    async with TokenServer(SystemClock(), ADDRESS, rotates=True) as tokens:
        mail.tokens = tokens
        oauth = {"token_url": tokens.url, "client_id": "switchboard", "client_secret": "the client's secret"}
        async with running(tmp_path, mail, oauth=oauth | {"refresh_token": "file:consent"}) as shop:
            mail.deliver(letter("1@mail.example"), ADDRESS)
            await shop.desk.reply("T-1001", "before")
            while answers(mail) != [b"before"]:
                await asyncio.sleep(0.05)
            await shop.worker.kill()
            await shop.worker.start()
            mail.deliver(letter("2@mail.example", sender="bob@mail.example"), ADDRESS)
            await shop.desk.until("T-1002", lambda _: True)
            assert [form["refresh_token"] for form in tokens.asked] == ["refresh-0", "refresh-1"]

            tokens.withdraw()
            mail.drop_sessions()
            mail.cut()
            refused = await shop.mail_state("auth_failed")
            assert "consent has to be given anew" in refused["detail"]
            assert refused["detail"].endswith(
                "put the right ones into file:consent: they are read again within seconds"
            )
            mail.deliver(letter("3@mail.example", sender="eve@mail.example"), ADDRESS)
            await shop.desk.reply("T-1001", "during")
            while not shop.logged("channel.credentials_refused"):
                await asyncio.sleep(0.05)

            tokens.consent("refresh-of-the-new-consent")
            consent.write_text("refresh-of-the-new-consent\n")
            while answers(mail) != [b"before", b"during"]:
                await asyncio.sleep(0.05)
            await shop.desk.until("T-1003", lambda _: True)
            await shop.mail_state("ok")
            assert len(shop.logged("channel.credentials_refused")) == 1
            secrets = ("refresh-", "access-", "the client's secret")
            assert not [line for line in shop.worker.log if any(secret in line for secret in secrets)]
        at_rest = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
        assert at_rest
        assert b"refresh-1" not in at_rest
