"""What agents see: ticket lists, one ticket with all that belongs to it, queue counts.

Every read takes the actor, so that permissions have one place (`_visible`). Lists are pages in a stable order: urgency,
then who has waited longest; solved ones newest first.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Final, Literal

import msgspec

from router.model.actions import ActionEntry
from router.model.alarms import PageEntry
from router.model.changes import contact_name
from router.model.errors import Refused
from router.model.grouping import Incident
from router.model.ids import AgentId, ContactId, EventId, MessageId, TicketId
from router.model.limits import PAGE_MAX, SAME_TEXT_MAX
from router.model.returned import Returned
from router.model.tables import (
    Contact,
    Conversation,
    Event,
    Identity,
    Message,
    OutboxEntry,
    Participant,
    Ticket,
)
from router.model.timers import IdentityCheck
from router.store import actions, alarms, blocks, checks, events, incidents, outbox, returned, search
from router.store.codec import to_json
from router.store.script import Script, fetch, fetch_one, select

Actor = AgentId | None
"""Who asks; None is the house itself."""
View = Literal["all", "mine", "unassigned", "critical", "ringing", "waiting", "snoozed", "solved"]

MESSAGES_MAX: Final = 500
"""Newest messages shown of one ticket."""
EVENTS_MAX: Final = 500
FOUND_MAX: Final = 2_000
"""Newest matching messages a search looks at."""

_OPEN = "t.state NOT IN ('solved', 'closed')"
_UNSOLVED = f"{_OPEN} AND t.snoozed_until_ms IS NULL"
"""Of what is put aside, only its own view tells."""
_VIEWS: dict[View, str] = {
    "all": _UNSOLVED,
    "mine": f"{_UNSOLVED} AND t.assignee_id = :actor",
    "unassigned": f"{_UNSOLVED} AND t.assignee_id IS NULL",
    "critical": f"{_UNSOLVED} AND t.urgency = 'critical'",
    "ringing": f"{_OPEN} AND t.alarm_since_ms IS NOT NULL",
    "waiting": f"{_UNSOLVED} AND t.state = 'waiting'",
    "snoozed": f"{_OPEN} AND t.snoozed_until_ms IS NOT NULL",
    "solved": "t.state IN ('solved', 'closed')",
}
_NEVER: Final = 9_000_000_000_000_000
"""Sorts after every time, so that those who do not wait come last."""
_At = Annotated[int, msgspec.Meta(ge=-_NEVER, le=_NEVER)]
_BY_URGENCY = ("-t.urgency_rank", f"COALESCE(t.waiting_since_ms, {_NEVER})")
_BY_SOLVED = ("-COALESCE(t.solved_at_ms, t.last_message_at_ms)", "-t.number")
_NUMBER = re.compile(r"\s*[Tt](?:-|\s?)(\d{1,15})\s*")
"""T-1001, and how it is typed in haste: t1001, T 1001."""
_FOUND = (
    "(t.id IN (SELECT ticket_id FROM ("
    "{sqlite SELECT s.ticket_id FROM search_index JOIN search_text AS s ON s.seq = search_index.rowid "
    "WHERE search_index MATCH :fts5 ORDER BY search_index.rowid DESC LIMIT :most}"
    "{pg SELECT ticket_id FROM search_text WHERE array_to_tsvector(string_to_array(document, ' ')) "
    "@@ CAST(:tsquery AS tsquery) ORDER BY message_id DESC LIMIT :most}"
    ") AS found) OR t.contact_id IN (SELECT contact_id FROM identities WHERE {same value :exact}))"
)


class TicketLine(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as lists show it."""

    ticket: Ticket
    contact: Contact
    assignee_name: str | None


class TicketPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list."""

    lines: list[TicketLine]
    total: int
    cursor: str | None
    """Asks for the next page; None on the last."""


class TicketDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket with all that belongs to it."""

    line: TicketLine
    messages: list[Message]
    deliveries: dict[MessageId, OutboxEntry]
    moderations: dict[MessageId, list[OutboxEntry]]
    """What channels were asked to do with posts and answers that stand there, oldest first."""
    events: list[Event]
    participants: list[Participant]
    identities: list[Identity]
    related: list[TicketLine]
    conversation: Conversation
    """Where an answer would go: where the newest inbound message came from."""
    agent_names: dict[AgentId, str]
    pages: list[PageEntry]
    """Who was called about it, the newest first."""
    actions: list[ActionEntry]
    """On the customer's account, the newest first."""
    last_seen: EventId
    incidents: list[Incident]
    """That it is in, the newest first."""
    check: IdentityCheck | None
    """The newest identity check."""
    returned: Returned | None
    """What came back for good from where an answer would go."""
    same_text: int
    """Other people who wrote the same, word for word; counted up to limits.SAME_TEXT_MAX."""


class QueueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue stands."""

    queue: str
    waiting: int
    """Unsolved tickets whose customer waits for us."""
    open: int
    """All unsolved ones."""
    oldest_waiting_since_ms: int | None


def _visible(actor: Actor) -> str:
    """The condition on tickets `t` that this actor may see. Today everybody who is logged in sees everything."""
    del actor
    return "t.id IS NOT NULL"


def _of_visible_ticket(actor: Actor) -> str:
    """The same for rows `t` that belong to a ticket."""
    return f"t.ticket_id IN (SELECT t.id FROM tickets AS t WHERE {_visible(actor)})"  # noqa: S608 - our own text


def tickets(
    actor: Actor,
    *,
    view: View = "all",
    queue: str | None = None,
    text: str | None = None,
    contact: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Script[TicketPage]:
    """One page of a list. `text` searches messages, addresses and numbers (T-1001), `contact` keeps to one customer (by
    id); in `all` both find solved tickets, too.

    Raises Refused for a cursor that we did not make.
    """
    conditions = [_visible(actor)]
    params: dict[str, object] = {"actor": actor, "queue": queue}
    if not ((text or contact) and view == "all"):
        conditions.append(_VIEWS[view])
    if queue is not None:
        conditions.append("t.queue = :queue")
    if contact is not None:
        params["contact"] = contact
        conditions.append("t.contact_id = :contact")
    if text and text.strip():
        conditions.append(_search(text, params))
    where = " AND ".join(conditions)
    first, second = _BY_SOLVED if view == "solved" else _BY_URGENCY
    page = where
    if cursor is not None:
        params["at1"], params["at2"], params["at3"] = _read_cursor(cursor)
        page += f" AND ({first}, {second}, t.id) > (CAST(:at1 AS BIGINT), CAST(:at2 AS BIGINT), :at3)"
    params["limit"] = min(max(limit, 1), PAGE_MAX) + 1
    rows = yield from fetch(Ticket, f"WHERE {page} ORDER BY {first}, {second}, t.id LIMIT :limit", **params)
    total = yield from select(f"SELECT COUNT(*) FROM tickets AS t WHERE {where}", **params)  # noqa: S608 - our own text
    more = len(rows) == params["limit"]
    rows = rows[:-1] if more else rows
    lines = yield from _lines(rows)
    next_cursor = _write_cursor(rows[-1], by_solved=view == "solved") if more else None
    return TicketPage(lines=lines, total=int(total[0][0]), cursor=next_cursor)


def _search(text: str, params: dict[str, object]) -> str:
    number = _NUMBER.fullmatch(text)
    if number:
        params["number"] = int(number[1])
        return "t.number = :number"
    found = search.query(text)
    params["exact"] = text.strip().lower()
    if found is None:
        return "t.contact_id IN (SELECT contact_id FROM identities WHERE {same value :exact})"
    params |= {"fts5": found.fts5, "tsquery": found.tsquery, "most": FOUND_MAX}
    return _FOUND


def _write_cursor(last: Ticket, *, by_solved: bool) -> str:
    if by_solved:
        solved_ms = last.last_message_at_ms if last.solved_at_ms is None else last.solved_at_ms
        at: tuple[int, int, str] = (-solved_ms, -last.number, last.id)
    else:
        at = (-last.urgency_rank, _NEVER if last.waiting_since_ms is None else last.waiting_since_ms, last.id)
    return urlsafe_b64encode(to_json(at).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[int, int, str]:
    try:
        return msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=tuple[_At, _At, str])
    except ValueError as error:
        raise Refused("bad_cursor", "cursor: not one that this server gave out", status=400) from error


def _lines(rows: list[Ticket]) -> Script[list[TicketLine]]:
    if not rows:
        return []
    found = yield from fetch(Contact, "WHERE t.id {in ids}", ids=sorted({row.contact_id for row in rows}))
    contacts = {contact.id: contact for contact in found}
    names = yield from agent_names({row.assignee_id for row in rows})
    return [
        TicketLine(
            ticket=row,
            contact=contacts[row.contact_id],
            assignee_name=names.get(row.assignee_id) if row.assignee_id else None,
        )
        for row in rows
    ]


def agent_names(ids: set[AgentId | None]) -> Script[dict[AgentId, str]]:
    """Names of agents."""
    wanted = sorted(id_ for id_ in ids if id_ is not None)
    if not wanted:
        return {}
    rows = yield from select("SELECT id, name FROM agents WHERE id {in ids}", ids=wanted)
    return {row[0]: row[1] for row in rows}


def lines(actor: Actor, ids: list[TicketId]) -> Script[list[TicketLine]]:
    """These tickets as lists show them, in order of id; for the feed and for links between tickets."""
    if not ids:
        return []
    rows = yield from fetch(Ticket, f"WHERE t.id {{in ids}} AND {_visible(actor)} ORDER BY t.id", ids=sorted(set(ids)))
    return (yield from _lines(rows))


def detail(actor: Actor, id_or_number: str) -> Script[TicketDetail | None]:
    """One ticket by id or number (T-1001); None when there is none, or none for this actor."""
    number = _NUMBER.fullmatch(id_or_number)
    ticket = yield from fetch_one(
        Ticket,
        f"WHERE {'t.number' if number else 't.id'} = :key AND {_visible(actor)}",
        key=int(number[1]) if number else id_or_number,
    )
    if ticket is None:
        return None
    newest = yield from fetch(
        Message,
        "WHERE t.ticket_id = :ticket_id ORDER BY t.id DESC LIMIT :most",
        ticket_id=ticket.id,
        most=MESSAGES_MAX,
    )
    messages = newest[::-1]
    inbound = [message for message in messages if message.kind == "inbound"]
    origin = inbound[-1].conversation_id if inbound else ticket.conversation_id
    conversation = yield from fetch_one(Conversation, "WHERE t.id = :id", id=origin)
    assert conversation is not None, "a foreign key says so"
    history = yield from events.of_ticket(ticket.id, limit=EVENTS_MAX)
    deliveries = yield from outbox.of_ticket(ticket.id)
    moderations: dict[MessageId, list[OutboxEntry]] = {}
    for entry in deliveries:
        if entry.action != "send":
            moderations.setdefault(entry.message_id, []).append(entry)
    people = {message.author_id for message in messages} | {ticket.assignee_id}
    people |= {each.corrected_by for message in messages for each in message.earlier}
    people |= {file.opened.by for message in messages for file in message.attachments if file.opened}
    asked = yield from actions.of_ticket(ticket.id)
    people |= {row.decided_by for row in asked}
    people |= {AgentId(row.proposed_by[6:]) for row in asked if row.proposed_by.startswith("agent:")}
    people |= {AgentId(event.actor[6:]) for event in history if event.actor.startswith("agent:")}
    (line,) = yield from _lines([ticket])
    return TicketDetail(
        line=line,
        messages=messages,
        deliveries={entry.message_id: entry for entry in deliveries if entry.action == "send"},
        moderations=moderations,
        events=history,
        participants=(yield from fetch(Participant, "WHERE t.ticket_id = :id ORDER BY t.id", id=ticket.id)),
        identities=(yield from fetch(Identity, "WHERE t.contact_id = :id ORDER BY t.id", id=ticket.contact_id)),
        related=(yield from lines(actor, list(ticket.related))),
        conversation=conversation,
        agent_names=(yield from agent_names(people)),
        pages=(yield from alarms.pages_of(ticket.id)),
        actions=asked,
        last_seen=(yield from events.latest_id()),
        incidents=(yield from incidents.of_ticket(ticket.id)),
        check=(yield from checks.facts(ticket)).check,
        same_text=(yield from blocks.same_text(ticket.id, ticket.contact_id, SAME_TEXT_MAX)),
        returned=(yield from returned.of_conversation(conversation)),
    )


def message(actor: Actor, message_id: MessageId) -> Script[Message | None]:
    """One message, if its ticket is one that the actor may see."""
    return fetch_one(
        Message,
        f"WHERE t.id = :id AND {_of_visible_ticket(actor)}",
        id=message_id,
    )


def messages_like(actor: Actor, external_id: str) -> Script[list[Message]]:
    """Messages that a provider calls so, on any channel, newest first, at most 20; for `trace`."""
    return fetch(
        Message,
        f"WHERE {{same t.external_id :external_id}} AND {_of_visible_ticket(actor)} ORDER BY t.id DESC LIMIT 20",
        external_id=external_id,
    )


def queue_counts(actor: Actor = None) -> Script[list[QueueCount]]:
    """How each queue that has unsolved tickets stands."""
    rows = yield from select(
        "SELECT t.queue, COUNT(t.waiting_since_ms), COUNT(*), MIN(t.waiting_since_ms) FROM tickets AS t "  # noqa: S608
        f"WHERE {_UNSOLVED} AND {_visible(actor)} GROUP BY t.queue ORDER BY t.queue"
    )
    return [QueueCount(queue=row[0], waiting=row[1], open=row[2], oldest_waiting_since_ms=row[3]) for row in rows]


def ticket_id(actor: Actor, id_or_number: str) -> Script[TicketId | None]:
    """The id behind an id or a number (T-1001), if this actor may see that ticket."""
    number = _NUMBER.fullmatch(id_or_number)
    rows = yield from select(
        f"SELECT t.id FROM tickets AS t WHERE {'t.number' if number else 't.id'} = :key AND {_visible(actor)}",  # noqa: S608
        key=int(number[1]) if number else id_or_number,
    )
    return rows[0][0] if rows else None


def ticket_numbers(ids: list[TicketId]) -> Script[dict[TicketId, str]]:
    """The numbers people see, such as T-1001."""
    rows = (yield from select("SELECT id, number FROM tickets WHERE id {in ids}", ids=ids)) if ids else []
    return {row[0]: f"T-{row[1]}" for row in rows}


def contact_names(ids: list[ContactId]) -> Script[dict[ContactId, str]]:
    """How other programs name contacts: the import key, or C-n."""
    found = (yield from fetch(Contact, "WHERE t.id {in ids}", ids=ids)) if ids else []
    return {contact.id: contact_name(contact) for contact in found}


def dump(*, after: str = "", limit: int = PAGE_MAX) -> Script[list[tuple[Message, Conversation]]]:
    """Inbound messages after this id, in order, each with its conversation, for `export`; none of who was erased."""
    messages = yield from fetch(
        Message,
        "WHERE t.id > :after AND t.kind = 'inbound' AND t.sender IS NOT NULL ORDER BY t.id LIMIT :limit",
        after=after,
        limit=limit,
    )
    found = yield from fetch(
        Conversation, "WHERE t.id {in ids}", ids=sorted({message.conversation_id for message in messages})
    )
    conversations = {conversation.id: conversation for conversation in found}
    return [(message, conversations[message.conversation_id]) for message in messages]


def view_counts(actor: Actor) -> Script[dict[str, int]]:
    """How many tickets each view of unsolved ones holds."""
    views = [view for view in _VIEWS if view != "solved"]
    columns = ", ".join(f"COUNT(CASE WHEN {_VIEWS[view]} THEN 1 END)" for view in views)
    rows = yield from select(
        f"SELECT {columns} FROM tickets AS t WHERE {_OPEN} AND {_visible(actor)}",  # noqa: S608 - our own text
        actor=actor,
    )
    return dict(zip(views, rows[0], strict=True))
