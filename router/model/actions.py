"""What the wallet's back end is asked to do about an account: a row from proposal to outcome."""

from typing import ClassVar, Literal

from router.model.ids import ActionId, AgentId, ContactId, TicketId
from router.model.tables import Row

ActionState = Literal["proposed", "queued", "sending", "done", "undone", "failed", "declined"]


class ActionEntry(Row, frozen=True, kw_only=True):
    """One action on one account, under way once at a time on a ticket. Its id is the key of its call, however often."""

    TABLE: ClassVar[str] = "actions"
    id: ActionId
    ticket_id: TicketId
    contact_id: ContactId
    action: str
    """Its name in the rules."""
    account: str | None = None
    """The app's own id of the customer, settled with the decision: what a person agreed to is what is asked for."""
    undoes: ActionId | None = None
    asked_for: int | None = None
    """The number of the ticket that the back end was told; None: it was told none yet, or that of `ticket_id`."""
    state: ActionState
    """undone: it was done, and taken back later."""
    proposed_by: str
    """`agent:<id>` or `rule:<id>`."""
    decided_by: AgentId | None = None
    """Who agreed or declined; None: nobody had to."""
    attempts: int = 0
    due_at_ms: int
    lease_until_ms: int | None = None
    outcome: str | None = None
    """A word of the back end's own."""
    error: str | None = None
    created_at_ms: int
    version: int = 1
