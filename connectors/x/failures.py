"""How a call of X can end other than well, and which of them an answer means, whatever its body is. Pure."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from router.failures import REASON_CHARS_MAX, Denied, Failed, Later, Refused, Uncertain, one_line

_OF_THE_APP: Final = re.compile(
    r"client app|app permissions|access level|subset of \w+ API|not enrolled|attached to a project", re.IGNORECASE
)
"""How X says that it is not this request that is at fault."""


class Forbidden(Refused):
    """X does not let this app, or this account, do it."""


class Unpermitted(Forbidden):
    """The app lacks a permission: it is no matter of this one request."""


class Gone(Refused):
    """What it is about is not there."""


class Duplicate(Refused):
    """X has a post of ours with these words."""


class Unusable(Refused):
    """X can make nothing of a file, however often it comes."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One of the errors that an answer lists."""

    title: str = ""
    detail: str = ""
    message: str = ""


class _Refusal(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    detail: str = ""
    errors: tuple[Problem, ...] = ()


_decode_refusal: Final = msgspec.json.Decoder(_Refusal).decode


def failed(status: int, body: bytes, wait_ms: int) -> Failed:
    """What to do about an answer, whatever its body is."""
    detail = one_line(_detail(body))
    reason = f"X answered {status}{f': {detail}' if detail else ''}"
    match status:
        case 401:
            return Denied("X refuses the keys")
        case 403 if "duplicate" in detail.lower():
            return Duplicate(reason)
        case 403 if _OF_THE_APP.search(detail):
            return Unpermitted(reason)
        case 403:
            return Forbidden(reason)
        case 404:
            return Gone(reason)
        case 429:
            return Later("X answered 429: too many requests", wait_ms / 1_000 if wait_ms else None)
        case _ if status >= 500:
            return Later(reason) if status == 503 else Uncertain(reason)
        case _:
            return Refused(reason)


def _detail(body: bytes) -> str:
    """What an error says of itself; nothing for a page of some proxy."""
    try:
        refusal = _decode_refusal(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return refusal.detail or told(refusal.errors) or refusal.title


def told(errors: Sequence[Problem]) -> str:
    """What errors say, on one line."""
    return "; ".join(filter(None, (one.message or one.detail or one.title for one in errors)))[:REASON_CHARS_MAX]
