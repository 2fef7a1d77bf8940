"""What can be unsubscribed from gets no automatic answer, and is a customer's word all the same."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent


def read(*fields):
    """The event of a mail with these fields besides."""
    head = "".join(f"{field}\r\n" for field in fields)
    mail = f"{head}From: ann@example.org\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n"
    (event,) = parse(RawEvent(body=mail.encode(), meta={"address": "help@shop.example"}), "default")
    return event


@pytest.mark.parametrize("field", ["List-Unsubscribe: <https://n.example/out>", "List-Help: <mailto:help@n.example>"])
def test_a_mailing_is_told_by_its_list_fields_alone(field):
    event = read(field, "Reply-To: desk@example.org")
    assert (event.mailing, event.automatic, event.reply_to) == (True, "none", "desk@example.org")


def test_an_ordinary_mail_is_none():
    assert not read("X-List-Unsubscribe: <https://n.example/out>").mailing


@pytest.mark.parametrize(
    ("reply_to", "wanted"),
    [
        ("Help <HELP@shop.example>", None),
        ("help+tag@shop.example", None),
        ("help@shop.example, Ann <ann@home.example>", "ann@home.example"),
        ("ann@example.org, help@shop.example", None),
    ],
)
def test_answers_never_go_to_ourselves(reply_to, wanted):
    assert read(f"Reply-To: {reply_to}").reply_to == wanted
