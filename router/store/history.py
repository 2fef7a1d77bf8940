"""Stored inbound messages with what stands around them, page by page, to be judged once more (`rules replay`)."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from router.model.ids import MessageId, TicketId
from router.model.tables import Contact, Conversation, Event, Message, Ticket
from router.store.script import Script, fetch, select

_OURS: Final = "kind = 'inbound' AND state = 'live' AND id > :after AND received_at_ms >= :since_ms"
_SKEW_MS: Final = 60_000
"""How far apart the clocks of two processes may be: one dates an arrival, another the id."""


_HISTORY_MAX: Final = 20_000
"""Rows of history read for one page; what is beyond them is as it is today."""


class _Judged(msgspec.Struct, frozen=True):
    """Of a stored `decisions.Why`, what it did to its ticket."""

    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    ticket_new: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One message, and the rows around it as they are today."""

    message: Message
    conversation: Conversation
    contact: Contact
    ticket: Ticket
    events: list[Event]
    """What has changed its ticket since, in order."""
    tags: tuple[str, ...]
    """What its ticket had by then."""


_DECODER: Final = msgspec.json.Decoder(_Judged | None)


def before_newest(since_ms: int, limit: int) -> Script[str]:
    """The id after which the newest `limit` messages since then come."""
    after = _first_id(since_ms)
    rows = yield from select(
        f"SELECT id FROM messages WHERE {_OURS} ORDER BY id DESC LIMIT 1 OFFSET :limit",  # noqa: S608 - our own text
        since_ms=since_ms,
        after=after,
        limit=limit,
    )
    return str(rows[0][0]) if rows else after


def page(since_ms: int, after: str, limit: int) -> Script[list[Told]]:
    """Messages after this id, in order. Follow-ups come with the history of their tickets."""
    messages = yield from fetch(
        Message,
        f"WHERE {_OURS} ORDER BY id LIMIT :limit",
        after=max(after, _first_id(since_ms)),
        since_ms=since_ms,
        limit=limit,
    )
    if not messages:
        return []
    conversations = yield from fetch(Conversation, "WHERE t.id {in ids}", ids=_ids(m.conversation_id for m in messages))
    contacts = yield from fetch(Contact, "WHERE t.id {in ids}", ids=_ids(m.contact_id for m in messages))
    tickets = yield from fetch(Ticket, "WHERE t.id {in ids}", ids=_ids(m.ticket_id for m in messages))
    created = {ticket.id: ticket.created_at_ms for ticket in tickets}
    follow_ups = [message for message in messages if not _opened(message, created[message.ticket_id])]
    events, tags = (yield from _events(follow_ups)), (yield from _tags(follow_ups))
    by_conversation = {row.id: row for row in conversations}
    by_contact = {row.id: row for row in contacts}
    by_ticket = {row.id: row for row in tickets}
    return [
        Told(
            message=message,
            conversation=by_conversation[message.conversation_id],
            contact=by_contact[message.contact_id],
            ticket=by_ticket[message.ticket_id],
            events=[e for e in events.get(message.ticket_id, ()) if e.at_ms >= message.received_at_ms],
            tags=tags.get(message.id, ()),
        )
        for message in messages
    ]


def _opened(message: Message, ticket_created_at_ms: int) -> bool:
    """Whether it opened its ticket, and so met no history of it. An edit forgets that it did; the times do not."""
    judged = _DECODER.decode(message.verdict)
    return ticket_created_at_ms >= message.received_at_ms and (
        judged is None or judged.ticket_new or message.revision > 0
    )


def _events(follow_ups: Sequence[Message]) -> Script[dict[TicketId | None, list[Event]]]:
    """Changes of their tickets since the first of them, by ticket."""
    found: dict[TicketId | None, list[Event]] = defaultdict(list)
    if follow_ups:
        rows = yield from fetch(
            Event,
            "WHERE t.ticket_id {in ids} AND t.kind IN ('ticket.updated', 'ticket.state') AND t.at_ms >= :since_ms "
            "ORDER BY t.id LIMIT :most",
            ids=_ids(message.ticket_id for message in follow_ups),
            since_ms=min(message.received_at_ms for message in follow_ups),
            most=_HISTORY_MAX,
        )
        for event in rows:
            found[event.ticket_id].append(event)
    return found


def _tags(follow_ups: Sequence[Message]) -> Script[dict[MessageId, tuple[str, ...]]]:
    """The tags that each found at its ticket: what rules made of the messages, and of agents' changes, before it."""
    found: dict[MessageId, tuple[str, ...]] = {}
    if follow_ups:
        rows = yield from select(
            "SELECT id, ticket_id, received_at_ms, verdict FROM messages "
            "WHERE ticket_id {in ids} AND kind = 'inbound' AND id <= :last ORDER BY id LIMIT :most",
            ids=_ids(message.ticket_id for message in follow_ups),
            last=follow_ups[-1].id,
            most=_HISTORY_MAX,
        )
        retagged = yield from _retagged(follow_ups)
        grown: dict[TicketId, tuple[str, ...]] = defaultdict(tuple)
        for message_id, ticket_id, received_at_ms, verdict in rows:
            changes = retagged[ticket_id]
            while changes and changes[0].at_ms <= received_at_ms:
                grown[ticket_id] = tuple(filter(None, changes.popleft().data["tags_to"].split(", ")))
            found[message_id] = grown[ticket_id]
            judged = _DECODER.decode(verdict)
            if judged is not None:
                both = dict.fromkeys((*grown[ticket_id], *judged.tags))
                grown[ticket_id] = tuple(tag for tag in both if tag not in judged.untags)
    return found


def _retagged(follow_ups: Sequence[Message]) -> Script[dict[TicketId | None, deque[Event]]]:
    """When rules for agents' changes gave or took tags, by ticket, in order."""
    rows = yield from fetch(
        Event,
        "WHERE t.ticket_id {in ids} AND t.kind = 'ticket.updated' AND t.actor = 'rules' ORDER BY t.id LIMIT :most",
        ids=_ids(message.ticket_id for message in follow_ups),
        most=_HISTORY_MAX,
    )
    found: dict[TicketId | None, deque[Event]] = defaultdict(deque)
    for event in rows:
        if "tags_to" in event.data:
            found[event.ticket_id].append(event)
    return found


def _first_id(since_ms: int) -> str:
    """Ids begin with the time at which they were made (RFC 9562, section 5.7), which is after the arrival."""
    digits = f"{max(since_ms - _SKEW_MS, 0):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _ids(ids: Iterable[str]) -> list[str]:
    return sorted(set(ids))
