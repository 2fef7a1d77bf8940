"""The contract between the house and its connectors; all that a connector may import besides router.model.

In: `Connector.run` (pull) or a `Route` (push) hands raw payloads to `Inlet.accept`, which parses them with the
manifest's pure `parse`, redacts and commits. Its return means "durable": only then may the provider be told "received".
Out: `send` makes one provider call and answers with a closed set of outcomes; retries, order, budgets are the house's.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from aiohttp import web

from router.model.buttons import Button
from router.model.capabilities import Amendment
from router.model.capabilities import Capabilities as Capabilities  # noqa: PLC0414 -- offered here, too
from router.model.ids import MessageId, OutboxId
from router.model.message import InboundEvent, Visibility
from router.model.secret import Secret
from router.model.signals import Signals
from router.model.sources import Clock, Ids
from router.model.storable import storable
from router.model.threads import ThreadMessage, ThreadTicket

# --- what a connector is -------------------------------------------------------------------------------------------


class RawEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as the provider sent them, with the few facts the transport knows (an IMAP uid, a content type)."""

    body: bytes
    meta: Mapping[str, str] = {}


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a pull connector goes on after a restart; written in the transaction of the payloads it covers."""

    scope: str
    """What it counts within the account, such as a mailbox."""
    value: str


Acceptance = Literal["new", "duplicate", "quarantined"]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one raw payload (or one event of it), durable by the time it is seen."""

    outcome: Acceptance
    message_id: str | None = None
    reason: str | None = None
    """Why it was quarantined."""


class Inlet(Protocol):
    """The door of the house for one channel account."""

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """Parse, redact and commit `raws` and `cursor` in one transaction; per raw payload, what became of its events.

        Raises StoreUnavailable when nothing was written: do not acknowledge, try again.
        """
        ...


class OutboundAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file to send."""

    name: str
    content_type: str
    data: bytes


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """One message to send. `key` is the same at every attempt."""

    id: OutboxId
    key: str
    message_id: MessageId
    channel: str
    account: str
    """The conversation's own kind and account, which another channel may speak for."""
    action: Literal["send"] | Amendment = "send"
    """All but `send`: what is to be done to `target_id`. `edit`: an answer of ours, which gets `text` in
    the place of its own. `react`: a customer's message, which gets the emoji `text`, or none any more. The others: a
    public post, and there is no text."""
    target_id: str | None = None
    pieces: tuple[str, ...] = ()
    """What belongs to the post besides: the further messages of an answer of ours."""
    thread: str
    """The conversation's thread as the channel names it."""
    to: str
    """The peer's address as the channel knows it."""
    visibility: Visibility
    subject: str | None = None
    text: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    thread_index: str | None = None
    """Where Outlook threads the mail that is answered, in hex."""
    reply_token: str = ""
    """Signed tag for a plus-address; an answer that carries it comes back to this conversation."""
    automatic: bool = False
    """Written by the machine: mark it so that other machines do not answer (RFC 3834)."""
    author_name: str | None = None
    attachments: tuple[OutboundAttachment, ...] = ()
    buttons: tuple[Button, ...] = ()
    """Below the text; within what the capabilities say."""
    created_at_ms: int
    heard_at_ms: int | None = None
    """When the customer last wrote in this conversation; told where the channel has a reply window."""


class Sent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The provider has it."""

    provider_id: str | None = None
    pieces: tuple[str, ...] = ()
    """Ids of the further messages, where it needed several."""
    state: Literal["sent", "delivered"] = "sent"
    reached: str | None = None
    """Of a private answer to a public post: whom it went to, as the network names them in private."""


class _Reasoned(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome with its reason: often a server's own words, which need not be text that a database takes."""

    reason: str

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "reason", storable(self.reason))


class Retry(_Reasoned, frozen=True, kw_only=True, tag=True):
    """Not now; surely not delivered."""

    after_s: float | None = None
    """What the provider asked for, in seconds."""


class Rejected(_Reasoned, frozen=True, kw_only=True, tag=True):
    """Never; an agent has to see the reason."""


class AuthFailed(_Reasoned, frozen=True, kw_only=True, tag=True):
    """The channel's credentials are dead: the channel pauses and the operator is told once."""


class Unknown(_Reasoned, frozen=True, kw_only=True, tag=True):
    """It may have arrived: look it up with `reconcile`, never send blindly again."""


SendOutcome = Sent | Retry | Rejected | AuthFailed | Unknown


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel is, in words an operator acts on."""

    state: Literal["starting", "ok", "retrying", "auth_failed", "misconfigured", "stopped"]
    detail: str = ""
    since_ms: int = 0
    answered_at_ms: int | None = None
    """When its provider last answered or came by itself; None for channels that have none."""
    quota_left: int | None = None
    """Calls or messages that the provider still allows in its current window, where it says so."""


class Connector(Protocol):
    """One configured account of a channel kind. No globals, no threads or tasks of its own outside `run`."""

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled; reconnects inside. A push connector just waits."""
        ...

    async def send(self, outbound: Outbound) -> SendOutcome:
        """One provider call. Never raises for what the provider does."""
        ...

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """Whether an Unknown send arrived: Sent, Retry (it surely did not), or Unknown (cannot be told). Edits and
        reactions, which may come twice, are not asked about but sent again."""
        ...

    def routes(self, inlet: Inlet) -> Sequence["Route"]:
        """HTTP and WebSocket handlers this channel exposes, under `/channels/<kind>/<account>/` and its own pages."""
        ...

    async def check(self) -> Health:
        """One cheap authenticated call (channels check, doctor). Bounded to 10 s."""
        ...

    def health(self) -> Health:
        """How it is right now, without I/O."""
        ...

    async def close(self) -> None:
        """Release connections; called once, after `run` was cancelled."""
        ...


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One handler, mounted by router.web."""

    method: Literal["GET", "POST"]
    path: str
    """Relative to `/channels/<kind>/<account>`, starting with a slash."""
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]


# --- what a connector is given -------------------------------------------------------------------------------------


class Threads(Protocol):
    """What own channels (web chat, form) read of their conversations; the store behind it."""

    async def read(self, thread: str, peer: str, after_seq: int) -> list[ThreadMessage]:
        """Messages of the peer's private conversation that were added or changed after `after_seq`, oldest first."""
        ...

    async def ticket(self, thread: str, peer: str) -> ThreadTicket | None:
        """The ticket of the peer's private conversation; None until the conversation has been decided upon."""
        ...

    async def is_held(self, peer: str) -> bool:
        """Whether something that the peer wrote is kept until a person has let it through."""
        ...

    async def is_waiting(self, peer: str) -> bool:
        """Whether something that the peer wrote is accepted and not decided upon yet."""
        ...

    def watch(self, thread: str, peer: str) -> AsyncGenerator[None]:
        """Yield whenever something was committed to that conversation (may yield needlessly, never misses)."""
        ...

    async def mark(self, thread: str, peer: str, message_id: MessageId, state: Literal["delivered", "read"]) -> None:
        """The customer's device has shown a reply. Never moves a delivery state backwards."""
        ...


class Links(Protocol):
    """What own channels do with a link of ours that a visitor brings."""

    async def open(self, token: str, visitor: str) -> bool:
        """Let the visitor into the private conversation that `token` leads to, once; False when it opens nothing.

        For a visitor who has written nothing yet, or whom the house knows as the one whom the link was sent to. True
        again for the one whom it has let in. Raises StoreUnavailable.
        """
        ...


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """What customers are told of an incident: an agent's words, which have passed the outbound guard."""

    id: str
    texts: Mapping[str, str]
    """By language: en, zh."""


class Banners(Protocol):
    """What own channels show above every conversation."""

    def watch(self) -> AsyncIterator[tuple[Banner, ...]]:
        """Yield what is to be shown, the newest first: at once, and again whenever it changes. Nothing is said while
        the store is away."""
        ...


class Hours(Protocol):
    """When the house's queues are worked."""

    def is_open(self, queue: str) -> bool:
        """Whether somebody works this queue now; "" is the default queue. One without hours is always worked."""
        ...


class Signer(Protocol):
    """Keyed signatures for tokens that come back to us (visitor tokens, reply tokens)."""

    def sign(self, purpose: str, value: str) -> str:
        """URL-safe signature of `value` for `purpose` (HMAC-SHA-256, 128 bits)."""
        ...

    def verify(self, purpose: str, value: str, signature: str) -> bool:
        """Constant-time comparison."""
        ...


class CursorReader(Protocol):
    """Reads what `Inlet.accept` wrote."""

    async def load(self, scope: str) -> str | None:
        """The last committed cursor of this account for `scope`."""
        ...


class Credentials(Protocol):
    """Secrets that a provider gave this account in the place of configured ones, such as a rotated refresh token."""

    async def load(self, name: str) -> Secret | None:
        """What was kept last; None also when its sealing key is gone. Raises StoreUnavailable."""
        ...

    async def keep(self, name: str, secret: Secret) -> None:
        """Seal it; durable on return. Raises StoreUnavailable."""
        ...


class Log(Protocol):
    """Structured events with ids, never content."""

    def info(self, event: str, /, **fields: str | float | None) -> None:
        """A fact worth keeping."""
        ...

    def warning(self, event: str, /, **fields: str | float | None) -> None:
        """Somebody should look some time; logged once per change of state."""
        ...


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """All that a connector is handed."""

    account: str
    clock: Clock
    ids: Ids
    log: Log
    signer: Signer
    cursors: CursorReader
    credentials: Credentials
    threads: Threads
    links: Links
    banners: Banners
    public_url: str
    proxies: int = 0
    """How many stand before the house (router.model.networks)."""
    signals: Signals | None = None
    """None: there is nobody to hear or say any."""
    hours: Hours | None = None
    """None: nobody has said when the queues are worked; they are."""
    answers_by_mail: bool = False
    """The house has a mail channel, which carries answers to typed addresses (Capabilities.mails_answers)."""


class Simulator(Protocol):
    """A provider of our own, for `switchboard demo`: made by an entry point of the group `switchboard.simulators`."""

    async def start(self) -> None:
        """Begin to serve."""
        ...

    async def stop(self) -> None:
        """Stop serving; what was delivered is kept."""
        ...

    def settings(self) -> dict[str, object]:
        """Settings of a channel that talks to it."""
        ...

    async def deliver(self, raw: bytes) -> None:
        """A customer says something, in the provider's own form."""
        ...

    def describe(self) -> str:
        """How a person can play the customer."""
        ...


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A connector kind, found through the entry point group `switchboard.connectors`."""

    kind: str
    name: str
    version: str
    settings: type[msgspec.Struct]
    """Typed configuration; unknown keys are refused. `env:NAME` and `file:PATH` are resolved before it is made."""
    capabilities: Capabilities
    create: Callable[[msgspec.Struct, Context], Connector]
    parse: Callable[[RawEvent, str], Sequence[InboundEvent]]
    """(raw, account) to events: pure and total under limits; raises InvalidMessage for what cannot be understood."""
    backfill: Callable[[msgspec.Struct, Context, Inlet, int], Awaitable[None]] | None = None
    """(settings, context, inlet, since_ms): hand everything the provider still has since then to `inlet`, oldest first,
    beside a running channel and without its cursor. Raises Refused. None for kinds whose provider keeps nothing."""
    chinese: Mapping[str, str] = {}
    """What `Health.detail` and reasons say, by the English sentence in Chinese, with the same {blanks}."""
    renamed: Mapping[str, str] = {}
    """Settings of older versions, and what is written today in their place: for the error that names them."""
    configured: Callable[[msgspec.Struct], Capabilities] | None = None
    """What one account can do, for kinds where that depends on its settings."""
