"""Words of decisions that wait to leave for webhooks: claimed in order, marked `sending` before a receiver is called.

Only the head for each webhook and ticket may go; the worker writes what became of it as changes. What a worker left
behind when it died is sent again under the same key.
"""

from typing import Final

import msgspec

from router.model.limits import CALL_PAUSE_MS_MAX
from router.model.tables import HookEntry, Ticket
from router.store.codec import table
from router.store.script import Script, fetch, select

_ENTRY: Final = table(HookEntry)
_DUE: Final = (
    "h.state IN ('queued', 'sending') "  # said once more, for the index holds nothing else
    "AND ((h.state = 'queued' AND NOT (h.due_at_ms > :now_ms AND h.due_at_ms <= :far_ms)) "
    "OR (h.state = 'sending' AND NOT (h.lease_until_ms > :now_ms AND h.lease_until_ms <= :far_ms))) "
    "AND NOT EXISTS (SELECT 1 FROM hooks AS p WHERE p.ticket_id = h.ticket_id AND p.webhook = h.webhook "
    "AND p.id < h.id AND p.state IN ('queued', 'sending'))"
)
_NAMES: Final = f"SELECT DISTINCT h.webhook FROM hooks AS h WHERE {_DUE} ORDER BY h.webhook"  # noqa: S608 - our own text
_HEADS: Final = (
    f"SELECT h.id FROM hooks AS h WHERE h.webhook = :webhook AND {_DUE} "  # noqa: S608 - our own text
    "ORDER BY h.id LIMIT :limit {pg FOR NO KEY UPDATE OF h SKIP LOCKED}"
)
_TAKE: Final = (
    "UPDATE hooks SET attempts = attempts + 1, state = 'sending', lease_until_ms = :until_ms, version = version + 1 "  # noqa: S608
    f"WHERE id {{in ids}} RETURNING {', '.join(_ENTRY.quoted)}"
)


class ClaimedHook(msgspec.Struct, frozen=True, kw_only=True):
    """One word to send, and the number of its ticket."""

    entry: HookEntry
    ticket_number: int


def due(*, now_ms: int) -> Script[list[str]]:
    """Webhooks that something waits for."""
    rows = yield from select(_NAMES, now_ms=now_ms, far_ms=now_ms + CALL_PAUSE_MS_MAX)
    return [row[0] for row in rows]


def claim(webhook: str, *, now_ms: int, lease_ms: int, limit: int) -> Script[list[ClaimedHook]]:
    """Take due heads of a webhook for `lease_ms`, the oldest first."""
    far_ms = now_ms + CALL_PAUSE_MS_MAX
    found = yield from select(_HEADS, webhook=webhook, now_ms=now_ms, far_ms=far_ms, limit=limit)
    ids = [row[0] for row in found]
    if not ids:
        return []
    entries = _ENTRY.decode((yield from select(_TAKE, ids=ids, until_ms=now_ms + lease_ms)))
    tickets = yield from fetch(Ticket, "WHERE t.id {in ids}", ids=sorted({entry.ticket_id for entry in entries}))
    numbers = {ticket.id: ticket.number for ticket in tickets}
    return [
        ClaimedHook(entry=entry, ticket_number=numbers[entry.ticket_id])
        for entry in sorted(entries, key=lambda entry: entry.id)
    ]
