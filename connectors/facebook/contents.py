"""What an event says: its text, a word for what is no text, its files. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from connectors.facebook.payloads import Attachment, Message, One, files_of
from router.model.limits import ATTACHMENTS_MAX, URL_CHARS_MAX
from router.model.message import AttachmentIn
from router.model.parcel import Fetched

_TYPES: Final = {
    "image": ("image/jpeg", ".jpg"),
    "audio": ("audio/mp4", ".m4a"),
    "video": ("video/mp4", ".mp4"),
    "file": ("application/octet-stream", ""),
}
"""What Messenger's kinds of files are as a rule; the house looks at the bytes."""
_CALLED: Final = {"fallback": "link", "template": "card", "": "something"}
"""Other kinds, where Messenger's word for one says little."""
_TITLE_CHARS_MAX: Final = 300


def text_of(message: Message) -> str:
    """The text, then what else stands in the message, in words; empty where files say it all."""
    return "\n".join(filter(None, (message.text, *map(_word, message.attachments))))


def _word(attachment: Attachment) -> str:
    """A line for what is neither text nor file."""
    if attachment.is_file:
        return ""
    payload = attachment.payload
    if payload is not None and payload.sticker_id is not None:
        return "[sticker]"
    if payload is not None and payload.coordinates is not None:
        return f"[location: {payload.coordinates.lat:.6f}, {payload.coordinates.long:.6f}]"
    title = (payload.title if payload is not None else "") or attachment.title
    told = " ".join(filter(None, (title[:_TITLE_CHARS_MAX], attachment.address[:URL_CHARS_MAX])))
    called = _CALLED.get(attachment.type, attachment.type)[:_TITLE_CHARS_MAX]
    return f"[{called}: {told}]" if told else f"[{called}]"


def files(one: One, fetched: Mapping[str, Fetched], name: str) -> tuple[list[AttachmentIn], list[str]]:
    """The files of an event, called after `name`, and a notice for each that is not here."""
    kept: list[AttachmentIn] = []
    notices: list[str] = []
    for number, kind in _numbered(one):
        got = fetched.get(str(number))
        declared, ending = _TYPES[kind]
        if got is not None and got.data is not None:
            called = f"{kind}-{name}-{number}{ending}"
            kept.append(AttachmentIn(name=called, content_type=declared, size=len(got.data), data=got.data))
        else:
            notices.append(f"[{kind}: {got.problem if got is not None else 'it was not fetched'}]")
    return kept[:ATTACHMENTS_MAX], notices


def _numbered(one: One) -> Iterator[tuple[int, str]]:
    for number, (kind, _) in enumerate(files_of(one)):
        yield number, kind
