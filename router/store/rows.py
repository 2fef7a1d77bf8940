"""Rows that only the store and the flows know: journal, quarantine, sealed payloads, files, search documents."""

from typing import ClassVar, Literal

from router.model.ids import (
    AgentId,
    AttachmentId,
    BlobHash,
    HeldId,
    JournalId,
    MessageId,
    QuarantineId,
    SealedId,
    TicketId,
)
from router.model.message import StoredAttachment
from router.model.tables import Row

JournalState = Literal["pending", "done", "held", "dead"]


class JournalRow(Row, frozen=True, kw_only=True):
    """One accepted event. (channel, account, dedupe_key) is unique: that is what a duplicate is."""

    TABLE: ClassVar[str] = "journal"
    id: JournalId
    partition: int
    conversation_key: str
    """Events of one key are decided in order of id; the same key is always in the same partition."""
    channel: str
    account: str
    dedupe_key: str
    message_id: str
    entry: bytes | None
    """JSON of a JournalEntry; dropped when done, for then the message holds the content. What is held keeps it."""
    state: JournalState = "pending"
    attempts: int = 0
    not_before_ms: int | None = None
    """Parked until then, and its conversation with it."""
    error: str | None = None
    sealed_id: SealedId | None = None
    received_at_ms: int
    routed_at_ms: int | None = None
    redeliveries: int = 0
    last_redelivered_at_ms: int | None = None


class QuarantineRow(Row, frozen=True, kw_only=True):
    """A payload that could not be understood."""

    TABLE: ClassVar[str] = "quarantine"
    id: QuarantineId
    channel: str
    account: str
    received_at_ms: int
    cause: str
    """Stable code."""
    detail: str = ""
    """For people; never content."""
    sealed_id: SealedId | None = None
    state: Literal["waiting", "replayed", "expired"] = "waiting"
    resolved_at_ms: int | None = None


class SealedRow(Row, frozen=True, kw_only=True):
    """An encrypted raw payload."""

    TABLE: ClassVar[str] = "sealed"
    id: SealedId
    key_id: str
    data: bytes
    created_at_ms: int
    expires_at_ms: int | None = None
    """None while its quarantine row waits for a decision."""


class MediaRow(Row, frozen=True, kw_only=True):
    """A file that rests outside the database, sealed, once however often it was sent."""

    TABLE: ClassVar[str] = "media"
    KEY: ClassVar[str] = "hash"
    hash: BlobHash
    key_id: str
    size: int
    """Of the plain content, in bytes."""
    created_at_ms: int
    idle_at_ms: int | None = None
    """Something let go of it then: to be looked at whether anything else refers to it."""
    going_at_ms: int | None = None
    """Nobody referred to it then: it is being removed, and nothing may refer to it until it is gone."""


class UploadRow(Row, frozen=True, kw_only=True):
    """A file that an agent has attached to a reply that is not written yet."""

    TABLE: ClassVar[str] = "uploads"
    id: AttachmentId
    agent_id: AgentId
    ticket_id: TicketId
    file: StoredAttachment
    hash: BlobHash
    created_at_ms: int
    expires_at_ms: int


class BlobRow(Row, frozen=True, kw_only=True):
    """An encrypted file of an earlier release, which kept them in the database; moved out one by one."""

    TABLE: ClassVar[str] = "blobs"
    KEY: ClassVar[str] = "hash"
    hash: BlobHash
    key_id: str
    data: bytes
    size: int
    """Of the plain content, in bytes."""
    created_at_ms: int


class SearchRow(Row, frozen=True, kw_only=True):
    """What a message is found by: segmented text (router.store.search)."""

    TABLE: ClassVar[str] = "search_text"
    KEY: ClassVar[str] = "message_id"
    message_id: MessageId
    ticket_id: TicketId
    document: str


class HeldText(Row, frozen=True, kw_only=True):
    """What a held message is found by."""

    TABLE: ClassVar[str] = "held_text"
    KEY: ClassVar[str] = "held_id"
    held_id: HeldId
    document: str
