"""Names of IMAP folders: as people read them in the settings, in modified UTF-7 on the wire (RFC 3501, section 5.1.3).

Pure. Used by settings.py, imap.py and the simulator.
"""

import base64
import binascii
import re
from typing import Final

CHARS_MAX: Final = 200
_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_BEYOND: Final = re.compile(r"[^\x20-\x7e]+")
_SHIFTED: Final = re.compile(r"&([A-Za-z0-9+,]*)-")


def encoded(name: str) -> str:
    """The name for the wire, ASCII."""
    return _BEYOND.sub(_shift, name.replace("&", "&-"))


def _shift(beyond: re.Match[str]) -> str:
    data = base64.b64encode(beyond[0].encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
    return f"&{data.decode('ascii')}-"


def decoded(wire: str) -> str:
    """The name for people. Raises ValueError for what no server may send."""
    if not wire.isascii() or "&" in _SHIFTED.sub("", wire):
        raise ValueError(f"{wire!r} is no modified UTF-7")
    return _SHIFTED.sub(_unshift, wire)


def _unshift(shifted: re.Match[str]) -> str:
    data = shifted[1].replace(",", "/")
    if not data:
        return "&"
    try:
        return base64.b64decode(data + "=" * (-len(data) % 4), validate=True).decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(f"{shifted[0]!r} is no modified UTF-7") from None


def checked(name: str) -> str:
    """The same name. Raises ValueError, saying what is wrong with it."""
    if len(name) > CHARS_MAX or not _PRINTABLE.fullmatch(name):
        raise ValueError(f"imap: the folder {name!r} must have 1 to {CHARS_MAX} characters, none of them a control")
    try:
        meant = decoded(name)
    except ValueError:
        return name
    if not meant.isascii():
        raise ValueError(f"imap: write the folder {name!r} as people read it: {meant}")
    return name


def same(name: str) -> str:
    """What two names of one folder have in common: INBOX is written in any case (RFC 3501, section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name
