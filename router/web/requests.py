"""Bodies of requests: what the endpoints decode, and what the description of the API says that they take.

A field that is not here is refused: an agent's change that is misspelt must not pass for another one.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from router.core.calls import Direction
from router.core.guard import Concern
from router.core.moderation import Reason
from router.core.private_answers import PrivateWay
from router.model.grouping import IncidentState
from router.model.ids import AttachmentId, MessageId
from router.model.limits import (
    ADDRESS_CHARS_MAX,
    ATTACHMENTS_MAX,
    CALL_SECONDS_MAX,
    CHECKPOINT_CHARS_MAX,
    CONFIRMED_MAX,
    ID_CHARS_MAX,
    PAGE_MAX,
    REGROUPED_MAX,
    RELEASED_MAX,
)
from router.model.message import Visibility
from router.model.signals import SignalKind
from router.model.tables import TicketState, Urgency

_PASSWORD_CHARS_MAX = 1_000
_SPLIT_MAX = 200
_Text = Annotated[str, Meta(max_length=ID_CHARS_MAX)]
_Reason = Annotated[str, Meta(max_length=10_000)]
_Confirmed = Annotated[
    tuple[Concern, ...],
    Meta(max_length=CONFIRMED_MAX, description="findings of confirm_needed, as they came: it is sent all the same"),
]
_Tickets = Annotated[tuple[str, ...], Meta(max_length=PAGE_MAX, description="ids or numbers (T-1001)")]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What all of them are."""


# --- signing in -----------------------------------------------------------------------------------------------------


class Login(Body):
    """A login with its password, or a one-time token."""

    login: Annotated[str, Meta(max_length=ADDRESS_CHARS_MAX)] = ""
    password: Annotated[str, Meta(max_length=_PASSWORD_CHARS_MAX)] = ""
    token: str = ""


class Profile(Body):
    """What agents change of themselves; null changes nothing."""

    language: Literal["en", "zh-CN"] | None = None
    status: Literal["online", "busy", "away"] | None = None


# --- tickets --------------------------------------------------------------------------------------------------------


class PrivateReply(Body):
    """A public post of the customer to answer in private: by a message that its writer alone reads, or in public with
    a link into private."""

    post: MessageId
    way: PrivateWay = "answer"


class Reply(Body):
    """An answer to the customer."""

    text: str
    last_seen: Annotated[
        int,
        Meta(ge=0, le=2**53, description="`last_seen` of the ticket as it was read: what came since is stale_reply"),
    ] = 0
    force: Annotated[bool, Meta(description="send although something newer came")] = False
    solve: bool = False
    confirmed: _Confirmed = ()
    files: Annotated[tuple[AttachmentId, ...], Meta(max_length=ATTACHMENTS_MAX)] = ()
    private: PrivateReply | None = None
    visibility: Annotated[
        Visibility | None,
        Meta(
            description="who was to read it when it was begun; what was meant for private is refused (now_public) once "
            "it would stand in public"
        ),
    ] = None


class Note(Body):
    """A remark for colleagues."""

    text: str


class Call(Body):
    """A call with the customer."""

    direction: Direction
    duration_s: Annotated[int, Meta(ge=0, le=CALL_SECONDS_MAX)] = 0
    reached: bool = True
    text: str = ""
    solve: bool = False


class Signal(Body):
    """That an agent writes or has read."""

    kind: SignalKind
    over: bool = False


class Assign(Body):
    """To whom; null: back to its queue."""

    agent_id: str | None = None


class State(Body):
    """Where a ticket goes in the table of states."""

    state: TicketState
    reason: Annotated[
        Annotated[str, Meta(max_length=2000)] | None, Meta(description="needed by `rejected` and `closed`")
    ] = None
    checklist: Annotated[
        tuple[Annotated[str, Meta(max_length=CHECKPOINT_CHARS_MAX)], ...],
        Meta(description="what the customer is to supply, of `rejected`"),
    ] = ()


class Snooze(Body):
    """Until when, in milliseconds since 1970; null: no longer."""

    until_ms: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Move(Body):
    """Which queue."""

    queue: str


class Judgement(Body):
    """How urgent."""

    urgency: Urgency


class Merge(Body):
    """The ticket to go on as."""

    into: Annotated[str, Meta(description="id or number (T-1001)")]


class Split(Body):
    """Which messages leave."""

    messages: Annotated[tuple[str, ...], Meta(min_length=1, max_length=REGROUPED_MAX)]


class Proposal(Body):
    """Which of the actions in the rules."""

    action: str


# --- messages -------------------------------------------------------------------------------------------------------


class Reveal(Body):
    """Which of the sealed values of a message."""

    place: Annotated[int, Meta(ge=0, le=2**31)]


class Moderation(Body):
    """Why."""

    reason: Reason


class Correction(Body):
    """The other text of an answer."""

    text: str
    revision: Annotated[int, Meta(ge=0, description="of the message as it was looked at")]
    confirmed: _Confirmed = ()


class Reaction(Body):
    """One of the message's `reactions`."""

    emoji: Annotated[str, Meta(max_length=32, description="empty: it is taken off")]


# --- people ---------------------------------------------------------------------------------------------------------


class Key(Body):
    """An address of a contact."""

    kind: _Text
    value: _Text


class Address(Body):
    """An address, and why it is or is not theirs."""

    kind: _Text
    value: _Text
    reason: _Reason


class OtherContact(Body):
    """Another contact, by id, key or C-n."""

    other: _Text
    reason: _Reason = ""
    preview: bool = False


class SplitContact(Body):
    """Addresses for a contact of their own."""

    identities: Annotated[tuple[Key, ...], Meta(max_length=_SPLIT_MAX)]
    reason: _Reason


class Undo(Body):
    """The act to take back."""

    act: _Text
    reason: _Reason


class Erase(Body):
    """The name, typed, of whom to erase."""

    name: _Text = ""
    force: bool = False
    preview: bool = False


class Block(Body):
    """A contact, or an address by its kind and value; for ever, or until a moment in milliseconds since 1970."""

    reason: _Reason
    contact: _Text | None = None
    kind: _Text | None = None
    value: _Text | None = None
    until_ms: int | None = None


class Lift(Body):
    """Why a block ends."""

    reason: _Reason


class Release(Body):
    """Which held messages."""

    held: Annotated[tuple[str, ...], Meta(max_length=RELEASED_MAX)]


# --- incidents ------------------------------------------------------------------------------------------------------


class Incident(Body):
    """Many people, one cause."""

    title: str
    tickets: _Tickets = ()


class IncidentChange(Body):
    """What it is now."""

    state: IncidentState


class Banner(Body):
    """Texts by language: en, zh."""

    texts: dict[str, str]


class LinkedTicket(Body):
    """By id or number."""

    ticket: str


class Telling(Body):
    """One reply or note to all of an incident (null), or to some."""

    text: str
    kind: Literal["reply", "note"] = "reply"
    tickets: _Tickets | None = None
