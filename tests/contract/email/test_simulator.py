"""The simulated IMAP server against the standard library's client and against what no client may send."""

import asyncio
import imaplib

import pytest

from connectors.email.simulator import MailServer
from router.clock import SystemClock
from tests.servers.mail_house import mail

ADDRESS = "help@shop.example"


@pytest.fixture
async def server():
    async with MailServer(SystemClock(), {ADDRESS: "secret"}) as server:
        yield server


async def talk(server, *lines):
    """What the server answers to these lines, as one text."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.imap_port)
    writer.write(b"".join(line + b"\r\n" for line in lines) + b"z LOGOUT\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


LOGIN = b'a LOGIN "help@shop.example" secret'


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([b"a SELECT INBOX"], "a BAD SELECT: not before LOGIN"),
        ([LOGIN, b"b UID SEARCH ALL"], "b BAD UID: not before SELECT"),
        ([LOGIN, LOGIN.replace(b"a", b"c", 1)], "c BAD LOGIN"),
        ([b"a LOGIN help@shop.example wrong"], "a NO [AUTHENTICATIONFAILED]"),
        ([LOGIN, b"b SELECT nowhere"], "b NO [NONEXISTENT]"),
        ([LOGIN, b"b SELECT a&b"], "b BAD SELECT: 'a&b' is no modified UTF-7"),
        ([b"a AUTHENTICATE XOAUTH2"], "a BAD AUTHENTICATE: AUTHENTICATE XOAUTH2, once"),
        ([LOGIN, b"b SELECT INBOX", b"c FETCH 1 FLAGS"], "c BAD FETCH"),
        ([LOGIN, b"b SELECT INBOX", b"c UID FETCH 1,, FLAGS"], "c BAD UID: no sequence set"),
        ([LOGIN, b"b SELECT INBOX", b"c UID FETCH 1 (ENVELOPE)"], "c OK"),
        ([LOGIN, b"b SELECT INBOX", b"c UID SEARCH SINCE yesterday"], "c BAD UID: no date"),
        ([LOGIN, b"b SELECT INBOX", b"c UID SEARCH SINCE"], "c BAD UID: SEARCH SINCE: an argument"),
        ([LOGIN, b'b SELECT "INBOX'], "b BAD SELECT: unexpected"),
        ([LOGIN, b"b SELECT (INBOX"], "b BAD SELECT: a list that does not end"),
        ([LOGIN, b"b EXAMINE INBOX", b"c UID STORE 1 +FLAGS (\\Seen)"], "c NO [READ-ONLY]"),
        ([b"rubbish"], "* BAD no tag and command"),
        ([b"a NOOP now"], "a BAD NOOP: no arguments"),
        ([b"a LOGIN \0 x"], "* BYE a NUL"),
        ([b"a LOGIN " + b"x" * 100_000], "* BYE a line is too long"),
        ([b"a LOGIN {999999999}"], "* BYE a literal is too large"),
    ],
)
async def test_what_no_client_may_send(server, lines, wanted):
    assert wanted in await talk(server, *lines)


async def test_idle_ends_with_done_only(server):
    answer = await talk(server, LOGIN, b"b SELECT INBOX", b"c IDLE", b"d NOOP")
    assert "c BAD IDLE: only DONE" in answer


async def test_a_client_of_the_standard_library(server):
    server.deliver(mail("one", message_id="1@x.example"), ADDRESS)
    server.deliver(mail("two", message_id="2@x.example"), ADDRESS)
    await asyncio.to_thread(walk, server)
    assert len(server.mailboxes.folder(ADDRESS, "Sent").mails) == 1


def walk(server):
    client = imaplib.IMAP4("127.0.0.1", server.imap_port, timeout=20)
    assert client.login(ADDRESS, "secret")[0] == "OK"
    names = ["INBOX", "Sent", "Spam", "&W6JiN2dlT+E-"]
    assert client.list()[1] == [f'(\\HasNoChildren) "/" {name}'.encode() for name in names]
    assert client.select("&W6JiN2dlT+E-", readonly=True)[0] == "OK"
    assert client.status("INBOX", "(MESSAGES UIDNEXT)")[1] == [b'"INBOX" (MESSAGES 2 UIDNEXT 3)']
    assert client.select("INBOX")[1] == [b"2"]
    assert client.uid("SEARCH", "HEADER", "Message-ID", '"2@x.example"')[1] == [b"2"]
    assert client.uid("SEARCH", "UID", "5:*")[1] == [b"2"]
    assert client.uid("SEARCH", "UNSEEN")[1] == [b"1 2"]
    head, body = client.uid("FETCH", "2", "(RFC822.SIZE BODY.PEEK[]<3.5>)")[1][0]
    assert body == mail("two", message_id="2@x.example")[3:8]
    assert b"RFC822.SIZE %d" % len(mail("two", message_id="2@x.example")) in head
    assert client.uid("FETCH", "1", "(BODY[HEADER])")[1][0][1].endswith(b"\r\n\r\n")
    assert client.uid("STORE", "1", "+FLAGS", "(\\Flagged)")[0] == "OK"
    assert client.uid("FETCH", "1", "(FLAGS)")[1] == [b"1 (UID 1 FLAGS (\\Flagged \\Seen))"]
    assert client.append("Sent", "(\\Seen)", None, mail("three"))[0] == "OK"
    server.inbox(ADDRESS).remove(1)
    client.noop()
    assert client.response("EXPUNGE")[1] == [b"1"]
    client.logout()
