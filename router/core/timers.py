"""What time alone brings about: customers reminded, tickets closed or brought back, word of what nobody read. Pure.

A timer says what it was set for. Whatever happened meanwhile is seen when it is due: it then does nothing but say so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from router.core import tickets
from router.core.notices import NO_ANSWER, Moment, due, tell
from router.model.changes import Add, Change, Record, Save
from router.model.sources import Ids
from router.model.tables import OutboxState, Ticket
from router.model.timers import Said, Timer, TimerKind
from rules.lifecycle import Lifecycle, Patience
from rules.schedule import Schedule

_NOT_LEFT: Final[frozenset[OutboxState]] = frozenset({"queued", "sending", "held", "dead"})
"""Nobody can answer what they have not got; what is held or dead an agent decides."""
_UNSENT_MS: Final = 3_600_000
"""How often it is looked at again."""
_LEAVING_MS: Final = 60_000
"""The same of what is on its way."""


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a timer that was due."""

    ticket: Ticket
    """As it is now."""
    changes: list[Change]
    """All but the timer's and the ticket's own rows."""
    timer: Timer


def _timer(ticket: Ticket, kind: TimerKind, *, since_ms: int, due_at_ms: int, now_ms: int, ids: Ids) -> Timer:
    return Timer(
        id=ids.new(),
        ticket_id=ticket.id,
        kind=kind,
        since_ms=since_ms,
        due_at_ms=due_at_ms,
        created_at_ms=now_ms,
    )


def timers_of(
    before: Ticket | None,
    after: Ticket,
    lifecycle: Lifecycle,
    times: Mapping[str, Schedule],
    *,
    now_ms: int,
    ids: Ids,
) -> list[Change]:
    """The timers that a change of a ticket sets."""
    changes: list[Change] = []
    was_ms = before.snoozed_until_ms if before is not None else None
    if after.snoozed_until_ms is not None and after.snoozed_until_ms != was_ms:
        at_ms = after.snoozed_until_ms
        changes.append(Add(_timer(after, "wake", since_ms=at_ms, due_at_ms=at_ms, now_ms=now_ms, ids=ids)))
    patience = lifecycle.patience.get(after.state)
    began = (after.state, after.state_since_ms)
    if patience is not None and (before is None or (before.state, before.state_since_ms) != began):
        first = _next(patience, after.state_since_ms, lifecycle.clock, times)
        if first is not None:
            kind, at_ms = first
            since_ms = after.state_since_ms
            changes.append(Add(_timer(after, kind, since_ms=since_ms, due_at_ms=at_ms, now_ms=now_ms, ids=ids)))
    return changes


def _next(
    patience: Patience, since_ms: int, clock: str | None, times: Mapping[str, Schedule]
) -> tuple[TimerKind, int] | None:
    """What comes first, and when."""
    kinds: tuple[TimerKind, TimerKind] = ("remind", "close")
    for kind, span in zip(kinds, (patience.remind, patience.close), strict=True):
        at_ms = span.after(since_ms, times.get(clock or "")) if span is not None else None
        if at_ms is not None:
            return kind, at_ms
    return None


def again(before: Ticket, after: Ticket, timers: Sequence[Timer], *, since_ms: int, now_ms: int) -> list[Change]:
    """Timers that did nothing, or would do nothing, because of a change at `since_ms` that is taken back: set once more
    where the ticket is what they were set for again. A customer has as much time left as they had then."""
    changes: list[Change] = []
    for timer in timers:
        is_running = timer.done_at_ms is None and _is_of(timer, before)
        if _is_of(timer, after) and not is_running:
            at_ms = timer.due_at_ms if timer.kind == "wake" else now_ms + max(0, timer.due_at_ms - since_ms)
            reset = timer.changed(due_at_ms=at_ms, done_at_ms=None, outcome=None)
            changes.append(Save(reset))
    return changes


def _is_of(timer: Timer, ticket: Ticket) -> bool:
    """Whether a ticket is what a timer was set for."""
    if timer.kind == "wake":
        return ticket.snoozed_until_ms == timer.since_ms
    return ticket.state_since_ms == timer.since_ms and ticket.state != "closed"


def fire(timer: Timer, moment: Moment, ids: Ids, said: Said | None = None) -> Fired:
    """Decide one timer that is due (`unread` and `check` have decisions of their own); `said` is what the customer is
    to answer."""
    ticket = moment.facts.ticket
    if timer.kind == "wake":
        return _wake(timer, ticket, moment.now_ms)
    if ticket.state_since_ms != timer.since_ms or ticket.state not in moment.ruleset.lifecycle.patience:
        return _done(timer, ticket, "overtaken", moment.now_ms)
    since_ms = timer.since_ms
    if said is not None and ticket.state != "solved":
        if said.state in _NOT_LEFT:
            wait_ms = _LEAVING_MS if said.state == "sending" else _UNSENT_MS
            return _later(timer, ticket, moment.now_ms + wait_ms)
        since_ms = max(since_ms, said.left_at_ms or 0)
    decide = _remind if timer.kind == "remind" else _close
    return decide(timer, moment, since_ms, ids)


def _done(timer: Timer, ticket: Ticket, outcome: str, now_ms: int, changes: list[Change] | None = None) -> Fired:
    done = timer.changed(done_at_ms=now_ms, outcome=outcome)
    return Fired(ticket=ticket, changes=changes or [], timer=done)


def _wake(timer: Timer, ticket: Ticket, now_ms: int) -> Fired:
    if ticket.snoozed_until_ms != timer.since_ms:
        return _done(timer, ticket, "overtaken", now_ms)
    woken, event = tickets.snooze(ticket, None, actor="system", reason="time", now_ms=now_ms)
    return _done(timer, woken, "fired", now_ms, [Record(event)])


def _at(since_ms: int, moment: Moment) -> tuple[int | None, int | None]:
    """When a customer who could answer since then is to be reminded and their ticket closes, by the rules of now."""
    lifecycle = moment.ruleset.lifecycle
    patience, clock = lifecycle.patience[moment.facts.ticket.state], moment.ruleset.times.get(lifecycle.clock or "")
    spans = (patience.remind, patience.close)
    remind, close = (span.after(since_ms, clock) if span is not None else None for span in spans)
    return remind, close


def _later(timer: Timer, ticket: Ticket, at_ms: int) -> Fired:
    """The rules have become more patient since it was set, or its customer could not answer from the start."""
    return Fired(ticket=ticket, changes=[], timer=timer.changed(due_at_ms=at_ms))


def _remind(timer: Timer, moment: Moment, since_ms: int, ids: Ids) -> Fired:
    now_ms, ticket = moment.now_ms, moment.facts.ticket
    remind_ms, close_ms = _at(since_ms, moment)
    if remind_ms is not None and remind_ms > now_ms:
        return _later(timer, ticket, remind_ms)
    changes: list[Change] = []
    if remind_ms is not None:
        changes += tell("reminder", ticket, moment, ids)
        # The ticket moves on with it: who answers meanwhile, or is erased, is not reminded.
        ticket = ticket.changed()
        reminded = ticket.event(
            "ticket.reminded", data={"state": ticket.state, "sent": "yes" if len(changes) > 1 else ""}, now_ms=now_ms
        )
        changes.append(Record(reminded))
    if close_ms is not None:
        # A clock that jumped takes nobody's time between reminder and end.
        at_ms = max(close_ms, now_ms + close_ms - (remind_ms if remind_ms is not None else close_ms))
        closing = _timer(ticket, "close", since_ms=timer.since_ms, due_at_ms=at_ms, now_ms=now_ms, ids=ids)
        changes.append(Add(closing))
    return _done(timer, ticket, "fired" if remind_ms is not None else "no_longer", now_ms, changes)


def _close(timer: Timer, moment: Moment, since_ms: int, ids: Ids) -> Fired:
    now_ms, ticket = moment.now_ms, moment.facts.ticket
    _, close_ms = _at(since_ms, moment)
    if close_ms is None:
        return _done(timer, ticket, "no_longer", now_ms)
    if close_ms > now_ms:
        return _later(timer, ticket, close_ms)
    reason = "solved" if ticket.state == "solved" else NO_ANSWER
    closed, event = tickets.change_state(ticket, "closed", actor="system", reason=reason, now_ms=now_ms)
    changes: list[Change] = [Record(event)]
    changes += tell(due(ticket, closed, moment.ruleset.lifecycle), closed, moment, ids)
    return _done(timer, closed, "fired", now_ms, changes)


def changes_of(fired: Fired, before: Ticket) -> list[Change]:
    """All that is to be written."""
    saved: list[Change] = [] if fired.ticket == before else [Save(fired.ticket)]
    return [Save(fired.timer), *saved, *fired.changes]
