"""What an agent writes: what is refused, with which words, and that a note never leaves."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.replies import ChannelView, ReplyCommand, decide_note, decide_reply
from router.core.tickets import assign
from router.model.changes import Record, Save
from router.model.errors import Refused
from router.model.limits import REPLY_CHARS_MAX
from router.model.snapshot import ReplyFacts
from router.model.tables import Agent, Message, OutboxEntry, Ticket
from rules.redact import redact
from tests.unit.core.world import NOW, World

MEI = Agent(id="agent-mei", login="mei", name="Mei", created_at_ms=NOW)
CARD = "4111 1111 1111 1111"
OPEN = ChannelView(can_send=True)


class Desk:
    """One ticket and the agent who answers it."""

    def __init__(self, visibility="private", **ticket):
        self.world = World(can_send=False)
        where = {"channel": "x", "sender": "77", "thread_id": "77", "visibility": visibility}
        self.first = self.world.say("where is it?", message_id="m1", subject="Transfer", **where)
        self.ticket = self.world.change(self.first, **ticket)
        self.conversation = self.world.conversation(self.first)

    def facts(self, newer=()):
        last = self.world.messages[self.first.outcome.message_id]
        ticket = self.world.ticket(self.first)
        return ReplyFacts(ticket=ticket, conversation=self.conversation, last_inbound=last, newer=newer)

    def reply(self, text="On its way.", *, channel=OPEN, newer=(), **command):
        command = ReplyCommand(ticket_id=self.ticket.id, text=text, last_seen=1, client_key="k", **command)
        redacted = redact(text.strip(), visibility=self.conversation.visibility)
        return decide_reply(command, self.facts(newer), channel, redacted, MEI, now_ms=NOW + 7, ids=self.world.ids)

    def refusal(self, *args, **kwargs):
        with pytest.raises(Refused) as caught:
            self.reply(*args, **kwargs)
        return caught.value


def rows(changes, kind):
    return [change.row for change in changes if not isinstance(change, Record) and isinstance(change.row, kind)]


def test_a_reply_is_message_outbox_row_and_event_at_once():
    desk = Desk()
    message, changes = desk.reply(" On its way. \n")
    (entry,) = rows(changes, OutboxEntry)
    assert (message.text, message.kind, message.author_id, message.client_key) == ("On its way.", "reply", MEI.id, "k")
    assert (message.subject, message.in_reply_to, message.references) == ("Re: Transfer", "m1", ("m1",))
    assert (entry.message_id, entry.conversation_id, entry.state) == (message.id, desk.conversation.id, "queued")
    (ticket,) = rows(changes, Ticket)
    assert (ticket.state, ticket.assignee_id, ticket.first_replied_at_ms) == ("waiting", MEI.id, NOW + 7)
    assert (ticket.waiting_since_ms, ticket.snippet) == (None, "On its way.")
    assert {c.event.kind for c in changes if isinstance(c, Record)} == {
        "message.added",
        "ticket.state",
        "ticket.assigned",
    }
    desk.world.apply(changes)


@pytest.mark.parametrize("state", ["new", "open", "waiting", "verifying", "rejected", "solved"])
@pytest.mark.parametrize("solve", [True, False])
def test_every_state_but_closed_can_be_answered(state, solve):
    desk = Desk(state=state)
    _, changes = desk.reply(solve=solve)
    (ticket,) = rows(changes, Ticket)
    assert ticket.state == ("solved" if solve or state == "solved" else "waiting")
    desk.world.apply(changes)


def test_who_has_it_keeps_it():
    desk = Desk()
    taken, _ = assign(desk.ticket, "agent-li", actor="system", reason="longest_idle", now_ms=NOW)
    desk.world.apply([Save(taken)])
    _, changes = desk.reply()
    assert rows(changes, Ticket)[0].assignee_id == "agent-li"


def test_something_newer_stops_it_unless_it_is_forced():
    desk = Desk()
    refused = desk.refusal(newer=("m2",))
    assert (refused.code, refused.status, refused.data) == ("stale_reply", 409, {"message_ids": ["m2"]})
    message, _ = desk.reply(newer=("m2",), force=True)
    assert message.text == "On its way."


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_a_secret_is_blocked_everywhere_with_what_and_where(visibility):
    refused = Desk(visibility).refusal(f"card {CARD}", force=True)
    assert (refused.code, refused.status) == ("reply_blocked", 422)
    assert refused.data == {"findings": [{"start": 5, "end": 24, "type": "CARD"}], "visibility": visibility}
    assert "1111" not in str(refused)


@pytest.mark.parametrize("text", ["write to ann@example.org", "call +41 44 668 18 00"])
def test_personal_data_is_blocked_in_public_only(text):
    assert Desk("public").refusal(text).code == "reply_blocked"
    assert Desk("private").reply(text)[0].text == text


@pytest.mark.parametrize(
    ("text", "channel", "code", "status"),
    [
        (" \n", OPEN, "empty", 422),
        ("x" * 281, ChannelView(can_send=True, text_max=280), "too_long", 422),
        ("x" * (REPLY_CHARS_MAX + 1), OPEN, "too_long", 422),
        ("hi", ChannelView(can_send=False, reason="receive_only"), "cannot_reply", 409),
    ],
)
def test_what_a_channel_cannot_carry_is_refused(text, channel, code, status):
    refused = Desk().refusal(text, channel=channel)
    assert (refused.code, refused.status) == (code, status)


def test_exactly_the_limit_is_carried():
    assert len(Desk().reply("币" * 280, channel=ChannelView(can_send=True, text_max=280))[0].text) == 280


def test_a_closed_ticket_cannot_be_answered():
    assert Desk(state="closed").refusal().code == "ticket_closed"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("Fee", "Re: Fee"), ("Re: Fee", "Re: Fee"), ("RE: Fee", "RE: Fee"), ("回复：费用", "回复：费用")],
)
def test_the_subject_answers_once(theirs, ours):
    desk = Desk(subject=theirs)
    last = msgspec.structs.replace(desk.facts().last_inbound, subject=None)
    desk.world.messages[last.id] = last
    assert desk.reply()[0].subject == ours


@given(st.text(max_size=200), st.sampled_from(["public", "private"]), st.sampled_from(["open", "closed", "solved"]))
def test_a_note_never_owns_an_outbox_row(text, visibility, state):
    desk = Desk(visibility, state=state)
    if not text.strip():
        with pytest.raises(Refused, match="needs text"):
            decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
        return
    note, changes = decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert rows(changes, OutboxEntry) == []
    assert rows(changes, Ticket) == []
    assert [row.id for row in rows(changes, Message)] == [note.id]
    assert (note.kind, note.visibility, note.external_id) == ("note", "private", None)


def test_a_secret_in_a_note_is_masked():
    desk = Desk()
    text = f"card {CARD}, call +41 44 668 18 00"
    note, _ = decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert note.text == "card [CARD], call +41 44 668 18 00"
    assert note.findings == ("CARD",)


def test_a_note_has_its_limit():
    desk = Desk()
    text = "x" * (REPLY_CHARS_MAX + 1)
    with pytest.raises(Refused) as caught:
        decide_note(desk.facts(), text, "k", redact(text), MEI, now_ms=NOW, ids=desk.world.ids)
    assert caught.value.code == "too_long"
