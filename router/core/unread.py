"""Replies that nobody looks at: word of them to the app, which can push a notice to the customer's phone. Pure."""

import msgspec

from router.model.changes import Add, Change, Record
from router.model.ids import HookId, MessageId
from router.model.snapshot import Unlooked
from router.model.sources import Ids
from router.model.tables import HookEntry, Ticket
from router.model.timers import Timer
from rules.lifecycle import Lifecycle

_ENCODER = msgspec.json.Encoder()
TYPE = "customer.notify"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What the webhook is told: ids, never content. A public contract (docs/tickets.md)."""

    type: str
    webhook: str
    ticket_id: str
    message_id: str
    contact_id: str
    user_id: str | None
    """The account in the app, where it is proven."""
    channel: str
    language: str
    sent_at_ms: int
    at_ms: int


def watch(
    ticket: Ticket, message_id: MessageId, channel: str, lifecycle: Lifecycle, *, now_ms: int, ids: Ids
) -> list[Change]:
    """A reply goes out: the timer that looks later whether it was read."""
    unread = lifecycle.unread
    if unread is None or channel not in unread.channels:
        return []
    timer = Timer(
        id=ids.new(),
        ticket_id=ticket.id,
        kind="unread",
        since_ms=now_ms,
        about=message_id,
        due_at_ms=now_ms + unread.after_ms,
        created_at_ms=now_ms,
    )
    return [Add(timer)]


def look(timer: Timer, facts: Unlooked, lifecycle: Lifecycle, *, now_ms: int, ids: Ids) -> tuple[str, list[Change]]:
    """What came of it, and the word to the app where the reply is still unread."""
    ticket, delivery, unread = facts.ticket, facts.delivery, lifecycle.unread
    if unread is None or delivery is None or timer.about is None:
        return "no_longer", []
    if delivery.state in {"read", "cancelled"}:
        return delivery.state, []
    if ticket.last_inbound_at_ms >= timer.since_ms:
        return "answered", []
    word = Notification(
        type=TYPE,
        webhook=unread.webhook,
        ticket_id=ticket.id,
        message_id=timer.about,
        contact_id=ticket.contact_id,
        user_id=facts.user_id,
        channel=delivery.channel,
        language=ticket.language,
        sent_at_ms=timer.since_ms,
        at_ms=now_ms,
    )
    row = HookEntry(
        id=HookId(ids.new()),
        webhook=unread.webhook,
        ticket_id=ticket.id,
        message_id=MessageId(timer.about),
        body=msgspec.Raw(_ENCODER.encode(word)),
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )
    told = ticket.event("customer.notified", message_id=row.message_id, data={"webhook": unread.webhook}, now_ms=now_ms)
    return "fired", [Add(row), Record(told)]
