"""An outbound message as calls of the Bot API. Pure: the same `Outbound` gives the same calls at every attempt.

Plain text only: what an agent writes is shown as it was written, whatever it looks like as markup.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from connectors.telegram.meta import PRESSED, SAYS
from router.connector import Outbound, OutboundAttachment
from router.model.buttons import Button
from router.model.signals import Signal
from router.model.splitting import split

TEXT_UNITS_MAX: Final = 4_096
"""Of one message, in UTF-16 units (telegram.constants.MessageLimit.MAX_TEXT_LENGTH)."""
TEXT_CHARS_MAX: Final = 5 * TEXT_UNITS_MAX
"""Of one reply, in code points: at one message a second, what leaves well within one send."""
FILE_BYTES_MAX: Final = 50 * 1_048_576
"""What a bot may upload."""
SAYS_BYTES_MAX: Final = 64 - len(SAYS)
"""What a button may say (telegram.constants.InlineKeyboardButtonLimit.MAX_CALLBACK_DATA, in bytes of UTF-8)."""
_PLACE: Final = re.compile(r"(-?\d{1,20})(?:/(\d{1,10}))?")
_ANSWERED: Final = re.compile(r"(-?\d{1,20}):(\d{1,10})(?::.*)?")


class Unsendable(Exception):
    """It can never be sent this way; the message says why."""


class Place(msgspec.Struct, frozen=True):
    """Where a reply goes."""

    chat: int
    topic: int | None = None

    @property
    def is_group(self) -> bool:
        """Groups and channels have negative ids."""
        return self.chat < 0


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the Bot API."""

    method: str
    parameters: Mapping[str, object]
    """All but the chat."""
    file: OutboundAttachment | None = None


def place_of(outbound: Outbound) -> Place:
    """The chat of the conversation. Raises Unsendable, also for a private answer that would stand in a group."""
    found = _PLACE.fullmatch(outbound.thread) or _PLACE.fullmatch(outbound.to)
    if found is None:
        raise Unsendable("the conversation names no chat of Telegram")
    place = Place(int(found[1]), int(found[2]) if found[2] else None)
    if place.is_group != (outbound.visibility == "public"):
        where = "a group" if place.is_group else "a private chat"
        raise Unsendable(f"a {outbound.visibility} reply does not go into {where}")
    return place


def render(outbound: Outbound) -> tuple[Call, ...]:
    """The calls that make up one reply, in order. Raises Unsendable."""
    place = place_of(outbound)
    if outbound.action != "send":
        return tuple(_gone(outbound, place, each) for each in (outbound.target_id or "", *outbound.pieces))
    where: dict[str, object] = {} if place.topic is None else {"message_thread_id": place.topic}
    calls = [
        # A preview is made by fetching the address: nobody but the reader is to open a link that opens once.
        Call(method="sendMessage", parameters=where | {"text": piece, "link_preview_options": {"is_disabled": True}})
        for piece in split(outbound.text, TEXT_UNITS_MAX)
    ]
    if outbound.buttons and calls:
        keyboard = {"inline_keyboard": [[_key(button)] for button in outbound.buttons]}
        last = calls[-1]
        calls[-1] = msgspec.structs.replace(last, parameters={**last.parameters, "reply_markup": keyboard})
    for file in outbound.attachments:
        if len(file.data) > FILE_BYTES_MAX:
            raise Unsendable(f"{file.name} has {len(file.data)} bytes; a bot may send {FILE_BYTES_MAX}")
        calls.append(Call(method="sendDocument", parameters=where, file=file))
    if not calls:
        raise Unsendable("there is neither text nor a file in it")
    answered = _ANSWERED.fullmatch(outbound.in_reply_to or "")
    if answered is not None and int(answered[1]) == place.chat:
        # What it answers may have been deleted; that is no reason not to answer.
        named = {"message_id": int(answered[2]), "allow_sending_without_reply": True}
        first = calls[0]
        calls[0] = msgspec.structs.replace(first, parameters={**first.parameters, "reply_parameters": named})
    return tuple(calls)


def status(signal: Signal) -> tuple[Place, Call] | None:
    """The call that shows in a private chat that somebody writes, for five seconds at most or until a message comes
    (https://core.telegram.org/bots/api#sendchataction); None where there is nothing to show. It ends by itself."""
    found = _PLACE.fullmatch(signal.thread)
    if found is None or signal.kind != "typing" or signal.over:
        return None
    place = Place(int(found[1]), int(found[2]) if found[2] else None)
    if place.is_group:
        return None
    where: dict[str, object] = {} if place.topic is None else {"message_thread_id": place.topic}
    return place, Call(method="sendChatAction", parameters=where | {"action": "typing"})


def _gone(outbound: Outbound, place: Place, external_id: str) -> Call:
    """The call that deletes one message of a group."""
    target = _ANSWERED.fullmatch(external_id)
    if outbound.action == "unhide" or target is None or PRESSED in external_id or int(target[1]) != place.chat:
        raise Unsendable(f"the post to {outbound.action} is no message of this chat")
    return Call(method="deleteMessage", parameters={"message_id": int(target[2])})


def _key(button: Button) -> dict[str, str]:
    """A button of an inline keyboard (https://core.telegram.org/bots/api#inlinekeyboardbutton)."""
    done = {"url": button.url} if button.url else {"callback_data": SAYS + button.says}
    return {"text": button.label, **done}
