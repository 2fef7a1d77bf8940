"""What becomes of a webhook's word after one attempt. Pure.

Receivers drop what they have taken by its key, so that whatever may have arrived is simply sent again.
"""

from typing import Literal

import msgspec

from router.core.delivery import pause_ms
from router.model.changes import Change, Record, Save
from router.model.limits import ERROR_CHARS_MAX, SEND_ATTEMPTS_MAX
from router.model.tables import Event, HookEntry, HookState


class HookOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a receiver, or the way to it, said."""

    kind: Literal["sent", "later", "never"]
    reason: str = ""
    after_ms: int = 0
    """How long the receiver asked us to wait."""


def after_hook(entry: HookEntry, outcome: HookOutcome, *, now_ms: int, jitter: float) -> list[Change]:
    """The changes after an attempt; `entry` is the row as it was claimed. Only its end is told in the history."""
    state: HookState = "sent" if outcome.kind == "sent" else "dead"
    if outcome.kind == "later" and entry.attempts < SEND_ATTEMPTS_MAX:
        state = "queued"
    settled = entry.changed(
        state=state,
        error=outcome.reason[:ERROR_CHARS_MAX] or None,
        due_at_ms=now_ms + max(pause_ms(entry.attempts, jitter), outcome.after_ms),
        lease_until_ms=None,
    )
    changes: list[Change] = [Save(settled)]
    if state != "queued":
        told = Event(
            at_ms=now_ms,
            kind="webhook.state",
            ticket_id=entry.ticket_id,
            message_id=entry.message_id,
            data={"webhook": entry.webhook, "to": state, "attempt": str(entry.attempts)},
        )
        changes.append(Record(told))
    return changes
