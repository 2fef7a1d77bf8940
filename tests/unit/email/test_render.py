"""A reply as a mail: threaded, the same at every attempt, and nothing in it can become a header."""

import email
from email.policy import default as modern

import pytest

from connectors.email.parse import parse
from connectors.email.render import message_id, render
from router.connector import Outbound, OutboundAttachment, RawEvent
from router.model.ids import MessageId, OutboxId

ADDRESS = "help@shop.example"
AT = 1_793_606_403_000


def outbound(**fields):
    least = {
        "id": OutboxId("o"), "key": "key-1", "message_id": MessageId("m"), "channel": "email",
        "account": "default", "thread": "t", "to": "anna@mail.example",
        "visibility": "private", "text": "hello", "created_at_ms": AT,
    }  # fmt: skip
    return Outbound(**{**least, **fields})


def read(**fields):
    raw = render(outbound(**fields), ADDRESS)
    assert raw.replace(b"\r\n", b"").find(b"\n") < 0
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=modern)
    assert not message.defects
    return message


def content(message):
    return message.get_content().replace("\r\n", "\n")


def test_a_plain_answer():
    message = read(subject="Your order", in_reply_to="2@mail.example", references=("1@mail.example", "2@mail.example"),
                   reply_token="ab12", author_name="Lee from Shop")  # fmt: skip
    assert dict(message.items()) == {
        "From": "Lee from Shop <help@shop.example>",
        "To": "anna@mail.example",
        "Subject": "Re: Your order",
        "Date": "Mon, 02 Nov 2026 08:00:03 +0000",
        "Message-ID": f"<{message_id('key-1', 'shop.example')}>",
        "X-Delivery-Key": "key-1",
        "Reply-To": "Lee from Shop <help+ab12@shop.example>",
        "In-Reply-To": "<2@mail.example>",
        "References": "<1@mail.example> <2@mail.example>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
    }
    assert content(message) == "hello\n"


def test_the_same_key_gives_the_same_bytes_and_another_key_another_id():
    assert render(outbound(), ADDRESS) == render(outbound(), ADDRESS)
    assert read(key="key-1")["Message-ID"] != read(key="key-2")["Message-ID"]


def test_machines_are_told_not_to_answer():
    message = read(automatic=True)
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Precedence"] == "bulk"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert read()["Auto-Submitted"] is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("hello\nthere", "7bit"),
        ("x" * 5_000, "quoted-printable"),
        ("Grüße aus Köln, es ist alles gut angekommen", "quoted-printable"),
        ("你好，您的提现已经到账。\n" * 50, "base64"),
        (".\n..\n. dots\nFrom here\n", "7bit"),
        ("trailing blanks  \nend\t", "7bit"),
    ],
)
def test_text_arrives_as_it_was_written(text, encoding):
    message = read(text=text)
    assert message["Content-Transfer-Encoding"] == encoding
    assert content(message).rstrip("\n") == text.rstrip("\n")
    (event,) = parse(RawEvent(body=render(outbound(text=text), ADDRESS)), "default")
    assert event.text == text.strip("\n")


def test_subjects_and_names_beyond_ascii():
    subject, name = "关于您的提现申请的回复" * 8, "客服 小王, Shop"
    message = read(subject=subject, author_name=name)
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == name
    for line in render(outbound(subject=subject, author_name=name), ADDRESS).split(b"\r\n"):
        if b"=?" in line:
            assert len(line) <= 76 + len("Subject: ")


@pytest.mark.parametrize("known", ["Re: x", "RE: x", "re : x", "AW: x", "回复：x"])
def test_an_answer_is_marked_once(known):
    assert read(subject=known, in_reply_to="1@x.example")["Subject"] == known
    assert read(subject="x", in_reply_to=None)["Subject"] == "x"


def test_nothing_becomes_a_header():
    evil = "x\r\nBcc: all@evil.example\r\n\r\nbody"
    message = read(subject=evil, author_name=evil, in_reply_to=evil, references=(evil,), reply_token=evil,
                   attachments=(OutboundAttachment(name=evil, content_type=evil, data=b"x"),))  # fmt: skip
    assert message["Bcc"] is None
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "X-Delivery-Key",
        "MIME-Version",
        "Content-Type",
    }
    (part,) = message.iter_attachments()
    assert part["Bcc"] is None


@pytest.mark.parametrize(
    "to", ["x\r\nBcc: y@z.example", "no address", "a@b.example, c@d.example", "<a@b.example>", "", "a@b@c"]
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(ValueError, match="no mail address"):
        render(outbound(to=to), ADDRESS)


def test_files_arrive_with_their_names():
    files = (
        OutboundAttachment(
            name="合同 与 附件的一个相当长的名字.pdf", content_type="application/pdf", data=bytes(range(256)) * 10
        ),
        OutboundAttachment(name='quo"te.txt', content_type="text/plain", data=b"text"),
        OutboundAttachment(name="mail.eml", content_type="message/rfc822", data=b"Subject: x\r\n\r\ny"),
    )
    message = read(attachments=files)
    parts = list(message.iter_attachments())
    assert [part.get_filename() for part in parts] == [file.name for file in files]
    assert [part.get_payload(decode=True) for part in parts] == [file.data for file in files]
    (event,) = parse(RawEvent(body=render(outbound(attachments=files), ADDRESS)), "default")
    assert [a.data for a in event.attachments] == [file.data for file in files]


def test_long_threads_keep_their_beginning_and_their_end():
    ids = tuple(f"{n:0>60}@mail.example" for n in range(500))
    kept = read(references=ids, in_reply_to=ids[-1])["References"].split()
    assert kept[0] == f"<{ids[0]}>"
    assert kept[-1] == f"<{ids[-1]}>"
    assert sum(map(len, kept)) <= 4_000


def test_an_answer_goes_on_with_the_thread_of_outlook():
    index = "01dc4b0f0f0f" + "ab" * 16
    (event,) = parse(RawEvent(body=render(outbound(thread_index=index), ADDRESS)), "default")
    assert event.thread_index[:44] == index
    assert len(event.thread_index) == 54
    assert read()["Thread-Index"] is None
    assert read(thread_index="no hex")["Thread-Index"] is None


def test_ids_that_have_their_brackets_already_keep_one_pair():
    message = read(in_reply_to="<2@mail.example>", references=("<1@mail.example>", "2@mail.example"))
    assert message["In-Reply-To"] == "<2@mail.example>"
    assert message["References"].split() == ["<1@mail.example>", "<2@mail.example>"]
