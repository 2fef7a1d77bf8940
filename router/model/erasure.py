"""A person who is erased: what is under way, and what would go."""

from typing import ClassVar, Literal

import msgspec

from router.model.ids import ContactId, ErasureId
from router.model.tables import Contact, Row

ErasureState = Literal["running", "compacting", "done"]


class ErasureWork(msgspec.Struct, frozen=True, kw_only=True):
    """What the batches that follow the first one look for; it goes with them."""

    keys: tuple[str, ...] = ()
    """Conversation keys of the journal."""
    values: tuple[str, ...] = ()
    """Addresses and provider's ids."""
    senders: tuple[str, ...] = ()
    """Of whom messages are counted (router.model.abuse.sender_key)."""
    until: str = ""
    """The last journal row that was there: what is written later is a new contact's."""


class Erasure(Row, frozen=True, kw_only=True):
    """One person, erased once. The first transaction cuts them off; batches follow, from the start after a crash."""

    TABLE: ClassVar[str] = "erasures"
    id: ErasureId
    contact_id: ContactId
    actor: str
    """`agent:<id>`, or `system` for the command line."""
    state: ErasureState = "running"
    """compacting: all is gone but what the database's file keeps in pages that nobody uses."""
    work: ErasureWork | None = None
    started_at_ms: int
    done_at_ms: int | None = None
    version: int = 1


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure takes away, counted before it begins."""

    contact: Contact
    absorbed: int
    """Contacts that were merged into it, which go with it."""
    identities: int
    conversations: int
    tickets: int
    open_tickets: int
    messages: int
    files: int
    ringing: tuple[int, ...] = ()
    """Numbers of tickets whose alarm nobody has accepted."""
    erased_at_ms: int | None = None
    """It was erased already."""
