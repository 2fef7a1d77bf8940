"""Who is who: what people say of themselves, what agents did about it, and the facts such an act is decided on."""

import unicodedata
from typing import ClassVar, Final, Literal

import msgspec

from router.model.ids import ActId, ClaimId, ContactId, ConversationId, PairId, TicketId
from router.model.tables import Contact, Conversation, Identity, Row, Ticket

ActKind = Literal["link", "unlink", "merge", "split", "never_merge"]


CLAIM_CHARS_MAX: Final = 320
"""What is longer is nobody's name or address."""


class Claim(Row, frozen=True, kw_only=True):
    """What somebody said of themselves: a hint for agents, never a join. (contact, kind, proven, value) is unique."""

    TABLE: ClassVar[str] = "claims"
    id: ClaimId
    contact_id: ContactId
    kind: str
    """name, handle, or a kind of identity."""
    value: str
    """In the form that it is compared in (`folded_name`, `folded_handle`)."""
    proven: bool = False
    """The channel proved it, and it is another contact's: a contradiction that an agent has to look at."""
    created_at_ms: int


class MovedConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that an act gave to another contact, and the ticket it pointed to before."""

    id: ConversationId
    ticket_id: TicketId | None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What an act moved: all that its undoing needs."""

    identities: tuple[Identity, ...] = ()
    """As they were before; of a link, as it became."""
    conversations: tuple[MovedConversation, ...] = ()
    tickets: tuple[TicketId, ...] = ()
    contacts: tuple[ContactId, ...] = ()
    """Contacts merged earlier into the one that was merged now."""
    kept: tuple[MovedConversation, ...] = ()
    """Conversations that stayed where they were, but were held from these addresses or about these tickets."""
    newest: int = 0
    """Of a merge: the highest ticket number of both; a ticket beyond it was opened since."""


class PeopleAct(Row, frozen=True, kw_only=True):
    """Something that was done about who is who, with its reason; undone at most once."""

    TABLE: ClassVar[str] = "people_acts"
    id: ActId
    kind: ActKind
    contact_id: ContactId
    """Linked to, unlinked from, merged into, split from."""
    other_id: ContactId | None = None
    """Merged into it, split off from it, or never to be merged with it."""
    reason: str
    actor: str
    """`agent:<id>`, or `system` for the command line."""
    moved: Moved = Moved()
    seq: int
    """Larger than that of every earlier act on one of its contacts, whatever the clocks said."""
    undone_at_ms: int | None = None
    undone_by: str | None = None
    undone_reason: str | None = None
    created_at_ms: int
    version: int = 1


class NeverMerge(Row, frozen=True, kw_only=True):
    """Two contacts that are two people, whatever they share; `first_id` < `second_id`."""

    TABLE: ClassVar[str] = "never_merge"
    id: PairId
    first_id: ContactId
    second_id: ContactId
    act_id: ActId
    created_at_ms: int


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """A contact with all that follows it; read with the contact locked."""

    contact: Contact
    identities: tuple[Identity, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    heard: frozenset[tuple[TicketId, ConversationId]] = frozenset()
    """In which conversations the messages of each of its tickets stand."""
    absorbed: tuple[Contact, ...] = ()
    """Contacts that were merged into it."""
    apart: frozenset[ContactId] = frozenset()
    """Contacts that it must never be merged with."""
    last_seq: int = 0
    """Of the newest act that names it."""


HintReason = Literal["conflict", "address", "same_claim", "handle", "name"]
"""Why two contacts may be one person, the strongest first: both were proven to have one address; one typed the other's
proven address; both typed the same; the same handle; the same name."""


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person."""

    contact: Contact
    reasons: tuple[tuple[HintReason, str, str], ...]
    """(reason, kind, value)"""


def folded_name(name: str | None) -> str | None:
    """A name without case, width and repeated blanks; None for one that says nothing."""
    folded = " ".join(unicodedata.normalize("NFKC", name or "").casefold().split())
    return folded if 2 <= len(folded) <= CLAIM_CHARS_MAX else None


def folded_handle(handle: str | None) -> str | None:
    """A handle without its @ and without case; None for one that says nothing."""
    folded = unicodedata.normalize("NFKC", handle or "").strip().lstrip("@").casefold()
    return folded if 3 <= len(folded) <= CLAIM_CHARS_MAX else None
