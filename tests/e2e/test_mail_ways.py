"""Mail that comes back, mail that an agent passes on, and Outlook's threads, over real IMAP and SMTP servers."""

import base64
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiohttp

from tests.e2e.desk import Desk
from tests.e2e.mailbox import ADDRESS, CUSTOMER, Mailbox, is_receipt, letter, mail_channel
from tests.servers.service import Service

AGENT = "kim@shop.example"
ROOT = bytes.fromhex("01dc4b0f0f0f") + bytes(range(16))
RULES = """\
version: 1
queues: {general: {default: true}}
templates:
  receipt: {en: "We have your message as {{ticket.number}}.", zh: "{{ticket.number}}"}
  done: {en: "Your ticket {{ticket.number}} is solved.", zh: "{{ticket.number}}"}
lifecycle: {tell: {solved: done}}
rules: []
"""


class Shop:
    """A running service, its mailbox, and an agent at work."""

    def __init__(self, service, mailbox, desk, http):
        self.mailbox, self.desk = mailbox, desk
        self._url, self._http = service.url, http

    async def post(self, path, body=None, status=200):
        async with self._http.post(f"{self._url}/api/v1/{path}", json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()


@asynccontextmanager
async def running_shop(folder, dovecot, sink, user):
    channel = mail_channel(dovecot, user, sink)
    channel["settings"] |= {"forwarders": [AGENT]}
    service = Service(folder, channels=[channel])
    (folder / "rules" / "rules.yaml").write_text(RULES)
    worker = service.worker()
    try:
        await worker.start()
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"X-Switchboard": "1"}
        ) as http:
            yield Shop(service, Mailbox(dovecot, user, sink), await Desk.open(service, http), http)
        assert await worker.stop() == 0
        assert not worker.troubles()
    finally:
        await service.end()


def report(mail: EmailMessage, status: str, *, key: str | None = None) -> bytes:
    """A delivery report of a mail server (RFC 3464) about a mail of ours; a forged one has another `key`."""
    return (
        "From: Mail Delivery System <mailer-daemon@mail.example>\r\n"
        f"To: {ADDRESS}\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <back-{status}@mail.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CUSTOMER}\r\nAction: failed\r\nStatus: {status} (no such user)\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {mail['Message-ID']}\r\n"
        f"X-Delivery-Key: {key or mail['X-Delivery-Key']}\r\nSubject: what we wrote\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_forged_report_marks_nothing_and_is_read_in_the_ticket(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "forgedreport") as shop:
        await shop.mailbox.put(letter("q1@mail.example"))
        receipt = (await smtp_sink.wait_for(1))[0].message
        await shop.mailbox.put(report(receipt, "5.1.1", key="0193a1b2-0000-7000-8000-000000000000"))
        ticket = await shop.desk.until("T-1001", lambda one: len(one["messages"]) == 3)
        assert "It could not be delivered" in ticket["messages"][2]["text"]
        assert [(one["delivery"] or {}).get("state") for one in ticket["messages"]] == [None, "sent", None]
        assert ticket["returned"] is None


async def solved(shop, number):
    await shop.post(f"tickets/{number}/state", {"state": "solved"})
    await shop.post(f"tickets/{number}/state", {"state": "open"})


async def test_mail_that_came_back_silences_the_machine_but_no_agent(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "comesback") as shop:
        await shop.mailbox.put(letter("q1@mail.example"))
        receipt = (await smtp_sink.wait_for(1))[0].message
        await shop.mailbox.put(report(receipt, "5.1.1"))
        ticket = await shop.desk.until("T-1001", lambda one: one["returned"] is not None)
        assert ticket["returned"]["status"] == "5.1.1"
        assert [one["kind"] for one in ticket["events"] if one["kind"].startswith("sender.")] == ["sender.returned"]

        await solved(shop, "T-1001")
        await shop.desk.reply("T-1001", "Do you read this?")
        written = (await smtp_sink.wait_for(2))[1].message
        assert (written["To"], is_receipt(written)) == (CUSTOMER, False)

        await shop.post("tickets/T-1001/mail-again")
        assert (await shop.desk.ticket("T-1001"))["returned"] is None
        assert (await shop.post("tickets/T-1001/mail-again", status=409))["code"] == "not_returned"
        await shop.post("tickets/T-1001/state", {"state": "solved"})
        told = (await smtp_sink.wait_for(3))[2].message
        assert (told["To"], is_receipt(told)) == (CUSTOMER, True)
        assert "is solved" in told.get_content()

        await shop.mailbox.put(report(written, "5.2.1"))
        await shop.desk.until("T-1001", lambda one: one["returned"] is not None)
        await shop.mailbox.put(letter("q2@mail.example", "I am back", In_Reply_To=written["Message-ID"]))
        ticket = await shop.desk.until("T-1001", lambda one: one["returned"] is None)
        assert [one["kind"] for one in ticket["events"] if one["kind"].startswith("sender.")] == [
            "sender.returned", "sender.reachable",
        ] * 2  # fmt: skip


FORWARD = f"""She wrote to me.

---------- Forwarded message ---------
From: Anna Berg <{CUSTOMER}>
Date: Mon, 2 Nov 2026 at 08:00
Subject: My transfer
To: {AGENT}

Where is it?"""
INNER = (
    f"From: Anna Berg <{CUSTOMER}>\r\nSubject: My transfer\r\nContent-Type: text/html\r\n\r\n<p>Where <b>is</b> it?</p>"
)
ATTACHED = (
    "--b\r\nContent-Type: text/plain\r\n\r\nShe wrote to me.\r\n"
    f"--b\r\nContent-Type: message/rfc822\r\n\r\n{INNER}\r\n--b--"
)


async def test_what_an_agent_passes_on_is_the_customers(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "passedon") as shop:
        await shop.mailbox.put(letter("f1@shop.example", FORWARD, AGENT, Subject="Fwd: My transfer"))
        kind = 'multipart/mixed; boundary="b"'
        await shop.mailbox.put(letter("f2@shop.example", ATTACHED, AGENT, Subject="FW: My transfer", Content_Type=kind))
        await shop.mailbox.put(letter("f3@mail.example", FORWARD, "eve@mail.example", Subject="Fwd: My transfer"))
        for number in ("T-1001", "T-1002"):
            ticket = await shop.desk.until(number, lambda one: len(one["messages"]) == 2)
            customer, note = ticket["messages"]
            assert (customer["author"]["type"], customer["author"]["id"]) == ("customer", CUSTOMER)
            assert (customer["text"], customer["subject"]) == ("Where is it?", "My transfer")
            assert (note["kind"], note["text"], note["author"]["name"]) == ("note", "She wrote to me.", AGENT)
            assert ticket["contact"]["identities"] == [], "an agent's word proves nobody"
        ticket = await shop.desk.until("T-1003", lambda one: len(one["messages"]) == 2)
        assert ticket["messages"][0]["author"]["id"] == "eve@mail.example"

        await shop.desk.reply("T-1001", "It is on its way.")
        answer = (await shop.mailbox.sent(lambda mail: not is_receipt(mail))).message
        assert answer["To"] == CUSTOMER
        machine = [one.rcpt_tos for one in smtp_sink.accepted if is_receipt(one.message)]
        assert machine == [["eve@mail.example"]], "the machine writes to nobody whom a forward names"


async def test_what_a_web_form_mails_as_us_is_the_customers(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "webform") as shop:
        for number, name in enumerate(("anna", "bob"), 1):
            form = {"Reply_To": f"{name}@mail.example", "Subject": "Contact form"}
            await shop.mailbox.put(letter(f"w{number}@shop.example", "Where is it?", ADDRESS, **form))
            ticket = await shop.desk.until(f"T-100{number}", lambda one: len(one["messages"]) == 1)
            assert ticket["messages"][0]["author"]["id"] == f"{name}@mail.example"
            assert ticket["contact"]["identities"] == [], "what is typed into a form proves nobody"
        await shop.desk.reply("T-1001", "It is on its way.")
        answer = await shop.mailbox.sent(lambda _: True)
        assert (answer.message["To"], is_receipt(answer.message)) == (CUSTOMER, False)

        await shop.mailbox.put(letter("w3@mail.example", "Thank you", In_Reply_To=answer.message["Message-ID"]))
        ticket = await shop.desk.until("T-1001", lambda one: len(one["messages"]) == 3)
        assert ticket["messages"][2]["text"] == "Thank you"


async def test_an_outlook_thread_goes_on_without_ids(tmp_path, dovecot, smtp_sink):
    async with running_shop(tmp_path, dovecot, smtp_sink, "outlook") as shop:
        index = base64.b64encode(ROOT).decode()
        await shop.mailbox.put(letter("o1@mail.example", Thread_Index=index))
        receipt = (await smtp_sink.wait_for(1))[0].message
        told = base64.b64decode(receipt["Thread-Index"])
        assert (told[:22], len(told)) == (ROOT, 27)
        await shop.desk.reply("T-1001", "It is on its way.")
        answer = (await smtp_sink.wait_for(2))[1].message
        theirs = base64.b64encode(base64.b64decode(answer["Thread-Index"]) + b"12345").decode()
        await shop.mailbox.put(letter("o2@mail.example", "It came, and now?", Thread_Index=theirs))
        await shop.mailbox.put(letter("o3@other.example", "Let me in", "eve@other.example", Thread_Index=theirs))
        ticket = await shop.desk.until("T-1001", lambda one: len(one["messages"]) == 4)
        assert ticket["messages"][-1]["why"]["joined"] == "thread_index"
        stranger = await shop.desk.until("T-1002", lambda one: True)
        assert stranger["messages"][0]["why"]["joined_detail"] == "not_participant"
        assert [row["number"] for row in stranger["related"]] == ["T-1001"]
