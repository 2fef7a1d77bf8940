"""The part tree of a mail and its contents: text, HTML, files (RFC 2045, 2046, 2183).

Called by parse.py and bounce.py. A tree of offsets into the raw bytes, so that nesting copies nothing; every count is
bounded, and a mail that breaks a bound keeps its raw bytes as one more attachment. The standard parser is not used
here: its time grows with depth times lines, and deep nesting ends it with a RecursionError.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from connectors.email import charsets, headers
from connectors.email.headers import Headers

DEPTH_MAX: Final = 100
PARTS_MAX: Final = 1_000
LEVELS_MAX: Final = 3
"""Signed mail in signed mail; what lies deeper stays a file."""
OPENED_MAX: Final = 10
"""Signed entities and winmail.dat that one mail has opened."""
_DELIMITERS_MAX: Final = 20_000
"""Lines that look like a boundary, over the whole mail: what a hostile mail can make us look at."""
_BOUNDARY_CHARS_MAX: Final = 200
"""RFC 2046 allows 70."""
_COMMENT: Final = re.compile(r"[\s;(]")
"""What may stand behind a transfer encoding, and says nothing."""


class Part:
    """One part: its header fields and where its body lies in the raw bytes. Leaves have no children."""

    __slots__ = ("children", "content_type", "disposition", "end", "headers", "params", "start")

    def __init__(self, fields: Headers, start: int, end: int, default_type: str) -> None:
        self.headers = fields
        self.start = start
        self.end = end
        self.children: list[Part] = []
        found = fields.get("content-type")
        self.content_type, self.params = headers.parameters(found[0]) if found else (default_type, {})
        # Some programs forget the semicolon before the charset.
        self.content_type = next(iter(self.content_type.split()), "")
        if "/" not in self.content_type:
            self.content_type = default_type
        self.disposition = fields.get("content-disposition")


class Mail:
    """A whole mail as a tree of parts. `notices` names the bounds it met."""

    def __init__(self, raw: bytes, *, outer: "Mail | None" = None) -> None:
        """`outer`: the mail that it was taken out of, as a signed entity."""
        self.raw = raw
        self.level: int = 0 if outer is None else outer.level + 1
        self._outer = outer
        self.opened = 0
        self.signed = False
        """It carries a signature, which nobody has verified."""
        self.encrypted = ""
        """By what something in it is encrypted; nobody here has the key."""
        self.packed: tuple[str | None, str | None] | None = None
        """Plain text and HTML of a winmail.dat in it."""
        self.invitation: str | None = None
        """What a calendar in it is about."""
        self.notices: list[str] = []
        self._parts = 0
        self._delimiters = 0
        self.root = self._open(0, len(raw), "text/plain")
        if self.root.content_type.startswith("multipart/"):
            self._grow()

    def may_open(self) -> bool:
        """Whether one more file may be taken apart: so many in one mail, and so deep in each other."""
        outermost = self
        while outermost._outer is not None:  # a mail that held itself would stay until the garbage collector comes
            outermost = outermost._outer
        if self.level >= LEVELS_MAX or outermost.opened >= OPENED_MAX:
            return False
        outermost.opened += 1
        return True

    def notice(self, what: str) -> None:
        """Remember a bound that was met, once."""
        if what not in self.notices:
            self.notices.append(what)

    def leaves(self) -> Iterator[Part]:
        """All parts without children, in order."""
        waiting = [self.root]
        while waiting:
            part = waiting.pop()
            if part.children:
                waiting.extend(reversed(part.children))
            else:
                yield part

    def body(self, part: Part) -> bytes:
        """The content of a leaf, transfer encoding removed."""
        data = self.raw[part.start : part.end]
        found = part.headers.get("content-transfer-encoding")
        if not found:
            return data
        encoding = _COMMENT.split(headers.unfold(found[0]).lower(), 1)[0]
        if encoding == "base64":
            return headers.base64_bytes(data)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        if encoding in {"x-uuencode", "uuencode", "x-uue"}:
            return _uudecoded(data)
        return data

    def text(self, part: Part) -> str:
        """The content of a textual leaf, with bare line feeds."""
        found = part.params.get("charset")
        text = charsets.decode(self.body(part), found, html=part.content_type == "text/html")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if part.params.get("format", "").lower() == "flowed":
            text = _unflowed(text, joined=part.params.get("delsp", "").lower() == "yes")
        return text

    def _open(self, start: int, end: int, default_type: str) -> Part:
        split = headers.split(self.raw, start, end)
        if split.over:
            self.notice("header_bytes")
        self._parts += 1
        return Part(split.headers, min(split.body, end), end, default_type)

    def _grow(self) -> None:
        waiting = [(self.root, 1)]
        while waiting:
            part, depth = waiting.pop()
            if depth > DEPTH_MAX:
                self.notice("depth")
                continue
            default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
            for start, end in self._pieces(part):
                if self._parts >= PARTS_MAX:
                    self.notice("parts")
                    break
                child = self._open(start, end, default_type)
                part.children.append(child)
                if child.content_type.startswith("multipart/"):
                    waiting.append((child, depth + 1))

    def _pieces(self, part: Part) -> Iterator[tuple[int, int]]:
        """Where the parts of a multipart lie: between lines of its boundary (RFC 2046, section 5.1.1)."""
        boundary = part.params.get("boundary", "").rstrip()
        if not boundary or len(boundary) > _BOUNDARY_CHARS_MAX:
            return
        mark = b"--" + boundary.encode("utf-8", "replace")
        begin = -1
        for line, after, last in self._delimiter_lines(part, mark):
            if begin >= 0:
                yield begin, max(begin, line)
            if last:
                return
            begin = after
        if begin >= 0:
            yield begin, part.end

    def _delimiter_lines(self, part: Part, mark: bytes) -> Iterator[tuple[int, int, bool]]:
        """(end of what stands before, begin of what stands after, closing) of each delimiter line."""
        raw, end = self.raw, part.end
        at = part.start if raw.startswith(mark, part.start, end) else raw.find(b"\n" + mark, part.start, end) + 1
        while at > 0:
            self._delimiters += 1
            if self._delimiters > _DELIMITERS_MAX:
                self.notice("delimiters")
                return
            stop = raw.find(b"\n", at, end)
            stop = end if stop < 0 else stop
            rest = raw[at + len(mark) : min(stop, at + len(mark) + 100)].strip()
            if not rest or rest.startswith(b"--"):
                before = at - 1 if at > part.start else at
                if before > part.start and raw[before - 1 : before] == b"\r":
                    before -= 1
                yield before, min(stop + 1, end), bool(rest)
                if rest:
                    return
            at = raw.find(b"\n" + mark, at, end) + 1


def _uudecoded(data: bytes) -> bytes:
    out: list[bytes] = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line:
            continue
        if line.strip() in {b"end", b"`"}:
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders write too long lines: take what the length byte promises.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                continue
    return b"".join(out)


_STUFFED: Final = re.compile(r"(>*) ?")


def _unflowed(text: str, *, joined: bool) -> str:
    """Paragraphs of format=flowed joined again (RFC 3676, section 4)."""
    out: list[str] = []
    quote_before: str | None = None
    for line in text.split("\n"):
        stuffed = _STUFFED.match(line)
        quote = stuffed[1] if stuffed else ""
        content = line[stuffed.end() :] if stuffed else line
        flows = content.endswith(" ") and content != "-- "
        if quote_before != quote or content == "-- ":
            out.append(f"\n{quote} " if quote else "\n")
        out.append(content[:-1] if flows and joined else content)
        quote_before = quote if flows else None
    return "".join(out)[1:]
