"""TwiML as the provider reads it, stricter than it is: what it would only warn of is an error here.

Source: twilio.com/docs/voice/twiml, its error dictionary for the codes.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree

import msgspec

_LANGUAGES: Final = (
    "da-DK", "de-DE", "en-AU", "en-CA", "en-GB", "en-IN", "en-US", "es-ES", "es-MX", "fr-FR", "it-IT", "ja-JP",
    "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ru-RU", "sv-SE", "zh-CN", "zh-HK", "zh-TW", "cmn-CN",
)  # fmt: skip
_NUMBER: Final = re.compile(r"\+[1-9]\d{4,14}")
_SAID_CHARS_MAX: Final = 4_096
_BODY_BYTES_MAX: Final = 65_536


class TwimlError(Exception):
    """The document cannot be carried out; the code is the provider's."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One verb or noun."""

    name: str
    attributes: Mapping[str, str] = {}
    text: str = ""
    children: tuple["Element", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)


_Check = Callable[[str], object]


def _whole(low: int, high: int) -> _Check:
    return lambda text: text.isascii() and text.isdecimal() and low <= int(text) <= high


def _one_of(*values: str) -> _Check:
    return lambda text: text in values


def _matches(pattern: str) -> _Check:
    return lambda text: re.fullmatch(pattern, text) is not None


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r"[\s\x00-\x1f]", text)


_POST: Final = _one_of("GET", "POST")
_EVENT: Final = "(?:in-progress|completed|absent)"
_FLAG: Final = _one_of("true", "false")
_VERBS: Final[Mapping[str, Mapping[str, _Check]]] = {
    "Say": {"language": _one_of(*_LANGUAGES), "voice": _matches(r"[A-Za-z0-9._-]{1,60}"), "loop": _whole(0, 1000)},
    "Pause": {"length": _whole(1, 600)},
    "Hangup": {},
    "Gather": {
        "action": _is_url, "method": _POST, "input": _one_of("dtmf"), "timeout": _whole(1, 600),
        "numDigits": _whole(1, 1000), "finishOnKey": _matches(r"[0-9*#]?"), "actionOnEmptyResult": _FLAG,
    },
    "Dial": {
        "action": _is_url, "method": _POST, "callerId": _NUMBER.fullmatch, "timeout": _whole(1, 600),
        "answerOnBridge": _FLAG, "timeLimit": _whole(1, 86_400),
    },
    "Number": {"url": _is_url, "method": _POST},
    "Record": {
        "action": _is_url, "method": _POST, "timeout": _whole(1, 600), "maxLength": _whole(2, 14_400),
        "finishOnKey": _matches(r"[0-9*#]*"), "playBeep": _FLAG, "recordingStatusCallback": _is_url,
        "recordingStatusCallbackMethod": _POST, "transcribe": _FLAG, "transcribeCallback": _is_url,
        "recordingStatusCallbackEvent": _matches(rf"{_EVENT}(?: {_EVENT})*"),
    },
}  # fmt: skip
_INSIDE: Final[Mapping[str, frozenset[str]]] = {
    "Response": frozenset({"Say", "Pause", "Hangup", "Gather", "Dial", "Record"}),
    "Gather": frozenset({"Say", "Pause"}),
    "Dial": frozenset({"Number"}),
}
_TOLD: Final = frozenset({"Say", "Number"})


def read(body: bytes, content_type: str) -> tuple[Element, ...]:
    """The verbs of a document. Raises TwimlError."""
    if content_type not in {"text/xml", "application/xml"}:
        raise TwimlError(12300, f"Content-Type {content_type!r}")
    if len(body) > _BODY_BYTES_MAX:
        raise TwimlError(11750, f"{len(body)} bytes")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 -- the answer of our own house
    except ElementTree.ParseError as error:
        raise TwimlError(12100, str(error)) from None
    if root.tag != "Response" or root.attrib:
        raise TwimlError(12200, f"the root is {root.tag}")
    return tuple(_element(child, "Response") for child in root)


def _element(found: ElementTree.Element, parent: str) -> Element:
    name = found.tag
    if name not in _INSIDE.get(parent, ()):
        raise TwimlError(12200, f"{name} within {parent}")
    for key, value in found.attrib.items():
        check = _VERBS[name].get(key)
        if check is None or not check(value):
            raise TwimlError(12200, f"{name} {key}={value!r}")
    text = (found.text or "").strip()
    if bool(text) != (name in _TOLD) or len(text) > _SAID_CHARS_MAX or any((c.tail or "").strip() for c in found):
        raise TwimlError(12200, f"the text of {name}: {text[:40]!r}")
    children = tuple(_element(child, name) for child in found)
    if name == "Number" and not _NUMBER.fullmatch(text):
        raise TwimlError(13223, f"no number: {text!r}")
    if (name == "Dial" and not children) or (name == "Record" and found.get("transcribe") and not _may_write(found)):
        raise TwimlError(12200, f"{name} cannot work so")
    return Element(name=name, attributes=dict(found.attrib), text=text, children=children)


def _may_write(found: ElementTree.Element) -> bool:
    """The provider writes down what lasts 2 to 120 seconds, and needs to be told where to."""
    return int(found.get("maxLength", "3600")) <= 120 and found.get("transcribeCallback") is not None
