"""The frames of the web chat's WebSocket, protocol version 1: a public contract.

The adapter decodes what clients send and encodes what it answers; the simulator does the reverse. Fields a client adds
are ignored, so that newer pages can talk to older servers; frames of unknown type are an error.
"""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from router.model.buttons import ButtonLimits, degraded
from router.model.explain import load_object, scrub
from router.model.threads import ThreadMessage

VERSION: Final = 1
TEXT_CHARS_MAX: Final = 10_000
"""One chat message, in code points: longer than anybody types, room for a pasted log."""
FRAME_BYTES_MAX: Final = 131_072
"""One frame: `TEXT_CHARS_MAX` code points, each escaped as a surrogate pair at worst, and what is around them."""
SHOWN_MAX: Final = 200
"""Message ids in one `shown` frame."""
BATCH_MAX: Final = 200
"""Messages in one `welcome` or `messages` frame; the next frame goes on."""

FILE_NAME_CHARS_MAX: Final = 1_000
"""What a client may call a file; much less of it is kept."""
FILES_ANNOUNCED_MAX: Final = 100

T = TypeVar("T")
BUTTONS: Final = ButtonLimits(most=10)

_Short = Annotated[str, Meta(max_length=320)]


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower):
    """A JSON object with a `type`."""


class AppUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who the embedding app says is logged in; proven only by `hmac`, hex HMAC-SHA-256 of `user_id`."""

    user_id: Annotated[str, Meta(min_length=1, max_length=320)]
    name: Annotated[str, Meta(max_length=200)] | None = None
    email: _Short | None = None
    hmac: _Short | None = None


class Hello(Frame, frozen=True, kw_only=True):
    """The first frame of a client."""

    v: int
    token: _Short | None = None
    last_seq: Annotated[int, Meta(ge=0, le=2**53)] = 0
    user: AppUser | None = None
    lang: Annotated[str, Meta(max_length=35)] | None = None
    link: _Short | None = None
    """The token of a link into a private conversation."""
    link_key: _Short | None = None
    """A UUID of the client's making, the same until the link was answered: a lost connection must not lose the link."""
    banners: bool = False
    """The client shows what is told to everybody: only then is it told."""
    buttons: bool = False
    """The client shows buttons: the others get them as lines of the text."""
    signals: bool = False
    """The client shows that an agent writes and what was read: only then is it told."""


class Message(Frame, frozen=True, kw_only=True):
    """One utterance of the customer. Repeated with the same id until an ack says accepted or duplicate."""

    client_msg_id: _Short
    """A UUID of the client's making: the key that drops repetitions."""
    text: str
    sent_at_ms: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    """The client's clock, which may lie."""
    alarm: bool = False
    """The customer pressed the alarm; `text` says in their language what it says on it."""


class FileHead(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose bytes follow."""

    name: Annotated[str, Meta(max_length=FILE_NAME_CHARS_MAX)]
    size: Annotated[int, Meta(ge=0, le=2**53)]


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of `POST …/messages`: a message with files, whose bytes follow it end to end, in this order."""

    v: int
    token: _Short | None = None
    """Of the welcome: nobody comes into being here."""
    user: AppUser | None = None
    client_msg_id: _Short
    """As of a message: posted again with the same id, it is the same message."""
    text: str = ""
    sent_at_ms: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    lang: Annotated[str, Meta(max_length=35)] | None = None
    files: Annotated[tuple[FileHead, ...], Meta(max_length=FILES_ANNOUNCED_MAX)]


class Shown(Frame, frozen=True, kw_only=True):
    """The customer's device has these messages on its screen."""

    message_ids: Annotated[tuple[_Short, ...], Meta(max_length=SHOWN_MAX)]


class Typing(Frame, frozen=True, kw_only=True):
    """The customer is typing: shown for a few seconds to whoever has their ticket open. One in four seconds counts."""


class Ping(Frame, frozen=True, kw_only=True):
    """Either side asks whether the other is there."""


class Pong(Frame, frozen=True, kw_only=True):
    """The answer to a ping."""


ClientFrame = Hello | Message | Shown | Typing | Ping | Pong


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message as the customer may see it."""

    seq: int
    id: str
    author: Literal["customer", "agent", "system"]
    author_name: str | None
    text: str
    client_msg_id: str | None
    delivery: str | None
    at_ms: int
    deleted: bool
    files: tuple["ChatFile", ...] = ()
    buttons: tuple["ChatButton", ...] = ()


class ChatButton(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button below a message: it opens `url`, or else the client sends `says`, under an id made of the message's."""

    label: str
    url: str
    says: str


class ChatFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a message, to be had by whoever knows where."""

    path: str
    """Relative to the page."""
    name: str
    content_type: str
    """What it is by its content."""
    size: int


class Welcome(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to hello: the token to come back with, and what was missed."""

    v: int
    token: str
    visitor: str
    messages: tuple[ChatMessage, ...]
    last_seq: int
    linked: bool | None = None
    """Whether the link of the hello has led to this conversation; null when there was none."""


RefusalReason = Literal[
    "try_again", "slow_down",
    "bad_id", "empty", "too_long", "unreadable",
    "file_many", "file_large", "file_total", "file_empty", "file_kind",
]  # fmt: skip
"""The first two: keep it and send it again. The others: never."""


class Ack(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of one message. accepted and duplicate are said only once it is durable."""

    client_msg_id: str
    outcome: Literal["accepted", "duplicate", "refused"]
    reason: RefusalReason | None = None
    file: int | UnsetType = UNSET
    """Which file it is refused for, from 0; not there for other reasons."""


class Messages(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was committed to the conversation after the last frame: new messages, and new states of older ones."""

    messages: tuple[ChatMessage, ...]
    last_seq: int


class Banner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the house tells everybody about one incident."""

    id: str
    texts: dict[str, str]
    """By language: en, zh; at least one."""


class Banners(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is to stand above the conversation now, the newest first: after the welcome, and at every change."""

    banners: tuple[Banner, ...]


class Writing(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent writes an answer: to be shown for six seconds, or until a message of an agent comes."""

    name: str | None
    over: bool
    """They have stopped."""


class Seen(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent has read the customer's messages up to this one."""

    message_id: str


ErrorCode = Literal[
    "bad_frame", "hello_first", "unsupported_version", "bad_identity", "too_many_connections", "try_again",
    "unknown_visitor",
]  # fmt: skip


class Error(Frame, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Said before the server closes the connection."""

    code: ErrorCode
    detail: str


ServerFrame = Welcome | Ack | Messages | Banners | Writing | Seen | Error | Ping | Pong


def decoded(data: str | bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """What a client sent. Raises msgspec.ValidationError and InvalidMessage."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A browser that cut an emoji in two writes half a surrogate pair; its message must not come for ever.
        raw = data if isinstance(data, bytes) else data.encode(errors="replace")
        found: T = msgspec.convert(scrub(load_object(raw)), decoder.type)
        return found


def chat_message(message: ThreadMessage, visitor: str, *, buttons: bool) -> ChatMessage:
    """What the customer `visitor` is shown of a message of the house; `buttons`: their client can show some."""
    text, shown = degraded(message.text, message.buttons, BUTTONS if buttons else None)
    own = message.external_id if message.author == "customer" else None
    return ChatMessage(
        seq=message.seq,
        id=message.id,
        author=message.author,
        author_name=message.author_name,
        text="" if message.deleted else text,
        client_msg_id=own.removeprefix(f"{visitor}:") if own else None,
        delivery=message.delivery,
        at_ms=message.at_ms,
        deleted=message.deleted,
        files=tuple(
            ChatFile(path=file.path, name=file.name, content_type=file.content_type, size=file.size)
            for file in message.files
        ),
        buttons=tuple(ChatButton(label=each.label, url=each.url, says=each.says) for each in shown),
    )
