"""How deliveries, and what is done about posts and answers that stand on a network, look to an agent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from router.core import corrections, private_answers, reactions
from router.core.moderation import DONE, possible, refused_because, standing
from router.core.private_answers import PrivateWay
from router.flow.channels import Channels
from router.model.capabilities import Amendment
from router.model.ids import AgentId
from router.model.tables import Message, OutboxEntry
from router.store.inbox import TicketDetail


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a reply."""

    outbox_id: str
    state: str
    attempts: int
    error: str | None
    due_at_ms: int


class ModerationView(DeliveryView, frozen=True, kw_only=True):
    """What the network was last asked to do with a post or an answer, and what became of it."""

    action: str
    text: str | None = None
    """Of a correction that its channel does not have yet: what it says."""


class WordingView(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer of ours said until it was corrected."""

    text: str
    corrected_by: str
    corrected_by_name: str | None
    corrected_at_ms: int


class ReactionView(DeliveryView, frozen=True, kw_only=True):
    """Our reaction to a message, and whether the customer sees it."""

    emoji: str
    """Empty: it was taken off, or is about to be."""


class WayView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to answer a public post in private."""

    way: PrivateWay
    refusal: str
    """Why it is closed, as a stable code; empty when it is open."""
    units_max: int | None


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done about what stands on a network: by its channel, by now."""

    moderates: tuple[Amendment, ...] = ()
    edit_max: int | None = None
    """Of an answer of ours that can be corrected: its longest text, in UTF-16 units; None: that of any answer."""
    reactions: tuple[str, ...] = ()
    """What agents can react with."""
    ways: tuple[WayView, ...] = ()


NOWHERE: Final = Reach()


def reach_of(message: Message, detail: TicketDetail, channels: Channels, now_ms: int) -> Reach:
    """What an agent can do about a message of this ticket: a public post, or an answer of ours."""
    if message.kind == "note":
        return NOWHERE
    stood = {"channel": message.channel, "account": message.account, "visibility": message.visibility}
    view = channels.view(msgspec.structs.replace(detail.conversation, **stood))
    if not view.can_send:
        return NOWHERE
    asked = detail.moderations.get(message.id, ())
    stands = standing(asked)
    moderates: tuple[Amendment, ...] = tuple(
        what
        for what in possible(message, view.moderates, takes_back=view.takes_back)
        if not refused_because(what, message, asked) and (stands is None or stands.action != what)
    )
    if message.kind != "inbound":
        delivery = detail.deliveries.get(message.id)
        if corrections.refused_because(message, delivery, asked, view.edits):
            return Reach(moderates=moderates)
        return Reach(moderates=("edit", *moderates), edit_max=view.edits.units_max if view.edits else None)
    able = None if reactions.refused_because(message, asked, view.reactions) else view.reactions
    if able is not None:
        moderates = (*moderates, "react")
    offered = able.emoji if able is not None else ()
    if message.visibility != "public":
        return Reach(moderates=moderates, reactions=offered)
    private = (each for each in detail.messages if each.kind == "reply" and each.visibility == "private")
    answers = (each for each in private if each.in_reply_to and each.in_reply_to == message.external_id)
    deliveries = [detail.deliveries.get(each.id) for each in answers]
    is_answered = any(row is not None and row.state != "cancelled" for row in deliveries)
    return Reach(
        moderates=moderates,
        reactions=offered,
        ways=tuple(
            WayView(
                way=way,
                refusal=private_answers.refused_because(way, view.doors, message, now_ms, is_answered=is_answered),
                units_max=view.doors.answer.units_max if way == "answer" and view.doors.answer else None,
            )
            for way in view.doors.ways
        ),
    )


def delivery_fields(entry: OutboxEntry) -> dict[str, Any]:
    """What views of deliveries share."""
    shown = ("state", "attempts", "error", "due_at_ms")
    return {"outbox_id": entry.id} | {name: getattr(entry, name) for name in shown}


def was_let_go(entry: OutboxEntry) -> bool:
    """Whether an agent let it go. What the network refused to do has a reason, and is shown with it."""
    return entry.state == "cancelled" and entry.error is None


def moderation_view(message: Message, entry: OutboxEntry) -> ModerationView:
    """The newest thing that was asked for about a message."""
    waiting = message.correction if entry.state not in DONE else None
    text = waiting.text if waiting is not None and waiting.outbox_id == entry.id else None
    return ModerationView(action=entry.action, text=text, **delivery_fields(entry))


def reaction_view(message: Message, asked: Sequence[OutboxEntry]) -> ReactionView | None:
    """Our reaction to a message; None when nobody reacted, or it is off."""
    row = reactions.latest(asked)
    if row is None or (not message.reaction and row.state in DONE):
        return None
    return ReactionView(emoji=message.reaction, **delivery_fields(row))


def wording_views(message: Message, names: Mapping[AgentId, str]) -> tuple[WordingView, ...]:
    """What an answer of ours said before, with the names of those who corrected it."""
    return tuple(
        WordingView(
            text=each.text,
            corrected_by=each.corrected_by,
            corrected_by_name=names.get(each.corrected_by),
            corrected_at_ms=each.corrected_at_ms,
        )
        for each in message.earlier
    )
