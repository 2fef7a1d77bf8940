"""What a channel can do: a part of the contract of connectors, which take it from `router.connector`."""

from typing import Literal

import msgspec

from router.model.buttons import ButtonLimits
from router.model.message import Visibility
from router.model.signals import SignalKind

Moderation = Literal["hide", "unhide", "delete"]
"""What can be done to somebody else's post: out of sight, in sight again, gone for good."""


Amendment = Moderation | Literal["edit", "react"]
"""What can be done to a message that stands there already; an answer of ours gets another text, a customer's message a
reaction."""


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """How the text of an answer of ours is changed where it stands, as data."""

    visibilities: tuple[Visibility, ...] = ("private", "public")
    """Of the answers that can be changed."""
    units_max: int | None = None
    """The longest text of one message, in UTF-16 units, for an edit is never split; None: that of any answer."""
    needs_id: bool = True
    """It is found by the id that `Sent` told. False: the channel shows what the house has."""


class Reactions(msgspec.Struct, frozen=True, kw_only=True):
    """How a message of a customer is reacted to, as data."""

    emoji: tuple[str, ...]
    """What agents choose from: few, in this order, and each one that the network takes."""
    visibilities: tuple[Visibility, ...] = ("private", "public")
    """Of the messages that can be reacted to."""


class PrivateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How a public post can be answered in private, as data."""

    is_sure: bool = True
    """Whoever posted can be reached so. False: they may take no messages of strangers, and the machine does not try."""
    once: bool = False
    """The network takes one for each post."""
    window_s: int | None = None
    """How long after the post, in seconds; None: at any time."""
    units_max: int | None = None
    """Its longest text, in UTF-16 units; None: that of any message."""


class PublicFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Which files a public answer carries, as data."""

    most: int
    """Of one answer; 0: it carries none."""
    bytes_max: int = 0
    """The largest."""
    types: tuple[str, ...] = ()
    """Media types, of the content; all when there are none."""


class LoneFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files of which an answer carries one, and no other file beside it, as data."""

    types: tuple[str, ...]
    """Media types, of the content."""
    bytes_max: int
    """The largest."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel kind can do, as data, so that nothing asks `isinstance`."""

    visibilities: tuple[Visibility, ...] = ("private",)
    can_send: bool = True
    idempotent_send: bool = False
    """Sending the same key twice shows one message (mail: the same Message-ID; web chat: our own id)."""
    text_max: int | None = None
    """Longest text of one message, in code points; None when the provider sets no bound."""
    public_text_max: int | None = None
    """The same of a public one, where that is another; None: it is not."""
    html: bool = False
    attachments: bool = False
    """`send` carries files."""
    attachment_bytes_max: int = 0
    """The largest file that it carries."""
    attachments_bytes_max: int | None = None
    """All files of one message together; None when only each of them is bounded."""
    attachments_most: int | None = None
    """Files of one message; None: as many as a reply may have."""
    attachment_types: tuple[str, ...] = ()
    """Media types that it carries, of the content; all when there are none."""
    public_files: PublicFiles | None = None
    """The same of a public answer, where that is otherwise; None: it is not."""
    lone_files: tuple[LoneFiles, ...] = ()
    """What it carries besides those types, in public as in private, each alone and with a size of its own."""
    moderates: tuple[Moderation, ...] = ()
    """What `send` can ask of the network for a customer's public post: an Outbound with that action."""
    takes_back: bool = False
    """`send` can delete a public answer of ours: the same, with the ids that `Sent` told."""
    edits: Edits | None = None
    """`send` can give an answer of ours another text: an Outbound with that action, the id that `Sent` told and the new
    text. It may come twice: a text that stands there already is Sent. None: what was sent is final."""
    reactions: Reactions | None = None
    """`send` can set our one reaction to a customer's message: an Outbound with the action `react`, the message's id
    and the emoji as its text, or no text, which takes it off. It may come twice. None: there are none."""
    private_answer: PrivateAnswer | None = None
    """`send` can answer a public post so that its writer alone reads it: an Outbound that is private and names it."""
    buttons: ButtonLimits | None = None
    """The buttons that `send` shows; what is none of them comes as lines of the text."""
    signals: tuple[SignalKind, ...] = ()
    """What a customer in private can be shown of us besides messages: that an agent is writing (typing), what was read
    (read). Whoever names any has `Signalling.signal`."""
    opens_links: bool = False
    """Its page lets visitors into the private conversations that our links lead to (`Context.links`)."""
    private_link: str = ""
    """An address that leads whoever posts here in public to this account's own private side, with `{token}` where the
    network takes a word of ours along (or `{id}` and `{signature}`, the parts of it, where it takes no dot); what comes
    back goes to `Context.links`. Empty: there is none."""
    reply_window_s: int | None = None
    """How long after a customer's last private message an answer can be sent, in seconds; None: at any time."""
    agent_window_s: int | None = None
    """The same for what a person of ours writes, where the network grants people longer."""
    ids_by_senders: bool = False
    """Message ids are whatever their senders wrote (mail): another message may come under a known one."""
    threads: bool = False
    """Messages name what they answer (mail)."""
    answered_by_call: bool = False
    """Whoever writes here has telephoned: without `can_send` an agent calls back and logs the call."""
    unwritable: str = ""
    """Peers whose address begins so cannot be written to; none when it is empty."""
    answers_by_itself: bool = True
    """False: the machine never answers first. Anybody can forge a caller id, and have it write to strangers."""
    mails_answers: bool = False
    """Answers that its page shows go to the address that was typed too, where the house has a mail channel."""
    speaks_for: tuple[str, ...] = ()
    """Other channel kinds whose messages this account brings in and whose replies it carries (the API channel)."""
