"""One message of the form to the event it means. Pure; called by intake through the manifest."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from connectors.form.settings import LANGUAGES
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.filekinds import file_name
from router.model.limits import ADDRESS_CHARS_MAX, ATTACHMENTS_MAX, ID_CHARS_MAX, NAME_CHARS_MAX
from router.model.message import AttachmentIn, InboundEvent, Sender
from router.model.storable import storable

TEXT_CHARS_MAX: Final = 10_000
SHORT_LETTERS: Final = 12
"""Of so few letters no language can be told; the page's is taken."""
_ID: Final = re.compile(rf"(?=.{{3,{ID_CHARS_MAX}}}\Z)[A-Za-z0-9._-]+:[A-Za-z0-9._-]+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to one question."""

    name: str
    label: str
    value: str
    shown: str | None = None
    """The words of a choice; the value itself where it is free text."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose kind was found in its content."""

    name: str
    media_type: str
    data: bytes


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What one RawEvent holds: a message as the adapter has taken it from a page."""

    thread: str
    key: str
    """The same for the same message, however often it is sent."""
    received_at_ms: int
    language: str
    text: str
    alarm: bool = False
    name: str | None = None
    email: str | None = None
    answers: tuple[Answer, ...] = ()
    files: tuple[File, ...] = ()


_decode = msgspec.json.Decoder(Envelope).decode
_encode = msgspec.json.Encoder().encode


def raw_event(envelope: Envelope) -> RawEvent:
    """The payload that `parse` reads."""
    return RawEvent(body=_encode(envelope))


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The message in `raw.body`. Raises InvalidMessage for what the adapter should not have let pass.

    Whoever holds the link of a thread is its writer; the mail address is one that was typed, and proves nothing.
    """
    try:
        envelope = _decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidMessage(f"no envelope of the form: {error}") from None
    _check(envelope)
    email = storable(envelope.email) if envelope.email else None
    return (
        InboundEvent(
            channel="form",
            account=account,
            message_id=f"{envelope.thread}:{envelope.key}",
            thread_id=envelope.thread,
            visibility="private",
            sent_at_ms=envelope.received_at_ms,
            sender=Sender(id=envelope.thread, name=storable(envelope.name or "") or None, email=email),
            subject=_subject(envelope),
            text=_text(envelope),
            language=_language(envelope),
            attachments=tuple(_attachment(file) for file in envelope.files),
            reply_to=email,
            alarm=envelope.alarm,
            ext=_ext(envelope),
        ),
    )


def _check(envelope: Envelope) -> None:
    if not _ID.fullmatch(f"{envelope.thread}:{envelope.key}"):
        raise InvalidMessage("expected a thread and a key that are ids of ours", field="thread")
    if envelope.language not in LANGUAGES:
        raise InvalidMessage(f"found {envelope.language!r}; expected one of {', '.join(LANGUAGES)}", field="language")
    bounds = (
        ("text", len(envelope.text), 2 * TEXT_CHARS_MAX),  # an alarm has its own words before what was typed
        ("name", len(envelope.name or ""), NAME_CHARS_MAX),
        ("email", len(envelope.email or ""), ADDRESS_CHARS_MAX),
        ("files", len(envelope.files), ATTACHMENTS_MAX),
    )
    for field, found, most in bounds:
        if found > most:
            raise InvalidMessage(f"found {found:,}; at most {most:,}", field=field)


def _language(envelope: Envelope) -> str | None:
    """What the house cannot tell from the text as well or better; None where it can.

    Whoever has chosen a page in Chinese reads Chinese, whatever was copied into it; English is also for those whose
    language we do not speak, and a text in Chinese speaks for itself.
    """
    if envelope.language != "en":
        return envelope.language
    is_short = len(_LETTER.findall(envelope.text)) < SHORT_LETTERS
    return "en" if is_short and not _HAN.search(envelope.text) else None


def _subject(envelope: Envelope) -> str | None:
    """The topic, in the customer's words."""
    return next((storable(one.shown or one.value) for one in envelope.answers if one.name == "topic"), None)


def _text(envelope: Envelope) -> str:
    """What the customer wrote, and below it each answer beside its question, as agents read them."""
    lines = [f"{one.label}: {one.shown or one.value}" for one in envelope.answers if one.name != "topic" and one.value]
    return storable("\n\n".join(filter(None, (envelope.text.strip(), "\n".join(lines)))))


def _ext(envelope: Envelope) -> str | None:
    """The answers as the rules read them, by name."""
    found = {storable(one.name): storable(one.value) for one in envelope.answers if one.value}
    return _encode(found).decode() if found else None


def _attachment(file: File) -> AttachmentIn:
    return AttachmentIn(
        name=file_name(file.name), content_type=storable(file.media_type), size=len(file.data), data=file.data
    )
