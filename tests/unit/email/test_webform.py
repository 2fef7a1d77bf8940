"""Mail that a web form sends in a customer's place: who filled it in is the writer, and nothing proves it."""

import pytest

from connectors.email.parse import parse
from router.connector import RawEvent

META = {"address": "help@shop.example", "forms": "wordpress@shop.example no-reply@forms.example"}
CUSTOMER = "anna@mail.example"


def read(more="", *, sender="Shop <help@shop.example>", to="help@shop.example", reply_to="Anna <Anna@mail.example>"):
    head = f"From: {sender}\nTo: {to}\nSubject: Contact form\nMessage-ID: <1@shop.example>\n"
    wanted = f"Reply-To: {reply_to}\n" if reply_to else ""
    raw = f"{head}{wanted}{more}\nName: Anna\nWhere is my transfer?\n"
    (event,) = parse(RawEvent(body=raw.encode(), meta=META), "default")
    return event


@pytest.mark.parametrize("sender", ["help@shop.example", "WordPress@shop.example", "no-reply@forms.example"])
@pytest.mark.parametrize("more", ["", "Auto-Submitted: auto-generated\n", "X-Auto-Response-Suppress: All\n"])
def test_who_filled_in_the_form_is_the_writer(sender, more):
    event = read(more, sender=sender)
    assert (event.sender.id, event.sender.name, event.sender.verified) == (CUSTOMER, "Anna", None)
    assert (event.forwarded_by, event.automatic, event.reply_to) == (sender.lower(), "none", None)
    assert (event.text, event.subject) == ("Name: Anna\nWhere is my transfer?", "Contact form")


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ("", {"reply_to": ""}),
        ("", {"reply_to": "help+tag@shop.example"}),
        ("", {"to": "bob@mail.example"}),
        ("In-Reply-To: <q@mail.example>\n", {}),
        ("References: <q@mail.example>\n", {}),
        ("Auto-Submitted: auto-replied\n", {}),
    ],
)
def test_our_own_words_coming_back_are_no_form(more, changed):
    event = read(more, **changed)
    assert (event.sender.id, event.automatic, event.forwarded_by) == ("help@shop.example", "auto_reply", None)


def test_a_program_that_the_settings_do_not_name_writes_for_itself():
    event = read(sender="orders@shop.example")
    assert (event.sender.id, event.reply_to, event.forwarded_by) == ("orders@shop.example", CUSTOMER, None)


def test_a_report_from_a_form_s_address_is_a_report():
    event = read("X-Failed-Recipients: bob@mail.example\n", sender="wordpress@shop.example")
    assert (event.sender.id, event.automatic) == ("wordpress@shop.example", "bounce")
