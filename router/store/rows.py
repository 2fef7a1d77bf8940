"""Rows that only the store and the flows know: journal, quarantine, sealed payloads, files, search documents."""

from typing import ClassVar, Literal

from router.model.ids import BlobHash, JournalId, MessageId, QuarantineId, SealedId, TicketId
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


class BlobRow(Row, frozen=True, kw_only=True):
    """An encrypted file, once however often it was sent."""

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
