"""Actions on a customer's account: who may propose, who has to agree, what becomes of the call. Pure.

Nobody agrees to their own proposal. What takes an action back needs a passed identity check and two people, whatever
the rules say (rules/remedies.py holds them to it).
"""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from router.core.account import account_of
from router.core.verification import is_unlocked, require_unlocked
from router.model.actions import ActionEntry, ActionState
from router.model.actors import agent_actor
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.events import EventKind
from router.model.ids import ActionId, AgentId, ContactId, TicketId
from router.model.limits import ERROR_CHARS_MAX
from router.model.snapshot import Contents
from router.model.sources import Ids
from router.model.tables import Event, Identity, Ticket
from rules.backend import ActionSpec

ATTEMPTS_MAX = 10
_PAUSES_MS = (1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000)
"""Shorter than those of replies: money leaves meanwhile."""
_UNDER_WAY: frozenset[ActionState] = frozenset({"proposed", "queued", "sending"})


class CallOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the back end, or the way to it, said."""

    kind: Literal["done", "later", "never"]
    outcome: str = ""
    reason: str = ""
    after_ms: int = 0
    """How long it asked us to wait."""


def stands(rows: Sequence[ActionEntry], action: str) -> str:
    """Why an action needs no proposal: it is under way, or done and not taken back; nothing when it does."""
    states = {row.state for row in rows if row.action == action}
    if states & _UNDER_WAY:
        return "already_proposed"
    return "already_done" if "done" in states else ""


def entry_of(
    spec: ActionSpec, ticket_id: TicketId, contact_id: ContactId, *, proposed_by: str, now_ms: int, ids: Ids
) -> ActionEntry:
    """A new action: waiting for somebody to agree, or on its way where nobody has to."""
    return ActionEntry(
        id=ActionId(ids.new()),
        ticket_id=ticket_id,
        contact_id=contact_id,
        action=spec.name,
        state="proposed" if spec.approval else "queued",
        proposed_by=proposed_by,
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )


def told(row: ActionEntry, kind: EventKind, *, actor: str, now_ms: int, **data: str) -> Event:
    """What the history says of it."""
    said = {"action": row.action, "id": row.id, **data}
    return Event(at_ms=now_ms, kind=kind, ticket_id=row.ticket_id, actor=actor, data=said)


def propose(
    spec: ActionSpec,
    ticket: Ticket,
    identities: Sequence[Identity],
    rows: Sequence[ActionEntry],
    agent_id: AgentId,
    *,
    now_ms: int,
    ids: Ids,
) -> tuple[ActionEntry, list[Change]]:
    """An agent's proposal. Raises Refused (already_…, nothing_to_undo, no_account, not_verified)."""
    undoes = _undone_by(spec, rows)
    _check_standing(spec, rows)
    account = _account(spec, ticket, identities, now_ms)
    actor = agent_actor(agent_id)
    row = entry_of(spec, ticket.id, ticket.contact_id, proposed_by=actor, now_ms=now_ms, ids=ids)
    row = msgspec.structs.replace(row, account=account, undoes=undoes)
    return row, [_touched(ticket), Add(row), Record(told(row, "action.proposed", actor=actor, now_ms=now_ms))]


def _undone_by(spec: ActionSpec, rows: Sequence[ActionEntry]) -> ActionId | None:
    """Which of these actions it takes back. Raises Refused (nothing_to_undo)."""
    if spec.undoes is None:
        return None
    undoes = next((row.id for row in rows if row.action == spec.undoes and row.state == "done"), None)
    if undoes is None:
        raise Refused("nothing_to_undo", f"{spec.undoes} has not been done on this ticket, or was taken back")
    return undoes


def _check_standing(spec: ActionSpec, rows: Sequence[ActionEntry]) -> None:
    """Raises Refused (already_proposed, already_done); what takes something back may have done so before."""
    if (standing := stands(rows, spec.name)) and not (spec.undoes is not None and standing == "already_done"):
        raise Refused(standing, f"{spec.name} is {standing.removeprefix('already_')} already")


def _touched(ticket: Ticket) -> Save:
    """The ticket moves on with what is asked for: what is while its contact is erased comes after that, and is
    refused."""
    return Save(ticket.changed())


def _account(spec: ActionSpec, ticket: Ticket, identities: Sequence[Identity], now_ms: int) -> str:
    account = account_of(identities)
    if account is None:
        raise Refused(
            "no_account", "no account of the app, or more than one, is proven to be this customer's", status=422
        )
    if spec.verified:
        require_unlocked(ticket, account, now_ms)
    return account


def approve(
    row: ActionEntry,
    spec: ActionSpec,
    ticket: Ticket,
    identities: Sequence[Identity],
    agent_id: AgentId,
    *,
    now_ms: int,
) -> list[Change]:
    """A second person agrees. Raises Refused (not_proposed, own_proposal, account_changed, no_account …)."""
    if row.state != "proposed":
        raise Refused("not_proposed", f"this action is {row.state}, nobody has to agree to it")
    actor = agent_actor(agent_id)
    if row.proposed_by == actor:
        raise Refused("own_proposal", "nobody agrees to their own proposal", status=403)
    account = _account(spec, ticket, identities, now_ms)
    if row.account is not None and row.account != account:
        raise Refused("account_changed", "the customer's account is another one than when this was proposed")
    agreed = row.changed(state="queued", account=account, decided_by=agent_id, due_at_ms=now_ms)
    return [_touched(ticket), Save(agreed), Record(told(agreed, "action.approved", actor=actor, now_ms=now_ms))]


def decline(row: ActionEntry, agent_id: AgentId, *, now_ms: int) -> list[Change]:
    """Somebody says no; the proposer may too. Raises Refused (not_proposed)."""
    if row.state != "proposed":
        raise Refused("not_proposed", f"this action is {row.state}, it cannot be declined any more")
    declined = row.changed(state="declined", decided_by=agent_id)
    return [Save(declined), Record(told(declined, "action.declined", actor=agent_actor(agent_id), now_ms=now_ms))]


def locked(row: ActionEntry, spec: ActionSpec, ticket: Ticket, now_ms: int) -> str:
    """Why an action is not asked for now; nothing when it is. An attempt after the first only asks again for what was
    open when it was asked for: the back end may have done it, and its answer been lost."""
    if row.account is None:
        return "no account of the app, or more than one, is proven to be this customer's"
    if spec.verified and row.attempts <= 1 and not is_unlocked(ticket, row.account, now_ms):
        return "the customer's identity check has not passed, or its time is over"
    return ""


def retry(
    row: ActionEntry,
    spec: ActionSpec,
    ticket: Ticket,
    rows: Sequence[ActionEntry],
    agent_id: AgentId,
    *,
    now_ms: int,
) -> list[Change]:
    """Ask the back end again, under the same key; what was agreed to holds until the same is asked for anew, or there
    is nothing left to take back. Raises Refused (not_failed, contact_erased, already_…, nothing_to_undo, not_verified).
    """
    if row.state != "failed":
        raise Refused("not_failed", f"this action is {row.state}")
    if ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: nothing is asked about them any more")
    _undone_by(spec, [each for each in rows if each.id == row.undoes])
    _check_standing(spec, rows)
    if spec.verified and row.account is not None:
        require_unlocked(ticket, row.account, now_ms)
    again = row.changed(state="queued", attempts=0, due_at_ms=now_ms, error=None)
    event = told(again, "action.state", actor=agent_actor(agent_id), now_ms=now_ms, to="queued")
    return [_touched(ticket), Save(again), Record(event)]


def after_call(
    row: ActionEntry, undone: ActionEntry | None, outcome: CallOutcome, *, now_ms: int, jitter: float
) -> list[Change]:
    """The changes after a call; `row` as it was claimed, `undone` what it takes back. Only its end is told."""
    state: ActionState = "done" if outcome.kind == "done" else "failed"
    if outcome.kind == "later" and row.attempts < ATTEMPTS_MAX:
        state = "queued"
    pause_ms = int(_PAUSES_MS[min(row.attempts, len(_PAUSES_MS)) - 1] * (0.75 + jitter / 2))
    settled = row.changed(
        state=state,
        outcome=outcome.outcome or None,
        error=outcome.reason[:ERROR_CHARS_MAX] or None,
        due_at_ms=now_ms + max(pause_ms, outcome.after_ms),
        lease_until_ms=None,
    )
    changes: list[Change] = [Save(settled)]
    if state == "queued":
        return changes
    said = {"to": state, "attempt": str(row.attempts), "outcome": outcome.outcome, "error": settled.error or ""}
    changes.append(Record(told(settled, "action.state", actor="system", now_ms=now_ms, **said)))
    if state == "done" and undone is not None and undone.state == "done":
        changes.append(Save(undone.changed(state="undone")))
    return changes


def joined(source: Contents, target: Contents, *, actor: str, now_ms: int) -> tuple[tuple[ActionId, ...], list[Change]]:
    """One ticket goes on in another: which of its actions go along, and what changes. What is proposed where the same
    stands in the other is declined; what both have done stays where it is. Raises Refused (action_under_way)."""
    there = {row.action: row for row in target.actions if _stands(row)}
    going: list[ActionEntry] = []
    idle: list[ActionEntry] = []
    for row in source.actions:
        other = there.get(row.action) if _stands(row) else None
        if other is None:
            going += [row] if _stands(row) or row.state == "failed" else []
        elif row.state == "proposed":
            idle.append(row)
        elif row.state != "done":
            raise Refused(
                "action_under_way", f"{row.action} is on its way in both tickets; wait, or decline one of them"
            )
        elif other.state == "proposed":
            idle.append(other)
            going.append(row)
    changes = [_gone_on(row, source.ticket, target.ticket.id) for row in going]
    for row in idle:
        declined = row.changed(state="declined")
        changes += [Save(declined), Record(told(declined, "action.declined", actor=actor, now_ms=now_ms))]
    return tuple(row.id for row in going), changes


def parted(ids: Collection[ActionId], source: Contents, target: Contents) -> list[Change]:
    """A merge is taken back: the actions that went along, but for those that are under way on the source by now."""
    live = {row.action for row in source.actions if row.state in _UNDER_WAY}
    back = [row for row in target.actions if row.id in ids and not (row.state in _UNDER_WAY and row.action in live)]
    return [_gone_on(row, target.ticket, source.ticket.id) for row in back]


def _stands(row: ActionEntry) -> bool:
    """Whether it is under way, or done and not taken back; to take something back is done with once it is done."""
    return row.state in _UNDER_WAY or (row.state == "done" and row.undoes is None)


def _gone_on(row: ActionEntry, left: Ticket, to: TicketId) -> Change:
    """An action with its ticket's matter. What the back end was told once it is told at each attempt."""
    asked_for = row.asked_for or (left.number if row.attempts else None)
    return Save(row.changed(ticket_id=to, asked_for=asked_for))
