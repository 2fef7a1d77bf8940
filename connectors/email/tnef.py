"""winmail.dat opened: the body and the files that Outlook puts into one part of its own (MS-OXTNEF, MS-OXCDATA 2.11).

Called by body.py. Pure and bounded; whatever is broken raises ValueError, and the part stays a file.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from connectors.email import charsets

_SIGNATURE: Final = 0x223E9F78
_ATTRIBUTES_MAX: Final = 5_000
_PROPERTIES_MAX: Final = 1_000
_VALUES_MAX: Final = 1_000
FILES_MAX: Final = 200

_LEVELS: Final = (1, 2)
"""An attribute is the message's or a file's."""
_BODY: Final = 0x0002800C
_MESSAGE: Final = 0x00069003
_CODEPAGE: Final = 0x00069007
_NEW_FILE: Final = 0x00069002
_TITLE: Final = 0x00018010
_DATA: Final = 0x0006800F
_FILE: Final = 0x00069005

_TEXT: Final = 0x1000
_HTML: Final = 0x1013
_FILE_DATA: Final = 0x3701
_SHORT_NAME: Final = 0x3704
_LONG_NAME: Final = 0x3707
_MIME_TYPE: Final = 0x370E
_CONTENT_ID: Final = 0x3712

_STRING8: Final = 0x1E
_UNICODE: Final = 0x1F
_OBJECT: Final = 0x0D
_BINARY: Final = 0x102
_SEVERAL: Final = 0x1000
_GUID_BYTES: Final = 16
# Of values that have no length of their own, as they lie there: filled up to four bytes.
_FIXED: Final = {
    0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16,
}  # fmt: skip


class File(NamedTuple):
    """A file that was inside."""

    name: str | None
    content_type: str
    data: bytes
    content_id: str | None


class Opened(NamedTuple):
    """What was inside; texts are None where there are none."""

    plain: str | None
    html: str | None
    files: list[File]


class _Found:
    """One file while it is read: its attributes come one after the other."""

    def __init__(self) -> None:
        self.title: bytes | None = None
        self.data: bytes | None = None
        self.properties: dict[int, tuple[int, bytes]] = {}


def opened(data: bytes) -> Opened:
    """Body and files. Raises ValueError for what is no TNEF, or broken."""
    try:
        return _Reader(data).read()
    except struct.error:
        raise ValueError("cut off") from None


class _Reader:
    """Reads one stream."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._codepage = "cp1252"
        self._body: bytes | None = None
        self._message: dict[int, tuple[int, bytes]] = {}
        self._files: list[_Found] = []

    def read(self) -> Opened:
        """All of it: a stream that ends early is broken."""
        if len(self._data) < 6 or struct.unpack_from("<I", self._data)[0] != _SIGNATURE:
            raise ValueError("no TNEF")
        for kind, value in self._attributes():
            self._take(kind, value)
        body = (_STRING8, self._body) if self._body is not None else None
        plain = self._string(self._message.get(_TEXT)) or self._string(body)
        html = self._string(self._message.get(_HTML), html=True)
        return Opened(plain or None, html or None, [self._file(one) for one in self._files])

    def _take(self, kind: int, value: bytes) -> None:
        """One attribute; those of a file belong to the one that was begun last."""
        last = self._files[-1] if self._files else None
        if kind == _CODEPAGE and len(value) >= 4:
            self._codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind == _BODY:
            self._body = value
        elif kind == _MESSAGE and not self._message:
            self._message = dict(self._properties(value))
        elif kind == _NEW_FILE:
            if len(self._files) >= FILES_MAX:
                raise ValueError("too many files")
            self._files.append(_Found())
        elif last is not None:
            self._take_of(last, kind, value)

    def _take_of(self, file: _Found, kind: int, value: bytes) -> None:
        if kind == _TITLE:
            file.title = value
        elif kind == _DATA:
            file.data = value
        elif kind == _FILE and not file.properties:
            file.properties = dict(self._properties(value))

    def _attributes(self) -> Iterator[tuple[int, bytes]]:
        """(level, id with type, length, value, checksum) one after the other, to the end; checksums are often wrong."""
        at = 6
        for _ in range(_ATTRIBUTES_MAX):
            if at >= len(self._data) or (at > 6 and self._data[at] not in _LEVELS):
                return  # some append rubbish
            _, kind, length = struct.unpack_from("<BII", self._data, at)
            value = self._data[at + 9 : at + 9 + length]
            if len(value) != length:
                raise ValueError("cut off")
            yield kind, value
            at += 11 + length
        raise ValueError("too many attributes")

    def _properties(self, data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
        """(id, (type, first value)) of each."""
        (count,) = struct.unpack_from("<I", data)
        if count > _PROPERTIES_MAX:
            raise ValueError("too many properties")
        at = 4
        for _ in range(count):
            kind, name = struct.unpack_from("<HH", data, at)
            at += 4
            if name >= 0x8000:  # it has a name of its own, which is not needed
                at += _GUID_BYTES
                (by_text,) = struct.unpack_from("<I", data, at)
                at += 8
                if by_text:
                    (length,) = struct.unpack_from("<I", data, at - 4)
                    at += _padded(length)
            value, at = self._value(data, at, kind)
            yield name, (kind & ~_SEVERAL, value)

    def _value(self, data: bytes, at: int, kind: int) -> tuple[bytes, int]:
        """The first value of a property, and where the next property begins."""
        several, kind = bool(kind & _SEVERAL), kind & ~_SEVERAL
        sized = kind in {_STRING8, _UNICODE, _OBJECT, _BINARY}
        if not sized and kind not in _FIXED:
            raise ValueError("a type that is not known")
        if not several and not sized:
            return data[at : at + _FIXED[kind]], at + _FIXED[kind]
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        if count > _VALUES_MAX:
            raise ValueError("too many values")
        if not sized:
            return data[at : at + _FIXED[kind]], at + count * _FIXED[kind]
        values: list[bytes] = []
        for _ in range(count):
            (length,) = struct.unpack_from("<I", data, at)
            values.append(data[at + 4 : at + 4 + length])
            if len(values[-1]) != length:
                raise ValueError("cut off")
            at += 4 + _padded(length)
        return values[0] if values else b"", at

    def _file(self, found: _Found) -> File:
        held = found.properties
        kind, data = held.get(_FILE_DATA, (_BINARY, found.data or b""))
        if kind == _OBJECT:
            data = data[_GUID_BYTES:]  # a GUID says what it is; attAttachData holds an excuse to older programs
        elif found.data:
            data = found.data
        title = self._string((_STRING8, found.title) if found.title is not None else None)
        name = self._string(held.get(_LONG_NAME)) or title or self._string(held.get(_SHORT_NAME))
        content_id = (self._string(held.get(_CONTENT_ID)) or "").strip("<>")
        return File(name, self._string(held.get(_MIME_TYPE)) or "", data, content_id or None)

    def _string(self, held: tuple[int, bytes] | None, *, html: bool = False) -> str | None:
        if held is None:
            return None
        kind, data = held
        if kind == _UNICODE:
            return data.decode("utf-16-le", "replace").replace("\0", "").replace("\r\n", "\n")
        return charsets.decode(data.rstrip(b"\0"), self._codepage, html=html).replace("\r\n", "\n")


def _padded(length: int) -> int:
    return -(-length // 4) * 4
