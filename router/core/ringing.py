"""What becomes of an alarm when tickets are put together or taken apart. Pure.

Whoever has not accepted goes on being called, and about the ticket that remains: an alarm moves with its ladder, so
that no step of it pages anybody twice. In doubt it is louder: when a ticket that rings is taken apart, both parts ring.
"""

import msgspec

from router.core.oncall import SILENT_STATES
from router.core.tickets import change_state, move, set_urgency
from router.model.alarms import Ladder
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.grouping import Stand, Stood
from router.model.ids import ActionId, LadderId
from router.model.snapshot import Contents
from router.model.sources import Ids
from router.model.tables import URGENCY_RANK, Ticket

Pair = tuple[Ticket, Ticket, list[Change]]
"""The ticket that messages leave, the one they come to, what else changes."""


def stood(source: Ticket, target: Ticket, kept: Ticket, actions: tuple[ActionId, ...] = ()) -> Stood:
    """How both stand before they are merged, and what remains afterwards; `actions` go along."""
    return Stood(source=_stand(source), target=_stand(target), since_ms=kept.alarm_since_ms, actions=actions)


def _stand(ticket: Ticket) -> Stand:
    return Stand(
        urgency=ticket.urgency,
        queue=ticket.queue,
        alarm_since_ms=ticket.alarm_since_ms,
        accepted_by=ticket.accepted_by,
        accepted_at_ms=ticket.accepted_at_ms,
        waiting_since_ms=ticket.waiting_since_ms,
        snoozed_until_ms=ticket.snoozed_until_ms,
        state=ticket.state,
        state_reason=ticket.state_reason,
        state_since_ms=ticket.state_since_ms,
    )


def joined(source: Contents, target: Contents, left: Ticket, kept: Ticket, *, actor: str, now_ms: int) -> Pair:
    """One ticket goes on in another: `left` and `kept` are they as they become otherwise.

    What remains is as urgent as the more urgent of both, in its queue, and rings while one of them rang. Raises Refused
    (alarm_rings).
    """
    one, other = source.ticket, target.ticket
    if one.state in SILENT_STATES:
        return left, kept, []
    is_led = _leads(_stand(one), _stand(other))
    kept, changes = _led(kept, one, with_queue=is_led, actor=actor, now_ms=now_ms)
    if is_led and one.alarm_since_ms is not None:
        kept, opened = _opened(kept, actor, now_ms)
        kept, called = _called_about(kept, source.ladder, _at(one.alarm_since_ms, target), now_ms)
        changes += [*opened, *called]
    elif other.alarm_since_ms is None and other.accepted_by is None:
        kept = msgspec.structs.replace(kept, accepted_by=one.accepted_by, accepted_at_ms=one.accepted_at_ms)
    if left.alarm_since_ms is not None:
        left = msgspec.structs.replace(left, alarm_since_ms=None)
        changes.append(Record(left.event("alarm.over", data={"reason": "merged"}, now_ms=now_ms)))
    return left, kept, changes


def _led(kept: Ticket, one: Ticket, *, with_queue: bool, actor: str, now_ms: int) -> tuple[Ticket, list[Change]]:
    """The ticket with the urgency of a more urgent one, in its queue and in the hands of whoever had that."""
    version, changes = kept.version, list[Change]()
    is_more = one.urgency_rank > kept.urgency_rank
    if is_more:
        kept, event = set_urgency(kept, one.urgency, actor=actor, now_ms=now_ms)
        changes.append(Record(event))
    if (is_more or with_queue) and kept.queue != one.queue:
        kept, event = move(kept, one.queue, actor=actor, now_ms=now_ms)
        changes.append(Record(event))
    if kept.assignee_id is None:
        kept = msgspec.structs.replace(kept, assignee_id=one.assignee_id, assigned_at_ms=one.assigned_at_ms)
    return msgspec.structs.replace(kept, version=version), changes


def _leads(source: Stand, target: Stand) -> bool:
    """Whether it is the source's alarm that goes on ringing."""
    rank, other = URGENCY_RANK[source.urgency], URGENCY_RANK[target.urgency]
    return source.alarm_since_ms is not None and (target.alarm_since_ms is None or rank > other)


def _at(wanted_ms: int, ticket: Contents) -> int:
    """When an alarm of a ticket rises that is to rise then: each is known by its own moment."""
    return max(wanted_ms, ticket.last_alarm_ms + 1)


def _opened(ticket: Ticket, actor: str, now_ms: int) -> tuple[Ticket, list[Change]]:
    """The ticket in a state in which it can ring; its version stays."""
    if ticket.state == "closed":
        raise Refused("alarm_rings", "what rings cannot go on in a closed ticket; accept it first", status=409)
    if ticket.state not in {*SILENT_STATES, "waiting"}:
        return msgspec.structs.replace(ticket, snoozed_until_ms=None), []
    opened, event = change_state(ticket, "open", actor=actor, reason=None, now_ms=now_ms)
    return msgspec.structs.replace(opened, snoozed_until_ms=None, version=ticket.version), [Record(event)]


def _called_about(ticket: Ticket, ladder: Ladder | None, since_ms: int, now_ms: int) -> tuple[Ticket, list[Change]]:
    """The ticket with an alarm that another one had, and that one's ladder."""
    ringing = msgspec.structs.replace(ticket, alarm_since_ms=since_ms, accepted_by=None, accepted_at_ms=None)
    data = {"rota": ladder.rota if ladder is not None else ""}
    told = Record(ringing.event("alarm.raised", data=data, now_ms=now_ms))
    if ladder is None:
        return ringing, [told]
    moved = ladder.changed(ticket_id=ticket.id, since_ms=since_ms)
    return ringing, [Save(moved), told]


def echoed(ticket: Ticket, ladder: Ladder | None, *, now_ms: int, ids: Ids) -> list[Change]:
    """What follows when a ticket rings because another does: a ladder of its own, on the rung where that one's stands,
    so that steps that were paged are not paged again. Where there is none yet the sweeper begins it."""
    if ticket.alarm_since_ms is None:
        return []
    data = {"rota": ladder.rota if ladder is not None else ""}
    told = Record(ticket.event("alarm.raised", data=data, now_ms=now_ms))
    if ladder is None:
        return [told]
    own = msgspec.structs.replace(
        ladder,
        id=LadderId(ids.new()),
        ticket_id=ticket.id,
        since_ms=ticket.alarm_since_ms,
        created_at_ms=now_ms,
        version=1,
    )
    return [Add(own), told]


def parted(
    was: Stood, source: Contents, target: Contents, back: Ticket, left: Ticket, *, now_ms: int, ids: Ids
) -> Pair:
    """A merge is taken back: `back` and `left` are source and target as they become otherwise.

    What rang before rings again, unless somebody accepted it meanwhile.
    """
    merged, ladder, changes = target.ticket, target.ladder, list[Change]()
    is_still = was.since_ms is not None and merged.alarm_since_ms == was.since_ms
    if was.source.alarm_since_ms is None:
        pass
    elif is_still and was.since_ms is not None and _leads(was.source, was.target):
        back, changes = _called_about(back, ladder, _at(was.since_ms, source), now_ms)
        again_ms = None if was.target.alarm_since_ms is None else _at(now_ms, target)
        left = msgspec.structs.replace(left, alarm_since_ms=again_ms)
        changes += echoed(left, ladder, now_ms=now_ms, ids=ids)
        if again_ms is None:
            changes.append(Record(left.event("alarm.over", data={"reason": "undone"}, now_ms=now_ms)))
    elif merged.alarm_since_ms is None and merged.accepted_by is not None:
        back = msgspec.structs.replace(back, accepted_by=merged.accepted_by, accepted_at_ms=merged.accepted_at_ms)
    else:
        back = msgspec.structs.replace(back, alarm_since_ms=_at(now_ms, source))
        changes += echoed(back, ladder, now_ms=now_ms, ids=ids)
    return back, _as_before(left, was), changes


def _as_before(left: Ticket, was: Stood) -> Ticket:
    """Urgency and queue that came with the merge go with it, unless somebody changed them since."""
    if URGENCY_RANK[was.source.urgency] <= URGENCY_RANK[was.target.urgency] and not _leads(was.source, was.target):
        return left
    urgency = max(was.source.urgency, was.target.urgency, key=URGENCY_RANK.__getitem__)
    if (left.urgency, left.queue) != (urgency, was.source.queue):
        return left
    before = was.target.urgency
    return msgspec.structs.replace(left, urgency=before, urgency_rank=URGENCY_RANK[before], queue=was.target.queue)
