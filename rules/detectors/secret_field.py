"""Fields whose name says that their value lets in: cookies, headers, lines of settings, connection strings.

The value is known for one by being random; a label in a sentence is `api_key`'s.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.checksums import base58_decode
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_FIELD = expression(
    r"(?P<kind>secret|token|key|jwt|sess(?:ion)?[_\-]?id|session|sid)[\"'\])]{0,3}\s?(?:=>?|:)\s?[\"'(]{0,2}(?:base64:)?"
    r"(?P<value>(?!0x)[0-9A-Za-z][0-9A-Za-z_\-+/%.]{15,511}={0,2})(?![0-9A-Za-z_+/])",
    re.IGNORECASE,
)
_NAME = expression(r"[0-9a-z_.\-]{0,40}\Z", re.IGNORECASE)
_NAME_CHARS: Final = 40
_NO_SECRET = expression(
    r"(?:public|pub|publishable|cache|primary|foreign|partition|sort|object|page|pagination|continuation|next|idempotency"
    r"|translation|i18n|registry|dedup(?:lication)?|routing|group|map|row|index|react|mon|don|tur|hot|short|token)[_.\-]?\Z",
    re.IGNORECASE,
)
# A session's UUID stands in logs, where it lets nobody in.
_UUID = expression("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEVER_LOGGED: Final = frozenset({"secret", "token", "key"})
_WORDS = expression(r"[A-Za-z]?[a-z]{2,}[_\-./](?:[a-z]{1,2}[_\-./])?[A-Za-z]?[a-z]{2,}(?![0-9A-Z])")
_DIGITS_MIN: Final = 2
_ADDRESS_BYTES: Final = (20, 25, 32)
_ADDRESS_MAX: Final = 45
_BASIC = expression(r"(?:basic|plain) (?P<value>[0-9a-z+/]{8,255}={0,2})(?![0-9a-z+/=])", re.IGNORECASE)


def find(scan: Scan) -> Iterator[Hit]:
    """Yield the random values of such fields."""
    text = scan.text
    for match in starting(_FIELD, text, scan.at["secret field"]):
        begin = match.start()
        name = _NAME.search(text, max(0, begin - _NAME_CHARS), begin)
        before = "" if name is None else name.group()
        if (
            (match["kind"].lower() != "key" or before)
            and _NO_SECRET.search(before) is None
            and (_UUID.fullmatch(match["value"]) is None or match["kind"].lower() in _NEVER_LOGGED)
            and _is_random(match["value"])
        ):
            yield Hit(*match.span("value"), "API_KEY", "field")


def find_basic(scan: Scan) -> Iterator[Hit]:
    """Yield a name and a password as the header `Authorization` and servers of mail take them."""
    for match in starting(_BASIC, scan.text, scan.at["basic"]):
        try:
            decoded = b64decode(match["value"], validate=True).decode()
        except (Error, UnicodeDecodeError):
            continue
        parts = decoded.replace("\0", ":")
        if ":" in parts and parts.isprintable():
            yield Hit(*match.span("value"), "API_KEY", "decoded")


def _is_random(value: str) -> bool:
    """Whether it is neither made of words nor the address of a coin, which lets nobody in."""
    figures = sum(map(str.isdigit, value))
    if figures < _DIGITS_MIN or figures == len(value) or _WORDS.search(value) is not None:
        return False
    decoded = base58_decode(value) if len(value) < _ADDRESS_MAX else None
    return decoded is None or len(decoded) not in _ADDRESS_BYTES
