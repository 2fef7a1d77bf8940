"""Events that change what is already there: deletes, reactions, delivery receipts; which message an edit is of. Pure.

An amendment of a message we never saw changes nothing and says so; only the message's own author may edit or delete it.
What an edit comes to stands in core/edits.py.
"""

from router.core.delivery import DELIVERY_RANK
from router.core.identity import conversation_key, read_sender
from router.core.needs import unlearned
from router.core.pointers import target_keys
from router.core.quotes import words_of
from router.core.reasons import unjudged, why_stored
from router.core.returned import came_back
from router.core.tickets import snippet_of
from router.model.abuse import digest_of
from router.model.changes import Change, Record, Save, Withdraw
from router.model.decisions import Outcome, Why
from router.model.events import EventKind
from router.model.message import JournalEntry
from router.model.snapshot import Snapshot
from router.model.tables import Event, Message, OutboxState, Ticket

NOTHING = Outcome(message_id=None, ticket_id=None, contact_id=None)
"""What came to nothing."""
_RECEIPT_STATE: dict[str, OutboxState] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "dead"}


def _target(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    return next((found for key in target_keys(entry.event) if (found := snapshot.messages.get(key))), None)


def edited_message(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    """The writer's own earlier message that an edit names; None: the edit is taken as a message.

    One that came with another visibility was redacted by another policy: it must not take the message's place.
    """
    target = _own_message(entry, snapshot)
    return target if target is not None and target.visibility == entry.event.visibility else None


def is_of_a_deleted(entry: JournalEntry, snapshot: Snapshot) -> bool:
    """Whether its writer had deleted what an edit names: the edit was overtaken on its way, and brings nothing back."""
    target = _authors_own(entry, snapshot)
    return target is not None and target.state == "deleted"


def _own_message(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    target = _authors_own(entry, snapshot)
    return target if target is not None and target.state != "deleted" else None


def _authors_own(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    target, author = _target(entry, snapshot), read_sender(entry.event)
    if target is None or target.kind != "inbound" or author.denied:
        return None
    conversation = snapshot.conversations_by_id.get(target.conversation_id)
    return target if conversation is not None and conversation.peer == author.peer else None


def event_of(target: Message, kind: EventKind, ticket: Ticket | None, data: dict[str, str], *, now_ms: int) -> Event:
    """What the history tells of a change of a message."""
    return Event(
        at_ms=now_ms,
        kind=kind,
        ticket_id=target.ticket_id,
        message_id=target.id,
        conversation_id=target.conversation_id,
        queue=ticket.queue if ticket else None,
        actor=f"contact:{target.contact_id}",
        data=data,
    )


def outcome_of(target: Message, ticket: Ticket | None, why: Why | None = None) -> Outcome:
    """What it came to."""
    told = why if why is not None or ticket is None else unjudged(ticket)
    return Outcome(message_id=target.id, ticket_id=target.ticket_id, contact_id=target.contact_id, why=told)


def is_shown(message: Message, ticket: Ticket) -> bool:
    """Whether lists show the beginning of this message, as it is or as it was before edits that wait to be judged."""
    why = why_stored(message)
    before = why.edits.shown if why is not None and why.edits is not None and why.edits.pending else None
    return ticket.snippet == snippet_of(words_of(message)) or before == digest_of((ticket.snippet,))


def delete(entry: JournalEntry, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Blank the content, keep the tombstone."""
    target = _own_message(entry, snapshot)
    if target is None:
        return _withdrawn(entry, snapshot), NOTHING
    ticket = snapshot.tickets.get(target.ticket_id)
    blank = target.changed(text="", html=None, subject=None, ext=None, care=None, attachments=(), state="deleted")
    changes: list[Change] = [Save(blank)]
    if ticket is not None:
        left = unlearned(ticket, {target.id})
        snippet = "" if is_shown(target, ticket) else ticket.snippet
        if left != ticket or snippet != ticket.snippet:
            changes.append(Save(left.changed(snippet=snippet)))
    changes.append(Record(event_of(target, "message.deleted", ticket, {}, now_ms=entry.received_at_ms)))
    return changes, outcome_of(target, ticket)


def _withdrawn(entry: JournalEntry, snapshot: Snapshot) -> list[Change]:
    """It may be held: then it goes like any other."""
    event = entry.event
    if event.target_id is None or _target(entry, snapshot) is not None or read_sender(event).denied:
        return []
    where = {"channel": event.channel, "account": event.account, "message_id": event.target_id}
    return [Withdraw(**where, conversation_key=conversation_key(event), at_ms=entry.received_at_ms)]


def reaction(entry: JournalEntry, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Recorded in the ticket's history; moves nothing."""
    target = _target(entry, snapshot)
    if target is None:
        return [], NOTHING
    ticket = snapshot.tickets.get(target.ticket_id)
    return [Record(event_of(target, "message.reaction", ticket, {}, now_ms=entry.received_at_ms))], outcome_of(
        target, ticket
    )


def receipt(entry: JournalEntry, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Move the delivery state of one of our replies; never backwards."""
    target = _target(entry, snapshot)
    outbox = snapshot.outbox.get(target.id) if target is not None else None
    if target is None or outbox is None or entry.event.delivery is None:
        return [], NOTHING
    state = _RECEIPT_STATE[entry.event.delivery]
    ticket = snapshot.tickets.get(target.ticket_id)
    if DELIVERY_RANK[state] <= DELIVERY_RANK[outbox.state]:
        return [], outcome_of(target, ticket)
    moved = outbox.changed(state=state, error=entry.event.delivery_detail if state == "dead" else None)
    event = event_of(target, "delivery.state", ticket, {"from": outbox.state, "to": state}, now_ms=entry.received_at_ms)
    stopped = came_back(entry.event, target, snapshot, entry.received_at_ms) if state == "dead" else []
    return [Save(moved), Record(event), *stopped], outcome_of(target, ticket)
