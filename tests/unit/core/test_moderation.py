"""What is done to public posts: what counts of what was asked before, and what two who ask at once do."""

import msgspec
import pytest

from router.core.moderation import decide_moderation, possible, standing
from router.model.changes import Add, Record, Save
from router.model.errors import Refused
from router.model.tables import OutboxEntry, Ticket
from tests.unit.core.world import NOW, World

ALL = ("hide", "unhide", "delete")


class Post:
    """A customer's post and what was asked of it."""

    def __init__(self, *asked, **message):
        self.world = World()
        decided = self.world.say("send me your phrase", channel="x", visibility="public")
        self.message = msgspec.structs.replace(self.world.messages[decided.outcome.message_id], **message)
        self.ticket = self.world.ticket(decided)
        self.asked = [self.row(action, state) for action, state in asked]

    def row(self, action, state):
        return OutboxEntry(
            id=self.world.ids.new(), message_id=self.message.id, conversation_id=self.message.conversation_id,
            ticket_id=self.ticket.id, channel="x", account="default", action=action, state=state, due_at_ms=NOW,
            created_at_ms=NOW,
        )  # fmt: skip

    def ask(self, what, able=ALL):
        return decide_moderation(
            what, self.message, self.ticket, self.asked, able=able, actor="agent:mei", reason="scam", now_ms=NOW,
            ids=self.world.ids,
        )  # fmt: skip

    def refusal(self, what, able=ALL):
        with pytest.raises(Refused) as refused:
            self.ask(what, able)
        return refused.value.code


def test_it_is_a_row_a_line_of_history_and_a_new_version_of_the_ticket():
    post = Post()
    saved, added, recorded = post.ask("hide")
    assert isinstance(saved, Save)
    assert isinstance(saved.row, Ticket)
    assert saved.row == msgspec.structs.replace(post.ticket, version=post.ticket.version + 1)
    assert isinstance(added, Add)
    assert (added.row.action, added.row.message_id, added.row.state) == ("hide", post.message.id, "queued")
    assert isinstance(recorded, Record)
    event = recorded.event
    assert (event.kind, event.actor, event.data) == ("post.hide", "agent:mei", {"state": "asked", "reason": "scam"})


@pytest.mark.parametrize("state", ["queued", "sending", "held", "sent", "delivered"])
def test_what_is_done_or_on_its_way_is_not_asked_for_again(state):
    for what in ALL:
        before = [("hide", "sent")] if what == "unhide" else []
        assert Post(*before, (what, state)).ask(what) == []


@pytest.mark.parametrize("state", ["dead", "cancelled"])
def test_what_failed_or_was_let_go_may_be_asked_for_again(state):
    assert len(Post(("hide", state)).ask("hide")) == 3
    assert standing(Post(("hide", "sent"), ("unhide", state)).asked).action == "hide"


@pytest.mark.parametrize(
    ("asked", "what", "expected"),
    [
        ((), "unhide", "not_hidden"),
        ((("hide", "dead"),), "unhide", "not_hidden"),
        ((("delete", "queued"),), "hide", "post_gone"),
        ((("hide", "sent"), ("delete", "sent")), "unhide", "post_gone"),
    ],
)
def test_what_makes_no_sense_any_more_is_refused(asked, what, expected):
    assert Post(*asked).refusal(what) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"visibility": "private"}, "not_public"),
        ({"kind": "note"}, "not_public"),
        ({"kind": "reply"}, "channel_cannot"),
        ({"external_id": None}, "channel_cannot"),
        ({"state": "deleted"}, "post_gone"),
    ],
)
def test_only_a_public_post_can_be_moderated(changes, expected):
    assert Post(**changes).refusal("hide") == expected


def test_what_the_channel_cannot_and_whom_nobody_knows_any_more():
    assert Post().refusal("delete", able=("hide", "unhide")) == "channel_cannot"
    post = Post()
    post.ticket = msgspec.structs.replace(post.ticket, erased_at_ms=NOW)
    assert post.refusal("hide") == "contact_erased"


def test_an_answer_of_ours_is_deleted_and_nothing_else_is_done_to_it():
    ours = Post(kind="reply", external_id="901")
    assert possible(ours.message, ("hide", "unhide"), takes_back=True) == ("delete",)
    assert possible(ours.message, ALL, takes_back=False) == ()
    assert possible(Post().message, ("hide",), takes_back=True) == ("hide",)
    added = ours.ask("delete", able=("delete",))[1]
    assert (added.row.action, added.row.message_id) == ("delete", ours.message.id)
    assert [ours.refusal(what) for what in ("hide", "unhide")] == ["channel_cannot"] * 2
    assert Post(kind="reply", external_id=None).refusal("delete") == "channel_cannot", "it may not even stand there"
    assert Post(kind="reply", external_id="901", visibility="private").refusal("delete") == "not_public"
    assert Post(kind="note", external_id="901").refusal("delete") == "not_public"
