"""What is done to a public post on the network it stands on: out of sight, in sight again, gone. Pure.

Customers' posts are hidden, shown and deleted; of ours, an answer that should not stand there is deleted (and one that
says something wrong corrected: core/corrections.py, by the same rows and lines of history).

Rules and agents ask for it alike: a row of the outbox, in order behind what was asked of the post before, and a line of
history that says who asked and why. The post's ticket is saved with it, so that two who ask at once see each other.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from router.core.posts import Post, post_of
from router.model.capabilities import Moderation
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.events import EventKind
from router.model.sources import Ids
from router.model.tables import Message, OutboxEntry, OutboxState, Ticket

Reason = Literal["personal_data", "scam", "abuse", "spam", "mistake", "other"]
"""Why an agent asked: names, so that history holds no content."""
_KINDS: Mapping[Moderation | Literal["react"], EventKind] = {
    "hide": "post.hide",
    "unhide": "post.unhide",
    "delete": "post.delete",
    "react": "post.react",
}
ON_ITS_WAY: frozenset[OutboxState] = frozenset({"queued", "sending", "held"})
DONE: frozenset[OutboxState] = frozenset({"sent", "delivered", "read"})


def ask_for(
    post: Post,
    what: Moderation | Literal["react"],
    *,
    actor: str,
    data: Mapping[str, str],
    now_ms: int,
    ids: Ids,
) -> list[Change]:
    """The row that carries it to the network, and its line of history."""
    asked = post.event(_KINDS[what], actor=actor, data={"state": "asked", **data}, now_ms=now_ms)
    return [Add(post.outbox(what, now_ms=now_ms, ids=ids)), Record(asked)]


def standing(asked: Sequence[OutboxEntry]) -> OutboxEntry | None:
    """The newest that was done to where a post stands, or is on its way; what failed or was let go does not count."""
    counts = (row for row in reversed(asked) if row.state in ON_ITS_WAY | DONE)
    return next((row for row in counts if row.action not in {"edit", "react"}), None)


def possible(message: Message, moderates: Sequence[Moderation], *, takes_back: bool) -> Sequence[Moderation]:
    """What its network can do with such a post, by what the channel says of itself."""
    if message.kind == "inbound":
        return moderates
    return ("delete",) if takes_back else ()


def refused_because(what: Moderation, message: Message, asked: Sequence[OutboxEntry]) -> str:
    """Why this cannot be done to a post now, as a stable code; empty when it can, or is done already.

    `asked` is what was asked of the post before, oldest first.
    """
    stands = standing(asked)
    if message.kind not in {"inbound", "reply"} or message.visibility != "public":
        return "not_public"
    if message.external_id is None or (message.kind == "reply" and what != "delete"):
        return "channel_cannot"
    if message.state == "deleted" or (stands is not None and stands.action == "delete" and what != "delete"):
        return "post_gone"
    if what == "unhide" and (stands is None or stands.action not in {"hide", "unhide"}):
        return "not_hidden"
    return ""


def decide_moderation(
    what: Moderation,
    message: Message,
    ticket: Ticket,
    asked: Sequence[OutboxEntry],
    *,
    able: Sequence[Moderation],
    actor: str,
    reason: Reason,
    now_ms: int,
    ids: Ids,
) -> list[Change]:
    """The changes; none where it is done, or on its way. Raises Refused (not_public, channel_cannot, post_gone,
    not_hidden, contact_erased)."""
    if ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: nothing is known of the post any more")
    code = refused_because(what, message, asked)
    if not code and what not in able:
        code = "channel_cannot"
    if code:
        raise Refused(code, f"the post cannot be changed so: {_WORDS[code]}", data={"what": what})
    stands = standing(asked)
    if stands is not None and stands.action == what:
        return []
    # Whoever asked at the same moment has saved the ticket first: their row is seen at the next look.
    seen = Save(ticket.changed())
    data = {"reason": reason}
    return [seen, *ask_for(post_of(message, ticket), what, actor=actor, data=data, now_ms=now_ms, ids=ids)]


_WORDS = {
    "not_public": "it is no public post",
    "channel_cannot": "its network takes no such request",
    "post_gone": "it was deleted",
    "not_hidden": "it is in sight",
}
