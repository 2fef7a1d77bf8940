"""What a message says: its text with the addresses behind words, a word for what is no text, its files. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.telegram.updates import Entity, File, Message, Told, kept_files
from router.model.limits import NAME_CHARS_MAX, URL_CHARS_MAX
from router.model.message import AttachmentIn
from router.model.parcel import Fetched

_UNIT: Final = 2
"""Bytes of one UTF-16 unit, which entities are counted in."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""What a file's name must not hold: also the marks that turn its ending round."""
_TYPE: Final = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")
_NAMES: Final = {
    # By field: what it is called, its type where Telegram says none, the end of its name.
    "photo": ("photo", "image/jpeg", ".jpg"),
    "animation": ("animation", "video/mp4", ".mp4"),
    "document": ("file", "application/octet-stream", ""),
    "voice": ("voice message", "audio/ogg", ".ogg"),
    "audio": ("audio", "audio/mpeg", ".mp3"),
    "video": ("video", "video/mp4", ".mp4"),
    "video_note": ("video message", "video/mp4", ".mp4"),
}


def text_of(message: Message) -> str:
    """The text or caption, then what else stands in the message, in words; empty where files say it all."""
    said = message.text if message.text is not None else message.caption or ""
    marks = message.entities if message.text is not None else message.caption_entities
    return "\n".join(filter(None, (_with_addresses(said, marks), *_described(message))))


def _with_addresses(text: str, entities: tuple[Entity, ...]) -> str:
    """An address hidden behind words is shown after them: what a link says and where it leads may differ."""
    links = [entity for entity in entities if entity.type == "text_link" and entity.url]
    if not links:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        end = (link.offset + link.length) * _UNIT
        if link.offset >= 0 and 0 <= end <= len(units):
            shown = f" ({link.url[:URL_CHARS_MAX]})".encode("utf-16-le", "surrogatepass")
            units = units[:end] + shown + units[end:]
    return units.decode("utf-16-le", "replace")


def _described(message: Message) -> Iterator[str]:
    if message.sticker is not None:
        yield f"[sticker {message.sticker.emoji}]".replace(" ]", "]")
    if message.contact is not None:
        contact = message.contact
        name = f"{contact.first_name} {contact.last_name}".strip()
        yield f"[contact: {', '.join(filter(None, (name, contact.phone_number)))}]"
    if message.venue is not None:
        yield f"[place: {', '.join(filter(None, (message.venue.title, message.venue.address)))}]"
    if message.location is not None:
        yield f"[location: {message.location.latitude:.6f}, {message.location.longitude:.6f}]"
    if message.poll is not None:
        yield f"[poll: {_lines(message.poll.question, message.poll.options)}]"
    if message.checklist is not None:
        yield f"[checklist: {_lines(message.checklist.title, message.checklist.tasks)}]"
    if message.dice is not None:
        yield f"[{message.dice.emoji} {message.dice.value}]"
    for called, titled in (("game", message.game), ("invoice", message.invoice)):
        if titled is not None:
            yield f"[{called}: {titled.title}]"
    shown = (("story", message.story), ("paid media", message.paid_media), ("giveaway", message.giveaway))
    yield from (f"[{called}: not handed over]" for called, there in shown if there is not None)


def answered_elsewhere(message: Message) -> str:
    """What a message answers that stands in another chat, as mail programs quote: nobody here could look it up."""
    if message.external_reply is None:
        return ""
    if message.quote is None:
        return "[answers something in another chat: not handed over]"
    return "\n".join(f"> {line}" for line in message.quote.text.splitlines())


def _lines(title: str, lines: Sequence[Told]) -> str:
    """A title and what stands below it, each on a line of its own: what spans two lines is found there."""
    return "\n".join((title, *(f"- {line.text}" for line in lines)))


def files_of(message: Message, fetched: Mapping[str, Fetched]) -> tuple[list[AttachmentIn], list[str]]:
    """The files of a message, and a notice for each that is not here."""
    kept: list[AttachmentIn] = []
    notices: list[str] = []
    for field, file in kept_files(message):
        called, kind, ending = _NAMES[field]
        got = fetched.get(file.file_id)
        if got is not None and got.data is not None:
            name = f"{called.replace(' ', '-')}-{message.message_id}{ending}"
            kept.append(_attachment(file, got.data, kind, name))
        elif got is None or got.problem:
            notices.append(f"[{called}{_named(file)}: {got.problem if got is not None else 'it was not fetched'}]")
    return kept, notices


def _attachment(file: File, data: bytes, kind: str, name: str) -> AttachmentIn:
    declared = file.mime_type if file.mime_type is not None and _TYPE.fullmatch(file.mime_type) else kind
    own_name = _CONTROL.sub("_", file.file_name or "").strip(" ._")[:NAME_CHARS_MAX]
    return AttachmentIn(name=own_name or name, content_type=declared, size=len(data), data=data)


def _named(file: File) -> str:
    return f" {_CONTROL.sub('_', file.file_name)[:NAME_CHARS_MAX]}" if file.file_name else ""
