"""What comes in piece by piece, until its hash is known: in memory while it is small, else in a file that nobody but
this object can read, for it is sealed under a key that is kept nowhere and dies with it.
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from types import TracebackType
from typing import IO, Final, Self

from router.keys import SEGMENT_BYTES, FileSeal

_SEALED_BYTES: Final = SEGMENT_BYTES + 16
_MEMORY_BYTES: Final = 1_048_576


class TooLong(Exception):
    """More came than may come."""


class Spool:
    """An upload under way. Use as a context; `hash`, `size` and `head` are right once all was written."""

    def __init__(self, bytes_max: int) -> None:
        self._max = bytes_max
        self._digest = hashlib.sha256()
        self._seal = FileSeal(os.urandom(32), b"spool", hashlib.sha256(b"spool").hexdigest())
        self._rest = bytearray()
        self._file: IO[bytes] | None = None
        self._segments = 0
        self.size = 0
        self.head = b""
        """Its first bytes, of which it is told what it is."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def hash(self) -> str:
        """SHA-256 of what was written."""
        return self._digest.hexdigest()

    async def write(self, piece: bytes) -> None:
        """Take the next bytes. Raises TooLong."""
        self.size += len(piece)
        if self.size > self._max:
            raise TooLong
        self._digest.update(piece)
        self.head += piece[: max(0, SEGMENT_BYTES - len(self.head))]
        self._rest += piece
        if len(self._rest) >= _MEMORY_BYTES:
            await asyncio.to_thread(self._spill)

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="switchboard-")  # noqa: SIM115 - closed with the context
        whole = len(self._rest) // SEGMENT_BYTES * SEGMENT_BYTES
        for at in range(0, whole, SEGMENT_BYTES):
            segment = bytes(self._rest[at : at + SEGMENT_BYTES])
            self._file.write(self._seal.seal(self._segments, segment, last=False))
            self._segments += 1
        del self._rest[:whole]

    async def segments(self) -> AsyncIterator[bytes]:
        """What was written, from its beginning, in pieces of SEGMENT_BYTES, the last one shorter."""
        for number in range(self._segments):
            yield await asyncio.to_thread(self._segment, number)
        for at in range(0, len(self._rest), SEGMENT_BYTES):
            yield bytes(self._rest[at : at + SEGMENT_BYTES])

    def _segment(self, number: int) -> bytes:
        assert self._file is not None, "segments are counted as they are written"
        self._file.seek(number * _SEALED_BYTES)
        return self._seal.open(number, self._file.read(_SEALED_BYTES), last=False)
