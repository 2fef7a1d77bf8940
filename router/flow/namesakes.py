"""Tells a message that comes again from another one under its id, before the door writes either.

Only where ids are senders' own words (`Capabilities.ids_by_senders`); elsewhere the provider vouches for them.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from router.core.namesakes import Known, apart, is_same
from router.model.message import JournalEntry
from router.store.namesakes import Holders, holders
from router.store.rows import JournalRow
from router.store.script import Store

_DECODE = msgspec.json.Decoder(JournalEntry).decode
_ENCODE = msgspec.json.Encoder().encode


async def told_apart(store: Store, rows: Sequence[JournalRow]) -> list[JournalRow]:
    """The rows; those that are other messages than the ones under their ids have ids of their own. Raises
    StoreUnavailable."""
    if not rows:
        return []
    found = await store.read(holders(rows[0].channel, rows[0].account, {row.message_id for row in rows}))
    counts = Counter(row.message_id for row in rows)
    first: dict[str, Known] = {}
    told: list[JournalRow] = []
    for row in rows:
        known = first.get(row.message_id) or _known(row.message_id, found)
        if known is not None:
            row = _renamed(row, known)  # noqa: PLW2901
        elif counts[row.message_id] > 1:
            event = _DECODE(row.entry or b"").event
            first[row.message_id] = Known(row.conversation_key, event.sent_at_ms, event.text)
        told.append(row)
    return told


def _known(message_id: str, found: Holders) -> Known | None:
    row, message = found.rows.get(message_id), found.messages.get(message_id)
    if row is not None and row.entry is not None:
        event = _DECODE(row.entry).event
        return Known(row.conversation_key, event.sent_at_ms, event.text)
    if row is None and message is None:
        return None
    key = row.conversation_key if row is not None else ""
    if message is None:
        return Known(key, None, None)
    return Known(key, message.sent_at_ms, message.text)


def _renamed(row: JournalRow, known: Known) -> JournalRow:
    entry = _DECODE(row.entry or b"")
    if entry.event.kind != "message" or is_same(entry.event, row.conversation_key, known):
        return row
    event = apart(entry.event, row.conversation_key, known)
    entry = msgspec.structs.replace(entry, event=event)
    return msgspec.structs.replace(row, dedupe_key=event.message_id, message_id=event.message_id, entry=_ENCODE(entry))
