"""One notice of the phone to the event it means. Pure; called by intake through the manifest.

A call is one conversation, and its CallSid is what makes a repetition a repetition: `CA…` is the call, `CA…:alarm` the
emergency key, `CA…:end` how it went. A recording is known by its own id. Caller ids are claims: nothing here proves
anybody, and whoever withholds the number is somebody new each time.

The rules read these texts as if the caller had said them: what stands in brackets is worded so that it means nothing to
them (tests/unit/phone/test_notices.py).
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from connectors.phone.payload import Fetched, Told, shown, unpack
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, NAME_CHARS_MAX
from router.model.message import AttachmentIn, DeliveryState, InboundEvent, Sender

CHANNEL: Final = "phone"
WITHHELD: Final = "withheld"
_NUMBER: Final = re.compile(r"\+[1-9]\d{4,14}")
_NOBODY: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, as the provider dials them on a keypad."""
_SHORT: Final = re.compile(r"[A-Za-z0-9 ._-]{1,30}")
"""Senders of text messages that are no numbers: short codes and names."""
_SIDS: Final = {
    "call": re.compile(r"CA[0-9a-f]{32}"),
    "recording": re.compile(r"RE[0-9a-f]{32}"),
    "message": re.compile(r"(?:SM|MM)[0-9a-f]{32}"),
}
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
"""Identities of the kind phone are compared by their digits: who has no number has none."""
_DELIVERY: Final[dict[str, DeliveryState]] = {
    "sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed",
}  # fmt: skip
_Fields = Mapping[str, str]


def is_withheld(number: str) -> bool:
    """Whether a caller's number is none."""
    return number in _NOBODY or not _NUMBER.fullmatch(number)


def parse(raw: RawEvent, account: str) -> Sequence[InboundEvent]:
    """The event of one notice; none for what nobody has to hear of (a transcript that failed, a message on its way).

    Raises InvalidMessage for what is no notice of the provider.
    """
    found, told, files = unpack(raw)
    event = _STEPS[told.step](found, told, files)
    return () if event is None else (msgspec.structs.replace(event, account=account, sent_at_ms=told.at_ms),)


# --- calls ---------------------------------------------------------------------------------------------------------


def _event(found: _Fields, told: Told, suffix: str, text: str, **more: object) -> InboundEvent:
    """An event of a call."""
    call = _sid("call", told.parent or shown(found, "CallSid"))
    event = InboundEvent(
        channel=CHANNEL,
        message_id=call + suffix,
        thread_id=call,
        sent_at_ms=0,
        sender=_caller(told.caller or shown(found, "From"), call, found),
        subject=told.topic_name[:NAME_CHARS_MAX] or None,
        text=text,
        language=told.language,
        ext=_ext(found, told),
    )
    return msgspec.structs.replace(event, **more)


def _caller(number: str, call: str, found: _Fields) -> Sender:
    if is_withheld(number):
        # Without a name: people of one name are proposed as one person.
        return Sender(id=f"{WITHHELD}:{call.translate(_LETTERS)}")
    return Sender(id=number, name=shown(found, "CallerName")[:NAME_CHARS_MAX] or None)


def _ext(found: _Fields, told: Told) -> str | None:
    """What the rules may look at besides the text."""
    facts = {
        "topic": told.topic,
        "key": told.key,
        "line": told.line,
        "callback": told.window,
        "attested": shown(found, "StirVerstat"),
    }
    kept = {name: value[:NAME_CHARS_MAX] for name, value in facts.items() if value}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _call(found: _Fields, told: Told, _: object) -> InboundEvent:
    about = f": {told.topic_name}" if told.topic_name else ""
    return _event(found, told, "", f"[telephone{about}]", kind="call")


def _alarm(found: _Fields, told: Told, _: object) -> InboundEvent:
    return _event(found, told, ":alarm", "[telephone: emergency key]", alarm=True, kind="call")


def _taken(found: _Fields, told: Told, _: object) -> InboundEvent:
    return _event(found, told, ":end", f"[taken by {told.colleague or 'a colleague'}]", kind="call")


def _talked(found: _Fields, told: Told, _: object) -> InboundEvent:
    spoke = duration(_count(shown(found, "DialCallDuration")))
    text = f"[taken by {told.colleague or 'a colleague'}, for {spoke}]"
    call = _sid("call", shown(found, "CallSid"))
    return _event(found, told, ":talked", text, kind="edit", target_id=f"{call}:end")


def _callback(found: _Fields, told: Told, _: object) -> InboundEvent:
    where = f", {told.number}" if told.number else ""
    return _event(found, told, ":end", f"[call back wanted: {told.window_name}{where}]", kind="call")


def _ended(found: _Fields, told: Told, _: object) -> InboundEvent:
    lasted = duration(_count(shown(found, "CallDuration", "Duration")))
    text = f"[ended after {lasted}, not taken]"
    if told.found_later:
        text = f"[call, {lasted}: noted afterwards]"
    return _event(found, told, ":end", text, kind="call")


def _voicemail(found: _Fields, told: Told, files: Sequence[tuple[Fetched, bytes]]) -> InboundEvent:
    recording = _sid("recording", shown(found, "RecordingSid"))
    notices, attachments = _files(files)
    text = "\n".join((f"[voicemail, {duration(_count(shown(found, 'RecordingDuration')))}]", *notices))
    return _event(found, told, "", text, message_id=recording, attachments=attachments)


def _transcript(found: _Fields, told: Told, _: object) -> InboundEvent | None:
    said = shown(found, "TranscriptionText").strip()
    recording = _sid("recording", shown(found, "RecordingSid"))
    if shown(found, "TranscriptionStatus") != "completed" or not said:
        return None
    text = f"[voicemail, written down by a machine]\n{said}"
    return _event(found, told, "", text, kind="edit", message_id=f"{recording}:transcript", target_id=recording)


# --- text messages -------------------------------------------------------------------------------------------------


def _sms(found: _Fields, told: Told, files: Sequence[tuple[Fetched, bytes]]) -> InboundEvent:
    sender = shown(found, "From")
    if not _NUMBER.fullmatch(sender) and not _SHORT.fullmatch(sender):
        raise InvalidMessage("a text message from nobody", field="From")
    notices, attachments = _files(files)
    return InboundEvent(
        channel=CHANNEL,
        message_id=_sid("message", shown(found, "MessageSid", "SmsSid")),
        thread_id=f"sms:{sender}",
        sent_at_ms=0,
        sender=Sender(id=sender),
        text="\n".join(filter(None, (shown(found, "Body"), *notices))),
        language=told.language,
        attachments=attachments,
        ext=_ext(found, told),
    )


def _receipt(found: _Fields, _: Told, __: object) -> InboundEvent | None:
    message, status = _sid("message", shown(found, "MessageSid", "SmsSid")), shown(found, "MessageStatus", "SmsStatus")
    state = _DELIVERY.get(status)
    if state is None:
        return None  # queued, sending: nothing that a person has to know
    error = shown(found, "ErrorCode")
    return InboundEvent(
        kind="receipt",
        channel=CHANNEL,
        message_id=f"{message}:{status}",
        target_id=message,
        sent_at_ms=0,
        sender=Sender(id=shown(found, "To")),
        delivery=state,
        delivery_detail=f"the provider says {status}{f', error {error}' if error else ''}"
        if state == "failed"
        else None,
    )


_STEPS: Final[dict[str, Callable[[_Fields, Told, Sequence[tuple[Fetched, bytes]]], InboundEvent | None]]] = {
    "call": _call,
    "alarm": _alarm,
    "taken": _taken,
    "talked": _talked,
    "callback": _callback,
    "voicemail": _voicemail,
    "transcript": _transcript,
    "ended": _ended,
    "sms": _sms,
    "receipt": _receipt,
}


# --- parts ---------------------------------------------------------------------------------------------------------


def sid_of(kind: str, text: str) -> str | None:
    """The provider's id of a call, a recording or a message; None for what is none."""
    return text if _SIDS[kind].fullmatch(text) else None


def _sid(kind: str, text: str) -> str:
    if (found := sid_of(kind, text)) is None:
        raise InvalidMessage(f"no id of a {kind}: {text[:40]!r}")
    return found


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def duration(seconds: int) -> str:
    """Minutes and seconds, as people write them."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _files(files: Sequence[tuple[Fetched, bytes]]) -> tuple[list[str], tuple[AttachmentIn, ...]]:
    """A notice for each file that is not here, and the others."""
    notices = [f"[{file.name}: {file.problem}]" for file, _ in files if file.problem]
    kept = tuple(
        AttachmentIn(name=file.name, content_type=file.content_type, size=len(data), data=data)
        for file, data in files
        if not file.problem
    )
    return notices, kept[:ATTACHMENTS_MAX]
