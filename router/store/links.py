"""Links into private conversations."""

from router.model.ids import LinkId, MessageId
from router.model.tables import Contact, Conversation, Identity, PrivateLink, Ticket
from router.store.script import Script, fetch_one


def identity(kind: str, value: str) -> Script[Identity | None]:
    """Whose address that is."""
    return fetch_one(Identity, "WHERE t.kind = :channel AND t.value = :value", channel=kind, value=value)


def conversation(channel: str, account: str, peer: str) -> Script[Conversation | None]:
    """The peer's private conversation that is no thread of several."""
    return fetch_one(
        Conversation,
        "WHERE {same t.thread :peer} AND {same t.peer :peer} AND t.channel = :channel AND t.account = :account "
        "AND t.visibility = 'private'",
        peer=peer,
        channel=channel,
        account=account,
    )


def get(link_id: LinkId) -> Script[tuple[PrivateLink, Ticket, Contact] | None]:
    """One link, its ticket, and whose the conversation is by now in which it was sent."""
    link = yield from fetch_one(PrivateLink, "WHERE t.id = :id", id=link_id)
    if link is None:
        return None
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=link.ticket_id)
    assert ticket is not None, "a foreign key says so"
    return link, ticket, (yield from _written_to(link.message_id))


def whose(message_id: MessageId) -> Script[tuple[Ticket, Contact]]:
    """The ticket of a message of ours, and whose the conversation is by now that it stands in."""
    ticket = yield from fetch_one(
        Ticket, "JOIN messages AS m ON m.ticket_id = t.id WHERE m.id = :message_id", message_id=message_id
    )
    assert ticket is not None, "a foreign key says so"
    return ticket, (yield from _written_to(message_id))


def _written_to(message_id: MessageId) -> Script[Contact]:
    contact = yield from fetch_one(
        Contact,
        "JOIN conversations AS c ON c.contact_id = t.id JOIN messages AS m ON m.conversation_id = c.id "
        "WHERE m.id = :message_id",
        message_id=message_id,
    )
    assert contact is not None, "foreign keys say so"
    return contact


def of_message(message_id: MessageId) -> Script[PrivateLink | None]:
    """The link that a message holds."""
    return fetch_one(PrivateLink, "WHERE t.message_id = :message_id", message_id=message_id)
