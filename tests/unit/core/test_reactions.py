"""What agents set below customers' messages: one emoji, of those that the channel takes, once."""

import msgspec
import pytest

from router.core.reactions import decide_reaction, latest
from router.model.capabilities import Reactions
from router.model.changes import Add, Record, Save
from router.model.errors import Refused
from router.model.tables import Message, OutboxEntry
from tests.unit.core.test_moderation import Post
from tests.unit.core.world import NOW

HANDS = Reactions(emoji=("👍", "🙏"))


def react(post, emoji="👍", able=HANDS):
    return decide_reaction(
        emoji, post.message, post.ticket, post.asked, able=able, actor="agent:mei", now_ms=NOW, ids=post.world.ids
    )


def refusal(post, emoji="👍", able=HANDS):
    with pytest.raises(Refused) as refused:
        react(post, emoji, able)
    return refused.value.code


def test_it_is_kept_with_the_message_and_carried_by_a_row_with_a_line_of_history():
    post = Post()
    ticket, message, row, told = react(post)
    assert ticket.row == msgspec.structs.replace(post.ticket, version=post.ticket.version + 1)
    assert (message.row.id, message.row.reaction) == (post.message.id, "👍")
    assert isinstance(row, Add)
    assert (row.row.action, row.row.message_id, row.row.state) == ("react", post.message.id, "queued")
    assert isinstance(told, Record)
    assert (told.event.kind, told.event.data) == ("post.react", {"state": "asked", "emoji": "👍"})


def test_another_takes_its_place_and_none_takes_it_off():
    post = Post(("react", "sent"), reaction="👍")
    assert react(post) == [], "it is set"
    for emoji in ("🙏", ""):
        (changed,) = [c.row for c in react(post, emoji) if isinstance(c, Save) and isinstance(c.row, Message)]
        assert changed.reaction == emoji
    assert react(Post(), "") == [], "there was none"


def test_one_that_failed_may_be_set_again_and_gives_way():
    post = Post(("react", "dead"), reaction="👍")
    changes = react(post)
    (failed,) = [c.row for c in changes if isinstance(c, Save) and isinstance(c.row, OutboxEntry)]
    assert (failed.id, failed.state) == (post.asked[0].id, "cancelled")
    assert latest([failed]) is None
    assert latest(post.asked) is post.asked[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "reply"}, "not_theirs"),
        ({"kind": "note"}, "not_theirs"),
        ({"external_id": None}, "channel_cannot"),
        ({"state": "deleted"}, "post_gone"),
    ],
)
def test_only_to_what_a_customer_said_and_stands_there(changes, expected):
    assert refusal(Post(**changes)) == expected


def test_what_the_channel_does_not_take_and_whom_nobody_knows_any_more():
    assert refusal(Post(), "💩") == "no_such_reaction"
    assert refusal(Post(), able=None) == "channel_cannot"
    assert refusal(Post(), able=Reactions(emoji=("👍",), visibilities=("private",))) == "channel_cannot"
    assert refusal(Post(("delete", "queued"))) == "post_gone"
    post = Post()
    post.ticket = msgspec.structs.replace(post.ticket, erased_at_ms=NOW)
    assert refusal(post) == "contact_erased"


def test_a_reaction_says_nothing_about_where_a_post_stands():
    post = Post(("hide", "sent"), ("react", "sent"))
    assert post.ask("hide") == [], "it is hidden"
    assert len(post.ask("unhide")) == 3
