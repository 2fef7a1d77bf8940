"""What customers say, as it crosses the door: one shape for every channel, the wire's and the house's alike."""

from typing import Literal

import msgspec

from router.model.ids import AgentId, AttachmentId, BlobHash, OutboxId, SealedId

Kind = Literal["message", "edit", "delete", "reaction", "receipt", "call", "unsupported"]
Visibility = Literal["public", "private"]
HeldReason = Literal["blocked", "flood"]
Automatic = Literal["none", "auto_reply", "bounce", "bulk"]
DeliveryState = Literal["sent", "delivered", "read", "failed"]


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote, as the provider tells it. Only what the channel proves is an identity; the rest are hints."""

    id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    handle: str | None = None
    user_id: str | None = None
    verified: bool | None = None


class AttachmentIn(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way in: its bytes (`data`) or where the provider keeps it (`url`)."""

    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    data: bytes | None = None
    """base64 in JSON."""
    url: str | None = None
    content_id: str | None = None
    """Content-ID without brackets (RFC 2392) of an image that the HTML shows in place."""


class AttachedMail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail that is attached to another says."""

    sender: Sender
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    """Until the door has derived the text from it, where there is no other."""


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """What the channel knows of a mail that looks as if it were passed on (core/forwards)."""

    mailbox: str
    """Our own address, which is no customer's."""
    trusted: bool = False
    """The channel's settings name the sender as an agent's address."""
    attached: AttachedMail | None = None
    """The one mail that is attached."""


class InboundEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One normalised event: the message of docs/formats.md, with `sent_at` decoded and what only connectors know."""

    kind: Kind = "message"
    channel: str
    account: str = "default"
    message_id: str
    target_id: str | None = None
    thread_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    visibility: Visibility = "private"
    sent_at_ms: int
    sender: Sender
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    language: str | None = None
    attachments: tuple[AttachmentIn, ...] = ()
    automatic: Automatic = "none"
    """Not none: stored and threaded, never answered by the machine."""
    mailing: bool = False
    """One can unsubscribe from it: never answered by the machine, in all else as if a person had written it."""
    reply_token: str | None = None
    """The signed tag of a plus-address it was sent to, unverified."""
    delivery: DeliveryState | None = None
    """kind receipt: what became of the message `target_id`."""
    delivery_detail: str | None = None
    delivery_status: str | None = None
    """Of a mail that failed, the code of RFC 3463, such as 5.1.1."""
    reply_to: str | None = None
    """Where answers should go when that is not the sender's id (a mail's Reply-To); never an identity."""
    participants: tuple[str, ...] = ()
    """Addresses in To and Cc other than our own, lower-cased."""
    thread_index: str | None = None
    """A mail's Thread-Index in hex: 44 digits name Outlook's thread, 10 more for each answer in it."""
    relay: Relay | None = None
    """The mail may be somebody else's that its sender passes on."""
    forwarded_by: str | None = None
    """The agent (set by the decision), or the web form that mails, who passed on what `sender` wrote. Nobody has proven
    that they did."""
    alarm: bool = False
    """The customer pressed the alarm: critical, whatever the text and the rules say."""
    held: HeldReason | None = None
    """An export says that it was held, and why; heeded in history alone, where it is held again."""
    ext: str | None = None
    """Unknown fields of the wire: a JSON object as text (msgspec decodes no union that holds a Raw)."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The first time that an agent was served a file."""

    by: AgentId
    at_ms: int


class StoredAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was taken in: its bytes rest sealed under their hash."""

    id: AttachmentId
    name: str
    content_type: str
    """What the sender calls it; never believed (`sniffed`)."""
    size: int
    blob: BlobHash | None = None
    content_id: str | None = None
    url: str | None = None
    state: Literal["stored", "too_big", "remote", "lost"] = "stored"
    """remote: it is to be fetched from `url`; lost: that could not be done."""
    tries: int = 0
    """Attempts to fetch it that have failed."""
    checked: Literal["clean", "masked", "unchecked"] = "unchecked"
    """Whether the door looked for secrets in it: only text can be looked through."""
    sniffed: str | None = None
    """What its first bytes say it is (router.model.filetypes); None in a file that an
    earlier release took in."""
    opened: Opening | None = None
    """Of a file that could not be checked: who was the first to look into it."""


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """One replaced span, in code points of the field as it came in; for HTML, of the text derived from it."""

    field: str
    start: int
    end: int
    type: str


StoredField = Literal["text", "subject"]


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A text that takes the place of an answer of ours once its channel has it."""

    outbox_id: OutboxId
    """The row that carries it; what must not rest in clear rests sealed under this id."""
    text: str
    findings: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    author_id: AgentId
    at_ms: int


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer of ours said until somebody corrected it."""

    text: str
    corrected_by: AgentId
    corrected_at_ms: int


class PickedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """A redaction policy, and the rule that chose it."""

    rule: str
    policy: str


class SealedValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value that was taken out of a message and rests encrypted; its placeholder begins at `start`."""

    field: StoredField
    start: int
    type: str
    agents: bool
    """Every agent may reveal it."""
    supervisors: bool


class Unindexed(msgspec.Struct, frozen=True, kw_only=True):
    """A span that the search is not to find."""

    field: StoredField
    start: int
    end: int


class Care(msgspec.Struct, frozen=True, kw_only=True):
    """What redaction policies ask of whoever handles a message from the door on. Offsets are of the stored fields."""

    policies: tuple[PickedPolicy, ...]
    sealed_id: SealedId | None = None
    sealed_until_ms: int | None = None
    sealed: tuple[SealedValue, ...] = ()
    """In the order of their places in the sealed record."""
    unindexed: tuple[Unindexed, ...] = ()
    untold: tuple[str, ...] = ()
    """Types of findings that webhooks do not name."""


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the journal keeps it: redacted, its files stored, ready to be decided at any later time."""

    event: InboundEvent
    """`text` is always set on a message and safe; `html` is sanitised or None; `attachments` is empty."""
    attachments: tuple[StoredAttachment, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    findings: tuple[str, ...] = ()
    """Every type the detectors found, masked or only seen."""
    care: Care | None = None
    """None: no rule chose a policy."""
    entity_hashes: tuple[str, ...] = ()
    """Keyed hashes of the masked values, for de-duplication without the values."""
    address_hashes: tuple[str, ...] = ()
    """The same of wallet addresses, masked or only seen: a public post and a private mail about one transfer share
    them."""
    rules_version: str
    imported: bool = False
    """History from a file: filed like any other, never answered by the machine."""
    released_by: str = ""
    """It was held, and this actor let it through: no block and no quota is asked again."""
    received_at_ms: int
    parse_ms: float = 0.0
    redact_ms: float = 0.0
