"""What becomes of a message of a customer's that an agent reacts to with an emoji. Pure.

We have one reaction to each message, whichever agent set it. It is kept with the message, and a row of the outbox
carries it: each row takes along what is set when it leaves, so that two of them say the same.
"""

from collections.abc import Sequence

from router.core.moderation import ask_for, standing
from router.core.posts import post_of
from router.model.capabilities import Reactions
from router.model.changes import Change, Save
from router.model.errors import Refused
from router.model.sources import Ids
from router.model.tables import Message, OutboxEntry, Ticket

_WORDS = {
    "not_theirs": "it is no message of the customer's",
    "channel_cannot": "its channel has no reactions",
    "post_gone": "it was deleted, or is being deleted",
}


def latest(asked: Sequence[OutboxEntry]) -> OutboxEntry | None:
    """The row that carried our reaction last, whatever became of it; None when nobody reacted, or it was let go."""
    return next((row for row in reversed(asked) if row.action == "react" and row.state != "cancelled"), None)


def refused_because(message: Message, asked: Sequence[OutboxEntry], able: Reactions | None) -> str:
    """Why nobody can react to this message now, as a stable code; empty when they can.

    `asked` is what its channel was asked to do with it before, oldest first.
    """
    stands = standing(asked)
    if message.kind != "inbound":
        return "not_theirs"
    if able is None or message.visibility not in able.visibilities or message.external_id is None:
        return "channel_cannot"
    gone = message.state == "deleted" or (stands is not None and stands.action == "delete")
    return "post_gone" if gone else ""


def decide_reaction(
    emoji: str,
    message: Message,
    ticket: Ticket,
    asked: Sequence[OutboxEntry],
    *,
    able: Reactions | None,
    actor: str,
    now_ms: int,
    ids: Ids,
) -> list[Change]:
    """The changes; none where it is set, or about to be. Without `emoji` the reaction is taken off. Raises Refused
    (contact_erased, not_theirs, channel_cannot, post_gone, no_such_reaction)."""
    if ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: nothing is known of the message any more")
    if code := refused_because(message, asked, able):
        raise Refused(code, f"nobody can react to this message: {_WORDS[code]}")
    offered = able.emoji if able is not None else ()
    if emoji and emoji not in offered:
        data: dict[str, object] = {"offered": list(offered)}
        raise Refused("no_such_reaction", f"its channel takes {' '.join(offered)}", status=422, data=data)
    last = latest(asked)
    has_failed = last is not None and last.state == "dead"
    if emoji == message.reaction and not has_failed:
        return []
    failed = [row for row in asked if row.action == "react" and row.state == "dead"]
    return [
        Save(ticket.changed()),
        Save(message.changed(reaction=emoji)),
        *(Save(row.changed(state="cancelled")) for row in failed),
        *ask_for(post_of(message, ticket), "react", actor=actor, data={"emoji": emoji}, now_ms=now_ms, ids=ids),
    ]
