"""TwiML: what the provider is told to do with a call, as verbs and as XML. Pure.

Source: twilio.com/docs/voice/twiml. Every address is absolute, every request of the provider a POST.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import msgspec

SMS_CHARS_MAX: Final = 1_600
"""Longest text message that the provider takes."""
SAID_CHARS_MAX: Final = 4_096
"""Longest text of one Say."""
_UNSPEAKABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What no XML document may hold (XML 1.0, section 2.2)."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'


class Say(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Read a text out."""

    text: str
    language: str
    voice: str = ""


class Gather(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Read texts out, and wait for keys meanwhile and afterwards."""

    says: Sequence[Say]
    action: str
    digits: int | None = 1
    """How many keys; None: until the hash key."""
    timeout_s: int = 6


class Dial(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ring one number and connect it."""

    number: str
    caller_id: str
    timeout_s: int
    action: str
    screen: str = ""
    """Where whoever answers is sent first."""


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Take a message. When nothing is said, the verbs behind it follow."""

    action: str
    status: str
    seconds_max: int
    transcript: str = ""


class Hangup(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End the call."""


Verb = Say | Gather | Dial | Record | Hangup


def document(verbs: Sequence[Verb]) -> str:
    """The document that makes the provider do this; without verbs, a call goes on as it is or ends."""
    return f"{_HEAD}<Response>{''.join(map(_element, verbs))}</Response>"


def _element(verb: Verb) -> str:
    match verb:
        case Say():
            voice = {"voice": verb.voice} if verb.voice else {}
            return _tag("Say", {"language": verb.language, **voice}, _text(verb.text[:SAID_CHARS_MAX]))
        case Gather():
            ends = {"finishOnKey": "#"} if verb.digits is None else {"numDigits": str(verb.digits)}
            how = {"input": "dtmf", "timeout": str(verb.timeout_s), "actionOnEmptyResult": "true"}
            return _tag("Gather", {**_to("action", verb.action), **how, **ends}, "".join(map(_element, verb.says)))
        case Dial():
            ring = {"callerId": verb.caller_id, "timeout": str(verb.timeout_s), "answerOnBridge": "true"}
            screen = {"url": verb.screen, "method": "POST"} if verb.screen else {}
            return _tag("Dial", {**_to("action", verb.action), **ring}, _tag("Number", screen, _text(verb.number)))
        case Record():
            return _tag("Record", _recording(verb))
        case Hangup():
            return "<Hangup/>"


def _recording(verb: Record) -> dict[str, str]:
    how = {"maxLength": str(verb.seconds_max), "finishOnKey": "#", "playBeep": "true"}
    done = {
        "recordingStatusCallback": verb.status,
        "recordingStatusCallbackMethod": "POST",
        "recordingStatusCallbackEvent": "completed",
    }
    written = {"transcribe": "true", "transcribeCallback": verb.transcript} if verb.transcript else {}
    return {**_to("action", verb.action), **how, **done, **written}


def _to(name: str, url: str) -> dict[str, str]:
    return {name: url, "method": "POST"}


def _tag(name: str, attributes: Mapping[str, str], inner: str = "") -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def _text(text: str) -> str:
    return escape(_UNSPEAKABLE.sub("", text))
