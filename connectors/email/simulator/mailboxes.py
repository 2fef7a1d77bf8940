"""Mailboxes in memory, and on disk when they are given a directory: what was accepted survives a kill.

Called by imap.py and smtp.py. A mail is written to a file of its own, flushed to the disk and renamed before
`add` returns; that blocks the loop for the time of one fsync.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDERS: Final = ("INBOX", "Sent", "Spam", "客户来信")
MAILBOXES_MAX: Final = 10_000
MAILS_MAX: Final = 1_000_000
"""In one folder."""
_FILE: Final = re.compile(r"(\d{1,10})-(\d{1,15})\.eml")
_UNSAFE: Final = re.compile(r"[^a-z0-9@._+-]")


class Mail:
    """One stored mail."""

    __slots__ = ("flags", "raw", "received_ms", "uid")

    def __init__(self, uid: int, raw: bytes, received_ms: int) -> None:
        self.uid = uid
        self.raw = raw
        self.received_ms = received_ms
        self.flags: set[str] = set()


class Folder:
    """Mails by UID, ascending; watchers are woken on every change."""

    def __init__(self, directory: Path | None = None) -> None:
        self.uidvalidity = 1
        self.uidnext = 1
        self.mails: dict[int, Mail] = {}
        self._directory = directory
        self._watchers: set[asyncio.Event] = set()
        if directory is not None:
            self._load(directory)

    def add(self, raw: bytes, received_ms: int) -> Mail:
        """Store a mail; durable when it returns, if there is a directory."""
        if len(self.mails) >= MAILS_MAX:
            raise OverflowError("the folder is full")
        mail = Mail(self.uidnext, raw, received_ms)
        if self._directory is not None:
            _write(self._directory, f"{mail.uid}-{received_ms}.eml", raw)
        self.uidnext += 1
        self.mails[mail.uid] = mail
        self._wake()
        return mail

    def remove(self, uid: int) -> None:
        """Forget a mail."""
        mail = self.mails.pop(uid)
        if self._directory is not None:
            # A UID is never used again (RFC 3501, section 2.3.1.1), not even after a restart.
            _write(self._directory, "uidnext", str(self.uidnext).encode())
            (self._directory / f"{mail.uid}-{mail.received_ms}.eml").unlink()
        self._wake()

    def renumber(self) -> None:
        """Begin the UIDs anew, as a server does that lost its index (RFC 3501, section 2.3.1.1)."""
        assert self._directory is None, "only in memory"
        mails = list(self.mails.values())
        self.uidvalidity += 1
        self.mails = {}
        for uid, mail in enumerate(mails, start=1):
            mail.uid = uid
            self.mails[uid] = mail
        self.uidnext = len(mails) + 1

    @contextlib.contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """An event that is set on every change."""
        event = asyncio.Event()
        self._watchers.add(event)
        try:
            yield event
        finally:
            self._watchers.discard(event)

    def _wake(self) -> None:
        for event in self._watchers:
            event.set()

    def _load(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        found = [(match, path) for path in directory.iterdir() if (match := _FILE.fullmatch(path.name))]
        for match, path in sorted(found, key=lambda one: int(one[0][1])):
            self.mails[int(match[1])] = Mail(int(match[1]), path.read_bytes(), int(match[2]))
        highest = directory / "uidnext"
        known = int(highest.read_text()) if highest.exists() else 1
        self.uidnext = max(known, max(self.mails, default=0) + 1)


def _write(directory: Path, name: str, raw: bytes) -> None:
    waiting = directory / f"{name}.new"
    with waiting.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(directory / name)
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Mailboxes:
    """All mailboxes of the server, made on first use; a plus-tag leads to the mailbox without it."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._folders: dict[tuple[str, str], Folder] = {}

    def folder(self, address: str, name: str = "INBOX") -> Folder:
        """One folder of the mailbox of `address`."""
        local, _, domain = address.lower().rpartition("@")
        key = (f"{local.partition('+')[0]}@{domain}", name)
        folder = self._folders.get(key)
        if folder is None:
            if len(self._folders) >= MAILBOXES_MAX:
                raise OverflowError("too many mailboxes")
            place = self._directory / _UNSAFE.sub("_", key[0]) / name if self._directory is not None else None
            folder = self._folders[key] = Folder(place)
        return folder
