"""The main job in one process on SQLite, with real IMAP and SMTP servers: mail in, ticket, answer out, threaded.

And what the world puts into a mailbox: automatic mail, bounces, mail that is broken or monstrous.
"""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

import aiohttp
import pytest

from router.model.limits import RAW_BYTES_MAX
from router.store import quarantine
from router.store.script import select
from tests.e2e.desk import Desk
from tests.e2e.mailbox import ADDRESS, CUSTOMER, Mailbox, is_receipt, letter, mail_channel
from tests.servers.service import Service


@dataclass
class Shop:
    """A running service, its mailbox, and an agent at work."""

    service: Service
    mailbox: Mailbox
    desk: Desk


@asynccontextmanager
async def running_shop(folder, dovecot, sink, user):
    service = Service(folder, channels=[mail_channel(dovecot, user, sink)])
    worker = service.worker()
    try:
        await worker.start()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            yield Shop(service, Mailbox(dovecot, user, sink), await Desk.open(service, http))
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()


def report(mail: EmailMessage) -> bytes:
    """A delivery report of a mail server (RFC 3464) about a mail of ours."""
    return "\r\n".join(
        (
            "From: Mail Delivery System <mailer-daemon@mail.example>",
            f"To: {ADDRESS}",
            "Subject: Undelivered Mail Returned to Sender",
            "Date: Mon, 02 Nov 2026 08:10:00 +0000",
            "Message-ID: <bounce1@mail.example>",
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
            "Reporting-MTA: dns; mail.example",
            "",
            f"Final-Recipient: rfc822; {CUSTOMER}",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 no such user",
            "--b",
            "Content-Type: message/rfc822",
            "",
            f"Message-ID: {mail['Message-ID']}",
            f"X-Delivery-Key: {mail['X-Delivery-Key']}",
            "Subject: what we wrote",
            "",
            "--b--",
            "",
        )
    ).encode()


async def test_the_main_job(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "mainjob") as shop:
        async with shop.desk.feed() as feed:
            await shop.mailbox.put(letter("q1@mail.example", "Where is my transfer?"))
            opened = await feed.until("ticket.opened")
        assert opened["ticket"]["number"] == "T-1001"
        assert [row["number"] for row in (await shop.desk.tickets(queue="transfers"))["tickets"]] == ["T-1001"]
        receipt = (await smtp_sink.wait_for(1))[0].message
        assert is_receipt(receipt)
        assert "T-1001" in receipt.get_content()

        await shop.desk.reply("T-1001", "It will be there tomorrow.")
        answer = (await shop.mailbox.sent(lambda mail: not is_receipt(mail))).message
        assert answer["To"] == CUSTOMER
        assert answer["In-Reply-To"] == "<q1@mail.example>"
        assert "<q1@mail.example>" in answer["References"].split()

        # A program that shows no plus-address and sends no In-Reply-To back: References alone.
        await shop.mailbox.put(letter("q2@mail.example", "And today?", References=answer["Message-ID"]))
        ticket = await shop.desk.until("T-1001", lambda ticket: len(ticket["messages"]) == 4)
        assert (await shop.desk.tickets())["total"] == 1

        # A holiday notice joins, and nobody answers it; the customer who writes next is the next to get a receipt.
        absent = {"In_Reply_To": answer["Message-ID"], "Auto-Submitted": "auto-replied"}
        await shop.mailbox.put(letter("away@mail.example", "I am away until Monday.", **absent))
        await shop.mailbox.put(
            letter("robot@other.example", "Weekly figures", "robot@other.example", Precedence="bulk")
        )
        await shop.mailbox.put(letter("q3@other.example", "Hello?", "bob@other.example"))
        bobs = await shop.mailbox.sent(lambda mail: mail["To"] == "bob@other.example")
        assert is_receipt(bobs.message)
        assert [mail.rcpt_tos for mail in smtp_sink.accepted] == [[CUSTOMER], [CUSTOMER], ["bob@other.example"]]
        ticket = await shop.desk.until("T-1001", lambda ticket: len(ticket["messages"]) == 5)

        await shop.mailbox.put(report(answer))

        def bounced(ticket):
            return any(message["delivery"] and message["delivery"]["state"] == "dead" for message in ticket["messages"])

        ticket = await shop.desk.until("T-1001", bounced)
        (failed,) = [message for message in ticket["messages"] if (message["delivery"] or {}).get("state") == "dead"]
        assert failed["text"] == "It will be there tomorrow."
        assert "5.1.1" in failed["delivery"]["error"]


def hostile() -> dict[str, bytes]:
    """Mail nobody should send, by name; each has an id of its own."""

    def begun(name: str, content_type: str = "text/plain") -> bytes:
        return letter(f"{name}@evil.example", "", "eve@evil.example", Content_Type=content_type).removesuffix(b"\r\n")

    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(2_000))
    many = b"".join(b"X-Line-%d: %d\r\n" % (at, at) for at in range(10_000))
    return {
        "broken-mime": begun("broken-mime", 'multipart/mixed; boundary="never')
        + b"--never\r\nContent-Type: ;;;\r\n=\xff",
        "bad-base64": begun("bad-base64", "text/plain; charset=no-such")[:-2]
        + b"Content-Transfer-Encoding: base64\r\n\r\n=====%%%%\r\n",
        "nul": begun("nul") + b"before\0after\r\n",
        "invalid-utf8": begun("invalid-utf8", "text/plain; charset=utf-8") + b"caf\xe9 \xff\xfe\xc0\x80\r\n",
        "many-headers": begun("many-headers")[:-2] + many + b"\r\nhere is the text\r\n",
        "deep": begun("deep", 'multipart/mixed; boundary="b"')[:-2] + b"\r\n--b\r\n" + deep + b"at the bottom\r\n",
        "huge": begun("huge") + b"a line of it\r\n" * (50_000_000 // 14),
        "no-mail": b"\x00\x01\x02 this is not a mail at all\r\n" * 20,
    }


def put_file(dovecot, user: str, name: str, raw: bytes) -> None:
    """Into the mailbox as a mail server's delivery does it; IMAP itself would refuse a NUL."""
    inbox = dovecot.maildir(user)
    owner = inbox.stat()
    made = inbox / "tmp" / f"{name}.host"
    made.write_bytes(raw)
    shutil.chown(made, owner.st_uid, owner.st_gid)
    made.rename(inbox / "new" / made.name)


async def test_monstrous_mail_is_taken_or_set_aside_and_the_next_goes_through(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "monstrous") as shop:
        monsters = hostile()
        assert len(monsters["huge"]) > RAW_BYTES_MAX
        await shop.mailbox.put(letter("before@mail.example", "All is well so far."))
        await shop.desk.until("T-1001", lambda _: True)
        for name, raw in monsters.items():
            await asyncio.to_thread(put_file, dovecot, "monstrous", name, raw)
            await shop.mailbox.put(letter(f"after-{name}@mail.example", f"Did you get {name}?", f"{name}@mail.example"))
            receipt = await shop.mailbox.sent(lambda mail, name=name: mail["To"] == f"{name}@mail.example")
            assert is_receipt(receipt.message), f"the customer behind {name} is served"
        async with shop.service.store() as store:
            rows = await store.read(select("SELECT external_id, text FROM messages WHERE kind = 'inbound'"))
            texts = {row[0]: row[1] for row in rows}
            aside = await store.read(quarantine.listed(limit=100))
    taken = {name for name in monsters if f"{name}@evil.example" in texts}
    assert taken == set(monsters) - {"no-mail"}
    assert [(row.cause, "no header field" in row.detail) for row in aside] == [("invalid", True)]
    assert "before" in texts["nul@evil.example"]
    assert "after" in texts["nul@evil.example"]
    assert "\0" not in texts["nul@evil.example"]
    assert texts["invalid-utf8@evil.example"].startswith("caf")
    assert "here is the text" in texts["many-headers@evil.example"]
    assert "too large" in texts["huge@evil.example"]


@pytest.mark.parametrize("raw", [letter("again@mail.example")])
async def test_the_same_mail_twice_in_the_mailbox_is_one_message(tmp_path, dovecot, smtp_sink, raw):
    async with running_shop(tmp_path, dovecot, smtp_sink, "twice") as shop:
        await shop.mailbox.put(raw, raw, letter("last@mail.example", "The last one", "zoe@mail.example"))
        await shop.mailbox.sent(lambda mail: mail["To"] == "zoe@mail.example")
        assert (await shop.desk.tickets())["total"] == 2
        assert [mail.rcpt_tos for mail in smtp_sink.accepted] == [[CUSTOMER], ["zoe@mail.example"]]
