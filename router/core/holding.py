"""What becomes of a message that is given to nobody for now: a row that says why, and now and then a line of history.

The message itself stays in the journal, under its unique key, and goes the ordinary way once somebody lets it through.
Pure.
"""

import msgspec

from router.core.floods import Flood, measured
from router.core.placement import writer
from router.core.reasons import judged
from router.model.abuse import Block, Held
from router.model.changes import Add, Change, Record, Save
from router.model.decisions import Outcome
from router.model.errors import Refused
from router.model.ids import ContactId, HeldId, JournalId
from router.model.message import HeldReason, JournalEntry
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Contact, Event, Ticket, Urgency
from rules.facts import Verdict
from rules.ruleset import Ruleset


def is_told(count: int) -> bool:
    """Whether the history tells of the n-th held message: of the first nine, then of each tenth, each hundredth."""
    return count > 0 and str(count)[1:].strip("0") == ""


def hold_blocked(
    entry: JournalEntry,
    block: Block,
    flood: Flood | None,
    snapshot: Snapshot,
    journal_id: JournalId,
    ids: Ids,
    *,
    urgency: Urgency,
) -> tuple[list[Change], Outcome]:
    """Keep what a blocked sender writes."""
    row, ticket = _of_writer(entry, snapshot, journal_id, ids, urgency=urgency)
    row = msgspec.structs.replace(row, reason="blocked", block_id=block.id)
    changes = _kept(row, ticket, flood, by=block.actor)
    return changes, Outcome(message_id=None, ticket_id=None, contact_id=row.contact_id, held=True)


def hold_imported(
    entry: JournalEntry, reason: HeldReason, snapshot: Snapshot, journal_id: JournalId, ids: Ids
) -> tuple[list[Change], Outcome]:
    """Keep what was held where it was exported: nothing is let through by moving it."""
    row, ticket = _of_writer(entry, snapshot, journal_id, ids)
    changes = _kept(msgspec.structs.replace(row, reason=reason), ticket, None)
    return changes, Outcome(message_id=None, ticket_id=None, contact_id=row.contact_id, held=True)


def _of_writer(
    entry: JournalEntry, snapshot: Snapshot, journal_id: JournalId, ids: Ids, *, urgency: Urgency = "normal"
) -> tuple[Held, Ticket | None]:
    _, contact = writer(entry.event, snapshot)
    contact_id = contact.id if contact is not None else None
    ticket = next(iter(snapshot.tickets_of(contact_id)), None) if contact_id is not None else None
    return _row(entry, journal_id, ids, contact_id=contact_id, ticket=ticket, urgency=urgency), ticket


def hold_old(
    entry: JournalEntry,
    block: Block,
    snapshot: Snapshot,
    ruleset: Ruleset,
    journal_id: JournalId,
    ids: Ids,
    *,
    urgency: Urgency,
) -> tuple[list[Change], Outcome]:
    """Keep what a blocked sender makes of earlier words: an edit, a reaction."""
    sender, _ = writer(entry.event, snapshot)
    flood = measured(entry, sender, snapshot, ruleset.abuse)
    return hold_blocked(entry, block, flood, snapshot, journal_id, ids, urgency=urgency)


def hold_back(
    entry: JournalEntry,
    flood: Flood,
    contact: Contact | None,
    ticket: Ticket,
    verdict: Verdict,
    journal_id: JournalId,
    ids: Ids,
) -> tuple[list[Change], Outcome]:
    """Keep what is far over its sender's quota beside the ticket it would have joined."""
    contact_id = contact.id if contact is not None else None
    row = _row(entry, journal_id, ids, contact_id=contact_id, ticket=ticket, urgency=verdict.urgency)
    why = msgspec.structs.replace(
        judged(verdict, ticket), joined="over_quota", flood=flood.why(), contact_by="conversation"
    )
    outcome = Outcome(message_id=None, ticket_id=ticket.id, contact_id=contact_id, held=True, why=why)
    return _kept(row, ticket, flood), outcome


def _row(
    entry: JournalEntry,
    journal_id: JournalId,
    ids: Ids,
    *,
    contact_id: ContactId | None,
    ticket: Ticket | None,
    urgency: Urgency,
) -> Held:
    return Held(
        id=HeldId(ids.new()),
        journal_id=journal_id,
        reason="flood",
        contact_id=contact_id,
        ticket_id=ticket.id if ticket is not None else None,
        channel=entry.event.channel,
        account=entry.event.account,
        urgency=urgency,
        received_at_ms=entry.received_at_ms,
    )


def _kept(row: Held, ticket: Ticket | None, flood: Flood | None, by: str = "system") -> list[Change]:
    changes: list[Change] = [Add(row)]
    count = 1
    if flood is not None:
        traffic = msgspec.structs.replace(flood.traffic, held=flood.traffic.held + 1)
        changes += msgspec.structs.replace(flood, load=None).changes(traffic)  # what is held fills no channel
        count = traffic.held
    if is_told(count):
        data = {"reason": row.reason, "block": row.block_id or "", "count": str(count), "by": by}
        changes.append(
            Record(
                Event(
                    at_ms=row.received_at_ms,
                    kind="message.held",
                    ticket_id=row.ticket_id,
                    queue=ticket.queue if ticket is not None else None,
                    data=data,
                )
            )
        )
    return changes


def release(
    row: Held, entry: JournalEntry, ticket: Ticket | None, *, actor: str, now_ms: int
) -> tuple[list[Change], JournalEntry]:
    """Let a held message through: its row, and the entry to decide anew. Raises Refused (released_already)."""
    if row.released_at_ms is not None:
        raise Refused("released_already", "this message was let through already")
    released = row.changed(released_at_ms=now_ms, released_by=actor)
    event = Event(
        at_ms=now_ms,
        kind="message.released",
        ticket_id=row.ticket_id,
        queue=ticket.queue if ticket is not None else None,
        actor=actor,
        data={"reason": row.reason},
    )
    # It arrives now: times of a ticket do not run backwards. When it was written stands in it.
    again = msgspec.structs.replace(entry, released_by=actor, received_at_ms=now_ms)
    return [Save(released), Record(event)], again
