"""Links into private conversations."""

from router.model.ids import LinkId, MessageId
from router.model.tables import PrivateLink, Ticket
from router.store.script import Script, fetch_one


def get(link_id: LinkId) -> Script[tuple[PrivateLink, Ticket] | None]:
    """One link and its ticket."""
    link = yield from fetch_one(PrivateLink, "WHERE t.id = :id", id=link_id)
    if link is None:
        return None
    ticket = yield from fetch_one(Ticket, "WHERE t.id = :id", id=link.ticket_id)
    assert ticket is not None, "a foreign key says so"
    return link, ticket


def of_message(message_id: MessageId) -> Script[PrivateLink | None]:
    """The link that a message holds."""
    return fetch_one(PrivateLink, "WHERE t.message_id = :message_id", message_id=message_id)
