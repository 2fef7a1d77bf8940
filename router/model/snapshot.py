"""The facts one batch of decisions reads: gathered by a few queries, then kept true by folding each decision's changes.

The store fills it for the keys of a batch (`SnapshotKeys`); `fold` lets the second message of a batch see what the
first one did, so that a batch decides exactly as its messages one by one would.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from router.model.abuse import Block, Load, Traffic
from router.model.actions import ActionEntry
from router.model.alarms import Ladder
from router.model.changes import Add, Change, Count, Save
from router.model.grouping import IncidentTicket, Joining, Mark, Matter
from router.model.ids import ActionId, ContactId, ConversationId, MessageId, TicketId
from router.model.message import Visibility
from router.model.returned import Returned
from router.model.signals import Place
from router.model.tables import Agent, Contact, Conversation, Identity, Message, OutboxEntry, Participant, Ticket
from router.model.timers import IdentityCheck, Timer

IdentityKey = tuple[str, str]
"""(kind, value)"""
ConversationKey = tuple[str, str, Visibility, str, str]
"""(channel, account, visibility, thread, peer)"""
ExternalKey = tuple[str, str, str]
"""(channel, account, external message id)"""
ThreadRoot = tuple[str, str, str, str]
"""(channel, account, what names the thread in a Thread-Index, the sender's address)"""


def thread_root(thread_index: str) -> str:
    """What is the same in all mails of a thread: the first 22 bytes, in hex."""
    return thread_index[:44]


class SnapshotKeys(msgspec.Struct, kw_only=True):
    """What a batch asks for, event by event; the store also loads what these rows point to."""

    identities: set[IdentityKey] = msgspec.field(default_factory=set)
    conversations: set[ConversationKey] = msgspec.field(default_factory=set)
    conversation_ids: set[ConversationId] = msgspec.field(default_factory=set)
    """From verified reply tokens."""
    external_ids: set[ExternalKey] = msgspec.field(default_factory=set)
    """In-Reply-To, References and targets of edits, deletes and receipts."""
    thread_peers: set[tuple[ExternalKey, str]] = msgspec.field(default_factory=set)
    """For a mail that answers a known one: that external id and the sender's address, whose conversation in the
    same thread is wanted too."""
    thread_roots: set[ThreadRoot] = msgspec.field(default_factory=set)
    """For a mail that says where Outlook threads it."""
    token_peers: set[tuple[ConversationId, str]] = msgspec.field(default_factory=set)
    """The same for a verified reply token."""
    logins: set[str] = msgspec.field(default_factory=set)
    """Of agents whom rules name."""
    earlier: set[ConversationKey] = msgspec.field(default_factory=set)
    """Conversations whose newest messages of the customer are wanted."""
    actions: bool = False
    """Whether rules propose actions, so that those of the tickets are wanted."""
    marks: set[str] = msgspec.field(default_factory=set)
    """Strong values of a text, whose other tickets agents may want to look at."""
    blocked: set[IdentityKey] = msgspec.field(default_factory=set)
    """Addresses that may be blocked, whether proven or not."""
    traffic: set[str] = msgspec.field(default_factory=set)
    """Senders whose messages are counted."""
    accounts: set[tuple[str, str]] = msgspec.field(default_factory=set)
    """(channel, account)"""
    returned: set[str] = msgspec.field(default_factory=set)
    """Addresses, by `returned_id`, whose mail may have come back; those of found conversations come as well."""
    ticket_numbers: set[int] = msgspec.field(default_factory=set)
    """Quoted in a text: hints for an agent, never a join."""


class Snapshot:
    """Rows by the keys decisions look them up with. Mutable only through `fold`."""

    def __init__(self) -> None:
        self.contacts: dict[ContactId, Contact] = {}
        self.identities: dict[IdentityKey, Identity] = {}
        self.conversations: dict[ConversationKey, Conversation] = {}
        self.conversations_by_id: dict[ConversationId, Conversation] = {}
        self.tickets: dict[TicketId, Ticket] = {}
        self.messages: dict[ExternalKey, Message] = {}
        self.outbox: dict[MessageId, OutboxEntry] = {}
        """Outbox rows of the loaded messages that are replies."""
        self.agents: dict[str, Agent] = {}
        """By login, those that rules name."""
        self.actions: dict[ActionId, ActionEntry] = {}
        """Of the loaded tickets, those under way or done."""
        self.matters: dict[TicketId, Matter] = {}
        self.marks: dict[str, dict[TicketId, Mark]] = {}
        """By value and ticket, the newest few of each value."""
        self.blocks: dict[IdentityKey | str, list[Block]] = {}
        """By the address, or the contact, that they are of."""
        self.traffic: dict[str, Traffic] = {}
        self.loads: dict[tuple[str, str], Load] = {}
        """By channel and account."""
        self.returned: dict[str, Returned] = {}
        """By `returned_id` of the address."""
        self.participants: set[tuple[TicketId, str, str]] = set()
        """(ticket, kind, value) of the loaded tickets."""
        self._told: dict[TicketId, dict[MessageId, Message]] = {}
        """What customers said in tickets, as far as it was read or folded."""
        self._read: set[TicketId] = set()
        """Tickets of which what was said first and last is in it."""

    def told_in(self, conversation_id: ConversationId) -> list[Message]:
        """What the customer said in a conversation, the oldest first (only loaded ones)."""
        found = [
            m
            for m in self.messages.values()
            if m.conversation_id == conversation_id and m.kind == "inbound" and m.state == "live"
        ]
        return sorted(found, key=lambda m: m.id)

    def asked_in(self, conversation_id: ConversationId) -> Message | None:
        """What an agent said last in a conversation (only if loaded)."""
        found = [
            m
            for m in self.messages.values()
            if m.conversation_id == conversation_id and m.author_id is not None and m.state == "live"
        ]
        return max(found, key=lambda m: m.id, default=None)

    def tell(self, tickets: Iterable[TicketId], messages: Iterable[Message]) -> None:
        """Take in what customers said in some tickets."""
        self._read.update(tickets)
        for message in messages:  # what was folded is newer
            self._told.setdefault(message.ticket_id, {}).setdefault(message.id, message)

    def told(self, ticket_id: TicketId) -> list[Message] | None:
        """What the customer said first and last in a ticket, the oldest first; None if that was not read."""
        if ticket_id not in self._read:
            return None
        messages = self._told.get(ticket_id, {})
        return [message for _, message in sorted(messages.items()) if message.state == "live"]

    def in_thread(self, channel: str, account: str, root: str) -> list[Conversation]:
        """Conversations with a ticket in which a mail of this Outlook thread came (only loaded ones)."""
        return [
            c
            for c in self.conversations_by_id.values()
            if c.thread_index is not None
            and thread_root(c.thread_index) == root
            and (c.channel, c.account) == (channel, account)
            and c.ticket_id in self.tickets
        ]

    def open_tickets_of(self, contact_id: ContactId) -> list[Ticket]:
        """Tickets of the contact that are neither solved nor closed, newest first (only loaded ones)."""
        found = [t for t in self.tickets.values() if t.contact_id == contact_id and t.state not in {"solved", "closed"}]
        return sorted(found, key=lambda t: t.id, reverse=True)

    def tickets_of(self, contact_id: ContactId) -> list[Ticket]:
        """Tickets of the contact that are not closed, the one it wrote to last first (only loaded ones)."""
        found = [t for t in self.tickets.values() if t.contact_id == contact_id and t.state != "closed"]
        return sorted(found, key=lambda t: (t.last_inbound_at_ms, t.id), reverse=True)

    def ticket_by_number(self, number: int) -> Ticket | None:
        """The loaded ticket T-`number`."""
        return next((t for t in self.tickets.values() if t.number == number), None)

    def put(self, row: object) -> None:
        """Take in one row, replacing its older version; what no decision reads is left out."""
        take = _TAKEN.get(type(row))
        if take is not None:
            take(self, row)

    def fold(self, changes: Iterable[Change]) -> None:
        """Make the snapshot what the database will be once `changes` are applied."""
        for change in changes:
            if isinstance(change, Add | Save):
                self.put(change.row)
                if isinstance(change.row, Message) and change.row.kind == "inbound":
                    self._told.setdefault(change.row.ticket_id, {})[change.row.id] = change.row
            elif isinstance(change, Count):
                self._count(change)
            if isinstance(change, Add) and isinstance(change.row, Ticket):
                self._read.add(change.row.id)

    def _count(self, more: Count) -> None:
        key = (more.channel, more.account)
        load = self.loads.get(key)
        known = load.messages if load is not None and load.start_ms == more.start_ms else 0
        self.loads[key] = Load(
            channel=more.channel, account=more.account, start_ms=more.start_ms, messages=known + more.messages
        )


# How rows of each type are taken in.


def _contact(snapshot: Snapshot, row: Contact) -> None:
    snapshot.contacts[row.id] = row


def _identity(snapshot: Snapshot, row: Identity) -> None:
    snapshot.identities[row.kind, row.value] = row


def _conversation(snapshot: Snapshot, row: Conversation) -> None:
    snapshot.conversations[row.channel, row.account, row.visibility, row.thread, row.peer] = row
    snapshot.conversations_by_id[row.id] = row


def _ticket(snapshot: Snapshot, row: Ticket) -> None:
    snapshot.tickets[row.id] = row


def _message(snapshot: Snapshot, row: Message) -> None:
    if row.external_id is not None:
        snapshot.messages[row.channel, row.account, row.external_id] = row


def _delivery(snapshot: Snapshot, row: OutboxEntry) -> None:
    if row.action == "send":
        snapshot.outbox[row.message_id] = row


def _agent(snapshot: Snapshot, row: Agent) -> None:
    snapshot.agents[row.login] = row


def _action(snapshot: Snapshot, row: ActionEntry) -> None:
    snapshot.actions[row.id] = row


def _participant(snapshot: Snapshot, row: Participant) -> None:
    snapshot.participants.add((row.ticket_id, row.kind, row.value))


def _matter(snapshot: Snapshot, row: Matter) -> None:
    snapshot.matters[row.ticket_id] = row


def _mark(snapshot: Snapshot, row: Mark) -> None:
    snapshot.marks.setdefault(row.value, {})[row.ticket_id] = row


def _traffic(snapshot: Snapshot, row: Traffic) -> None:
    snapshot.traffic[row.id] = row


def _returned(snapshot: Snapshot, row: Returned) -> None:
    snapshot.returned[row.id] = row


_TAKEN: Final[Mapping[type, Callable[[Snapshot, Any], None]]] = {
    Contact: _contact,
    Identity: _identity,
    Conversation: _conversation,
    Ticket: _ticket,
    Message: _message,
    OutboxEntry: _delivery,
    Agent: _agent,
    ActionEntry: _action,
    Participant: _participant,
    Matter: _matter,
    Mark: _mark,
    Traffic: _traffic,
    Returned: _returned,
}


class Acquaintance(msgspec.Struct, frozen=True, kw_only=True):
    """What the house knows of a customer, for a public reply that must not give it away."""

    contact: Contact
    identities: tuple[Identity, ...] = ()
    private: tuple[Message, ...] = ()
    """The customer's own, newest first, at most limits.PRIVATE_MESSAGES_MAX."""
    public: tuple[Message, ...] = ()
    """What they, and we to them, said where everybody reads it; as many."""


class ReplyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts a reply or a note is decided on."""

    ticket: Ticket
    conversation: Conversation
    """Where `last_inbound` came from."""
    last_inbound: Message | None
    """The newest, or the post that is answered in private."""
    contact_name: str | None = None
    their: Acquaintance | None = None
    """Read for a public conversation only."""
    told: frozenset[str] = frozenset()
    """Keys of what the customer was told (core/notices)."""
    is_answered: bool = False
    """`last_inbound` is a post that was answered in private before."""
    returned: Returned | None = None
    """What came back for good from where answers go; None: nothing, or it was lifted."""
    newer: tuple[MessageId, ...] = ()
    """Messages of customer or colleagues recorded after the event that the agent had seen."""


class CorrectionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts a correction of an answer of ours is decided on."""

    message: Message
    ticket: Ticket
    conversation: Conversation
    delivery: OutboxEntry | None
    """How the answer itself left."""
    asked: tuple[OutboxEntry, ...] = ()
    """What its channel was asked to do with it since, oldest first."""
    their: Acquaintance | None = None
    """Read for a public answer only, without what this answer says: that it is there makes it no less private."""


class PresenceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a ticket's conversation, where the customer said last what belongs to it."""

    ticket: Ticket
    conversation: Conversation
    contact: Contact
    last: Message | None
    """The newest message of the customer."""
    blocks: tuple[Block, ...] = ()
    """Of the customer, that nobody has lifted."""
    is_held: bool = False
    """Something they wrote waits to be let through."""

    @property
    def place(self) -> Place:
        """The conversation as its channel names it."""
        where = self.conversation
        return Place(where.channel, where.account, where.thread, where.peer)


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer's identity checks."""

    check: IdentityCheck | None
    """The newest of the ticket."""
    user_ids: tuple[str, ...]
    """Proven accounts of the contact."""


class Unlooked(msgspec.Struct, frozen=True, kw_only=True):
    """The facts around a reply that may not have been read."""

    ticket: Ticket
    delivery: OutboxEntry | None
    user_id: str | None
    """The contact's account in the app, where there is just one."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with everything that moves with its messages when it is merged or split."""

    ticket: Ticket
    messages: tuple[Message, ...]
    """In order; at most limits.REGROUPED_MAX + 1."""
    conversations: tuple[Conversation, ...] = ()
    """Whose current ticket it is."""
    outbox: tuple[OutboxEntry, ...] = ()
    joinings: tuple[Joining, ...] = ()
    matter: Matter | None = None
    ladder: Ladder | None = None
    """Of the alarm that rings."""
    timers: tuple[Timer, ...] = ()
    """Of its state and its being put aside, those that are not due yet, and those that did nothing when they were: they
    were overtaken."""
    speakers: Mapping[ConversationId, ContactId] = {}
    """Whose the conversations of its messages are."""
    incidents: tuple[IncidentTicket, ...] = ()
    """Those that it is, or was, in, but for dismissed ones."""
    check: IdentityCheck | None = None
    """The newest one of its customer's identity."""
    actions: tuple[ActionEntry, ...] = ()
    """On its customer's account, the newest first."""
    last_alarm_ms: int = 0
    """When the newest alarm with a ladder rose: two of one ticket never did in the same moment."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules may look at besides the ticket."""

    contact: Contact
    verified: bool
    """Some address of the contact is proven."""
    agents: Mapping[str, Agent]
    """By login, those that rules name."""
    actions: tuple[ActionEntry, ...] = ()
    """Of the ticket, those under way or done."""


class AgentLoad(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who is online, and how many unsolved tickets they hold."""

    agent: Agent
    open_tickets: int
