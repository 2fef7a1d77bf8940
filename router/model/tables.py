"""The rows of the house: every table that decisions read and write, one frozen struct each.

Column names are field names. `Row.TABLE` names the table, `Row.KEY` the primary key. Structs and tuples are stored as
JSON text, bools as 0/1, times as whole milliseconds UTC. `version` counts changes of a row; `Save` checks it.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import msgspec

from router.model.actors import agent_actor
from router.model.buttons import Button
from router.model.events import EventKind
from router.model.ids import (
    AgentId,
    ContactId,
    ConversationId,
    EventId,
    HookId,
    IdentityId,
    LinkId,
    MessageId,
    OutboxId,
    TicketId,
)
from router.model.message import Automatic, Care, Correction, Redaction, Sender, StoredAttachment, Visibility, Wording

TicketState = Literal["new", "open", "waiting", "verifying", "rejected", "solved", "closed"]
Urgency = Literal["low", "normal", "high", "critical"]
Proof = Literal["provider", "mail", "app", "visitor", "deep-link", "import", "agent"]
MessageKind = Literal["inbound", "reply", "note"]
OutboxState = Literal["queued", "sending", "sent", "delivered", "read", "held", "dead", "cancelled"]
OutboxAction = Literal["send", "hide", "unhide", "delete", "edit", "react"]
URGENCY_RANK: dict[Urgency, int] = {"low": 0, "normal": 1, "high": 2, "critical": 3}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table; `TABLE` and `KEY` say which."""

    TABLE: ClassVar[str] = ""
    KEY: ClassVar[str] = "id"

    def changed(self, **fields: object) -> Self:
        """The row with other `fields` and the next version, as `Save` takes it."""
        return msgspec.structs.replace(self, version=self.version + 1, **fields)  # type: ignore[attr-defined]  # what is saved has one


class Contact(Row, frozen=True, kw_only=True):
    """A customer."""

    TABLE: ClassVar[str] = "contacts"
    id: ContactId
    number: int = 0
    """The n of C-n; 0 until the store allocates it in the transaction."""
    key: str | None = None
    """The key of the imported row, unique."""
    name: str | None = None
    language: str | None = None
    vip: bool = False
    auto_replies_since_ms: int = 0
    auto_replies: int = 0
    """Automatic answers since `auto_replies_since_ms` (limits.AUTO_REPLIES_PER_HOUR)."""
    ext: str | None = None
    """Unknown fields of the imported rows, a JSON object as text: no decision reads it, so none has to decode it."""
    merged_into: ContactId | None = None
    """The contact that this one turned out to be; never one that is merged itself, so that one step leads there."""
    erased_at_ms: int | None = None
    """All that was known of them was erased then: whoever they are writes as somebody new."""
    created_at_ms: int
    version: int = 1


class Identity(Row, frozen=True, kw_only=True):
    """One proven address of a contact; (kind, value) is unique. Unproven ones are never rows here."""

    TABLE: ClassVar[str] = "identities"
    id: IdentityId
    contact_id: ContactId
    kind: str
    """email, phone, user_id, or the connector kind whose provider ids these are (telegram, x, webchat ...)."""
    value: str
    proof: Proof
    vouched: bool = False
    """The channel said so itself: of mail, that our own server checked SPF, DKIM or DMARC. False: by its kind alone."""
    created_at_ms: int
    version: int = 1


class Conversation(Row, frozen=True, kw_only=True):
    """(channel, account, visibility, thread, peer) is unique; `peer` is the sender's id as the channel knows it."""

    TABLE: ClassVar[str] = "conversations"
    id: ConversationId
    channel: str
    account: str
    visibility: Visibility
    thread: str
    peer: str
    contact_id: ContactId
    ticket_id: TicketId | None = None
    """Its current ticket; `message.ticket_id` is the link that history keeps."""
    reply_to: str | None = None
    """Where answers go when the peer asked for another address (a mail's Reply-To)."""
    thread_index: str | None = None
    """Where Outlook threads the newest mail that said so, in hex; its first 44 digits name the thread."""
    created_at_ms: int
    version: int = 1


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that agents have to know, and which message told it; its value stays there."""

    name: str
    message_id: MessageId
    source: str
    """text, app (a field of a form or of the app) or contact (who wrote is proven)."""


class Ticket(Row, frozen=True, kw_only=True):
    """A unit of work."""

    TABLE: ClassVar[str] = "tickets"
    id: TicketId
    number: int = 0
    """The n of T-n; 0 until the store allocates it in the transaction."""
    contact_id: ContactId
    conversation_id: ConversationId
    """Where it began; answers go to the conversation of the last inbound message."""
    channel: str
    account: str
    visibility: Visibility
    subject: str
    state: TicketState = "new"
    state_reason: str | None = None
    state_since_ms: int = 0
    checklist: tuple[str, ...] = ()
    """What the customer was asked to supplement when the ticket was last rejected."""
    facts: tuple[KnownFact, ...] = ()
    asked: tuple[str, ...] = ()
    """Facts that the customer was asked for."""
    urgency: Urgency = "normal"
    urgency_rank: int = 1
    queue: str
    assignee_id: AgentId | None = None
    assigned_at_ms: int | None = None
    tags: tuple[str, ...] = ()
    language: str = "en"
    findings: tuple[str, ...] = ()
    related: tuple[TicketId, ...] = ()
    snippet: str = ""
    """First characters of the newest message, for lists; blanked with it."""
    last_inbound_at_ms: int
    last_message_at_ms: int
    waiting_since_ms: int | None = None
    """Since when the customer waits for us; None while we wait for the customer."""
    first_replied_at_ms: int | None = None
    solved_at_ms: int | None = None
    verified_until_ms: int | None = None
    """Until then account facts and actions of `verified_account` are unlocked (core/verification)."""
    verified_account: str | None = None
    verified_since_ms: int | None = None
    """When its check passed: a clock that goes back locks, rather than leave it open for longer."""
    snoozed_until_ms: int | None = None
    """Put aside until then; None: it is on the lists."""
    alarm_since_ms: int | None = None
    """Rings since then, and somebody is called; None: nobody has to accept it."""
    accepted_by: AgentId | None = None
    accepted_at_ms: int | None = None
    erased_at_ms: int | None = None
    """Its contact was erased then: what is left of it counts, and says nothing."""
    erased_by: str | None = None
    """An actor, as events have them."""
    created_at_ms: int
    version: int = 1

    def event(
        self,
        kind: EventKind,
        *,
        message_id: MessageId | None = None,
        conversation_id: ConversationId | None = None,
        actor: str = "system",
        data: Mapping[str, str] | None = None,
        now_ms: int,
    ) -> "Event":
        """A line of its history."""
        return Event(
            at_ms=now_ms,
            kind=kind,
            ticket_id=self.id,
            message_id=message_id,
            conversation_id=conversation_id,
            queue=self.queue,
            actor=actor,
            data=dict(data or {}),
        )


class Message(Row, frozen=True, kw_only=True):
    """One utterance. (channel, account, external_id) is unique where external_id is set."""

    TABLE: ClassVar[str] = "messages"
    id: MessageId
    ticket_id: TicketId
    conversation_id: ConversationId
    contact_id: ContactId
    kind: MessageKind
    author_id: AgentId | None = None
    """The agent; None for the customer and for the machine."""
    automatic: Automatic = "none"
    channel: str
    account: str
    visibility: Visibility
    external_id: str | None = None
    """The provider's message id, or our own Message-ID of a reply."""
    pieces: tuple[str, ...] = ()
    """Of a reply that needed several messages: the provider's ids of the further ones."""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    client_key: str | None = None
    """Idempotency-Key of the command that made it, unique."""
    sender: Sender | None = None
    subject: str | None = None
    text: str
    html: str | None = None
    language: str = "en"
    findings: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    care: Care | None = None
    """What redaction policies ask of whoever handles it."""
    attachments: tuple[StoredAttachment, ...] = ()
    buttons: tuple[Button, ...] = ()
    """Of a message of ours."""
    ext: str | None = None
    """Fields of the wire that the house does not know: a JSON object, kept for whoever sent it."""
    verdict: msgspec.Raw = msgspec.Raw(b"null")
    """JSON of decisions.Why: what the rules and the decision said, with times."""
    state: Literal["live", "deleted"] = "live"
    revision: int = 0
    correction: Correction | None = None
    """Of a reply: the newest that was asked for, whatever became of it."""
    earlier: tuple[Wording, ...] = ()
    """Of a reply: what it said before it was corrected, oldest first."""
    reaction: str = ""
    """Of a customer's message: the emoji that agents last set; none when it is empty."""
    sent_at_ms: int
    received_at_ms: int
    version: int = 1


class OutboxEntry(Row, frozen=True, kw_only=True):
    """A message that waits to leave, or what the channel is to do with one that stands there. In order of id within its
    conversation."""

    TABLE: ClassVar[str] = "outbox"
    id: OutboxId
    message_id: MessageId
    conversation_id: ConversationId
    ticket_id: TicketId
    channel: str
    account: str
    action: OutboxAction = "send"
    """All but `send`: `message_id` is what stands there already, a customer's public post or an answer of ours."""
    state: OutboxState = "queued"
    attempts: int = 0
    due_at_ms: int
    lease_until_ms: int | None = None
    provider_id: str | None = None
    error: str | None = None
    uncertain: bool = False
    """An earlier attempt may have arrived; another such outcome holds the reply."""
    created_at_ms: int
    version: int = 1


HookState = Literal["queued", "sending", "sent", "dead"]


class HookEntry(Row, frozen=True, kw_only=True):
    """Word of a decision for a webhook. Sent in order of id for its webhook and ticket."""

    TABLE: ClassVar[str] = "hooks"
    id: HookId
    webhook: str
    """Its name in the rules."""
    ticket_id: TicketId
    message_id: MessageId | None
    """None: an agent changed the ticket."""
    body: msgspec.Raw
    """JSON of decisions.Word: ids and what was decided, never content."""
    state: HookState = "queued"
    attempts: int = 0
    due_at_ms: int
    lease_until_ms: int | None = None
    error: str | None = None
    created_at_ms: int
    version: int = 1


class PrivateLink(Row, frozen=True, kw_only=True):
    """An invitation from `message_id` into a private conversation about a ticket; opened once.

    What the customer gets is this id with a signature that is made when the message is sent: no row holds a token.
    """

    TABLE: ClassVar[str] = "private_links"
    id: LinkId
    message_id: MessageId
    contact_id: ContactId
    ticket_id: TicketId
    proves: bool
    """The link went where this contact alone reads: whoever opens it is that person. One that stood in public lets
    somebody take part, whoever that is."""
    expires_at_ms: int
    opened_at_ms: int | None = None
    opened_by: str | None = None
    """The visitor whom it let in."""
    created_at_ms: int
    version: int = 1


class Participant(Row, frozen=True, kw_only=True):
    """An address that takes part in a ticket without being an identity of its contact; unique by all three."""

    TABLE: ClassVar[str] = "participants"
    id: str
    ticket_id: TicketId
    kind: str
    value: str
    created_at_ms: int


class Event(Row, frozen=True, kw_only=True):
    """A committed fact: the feed of the inbox and the history of a ticket in one. Ids and names only, never content."""

    TABLE: ClassVar[str] = "events"
    id: EventId = EventId(0)
    """0 until the store assigns it, in commit order."""
    at_ms: int
    kind: EventKind
    ticket_id: TicketId | None = None
    message_id: MessageId | None = None
    conversation_id: ConversationId | None = None
    queue: str | None = None
    actor: str = "system"
    """`agent:<id>`, `contact:<id>`, `rules`, `backend` (the wallet's) or `system`."""
    data: dict[str, str] = {}
    """Small named facts: from, to, reason, rule, attempt."""


class Agent(Row, frozen=True, kw_only=True):
    """Someone who answers. Made by `switchboard user add`."""

    TABLE: ClassVar[str] = "agents"
    id: AgentId
    login: str
    name: str
    role: Literal["agent", "admin"] = "agent"
    password_hash: str | None = None
    language: str = "en"
    status: Literal["online", "busy", "away"] = "away"
    capacity: int = 8
    queues: tuple[str, ...] = ()
    """Queues the agent serves; empty means all."""
    idle_since_ms: int = 0
    """When the agent last got or finished work: the smallest is the longest idle."""
    created_at_ms: int
    version: int = 1

    @property
    def actor(self) -> str:
        """As events name them."""
        return agent_actor(self.id)
