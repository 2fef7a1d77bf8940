"""Files in a folder: `ab/cd/abcd…`, written beside, synced, then renamed, so that a name never means half a file.

All of it is blocking I/O, done in threads. The folder is made when the first file comes.
"""

import asyncio
import contextlib
import errno
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import IO, Final, ParamSpec, TypeVar

from router.blobs import CHUNK_BYTES, BlobMissing, BlobsUnavailable, Chunks, Found

P = ParamSpec("P")
R = TypeVar("R")

_SPARE: Final = "tmp"
_REMEMBERED_MAX: Final = 4_096
_LISTED: Final = 500
"""Names listed in one go of the thread."""


class FolderBlobs:
    """Implements router.blobs.Blobs on a file system. `sync` is False for what is thrown away."""

    def __init__(self, root: Path, *, sync: bool = True) -> None:
        self._root, self._sync = root, sync
        self._durable: set[Path] = set()
        """Folders whose names this process has seen to; forgotten when there are many, and seen to again."""

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._root)

    async def put(self, name: str, chunks: Chunks, size: int) -> None:
        """Keep bytes under a name, durable on return."""
        target = self._path(name)
        if await _apart(self._settled, target, size):
            return
        spare = self._root / _SPARE / f"{name}.{os.urandom(6).hex()}"
        file = await _apart(self._begin, spare)
        try:
            written = 0
            async for chunk in chunks():
                await _apart(file.write, chunk)
                written += len(chunk)
            assert written == size, f"{written} bytes came of {size}"
            await _apart(self._finish, file, spare, target)
        except BaseException:
            with contextlib.suppress(OSError):
                file.close()
                spare.unlink(missing_ok=True)
            raise

    async def get(self, name: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """A part of a file, in pieces."""
        file = await _apart(self._open, self._path(name), start)
        try:
            while start < end:
                piece = await _apart(file.read, min(CHUNK_BYTES, end - start))
                if not piece:
                    raise BlobMissing(f"{name} is shorter than {end} bytes")
                start += len(piece)
                yield piece
        finally:
            file.close()

    async def remove(self, name: str) -> None:
        """Unlink it."""
        await _apart(self._remove, self._path(name))

    async def names(self) -> AsyncIterator[Found]:
        """Everything that is kept, in order of name; what was left half-written among it, by its own name."""
        listing = self._list()
        while page := await _apart(_take, listing):
            for found in page:
                yield found

    async def check(self) -> None:
        """Write a file and remove it; where the folder is not made yet, see that it could be."""
        await _apart(self._check)

    async def close(self) -> None:
        """Nothing is held open."""

    def _path(self, name: str) -> Path:
        if name.startswith(f"{_SPARE}/"):
            return self._root / name
        return self._root / name[:2] / name[2:4] / name

    def _settled(self, target: Path, size: int) -> bool:
        """Whether it is there; who put it may not have come to the end."""
        try:
            there = target.stat().st_size == size
        except FileNotFoundError:
            return False
        if there:
            self._sync_folder(target.parent)
        return there

    def _begin(self, spare: Path) -> IO[bytes]:
        spare.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _finish(self, file: IO[bytes], spare: Path, target: Path) -> None:
        file.flush()
        if self._sync:
            os.fsync(file.fileno())
        file.close()
        self._make(target.parent)
        spare.replace(target)
        self._sync_folder(target.parent)

    def _make(self, folder: Path) -> None:
        """The folder, durable with its names in the folders above it: whoever made it may not have come so far yet."""
        if folder in self._durable and folder.is_dir():
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for above in (folder.parent, self._root, self._root.parent):
            self._sync_folder(above)
        if len(self._durable) >= _REMEMBERED_MAX:
            self._durable.clear()
        self._durable.add(folder)

    def _sync_folder(self, folder: Path) -> None:
        if not self._sync:
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _open(self, path: Path, start: int) -> IO[bytes]:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise BlobMissing(path.name) from None
        file.seek(start)
        return file

    def _remove(self, path: Path) -> None:
        try:
            path.unlink()
        except FileNotFoundError:
            return
        self._sync_folder(path.parent)

    def _check(self) -> None:
        there = next(folder for folder in (self._root, *self._root.parents) if folder.exists())
        if there != self._root:
            if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
                raise PermissionError(errno.EACCES, f"{self._root} cannot be made in {there}")
            return
        with tempfile.TemporaryFile(dir=self._root) as spare:
            spare.write(b"switchboard")
            spare.flush()

    def _list(self) -> Iterator[Found]:
        for shard in _folders(self._root):
            if shard.name == _SPARE:
                yield from _files(shard, f"{_SPARE}/")
            else:
                for inner in _folders(shard):
                    yield from _files(inner, "")


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except FileNotFoundError:
        return []


def _files(folder: Path, prefix: str) -> Iterator[Found]:
    for path in sorted(folder.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            yield Found(prefix + path.name, path.stat().st_mtime)


def _take(listing: Iterator[Found]) -> list[Found]:
    return [found for _, found in zip(range(_LISTED), listing, strict=False)]


async def _apart(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        raise BlobsUnavailable(f"the folder of files: {error.strerror or type(error).__name__}") from error
