"""Sending mail over SMTP: every way a real server can end it, one connection, one Message-ID; the look afterwards."""

import asyncio
import contextlib

import pytest

from connectors.email.render import message_id
from connectors.email.simulator import Customer, MailServer, ProtocolError
from router.clock import SystemClock, TimedIds
from router.connector import AuthFailed, Outbound, Rejected, Retry, Sent, Unknown
from router.model.ids import MessageId, OutboxId
from tests.servers.mail_house import QUICK, MailHouse, mail

ADDRESS = "help@shop.example"
IMAP = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "x", "password": "y"}


def outbound(key="k1", **fields):
    least = {
        "id": OutboxId("o"), "key": key, "message_id": MessageId("m"), "channel": "email",
        "account": "default", "thread": "t", "to": "anna@mail.example",
        "visibility": "private", "subject": "hi", "text": "hello", "created_at_ms": 1_793_606_403_000,
    }  # fmt: skip
    return Outbound(**{**least, **fields})


@contextlib.asynccontextmanager
async def sending(port, *, imap=IMAP, house=None, timeouts=QUICK, **smtp):
    house = house or MailHouse()
    made = {"host": "127.0.0.1", "port": port, "tls": "none"} | smtp
    ca_file = made.pop("ca_file", None)
    connector = house.connector(address=ADDRESS, imap=imap, smtp=made, timeouts=timeouts, ca_file=ca_file)
    try:
        yield connector
    finally:
        await connector.close()


async def test_sent_once_with_our_own_id_over_one_connection(smtp_sink):
    async with sending(smtp_sink.port) as connector:
        for number in range(3):
            outcome = await connector.send(outbound(f"k{number}"))
            assert outcome == Sent(provider_id=message_id(f"k{number}", "shop.example"))
    assert [one.message["Message-ID"] for one in smtp_sink.accepted] == [
        f"<{message_id(f'k{number}', 'shop.example')}>" for number in range(3)
    ]
    assert smtp_sink.connected == 1
    assert smtp_sink.accepted[0].mail_from == ADDRESS
    assert smtp_sink.accepted[0].rcpt_tos == ["anna@mail.example"]


async def test_many_at_once_share_the_connection(smtp_sink):
    async with sending(smtp_sink.port) as connector:
        outcomes = await asyncio.gather(*(connector.send(outbound(f"k{number}")) for number in range(20)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len({one.message["Message-ID"] for one in smtp_sink.accepted}) == 20
    assert smtp_sink.connected == 1


async def test_automatic_mail_has_nobody_to_answer_to(smtp_sink):
    async with sending(smtp_sink.port) as connector:
        await connector.send(outbound(automatic=True))
    assert smtp_sink.accepted[0].mail_from == "<>"
    assert smtp_sink.accepted[0].message["Auto-Submitted"] == "auto-replied"


async def test_lines_of_dots_and_bare_line_feeds_are_no_end(smtp_sink):
    text = "one\n.\nDATA\n.\r\nMAIL FROM:<x@y.example>\rend"
    async with sending(smtp_sink.port) as connector:
        await connector.send(outbound(text=text))
    assert len(smtp_sink.accepted) == 1
    content = smtp_sink.accepted[0].message.get_content().replace("\r\n", "\n")
    assert content == "one\n.\nDATA\n.\nMAIL FROM:<x@y.example>\nend\n"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("451 4.3.0 busy", Retry),
        ("452 4.2.2 mailbox full", Retry),
        ("421 4.7.0 closing", Retry),
        ("550 5.7.1 spam", Rejected),
        ("554 5.6.0 no", Rejected),
        ("552 5.2.2 over quota", Rejected),
        ("550 5.4.5 Daily user sending limit exceeded.", Retry),
        ("550 5.1.90 you've reached your daily limit for message recipients", Retry),
    ],
)
async def test_the_answer_to_the_content_decides(smtp_sink, reply, kind):
    smtp_sink.answer_next(reply)
    async with sending(smtp_sink.port) as connector:
        outcome = await connector.send(outbound())
        assert isinstance(outcome, kind), outcome
        assert outcome.reason.startswith(reply[:3])
        assert isinstance(await connector.send(outbound()), Sent)
    assert len(smtp_sink.accepted) == 1


@pytest.mark.parametrize(("reply", "kind"), [("550 5.1.1 no such user", Rejected), ("450 4.2.1 later", Retry)])
async def test_the_answer_to_the_recipient_decides(smtp_sink, reply, kind):
    smtp_sink.refused_recipients["anna@mail.example"] = reply
    async with sending(smtp_sink.port) as connector:
        outcome = await connector.send(outbound())
        assert isinstance(outcome, kind), outcome
        assert isinstance(await connector.send(outbound("k2", to="bob@mail.example")), Sent)


@pytest.mark.parametrize("utf_8", [True, False])
async def test_a_chinese_domain_is_reached_through_any_server(smtp_sink, utf_8):
    smtp_sink.utf_8 = utf_8
    async with sending(smtp_sink.port) as connector:
        assert isinstance(await connector.send(outbound(to="anna@例子.中国")), Sent)
    (sent,) = smtp_sink.accepted
    assert sent.rcpt_tos == [sent.message["To"]] == ["anna@xn--fsqu00a.xn--fiqs8s"]


@pytest.mark.parametrize("to", ["用户@例子.中国", "anna@straße.example"])  # the second has another name in IDNA 2003
async def test_addresses_beyond_ascii_need_a_server_that_takes_them(smtp_sink, to):
    async with sending(smtp_sink.port) as connector:
        assert isinstance(await connector.send(outbound(to=to)), Sent)
        smtp_sink.utf_8 = False
        smtp_sink.cut()
        assert isinstance(await connector.send(outbound("k2", to=to)), Rejected)
    assert [(one.rcpt_tos, one.message["To"]) for one in smtp_sink.accepted] == [([to], to)]


async def test_a_server_that_speaks_no_utf_8_is_understood():
    over = asyncio.Event()

    async def serve(reader, writer):
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            refused = line.startswith(b"RCPT")
            writer.write("550 5.1.1 用户不存在\r\n".encode("gb18030") if refused else b"250 ok\r\n")
        writer.close()
        over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        async with sending(server.sockets[0].getsockname()[1]) as connector:
            assert await connector.send(outbound()) == Rejected(reason="550 5.1.1 用户不存在")
        await over.wait()


async def test_a_connection_lost_after_the_content_is_unknown_and_the_same_mail_again_is_the_same(smtp_sink):
    smtp_sink.drop_next()
    async with sending(smtp_sink.port) as connector:
        assert isinstance(await connector.send(outbound()), Unknown)
        assert isinstance(await connector.reconcile(outbound()), Unknown)
        assert isinstance(await connector.send(outbound()), Sent)
    first, second = smtp_sink.accepted
    assert first.raw == second.raw


async def test_an_answer_that_does_not_come_is_unknown(smtp_sink):
    smtp_sink.hold_next()
    async with sending(smtp_sink.port, timeouts=QUICK | {"command_s": 0.3}) as connector:
        assert isinstance(await connector.send(outbound()), Unknown)
    smtp_sink.release()


async def test_a_mail_behind_a_slow_one_is_surely_unsent(smtp_sink, monkeypatch):
    monkeypatch.setattr("connectors.email.smtp._TURN_S", 0.2, raising=False)
    smtp_sink.hold_next()
    async with sending(smtp_sink.port, timeouts=QUICK | {"command_s": 60.0}) as connector:
        slow = asyncio.create_task(connector.send(outbound("k1")))
        async with asyncio.timeout(60):
            while smtp_sink.connected == 0:
                await asyncio.sleep(0.01)
            assert isinstance(await connector.send(outbound("k2")), Retry)
        smtp_sink.release()
        assert isinstance(await slow, Sent)
        assert isinstance(await connector.send(outbound("k2")), Sent)
    assert len(smtp_sink.accepted) == 2


async def test_a_kept_connection_that_died_is_replaced(smtp_sink):
    async with sending(smtp_sink.port) as connector:
        await connector.send(outbound("k1"))
        smtp_sink.cut()
        assert isinstance(await connector.send(outbound("k2")), Sent)
    assert smtp_sink.connected == 2


async def test_a_black_hole_before_the_content_is_safe_to_retry(smtp_sink, fault_proxy):
    proxy = await fault_proxy(smtp_sink.port)
    async with sending(proxy.port, timeouts=QUICK | {"command_s": 0.3, "connect_s": 0.5}) as connector:
        await connector.send(outbound("k1"))
        proxy.mode = "blackhole"
        assert isinstance(await connector.send(outbound("k2")), Retry)
        proxy.mode = "pass"
        assert isinstance(await connector.send(outbound("k2")), Sent)
    assert len(smtp_sink.accepted) == 2


async def test_nobody_listens(smtp_sink):
    port = smtp_sink.port
    await smtp_sink.stop()
    async with sending(port) as connector:
        assert isinstance(await connector.send(outbound()), Retry)


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example> SIZE=1", "a@b.example,c@d.example"]
)
async def test_what_is_no_address_reaches_no_server(smtp_sink, to):
    async with sending(smtp_sink.port) as connector:
        assert isinstance(await connector.send(outbound(to=to)), Rejected)
    assert smtp_sink.connected == 0


async def test_addresses_beyond_ascii(smtp_sink):
    async with sending(smtp_sink.port) as connector:
        assert isinstance(await connector.send(outbound(to="müller@mail.example")), Sent)
    assert smtp_sink.accepted[0].rcpt_tos == ["müller@mail.example"]


async def test_starttls_and_login(smtp_sink, tls_files):
    smtp_sink.users["help"] = "secret"
    smtp_sink.require_auth = smtp_sink.require_tls = True
    secure = {"host": "localhost", "tls": "starttls", "ca_file": str(tls_files.ca)}
    async with sending(smtp_sink.port, user="help", password="secret", **secure) as connector:
        assert isinstance(await connector.send(outbound()), Sent)
    assert (smtp_sink.accepted[0].tls, smtp_sink.accepted[0].login) == (True, "help")
    async with sending(smtp_sink.port, user="help", password="wrong", **secure) as connector:
        assert isinstance(await connector.send(outbound()), AuthFailed)
    async with sending(smtp_sink.port, tls="starttls", user="help", password="secret") as connector:
        outcome = await connector.send(outbound())
        assert isinstance(outcome, Retry)
        assert "ertificate" in outcome.reason
    assert len(smtp_sink.accepted) == 1


# --- the simulator: both protocols over the same mailboxes ----------------------------------------------------------


@contextlib.asynccontextmanager
async def simulated(**imap):
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        login = {"host": "127.0.0.1", "tls": "none", "user": ADDRESS, "password": "secret"}
        house = MailHouse()
        smtp = login | {"port": server.smtp_port}
        port = smtp.pop("port")
        async with sending(port, imap=login | {"port": server.imap_port} | imap, house=house, **smtp) as connector:
            yield server, house, connector


async def test_starttls_is_never_left_out():
    async with MailServer(SystemClock(), {}) as server, sending(server.smtp_port, tls="starttls") as connector:
        assert isinstance(await connector.send(outbound()), Retry)
        assert server.mailbox("anna@mail.example") == []


async def test_a_server_that_takes_no_empty_sender_gets_our_own_address():
    async with simulated() as (server, _, connector):
        for number, refusal in enumerate(["501 5.1.7 NULL sender is not allowed", "553 Mail from must equal user"]):
            server.script("smtp.mail", refusal)
            assert isinstance(await connector.send(outbound(f"k{number}", automatic=True)), Sent)
        mails = server.mailbox("anna@mail.example")
        assert [one.startswith(f"Return-Path: <{ADDRESS}>".encode()) for one in mails] == [True, True]
        server.script("smtp.mail", "553 5.7.1 this address is not yours")
        assert isinstance(await connector.send(outbound("k3")), Rejected)
        server.script("smtp.mail", "451 4.7.1 later")
        assert isinstance(await connector.send(outbound("k4", automatic=True)), Retry)


async def test_the_sent_folder_tells_what_became_of_a_send():
    async with simulated(sent_folder="Sent") as (server, house, connector):
        assert isinstance(await connector.reconcile(outbound()), Unknown)
        await connector.send(outbound())
        assert await connector.reconcile(outbound()) == Sent(provider_id=message_id("k1", "shop.example"))
        (copy,) = server.mailboxes.folder(ADDRESS, "Sent").mails.values()
        assert copy.flags == {"\\Seen"}
        assert isinstance(await connector.reconcile(outbound("k2")), Unknown)
        server.script("imap.append", "NO [OVERQUOTA] full")
        assert isinstance(await connector.send(outbound("k3")), Sent)
        assert house.names() == ["mail.copy_failed"]


async def test_a_copy_that_hangs_takes_no_more_than_what_the_send_has_left(monkeypatch):
    async with simulated(sent_folder="Sent") as (_, house, connector):
        monkeypatch.setattr("connectors.email.adapter._WHOLE_S", 0.3, raising=False)
        monkeypatch.setattr(connector._account, "session", lambda _folder: asyncio.Event().wait())
        async with asyncio.timeout(5):
            assert isinstance(await connector.send(outbound()), Sent)
        assert house.names() == ["mail.copy_failed"]


async def test_check_says_what_is_wrong():
    async with simulated() as (server, _, connector):
        assert (await connector.check()).state == "ok"
        server.script("imap.login", "NO [LIMIT] too many connections")
        assert (await connector.check()).state == "retrying"
        server.script("imap.select", "NO [NONEXISTENT] no such folder")
        assert (await connector.check()).state == "misconfigured"
        server.accounts[ADDRESS] = "changed"
        health = await connector.check()
        assert health.state == "auth_failed"
        assert "secret" not in health.detail


async def test_a_conversation_from_both_ends():
    async with simulated() as (server, house, connector):
        task = asyncio.create_task(connector.run(house))
        await house.until(lambda: "INBOX" in house.cursors)
        anna = Customer(server, TimedIds(house.clock), "anna@mail.example", ADDRESS, name="Änna, B.")
        first = await anna.write("我的币 lost", "where is it?")
        await house.until_accepted(1)
        asked = house.accepted[0]
        assert f"<{asked.message_id}>" == first
        assert (asked.sender.name, asked.subject, asked.text) == ("Änna, B.", "我的币 lost", "where is it?")
        await connector.send(
            outbound(
                subject=asked.subject, in_reply_to=asked.message_id, references=(asked.message_id,), reply_token="ab12"
            )
        )
        answer = await anna.answer()
        assert answer["Subject"] == "Re: 我的币 lost"
        await anna.reply("thank you")
        await house.until_accepted(2)
        reply = house.accepted[1]
        assert reply.reply_token == "ab12"
        assert reply.in_reply_to == message_id("k1", "shop.example")
        assert reply.references == (asked.message_id, reply.in_reply_to)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_customer_is_strict():
    async with MailServer(SystemClock(), {}) as server:
        anna = Customer(server, TimedIds(SystemClock()), "anna@mail.example", ADDRESS)
        for wrong in (mail(to="bob@mail.example"), mail(to="anna@mail.example"), b"Subject: no sender\r\n\r\nx"):
            server.deliver(wrong, "anna@mail.example")
            with pytest.raises(ProtocolError):
                await anna.answer()


async def test_what_was_accepted_survives_the_server(tmp_path):
    async with MailServer(SystemClock(), {ADDRESS: "secret"}, directory=tmp_path) as server:
        server.deliver(mail("one"), ADDRESS)
        server.deliver(mail("two"), "Help+tag@shop.example")
        server.inbox(ADDRESS).remove(2)
    (tmp_path / ADDRESS / "INBOX" / "9-1.eml.new").write_bytes(b"torn")
    async with MailServer(SystemClock(), {ADDRESS: "secret"}, directory=tmp_path) as server:
        assert len(server.mailbox(ADDRESS)) == 1
        assert server.deliver(mail("three"), ADDRESS).uid == 3


@pytest.mark.parametrize(
    ("imap_tls", "smtp_tls", "said"),
    [
        ("none", "starttls", "nothing is sent in clear: it wants tls: tls"),
        ("starttls", "none", "nothing is sent in clear: it wants tls: tls"),
        ("tls", "none", "begins in clear: it wants tls: starttls"),
        ("none", "tls", "begins in clear: it wants tls: starttls"),
    ],
)
async def test_the_check_says_which_setting_of_tls_is_wrong(imap_tls, smtp_tls, said):
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        imap = {"host": "127.0.0.1", "port": server.imap_port, "tls": imap_tls, "user": ADDRESS, "password": "secret"}
        async with sending(server.smtp_port, imap=imap, tls=smtp_tls) as connector:
            health = await connector.check()
    assert health.state == "retrying"
    assert said in health.detail
    assert health.detail.startswith("SMTP" if imap_tls == "none" else "IMAP")


async def test_the_check_says_that_a_certificate_is_not_known(smtp_sink):
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        imap = {"host": "127.0.0.1", "port": server.imap_port, "tls": "none", "user": ADDRESS, "password": "secret"}
        async with sending(smtp_sink.port, imap=imap, tls="starttls") as connector:
            assert "ca_file" in (await connector.check()).detail
