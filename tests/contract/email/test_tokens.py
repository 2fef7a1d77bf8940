"""XOAUTH2: logged in by token to IMAP and SMTP, renewed in time, dead consent told once, and a rotated token kept.

The provider is the simulator's; the mail servers are ours and, for IMAP, the real Dovecot, which asks that provider.
"""

import asyncio
import contextlib
import logging

import pytest

from connectors.email.backfill import backfill
from connectors.email.simulator import MailServer, TokenServer
from router.clock import SystemClock
from router.connector import AuthFailed, Retry, Sent
from tests.contract.email.test_receiving import Real, ids, running
from tests.contract.email.test_sending import outbound
from tests.servers.mail_house import QUICK, MailHouse, mail

ADDRESS = "help@shop.example"


class Later:
    """The system's clock, moved ahead."""

    def __init__(self):
        self.ahead_ms = 0

    def now_ms(self):
        return SystemClock().now_ms() + self.ahead_ms


@contextlib.asynccontextmanager
async def provided(**made):
    """A mail server that takes the tokens of a provider, and both."""
    clock = made.pop("clock", None) or SystemClock()
    async with TokenServer(clock, ADDRESS, **made) as tokens, MailServer(clock, {}) as server:
        server.tokens = tokens
        server.accounts = {ADDRESS: "no password opens it"}
        yield tokens, server


def settings(tokens, *, user=ADDRESS, imap_port=1, smtp_port=1, **oauth):
    login = {"host": "127.0.0.1", "tls": "none", "user": user}
    given = {"client_id": "switchboard", "client_secret": "the client's secret", "refresh_token": "refresh-0"} | oauth
    return {
        "address": ADDRESS, "start_from": "all", "timeouts": QUICK, "oauth": {"token_url": tokens.url, **given},
        "imap": {**login, "port": imap_port}, "smtp": {**login, "port": smtp_port},
    }  # fmt: skip


def of(tokens, server, **oauth):
    return settings(tokens, imap_port=server.imap_port, smtp_port=server.smtp_port, **oauth)


async def test_mail_comes_and_goes_by_one_token(caplog):
    caplog.set_level(logging.DEBUG)
    house = MailHouse()
    async with provided() as (tokens, server), running(house, **of(tokens, server)) as connector:
        server.deliver(mail(), ADDRESS)
        await house.until_accepted(1)
        assert isinstance(await connector.send(outbound()), Sent)
        assert (await connector.check()).state == "ok"
        assert [form["grant_type"] for form in tokens.asked] == ["refresh_token"]
        assert "scope" not in tokens.asked[0]
    assert house.credentials.kept == {}
    said = caplog.text + repr(house.logged)
    for secret in ("access-1", "refresh-0", "client's secret", "YWNjZXNzLTE"):  # the last in base64
        assert secret not in said


async def test_dovecot_takes_the_token(dovecot):
    house, box = MailHouse(), Real(dovecot)
    await box.deliver(mail(message_id="1@x.example"))
    async with TokenServer(SystemClock(), box.user, port=dovecot.introspection_port) as tokens:
        made = settings(tokens, user=box.user, imap_port=box.port)
        async with running(house, **made) as connector:
            await house.until_accepted(1)
            assert connector.health().state == "ok"
            await box.deliver(mail(message_id="2@x.example"))
            await house.until_accepted(2)
        tokens.withdraw()
        async with running(house, **made) as connector:
            await house.until(lambda: connector.health().state == "auth_failed")
            assert "invalid_grant" in connector.health().detail


async def test_dovecot_refuses_a_token_and_the_next_one_is_taken(dovecot):
    house, box = MailHouse(), Real(dovecot)
    async with TokenServer(SystemClock(), box.user, port=dovecot.introspection_port) as tokens:
        connector = house.connector(**settings(tokens, user=box.user, imap_port=box.port))
        await connector._account.tokens.access()
        tokens.revoke()
        await (await connector._account.session("INBOX")).close()
        assert len(tokens.asked) == 2
        await connector.close()


@pytest.mark.parametrize("life_s", [3_600, 200])
async def test_a_token_is_renewed_before_it_expires(life_s):
    house, clock = MailHouse(), Later()
    house.clock = clock
    async with provided(life_s=life_s, clock=clock) as (tokens, server):
        connector = house.connector(**of(tokens, server, scope="mail offline"))
        first = await connector._account.tokens.access()
        assert await connector._account.tokens.access() == first
        clock.ahead_ms += (life_s - min(250, life_s // 2 - 1)) * 1_000
        assert await connector._account.tokens.access() != first
        assert [form["scope"] for form in tokens.asked] == ["mail offline"] * 2
        await connector.close()


async def test_an_answer_that_comes_in_pieces_is_read_whole():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        tokens.pause_s = 0.1
        connector = house.connector(**of(tokens, server))
        await connector._account.tokens.access()
        tokens.revoke()
        # By the refresh token that came in the place of the first one.
        assert isinstance(await connector.send(outbound()), Sent)
        await connector.close()


async def test_many_who_ask_at_once_are_one_renewal():
    house = MailHouse()
    async with provided() as (tokens, server):
        connector = house.connector(**of(tokens, server))
        found = await asyncio.gather(*(connector._account.tokens.access() for _ in range(20)))
        assert len(set(found)) == 1
        assert len(tokens.asked) == 1
        await connector.close()


async def test_a_token_that_both_servers_refuse_is_renewed_once():
    house = MailHouse()
    async with provided() as (tokens, server):
        connector = house.connector(**of(tokens, server))
        await connector._account.tokens.access()
        tokens.revoke()
        assert isinstance(await connector.send(outbound()), Sent)
        assert len(tokens.asked) == 2
        tokens.revoke()
        await (await connector._account.session("INBOX")).close()
        assert len(tokens.asked) == 3
        await connector.close()


async def test_a_server_that_takes_no_token_is_asked_twice_only():
    house = MailHouse()
    async with provided() as (tokens, server):
        tokens.user = "somebody@else.example"
        connector = house.connector(**of(tokens, server))
        assert isinstance(await connector.send(outbound()), AuthFailed)
        assert (await connector.check()).state == "auth_failed"
        assert len(tokens.asked) == 3  # one, and one more for each refusal
        await connector.close()


async def test_a_withdrawn_consent_is_told_once_and_a_new_one_goes_on_without_loss():
    house = MailHouse()
    async with provided() as (tokens, server):
        server.deliver(mail(message_id="before@x.example"), ADDRESS)
        async with running(house, **of(tokens, server)) as connector:
            await house.until_accepted(1)
            tokens.withdraw()
            server.drop_sessions()
            connector._account.tokens._access = None  # it has expired
            await house.until(lambda: connector.health().state == "auth_failed")
            server.deliver(mail(message_id="during@x.example"), ADDRESS)
            assert isinstance(await connector.send(outbound()), AuthFailed)
            asked = len(tokens.asked)
            while len(tokens.asked) < asked + 3:  # however often it is tried again
                await asyncio.sleep(0.02)
        assert house.names().count("mail.auth_failed") == 1
        tokens.consent("refresh-new")
        async with running(house, **of(tokens, server, refresh_token="refresh-new")):
            await house.until_accepted(2)
    assert ids(house) == ["before@x.example", "during@x.example"]
    assert house.duplicates == 0


async def test_a_rotated_refresh_token_survives_a_restart_and_a_new_consent_replaces_it():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        for number in range(1, 4):
            server.deliver(mail(), ADDRESS)
            async with running(house, **of(tokens, server)):
                await house.until_accepted(number)
        assert [form["refresh_token"] for form in tokens.asked] == ["refresh-0", "refresh-1", "refresh-2"]
        tokens.consent("refresh-new")
        server.deliver(mail(), ADDRESS)
        async with running(house, **of(tokens, server, refresh_token="refresh-new")):
            await house.until_accepted(4)


async def test_another_process_had_it_rotated():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        one, other = (house.connector(**of(tokens, server)) for _ in range(2))
        await one._account.tokens.access()
        held = house.credentials.kept.pop("refresh_token")  # written just after the other has looked

        async def write():
            while len(tokens.asked) < 2:
                await asyncio.sleep(0.001)
            house.credentials.kept["refresh_token"] = held

        _, token = await asyncio.gather(write(), other._account.tokens.access())
        assert token.reveal() == "access-2"
        await one.close()
        await other.close()


async def test_a_token_is_not_spent_where_its_successor_could_not_be_kept():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        house.credentials.away = True
        connector = house.connector(**of(tokens, server))
        assert isinstance(await connector.send(outbound()), Retry)
        assert tokens.asked == []
        house.credentials.away = False
        assert isinstance(await connector.send(outbound()), Sent)
        await connector.close()


async def test_a_successor_that_could_not_be_kept_is_kept_later():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        connector = house.connector(**of(tokens, server))
        keeping = house.credentials.keep

        async def away(name, secret):
            house.credentials.away = True
            await keeping(name, secret)

        house.credentials.keep = away
        first = await connector._account.tokens.access()
        assert house.credentials.kept == {}
        assert (await connector._account.tokens.access(refused=first)) != first
        house.credentials.away, house.credentials.keep = False, keeping
        tokens.revoke()
        assert isinstance(await connector.send(outbound()), Sent)
        assert "refresh-3" in house.credentials.kept["refresh_token"]
        assert [form["refresh_token"] for form in tokens.asked] == ["refresh-0", "refresh-1", "refresh-2"]
        await connector.close()


async def test_who_gives_up_waiting_loses_no_successor():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        connector = house.connector(**of(tokens, server))
        waiting = asyncio.create_task(connector._account.tokens.access())
        while not tokens.asked:
            await asyncio.sleep(0)
        waiting.cancel()
        await connector.close()
    assert "refresh-1" in house.credentials.kept["refresh_token"]


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (500, "<html>", Retry),
        (429, "", Retry),
        (302, "", Retry),
        (200, "{}", Retry),
        (200, "[" * 100_000, Retry),
        (200, '{"access_token": "a\\r\\nb"}', Retry),
        (400, '{"error": "temporarily_unavailable"}', Retry),
        (400, '{"error": "server_error"}', Retry),
        (400, "not json", Retry),
        (400, '{"error": "invalid_grant", "error_description": "refresh-0 is bad"}', AuthFailed),
        (401, '{"error": "invalid_client"}', AuthFailed),
    ],
)
async def test_what_a_provider_answers(status, body, wanted):
    house = MailHouse()
    async with provided() as (tokens, server):
        tokens.faults.extend([(status, body)] * 2)
        connector = house.connector(**of(tokens, server))
        outcome = await connector.send(outbound())
        assert isinstance(outcome, wanted), outcome
        assert "refresh-0" not in outcome.reason
        await connector.close()


async def test_nobody_answers_at_the_provider():
    house = MailHouse()
    async with provided() as (tokens, server):
        made = of(tokens, server)
        await tokens.stop()
        async with running(house, **made) as connector:
            await house.until(lambda: connector.health().state == "retrying")
            assert "token endpoint cannot be reached" in connector.health().detail
            assert isinstance(await connector.send(outbound()), Retry)
            server.deliver(mail(), ADDRESS)
            await tokens.start()
            await house.until_accepted(1)


async def test_backfill_logs_in_by_token():
    house = MailHouse()
    async with provided(rotates=True) as (tokens, server):
        server.deliver(mail(message_id="1@x.example"), ADDRESS)
        connector = house.connector(**of(tokens, server))
        await backfill(connector._settings, house.context(), house, 0)
        await connector.close()
    assert ids(house) == ["1@x.example"]
    assert "refresh-1" in house.credentials.kept["refresh_token"]
