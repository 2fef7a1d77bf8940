"""A file that people keep gets a new content: whole or not at all, and it stays theirs."""

import os
from pathlib import Path

from router.model.errors import ConfigError


def fill(path: Path, content: bytes) -> None:
    """Make a file that only its owner reads, durable. What an interrupted run left there goes. Raises OSError."""
    path.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None  # which a full disk does not say


def replace(path: Path, content: bytes) -> None:
    """Put a content in place of another, with the mode and the owner of the old file; a link goes on leading to it.

    Raises OSError, or ConfigError where the owner cannot be kept, and leaves the old file as it was.
    """
    path = path.resolve()
    with path.open("r+b") as old:  # what may not be written is not replaced either
        kept = os.fstat(old.fileno())
    draft = path.with_name(f".{path.name}.new")
    try:
        fill(draft, content)
        _give(draft, kept, path)
        draft.chmod(kept.st_mode & 0o7777)  # after the owner, whose change takes bits away
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _give(draft: Path, kept: os.stat_result, path: Path) -> None:
    made = draft.stat()
    if (made.st_uid, made.st_gid) == (kept.st_uid, kept.st_gid):
        return
    try:
        os.chown(draft, kept.st_uid, kept.st_gid)
    except PermissionError:
        raise ConfigError(f"{path} belongs to another user or group; do this as its owner") from None
