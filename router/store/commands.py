"""What a command of an agent is decided on. Read just before it; versions catch whoever was faster."""

from collections.abc import Collection

import msgspec

from router.model.ids import AgentId, ContactId, EventId, MessageId, OutboxId, TicketId
from router.model.limits import PRIVATE_MESSAGES_MAX
from router.model.snapshot import Acquaintance, CorrectionFacts, ReplyFacts, Surroundings
from router.model.tables import Agent, Contact, Conversation, Identity, Message, MessageKind, OutboxEntry, Ticket
from router.store import actions, outbox, returned
from router.store.script import Script, fetch, fetch_one, select


def reply_facts(ticket_id: TicketId, after: EventId, post: MessageId | None = None) -> Script[ReplyFacts | None]:
    """The facts for a reply to this ticket, to one `post` of it if that is named; None when there is no such one."""
    found = yield from ticket(ticket_id)
    if found is None:
        return None
    last = yield from fetch_one(
        Message,
        "WHERE t.ticket_id = :ticket_id AND t.kind = 'inbound' "
        f"{'AND t.id = :post' if post else 'ORDER BY t.id DESC LIMIT 1'}",
        ticket_id=ticket_id,
        post=post,
    )
    if post is not None and last is None:
        return None
    conversation = yield from fetch_one(
        Conversation, "WHERE t.id = :id", id=last.conversation_id if last else found.conversation_id
    )
    assert conversation is not None, "a foreign key says so"
    newer = yield from select(
        "SELECT DISTINCT e.message_id FROM events AS e JOIN messages AS m ON m.id = e.message_id "
        "WHERE e.ticket_id = :ticket_id AND e.id > :after AND e.kind = 'message.added' "
        "AND (m.kind = 'inbound' OR m.author_id IS NOT NULL) AND m.kind <> 'note' ORDER BY e.message_id LIMIT 50",
        ticket_id=ticket_id,
        after=after,
    )
    named = yield from select("SELECT name FROM contacts WHERE id = :id", id=found.contact_id)
    told = yield from select(
        "SELECT client_key FROM messages WHERE ticket_id = :ticket_id AND client_key LIKE 'told:%'",
        ticket_id=ticket_id,
    )
    their = None
    if conversation.visibility == "public":
        their = yield from acquaintance(conversation.contact_id)
    return ReplyFacts(
        ticket=found,
        conversation=conversation,
        last_inbound=last,
        contact_name=named[0][0],
        their=their,
        told=frozenset(row[0] for row in told),
        is_answered=bool(post and last and (yield from _answered_privately(last))),
        returned=(yield from returned.of_conversation(conversation)),
        newer=tuple(row[0] for row in newer),
    )


def _answered_privately(post: Message) -> Script[bool]:
    """Whether a private answer to a public post has left, or may yet."""
    rows = yield from select(
        "SELECT 1 FROM messages AS m JOIN outbox AS o ON o.message_id = m.id AND o.action = 'send' "
        "WHERE m.conversation_id = :conversation_id AND m.kind = 'reply' AND m.visibility = 'private' "
        "AND {same m.in_reply_to :external_id} AND o.state <> 'cancelled' LIMIT 1",
        conversation_id=post.conversation_id,
        external_id=post.external_id or "",
    )
    return bool(rows)


def acquaintance(contact_id: ContactId) -> Script[Acquaintance]:
    """What is known of a customer, for public words that must not give it away."""
    contact = yield from fetch_one(Contact, "WHERE t.id = :id", id=contact_id)
    assert contact is not None, "a foreign key says so"
    identities = yield from fetch(Identity, "WHERE t.contact_id = :id ORDER BY t.id", id=contact.id)
    theirs = (
        "WHERE t.ticket_id IN (SELECT id FROM tickets WHERE contact_id = :id) "
        "AND t.contact_id IN (SELECT id FROM contacts WHERE id = :id OR merged_into = :id)"
    )
    newest = "ORDER BY t.id DESC LIMIT :limit"
    private = yield from fetch(
        Message,
        f"{theirs} AND t.kind = 'inbound' AND t.visibility = 'private' {newest}",
        id=contact.id,
        limit=PRIVATE_MESSAGES_MAX,
    )
    public = yield from fetch(
        Message,
        f"{theirs} AND t.kind <> 'note' AND t.visibility = 'public' {newest}",
        id=contact.id,
        limit=PRIVATE_MESSAGES_MAX,
    )
    return Acquaintance(contact=contact, identities=tuple(identities), private=tuple(private), public=tuple(public))


def ticket(ticket_id: TicketId) -> Script[Ticket | None]:
    """One ticket."""
    return fetch_one(Ticket, "WHERE t.id = :id", id=ticket_id)


def surroundings(ticket: Ticket, logins: Collection[str]) -> Script[Surroundings]:
    """What rules may look at when an agent has changed a ticket."""
    contact = yield from fetch_one(Contact, "WHERE t.id = :id", id=ticket.contact_id)
    assert contact is not None, "a foreign key says so"
    proven = yield from select("SELECT 1 FROM identities WHERE contact_id = :id LIMIT 1", id=ticket.contact_id)
    named = (yield from fetch(Agent, "WHERE t.login {in logins}", logins=sorted(logins))) if logins else []
    return Surroundings(
        contact=contact,
        verified=bool(proven),
        agents={one.login: one for one in named},
        actions=tuple((yield from actions.of_tickets([ticket.id]))),
    )


def agent(agent_id: AgentId) -> Script[Agent | None]:
    """One agent."""
    return fetch_one(Agent, "WHERE t.id = :id", id=agent_id)


def outbox_entry(outbox_id: OutboxId) -> Script[OutboxEntry | None]:
    """One delivery."""
    return fetch_one(OutboxEntry, "WHERE t.id = :id", id=outbox_id)


def post(message_id: MessageId) -> Script[tuple[Message, Ticket, list[OutboxEntry]] | None]:
    """A message, its ticket, and what its channel was asked to do with it, oldest first."""
    found = yield from fetch_one(Message, "WHERE t.id = :id", id=message_id)
    if found is None:
        return None
    its_ticket = yield from ticket(found.ticket_id)
    assert its_ticket is not None, "a foreign key says so"
    asked = yield from fetch(
        OutboxEntry, "WHERE t.message_id = :id AND t.action <> 'send' ORDER BY t.id", id=message_id
    )
    return found, its_ticket, asked


def correction_facts(message_id: MessageId) -> Script[CorrectionFacts | None]:
    """The facts for a correction of a message; None when there is none."""
    found = yield from fetch_one(Message, "WHERE t.id = :id", id=message_id)
    if found is None:
        return None
    its_ticket = yield from ticket(found.ticket_id)
    conversation = yield from fetch_one(Conversation, "WHERE t.id = :id", id=found.conversation_id)
    assert its_ticket is not None, "a foreign key says so"
    assert conversation is not None, "likewise"
    rows = yield from outbox.of_message(message_id)
    their = None
    if found.visibility == "public":
        known = yield from acquaintance(found.contact_id)
        said = tuple(each for each in known.public if each.id != found.id)
        their = msgspec.structs.replace(known, public=said)
    return CorrectionFacts(
        message=found,
        ticket=its_ticket,
        conversation=conversation,
        delivery=next((row for row in rows if row.action == "send"), None),
        asked=tuple(row for row in rows if row.action != "send"),
        their=their,
    )


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier request wrote."""

    message_id: MessageId
    kind: MessageKind
    ticket_id: TicketId | None
    """Where it was written; it may have been merged into another one since."""


def message_of_key(client_key: str) -> Script[Written | None]:
    """What an earlier request with this Idempotency-Key made."""
    rows = yield from select(
        "SELECT id, kind, conversation_id FROM messages WHERE {same client_key :client_key}", client_key=client_key
    )
    if not rows:
        return None
    message_id, kind, conversation_id = rows[0]
    added = yield from select(
        "SELECT ticket_id FROM events WHERE conversation_id = :conversation_id AND message_id = :message_id "
        "AND kind = 'message.added' ORDER BY id LIMIT 1",
        conversation_id=conversation_id,
        message_id=message_id,
    )
    return Written(message_id=message_id, kind=kind, ticket_id=added[0][0] if added else None)
