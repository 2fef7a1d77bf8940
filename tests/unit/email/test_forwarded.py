"""What the parser notes of a mail that looks passed on: whom the settings name, and the one mail that is attached."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent
from router.model.message import AttachedMail, Sender

META = {"address": "help@shop.example", "forwarders": "mei@shop.example @desk.example"}
INNER = """From: Ann Berg <Ann@example.org>
To: mei@shop.example
Subject: =?utf-8?b?5o+Q546w?=
Message-ID: <a1@example.org>

Where is my transfer?
"""


def read(text, sender="mei@shop.example", subject="FW: x", *, content_type="text/plain", meta=META, more=""):
    head = f"From: {sender}\nTo: help@shop.example\nSubject: {subject}\nMessage-ID: <fw@x>\n{more}"
    raw = f"{head}Content-Type: {content_type}\n\n{text}"
    (event,) = parse(RawEvent(body=raw.encode(), meta=meta), "default")
    return event


def attached(*mails, text="see below", kind="message/rfc822"):
    parts = [f"Content-Type: text/plain\n\n{text}\n", *(f"Content-Type: {kind}\n\n{mail}" for mail in mails)]
    return "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"


@pytest.mark.parametrize(
    ("sender", "trusted"),
    [
        ("mei@shop.example", True),
        ("Mei <MEI@shop.example>", True),
        ("kim@desk.example", True),
        ("kim@sub.desk.example", False),
        ("eve@shop.example", False),
        ("eve@example.org", False),
    ],
)
def test_the_settings_name_addresses_and_domains(sender, trusted):
    relay = read("hello", sender).relay
    assert (relay.mailbox, relay.trusted, relay.attached) == ("help@shop.example", trusted, None)


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "WG: x", "转发：x", "轉寄: x", "A question"])
def test_a_subject_or_a_line_says_that_it_is_a_forward(subject):
    assert (read("hello", subject=subject).relay is None) == (subject == "A question")
    assert read("a\n\n---------- Forwarded message ---------\nFrom: x", subject=subject).relay is not None


@pytest.mark.parametrize("mark", ["-- ORIGINAL Message --", "Weitergeleitete Nachricht", "转发邮件", "转发的邮件信息"])
def test_so_does_a_line_of_any_program_near_the_beginning(mark):
    assert read(f"a\n\n{mark}\nx", subject="A question").relay is not None
    assert read(f"{'a ' * 10_000}\n\n{mark}\nx", subject="A question").relay is None


def test_our_own_words_and_machines_pass_nothing_on():
    assert read("hello", "help@shop.example").relay is None
    assert read("hello", more="Auto-Submitted: auto-replied\n").relay is None
    assert read("hello", meta=META | {"truncated": "1"}).relay is None


def test_the_only_attached_mail_is_read():
    event = read(attached(INNER), content_type='multipart/mixed; boundary="b"', subject="a customer")
    assert event.relay.attached == AttachedMail(
        sender=Sender(id="ann@example.org", name="Ann Berg", email="ann@example.org"),
        subject="提现",
        text="Where is my transfer?",
    )
    assert event.text == "see below"
    assert [file.content_type for file in event.attachments] == ["message/rfc822"], "and stays a file"


def test_of_an_html_mail_the_text_is_derived_at_the_door():
    inner = INNER.replace("Message-ID", "Content-Type: text/html\nMessage-ID").replace("Where", "<b>Where</b>")
    mail = read(attached(inner), content_type='multipart/mixed; boundary="b"').relay.attached
    assert mail.text is None
    assert "<b>Where</b> is" in mail.html


@pytest.mark.parametrize(
    "mails", [(INNER, INNER), (INNER.replace("From", "X-From"),), ("",), ("From: nobody\n\nhello",)]
)
def test_several_mails_or_one_of_nobody_are_files_only(mails):
    event = read(attached(*mails), content_type='multipart/mixed; boundary="b"')
    assert event.relay.attached is None
    assert len(event.attachments) == len(mails)
