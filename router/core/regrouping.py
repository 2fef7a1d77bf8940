"""Agents put tickets together and take them apart: what moves, what is kept, and how it is taken back. Pure.

Only tickets of one contact are merged. Messages keep their history: they move with their conversations and outbox rows,
the ticket they leave keeps its events, and a `Regrouping` remembers what moved and how things stood, so that it can be
undone; alarms and actions go along (core/ringing.py, core/remedies.py). What an agent takes apart, or puts together,
was decided wrongly: the decision's `Joining` is marked undone, and counted by its reason.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec

from router.core import incidents, remedies, ringing
from router.core.lifecycle import may
from router.core.likeness import hear
from router.core.needs import heard, unlearned
from router.core.reading import own_words, subject_of
from router.core.tickets import change_state, snippet_of, snooze
from router.core.timers import again
from router.core.verification import parted
from router.model.actors import agent_actor
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.grouping import Joining, Matter, Regrouping, Stood
from router.model.ids import AgentId, MessageId, TicketId
from router.model.limits import REGROUPED_MAX
from router.model.matter import Sketch
from router.model.snapshot import Contents
from router.model.sources import Ids
from router.model.tables import Conversation, Message, OutboxEntry, Ticket
from rules.ruleset import Ruleset


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who does it, and when."""

    agent_id: AgentId
    now_ms: int

    @property
    def actor(self) -> str:
        """As events name them."""
        return agent_actor(self.agent_id)


def merge(source: Contents, target: Contents, by: By, ids: Ids) -> list[Change]:
    """Move everything of one ticket into another of the same contact, and close it. Raises Refused."""
    _check(source, target.ticket)
    closed = _emptied(source.ticket, f"merged into T-{target.ticket.number}")
    closed = msgspec.structs.replace(closed, version=source.ticket.version + 1)
    both = _in_order(*target.messages, *source.messages)
    closed, kept, rung = ringing.joined(
        source, target, closed, _touched(target.ticket, both), actor=by.actor, now_ms=by.now_ms
    )
    kept = _learned(kept, source.ticket, {message.id for message in source.messages})
    kept, owed = _owed(source.ticket, kept, by)
    taken, asked = remedies.joined(source, target, actor=by.actor, now_ms=by.now_ms)
    row = Regrouping(
        id=ids.new(),
        kind="merge",
        source_id=source.ticket.id,
        target_id=target.ticket.id,
        contact_id=target.ticket.contact_id,
        message_ids=tuple(message.id for message in source.messages),
        source_state=source.ticket.state,
        source_reason=source.ticket.state_reason,
        stood=ringing.stood(source.ticket, target.ticket, kept, taken),
        agent_id=by.agent_id,
        at_ms=by.now_ms,
    )
    return [
        Add(row),
        *_moved(source, target.ticket.id, row.message_ids),
        Save(closed),
        Save(kept),
        *owed,
        *rung,
        *asked,
        *incidents.merged(source, target, actor=by.actor, now_ms=by.now_ms, ids=ids),
        *_compared(target, both),
        *_undone([joining for joining in source.joinings if joining.opened], by),
        *_told(row, "merge", source.ticket, target.ticket, by),
    ]


def split(source: Contents, message_ids: frozenset[MessageId], ruleset: Ruleset, by: By, ids: Ids) -> list[Change]:
    """Give some of a ticket's messages a ticket of their own, of the same contact. Raises Refused."""
    moving = tuple(message for message in source.messages if message.id in message_ids)
    staying = tuple(message for message in source.messages if message.id not in message_ids)
    first = next((message for message in moving if message.kind == "inbound"), None)
    if len(moving) != len(message_ids):
        raise Refused("no_such_message", "some of these messages are not in this ticket", status=422)
    if first is None or not any(message.kind == "inbound" for message in staying):
        raise Refused("nothing_left", "both tickets need a message of the customer", status=422)
    _check_size(source)
    _check_erased(source)
    opened = msgspec.structs.replace(
        _touched(source.ticket, moving),
        id=TicketId(ids.new()),
        number=0,
        conversation_id=first.conversation_id,
        channel=first.channel,
        account=first.account,
        visibility=first.visibility,
        subject=first.subject or snippet_of(first.text) or source.ticket.subject,
        state="open",
        state_reason=None,
        facts=tuple(fact for fact in source.ticket.facts if fact.source == "contact"),
        related=(source.ticket.id, *source.ticket.related),
        waiting_since_ms=_unanswered_since(moving) or by.now_ms,
        first_replied_at_ms=None,
        solved_at_ms=None,
        verified_until_ms=None,
        verified_account=None,
        verified_since_ms=None,
        snoozed_until_ms=None,
        version=1,
    )
    row = Regrouping(
        id=ids.new(),
        kind="split",
        source_id=source.ticket.id,
        target_id=opened.id,
        contact_id=opened.contact_id,
        message_ids=tuple(message.id for message in moving),
        source_state=source.ticket.state,
        source_reason=source.ticket.state_reason,
        agent_id=by.agent_id,
        at_ms=by.now_ms,
    )
    told = frozenset(row.message_ids)
    return [
        Add(heard(_learned(opened, source.ticket, told), moving, ruleset)),
        Add(row),
        *ringing.echoed(opened, source.ladder, now_ms=by.now_ms, ids=ids),
        *_moved(source, opened.id, row.message_ids),
        Save(heard(unlearned(_touched(source.ticket, staying), told), staying, ruleset)),
        *_compared(source, staying),
        Add(Matter(ticket_id=opened.id, contact_id=opened.contact_id, sketch=_sketch(moving))),
        *_undone([joining for joining in source.joinings if joining.message_id in told and not joining.opened], by),
        *_told(row, "split", source.ticket, opened, by),
    ]


def undo(row: Regrouping, source: Contents, target: Contents, ruleset: Ruleset, by: By, ids: Ids) -> list[Change]:
    """Bring back what a merge or split moved, as far as it is still there. Raises Refused."""
    if row.undone_at_ms is not None:
        raise Refused("already_undone", "this was taken back before", status=409)
    _check_erased(source)
    theirs = frozenset(row.message_ids)
    back = tuple(message for message in target.messages if message.id in theirs)
    if theirs and not back:
        raise Refused("undo_order", "what was moved has been moved on since; undo that first", status=409)
    _check_speakers(source.ticket, target, back)
    staying = tuple(message for message in target.messages if message.id not in theirs)
    after = _in_order(*source.messages, *back)
    restored = _learned(_touched(source.ticket, after), target.ticket, theirs)
    if row.kind == "merge":
        was = row.stood.source if row.stood is not None else None
        restored = msgspec.structs.replace(
            restored,
            state=row.source_state,
            state_reason=row.source_reason,
            waiting_since_ms=was.waiting_since_ms if was is not None else None,
            snoozed_until_ms=was.snoozed_until_ms if was is not None else None,
        )
    left = heard(unlearned(_touched(target.ticket, staying), theirs), staying, ruleset)
    rung: list[Change] = []
    if row.kind == "merge":
        restored, left = parted(source.check, restored, left)
    if not staying:
        left = _emptied(left, f"back in T-{source.ticket.number}")
        left, restored, rung = ringing.joined(target, source, left, restored, actor=by.actor, now_ms=by.now_ms)
        restored, owed = _owed_again(row, target.ticket, restored, by)
        rung += owed
        if target.ticket.contact_id == source.ticket.contact_id:  # what is asked for about another's account stays
            rung += remedies.joined(target, source, actor=by.actor, now_ms=by.now_ms)[1]
    elif row.stood is not None:
        restored, left, rung = ringing.parted(row.stood, source, target, restored, left, now_ms=by.now_ms, ids=ids)
        left = _unowed(left, row, row.stood)
        rung += remedies.parted(row.stood.actions, source, target)
    return [
        Save(row.changed(undone_at_ms=by.now_ms, undone_by=by.agent_id)),
        *_moved(target, source.ticket.id, row.message_ids),
        Save(restored),
        Save(left),
        *rung,
        *again(source.ticket, restored, source.timers, since_ms=row.at_ms, now_ms=by.now_ms),
        *again(target.ticket, left, target.timers, since_ms=row.at_ms, now_ms=by.now_ms),
        *incidents.unmerged(target, row.at_ms, actor=by.actor, now_ms=by.now_ms),
        *_compared(source, after),
        *_compared(target, staying),
        *_told(row, "undo", source.ticket, target.ticket, by),
    ]


def _emptied(ticket: Ticket, reason: str) -> Ticket:
    """The ticket once all of it is in another; when its state began is kept, for its timers. Its version stays."""
    return msgspec.structs.replace(
        ticket, state="closed", state_reason=reason, waiting_since_ms=None, snoozed_until_ms=None
    )


def _owed(source: Ticket, kept: Ticket, by: By) -> tuple[Ticket, list[Change]]:
    """The ticket with a customer who waits for an answer in what comes into it, as if they had written it there."""
    since_ms, version, told = source.waiting_since_ms, kept.version, list[Change]()
    if since_ms is None:
        return kept, told
    if kept.state == "closed":
        raise Refused("customer_waits", "nobody sees a customer wait in a closed ticket; answer them first", status=409)
    since_ms = min(since_ms, kept.waiting_since_ms or since_ms)
    if kept.snoozed_until_ms is not None:
        kept, event = snooze(kept, None, actor=by.actor, reason="merged", now_ms=by.now_ms)
        told.append(Record(event))
    if may(kept.state, "open", "contact"):
        kept, event = change_state(kept, "open", actor=by.actor, reason=None, now_ms=by.now_ms)
        told.append(Record(event))
    return msgspec.structs.replace(kept, waiting_since_ms=since_ms, version=version), told


def _owed_again(row: Regrouping, target: Ticket, restored: Ticket, by: By) -> tuple[Ticket, list[Change]]:
    """The ticket with a customer who waits in what was split off it, unless it stands as it did before."""
    if restored.state not in {"new", "open", "verifying"} and restored.state_since_ms <= row.at_ms:
        return restored, []
    return _owed(target, restored, by)


def _unowed(left: Ticket, row: Regrouping, was: Stood) -> Ticket:
    """The ticket without a wait that goes with what leaves it, in the state, or put aside to the moment, that the wait
    ended, unless somebody answered or moved it, or its customer wrote, since."""
    before, since_ms = was.target, was.source.waiting_since_ms
    if since_ms is None or left.waiting_since_ms != since_ms or left.last_inbound_at_ms > row.at_ms:
        return left
    snoozed_until_ms = left.snoozed_until_ms or before.snoozed_until_ms
    left = msgspec.structs.replace(left, waiting_since_ms=before.waiting_since_ms, snoozed_until_ms=snoozed_until_ms)
    is_as_opened = (left.state, left.state_since_ms, left.alarm_since_ms) == ("open", row.at_ms, None)
    if before.state not in {"waiting", "solved", "rejected"} or not is_as_opened:
        return left
    return msgspec.structs.replace(
        left,
        state=before.state,
        state_reason=before.state_reason,
        state_since_ms=before.state_since_ms,
        solved_at_ms=before.state_since_ms if before.state == "solved" else None,
    )


def _unanswered_since(messages: Sequence[Message]) -> int | None:
    """When the customer first wrote what nobody has answered in these messages; None where all is answered."""
    since_ms: int | None = None
    for message in messages:
        if message.automatic == "none" and message.kind != "note":
            since_ms = (since_ms or message.received_at_ms) if message.kind == "inbound" else None
    return since_ms


def _check(source: Contents, target: Ticket) -> None:
    if source.ticket.id == target.id:
        raise Refused("same_ticket", "a ticket cannot be merged with itself", status=422)
    if source.ticket.contact_id != target.contact_id:
        raise Refused("other_contact", "tickets of different people are never merged; link them instead", status=409)
    if "closed" in {source.ticket.state, target.state}:
        raise Refused("ticket_closed", "a closed ticket is not merged", status=409)
    _check_size(source)


def _check_speakers(source: Ticket, target: Contents, back: Sequence[Message]) -> None:
    """Agents may have said since that it is two people: then only what the source's own said goes back."""
    if source.contact_id == target.ticket.contact_id:
        return
    if any(target.speakers.get(message.conversation_id) != source.contact_id for message in back):
        raise Refused("other_contact", "what was moved is of different people by now; it stays together", status=409)


def _check_size(source: Contents) -> None:
    if len(source.messages) > REGROUPED_MAX:
        raise Refused("too_many", f"at most {REGROUPED_MAX} messages move at once", status=422)


def _check_erased(source: Contents) -> None:
    if source.ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: it stays closed", status=409)


def _in_order(*messages: Message) -> tuple[Message, ...]:
    return tuple(sorted(messages, key=lambda message: message.id))


def _moved(left: Contents, to: TicketId, message_ids: Sequence[MessageId]) -> Iterable[Change]:
    """The messages with their outbox rows, and the conversations whose newest message is among them."""
    moving = frozenset(message_ids)
    gone = [message for message in left.messages if message.id in moving]
    newest = {message.conversation_id: message.id for message in left.messages}
    rows: list[Message | OutboxEntry | Conversation] = [
        *gone,
        *(entry for entry in left.outbox if entry.message_id in moving),
        *(each for each in left.conversations if newest.get(each.id) in moving),
    ]
    return [Save(row.changed(ticket_id=to)) for row in rows]


def _touched(ticket: Ticket, messages: Sequence[Message]) -> Ticket:
    """The ticket with other messages in it."""
    inbound = [message.received_at_ms for message in messages if message.kind == "inbound"]
    return ticket.changed(
        snippet=snippet_of(messages[-1].text) if messages else "",
        last_inbound_at_ms=max(inbound, default=ticket.last_inbound_at_ms),
        last_message_at_ms=max((m.received_at_ms for m in messages), default=ticket.last_message_at_ms),
    )


def _learned(ticket: Ticket, other: Ticket, moved: Collection[MessageId]) -> Ticket:
    """The ticket with what messages that come from another one told; nobody is asked for anything a second time."""
    known = {fact.name for fact in ticket.facts}
    more = [fact for fact in other.facts if fact.message_id in moved and fact.name not in known]
    asked = tuple(dict.fromkeys((*ticket.asked, *other.asked)))
    return msgspec.structs.replace(ticket, facts=(*ticket.facts, *more), asked=asked)


def _sketch(messages: Sequence[Message]) -> Sketch:
    found = Sketch()
    for message in messages:
        if message.kind == "inbound":
            found = found.joined(hear(subject_of(message), own_words(message)).sketch)
    return found


def _compared(contents: Contents, messages: Sequence[Message]) -> Iterable[Change]:
    before, sketch, ticket = contents.matter, _sketch(messages), contents.ticket
    if before is None:
        return [Add(Matter(ticket_id=ticket.id, contact_id=ticket.contact_id, sketch=sketch))]
    return [Save(before.changed(sketch=sketch))]


def _undone(joinings: Iterable[Joining], by: By) -> Iterable[Change]:
    return [
        Save(joining.changed(undone_at_ms=by.now_ms, undone_by=by.agent_id))
        for joining in joinings
        if joining.undone_at_ms is None
    ]


def _told(row: Regrouping, what: str, source: Ticket, target: Ticket, by: By) -> Iterable[Change]:
    """The same in the history of both."""
    data = {"regrouped": what, "regrouping": row.id, "from": source.id, "to": target.id}
    return [
        Record(
            ticket.event(
                "ticket.updated", actor=by.actor, data={**data, "messages": str(len(row.message_ids))}, now_ms=by.now_ms
            )
        )
        for ticket in (source, target)
    ]
