"""Where the bytes of files rest: one small port, two places (a folder, or a bucket of an S3-compatible store).

What is put there is sealed already (router.keys.FileSeal) and named by the SHA-256 of its content, so that the same
name always means the same bytes: putting twice is putting once. Who may refer to what is the database's to know
(router.store.media); this knows names and bytes.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, Protocol

import msgspec

from router.model.errors import StoreUnavailable

CHUNK_BYTES: Final = 1_048_576
"""What travels to and from a place at once."""

Chunks = Callable[[], AsyncIterator[bytes]]
"""The bytes from their beginning, as often as they are asked for."""


class BlobMissing(Exception):
    """There is nothing of this name."""


class BlobsUnavailable(StoreUnavailable):
    """The place is away, or out of room; what was asked for may be asked again."""


class Found(msgspec.Struct, frozen=True):
    """One name that a place holds."""

    name: str
    written_at_s: float
    """Unix time by the clock of the place."""


class Blobs(Protocol):
    """A place for bytes. Every method raises BlobsUnavailable."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        ...

    async def put(self, name: str, chunks: Chunks, size: int) -> None:
        """Keep `size` bytes under `name`; returns once they are durable. What has the name and the size stays."""
        ...

    def get(self, name: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """The bytes from `start` to before `end`, in pieces of at most `CHUNK_BYTES`. Raises BlobMissing."""
        ...

    async def remove(self, name: str) -> None:
        """Let go of it; nothing when it is not there."""
        ...

    def names(self) -> AsyncIterator[Found]:
        """Everything that is kept, in order of name."""
        ...

    async def check(self) -> None:
        """See that a file could be put here, and leave nothing behind."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
