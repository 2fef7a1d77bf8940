"""The decision about one inbound event: from a journal entry and the facts around it to a list of changes. Pure.

The route worker calls `decide_inbound` for each entry of a batch, in journal order, and folds the changes into the
snapshot in between, so that a batch decides exactly as its entries one by one would.
"""

import msgspec

from router.core import amendments
from router.core.acts import Scene, carry_out
from router.core.alarm import raised
from router.core.claims import contradictions, writer_rows
from router.core.comparing import compared
from router.core.lifecycle import may
from router.core.needs import noted, to_ask
from router.core.oncall import ring
from router.core.pieces import together
from router.core.placement import NotJoined, Placement, place
from router.core.quotes import visible
from router.core.reasons import judged
from router.core.receipts import Ways, automatic_reply
from router.core.tickets import follow_up, open_ticket
from router.core.timers import timers_of
from router.model.changes import Add, Change, Record, Save
from router.model.decisions import Outcome, Why, WhyConflict
from router.model.ids import ContactId, ConversationId, MessageId
from router.model.message import JournalEntry
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Contact, Conversation, Event, Message, Participant, Ticket
from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts, Verdict
from rules.ruleset import Ruleset

_ENCODER = msgspec.json.Encoder()
_OVER: frozenset[NotJoined] = frozenset({"ticket_closed", "reopen_window_over"})
"""A message to a ticket that is over opens a follow-up."""


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
            alarm=event.alarm,
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
    now_ms = entry.received_at_ms
    placement = place(entry, snapshot, token_conversation=circumstances.token_conversation, matching=ruleset.matching)
    pieces = together(entry, placement, snapshot)
    entry = pieces.entry
    event = entry.event
    new_text = visible(event.text or "")
    verdict = ruleset.evaluate(facts_of(entry, placement, new_text))
    if event.alarm and not entry.imported:
        verdict = raised(verdict, ruleset)

    contact = placement.contact or Contact(
        id=ContactId(ids.new()), name=event.sender.name, language=verdict.language, created_at_ms=now_ms
    )
    conversation_id = placement.conversation.id if placement.conversation else ConversationId(ids.new())
    message_id = MessageId(ids.new())
    ticket, ticket_events = _ticket(
        entry,
        placement,
        verdict,
        contact,
        default_queue=ruleset.default_queue,
        conversation_id=conversation_id,
        message_id=message_id,
        new_text=new_text,
        ids=ids,
    )
    ticket = pieces.named(ticket)
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
        remedies=ruleset.actions,
        actions=tuple(row for row in snapshot.actions.values() if row.ticket_id == ticket.id),
    )
    ticket, acted, told = carry_out(verdict.acts, ticket, scene, ids)
    ticket = noted(ticket, entry, placement.sender, new_text, message_id, ruleset)
    if not entry.imported:
        ticket, rung = ring(placement.ticket, ticket, ruleset, now_ms=now_ms, pressed=event.alarm)
        ticket_events += rung
    why = msgspec.structs.replace(_why(entry, placement, verdict, ticket), acts=tuple(told))
    reply = automatic_reply(
        entry,
        verdict,
        ruleset,
        contact,
        ticket,
        before=placement.ticket,
        conversation_id=conversation_id,
        missing=to_ask(ticket, entry, ruleset),
        ids=ids,
        ways=Ways(
            can_send=circumstances.can_send,
            answers_privately=circumstances.answers_privately,
            opens_links=circumstances.opens_links,
        ),
    )
    contact_after = contact if reply is None else reply.contact
    if reply is not None and reply.asked:
        ticket = msgspec.structs.replace(ticket, asked=reply.asked)
    if reply is not None and reply.template is not None:
        why = msgspec.structs.replace(why, reply_template=reply.template)

    changes: list[Change] = writer_rows(event, placement, contact, contact_after, now_ms, ids)
    changes += _conversation(entry, placement, conversation_id, contact.id, ticket)
    changes.append(Add(ticket) if placement.ticket is None else Save(ticket))
    changes.append(Add(_message(entry, ticket, conversation_id, contact, message_id, verdict, why)))
    changes += compared(placement, snapshot, ticket, message_id, now_ms, ids)
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
    changes += pieces.changes(ticket)
    changes += [Record(e) for e in ticket_events]
    changes += contradictions(placement, ticket, contact, message_id, now_ms)
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
                data={"left": why.left} if why.left else {},
            )
        )
    )
    changes += acted
    changes += timers_of(placement.ticket, ticket, ruleset.lifecycle, ruleset.times, now_ms=now_ms, ids=ids)
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


def _ticket(
    entry: JournalEntry,
    placement: Placement,
    verdict: Verdict,
    contact: Contact,
    *,
    default_queue: str,
    conversation_id: ConversationId,
    message_id: MessageId,
    new_text: str,
    ids: Ids,
) -> tuple[Ticket, list[Event]]:
    """The ticket with the message in it, and what is told of that."""
    if placement.ticket is not None:
        return follow_up(
            placement.ticket,
            entry,
            placement,
            verdict,
            message_id=message_id,
            new_text=new_text,
            default_queue=default_queue,
        )
    now_ms = entry.received_at_ms
    ticket = open_ticket(entry, placement, verdict, contact, conversation_id, new_text, ids)
    opened = Event(
        at_ms=now_ms,
        kind="ticket.opened",
        ticket_id=ticket.id,
        message_id=message_id,
        queue=ticket.queue,
        actor=f"contact:{contact.id}",
        data=_opening(verdict, placement),
    )
    return ticket, [opened, *_followed(placement, ticket, now_ms)]


def _opening(verdict: Verdict, placement: Placement) -> dict[str, str]:
    data: dict[str, str] = {"urgency": verdict.urgency, "contact_by": placement.contact_by}
    if verdict.reasons:
        data["rule"] = verdict.reasons[0].rule
    if placement.not_joined:
        data["not_joined"] = placement.not_joined
    if placement.not_joined in _OVER:
        data["follows"] = placement.related[0]
    return data


def _followed(placement: Placement, ticket: Ticket, now_ms: int) -> list[Event]:
    """In the history of the ticket that is over: where the matter goes on."""
    if placement.not_joined not in _OVER:
        return []
    data: dict[str, str] = {"by": ticket.id, "because": placement.not_joined}
    return [Event(at_ms=now_ms, kind="ticket.followed", ticket_id=placement.related[0], queue=ticket.queue, data=data)]


def _why(entry: JournalEntry, placement: Placement, verdict: Verdict, ticket: Ticket) -> Why:
    return msgspec.structs.replace(
        judged(verdict, ticket),
        joined=placement.joined,
        joined_detail=placement.not_joined,
        left=_left(entry, placement),
        contact_by=placement.contact_by,
        known_by=placement.known_by,
        conflicts=tuple([WhyConflict(row.kind, row.value, row.contact_id) for row in placement.foreign]),
        ticket_new=placement.ticket is None,
        points=placement.belonging.points if placement.belonging is not None else None,
        related=placement.related,
        related_by=placement.related_by,
        parse_ms=entry.parse_ms,
        redact_ms=entry.redact_ms,
    )


def _left(entry: JournalEntry, placement: Placement) -> str:
    if placement.last_word:
        return "thanks"
    sleeps = placement.ticket is not None and may(placement.ticket.state, "open", "contact")
    return "automatic" if sleeps and entry.event.automatic != "none" else ""


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
