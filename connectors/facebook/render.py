"""An outbound message as calls of the Graph API. Pure: the same arguments give the same calls at every attempt.

Plain text only: what an agent writes is shown as it was written.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from connectors.facebook.meta import SAYS, mark_of
from router.connector import Outbound, OutboundAttachment
from router.model.buttons import Button, ButtonLimits
from router.model.signals import Signal
from router.model.splitting import split, utf16_units

MESSAGE_UNITS_MAX: Final = 2_000
"""Of one message of Messenger (Send API, `message.text`), counted in UTF-16 units to be safe."""
COMMENT_UNITS_MAX: Final = 8_000
"""Of one comment."""
TEXT_CHARS_MAX: Final = 5 * MESSAGE_UNITS_MAX
"""Of one reply, in code points."""
FILE_BYTES_MAX: Final = 25 * 1_000_000
"""What one attachment may have."""
PICTURES: Final = ("image/png", "image/jpeg", "image/webp")
"""What a comment shows as a photo (Graph API, /{object-id}/comments, `source`)."""
PICTURE_BYTES_MAX: Final = 4_000_000 - 1
"""Of one: Meta takes photos of less than 4 MB."""
WINDOW_S: Final = 24 * 3_600
"""How long after a person's last message the page may answer (standard messaging window)."""
AGENT_WINDOW_S: Final = 7 * 24 * 3_600
"""The same for people, with the tag HUMAN_AGENT; also how long a comment can be answered in private."""
BUTTONS: Final = ButtonLimits(most=3, label_max=20, says_max=1_000 - len(SAYS), text_max=640)
"""Messenger Platform, Button template and Postback button."""
REACTIONS: Final = ("👍", "❤️", "🙏", "😊", "🎉", "😢")
_PSID: Final = re.compile(r"\d{1,32}")
_OBJECT: Final = re.compile(r"(\d{1,32}(?:_\d{1,32})?)(?::.*)?")
"""A post or a comment; behind it what an edit's own id adds."""
_KINDS: Final = ("image", "audio", "video")


class Unsendable(Exception):
    """It can never be sent this way; the message says why."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the Graph API that does something."""

    method: Literal["POST", "DELETE"] = "POST"
    path: str
    """Behind the version."""
    parameters: Mapping[str, object]
    mark: str
    """What it is known by here; of a message, also the metadata that its echo brings back."""
    file: OutboundAttachment | None = None
    file_field: Literal["filedata", "source"] = "filedata"
    """What the file is called in the form: of a message, or of a comment."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply depends on besides itself."""

    page: str
    human_agent: bool
    now_ms: int


def object_id(external_id: str | None) -> str | None:
    """The post or comment that an external id names."""
    found = _OBJECT.fullmatch(external_id or "")
    return found[1] if found is not None else None


def is_private_answer(call: Call) -> bool:
    """Whether it answers a comment so that its writer alone reads it."""
    recipient = call.parameters.get("recipient")
    return isinstance(recipient, dict) and "id" not in recipient


def render(outbound: Outbound, way: Way) -> tuple[Call, ...]:
    """The calls that make up one reply, in order. Raises Unsendable."""
    stands_in_public = "_" in outbound.thread
    if outbound.action == "react":
        return (_reaction(outbound, way),)
    if outbound.action != "send":
        if not stands_in_public:
            raise Unsendable(f"the post to {outbound.action} is no comment on this page")
        if outbound.action == "edit":
            return (_edited(outbound),)
        return tuple(_moderation(outbound, each, n) for n, each in enumerate((outbound.target_id, *outbound.pieces)))
    if outbound.visibility == "public":
        if not stands_in_public:
            raise Unsendable("a public reply does not go into a Messenger conversation")
        calls = _comments(outbound)
    elif stands_in_public:
        calls = _private_reply(outbound, way)
    else:
        calls = _messages(outbound, way)
    if not calls:
        raise Unsendable("there is neither text nor a file in it")
    return calls


def sender_action(signal: Signal, page: str) -> Call | None:
    """The call that shows that somebody writes (for 20 s at most, or until a message comes), has stopped, or has read;
    None outside Messenger. It may hold nothing but recipient and action
    (https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions)."""
    if not _PSID.fullmatch(signal.peer) or "_" in signal.thread:
        return None
    typing = "typing_off" if signal.over else "typing_on"
    action = typing if signal.kind == "typing" else "mark_seen"
    parameters = {"recipient": {"id": signal.peer}, "sender_action": action}
    return Call(path=f"{page}/messages", parameters=parameters, mark="")


def _moderation(outbound: Outbound, external_id: str | None, part: int) -> Call:
    target = object_id(external_id)
    if target is None:
        raise Unsendable(f"the post to {outbound.action} is no comment on this page")
    mark = mark_of(outbound.key, part)
    if outbound.action == "delete":
        return Call(method="DELETE", path=target, parameters={}, mark=mark)
    return Call(path=target, parameters={"is_hidden": outbound.action == "hide"}, mark=mark)


def _edited(outbound: Outbound) -> Call:
    """A comment of the page's own gets another text
    (https://developers.facebook.com/docs/graph-api/reference/comment/#updating)."""
    target, text = object_id(outbound.target_id), outbound.text.strip()
    if target is None:
        raise Unsendable("the answer to correct is no comment on this page")
    if not 0 < utf16_units(text) <= COMMENT_UNITS_MAX:
        raise Unsendable(f"a comment has 1 to {COMMENT_UNITS_MAX} characters; an edit is not split")
    return Call(path=target, parameters={"message": text}, mark=mark_of(outbound.key, 0))


def _reaction(outbound: Outbound, way: Way) -> Call:
    """The page's one reaction to a message of Messenger, or none any more
    (https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions).
    Comments have none that a page could set."""
    if "_" in outbound.thread or not outbound.target_id or not _PSID.fullmatch(outbound.to):
        raise Unsendable("what to react to is no message of Messenger")
    payload = {"message_id": outbound.target_id} | ({"reaction": outbound.text} if outbound.text else {})
    action = "react" if outbound.text else "unreact"
    said: dict[str, object] = {"recipient": {"id": outbound.to}, "sender_action": action, "payload": payload}
    return Call(path=f"{way.page}/messages", parameters=said, mark=mark_of(outbound.key, 0))


def _comments(outbound: Outbound) -> tuple[Call, ...]:
    """Comments below the one that is answered, or below the post."""
    target = object_id(outbound.in_reply_to) or object_id(outbound.thread)
    if target is None:
        raise Unsendable("the conversation names no post of Facebook")
    picture = _picture(outbound.attachments)
    pieces = split(outbound.text, COMMENT_UNITS_MAX) or [""] * (picture is not None)
    return tuple(
        Call(
            path=f"{target}/comments",
            parameters={"message": piece} if piece else {},
            mark=mark_of(outbound.key, part),
            file=None if part else picture,
            file_field="source",
        )
        for part, piece in enumerate(pieces)
    )


def _picture(files: Sequence[OutboundAttachment]) -> OutboundAttachment | None:
    """The one picture that a public answer may have, with its first comment. Raises Unsendable."""
    for file in files:
        if len(files) > 1 or file.content_type not in PICTURES or len(file.data) > PICTURE_BYTES_MAX:
            raise Unsendable(f"a comment has one PNG, JPEG or WebP of at most {PICTURE_BYTES_MAX} bytes")
    return files[0] if files else None


def _private_reply(outbound: Outbound, way: Way) -> tuple[Call, ...]:
    """The one message that a comment can be answered with in private."""
    target = object_id(outbound.in_reply_to)
    if target is None:
        raise Unsendable("a private reply names the comment that it answers")
    if outbound.heard_at_ms is not None and way.now_ms - outbound.heard_at_ms >= AGENT_WINDOW_S * 1_000:
        raise Unsendable("the comment is older than seven days: Facebook takes no private reply to it any more")
    if outbound.attachments or utf16_units(outbound.text.strip()) > MESSAGE_UNITS_MAX:
        raise Unsendable(f"a private reply to a comment is one message of {MESSAGE_UNITS_MAX} characters")
    named = {"comment_id": target} if target != object_id(outbound.thread) else {"post_id": target}
    return tuple(
        Call(
            path=f"{way.page}/messages",
            parameters={"recipient": named, "message": {"text": piece, "metadata": mark_of(outbound.key, 0)}},
            mark=mark_of(outbound.key, 0),
        )
        for piece in split(outbound.text, MESSAGE_UNITS_MAX)
    )


def _messages(outbound: Outbound, way: Way) -> tuple[Call, ...]:
    """Messages of Messenger, text first."""
    if not _PSID.fullmatch(outbound.to):
        raise Unsendable("the conversation names nobody on Messenger")
    common = {"recipient": {"id": outbound.to}, **_reason(outbound, way)}
    calls: list[Call] = []
    for piece in split(outbound.text, MESSAGE_UNITS_MAX):
        mark = mark_of(outbound.key, len(calls))
        said = {"attachment": _template(piece, outbound.buttons)} if outbound.buttons else {"text": piece}
        message = {**said, "metadata": mark}
        calls.append(Call(path=f"{way.page}/messages", parameters={**common, "message": message}, mark=mark))
    for file in outbound.attachments:
        if len(file.data) > FILE_BYTES_MAX:
            raise Unsendable(f"{file.name} has {len(file.data)} bytes; Messenger takes {FILE_BYTES_MAX}")
        mark = mark_of(outbound.key, len(calls))
        kind = file.content_type.partition("/")[0]
        attachment = {"type": kind if kind in _KINDS else "file", "payload": {}}
        held = {"attachment": attachment, "metadata": mark}
        calls.append(Call(path=f"{way.page}/messages", parameters={**common, "message": held}, mark=mark, file=file))
    return tuple(calls)


def _reason(outbound: Outbound, way: Way) -> dict[str, str]:
    """Why the page may write now: an answer, or a person's within seven days. Raises Unsendable."""
    late_s = 0 if outbound.heard_at_ms is None else (way.now_ms - outbound.heard_at_ms) / 1_000
    if late_s < WINDOW_S:
        return {"messaging_type": "RESPONSE"}
    if outbound.automatic or not way.human_agent:
        raise Unsendable("24 hours have passed since the customer wrote: Messenger takes no answer any more")
    if late_s >= AGENT_WINDOW_S:
        raise Unsendable("seven days have passed since the customer wrote: Messenger takes no answer any more")
    return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


def _template(text: str, buttons: Sequence[Button]) -> dict[str, object]:
    """A text with buttons below it."""
    keys = [
        {"type": "web_url", "title": each.label, "url": each.url}
        if each.url
        else {"type": "postback", "title": each.label, "payload": SAYS + each.says}
        for each in buttons
    ]
    return {"type": "template", "payload": {"template_type": "button", "text": text, "buttons": keys}}
