"""What an opaquely signed S/MIME part holds (RFC 8551, section 3.5.2; RFC 5652, section 5): a MIME entity of its own.

Called by body.py. Pure and bounded. Only unwrapped, never verified: no certificate is known here, and a signature that
cannot be checked must not hide what the customer wrote.
"""

from typing import Final, NamedTuple

_TYPES: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED_DATA: Final = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
"""Enveloped and authenticated-enveloped data (RFC 5652, section 6.1; RFC 5083)."""
_ELEMENTS_MAX: Final = 50_000
_DEPTH_MAX: Final = 16
_SEQUENCE: Final = 0x30
_OBJECT: Final = 0x06
_EXPLICIT: Final = 0xA0
_OCTETS: Final = 0x04
_PIECES: Final = 0x24
"""Octets in pieces: how those write who do not know the length beforehand."""


class _Element(NamedTuple):
    tag: int
    start: int
    stop: int
    after: int


def may_be_signed(content_type: str) -> bool:
    """Whether a part of this type may hold signed data; encrypted data has the same type."""
    return content_type in _TYPES


def signed_content(data: bytes) -> bytes | None:
    """The entity that was signed; None for what is encrypted, detached, or no such thing."""
    try:
        return _Reader(data).content()
    except ValueError:
        return None


def is_encrypted(data: bytes) -> bool:
    """Whether it is encrypted; its type stands at the beginning."""
    return any(kind in data[:32] for kind in _ENCRYPTED_DATA)


class _Reader:
    """Goes through one structure in BER (X.690), whose lengths may be left open."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._elements = 0

    def content(self) -> bytes | None:
        kind, wrapped = self._children(self._only(self._element(0, len(self._data), 0), _SEQUENCE))[:2]
        if self._bytes(self._only(kind, _OBJECT)) != _SIGNED_DATA:
            return None
        signed = self._children(self._only(wrapped, _EXPLICIT))[0]
        fields = self._children(self._only(signed, _SEQUENCE))
        held = self._children(self._only(fields[2] if len(fields) > 2 else signed, _SEQUENCE))
        if len(held) < 2:
            return None  # detached
        octets = self._children(self._only(held[1], _EXPLICIT))[0]
        if octets.tag == _PIECES:
            return b"".join(self._bytes(self._only(one, _OCTETS)) for one in self._children(octets))
        return self._bytes(self._only(octets, _OCTETS))

    def _only(self, element: _Element, tag: int) -> _Element:
        if element.tag != tag:
            raise ValueError("another structure")
        return element

    def _bytes(self, element: _Element) -> bytes:
        return self._data[element.start : element.stop]

    def _children(self, parent: _Element) -> list[_Element]:
        found: list[_Element] = []
        at = parent.start
        while at < parent.stop:
            one = self._element(at, parent.stop, 0)
            found.append(one)
            at = one.after
        if not found:
            raise ValueError("empty")
        return found

    def _element(self, at: int, end: int, depth: int) -> _Element:
        self._elements += 1
        if at + 2 > end or depth > _DEPTH_MAX or self._elements > _ELEMENTS_MAX:
            raise ValueError("cut off, too deep or too many")
        tag, length = self._data[at], self._data[at + 1]
        if tag & 0x1F == 0x1F:
            raise ValueError("a long tag")
        start = at + 2
        if length == 0x80:
            return self._open_ended(tag, start, end, depth)
        if length > 0x80:
            count = length & 0x7F
            length = int.from_bytes(self._data[start : start + count], "big")
            start += count
        if start + length > end:
            raise ValueError("cut off")
        return _Element(tag, start, start + length, start + length)

    def _open_ended(self, tag: int, start: int, end: int, depth: int) -> _Element:
        at = start
        while self._data[at : at + 2] != b"\0\0":
            at = self._element(at, end, depth + 1).after
        return _Element(tag, start, at, at + 2)
