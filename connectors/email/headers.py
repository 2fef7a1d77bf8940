"""Mail header fields: split off, unfolded, decoded, read as parameters, addresses and ids (RFC 5322, 2045, 2047, 2231).

Called by mime.py and parse.py. A value is kept as latin-1 text of its raw bytes until somebody needs it, so that
nothing is decoded twice and raw 8-bit headers survive. Every function is total and takes linear time.
"""

import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from connectors.email import charsets

HEADER_BYTES_MAX: Final = 262_144
HEADER_FIELDS_MAX: Final = 10_000
ADDRESSES_MAX: Final = 1_000
_VALUE_CHARS_MAX: Final = 16_384
"""Of one encoded value (subject, name, file name) only so much is decoded; everything above is cut later anyway."""

Headers = dict[str, list[str]]
"""Lower-case field name to its raw values as they stand after the colon, folds and all, in order of appearance."""


class Split(NamedTuple):
    """The header block of a message or part, and where its body begins."""

    headers: Headers
    body: int
    over: bool
    """A limit was met: the rest of the block was skipped."""


_EMPTY_LINE: Final = re.compile(rb"\n\r?\n")
_LINE_END: Final = re.compile(r"\n(?![ \t])")
"""A line that begins with a blank goes on with the field before it."""
_MBOX: Final = re.compile(r">?From ")
_NAME: Final = re.compile(r"([!-9;-~]+)[ \t]*")
_NAME_CHARS_MAX: Final = 80
"""Up to this length a name, read once, is remembered."""


def split(raw: bytes, start: int, end: int) -> Split:
    """Read the header block that begins at `start`; linear, and looks no further than `end`."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Split({}, start + (1 if raw.startswith(b"\n", start) else 2), over=False)
    found = _EMPTY_LINE.search(raw, start, end)
    stop, body = (found.start(), found.end()) if found is not None else (end, end)
    over = stop - start > HEADER_BYTES_MAX
    fields = _LINE_END.split(raw[start : min(stop, start + HEADER_BYTES_MAX)].decode("latin-1"))
    if len(fields) > HEADER_FIELDS_MAX:
        over = True
        del fields[HEADER_FIELDS_MAX:]
    headers: Headers = {}
    for index, field in enumerate(fields):
        name, colon, value = field.partition(":")
        name = (_name_once(name) if len(name) <= _NAME_CHARS_MAX else _name(name)) if colon else ""
        if not name:
            if _stops_here(field, fields[index + 1 : index + 2]):
                return Split(headers, start + sum(len(one) + 1 for one in fields[:index]), over)
        elif name in headers:
            headers[name].append(value)
        else:
            headers[name] = [value]
    return Split(headers, body, over)


def _name(text: str) -> str:
    """The lower-case name that stands before a colon; empty when it is none."""
    found = _NAME.fullmatch(text)
    return found[1].lower() if found is not None else ""


_name_once = lru_cache(maxsize=1_024)(_name)


def _stops_here(stray: str, following: list[str]) -> bool:
    """A line that is no field ends the headers (the empty line was forgotten), unless fields go on after it."""
    if not stray or _MBOX.match(stray):
        return False
    return "\n" in stray or not any(_name(line.partition(":")[0]) and ":" in line for line in following)


def first(fields: Headers, name: str) -> str:
    """The raw value of the first field of this name; empty when there is none."""
    return fields[name][0] if name in fields else ""


def unfold(value: str) -> str:
    """One line, without surrounding blanks."""
    value = value.strip()
    return value.replace("\r", "").replace("\n", "").strip() if "\n" in value or "\r" in value else value


# --- encoded words -------------------------------------------------------------------------------------------------

# At most 8 stray question marks inside a word: some programs forget to encode them.
_WORD: Final = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,8})\?=")
_Q_BYTE: Final = re.compile(r"=([0-9A-Fa-f]{2})")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def decode_text(value: str) -> str:
    """The text a raw value stands for: encoded words, raw UTF-8 and raw 8-bit; no control character is left."""
    value = unfold(value)
    if value.isascii() and "=?" not in value:
        return value if value.isprintable() else _CONTROL.sub("", value)
    alone = _WORD.fullmatch(value) if len(value) <= _VALUE_CHARS_MAX else None
    if alone is not None:
        text = charsets.decode(_word_bytes(alone[2], alone[3]), alone[1].lower())
        return text if text.isprintable() else _CONTROL.sub("", text)
    out: list[str] = []
    charset, pending, position = "", b"", 0
    for word in _WORD.finditer(value, 0, _VALUE_CHARS_MAX):
        between = value[position : word.start()]
        label = word[1].lower()
        if pending and (between.strip() or label != charset):
            out.append(charsets.decode(pending, charset))
            pending = b""
        if between.strip() or (position == 0 and between):
            out.append(_raw_text(between))
        # Characters may be torn between words: adjacent words of one charset are joined as bytes, then decoded.
        pending += _word_bytes(word[2], word[3])
        charset, position = label, word.end()
    if pending:
        out.append(charsets.decode(pending, charset))
    out.append(_raw_text(value[position:_VALUE_CHARS_MAX]))
    return _CONTROL.sub("", charsets.clean("".join(out)))


def _raw_text(value: str) -> str:
    return value if value.isascii() else charsets.decode(value.encode("latin-1", "replace"), None)


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        return base64_bytes(text.encode("latin-1", "replace"))
    text = _Q_BYTE.sub(lambda m: chr(int(m[1], 16)), text.replace("_", " "))
    return text.encode("latin-1", "replace")


_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_PADDED: Final = re.compile(rb"[A-Za-z0-9+/\r\n]*=+[\r\n]*")
"""A piece that some programs encode by itself, up to the padding that ends it."""
_WHOLE_PIECE: Final = re.compile(rb"[A-Za-z0-9+/\r\n]+={0,2}\s*")


def base64_bytes(data: bytes) -> bytes:
    """Base64 without complaint: foreign characters are skipped, missing padding added, a torn end dropped. Pieces that
    were encoded one by one are joined; words below the padding (a list's footer) are none."""
    stop = data.find(b"=")
    if stop < 0 or not data[stop:].strip(b"=\r\n \t"):
        return _base64_piece(data)
    out: list[bytes] = []
    at = 0
    try:
        while (piece := _PADDED.match(data, at)) is not None:
            out.append(binascii.a2b_base64(piece[0]))
            at = piece.end()
    except binascii.Error:  # torn: no pieces of a program's
        return b"".join(out) or _base64_piece(data)
    if not any(out) or _WHOLE_PIECE.fullmatch(data, at):
        out.append(_base64_piece(data[at:]))
    return b"".join(out)


def _base64_piece(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        data = _NOT_BASE64.sub(b"", data)
        if len(data) % 4 == 1:
            data = data[:-1]
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


# --- parameters ----------------------------------------------------------------------------------------------------

_PARAM: Final = re.compile(
    r";\s*(?:\([^()]{0,200}\)\s*)?([^\s=;\"]{1,80})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))", re.DOTALL
)
_TOKENS: Final = frozenset({"boundary", "charset"})
"""Behind these a bracket begins a comment; in names of files, which some programs leave unquoted, it is of the name."""
_COMMENT: Final = re.compile(r"\s*\(.*", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)")
_PERCENT: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_PARAMS_MAX: Final = 200


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured value such as Content-Type: the value itself in lower case, and its parameters, decoded."""
    return _parameters(value) if len(value) <= _VALUE_CHARS_MAX else _parameters(value[:_VALUE_CHARS_MAX])


@lru_cache(maxsize=512)
def _parameters(value: str) -> tuple[str, dict[str, str]]:
    value = unfold(value)
    main, semicolon, rest = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    if semicolon:
        for count, match in enumerate(_PARAM.finditer(semicolon + rest)):
            if count == _PARAMS_MAX:
                break
            name, quoted, token = match[1].lower(), match[2], match[3]
            text = _ESCAPE.sub(r"\1", quoted) if quoted is not None else token.strip()
            if quoted is None and name in _TOKENS:
                text = _COMMENT.sub("", text)
            base, star, index = name.partition("*")
            if star:
                encoded = index.endswith("*") or index == ""
                number = index.rstrip("*")
                pieces.setdefault(base, {})[int(number) if number.isdecimal() and len(number) < 4 else 0] = (
                    encoded,
                    text,
                )
            else:
                plain.setdefault(name, text)
    params = {name: decode_text(text) for name, text in plain.items()}
    params.update((name, _joined(parts)) for name, parts in pieces.items())
    return main.strip().lower(), params


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """RFC 2231: pieces in order, percent-decoded and joined as bytes; the charset stands before the first."""
    charset: str | None = None
    data = b""
    for position, (_, (encoded, text)) in enumerate(sorted(pieces.items())):
        if encoded and position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)  # noqa: PLW2901
        if encoded:
            text = _PERCENT.sub(lambda m: chr(int(m[1], 16)), text)  # noqa: PLW2901
        data += text.encode("latin-1", "replace")
    text = charsets.decode(data, charset or None)
    return decode_text(text) if "=?" in text and text.isascii() else _CONTROL.sub("", text)


# --- addresses and ids ---------------------------------------------------------------------------------------------


class Address(NamedTuple):
    """One mailbox: display name (may be empty) and address in lower case."""

    name: str
    address: str


_SIMPLE: Final = re.compile(
    r'\s*(?:"?([^"<>(),;:@\\\[\]]*)(?:"\s{0,4})?<)?'
    r'([^\s"<>(),;:@\\\[\]\x00-\x1f\x7f]+@[^\s"<>(),;:@\\\[\]\x00-\x1f\x7f]+)>?\s*'
)
_SIMPLE_CHARS_MAX: Final = 320
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"?|\(((?:[^()\\]|\\.)*)\)?|<([^<>]*)>?|([,;:])|([^",;:<(]+)', re.DOTALL)
_LOCAL: Final = re.compile(r'[^\s"<>(),;:@\\\x00-\x1f\x7f]+$')
_DOMAIN: Final = re.compile(r'[^\s"<>(),;:@\\\x00-\x1f\x7f]+')
_AT_SIGNS_MAX: Final = 8


def addresses(values: list[str]) -> list[Address]:
    """All mailboxes of the fields, groups opened, at most ADDRESSES_MAX."""
    found: list[Address] = []
    for value in values:
        simple = _SIMPLE.fullmatch(value) if len(value) <= _SIMPLE_CHARS_MAX and value.isascii() else None
        if simple is not None:
            found.append(Address(decode_text(simple[1] or ""), simple[2].lower()))
        else:
            for address in _many(unfold(value)):
                if len(found) >= ADDRESSES_MAX:
                    return found
                found.append(address)
    return found[:ADDRESSES_MAX]


def _many(value: str) -> Iterator[Address]:
    words: list[str] = []
    comment = angle = ""
    for quoted, remark, inside, mark, bare in [*_TOKEN.findall(value), ("", "", "", ",", "")]:
        if mark == ":":
            words.clear()  # the name of a group
        elif mark:
            address = _address(words, comment, angle)
            if address is not None:
                yield address
            words.clear()
            comment = angle = ""
        elif inside:
            angle = angle or inside
        elif remark:
            comment = comment or remark
        else:
            words.append(_ESCAPE.sub(r"\1", quoted) if quoted else bare)


def _address(words: list[str], comment: str, angle: str) -> Address | None:
    name = " ".join(word.strip() for word in words if word.strip())
    place = _place(angle)
    if place is None:
        place = _place(name)
        if place is None:
            return None
        name = name.replace(place, "", 1).strip()
    return Address(decode_text(name or comment), charsets.decode(place.encode("latin-1"), None).lower())


def spelled_addresses(value: str) -> list[str]:
    """The addresses of one field as they are spelled, for tags whose case counts."""
    found = (_place(piece) for piece in unfold(value)[:_VALUE_CHARS_MAX].split(","))
    return [place for place in found if place is not None]


def _place(text: str) -> str | None:
    """The first thing around an @ that can be an address."""
    at = -1
    for _ in range(_AT_SIGNS_MAX):
        at = text.find("@", at + 1)
        if at < 0:
            return None
        local = _LOCAL.search(text[max(0, at - 256) : at])
        domain = _DOMAIN.match(text, at + 1, at + 257)
        if local and domain:
            return f"{local[0]}@{domain[0]}"
    return None


_ID: Final = re.compile(r"<\s*([^<>\s]+)\s*>")


def message_ids(value: str) -> list[str]:
    """Message ids without their brackets; a value without brackets is read as ids between blanks."""
    value = unfold(value)
    if "<" not in value:
        return [_id_text(word) for word in value.split() if "@" in word]
    return [_id_text(found) for found in _ID.findall(value)]


def _id_text(value: str) -> str:
    return value if value.isascii() and value.isprintable() else decode_text(value)
