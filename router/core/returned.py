"""Mail that came back for good stops the machine's own words to that address, never an agent's. Pure.

A later mail from there lifts it, or an agent who knows better. Temporary failures (4.x.x), and reports without a code
of RFC 3463, stop nothing.
"""

from typing import Final

from router.core.identity import SenderView
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.message import InboundEvent
from router.model.returned import Returned, mail_address, returned_id
from router.model.snapshot import ReplyFacts, Snapshot
from router.model.tables import Conversation, Event, Message, Ticket
from rules.expression import expression

_PERMANENT: Final = expression(r"5\.\d{1,3}\.\d{1,3}")


def came_back(event: InboundEvent, target: Message, snapshot: Snapshot, now_ms: int) -> list[Change]:
    """What a failure report about `target` stops; nothing when the failure may pass."""
    conversation = snapshot.conversations_by_id.get(target.conversation_id)
    address = mail_address(conversation) if conversation is not None else None
    status = event.delivery_status or ""
    if address is None or not _PERMANENT.fullmatch(status):
        return []
    before = snapshot.returned.get(returned_id(address))
    if before is not None and before.holds:
        return []
    row = Returned(
        id=returned_id(address),
        status=status,
        message_id=target.id,
        at_ms=now_ms,
        version=1 if before is None else before.version + 1,
    )
    told = Event(
        at_ms=now_ms,
        kind="sender.returned",
        ticket_id=target.ticket_id,
        message_id=target.id,
        conversation_id=target.conversation_id,
        data={"status": status},
    )
    return [Add(row) if before is None else Save(row), Record(told)]


def is_stopped(event: InboundEvent, sender: SenderView, conversation: Conversation | None, snapshot: Snapshot) -> bool:
    """Whether the machine's answer to this event would go where mail came back from."""
    if not snapshot.returned or event.channel not in {"email", "form"}:
        return False
    kept = conversation.reply_to if conversation is not None else None
    address = event.reply_to or (sender.peer if event.channel == "email" else kept)
    row = snapshot.returned.get(returned_id(address)) if address is not None else None
    return row is not None and row.holds and not _lifts(event, sender, row)


def heard_from(
    event: InboundEvent, sender: SenderView, ticket: Ticket, snapshot: Snapshot, now_ms: int
) -> list[Change]:
    """Somebody writes from an address whose mail came back: it is read again."""
    row = snapshot.returned.get(returned_id(sender.peer)) if event.channel == "email" else None
    if row is None or not row.holds or not _lifts(event, sender, row):
        return []
    return _lifted(row, ticket, f"contact:{ticket.contact_id}", now_ms)


def _lifts(event: InboundEvent, sender: SenderView, row: Returned) -> bool:
    """A person's own mail: no machine's, none that is forged, none that somebody else passed on."""
    is_own = row.id == returned_id(sender.peer) and event.channel == "email"
    return is_own and event.automatic == "none" and not sender.denied and event.forwarded_by is None


def lift(facts: ReplyFacts, actor: str, now_ms: int) -> list[Change]:
    """An agent lets automatic mail go there again. Raises Refused (not_returned)."""
    row = facts.returned
    if row is None or not row.holds:
        raise Refused("not_returned", "no mail to this ticket's address has come back for good")
    return _lifted(row, facts.ticket, actor, now_ms)


def _lifted(row: Returned, ticket: Ticket, actor: str, now_ms: int) -> list[Change]:
    lifted = row.changed(lifted_at_ms=now_ms, lifted_by=actor)
    told = ticket.event("sender.reachable", actor=actor, now_ms=now_ms)
    return [Save(lifted), Record(told)]
