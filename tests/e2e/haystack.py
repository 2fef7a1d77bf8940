"""Whether any spelling of what was told stands in bytes: files, logs, frames, tables.

Spellings: as told, in lower case, as UTF-16 in both orders, in base64 at each of its three alignments, escaped as in
JSON and in an address. One automaton looks for all of them at once.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from ahocorasick_rs import BytesAhoCorasick

from tests.e2e.told import Told

_BYTES_MIN = 7
"""Fewer would be found anywhere."""


class Needles:
    """All spellings of many values."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._of: dict[bytes, Told] = {}
        for one in told:
            for spelling in _spellings(one):
                if len(spelling) >= _BYTES_MIN:
                    self._of.setdefault(spelling, one)
        self._patterns = list(self._of)
        self._automaton = BytesAhoCorasick(self._patterns)

    def __len__(self) -> int:
        return len(self._patterns)

    def found(self, haystack: bytes) -> dict[Told, bytes]:
        """What of it stands there, and how."""
        hits = self._automaton.find_matches_as_indexes(haystack, overlapping=True)
        patterns = (self._patterns[number] for number, _, _ in hits)
        return {self._of[pattern]: pattern for pattern in patterns}

    def found_anywhere(self, parts: Mapping[str, bytes]) -> dict[Told, list[str]]:
        """The same over named parts: what was found, in which of them and how."""
        places: dict[Told, list[str]] = {}
        for name, haystack in parts.items():
            for one, spelling in self.found(haystack).items():
                places.setdefault(one, []).append(f"{name}: {spelling!r}")
        return places


def files(*directories: Path) -> dict[str, bytes]:
    """Every file below, by its path; one that goes while it is looked for (a log of the database) is gone."""
    found: dict[str, bytes] = {}
    for directory in directories:
        for path in directory.rglob("*"):
            try:
                if path.is_file():
                    found[str(path.relative_to(directory.parent))] = path.read_bytes()
            except FileNotFoundError:
                continue
    return found


def _spellings(told: Told) -> Iterator[bytes]:
    for text in told.whole():
        for form in dict.fromkeys((text, text.lower())):
            yield from _plain(form)
        for shift in range(3):
            yield _base64(text.encode(), shift)
        yield json.dumps(text)[1:-1].encode()
        yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
        yield quote(text).encode()
    for text in told.runs():
        yield from _plain(text)
        yield text.lower().encode()


def _plain(text: str) -> Iterator[bytes]:
    yield text.encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def _base64(data: bytes, shift: int) -> bytes:
    """What base64 makes of `data` behind `shift` other bytes, without the letters that those beside it share."""
    letters = b64encode(b"\0" * shift + data)
    return letters[(shift * 8 + 5) // 6 : (shift + len(data)) * 8 // 6]
