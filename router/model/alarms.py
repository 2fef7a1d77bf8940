"""Rows of an alarm: the ladder that is climbed while nobody has accepted, and the pages of its steps.

That a ticket rings at all stands in the ticket itself (`alarm_since_ms`), under its version.
"""

from typing import ClassVar, Literal

from router.model.ids import LadderId, PageId, TicketId
from router.model.tables import Row

LadderState = Literal["ringing", "unanswered", "over"]
PageState = Literal["queued", "sending", "sent", "dead"]


class Ladder(Row, frozen=True, kw_only=True):
    """How far the pages about one alarm have come; (ticket_id, since_ms) is unique."""

    TABLE: ClassVar[str] = "ladders"
    id: LadderId
    ticket_id: TicketId
    since_ms: int
    """The alarm: `Ticket.alarm_since_ms` when it rose."""
    rota: str
    """Its name in the rules; nothing for the one the house falls back on."""
    state: LadderState = "ringing"
    """unanswered: climbed to its end, repeats and all, and nobody accepted."""
    round: int = 0
    step: int = 0
    """The step that was paged last."""
    due_at_ms: int
    """When the next is paged."""
    created_at_ms: int
    version: int = 1


class PageEntry(Row, frozen=True, kw_only=True):
    """Somebody who was paged; unique by ladder, round, step, kind and target. `sent` from the start where the feed
    carries it; one for a webhook is the row of the same id in `hooks`."""

    TABLE: ClassVar[str] = "pages"
    id: PageId
    ladder_id: LadderId
    ticket_id: TicketId
    round: int
    step: int
    kind: Literal["browser", "agent", "webhook", "email", "telegram"]
    target: str
    state: PageState
    attempts: int = 0
    due_at_ms: int
    lease_until_ms: int | None = None
    error: str | None = None
    created_at_ms: int
    version: int = 1
