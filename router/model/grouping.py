"""Rows about which messages are one matter, which tickets were merged or split, and what has one cause."""

from typing import ClassVar, Literal

import msgspec

from router.model.ids import ActionId, AgentId, ContactId, IncidentId, MessageId, TicketId
from router.model.matter import Sketch
from router.model.tables import Row, TicketState, Urgency


class Matter(Row, frozen=True, kw_only=True):
    """What a ticket is about, in the form that messages are compared with; no content."""

    TABLE: ClassVar[str] = "matters"
    KEY: ClassVar[str] = "ticket_id"
    ticket_id: TicketId
    contact_id: ContactId
    """The ticket's: the database refuses any other."""
    sketch: Sketch
    settled: bool = False
    """The contact said last that it is."""
    version: int = 1


class Mark(Row, frozen=True, kw_only=True):
    """A strong value, or a whole text, that was said in a ticket: what tickets of different people are related by.
    (value, ticket) is unique."""

    TABLE: ClassVar[str] = "marks"
    id: str
    value: str
    """A digest, with what it is of before it."""
    ticket_id: TicketId
    contact_id: ContactId
    at_ms: int


class Joining(Row, frozen=True, kw_only=True):
    """That a message was given to a ticket of its contact, or got one of its own beside others, and why. Counted, also
    when an agent undoes it."""

    TABLE: ClassVar[str] = "joinings"
    KEY: ClassVar[str] = "message_id"
    message_id: MessageId
    ticket_id: TicketId
    contact_id: ContactId
    """The ticket's: the database refuses any other, so that no message is joined to a stranger's ticket."""
    opened: bool
    reason: str
    points: int
    at_ms: int
    undone_at_ms: int | None = None
    undone_by: AgentId | None = None
    version: int = 1


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How urgent a ticket is, where, in which state, whether it rings, and whether somebody waits."""

    urgency: Urgency
    queue: str
    alarm_since_ms: int | None = None
    accepted_by: AgentId | None = None
    accepted_at_ms: int | None = None
    waiting_since_ms: int | None = None
    snoozed_until_ms: int | None = None
    state: TicketState | None = None
    """None: it was merged before this was kept."""
    state_reason: str | None = None
    state_since_ms: int = 0


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """How two tickets stood before they were merged."""

    source: Stand
    target: Stand
    since_ms: int | None = None
    """Since when the merged ticket rang."""
    actions: tuple[ActionId, ...] = ()
    """What went along of what is asked for on the customer's account."""


class Regrouping(Row, frozen=True, kw_only=True):
    """That an agent merged one ticket into another of the same contact, or split messages off into a new one."""

    TABLE: ClassVar[str] = "regroupings"
    id: str
    kind: Literal["merge", "split"]
    source_id: TicketId
    target_id: TicketId
    contact_id: ContactId
    message_ids: tuple[MessageId, ...]
    """What moved from source to target."""
    source_state: TicketState
    source_reason: str | None
    stood: Stood | None = None
    """Of a merge; None: it was made before this was kept."""
    agent_id: AgentId
    at_ms: int
    undone_at_ms: int | None = None
    undone_by: AgentId | None = None
    version: int = 1


IncidentState = Literal["proposed", "open", "resolved", "dismissed"]


class Incident(Row, frozen=True, kw_only=True):
    """Many people, one cause."""

    TABLE: ClassVar[str] = "incidents"
    id: IncidentId
    title: str
    about: tuple[str, ...] = ()
    """The things its tickets share (router.core.concepts)."""
    banner: dict[str, str] = msgspec.field(default_factory=dict)
    """What the web chat shows of it while it is open, by language; empty: nothing."""
    state: IncidentState
    created_at_ms: int
    resolved_at_ms: int | None = None
    version: int = 1


class IncidentTicket(Row, frozen=True, kw_only=True):
    """That a ticket is, or was, in an incident; unique by both."""

    TABLE: ClassVar[str] = "incident_tickets"
    id: str
    incident_id: IncidentId
    ticket_id: TicketId
    reason: str
    """likeness or by_hand."""
    linked_by: str
    """An actor, as events have them."""
    at_ms: int
    unlinked_at_ms: int | None = None
    version: int = 1
