"""Events that change what is already there: edits, deletes, reactions, delivery receipts. Pure.

An amendment of a message we never saw changes nothing and says so; only the message's own author may edit or delete it.
"""

import msgspec

from router.core.delivery import DELIVERY_RANK
from router.core.identity import conversation_key, read_sender
from router.core.oncall import ring
from router.core.placement import target_keys
from router.core.quotes import words_of
from router.core.reasons import judged, unjudged
from router.core.returned import came_back
from router.core.tickets import judge_again, snippet_of
from router.model.changes import Change, Record, Save, Withdraw
from router.model.decisions import Outcome, Why
from router.model.limits import ATTACHMENTS_MAX
from router.model.message import JournalEntry, StoredAttachment
from router.model.snapshot import Snapshot
from router.model.tables import Event, EventKind, Message, OutboxState, Ticket
from rules.facts import Facts, MessageFacts, TicketFacts
from rules.ruleset import Ruleset

_ENCODER = msgspec.json.Encoder()
_NOTHING = Outcome(message_id=None, ticket_id=None, contact_id=None)
_RECEIPT_STATE: dict[str, OutboxState] = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "dead"}


def _target(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    return next((found for key in target_keys(entry.event) if (found := snapshot.messages.get(key))), None)


def edited_message(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    """The writer's own earlier message that an edit names; None: the edit is taken as a message.

    One that came with another visibility was redacted by another policy: it must not take the message's place.
    """
    target = _own_message(entry, snapshot)
    return target if target is not None and target.visibility == entry.event.visibility else None


def _own_message(entry: JournalEntry, snapshot: Snapshot) -> Message | None:
    target, author = _target(entry, snapshot), read_sender(entry.event)
    if target is None or target.kind != "inbound" or target.state == "deleted" or author.denied:
        return None
    conversation = snapshot.conversations_by_id.get(target.conversation_id)
    return target if conversation is not None and conversation.peer == author.peer else None


def _event(entry: JournalEntry, target: Message, kind: EventKind, ticket: Ticket | None, data: dict[str, str]) -> Event:
    return Event(
        at_ms=entry.received_at_ms,
        kind=kind,
        ticket_id=target.ticket_id,
        message_id=target.id,
        conversation_id=target.conversation_id,
        queue=ticket.queue if ticket else None,
        actor=f"contact:{target.contact_id}",
        data=data,
    )


def _outcome(target: Message, ticket: Ticket | None, why: Why | None = None) -> Outcome:
    told = why if why is not None or ticket is None else unjudged(ticket)
    return Outcome(message_id=target.id, ticket_id=target.ticket_id, contact_id=target.contact_id, why=told)


def edit(entry: JournalEntry, target: Message, ruleset: Ruleset, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Replace the text, judge it again, and let urgency rise with it."""
    event = entry.event
    ticket = snapshot.tickets.get(target.ticket_id)
    text = event.text or ""
    facts = Facts(
        message=MessageFacts(
            text=words_of(event),
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            is_first=False,
            findings=entry.findings,
            ext=event.ext or "",
        ),
        ticket=TicketFacts(exists=ticket is not None, urgency=ticket.urgency if ticket else "normal"),
        now_ms=entry.received_at_ms,
    )
    verdict = ruleset.evaluate(facts)
    revised = msgspec.structs.replace(
        target,
        text=text,
        html=event.html,
        attachments=_with_new_files(target, entry),
        ext=event.ext,
        findings=tuple(dict.fromkeys((*target.findings, *entry.findings))),
        redactions=entry.redactions,
        care=entry.care,
        revision=target.revision + 1,
        version=target.version + 1,
    )
    changes: list[Change] = []
    why = None
    if ticket is not None:
        after, raised = judge_again(ticket, entry, verdict, message_id=target.id, default_queue=ruleset.default_queue)
        if not entry.imported:
            after, rung = ring(ticket, after, ruleset, now_ms=entry.received_at_ms)
            raised += rung
        why = judged(verdict, after)
        revised = msgspec.structs.replace(revised, verdict=msgspec.Raw(_ENCODER.encode(why)))
        snippet = snippet_of(facts.message.text) if _is_shown(target, ticket) else ticket.snippet
        changes.append(Save(msgspec.structs.replace(after, snippet=snippet, version=ticket.version + 1)))
        changes += map(Record, raised)
    changes.append(Save(revised))
    changes.append(Record(_event(entry, target, "message.edited", ticket, {"revision": str(revised.revision)})))
    return changes, _outcome(target, ticket, why)


def _with_new_files(target: Message, entry: JournalEntry) -> tuple[StoredAttachment, ...]:
    """An edit adds files; one that is there already came with it again. What was shown once is not taken away."""
    known = {name for file in target.attachments for name in (file.blob, file.url) if name is not None}
    added = (file for file in entry.attachments if (file.blob or file.url) not in known)
    return (*target.attachments, *added)[:ATTACHMENTS_MAX]


def _is_shown(message: Message, ticket: Ticket) -> bool:
    """Whether lists show the beginning of this message."""
    return ticket.snippet == snippet_of(words_of(message))


def delete(entry: JournalEntry, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Blank the content, keep the tombstone."""
    target = _own_message(entry, snapshot)
    if target is None:
        return _withdrawn(entry, snapshot), _NOTHING
    ticket = snapshot.tickets.get(target.ticket_id)
    blank = msgspec.structs.replace(
        target,
        text="",
        html=None,
        subject=None,
        ext=None,
        care=None,
        attachments=(),
        state="deleted",
        version=target.version + 1,
    )
    changes: list[Change] = [Save(blank)]
    if ticket is not None and _is_shown(target, ticket):
        changes.append(Save(msgspec.structs.replace(ticket, snippet="", version=ticket.version + 1)))
    changes.append(Record(_event(entry, target, "message.deleted", ticket, {})))
    return changes, _outcome(target, ticket)


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
        return [], _NOTHING
    ticket = snapshot.tickets.get(target.ticket_id)
    return [Record(_event(entry, target, "message.reaction", ticket, {}))], _outcome(target, ticket)


def receipt(entry: JournalEntry, snapshot: Snapshot) -> tuple[list[Change], Outcome]:
    """Move the delivery state of one of our replies; never backwards."""
    target = _target(entry, snapshot)
    outbox = snapshot.outbox.get(target.id) if target is not None else None
    if target is None or outbox is None or entry.event.delivery is None:
        return [], _NOTHING
    state = _RECEIPT_STATE[entry.event.delivery]
    ticket = snapshot.tickets.get(target.ticket_id)
    if DELIVERY_RANK[state] <= DELIVERY_RANK[outbox.state]:
        return [], _outcome(target, ticket)
    moved = msgspec.structs.replace(
        outbox,
        state=state,
        error=entry.event.delivery_detail if state == "dead" else None,
        version=outbox.version + 1,
    )
    event = _event(entry, target, "delivery.state", ticket, {"from": outbox.state, "to": state})
    stopped = came_back(entry.event, target, snapshot, entry.received_at_ms) if state == "dead" else []
    return [Save(moved), Record(event), *stopped], _outcome(target, ticket)
