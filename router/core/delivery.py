"""What becomes of a reply after one attempt to send it. Pure: back-off and its jitter are arguments.

Retry with growing pauses; Unknown is looked up, then mail goes out once more under the same Message-ID and every
other channel holds the reply, and what follows in that conversation, until an agent decides. Agents see dead letters.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from router.connector import AuthFailed, Rejected, Retry, SendOutcome, Sent, Unknown
from router.model.changes import Change, Record, Save
from router.model.errors import Refused
from router.model.limits import ERROR_CHARS_MAX, SEND_ATTEMPTS_MAX, SEND_PAUSE_MS_MAX
from router.model.tables import Event, Message, OutboxAction, OutboxEntry, OutboxState

DELIVERY_RANK: dict[OutboxState, int] = {
    "queued": 0,
    "sending": 1,
    "held": 2,
    "sent": 3,
    "delivered": 4,
    "read": 5,
    "dead": 6,
    "cancelled": 6,
}
"""Delivery state never goes backwards."""

_BACKOFF_MS = (1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000)
_WITHOUT_WAY: frozenset[OutboxAction] = frozenset({"hide", "unhide"})
"""Where the network says never, nothing is left to decide: the ticket shows the reason, and an agent may ask anew."""
_NAMES: Mapping[OutboxAction, str] = {"send": "reply", "react": "reaction"}


def pause_ms(attempts: int, jitter: float) -> int:
    """How long to wait after the n-th failed attempt; `jitter` in [0, 1) spreads it by a quarter either way."""
    base = _BACKOFF_MS[min(attempts, len(_BACKOFF_MS)) - 1 if attempts > 0 else 0]
    return int(base * (0.75 + jitter / 2))


def after_attempt(
    entry: OutboxEntry,
    message: Message,
    outcome: SendOutcome,
    *,
    now_ms: int,
    jitter: float,
    resend_is_safe: bool,
) -> list[Change]:
    """The changes after an attempt whose result is `outcome`; `entry` is the row as it was claimed (state sending).

    `resend_is_safe` says that the channel shows one message however often the same key is sent.
    """
    match outcome:
        case Sent():
            return _settle(entry, message, outcome.state, None, now_ms, sent=outcome)
        case Retry():
            if entry.attempts >= SEND_ATTEMPTS_MAX:
                return _settle(
                    entry, message, "dead", f"gave up after {entry.attempts} attempts: {outcome.reason}", now_ms
                )
            wait_ms = pause_ms(entry.attempts, jitter)
            if outcome.after_s is not None:
                wait_ms = max(wait_ms, int(min(outcome.after_s, SEND_PAUSE_MS_MAX / 1000) * 1000))
            return _settle(entry, message, "queued", outcome.reason, now_ms, due_at_ms=now_ms + wait_ms)
        case Rejected():
            state: OutboxState = "cancelled" if entry.action in _WITHOUT_WAY else "dead"
            return _settle(entry, message, state, outcome.reason, now_ms)
        case AuthFailed():
            # The channel waits (flow/switches.py), the row keeps its place, time and attempts: the operator, not the
            # message, is at fault.
            kept = msgspec.structs.replace(entry, attempts=max(0, entry.attempts - 1))
            return _settle(kept, message, "queued", outcome.reason, now_ms)
        case Unknown():
            if resend_is_safe and not entry.uncertain:
                once_more = msgspec.structs.replace(entry, uncertain=True)
                due_at_ms = now_ms + pause_ms(entry.attempts, jitter)
                return _settle(once_more, message, "queued", outcome.reason, now_ms, due_at_ms=due_at_ms)
            return _settle(entry, message, "held", outcome.reason, now_ms)


def _settle(
    entry: OutboxEntry,
    message: Message,
    state: OutboxState,
    error: str | None,
    now_ms: int,
    *,
    due_at_ms: int | None = None,
    sent: Sent | None = None,
) -> list[Change]:
    provider_id = sent.provider_id if sent is not None else None
    settled = entry.changed(
        state=state,
        error=error[:ERROR_CHARS_MAX] if error else None,
        due_at_ms=due_at_ms if due_at_ms is not None else entry.due_at_ms,
        lease_until_ms=None,
        provider_id=provider_id or entry.provider_id,
    )
    changes: list[Change] = [Save(settled)]
    if sent is not None and provider_id and entry.action == "send":
        known = msgspec.structs.replace(message, external_id=provider_id, pieces=sent.pieces)
        if known != message:
            changes.append(Save(msgspec.structs.replace(known, version=message.version + 1)))
    changes.append(Record(_event(settled, entry.state, now_ms, "system")))
    return changes


def _event(entry: OutboxEntry, before: OutboxState, now_ms: int, actor: str) -> Event:
    data = {"from": before, "to": entry.state, "attempt": str(entry.attempts)}
    if entry.action != "send":
        data["action"] = entry.action
    return Event(
        at_ms=now_ms,
        kind="delivery.state",
        ticket_id=entry.ticket_id,
        message_id=entry.message_id,
        conversation_id=entry.conversation_id,
        actor=actor,
        data=data,
    )


def name_of(entry: OutboxEntry) -> str:
    """What leaves, or left, by this row, in a word: reply, edit, reaction, hide, unhide or delete."""
    return _NAMES.get(entry.action, entry.action)


def decide_held(entry: OutboxEntry, what: Literal["retry", "discard"], *, actor: str, now_ms: int) -> list[Change]:
    """An agent decides about a dead letter or a held reply. Raises Refused when it is neither."""
    if entry.state not in {"dead", "held"}:
        raise Refused(
            "not_held", f"this {name_of(entry)} is {entry.state}; only held and dead ones can be decided", status=409
        )
    decided = entry.changed(
        state="queued" if what == "retry" else "cancelled", attempts=0, due_at_ms=now_ms, error=None, uncertain=False
    )
    return [Save(decided), Record(_event(decided, entry.state, now_ms, actor))]
