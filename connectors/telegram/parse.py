"""One raw payload to the events it means. Pure; called by intake through the manifest.

A message's id is `chat:message`, whichever update it comes in, so that a repeated delivery is a duplicate. An edit adds
its update's id: two edits may happen within one second, which is all Telegram tells of the time.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from connectors.telegram import updates as telegram
from connectors.telegram.contents import answered_elsewhere, files_of, text_of
from connectors.telegram.meta import BOT_ID, BOT_NAME, GROWN, LINK, PRESSED, SAYS
from connectors.telegram.updates import Callback, Chat, Message, Reaction, Update, User
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, NAME_CHARS_MAX
from router.model.message import AttachmentIn, InboundEvent, Kind, Sender, Visibility
from router.model.parcel import Fetched, unpack

CHANNEL: Final = "telegram"
_SERVICE_ID: Final = 777000
"""Telegram itself, which forwards a channel's posts into its group."""
_START: Final = re.compile(r"/start(?:@[A-Za-z0-9_]{1,64})?(?:\s+(?P<payload>[A-Za-z0-9_.-]{1,128}))?\s*")
_LINK: Final = re.compile(r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[_.](?P<signature>[A-Za-z0-9_-]{16,64})")
_REFUSED: Final = "[came with a link that opens nothing any more]"


def link_token(message: Message) -> str | None:
    """The token of our link that a customer came with (`t.me/<bot>?start=…`), as the house knows it.

    The payload of a deep link knows no dot: there an underscore stands between the link's id and its signature.
    """
    started = _START.fullmatch(message.text or "") if message.chat.type == "private" else None
    found = _LINK.fullmatch(started["payload"] or "") if started is not None else None
    return None if found is None else f"{found['id']}.{found['signature']}"


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The events of `raw.body`: one, or none for what is no customer's utterance (joins, pins, our own words).

    Raises InvalidMessage for what is no update.
    """
    bodies, files = unpack(raw.body)
    if not bodies:
        raise InvalidMessage("a payload without an update")
    found = [_decoded(body) for body in bodies]
    if len(found) > 1:
        return _album(found, files, raw.meta, account)
    update = found[0]
    if update.message is not None:
        return _message(update.message, update, files, raw.meta, account)
    if update.edited_message is not None:
        return _message(update.edited_message, update, files, raw.meta, account, kind="edit")
    if update.business_message is not None:
        return _message(update.business_message, update, files, raw.meta, account, kind="unsupported")
    if update.callback_query is not None:
        return _callback(update.callback_query, account)
    if update.message_reaction is not None:
        return _reaction(update.message_reaction, update, account)
    return ()


def _decoded(body: bytes) -> Update:
    try:
        return telegram.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"no update of Telegram: {error}") from None


def _album(
    updates: Sequence[Update], files: Mapping[str, Fetched], meta: Mapping[str, str], account: str
) -> Sequence[InboundEvent]:
    """Several messages with one media_group_id as one: the first one's, with the text and the files of all.

    Where the first ones are here already, the last is an edit of their message under an id of its own.
    """
    messages = [update.message for update in updates if update.message is not None]
    if len(messages) != len(updates) or len({(m.chat.id, m.media_group_id) for m in messages}) != 1:
        raise InvalidMessage("several updates that are no album")
    known = {message.message_id: message for message in messages}  # one may have been brought twice
    messages = [known[number] for number in sorted(known)]
    events = [event for m in messages for event in _message(m, updates[0], files, meta, account)]
    if not events:
        return ()
    whole = msgspec.structs.replace(
        events[0],
        text="\n".join(event.text for event in events if event.text),
        attachments=tuple(file for event in events for file in event.attachments)[:ATTACHMENTS_MAX],
    )
    if GROWN in meta:
        last = messages[-1]
        whole = msgspec.structs.replace(
            whole, kind="edit", message_id=_message_id(last.chat, last.message_id), target_id=events[0].message_id
        )
    return (whole,)


def _message(
    message: Message,
    update: Update,
    files: Mapping[str, Fetched],
    meta: Mapping[str, str],
    account: str,
    *,
    kind: Kind = "message",
) -> Sequence[InboundEvent]:
    if _is_nobody(message, meta):
        return ()
    text, attachments = _said(message, files)
    started = _START.fullmatch(message.text or "") if message.chat.type == "private" else None
    if started is not None:
        if meta.get(LINK) != "refused":
            return ()  # the button that opens every chat with a bot; a link that opened is told by the house
        text = _REFUSED
    if not text and not attachments:
        return ()  # somebody joined, pinned, changed the title
    if kind == "unsupported":
        text = f"[business chat] {text}"
    own_id = _message_id(message.chat, message.message_id)
    event = InboundEvent(
        kind=kind,
        channel=CHANNEL,
        account=account,
        message_id=own_id if kind == "message" else f"{own_id}:{kind}:{update.update_id}",
        target_id=own_id if kind == "edit" else None,
        thread_id=_thread(message),
        in_reply_to=_answered(message),
        visibility=_visibility(message.chat),
        sent_at_ms=_ms(message.edit_date if kind == "edit" and message.edit_date else message.date),
        sender=_sender(message, message.user),
        text=_unaddressed(text, message.chat, meta),
        attachments=tuple(attachments),
        automatic="auto_reply" if _is_machine(message) else "none",
    )
    return (event,)


def _said(message: Message, files: Mapping[str, Fetched]) -> tuple[str, list[AttachmentIn]]:
    attachments, notices = files_of(message, files)
    said = "\n".join(filter(None, (text_of(message), *notices)))
    if said or attachments:
        said = "\n\n".join(filter(None, (said, answered_elsewhere(message))))
    return said, attachments


def _unaddressed(text: str, chat: Chat, meta: Mapping[str, str]) -> str:
    """In a group the bot is called by its name first, which says nothing of the matter."""
    name = meta.get(BOT_NAME, "")
    if chat.type == "private" or not name:
        return text
    rest = re.sub(rf"\A\s*@{re.escape(name)}\b[\s,:，：]*", "", text, count=1, flags=re.IGNORECASE)
    return rest or text


def _callback(callback: Callback, account: str) -> Sequence[InboundEvent]:
    """A button of ours says what stands behind it, once for each who presses it; one of another program is shown."""
    message = callback.message
    if message is not None and callback.data.startswith(SAYS):
        return (_pressed(callback, message, account),)
    # Without the message nothing tells where the button stood; what is said in private is safe there.
    visibility: Visibility = "private" if message is None else _visibility(message.chat)
    pressed = InboundEvent(
        kind="unsupported",
        channel=CHANNEL,
        account=account,
        message_id=f"callback:{callback.id}",
        thread_id=None if message is None else _thread(message),
        in_reply_to=None if message is None else _message_id(message.chat, message.message_id),
        visibility=visibility,
        sent_at_ms=0,
        sender=_person(callback.user),
        text=f"[pressed a button: {callback.data}]",
        automatic="auto_reply",
    )
    return (pressed,)


def _pressed(callback: Callback, message: Message, account: str) -> InboundEvent:
    digest = hashlib.sha256(callback.data.encode()).hexdigest()[:16]
    stood = _message_id(message.chat, message.message_id)
    return InboundEvent(
        kind="message",
        channel=CHANNEL,
        account=account,
        message_id=f"{stood}{PRESSED}{callback.user.id}:{digest}",
        thread_id=_thread(message),
        in_reply_to=stood,
        visibility=_visibility(message.chat),
        sent_at_ms=0,
        sender=_person(callback.user),
        text=callback.data.removeprefix(SAYS),
    )


def _reaction(reaction: Reaction, update: Update, account: str) -> Sequence[InboundEvent]:
    if reaction.user is None:
        return ()  # an anonymous one
    shown = " ".join(one.emoji or f"[{one.type}]" for one in reaction.new_reaction)
    target = _message_id(reaction.chat, reaction.message_id)
    event = InboundEvent(
        kind="reaction",
        channel=CHANNEL,
        account=account,
        message_id=f"{target}:reaction:{update.update_id}",
        target_id=target,
        visibility=_visibility(reaction.chat),
        sent_at_ms=_ms(reaction.date),
        sender=_person(reaction.user),
        text=shown,
    )
    return (event,)


# --- who and where -------------------------------------------------------------------------------------------------


def _is_nobody(message: Message, meta: Mapping[str, str]) -> bool:
    """Whether it is our own, or a channel's post that Telegram put into its group."""
    own = meta.get(BOT_ID, "")
    if message.user is not None and own and str(message.user.id) == own:
        return True
    if message.is_automatic_forward or (message.user is not None and message.user.id == _SERVICE_ID):
        return True
    return message.user is None and message.sender_chat is None


def _is_machine(message: Message) -> bool:
    """Another bot wrote it; somebody who speaks for a chat comes with the name of a bot, too."""
    return message.sender_chat is None and message.user is not None and message.user.is_bot


def _sender(message: Message, user: User | None) -> Sender:
    if message.sender_chat is not None:
        chat = message.sender_chat
        return Sender(id=str(chat.id), name=chat.title[:NAME_CHARS_MAX] or None, handle=chat.username)
    assert user is not None, "_is_nobody has sorted it out"
    sender = _person(user)
    contact = message.contact
    # In a group a number is masked, and kept nowhere else either.
    if contact is not None and contact.user_id == user.id and _visibility(message.chat) == "private":
        return msgspec.structs.replace(sender, phone=contact.phone_number[:NAME_CHARS_MAX])
    return sender


def _person(user: User) -> Sender:
    name = f"{user.first_name} {user.last_name}".strip()
    return Sender(id=str(user.id), name=name[:NAME_CHARS_MAX] or None, handle=user.username)


def _visibility(chat: Chat) -> Visibility:
    return "private" if chat.type == "private" else "public"


def _thread(message: Message) -> str | None:
    """`chat` or `chat/topic`; none in a private chat without topics, where the person is the thread."""
    if message.is_topic_message and message.message_thread_id is not None:
        return f"{message.chat.id}/{message.message_thread_id}"
    return None if message.chat.type == "private" else str(message.chat.id)


def _answered(message: Message) -> str | None:
    answered = message.reply_to_message
    if answered is None or answered.forum_topic_created is not None:
        return None
    return _message_id(message.chat, answered.message_id)


def _message_id(chat: Chat, message_id: int) -> str:
    return f"{chat.id}:{message_id}"


def _ms(seconds: int) -> int:
    """Milliseconds; 0, which means unknown, for what no clock shows."""
    return seconds * 1000 if 0 < seconds < 253_402_300_800 else 0
