"""How a call to the Graph API can end badly, and what to do about it. Pure.

Codes: Graph API, Error Handling and Rate Limits; Messenger Platform, Common Error Codes. Their texts are shown without
what stands in them of ours.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from connectors.facebook.usage import PAUSE_S, usage_of
from router import failures
from router.failures import REASON_CHARS_MAX, Denied, Failed, Later, Uncertain, one_line

_TOKEN_LIKE: Final = re.compile(r"EAA[A-Za-z0-9]{20,}|[A-Za-z0-9_-]{60,}")
_RATE: Final = frozenset({4, 17, 32, 613, 80_001, 80_006})
"""The app, the user, the page, this call; the page and Messenger by business use case."""
_DENIED: Final = frozenset({102, 190, 463, 467})
_TEMPORARY: Final = frozenset({1200})
"""A message that surely was not sent; to be tried again."""
_UNCERTAIN: Final = frozenset({1, 2})
"""Something failed at Meta's, perhaps after it was done (1, subcode 1357046)."""
UNKNOWN_OBJECT: Final = 100
"""Among other things: there is no such post."""
_REMEDIES: Final = {
    10: "Messenger takes no answer any more (or the app lacks the permission for it)",
    100: "Facebook does not know what this answers, or whom it goes to",
    200: "the page's token lacks a permission for this",
    368: "Facebook has blocked this for the time being: it takes it for abuse",
    551: "this person takes no messages now",
    10_900: "this comment has had its private reply already",
    10_903: "this person cannot be answered",
}


class Refused(failures.Refused):
    """Never this way, with Meta's code."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    message: str = ""
    code: int = 0
    error_subcode: int | None = None
    is_transient: bool = False


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    error: _Error


_decode: Final = msgspec.json.Decoder(_Answer, strict=False).decode


def failure(status: int, headers: Mapping[str, str], body: bytes) -> Failed:
    """What an answer other than a good one means."""
    try:
        error = _decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _without_words(status, headers)
    told = _reason(error)
    if error.code in _RATE or status == 429:
        return Later(told, _pause_s(headers))
    if error.code in _DENIED:
        return Denied(told)
    if error.code in _TEMPORARY:
        return Later(told)
    if error.code in _UNCERTAIN or status >= 500 or error.is_transient:
        return Uncertain(told)
    return Refused(told, error.code)


def _without_words(status: int, headers: Mapping[str, str]) -> Failed:
    """A page of some proxy, or nothing."""
    told = f"Facebook answered {status}"
    if status == 429:
        return Later(told, _pause_s(headers))
    if status == 401:
        return Denied(told)
    return Uncertain(told) if status < 300 or status >= 500 else Refused(told)


def _pause_s(headers: Mapping[str, str]) -> float:
    """How long to wait when Meta says that it is too much; it names no time for limits of the app."""
    asked = headers.get("Retry-After", "")
    named = float(asked) if asked.isascii() and asked.isdecimal() else None
    return named or usage_of(headers)[1] or PAUSE_S


def _reason(error: _Error) -> str:
    number = f"#{error.code}" + (f"/{error.error_subcode}" if error.error_subcode else "")
    said = one_line(_TOKEN_LIKE.sub("…", error.message)).strip()
    remedy = _REMEDIES.get(error.code, "")
    return f"Facebook answered {number}: {remedy}{'; ' if remedy and said else ''}{said}"[:REASON_CHARS_MAX]
