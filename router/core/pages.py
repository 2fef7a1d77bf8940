"""What becomes of a page that goes by mail or Telegram after one attempt. Pure.

However it failed it is tried again, until the way is said to lead nowhere or the attempts are used up: then the history
says that this person was not reached.
"""

from collections.abc import Sequence

from router.connector import AuthFailed, Rejected, Retry, SendOutcome, Sent
from router.core.delivery import pause_ms
from router.model.alarms import PageEntry, PageState
from router.model.changes import Change, Record, Save
from router.model.limits import ERROR_CHARS_MAX, SEND_ATTEMPTS_MAX
from router.model.tables import Event, HookEntry

_ASKED_MS_MAX = 3_600_000
"""However long we are told to wait: a page that is an hour late is late enough."""


def after_page(page: PageEntry, outcome: SendOutcome, *, now_ms: int, jitter: float) -> list[Change]:
    """The changes after an attempt; `page` is the row as it was claimed."""
    state: PageState = "queued"
    if isinstance(outcome, Sent):
        state = "sent"
    elif isinstance(outcome, Rejected) or page.attempts >= SEND_ATTEMPTS_MAX:
        state = "dead"
    asked_ms = min(int((outcome.after_s or 0) * 1000), _ASKED_MS_MAX) if isinstance(outcome, Retry) else 0
    error = None if isinstance(outcome, Sent) else outcome.reason[:ERROR_CHARS_MAX]
    if isinstance(outcome, AuthFailed):
        who = "Telegram refuses our token" if page.kind == "telegram" else "the mail server refuses our login"
        error = f"{who}: {error}"[:ERROR_CHARS_MAX]
    settled = page.changed(
        state=state, error=error, due_at_ms=now_ms + max(pause_ms(page.attempts, jitter), asked_ms), lease_until_ms=None
    )
    changes: list[Change] = [Save(settled)]
    if state != "queued":
        data = {"to": f"{page.kind}:{page.target}", "state": state, "attempt": str(page.attempts)}
        changes.append(Record(Event(at_ms=now_ms, kind="page.state", ticket_id=page.ticket_id, data=data)))
    return changes


def is_given_up(changes: Sequence[Change]) -> bool:
    """Whether these changes of an attempt say that nobody tries again: of a page, or of a webhook's word of one."""
    return any(
        isinstance(change, Save) and isinstance(change.row, PageEntry | HookEntry) and change.row.state == "dead"
        for change in changes
    )
