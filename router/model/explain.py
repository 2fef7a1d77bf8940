"""Turns a failed typed decode into a sentence for whoever sent the JSON: where, what was found, what was meant.

Called by the wire codecs of `router.model` on their slow path. Never quotes content: only fields named quotable.
"""

import difflib
import json
import re
from collections.abc import Collection, Mapping
from itertools import islice

import msgspec

from router.model.errors import InvalidMessage
from router.model.storable import is_storable, storable

QUOTE_CHARS_MAX = 40
CANDIDATES_MAX = 100
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_AT = re.compile(r" - at `\$(?P<path>[^`]*)`\Z")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]*)`")
_STEP = re.compile(r"\.?(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]")


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of JSON object should hold, in words."""

    meant: Mapping[str, str]
    """Field path without list positions (`sender.id`, `attachments.url`) to what belongs there."""
    quotable: Collection[str] = ()
    """Fields whose value an error may repeat: names and times, never what a customer wrote."""


def load_object(data: bytes) -> dict[str, object]:
    """`data` as one JSON object; InvalidMessage says why not. Half a surrogate pair stays what it is:
    `scrub` mends it in a text, and an id that holds one is to be refused."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = msgspec.json.decode(body)
    except UnicodeDecodeError as error:
        raise InvalidMessage(f"not UTF-8: {error.reason}; files and bodies are UTF-8") from None
    except RecursionError:
        raise InvalidMessage("nested too deeply") from None
    except msgspec.DecodeError as error:
        value = _load_leniently(body, error)
    if not isinstance(value, dict):
        raise InvalidMessage(f"found {describe(value)}; expected one JSON object")
    return value


def _load_leniently(body: bytes, error: msgspec.DecodeError) -> object:
    if not body.strip():
        raise InvalidMessage("empty; expected one JSON object") from None
    try:
        return load_halved(body)
    except UnicodeDecodeError as fault:
        raise InvalidMessage(f"not UTF-8: {fault.reason}; files and bodies are UTF-8") from None
    except (ValueError, RecursionError):
        raise InvalidMessage(f"not JSON: {str(error)[:120]}") from None


def load_halved(body: bytes) -> object:
    """JSON in which half a surrogate pair may stand, as JavaScript clients that cut an emoji in two write it; msgspec
    refuses that. Raises ValueError, of which UnicodeDecodeError is one."""
    text = body.decode()
    if _HALF.search(text) is None:
        raise ValueError("no JSON for another reason")
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON (RFC 8259, section 6)")


def refuse_unstorable(value: object, field: str) -> None:
    """Raise InvalidMessage for an id that no database holds: it must not be mended, two of them could become one."""
    if isinstance(value, str) and not is_storable(value):
        raise InvalidMessage("an id may hold neither NUL nor half of a surrogate pair; send it as it is", field=field)


def scrub(value: object) -> object:
    """`value` with every NUL and half surrogate in its texts replaced by U+FFFD, one for one, so that offsets stay.

    Raises InvalidMessage for what is no JSON value.
    """
    match value:
        case str():
            return storable(value)
        case list():
            return [scrub(item) for item in value]
        case dict() if all(isinstance(key, str) for key in value):
            return {scrub(key): scrub(item) for key, item in value.items()}
        case None | bool() | int() | float():
            return value
        case _:
            raise InvalidMessage(f"holds a value that JSON has no form for: {type(value).__name__}")


def explain(
    error: msgspec.ValidationError, value: object, shape: Shape, unknown: Collection[str] = ()
) -> InvalidMessage:
    """The InvalidMessage for `error`, raised while `value` was decoded; `unknown` are misspelling candidates."""
    text = str(error)
    at = _AT.search(text)
    path = at["path"].removeprefix(".") if at else ""
    missing = _MISSING.search(text)
    if missing:
        name = missing["name"]
        field = f"{path}.{name}" if path else name
        meant = shape.meant.get(_plain(field), "a value")
        # Comparing costs length times length: hostile names are no misspellings.
        candidates = [key for key in islice(unknown, CANDIDATES_MAX) if len(key) <= QUOTE_CHARS_MAX]
        near = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
        hint = f"; did you mean this by {near[0]!r}?" if near else ""
        return InvalidMessage(f"missing; expected {meant}{hint}", field=field)
    field = _plain(path)
    found = _at(value, path)
    meant = shape.meant.get(field, text.removesuffix(at.group() if at else ""))
    quoted = field in shape.quotable
    hint = _suggestion(found, meant) if quoted else ""
    if isinstance(found, int | float) and not isinstance(found, bool) and "characters" in meant:
        hint = "; write it in quotes"
    return InvalidMessage(f"found {describe(found, quoted=quoted)}; expected {meant}{hint}", field=path or None)


def describe(value: object, *, quoted: bool = False) -> str:
    """A JSON value in words; its text only where it may be repeated."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str() if not value:
            return "empty text"
        case str() if quoted and len(value) <= QUOTE_CHARS_MAX:
            return repr(value)
        case str():
            return f"text of {len(value):,} characters"
        case list():
            return f"a list of {len(value):,}"
        case _:
            return "an object"


def _suggestion(found: object, meant: str) -> str:
    if not isinstance(found, str) or len(found) > QUOTE_CHARS_MAX:
        return ""
    words = re.findall(r"[a-z_]+", meant.partition("one of ")[2])
    near = difflib.get_close_matches(found.strip().lower(), words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _plain(path: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", path)


def _at(value: object, path: str) -> object:
    for step in _STEP.finditer(path):
        if step["index"] is not None and isinstance(value, list) and int(step["index"]) < len(value):
            value = value[int(step["index"])]
        elif isinstance(value, dict):
            value = value.get(step["name"])
        else:
            break
    return value
