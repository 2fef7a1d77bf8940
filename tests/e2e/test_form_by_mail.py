"""Answers to the form by mail: real SMTP and IMAP servers of the simulator, the whole house between."""

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

import pytest

from connectors.email.demo import DemoMail
from router.clock import SystemClock
from router.config import ChannelConfig
from tests.e2e.test_webchat_house import answer_as_agent
from tests.servers.form_house import FILLED, RULES, customer_of, number_on, running_house

SUPPORT = "help@wallet.example"


@asynccontextmanager
async def house_with_mail(folder, **settings):
    (folder / "mail").mkdir()
    mail = DemoMail(SystemClock(), folder / "mail", SUPPORT)
    await mail.start()
    try:
        channel = ChannelConfig(kind="email", settings=mail.settings())
        async with running_house(folder, more=[channel], **settings) as house:
            yield house, mail
    finally:
        await mail.stop()


async def mails_to(folder, address, most=1):
    """What arrived there, once it is so many."""
    async with asyncio.timeout(60):
        while len(found := sorted((folder / "mail" / address).rglob("*.eml"))) < most:
            await asyncio.sleep(0.02)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]


async def settled(house):
    await house.until("SELECT id FROM outbox WHERE state IN ('queued', 'sending')", lambda rows: not rows)


async def test_an_agents_answer_goes_to_the_typed_address_and_its_answer_comes_back(tmp_path, http):
    async with house_with_mail(tmp_path) as (house, mail):
        customer = customer_of(house, http)
        page = await customer.open()
        assert "We answer to this address." in page.text
        after = await customer.send(page, **FILLED)
        await settled(house)
        assert not (tmp_path / "mail" / "ann@post.example").exists(), "a receipt stays on the page"
        await answer_as_agent(house.app, "We are looking for it.", "reply-1")
        (answer,) = await mails_to(tmp_path, "ann@post.example")
        assert answer["To"] == "ann@post.example"
        assert answer.get_content().strip() == "We are looking for it."
        assert answer["In-Reply-To"] is None
        await settled(house)
        assert await house.rows("SELECT state FROM outbox ORDER BY id DESC LIMIT 1") == [("sent",)]
        assert "We are looking for it." in (await customer.open(after.url)).text
        back = (
            f"From: Ann <ann@post.example>\r\nTo: {answer['Reply-To']}\r\nSubject: Re: {answer['Subject']}\r\n"
            f"Message-ID: <back-1@post.example>\r\nIn-Reply-To: {answer['Message-ID']}\r\n\r\nIt was on Monday.\r\n"
        )
        await mail.deliver(back.encode())
        await house.until("SELECT id FROM messages WHERE channel = 'email'", lambda rows: len(rows) == 1)
        assert len(await house.tickets()) == 1
        # The mail proves its sender; the form's own contact stays whoever filled it in.
        proven = await house.rows("SELECT kind, value, proof FROM identities")
        assert proven == [("email", "ann@post.example", "mail")]


async def test_a_typed_address_proves_nothing(tmp_path, http):
    async with house_with_mail(tmp_path) as (house, mail):
        head = f"From: ann@post.example\r\nTo: {SUPPORT}\r\nSubject: my own\r\nMessage-ID: <a@post.example>"
        await mail.deliver(f"{head}\r\n\r\nhello\r\n".encode())
        await house.until("SELECT id FROM tickets", lambda rows: len(rows) == 1)
        customer = customer_of(house, http)
        after = await customer.send(await customer.open(), **FILLED)
        assert number_on(after) == "T-1002"
        assert "my own" not in after.text
        assert len(await house.rows("SELECT id FROM contacts")) == 2


async def test_an_address_that_is_refused_is_shown_to_the_agent_and_the_answer_stands_on_the_page(tmp_path, http):
    async with house_with_mail(tmp_path) as (house, mail):
        customer = customer_of(house, http)
        after = await customer.send(await customer.open(), **FILLED)
        await settled(house)
        mail._server.script("smtp.rcpt", "550 5.1.1 nobody of that name")
        await answer_as_agent(house.app, "Hello?", "reply-1")
        await settled(house)
        ((state, error),) = await house.rows("SELECT state, error FROM outbox ORDER BY id DESC LIMIT 1")
        assert (state, "nobody of that name" in error) == ("dead", True)
        assert "Hello?" in (await customer.open(after.url)).text


async def test_a_mail_that_bounces_later_is_shown_to_the_agent(tmp_path, http):
    async with house_with_mail(tmp_path) as (house, mail):
        customer = customer_of(house, http)
        await customer.send(await customer.open(), **FILLED)
        await settled(house)
        await answer_as_agent(house.app, "Hello?", "reply-1")
        (answer,) = await mails_to(tmp_path, "ann@post.example")
        await settled(house)
        await mail.deliver(bounce_of(answer))
        await house.until("SELECT state FROM outbox ORDER BY id DESC LIMIT 1", lambda rows: rows == [("dead",)])
        assert len(await house.tickets()) == 1


def bounce_of(mail):
    """What a mail server that gave up says (RFC 3464)."""
    lines = [
        "From: MAILER-DAEMON@post.example",
        f"To: {SUPPORT}",
        "Subject: Undelivered Mail Returned to Sender",
        "Message-ID: <bounce-1@post.example>",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "It could not be delivered.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; post.example",
        "",
        "Final-Recipient: rfc822; ann@post.example",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: message/rfc822",
        "",
        f"Message-ID: {mail['Message-ID']}",
        f"X-Delivery-Key: {mail['X-Delivery-Key']}",
        f"Subject: {mail['Subject']}",
        "",
        "Hello?",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


async def test_the_machines_reminder_goes_by_mail_once_a_person_has_answered(tmp_path, http):
    rules = RULES.replace(
        "fields:", "lifecycle: {waiting: {remind: 1h, close: 3h}, tell: {reminder: receipt}}\nfields:"
    )
    async with house_with_mail(tmp_path, rules=rules) as (house, _mail):
        customer = customer_of(house, http)
        await customer.send(await customer.open(), **FILLED)
        await settled(house)
        await answer_as_agent(house.app, "Which network?", "reply-1")
        await mails_to(tmp_path, "ann@post.example")
        await settled(house)  # whoever has not got what they are to answer is not reminded
        house.clock.ahead_ms += 3_600_000
        answer, reminder = await mails_to(tmp_path, "ann@post.example", 2)
        assert {answer["Auto-Submitted"], reminder["Auto-Submitted"]} == {None, "auto-replied"}


@pytest.mark.parametrize("settings", [{"mail_answers": False}, {"email": "none"}])
async def test_without_it_answers_stand_on_the_page_alone(tmp_path, http, settings):
    async with house_with_mail(tmp_path, **settings) as (house, _mail):
        customer = customer_of(house, http)
        page = await customer.open()
        assert "We answer to this address." not in page.text
        after = await customer.send(page, **FILLED)
        await settled(house)
        await answer_as_agent(house.app, "Only here.", "reply-1")
        await settled(house)
        assert "Only here." in (await customer.open(after.url)).text
        assert not (tmp_path / "mail" / "ann@post.example").exists()
