"""The bare loop: the least that turns mails into tickets durably, without any decision. What the house is held against.

One thread, batches of 100, two commits each with synchronous=FULL: the raw mails; then message, ticket, event and
full-text rows. Parsed by the standard library's compat32 policy with headers decoded by hand. No rules, no redaction,
no contacts, no receipts, no sealing; duplicates by a unique key, threads by In-Reply-To.
"""

import binascii
import email
import re
import sqlite3
from collections.abc import Sequence
from email.message import Message
from pathlib import Path
from typing import Final

import msgspec

BATCH: Final = 100
_WORD: Final = re.compile(r"=\?([^?]+)\?([bBqQ])\?([^?]*)\?=")
_SCHEMA: Final = """
CREATE TABLE inbox (id INTEGER PRIMARY KEY, raw BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tickets (id INTEGER PRIMARY KEY, subject TEXT, sender TEXT, state TEXT, at TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY, message_id TEXT UNIQUE, ticket_id INTEGER, sender TEXT, subject TEXT,
  at TEXT, body TEXT);
CREATE INDEX messages_ticket ON messages (ticket_id);
CREATE TABLE events (id INTEGER PRIMARY KEY, ticket_id INTEGER, message_id INTEGER, kind TEXT);
CREATE VIRTUAL TABLE words USING fts5 (subject, body, content = 'messages', content_rowid = 'id');
"""


class Parsed(msgspec.Struct, frozen=True):
    """What the loop keeps of a mail."""

    message_id: str
    answers: str
    sender: str
    subject: str
    at: str
    body: str


def decoded(value: object) -> str:
    """A header with its encoded words decoded."""
    text = str(value)
    return _WORD.sub(_decoded_word, text) if "=?" in text else text


def _decoded_word(word: re.Match[str]) -> str:
    data = word[3].encode()
    raw = binascii.a2b_base64(data) if word[2] in "bB" else binascii.a2b_qp(data, header=True)
    return raw.decode(word[1], "replace")


def parse(raw: bytes) -> Parsed:
    mail = email.message_from_bytes(raw)  # compat32 is its default policy
    return Parsed(
        message_id=str(mail["message-id"]),
        answers=str(mail["in-reply-to"] or ""),
        sender=decoded(mail["from"]),
        subject=decoded(mail["subject"]),
        at=str(mail["date"]),
        body=_body(mail),
    )


def _body(mail: Message) -> str:
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return data.decode(part.get_content_charset("utf-8"), "replace")
    return ""


class BareLoop:
    """One database, fed batch by batch."""

    def __init__(self, path: Path) -> None:
        self._db = db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(_SCHEMA)
        self._inbox = self._message = self._ticket = 0

    def close(self) -> None:
        self._db.close()

    def counts(self) -> tuple[int, int]:
        """Messages and tickets."""
        (messages,) = self._db.execute("SELECT COUNT(*) FROM messages").fetchone()
        (tickets,) = self._db.execute("SELECT COUNT(*) FROM tickets").fetchone()
        return messages, tickets

    def run(self, mails: Sequence[bytes]) -> None:
        for at in range(0, len(mails), BATCH):
            self._take(mails[at : at + BATCH])

    def _take(self, mails: Sequence[bytes]) -> None:
        db = self._db
        rows = list(enumerate(mails, self._inbox + 1))
        self._inbox += len(rows)
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO inbox (id, raw) VALUES (?, ?)", rows)
        db.execute("COMMIT")
        parsed = [parse(raw) for raw in mails]
        db.execute("BEGIN IMMEDIATE")
        self._store(parsed)
        db.executemany("UPDATE inbox SET done = 1 WHERE id = ?", [(id_,) for id_, _ in rows])
        db.execute("COMMIT")

    def _store(self, parsed: Sequence[Parsed]) -> None:
        wanted = [one.message_id for one in parsed] + [one.answers for one in parsed if one.answers]
        marks = ",".join("?" * len(wanted))
        known = dict(
            self._db.execute(f"SELECT message_id, ticket_id FROM messages WHERE message_id IN ({marks})", wanted)
        )
        tickets, messages, events, words = [], [], [], []
        for one in parsed:
            if one.message_id in known:
                continue
            ticket = known.get(one.answers)
            if ticket is None:
                self._ticket += 1
                ticket = self._ticket
                tickets.append((ticket, one.subject, one.sender, "new", one.at))
            self._message += 1
            known[one.message_id] = ticket
            messages.append((self._message, one.message_id, ticket, one.sender, one.subject, one.at, one.body))
            events.append((ticket, self._message, "message.added"))
            words.append((self._message, one.subject, one.body))
        self._db.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?, ?)", tickets)
        self._db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", messages)
        self._db.executemany("INSERT INTO events (ticket_id, message_id, kind) VALUES (?, ?, ?)", events)
        self._db.executemany("INSERT INTO words (rowid, subject, body) VALUES (?, ?, ?)", words)
