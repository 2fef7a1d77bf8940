"""Who is called about a ticket until a person accepts it: when it rings, and the ladder of pages meanwhile. Pure.

A ladder is climbed one step at a time, each counted from the moment it was paged: a clock that jumps ahead pages one
step early and skips none, one that jumps back delays a step by no more than its own time.
"""

import msgspec

from router.model.actors import agent_actor
from router.model.alarms import Ladder, PageEntry, PageState
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.ids import AgentId, HookId, LadderId, PageId
from router.model.sources import Ids
from router.model.tables import Event, HookEntry, Ticket, Urgency
from rules.oncall import FALLBACK
from rules.rotas import Page, Rota, RotaStep
from rules.ruleset import Ruleset

RING_AGAIN_MS = 15 * 60_000
"""A customer who calls again rings again only so long after somebody has accepted: that person is there."""
SILENT_STATES = frozenset({"solved", "closed", "rejected"})
_ENCODER = msgspec.json.Encoder()


# --- the ticket ----------------------------------------------------------------------------------------------------


def ring(
    before: Ticket | None, after: Ticket, ruleset: Ruleset, *, now_ms: int, called: bool = False
) -> tuple[Ticket, list[Event]]:
    """The ticket with its alarm as it has to be after a change; its version stays.

    It rings when its urgency, or its queue, comes to be one that somebody is on call for, and when the customer calls
    again (`calls_again`).
    """
    rota = None if after.state in SILENT_STATES else ruleset.rota_for(after.urgency, after.queue)
    if rota is None:
        return _silent(after, now_ms)
    is_new = before is None or ruleset.rota_for(before.urgency, before.queue) is None
    # Both ways: a clock that was ahead when somebody accepted silences nobody until it is that late again.
    again = called and abs(now_ms - (after.accepted_at_ms or 0)) >= RING_AGAIN_MS
    if after.alarm_since_ms is not None or not (is_new or again):
        return after, []
    ringing = msgspec.structs.replace(after, alarm_since_ms=now_ms, accepted_by=None, accepted_at_ms=None)
    return ringing, [ringing.event("alarm.raised", data={"rota": rota.name}, now_ms=now_ms)]


def calls_again(before: Ticket | None, urgency: Urgency, queue: str, ruleset: Ruleset, *, pressed: bool) -> bool:
    """Whether a customer's message calls for somebody, whatever their ticket was: by the alarm, or by telling of an
    emergency where the matter was taken for done. `urgency` is the message's own."""
    was_done = before is not None and before.state in SILENT_STATES
    return pressed or (was_done and ruleset.rota_for(urgency, queue) is not None)


def _silent(ticket: Ticket, now_ms: int) -> tuple[Ticket, list[Event]]:
    if ticket.alarm_since_ms is None:
        return ticket, []
    quiet = msgspec.structs.replace(ticket, alarm_since_ms=None)
    reason = ticket.state if ticket.state in SILENT_STATES else "lowered"
    return quiet, [quiet.event("alarm.over", data={"reason": reason}, now_ms=now_ms)]


def accept(ticket: Ticket, agent_id: AgentId, *, how: str, now_ms: int) -> tuple[Ticket, list[Event]]:
    """The ticket once an agent has said, or shown, that they have it; its version stays."""
    if ticket.alarm_since_ms is None:
        return ticket, []
    accepted = msgspec.structs.replace(ticket, alarm_since_ms=None, accepted_by=agent_id, accepted_at_ms=now_ms)
    after_ms = max(0, now_ms - ticket.alarm_since_ms)
    data = {"how": how, "after_ms": str(after_ms)}
    return accepted, [accepted.event("alarm.accepted", actor=agent_actor(agent_id), data=data, now_ms=now_ms)]


def check_acceptable(ticket: Ticket, agent_id: AgentId) -> None:
    """Raises Refused where there is nothing for this agent to accept: nobody rings, or somebody else was faster."""
    if ticket.alarm_since_ms is not None or ticket.accepted_by == agent_id:
        return
    if ticket.accepted_by is not None:
        raise Refused(
            "accepted_already", "a colleague has accepted this ticket", data={"accepted_by": ticket.accepted_by}
        )
    raise Refused("no_alarm", "this ticket does not ring")


# --- the ladder ----------------------------------------------------------------------------------------------------


def begin(ticket: Ticket, ruleset: Ruleset, *, now_ms: int, ids: Ids) -> list[Change]:
    """The ladder of an alarm that has none yet, its first step paged."""
    if ticket.alarm_since_ms is None:
        return []
    # Rules may have changed since it rose: what rings is called about all the same.
    rota = ruleset.rota_for(ticket.urgency, ticket.queue) or FALLBACK
    ladder = Ladder(
        id=LadderId(ids.new()),
        ticket_id=ticket.id,
        since_ms=ticket.alarm_since_ms,
        rota=rota.name,
        due_at_ms=now_ms + rota.steps[0].within_ms,
        created_at_ms=now_ms,
    )
    # The ticket moves on with it: whoever merges it meanwhile has to look again, and takes the ladder along.
    touched = Save(ticket.changed())
    return [touched, Add(ladder), *_paged(ladder, ticket, rota, now_ms, ids)]


def climb(ladder: Ladder, ticket: Ticket, ruleset: Ruleset, *, now_ms: int, ids: Ids) -> list[Change]:
    """What is due: the next step, the end of the ladder, or nothing."""
    if ticket.alarm_since_ms != ladder.since_ms:
        return [Save(ladder.changed(state="over"))]
    if ladder.state != "ringing":
        return []
    rota = ruleset.rotas.get(ladder.rota) or ruleset.rota_for(ticket.urgency, ticket.queue) or FALLBACK
    within_ms = rota.steps[min(ladder.step, len(rota.steps) - 1)].within_ms
    if ladder.due_at_ms > now_ms + within_ms:  # the clock went back
        return [Save(ladder.changed(due_at_ms=now_ms + within_ms))]
    if ladder.due_at_ms > now_ms:
        return []
    step, round_ = ladder.step + 1, ladder.round
    if step >= len(rota.steps):
        step, round_ = 0, round_ + 1
    if round_ > rota.repeat:
        told = ticket.event("alarm.unanswered", data={"rota": rota.name, "rounds": str(round_)}, now_ms=now_ms)
        return [Save(ladder.changed(state="unanswered")), Record(told)]
    higher = ladder.changed(step=step, round=round_, due_at_ms=now_ms + rota.steps[step].within_ms)
    return [Save(higher), *_paged(higher, ticket, rota, now_ms, ids)]


def _paged(ladder: Ladder, ticket: Ticket, rota: Rota, now_ms: int, ids: Ids) -> list[Change]:
    """The pages of the step that a ladder stands on."""
    step: RotaStep = rota.steps[ladder.step]
    changes: list[Change] = []
    for page in step.pages:
        changes += _page(ladder, ticket, page, now_ms, ids)
    return changes


def _page(ladder: Ladder, ticket: Ticket, page: Page, now_ms: int, ids: Ids) -> list[Change]:
    is_carried: PageState = "queued" if page.kind in {"webhook", "email", "telegram"} else "sent"
    row = PageEntry(
        id=PageId(ids.new()),
        ladder_id=ladder.id,
        ticket_id=ticket.id,
        round=ladder.round,
        step=ladder.step,
        kind=page.kind,
        target=page.to,
        state=is_carried,
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )
    to = f"{page.kind}:{page.to}" if page.to else page.kind
    place = {"to": to, "step": str(ladder.step + 1), "round": str(ladder.round + 1)}
    changes: list[Change] = [Add(row), Record(ticket.event("alarm.paged", data=place, now_ms=now_ms))]
    if page.kind == "webhook":
        changes.append(Add(_word(row, ladder, ticket, now_ms)))
    return changes


def _word(row: PageEntry, ladder: Ladder, ticket: Ticket, now_ms: int) -> HookEntry:
    """What a pager is told: ids and where it stands, never content."""
    body = {
        "type": "page",
        "webhook": row.target,
        "page": row.id,
        "ticket_id": ticket.id,
        "urgency": ticket.urgency,
        "queue": ticket.queue,
        "since_ms": ladder.since_ms,
        "rota": ladder.rota,
        "round": ladder.round + 1,
        "step": ladder.step + 1,
        "at_ms": now_ms,
    }
    return HookEntry(
        id=HookId(row.id),
        webhook=row.target,
        ticket_id=ticket.id,
        message_id=None,
        body=msgspec.Raw(_ENCODER.encode(body)),
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )
