"""`channels backfill`: the mailbox has, the store has; what is missing is taken in beside a running service."""

import asyncio

import aiohttp
import pytest

from connectors.email.simulator.server import MailServer
from router.clock import SystemClock
from tests.e2e.desk import Desk
from tests.e2e.mailbox import ADDRESS, CUSTOMER, letter
from tests.servers.mail_house import QUICK
from tests.servers.service import Service


@pytest.fixture
async def mail():
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        yield server


async def test_a_gap_is_found_filled_and_not_answered(tmp_path, mail):
    login = {"host": "127.0.0.1", "tls": "none", "user": ADDRESS, "password": "secret"}
    settings = {
        "address": ADDRESS, "timeouts": QUICK,
        "imap": {**login, "port": mail.imap_port}, "smtp": {**login, "port": mail.smtp_port},
    }  # fmt: skip
    # What was there before the account was set up is the gap: it reads from now on.
    mail.deliver(letter("old1@mail.example"), ADDRESS)
    mail.deliver(b"\x00\x01 no mail at all", ADDRESS)
    mail.deliver(letter("old2@mail.example", sender="bob@mail.example"), ADDRESS)
    service = Service(tmp_path, channels=[{"kind": "email", "settings": settings}, {"kind": "api"}])
    worker = service.worker()
    try:
        await worker.start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            desk = await Desk.open(service, http)
            while not [line for line in worker.log if '"mail.ok"' in line]:
                await asyncio.sleep(0.05)
            mail.deliver(letter("new@mail.example", sender="eve@mail.example"), ADDRESS)
            await desk.until("T-1001", lambda _: True)
            with pytest.raises(AssertionError, match="ended with 1"):
                await service.command("channels", "backfill", "email", "--since", "7d", "--audit")
            assert await desk.ticket("T-1002") is None
            said = await service.command("channels", "backfill", "email", "--since", "7d")
            assert said.splitlines() == [
                "email/default: the provider has 3, the store has 1",
                "1 cannot be read; those that came in are in: switchboard quarantine list",
                "  taken in: old1@mail.example",
                "  taken in: old2@mail.example",
            ]
            await desk.until("T-1003", lambda _: True)
            again = await service.command("channels", "backfill", "email", "--since", "7d", "--audit")
            assert again.splitlines()[0] == "email/default: the provider has 3, the store has 3"
            assert (await service.command("channels", "backfill", "email", "--since", "1s")).endswith(
                "has 0, the store has 0"
            )
            for channel, why in (("api", "api/default cannot be backfilled"), ("mail", "there is no channel mail/def")):
                with pytest.raises(AssertionError, match=f"{why}.*; of this house can: email/default"):
                    await service.command("channels", "backfill", channel, "--since", "1d")
        assert mail.mailbox(CUSTOMER) == [], "history is never answered by the machine"
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()
