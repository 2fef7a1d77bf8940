"""An older mail in a mail: folded where it is answered, read where it is new to us."""

import pytest

from router.core.brought import brings
from router.core.quotes import folds_of, words_of
from router.model.message import InboundEvent, Sender

FIELDS = (
    "From: Security <alert@phish.example>\nSent: Monday, 2 November 2026 10:00\nTo: Anna\nSubject: Locked\n\n"
    "Click here to unlock.\n"
)
OUTLOOK = f"Is this from you?\n\n{FIELDS}"
WEB = f"Is this from you?\n\n________________________________\n{FIELDS}"
QQ = f"是你们发的吗？\n\n------------------ 原始邮件 ------------------\n{FIELDS}"


def mail(text, subject, **more):
    """A mail of Anna's."""
    said = {"channel": "email", "message_id": "m", "sent_at_ms": 0, "sender": Sender(id="anna@mail.example")}
    return InboundEvent(**said | {"text": text, "subject": subject} | more)


@pytest.mark.parametrize("subject", ["FW: Locked", "WG: Gesperrt", "TR : Bloqué", "转发：账户冻结", "Fw：x"])
@pytest.mark.parametrize("text", [OUTLOOK, WEB, QQ])
def test_what_is_forwarded_is_read(subject, text):
    assert words_of(mail(text, subject, in_reply_to="an id of another's")) == text


@pytest.mark.parametrize("subject", ["Re: Locked", "AW: WG: Gesperrt", "回复：转发：账户冻结", "RE: FW: Locked", None])
@pytest.mark.parametrize("text", [OUTLOOK, WEB, QQ])
def test_what_is_answered_is_folded(subject, text):
    said = mail(text, subject)
    assert words_of(said) == text.partition("\n")[0]
    assert folds_of(said)


def test_what_an_iphone_forwards_is_read_with_its_marks():
    marked = "> Begin forwarded message:\n> \n> From: Bonus <b@phish.example>\n> Subject: Claim\n> \n> Send 0.1 BTC.\n"
    text = f"See this.\n\n{marked}"
    assert words_of(mail(text, "Fwd: Claim")) == text
    assert words_of(mail(text, "Re: Fwd: Claim")) == "See this."


def test_older_history_of_what_is_forwarded_is_folded():
    text = f"{WEB}\n-----Original Message-----\nFrom: x\nolder\n"
    assert words_of(mail(text, "FW: Locked")) == WEB.strip()


@pytest.mark.parametrize(
    "text",
    [
        f"I got this today:\n\n{FIELDS}\nI entered my phrase. What now?",
        "Please correct it.\n\nFrom: ACME\nTo: you\nDate: 2 November 2026\nSubject: Invoice 7\n\nThe VAT id is DE1.",
        "Your help page asks:\n\n> 1. Is it on?\nIt is.\n\n> 2. Is it red?\nIt is not.",
        "Hi\n\nOn 2 Nov 2026 at 10:00, Bob <bob@x.example> wrote:\n\ncome at nine\n\nand nobody came.",
    ],
)
def test_a_mail_that_answers_nothing_has_no_history(text):
    assert words_of(mail(text, "What is this?")) == text
    for answer in ({"in_reply_to": "1@shop.example"}, {"references": ("1@shop.example",)}, {"subject": "Re: this"}):
        assert words_of(mail(text, **{"subject": "What is this?"} | answer)) != text


def test_only_mails_bring_mails():
    assert brings(mail("x", "FW: y", channel="form")) == "nothing"
    assert brings(mail("x", " ")) == "nothing"
