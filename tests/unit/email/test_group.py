"""Mail by a Google Group whose address is ours: the customer is the writer, and may be answered."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent

ANNA = "X-Original-Sender: anna@mail.example\nX-Original-From: Anna Smith <anna@mail.example>\n"
MARKS = (
    "Mailing-list: list help@shop.example; contact help+owners@shop.example\nPrecedence: list\n"
    "List-ID: <help.shop.example>\nList-Unsubscribe: <mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>\n"
)
REWRITTEN = "From: 'Anna Smith' via Help <help@shop.example>\nReply-To: Anna Smith <anna@mail.example>\n"
BY_US = "Authentication-Results: mx.shop.example; dkim=pass header.i=@shop.example\n"


def read(head, *, trusted=""):
    mail = f"{head}To: help@shop.example\nSubject: a question\nMessage-ID: <1@mail.example>\n\nhello\n"
    meta = {"address": "help@shop.example", "trusted_authserv_id": trusted}
    (event,) = parse(RawEvent(body=mail.encode(), meta=meta), "default")
    return event


@pytest.mark.parametrize("head", [REWRITTEN, "From: Anna Smith <anna@mail.example>\n"])
@pytest.mark.parametrize("more", ["", "In-Reply-To: <2@shop.example>\n"])
def test_the_customer_is_the_writer(head, more):
    event = read(f"{head}{MARKS}{ANNA}{more}")
    assert (event.sender.id, event.sender.name, event.sender.verified) == ("anna@mail.example", "Anna Smith", None)
    assert (event.automatic, event.mailing, event.forwarded_by, event.reply_to) == ("none", False, None, None)
    assert event.in_reply_to == ("2@shop.example" if more else None)


def test_a_machine_s_mail_by_the_group_is_one():
    assert read(f"{REWRITTEN}{MARKS}{ANNA}Auto-Submitted: auto-replied\n").automatic == "auto_reply"


def test_another_list_is_a_list():
    event = read(f"From: Anna <anna@mail.example>\n{MARKS}{ANNA}".replace("list help@", "list news@"))
    assert (event.automatic, event.mailing) == ("bulk", True)


def test_where_proofs_are_looked_at_the_group_is_proven_or_names_nobody():
    head = f"{REWRITTEN}{MARKS}{ANNA}In-Reply-To: <2@shop.example>\n"
    assert read(BY_US + head, trusted="mx.shop.example").sender.id == "anna@mail.example"
    for forged in (head, BY_US.replace("pass", "fail") + head):
        event = read(forged, trusted="mx.shop.example")
        assert (event.sender.id, event.automatic) == ("help@shop.example", "auto_reply")


@pytest.mark.parametrize(
    "named",
    [
        "X-Original-Sender: help@shop.example\n",
        "X-Original-Sender: eve@evil.example\nX-Original-Sender: anna@mail.example\n",
        "X-Original-From: Anna Smith <anna@mail.example>\n",
        "",
    ],
)
def test_what_names_nobody_or_two_is_ours(named):
    event = read(f"{REWRITTEN}{MARKS}{named}In-Reply-To: <2@shop.example>\n")
    assert (event.sender.id, event.automatic) == ("help@shop.example", "auto_reply")
