"""Calls that agents log: a note with direction and duration, and an answer where somebody was spoken to."""

import json

import msgspec
import pytest

from router.core.calls import CallCommand, decide_call
from router.model.errors import Refused
from router.model.limits import CALL_SECONDS_MAX, REPLY_CHARS_MAX
from router.model.tables import Event, Message, OutboxEntry, Ticket
from rules.redact import redact
from tests.unit.core.test_replies import MEI, Desk, rows
from tests.unit.core.world import NOW


def log(desk, text="They found it.", **command):
    command = {"direction": "out", "duration_s": 312, **command}
    asked = CallCommand(ticket_id=desk.ticket.id, text=text, client_key="k", **command)
    redacted = redact(text, visibility="private")
    return decide_call(asked, desk.facts(), redacted, MEI, now_ms=NOW + 7, ids=desk.world.ids)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({}, "[called the customer: 5 min 12 s]\nThey found it."),
        ({"direction": "in", "duration_s": 59}, "[the customer called: 59 s]\nThey found it."),
        ({"reached": False, "text": ""}, "[called the customer: not reached]"),
        ({"text": "  "}, "[called the customer: 5 min 12 s]"),
    ],
)
def test_a_call_is_a_note_that_says_how_long_it_was(command, told):
    desk = Desk()
    note, changes = log(desk, **command)
    assert (note.kind, note.text, note.visibility, note.author_id) == ("note", told, "private", MEI.id)
    assert json.loads(note.ext)["call"]["direction"] == command.get("direction", "out")
    assert rows(changes, Message) == [note]
    assert rows(changes, OutboxEntry) == []
    (added,) = [
        c.event for c in changes if isinstance(getattr(c, "event", None), Event) and c.event.kind == "message.added"
    ]
    assert added.data == {"note": "1", "call": "1"}


def test_whoever_was_spoken_to_has_been_answered():
    desk = Desk()
    _, changes = log(desk)
    (ticket,) = rows(changes, Ticket)
    assert (ticket.state, ticket.assignee_id, ticket.first_replied_at_ms) == ("waiting", MEI.id, NOW + 7)
    assert ticket.waiting_since_ms is None
    (solved,) = rows(log(desk, solve=True)[1], Ticket)
    assert solved.state == "solved"


def test_a_call_that_reached_nobody_changes_nothing_else():
    desk = Desk()
    _, changes = log(desk, reached=False)
    assert rows(changes, Ticket) == [msgspec.structs.replace(desk.ticket, version=desk.ticket.version + 1)]


def test_a_secret_in_it_is_masked():
    note, _ = log(Desk(), "card 4111 1111 1111 1111")
    assert note.text.endswith("card [CARD]")
    assert note.findings == ("CARD",)


@pytest.mark.parametrize(
    ("ticket", "command", "code"),
    [
        ({}, {"duration_s": -1}, "invalid"),
        ({}, {"duration_s": CALL_SECONDS_MAX + 1}, "invalid"),
        ({}, {"reached": False, "solve": True}, "invalid"),
        ({"state": "closed"}, {}, "ticket_closed"),
        ({}, {"text": "x" * REPLY_CHARS_MAX}, "too_long"),
    ],
)
def test_what_makes_no_sense_is_refused(ticket, command, code):
    with pytest.raises(Refused) as caught:
        log(Desk(**ticket), **command)
    assert caught.value.code == code
