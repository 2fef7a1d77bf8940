"""What is held is found, too: its words rest beside the row that says why, until it is let through or goes."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from router.model.abuse import Held
from router.model.ids import HeldId
from router.model.message import Care, InboundEvent
from router.store import search
from router.store.rows import HeldText
from router.store.script import Record, Script, insert, run, select

FOUND_MAX: Final = 2_000
"""Newest held messages that a search looks at."""
BATCH_MAX: Final = 500
"""Of an earlier release, indexed in one transaction."""

FOUND: Final = (
    "t.id IN (SELECT held_id FROM ("
    "{sqlite SELECT s.held_id FROM held_index JOIN held_text AS s ON s.seq = held_index.rowid "
    "WHERE held_index MATCH :fts5 ORDER BY held_index.rowid DESC LIMIT :most}"
    "{pg SELECT held_id FROM held_text WHERE array_to_tsvector(string_to_array(document, ' ')) "
    "@@ CAST(:tsquery AS tsquery) ORDER BY held_id DESC LIMIT :most}"
    ") AS found)"
)
"""The condition on rows `t` of held; `params` has its values."""


class _Words(msgspec.Struct, frozen=True):
    """Of a message.JournalEntry, what people look for."""

    event: InboundEvent
    care: Care | None = None


_DECODER: Final = msgspec.json.Decoder(_Words)


def params(text: str) -> dict[str, object] | None:
    """What FOUND asks for; None when no word was typed."""
    found = search.query(text)
    return None if found is None else {"fts5": found.fts5, "tsquery": found.tsquery, "most": FOUND_MAX}


def index(rows: Collection[Held]) -> Script[None]:
    """Take up the words of what was just held, from the journal, which keeps them."""
    ids = {row.journal_id: row.id for row in rows if row.released_at_ms is None}
    if not ids:
        return
    kept = yield from select("SELECT id, entry FROM journal WHERE id {in ids} ORDER BY id", ids=sorted(ids))
    yield from _add([(ids[row[0]], row[1]) for row in kept])


def forget(ids: Sequence[HeldId]) -> Script[None]:
    """What was let through is found in its ticket; what was taken back, nowhere."""
    if ids:
        yield from run("DELETE FROM held_text WHERE held_id {in ids}", ids=sorted(ids))


def index_older() -> Script[bool]:
    """Take up what an earlier release held; whether there was any."""
    kept = yield from select(
        "SELECT h.id, j.entry FROM held AS h JOIN journal AS j ON j.id = h.journal_id "
        "LEFT JOIN held_text AS s ON s.held_id = h.id "
        "WHERE h.released_at_ms IS NULL AND s.held_id IS NULL AND j.state = 'held' ORDER BY h.id LIMIT :most",
        most=BATCH_MAX,
    )
    yield from _add(kept)
    return bool(kept)


def _add(kept: Sequence[Record]) -> Script[None]:
    # Another process may index the same older ones: what is there already says the same.
    yield from insert([HeldText(held_id=row[0], document=_document(row[1])) for row in kept], conflict="ignore")


def _document(entry: bytes | None) -> str:
    try:
        words = _DECODER.decode(entry or b"")
    except msgspec.DecodeError:  # found by who is blocked and where, not by its words
        return ""
    event, sender = words.event, words.event.sender
    who = (sender.id, sender.name, sender.email, sender.phone, sender.handle)
    return search.document(*search.findable(event.subject, event.text, words.care), *who)
