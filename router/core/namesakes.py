"""Another message under an id that is known. Pure.

The id of a mail is its sender's own choice: programs use one twice, and whoever got a copy knows it before the mail is
here. Such a message gets an id of its own, the same whenever it comes again.
"""

import hashlib
from typing import Final, NamedTuple

import msgspec

from router.model.message import InboundEvent
from rules.expression import expression

_WORD: Final = expression(r"[\u3040-\u30ff\u3400-\u9fff]|\w+")
_CHARS_MAX: Final = 20_000
"""Of a text."""


class Known(NamedTuple):
    """What is there under an id; text and time are None where they are not kept."""

    conversation_key: str
    """Whose it is; empty: we wrote it."""
    sent_at_ms: int | None
    text: str | None


def is_same(event: InboundEvent, key: str, known: Known) -> bool:
    """Whether `event`, of the sender `key`, came before. A list's copy has the list for its sender, and words below;
    other rules may have masked more."""
    if known.conversation_key == key:
        return known.sent_at_ms in {None, event.sent_at_ms} or _are_alike(event.text or "", known.text or "")
    return event.mailing and known.text is not None and _are_alike(event.text or "", known.text)


def apart(event: InboundEvent, key: str, known: Known) -> InboundEvent:
    """The same event under an id of its own. Words of ours that come back are of the conversation they were said in."""
    if not known.conversation_key and _are_alike(event.text or "", known.text or ""):
        event = msgspec.structs.replace(event, in_reply_to=event.message_id)
    named = "\x1f".join((event.message_id, key, str(event.sent_at_ms)))
    return msgspec.structs.replace(event, message_id=f"other:{hashlib.sha256(named.encode()).hexdigest()}")


def _are_alike(one: str, other: str) -> bool:
    words, others = set(_WORD.findall(one[:_CHARS_MAX].casefold())), set(_WORD.findall(other[:_CHARS_MAX].casefold()))
    return 2 * len(words & others) >= min(len(words), len(others)) and bool(words) == bool(others)
