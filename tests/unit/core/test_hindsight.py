"""Facts of messages decided long ago: what the store still knows, and what times tell where reasons are gone."""

import msgspec
import pytest

from router.core.hindsight import facts_then
from router.model.decisions import Why, WhyReason
from router.model.message import Sender
from router.model.tables import Contact, Conversation, Event, Message, Ticket

WHERE = {"channel": "telegram", "account": "default", "visibility": "private"}
CONVERSATION = Conversation(id="v", **WHERE, thread="7", peer="7", contact_id="c", created_at_ms=10)
CONTACT = Contact(id="c", name="Ann", vip=True, language="zh", created_at_ms=10)
TICKET = Ticket(
    id="t", contact_id="c", conversation_id="v", **WHERE, subject="s", queue="late", urgency="high", state="solved",
    tags=("now",), last_inbound_at_ms=10, last_message_at_ms=10, created_at_ms=10,
)  # fmt: skip
WHY = Why(
    rules_version="1", urgency="normal", queue="general", language="en", joined="new", contact_by="new", ticket_new=True
)


def message(why=None, at_ms=10, text="hello", **fields):
    verdict = msgspec.Raw(msgspec.json.encode(why))
    return Message(
        id="m", ticket_id="t", conversation_id="v", contact_id="c", kind="inbound", text=text, verdict=verdict,
        sent_at_ms=at_ms, received_at_ms=at_ms, **(WHERE | {"sender": Sender(id="7")} | fields),
    )  # fmt: skip


def facts(told, *, conversation=CONVERSATION, events=(), tags=()):
    return facts_then(told, conversation=conversation, contact=CONTACT, ticket=TICKET, events=events, tags=tags)


def test_the_first_message_of_a_stranger_opened_its_ticket():
    found = facts(message(WHY), conversation=None)
    assert found.message.is_first
    assert not found.customer.known
    assert found.customer.verified
    assert not found.ticket.exists


def event(kind, **data):
    return Event(at_ms=20, kind=kind, ticket_id="t", data=data)


def test_a_follow_up_sees_the_ticket_before_what_happened_since():
    follow_up = msgspec.structs.replace(WHY, joined="conversation", contact_by="provider", ticket_new=False)
    events = [
        event("ticket.state", **{"from": "waiting", "to": "open"}),
        event("ticket.updated", urgency_from="low", urgency_to="normal"),
        event("ticket.state", **{"from": "open", "to": "solved"}),
        event("ticket.updated", urgency_from="normal", urgency_to="high", queue_from="general", queue_to="late"),
    ]
    found = facts(message(follow_up, 20), events=events, tags=("then",))
    assert not found.message.is_first
    assert found.customer.known
    assert (found.customer.vip, found.customer.language) == (True, "zh")
    ticket = found.ticket
    assert (ticket.exists, ticket.state, ticket.urgency, ticket.queue) == (True, "waiting", "low", "general")
    assert ticket.tags == ("then",)


@pytest.mark.parametrize(
    "why", [None, msgspec.structs.replace(WHY, joined="amendment", contact_by="conversation", ticket_new=False)]
)
def test_where_the_reasons_are_gone_the_times_tell(why):
    opened, later = facts(message(why, 10)), facts(message(why, 11))
    assert (opened.customer.known, opened.ticket.exists) == (False, False)
    assert (later.customer.known, later.ticket.exists) == (True, True)


def test_what_a_call_notes_is_no_text_and_the_alarm_was_pressed():
    call = facts(message(text="[taken by Mei]\nmy card is gone", channel="phone"))
    assert call.message.text.split() == ["my", "card", "is", "gone"]
    assert facts(message(text="[taken by Mei]")).message.text == "[taken by Mei]"
    pressed = msgspec.structs.replace(WHY, reasons=(WhyReason(rule="alarm-button", why="pressed", at=()),))
    assert facts(message(pressed)).message.alarm
    assert not facts(message(WHY)).message.alarm


def test_quoted_history_and_names_of_what_has_no_words_are_no_text():
    assert facts(message(text="[call]")).message.text == ""
    quoted = "New words.\n\nOn Mon, 2 Nov 2026 at 10:00, Ann <a@example.org> wrote:\n> old words"
    assert facts(message(text=quoted)).message.text.strip() == "New words."


def test_a_sender_that_was_not_kept_proves_nothing_of_an_empty_name():
    assert not facts(message(sender=None)).customer.verified


def test_it_is_judged_as_of_its_arrival_with_what_it_carried():
    found = facts(message(WHY, 20, ext='{"plan": "gold"}'))
    assert (found.now_ms, found.message.ext) == (20, '{"plan": "gold"}')
