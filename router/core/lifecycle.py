"""The states of a ticket: one table says who may move it where, and what the move has to bring along. Pure.

Everything that changes a state goes through it: agents (API), rules' acts, customers' messages, timers and the wallet's
back end. docs/tickets.md shows it to people.
"""

from typing import Final, Literal

import msgspec

from router.model.errors import Refused
from router.model.limits import CHECKLIST_MAX
from router.model.tables import TicketState

Mover = Literal["agent", "rules", "contact", "system", "backend"]
"""Who moves: what stands before the colon of an event's actor."""
Need = Literal["reason", "checklist", "check"]
"""A reason; what the customer has to supplement; an identity check that is under way."""


class Move(msgspec.Struct, frozen=True):
    """One way from a state to another."""

    by: tuple[Mover, ...]
    needs: tuple[Need, ...] = ()


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What a mover brings along."""

    reason: str | None = None
    checklist: tuple[str, ...] = ()
    check: bool = False


_WORKED: Final = Move(("agent",))
_TAKEN: Final = Move(("agent", "rules", "system"))
"""By hand, by a rule's `assign`, by the assigner."""
_ANSWERED: Final = Move(("agent", "contact"))
"""The customer's message brings it back."""
_CHECKED: Final = Move(("agent", "backend", "system"))
"""The check passed, failed or ran out."""
_ASKED: Final = Move(("agent",), ("check",))
_SENT_BACK: Final = Move(("agent",), ("reason", "checklist"))
_ENDED: Final = Move(("agent", "rules"), ("reason",))
_RAN_OUT: Final = Move(("agent", "rules", "system"), ("reason",))

TABLE: Final[dict[TicketState, dict[TicketState, Move]]] = {
    "new": {
        "open": _TAKEN,
        "waiting": _WORKED,
        "verifying": _ASKED,
        "rejected": _SENT_BACK,
        "solved": _WORKED,
        "closed": _ENDED,
    },
    "open": {
        "waiting": _WORKED,
        "verifying": _ASKED,
        "rejected": _SENT_BACK,
        "solved": _WORKED,
        "closed": _ENDED,
    },
    "waiting": {
        "open": _ANSWERED,
        "verifying": _ASKED,
        "rejected": _SENT_BACK,
        "solved": _WORKED,
        "closed": _RAN_OUT,
    },
    "verifying": {
        "open": _CHECKED,
        "verifying": _ASKED,  # the check before it is over, and time has not told yet
        "waiting": _WORKED,
        "rejected": _SENT_BACK,
        "solved": _WORKED,
        "closed": _ENDED,
    },
    "rejected": {
        "open": _ANSWERED,
        "waiting": _WORKED,
        "solved": _WORKED,
        "closed": _RAN_OUT,
    },
    "solved": {
        "open": _ANSWERED,
        "waiting": _WORKED,
        "closed": _RAN_OUT,
    },
    "closed": {},
}
"""From each state, where it may go. What is closed stays closed: a later message opens a follow-up."""

OVER: Final[frozenset[TicketState]] = frozenset({"solved", "closed"})


def mover_of(actor: str) -> Mover:
    """Who an actor is to the table: `agent:<id>` is an agent."""
    kind = actor.partition(":")[0]
    match kind:
        case "agent" | "rules" | "contact" | "backend":
            return kind
        case _:
            return "system"


def may(state: TicketState, to: TicketState, mover: Mover) -> bool:
    """Whether the table has this way for this mover, whatever it needs."""
    move = TABLE[state].get(to)
    return move is not None and mover in move.by


def check(state: TicketState, to: TicketState, mover: Mover, brought: Brought) -> None:
    """Raises Refused: bad_transition, reason_missing, checklist_missing, checklist_too_long, check_missing."""
    if not may(state, to, mover):
        ways = ", ".join(sorted(each for each in TABLE[state] if may(state, each, mover))) or "nothing"
        raise Refused("bad_transition", f"a ticket that is {state} can become {ways}, not {to}", status=409)
    needs = TABLE[state][to].needs
    if "reason" in needs and not (brought.reason or "").strip():
        raise Refused("reason_missing", f"a {to} ticket needs a reason", status=422)
    if "checklist" in needs and not brought.checklist:
        hint = f"a {to} ticket needs a checklist of what the customer is to supplement"
        raise Refused("checklist_missing", hint, status=422)
    if len(brought.checklist) > CHECKLIST_MAX:
        raise Refused("checklist_too_long", f"a checklist has at most {CHECKLIST_MAX} points", status=422)
    if "check" in needs and not brought.check:
        raise Refused("check_missing", "begin an identity check: the ticket waits for it by itself", status=409)
