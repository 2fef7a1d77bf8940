"""Attached files that are text: looked through for secrets like the message itself, and rewritten without them. Pure.

The intake calls `look_through` for each file. What is no text, cannot be decoded or is over the bound stays as it came
and is told apart from what was looked at. Markup cannot be masked span by span, so of a page that holds a secret the
words are kept; everything else keeps its encoding, byte for byte but for the masks.
"""

import re
from html import escape
from typing import Final, Literal

import msgspec

from router.core.html import derive_text, sanitise, unsaid
from router.model.filetypes import marked_encoding
from router.model.message import Visibility
from rules.detectors.hit import SEVERITY
from rules.expression import expression
from rules.redact import DEFAULT_POLICY, Policy, masked_values, redact

Checked = Literal["clean", "masked", "unchecked"]

_TEXT_TYPES: Final = frozenset({
    "application/json", "application/ld+json", "application/x-ndjson", "application/xml", "application/yaml",
    "application/x-yaml", "application/toml", "application/csv", "application/sql", "application/javascript",
    "application/x-sh",
})  # fmt: skip
_NO_TEXT: Final = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "message/",
    "multipart/",
    "application/pdf",
    "application/zip",
)
_TEXT_ENDS: Final = frozenset({
    "txt", "csv", "tsv", "json", "ndjson", "jsonl", "html", "htm", "md", "log", "xml", "yaml", "yml", "ini", "env",
    "conf", "cfg", "toml", "sql", "pem", "key", "text",
})  # fmt: skip
_PAGE_ENDS: Final = frozenset({"html", "htm", "xhtml"})
_CHARSET: Final = expression(r"charset\s*=\s*[\"']?([\w.:\-]{1,40})", re.IGNORECASE)
_CONTROLS: Final = expression("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_JSON_ESCAPE: Final = expression(r"\\(?:[nrt]|u(?!d[89ab])[0-9a-f]{4})", re.IGNORECASE)
_PADDING: Final = "\u200b"
"""An invisible character, which no detector sees."""
_TAG: Final = expression(r"<[a-z!/]", re.IGNORECASE)
_WINDOW_CHARS: Final = 100_000
_OVERLAP_CHARS: Final = 8_000
"""No secret is longer than this."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A file after it was looked at."""

    data: bytes
    checked: Checked
    types: tuple[str, ...] = ()
    """What was found in it, masked or only reported."""
    values: tuple[tuple[str, str], ...] = ()
    """Type and value of each mask, for the caller's keyed hashes only."""


class _Mask(msgspec.Struct, frozen=True):
    start: int
    end: int
    type: str


def look_through(
    data: bytes, *, name: str, content_type: str, visibility: Visibility, policy: Policy = DEFAULT_POLICY
) -> Looked:
    """The file without its secrets; what a policy seals is masked."""
    name, content_type = name.lower(), content_type.lower()
    decoded = _decoded(data, name, content_type)
    if decoded is None:
        return Looked(data=data, checked="unchecked")
    text, encoding = decoded
    looking = _Looking(visibility, policy)
    if _is_page(text, name, content_type):
        said = derive_text(text)
        for piece in (text, *unsaid(text, sanitise(text), said, derived=True)):
            looking.masks(piece)
        masks, kept = looking.masks(said), said
    else:
        masks, kept = looking.masks(_JSON_ESCAPE.sub(_unescaped, text) if "\\" in text else text), text
    types, values = tuple(looking.types), tuple(looking.values)
    if not values:
        return Looked(data=data, checked="clean", types=types)
    masked = _masked(kept, masks)
    if kept is not text:
        masked = f'<meta charset="{encoding}"><pre>{escape(masked, quote=False)}</pre>'
    return Looked(data=masked.encode(encoding, errors="replace"), checked="masked", types=types, values=values)


def _decoded(data: bytes, name: str, content_type: str) -> tuple[str, str] | None:
    """The text and its encoding, which gives back the same bytes; None when it is none."""
    if content_type.startswith(_NO_TEXT):
        return None
    kind = content_type.partition(";")[0].strip()
    said = kind.startswith("text/") or kind in _TEXT_TYPES or name.rpartition(".")[2] in _TEXT_ENDS
    for encoding in _encodings(data, content_type, said=said):
        try:
            text = data.decode(encoding)
            if text.encode(encoding) == data and _CONTROLS.search(text) is None:
                return text, encoding
        except (UnicodeError, LookupError):
            continue
    return None


def _encodings(data: bytes, content_type: str, *, said: bool) -> list[str]:
    """What to try, the likeliest first; a file that does not say that it is text has to be plain UTF-8."""
    marked = marked_encoding(data)
    if marked is not None:
        return [marked]
    if not said:
        return ["utf-8"]
    told = _CHARSET.search(content_type)
    wide = ["utf-16-le", "utf-16-be"] if b"\0" in data[:200] else []
    return [*([told[1]] if told else []), *wide, "utf-8", "gb18030", "latin-1"]


def _unescaped(escape: re.Match[str]) -> str:
    """What a JSON escape stands for, in as many characters: a break stands between the words of a phrase."""
    code = escape[0]
    return "  " if len(code) == 2 else chr(int(f"0x{code[2:]}", base=0)).ljust(len(code), _PADDING)


def _is_page(text: str, name: str, content_type: str) -> bool:
    return (
        content_type.startswith(("text/html", "application/xhtml")) or name.rpartition(".")[2] in _PAGE_ENDS
    ) and _TAG.search(text) is not None


class _Looking:
    """Looks for secrets, and remembers what it found."""

    def __init__(self, visibility: Visibility, policy: Policy) -> None:
        self._visibility: Visibility = visibility
        self._policy = policy
        self.types: dict[str, None] = {}
        self.values: dict[tuple[str, str], None] = {}

    def masks(self, text: str) -> list[_Mask]:
        """What has to be masked in `text`, sorted and disjoint; a long one is looked at in stretches that overlap."""
        found: list[_Mask] = []
        for begin in range(0, max(1, len(text) - _OVERLAP_CHARS), _WINDOW_CHARS - _OVERLAP_CHARS):
            window = text[begin : begin + _WINDOW_CHARS]
            redacted = redact(window, visibility=self._visibility, policy=self._policy)
            masked = [finding for finding in redacted.findings if finding.masked]
            self.types.update((finding.type, None) for finding in redacted.findings)
            kinds = (finding.type for finding in masked)
            self.values.update((one, None) for one in zip(kinds, masked_values(window, redacted), strict=True))
            found += [_Mask(begin + f.start, begin + _end(window, f.end), f.type) for f in masked]
        return _disjoint(found)


def _end(text: str, end: int) -> int:
    """The end of a mask with what is left of an escape that its last character came from."""
    while end < len(text) and text[end] == _PADDING:
        end += 1
    return end


def _disjoint(masks: list[_Mask]) -> list[_Mask]:
    """Masks of overlapping stretches as one each, named by the gravest."""
    merged: list[_Mask] = []
    for mask in sorted(masks, key=lambda mask: mask.start):
        if merged and mask.start < merged[-1].end:
            graver = min(merged[-1], mask, key=lambda one: SEVERITY[one.type])
            merged[-1] = _Mask(merged[-1].start, max(merged[-1].end, mask.end), graver.type)
        else:
            merged.append(mask)
    return merged


def _masked(text: str, masks: list[_Mask]) -> str:
    pieces: list[str] = []
    done = 0
    for mask in masks:
        pieces += (text[done : mask.start], f"[{mask.type}]")
        done = mask.end
    return "".join((*pieces, text[done:]))
