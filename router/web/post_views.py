"""How deliveries, and what is done about public posts, look to an agent."""

from typing import Any, Final

import msgspec

from router.core import private_answers
from router.core.moderation import possible, refused_because, standing
from router.core.private_answers import PrivateWay
from router.flow.channels import Channels
from router.model.capabilities import Moderation
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
    """What the network was last asked to do with a post, and what became of it."""

    action: str


class WayView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to answer a public post in private."""

    way: PrivateWay
    refusal: str
    """Why it is closed, as a stable code; empty when it is open."""
    units_max: int | None


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done about a public post: by its channel, by now."""

    moderates: tuple[Moderation, ...] = ()
    ways: tuple[WayView, ...] = ()


NOWHERE: Final = Reach()


def reach_of(message: Message, detail: TicketDetail, channels: Channels, now_ms: int) -> Reach:
    """What an agent can do about a message of this ticket; nothing about one that is no public post."""
    if message.visibility != "public":
        return NOWHERE
    stood = {"channel": message.channel, "account": message.account, "visibility": message.visibility}
    view = channels.view(msgspec.structs.replace(detail.conversation, **stood))
    if not view.can_send:
        return NOWHERE
    asked = detail.moderations.get(message.id, ())
    stands = standing(asked)
    moderates = tuple(
        what
        for what in possible(message, view.moderates, takes_back=view.takes_back)
        if not refused_because(what, message, asked) and (stands is None or stands.action != what)
    )
    if message.kind != "inbound":
        return Reach(moderates=moderates)
    private = (each for each in detail.messages if each.kind == "reply" and each.visibility == "private")
    answers = (each for each in private if each.in_reply_to and each.in_reply_to == message.external_id)
    deliveries = [detail.deliveries.get(each.id) for each in answers]
    is_answered = any(row is not None and row.state != "cancelled" for row in deliveries)
    return Reach(
        moderates=moderates,
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
