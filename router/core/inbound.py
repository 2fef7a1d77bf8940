"""The decision about one inbound event: from a journal entry and the facts around it to a list of changes. Pure.

The route worker calls `decide_inbound` for each entry of a batch, in journal order, and folds the changes into the
snapshot in between, so that a batch decides exactly as its entries one by one would.
"""

import msgspec

from router.core import amendments
from router.core.acts import Scene, carry_out
from router.core.alarm import raised
from router.core.blocks import is_blocked, is_let_in
from router.core.claims import contradictions, writer_rows
from router.core.comparing import compared
from router.core.edits import called_out_of, edit, urgency_of
from router.core.facts import facts_of
from router.core.filing import conversation_of, message_of
from router.core.floods import Flood, floods_told, gathered, measured, muted_by, waits
from router.core.forwards import note_of, passed_on
from router.core.holding import hold_back, hold_blocked, hold_imported, hold_old
from router.core.needs import noted, to_ask
from router.core.oncall import calls_again, ring
from router.core.pieces import Pieces, together
from router.core.placement import Placement, place
from router.core.quotes import words_of
from router.core.reasons import added, noticed, why_of
from router.core.receipts import AutomaticReply, Occasion, Ways, automatic_reply, unanswered
from router.core.repeats import again, remembered
from router.core.returned import heard_from, is_stopped
from router.core.tickets import follow_up, open_ticket, opened
from router.core.timers import timers_of
from router.model.abuse import Block
from router.model.capabilities import Moderation
from router.model.changes import Add, Change, Record, Save
from router.model.decisions import Outcome, Why
from router.model.ids import ContactId, ConversationId, JournalId, MessageId
from router.model.message import InboundEvent, JournalEntry
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Contact, Event, Participant, Ticket
from rules.facts import Verdict
from rules.ruleset import Ruleset


class Circumstances(Ways, frozen=True, kw_only=True):
    """What a decision needs to know besides the entry and the snapshot."""

    journal_id: JournalId = JournalId("")
    """Where the entry rests, and stays if it is held."""
    token_conversation: ConversationId | None = None
    """From a reply token whose signature was verified."""
    moderates: tuple[Moderation, ...] = ()
    """What the channel can be asked to do with a public post."""


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of one decision goes by."""

    snapshot: Snapshot
    ruleset: Ruleset
    circumstances: Circumstances
    ids: Ids
    block: Block | None
    """Of whoever brought the entry."""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to apply, and what to tell about them."""

    changes: list[Change]
    outcome: Outcome
    masked: JournalEntry | None = None
    """The event as it is kept, where it completed a secret told in pieces."""


def decide_inbound(
    entry: JournalEntry, snapshot: Snapshot, ruleset: Ruleset, circumstances: Circumstances, ids: Ids
) -> Decided:
    """Decide one journal entry. `snapshot` holds what `asking.ask` asked for."""
    event = entry.event
    if event.held is not None and entry.imported and not entry.released_by:
        return _unfiled(hold_imported(entry, event.held, snapshot, circumstances.journal_id, ids))
    block = is_blocked(entry, snapshot)
    given = _Given(snapshot=snapshot, ruleset=ruleset, circumstances=circumstances, ids=ids, block=block)
    if (passed := passed_on(entry, snapshot)) is not None:
        decided = _decide_message(passed.entry, given)
        decided.changes.extend(note_of(passed, decided.changes, entry.received_at_ms, ids))
        return decided
    if block is not None and event.kind in {"edit", "reaction"}:
        urgency = urgency_of(entry, snapshot, ruleset)
        if urgency is not None and not is_let_in(urgency, ruleset.abuse):
            return _unfiled(hold_old(entry, block, snapshot, ruleset, circumstances.journal_id, ids, urgency=urgency))
    match event.kind:
        case "receipt":
            return _unfiled(amendments.receipt(entry, snapshot))
        case "delete":
            return _unfiled(amendments.delete(entry, snapshot))
        case "reaction":
            return _unfiled(amendments.reaction(entry, snapshot))
        case "edit":
            return _decide_edit(entry, given)
        case "message" | "call" | "unsupported":
            return _decide_message(entry, given)


def _decide_edit(entry: JournalEntry, given: _Given) -> Decided:
    """An edit of a message that is here; any other, or one that calls out of a closed ticket, is taken as a message."""
    snapshot, ruleset = given.snapshot, given.ruleset
    target = amendments.edited_message(entry, snapshot)
    newest = called_out_of(entry, target, ruleset, snapshot) if target is not None else []
    if target is not None and not newest:
        return _unfiled(edit(entry, target, ruleset, snapshot, given.ids))
    if target is None and amendments.is_of_a_deleted(entry, snapshot):
        return _unfiled(([], amendments.NOTHING))
    decided = _decide_message(entry, given)
    decided.changes.extend(newest)
    return decided


def _unfiled(decided: tuple[list[Change], Outcome]) -> Decided:
    """What is held back, or changes something that was filed before."""
    changes, outcome = decided
    return Decided(changes=changes, outcome=outcome)


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """A message that goes its way, whose it is, and the ids of what it leaves."""

    given: _Given
    entry: JournalEntry
    placement: Placement
    pieces: Pieces
    verdict: Verdict
    new_text: str
    flood: Flood | None
    contact: Contact
    conversation_id: ConversationId
    message_id: MessageId


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The machine's answer to a message, or why one that was due is not given."""

    reply: AutomaticReply | None = None
    muted: str = ""
    """The tag that forbids it."""
    is_withheld: bool = False
    """There is too much of this sender or channel."""


def _decide_message(entry: JournalEntry, given: _Given) -> Decided:
    snapshot, ruleset, circumstances, ids = given.snapshot, given.ruleset, given.circumstances, given.ids
    placement = place(entry, snapshot, token_conversation=circumstances.token_conversation, matching=ruleset.matching)
    pieces = together(entry, placement, snapshot, ruleset)
    whole, entry = entry, pieces.entry
    new_text = words_of(entry.event)
    verdict = ruleset.evaluate(facts_of(entry, placement, new_text))
    if entry.event.alarm and not entry.imported:
        verdict = raised(verdict, ruleset)
    urgency, journal_id = verdict.urgency, circumstances.journal_id
    flood = measured(entry, placement.sender, snapshot, ruleset.abuse)
    if given.block is not None and not is_let_in(urgency, ruleset.abuse):
        return _unfiled(hold_blocked(entry, given.block, flood, snapshot, journal_id, ids, urgency=urgency))
    if flood is not None and flood.is_over:
        placement = gathered(placement, snapshot, entry, urgency)
        ticket = placement.ticket
        # What completes a secret told in pieces is filed, for that masks the other pieces.
        if ticket is not None and entry is whole and waits(flood, ticket, entry, urgency):
            return _unfiled(hold_back(entry, flood, placement.contact, ticket, verdict, journal_id, ids))
    contact = placement.contact or Contact(
        id=ContactId(ids.new()),
        name=entry.event.sender.name,
        language=verdict.language,
        created_at_ms=entry.received_at_ms,
    )
    case = _Case(
        given=given,
        entry=entry,
        placement=placement,
        pieces=pieces,
        verdict=verdict,
        new_text=new_text,
        flood=flood,
        contact=contact,
        conversation_id=placement.conversation.id if placement.conversation else ConversationId(ids.new()),
        message_id=MessageId(ids.new()),
    )
    return _file(case)


def _file(case: _Case) -> Decided:
    """All that becomes of a message, in its ticket and besides."""
    snapshot, ruleset, ids = case.given.snapshot, case.given.ruleset, case.given.ids
    entry, placement, now_ms = case.entry, case.placement, case.entry.received_at_ms
    ticket, ticket_events = _ticket(case)
    ticket, acted, told = carry_out(case.verdict.acts, ticket, _scene(case, ticket), ids)
    ticket = noted(ticket, entry, placement.sender, case.new_text, case.message_id, ruleset)
    if not entry.imported:
        before, urgency = placement.ticket, case.verdict.urgency
        called = calls_again(before, urgency, ticket.queue, ruleset, pressed=entry.event.alarm)
        ticket, rung = ring(before, ticket, ruleset, now_ms=now_ms, called=called)
        ticket_events += rung
    answer = _answer(case, ticket)
    reply = answer.reply
    if reply is not None and reply.asked:
        ticket = msgspec.structs.replace(ticket, asked=reply.asked)
    why = msgspec.structs.replace(
        why_of(entry, placement, case.verdict, ticket),
        acts=tuple(told),
        muted=answer.muted,
        reply_template=None if reply is None else reply.template,
    )
    why, counted = _counted(case, why, ticket, is_withheld=answer.is_withheld)

    changes = _rows(case, ticket, case.contact if reply is None else reply.contact, why)
    changes += compared(placement, snapshot, ticket, case.message_id, now_ms, ids)
    changes += case.pieces.changes(ticket)
    changes += [Record(event) for event in ticket_events]
    changes += contradictions(placement, ticket, case.contact, case.message_id, now_ms)
    changes.append(_added(case, ticket, why))
    changes += heard_from(entry.event, placement.sender, ticket, snapshot, now_ms)
    changes += counted
    changes += acted
    changes += timers_of(placement.ticket, ticket, ruleset.lifecycle, ruleset.times, now_ms=now_ms, ids=ids)
    if reply is not None:
        changes += reply.changes
    outcome = Outcome(
        message_id=case.message_id,
        ticket_id=ticket.id,
        contact_id=case.contact.id,
        ticket_new=placement.ticket is None,
        why=why,
    )
    return Decided(changes=changes, outcome=outcome, masked=entry if case.pieces.own else None)


def _answer(case: _Case, ticket: Ticket) -> _Answer:
    """What the machine says to it, unless it holds its tongue."""
    ruleset = case.given.ruleset
    if _is_unanswered(case.entry.event, case.placement, case.given.snapshot):
        return _Answer()
    occasion = Occasion(
        entry=case.entry,
        verdict=case.verdict,
        contact=case.contact,
        before=case.placement.ticket,
        ticket=ticket,
        conversation_id=case.conversation_id,
        missing=to_ask(ticket, case.entry, ruleset),
        ways=case.given.circumstances,
    )
    reply = automatic_reply(occasion, ruleset, case.given.ids)
    if reply is None:
        return _Answer()
    if muted := muted_by(ticket, ruleset.abuse):
        return _Answer(muted=muted)
    if case.flood is not None and case.flood.mutes(case.verdict.urgency):
        return _Answer(is_withheld=True)
    return _Answer(reply=reply)


def _rows(case: _Case, ticket: Ticket, contact: Contact, why: Why) -> list[Change]:
    """The writer, the conversation, the ticket and the message; `contact` as the answer leaves them."""
    entry, placement, ids = case.entry, case.placement, case.given.ids
    changes = writer_rows(entry.event, placement, case.contact, contact, entry.received_at_ms, ids)
    changes += conversation_of(entry, placement, case.conversation_id, case.contact.id, ticket)
    changes.append(Add(ticket) if placement.ticket is None else Save(ticket))
    changes.append(
        Add(message_of(entry, ticket, case.conversation_id, case.contact, case.message_id, case.verdict, why))
    )
    if placement.is_participant:
        participant = Participant(
            id=ids.new(),
            ticket_id=ticket.id,
            kind=entry.event.channel,
            value=placement.sender.peer,
            created_at_ms=entry.received_at_ms,
        )
        changes.append(Add(participant))
    return changes


def _added(case: _Case, ticket: Ticket, why: Why) -> Change:
    return Record(
        ticket.event(
            "message.added",
            message_id=case.message_id,
            conversation_id=case.conversation_id,
            actor=f"contact:{case.contact.id}",
            data=added(why),
            now_ms=case.entry.received_at_ms,
        )
    )


def _is_unanswered(event: InboundEvent, placement: Placement, snapshot: Snapshot) -> bool:
    """Whether the machine keeps silent: mail came back from there, or an agent only passed a customer's mail on, or for
    what the message itself is."""
    return (
        event.forwarded_by is not None
        or unanswered(event, placement.sender) != ""
        or is_stopped(event, placement.sender, placement.conversation, snapshot)
    )


def _counted(case: _Case, why: Why, ticket: Ticket, *, is_withheld: bool) -> tuple[Why, list[Change]]:
    """What was noticed of floods and repetitions, and the counts that the next messages are held against."""
    flood = case.flood
    if flood is None:
        return why, []
    said = again(
        case.entry,
        case.placement.heard,
        case.new_text,
        before=case.placement.ticket,
        ticket=ticket,
        message_id=case.message_id,
        traffic=flood.traffic,
        within_ms=case.given.ruleset.abuse.repeats_ms,
    )
    counts = flood.changes(remembered(flood.traffic, said), withheld=is_withheld)
    why = noticed(why, case.entry, flood, said, is_withheld=is_withheld)
    return why, [*counts, *floods_told(flood, ticket, case.entry.received_at_ms)]


def _scene(case: _Case, ticket: Ticket) -> Scene:
    """What the acts of rules are carried out in."""
    entry, placement, verdict, flood = case.entry, case.placement, case.verdict, case.flood
    event, given = entry.event, case.given
    return Scene(
        now_ms=entry.received_at_ms,
        opened=placement.ticket is None,
        message_id=case.message_id,
        conversation_id=case.conversation_id,
        channel=event.channel,
        account=event.account,
        visibility=event.visibility,
        findings=entry.findings,
        untold=entry.care.untold if entry.care is not None else (),
        imported=entry.imported,
        moderates=given.circumstances.moderates,
        verdict=verdict,
        agents=given.snapshot.agents,
        times=given.ruleset.times,
        remedies=given.ruleset.actions,
        actions=tuple(row for row in given.snapshot.actions.values() if row.ticket_id == ticket.id),
        is_quiet=flood is not None and flood.is_over and flood.mutes(verdict.urgency),
    )


def _ticket(case: _Case) -> tuple[Ticket, list[Event]]:
    """The ticket with the message in it, and what is told of that."""
    entry, placement, verdict, given = case.entry, case.placement, case.verdict, case.given
    if placement.ticket is not None:
        ticket, events = follow_up(
            placement.ticket,
            entry,
            placement,
            verdict,
            message_id=case.message_id,
            new_text=case.new_text,
            default_queue=given.ruleset.default_queue,
        )
        return case.pieces.named(ticket), events
    ticket = open_ticket(entry, placement, verdict, case.contact, case.conversation_id, case.new_text, given.ids)
    return case.pieces.named(ticket), opened(ticket, placement, verdict, case.message_id)
