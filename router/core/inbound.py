"""The decision about one inbound event: from a journal entry and the facts around it to a list of changes. Pure.

The route worker calls `decide_inbound` for each entry of a batch, in journal order, and folds the changes into the
snapshot in between, so that a batch decides exactly as its entries one by one would.
"""

import msgspec

from router.core import amendments
from router.core.acts import Scene, carry_out
from router.core.matters import marks_of
from router.core.placement import Placement, place
from router.core.quotes import visible
from router.core.reasons import judged
from router.core.receipts import Ways, automatic_reply
from router.core.signals import signals
from router.core.tickets import follow_up, open_ticket
from router.model.changes import Add, Change, Record, Save
from router.model.decisions import Outcome, Why
from router.model.ids import ContactId, ConversationId, IdentityId, MessageId
from router.model.message import JournalEntry
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import (
    Contact,
    Conversation,
    Event,
    Identity,
    Joining,
    Mark,
    Matter,
    Message,
    Participant,
    Ticket,
)
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts, Verdict
from rules.ruleset import Ruleset

_ENCODER = msgspec.json.Encoder()


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision needs to know besides the entry and the snapshot."""

    token_conversation: ConversationId | None = None
    """From a reply token whose signature was verified."""
    can_send: bool = False
    """Whether the channel can carry an automatic answer."""
    can_hide: bool = False
    """Whether it can take a public post out of sight."""
    answers_privately: bool = False
    """Whether it can answer a public post so that its writer alone reads it."""
    opens_links: bool = False
    """Whether there is a page that links into private conversations lead to."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to apply, and what to tell about them."""

    changes: list[Change]
    outcome: Outcome


def decide_inbound(
    entry: JournalEntry, snapshot: Snapshot, ruleset: Ruleset, circumstances: Circumstances, ids: Ids
) -> Decided:
    """Decide one journal entry. `snapshot` holds what `placement.ask` asked for."""
    event = entry.event
    match event.kind:
        case "receipt":
            return _amend(amendments.receipt(entry, snapshot))
        case "delete":
            return _amend(amendments.delete(entry, snapshot))
        case "reaction":
            return _amend(amendments.reaction(entry, snapshot))
        case "edit":
            target = amendments.edited_message(entry, snapshot)
            if target is not None:
                return _amend(amendments.edit(entry, target, ruleset, snapshot))
        case "message" | "call" | "unsupported":
            pass
    return _decide_message(entry, snapshot, ruleset, circumstances, ids)


def _amend(amended: tuple[list[Change], Outcome]) -> Decided:
    changes, outcome = amended
    return Decided(changes=changes, outcome=outcome)


def facts_of(entry: JournalEntry, placement: Placement, new_text: str) -> Facts:
    """What the rules may look at; `new_text` is the text without quoted history."""
    event, ticket, contact = entry.event, placement.ticket, placement.contact
    return Facts(
        message=MessageFacts(
            text=new_text,
            subject=event.subject or "",
            channel=event.channel,
            account=event.account,
            visibility=event.visibility,
            lang=event.language,
            is_first=placement.conversation is None,
            is_automatic=event.automatic != "none",
            attachments=len(entry.attachments),
            findings=entry.findings,
            ext=event.ext or "",
        ),
        customer=CustomerFacts(
            known=contact is not None,
            verified=bool(placement.sender.proven),
            vip=contact.vip if contact is not None else False,
            language=contact.language if contact is not None else None,
        ),
        ticket=TicketFacts()
        if ticket is None
        else TicketFacts(exists=True, state=ticket.state, queue=ticket.queue, urgency=ticket.urgency, tags=ticket.tags),
        now_ms=entry.received_at_ms,
    )


def _decide_message(
    entry: JournalEntry, snapshot: Snapshot, ruleset: Ruleset, circumstances: Circumstances, ids: Ids
) -> Decided:
    event, now_ms = entry.event, entry.received_at_ms
    placement = place(entry, snapshot, token_conversation=circumstances.token_conversation, matching=ruleset.matching)
    new_text = visible(event.text or "")
    verdict = ruleset.evaluate(facts_of(entry, placement, new_text))

    contact = placement.contact or Contact(
        id=ContactId(ids.new()), name=event.sender.name, language=verdict.language, created_at_ms=now_ms
    )
    conversation_id = placement.conversation.id if placement.conversation else ConversationId(ids.new())
    message_id = MessageId(ids.new())
    if placement.ticket is None:
        ticket = open_ticket(entry, placement, verdict, contact, conversation_id, new_text, ids)
        ticket_events = [
            Event(
                at_ms=now_ms,
                kind="ticket.opened",
                ticket_id=ticket.id,
                message_id=message_id,
                queue=ticket.queue,
                actor=f"contact:{contact.id}",
                data=_opening(verdict, placement),
            )
        ]
    else:
        ticket, ticket_events = follow_up(
            placement.ticket,
            entry,
            placement,
            verdict,
            message_id=message_id,
            new_text=new_text,
            default_queue=ruleset.default_queue,
        )

    scene = Scene(
        now_ms=now_ms,
        opened=placement.ticket is None,
        message_id=message_id,
        conversation_id=conversation_id,
        channel=event.channel,
        account=event.account,
        visibility=event.visibility,
        findings=entry.findings,
        untold=entry.care.untold if entry.care is not None else (),
        imported=entry.imported,
        can_hide=circumstances.can_hide,
        verdict=verdict,
        agents=snapshot.agents,
        times=ruleset.times,
    )
    ticket, acted, told = carry_out(verdict.acts, ticket, scene, ids)
    why = msgspec.structs.replace(_why(entry, placement, verdict, ticket), acts=tuple(told))
    reply = automatic_reply(
        entry,
        verdict,
        ruleset,
        contact,
        ticket,
        before=placement.ticket,
        conversation_id=conversation_id,
        ids=ids,
        ways=Ways(
            can_send=circumstances.can_send,
            answers_privately=circumstances.answers_privately,
            opens_links=circumstances.opens_links,
        ),
    )
    contact_after = contact if reply is None else reply.contact
    if reply is not None and reply.template is not None:
        why = msgspec.structs.replace(why, reply_template=reply.template)

    changes: list[Change] = _people(placement, contact, contact_after, now_ms, ids)
    changes += _conversation(entry, placement, conversation_id, contact.id, ticket)
    changes.append(Add(ticket) if placement.ticket is None else Save(ticket))
    changes.append(Add(_message(entry, ticket, conversation_id, contact, message_id, verdict, why)))
    changes += _compared(placement, snapshot, ticket, message_id, now_ms, ids)
    if placement.is_participant:
        changes.append(
            Add(
                Participant(
                    id=ids.new(),
                    ticket_id=ticket.id,
                    kind=event.channel,
                    value=placement.sender.peer,
                    created_at_ms=now_ms,
                )
            )
        )
    changes += [Record(e) for e in ticket_events]
    changes.append(
        Record(
            Event(
                at_ms=now_ms,
                kind="message.added",
                ticket_id=ticket.id,
                message_id=message_id,
                conversation_id=conversation_id,
                queue=ticket.queue,
                actor=f"contact:{contact.id}",
            )
        )
    )
    changes += acted
    if reply is not None:
        changes += reply.changes
    outcome = Outcome(
        message_id=message_id,
        ticket_id=ticket.id,
        contact_id=contact.id,
        ticket_new=placement.ticket is None,
        why=why,
    )
    return Decided(changes=changes, outcome=outcome)


def _opening(verdict: Verdict, placement: Placement) -> dict[str, str]:
    data: dict[str, str] = {"urgency": verdict.urgency, "contact_by": placement.contact_by}
    if verdict.reasons:
        data["rule"] = verdict.reasons[0].rule
    if placement.not_joined:
        data["not_joined"] = placement.not_joined
    return data


def _why(entry: JournalEntry, placement: Placement, verdict: Verdict, ticket: Ticket) -> Why:
    return msgspec.structs.replace(
        judged(verdict, ticket),
        joined=placement.joined,
        joined_detail=placement.not_joined,
        contact_by=placement.contact_by,
        ticket_new=placement.ticket is None,
        points=placement.belonging.points if placement.belonging is not None else None,
        related=placement.related,
        related_by=placement.related_by,
        parse_ms=entry.parse_ms,
        redact_ms=entry.redact_ms,
    )


def _people(placement: Placement, before: Contact, after: Contact, now_ms: int, ids: Ids) -> list[Change]:
    changes: list[Change] = []
    if placement.contact is None:
        changes.append(Add(after))
    elif after is not before or placement.ticket is None:
        # Who opens a ticket moves its contact on: of two that would open one at the same time, the second looks again.
        changes.append(Save(msgspec.structs.replace(after, version=before.version + 1)))
    changes += [
        Add(
            Identity(
                id=IdentityId(ids.new()),
                contact_id=before.id,
                kind=identity.kind,
                value=identity.value,
                proof=identity.proof,
                created_at_ms=now_ms,
            )
        )
        for identity in placement.missing
    ]
    return changes


def _compared(
    placement: Placement, snapshot: Snapshot, ticket: Ticket, message_id: MessageId, now_ms: int, ids: Ids
) -> list[Change]:
    """What later messages are compared with, and why this one was given to its ticket."""
    heard, belonging = placement.heard, placement.belonging
    changes: list[Change] = []
    before = snapshot.matters.get(ticket.id)
    settled = signals(heard.text, heard.body).settled
    if before is None:
        matter = Matter(ticket_id=ticket.id, contact_id=ticket.contact_id, sketch=heard.sketch, settled=settled)
        changes.append(Add(matter))
    else:
        after = msgspec.structs.replace(before, sketch=before.sketch.joined(heard.sketch), settled=settled)
        if after != before:
            changes.append(Save(msgspec.structs.replace(after, version=before.version + 1)))
    changes += [
        Add(Mark(id=ids.new(), value=value, ticket_id=ticket.id, contact_id=ticket.contact_id, at_ms=now_ms))
        for value in dict.fromkeys(marks_of(heard))
        if ticket.id not in snapshot.marks.get(value, {})
    ]
    if belonging is not None:
        changes.append(
            Add(
                Joining(
                    message_id=message_id,
                    ticket_id=ticket.id,
                    contact_id=ticket.contact_id,
                    opened=belonging.ticket_id is None,
                    reason=belonging.reason,
                    points=belonging.points,
                    at_ms=now_ms,
                )
            )
        )
    return changes


def _conversation(
    entry: JournalEntry,
    placement: Placement,
    conversation_id: ConversationId,
    contact_id: ContactId,
    ticket: Ticket,
) -> list[Change]:
    existing, now_ms = placement.conversation, entry.received_at_ms
    # An auto-responder's Reply-To says nothing about where its owner reads mail.
    reply_to = entry.event.reply_to if entry.event.automatic == "none" else None
    if existing is None:
        channel, account, visibility, thread, peer = placement.conversation_key
        return [
            Add(
                Conversation(
                    id=conversation_id,
                    channel=channel,
                    account=account,
                    visibility=visibility,
                    thread=thread,
                    peer=peer,
                    contact_id=contact_id,
                    ticket_id=ticket.id,
                    reply_to=reply_to,
                    created_at_ms=now_ms,
                )
            )
        ]
    moved = msgspec.structs.replace(
        existing, ticket_id=ticket.id, contact_id=contact_id, reply_to=reply_to or existing.reply_to
    )
    if moved == existing:
        return []
    moved = msgspec.structs.replace(moved, version=existing.version + 1)
    return [Save(moved)]


def _message(
    entry: JournalEntry,
    ticket: Ticket,
    conversation_id: ConversationId,
    contact: Contact,
    message_id: MessageId,
    verdict: Verdict,
    why: Why,
) -> Message:
    event = entry.event
    return Message(
        id=message_id,
        ticket_id=ticket.id,
        conversation_id=conversation_id,
        contact_id=contact.id,
        kind="inbound",
        automatic=event.automatic,
        channel=event.channel,
        account=event.account,
        visibility=event.visibility,
        external_id=event.message_id,
        in_reply_to=event.in_reply_to,
        references=event.references,
        sender=event.sender,
        subject=event.subject,
        text=event.text or ("" if event.kind == "message" else f"[{event.kind}]"),
        html=event.html,
        language=verdict.language,
        findings=entry.findings,
        redactions=entry.redactions,
        care=entry.care,
        attachments=entry.attachments,
        ext=event.ext,
        verdict=msgspec.Raw(_ENCODER.encode(why)),
        sent_at_ms=event.sent_at_ms,
        received_at_ms=entry.received_at_ms,
    )
