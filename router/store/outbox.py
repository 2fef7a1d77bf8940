"""Replies that wait to leave: claimed in order, marked `sending` before the provider is called.

Only the head of a conversation's queue may go: what stands behind a row that is queued, being sent or held waits. The
delivery worker writes what became of an attempt as changes (router.store.changes.apply).
"""

from collections.abc import Collection
from typing import Final

import msgspec

from router.model.ids import MessageId, OutboxId, TicketId
from router.model.limits import CLOCKS_APART_MS_MAX, SEND_LEASE_MS, SEND_PAUSE_MS_MAX
from router.model.tables import Conversation, Message, OutboxEntry
from router.store.codec import table
from router.store.script import Script, fetch, fetch_one, run, select

_ENTRY: Final = table(OutboxEntry)


LEASE_LEFT_MS_MAX: Final = SEND_LEASE_MS + CLOCKS_APART_MS_MAX
"""What is left of a row's lease is no more."""
_DUE: Final = (
    "o.state = 'queued' AND NOT (o.due_at_ms > :now_ms "
    "AND (o.due_at_ms <= :apart_ms OR (o.attempts > 0 AND o.due_at_ms <= :paused_ms)))"
)
"""Nobody puts off a first attempt. What seems to wait for longer than anything does was put off by a clock that was
wrong."""
_LOST: Final = "o.state = 'sending' AND NOT (o.lease_until_ms > :now_ms AND o.lease_until_ms <= :far_ms)"


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One message to send, as it stands after the claim was committed."""

    entry: OutboxEntry
    message: Message
    conversation: Conversation
    author_name: str | None = None
    was_sending: bool = False
    """Its last attempt never reported back: it may have arrived."""


def claim(channels: Collection[tuple[str, str]], *, now_ms: int, lease_ms: int, limit: int) -> Script[list[Claimed]]:
    """Take due heads of these (channel, account)s for `lease_ms`: the oldest first, each counted as an attempt.

    Rows left in `sending` by a worker that died come first, flagged, and are not counted again.
    """
    lost = yield from _heads(_LOST, channels, now_ms, limit)
    due = []
    if len(lost) < limit:
        due = yield from _heads(_DUE, channels, now_ms, limit - len(lost))
    if not (lost or due):
        return []
    entries = _ENTRY.decode((yield from select(_TAKE, ids=sorted([*lost, *due]), until_ms=now_ms + lease_ms)))
    return (yield from _with_context(entries, set(lost)))


def _heads(condition: str, channels: Collection[tuple[str, str]], now_ms: int, limit: int) -> Script[list[str]]:
    """Ids of rows with nothing before them in their conversation, oldest first; locked on PostgreSQL."""
    rows = yield from select(
        f"SELECT o.id FROM outbox AS o WHERE {condition} "  # noqa: S608 - our own text
        "AND EXISTS (SELECT 1 FROM {each channels channel account} AS c "
        "WHERE o.channel = c.channel AND o.account = c.account) "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS p WHERE p.conversation_id = o.conversation_id AND p.id < o.id "
        "AND p.state IN ('queued', 'sending', 'held')) "
        "ORDER BY o.id LIMIT :limit {pg FOR NO KEY UPDATE OF o SKIP LOCKED}",
        channels=sorted(channels),
        now_ms=now_ms,
        far_ms=now_ms + LEASE_LEFT_MS_MAX,
        apart_ms=now_ms + CLOCKS_APART_MS_MAX,
        paused_ms=now_ms + SEND_PAUSE_MS_MAX + CLOCKS_APART_MS_MAX,
        limit=limit,
    )
    return [row[0] for row in rows]


_TAKE = (
    "UPDATE outbox SET attempts = attempts + CASE WHEN state = 'sending' THEN 0 ELSE 1 END, state = 'sending', "  # noqa: S608
    f"lease_until_ms = :until_ms, version = version + 1 WHERE id {{in ids}} RETURNING {', '.join(_ENTRY.quoted)}"
)


def _with_context(entries: list[OutboxEntry], unknown: set[str]) -> Script[list[Claimed]]:
    messages = yield from fetch(Message, "WHERE t.id {in ids}", ids=[entry.message_id for entry in entries])
    conversations = yield from fetch(
        Conversation, "WHERE t.id {in ids}", ids=sorted({entry.conversation_id for entry in entries})
    )
    authors = sorted({message.author_id for message in messages if message.author_id is not None})
    names = {}
    if authors:
        names = {
            row[0]: row[1] for row in (yield from select("SELECT id, name FROM agents WHERE id {in ids}", ids=authors))
        }
    by_id = {message.id: message for message in messages}
    by_conversation = {conversation.id: conversation for conversation in conversations}
    return [
        Claimed(
            entry=entry,
            message=by_id[entry.message_id],
            conversation=by_conversation[entry.conversation_id],
            author_name=names.get(by_id[entry.message_id].author_id),
            was_sending=entry.id in unknown,
        )
        for entry in sorted(entries, key=lambda entry: entry.id)
    ]


def get(outbox_id: OutboxId) -> Script[OutboxEntry | None]:
    """One row."""
    return fetch_one(OutboxEntry, "WHERE t.id = :id", id=outbox_id)


def still(claimed: Claimed) -> Script[Claimed | None]:
    """What was claimed, as it stands now: its ticket may have been merged. None once it is no longer this claim's."""
    entry = yield from get(claimed.entry.id)
    if entry is None or (entry.state, entry.lease_until_ms) != ("sending", claimed.entry.lease_until_ms):
        return None
    message = yield from fetch_one(Message, "WHERE t.id = :id", id=entry.message_id)
    assert message is not None, "a foreign key says so"
    return msgspec.structs.replace(claimed, entry=entry, message=message)


def undelivered(*, limit: int, after: str = "") -> Script[list[OutboxEntry]]:
    """Rows an agent or operator has to decide about, dead and held, in order of id."""
    return fetch(
        OutboxEntry,
        "WHERE t.state IN ('held', 'dead') AND t.id > :after ORDER BY t.id LIMIT :limit",
        after=after,
        limit=limit,
    )


def of_ticket(ticket_id: TicketId) -> Script[list[OutboxEntry]]:
    """All deliveries of a ticket's messages."""
    return fetch(
        OutboxEntry,
        "WHERE t.message_id IN (SELECT id FROM messages WHERE ticket_id = :ticket_id) ORDER BY t.id",
        ticket_id=ticket_id,
    )


def of_message(message_id: MessageId) -> Script[list[OutboxEntry]]:
    """All that left, or is to leave, about a message, oldest first."""
    return fetch(OutboxEntry, "WHERE t.message_id = :message_id ORDER BY t.id", message_id=message_id)


def namesake(message: Message, provider_id: str) -> Script[Message | None]:
    """Another message of the same channel account that its provider calls so."""
    return fetch_one(
        Message,
        "WHERE {same t.external_id :external_id} AND t.channel = :channel AND t.account = :account AND t.id <> :id",
        external_id=provider_id,
        channel=message.channel,
        account=message.account,
        id=message.id,
    )


def count_dead() -> Script[int]:
    """How many deliveries wait for a decision: dead or held."""
    rows = yield from select("SELECT COUNT(*) FROM outbox WHERE state IN ('held', 'dead')")
    return int(rows[0][0])


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """What could leave, and nobody takes it."""

    channel: str
    account: str
    since_ms: int


def oldest_unsent(*, now_ms: int) -> Script[Unsent | None]:
    """The oldest row that is due, with nothing before it and no switch of its own channel: a worker takes such a one
    within seconds."""
    rows = yield from select(
        f"SELECT o.channel, o.account, o.due_at_ms FROM outbox AS o WHERE {_DUE} "  # noqa: S608 - our own text
        "AND NOT EXISTS (SELECT 1 FROM channel_switches AS s WHERE s.kind = o.channel AND s.account = o.account) "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS p WHERE p.conversation_id = o.conversation_id AND p.id < o.id "
        "AND p.state IN ('queued', 'sending', 'held')) ORDER BY o.id LIMIT 1",
        now_ms=now_ms,
        apart_ms=now_ms + CLOCKS_APART_MS_MAX,
        paused_ms=now_ms + SEND_PAUSE_MS_MAX + CLOCKS_APART_MS_MAX,
    )
    return None if not rows else Unsent(channel=rows[0][0], account=rows[0][1], since_ms=min(now_ms, rows[0][2]))


def doubt() -> Script[int]:
    """All that waits may have left since, as after a restore; how many rows. They become like those of a worker that
    died while it sent: looked up first, and held where that says nothing, for a person to decide."""
    return run(
        "UPDATE outbox SET state = 'sending', uncertain = 1, lease_until_ms = 0, "
        "attempts = CASE WHEN attempts = 0 THEN 1 ELSE attempts END, version = version + 1 "
        "WHERE state IN ('queued', 'sending')"
    )
