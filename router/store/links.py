"""Links into private conversations."""

from router.model.ids import LinkId, MessageId
from router.model.tables import Contact, PrivateLink, Ticket
from router.store.script import Script, fetch_one


def get(link_id: LinkId) -> Script[tuple[PrivateLink, Ticket, Contact] | None]:
    """One link, its ticket, and whose the conversation is by now in which it was sent."""
    link = yield from fetch_one(PrivateLink, "WHERE t.id = :id", id=link_id)
    if link is None:
        return None
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=link.ticket_id)
    assert ticket is not None, "a foreign key says so"
    contact = yield from fetch_one(
        Contact,
        "JOIN conversations AS c ON c.contact_id = t.id JOIN messages AS m ON m.conversation_id = c.id "
        "WHERE m.id = :message_id",
        message_id=link.message_id,
    )
    assert contact is not None, "foreign keys say so"
    return link, ticket, contact


def of_message(message_id: MessageId) -> Script[PrivateLink | None]:
    """The link that a message holds."""
    return fetch_one(PrivateLink, "WHERE t.message_id = :message_id", message_id=message_id)
