"""Links into private conversations."""

from router.model.ids import LinkId, MessageId
from router.model.tables import Contact, Conversation, Identity, PrivateLink, Ticket
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


def guest(kind: str, account: str, visitor: str) -> Script[tuple[Identity | None, Conversation | None]]:
    """What the house knows of somebody who brings a link: who they are, and their private conversation."""
    identity = yield from fetch_one(
        Identity, "WHERE t.kind = :network AND t.value = :visitor", network=kind, visitor=visitor
    )
    conversation = yield from fetch_one(
        Conversation,
        "WHERE t.channel = :network AND t.account = :account AND t.visibility = 'private' "
        "AND {same t.thread :visitor} AND {same t.peer :visitor}",
        network=kind,
        account=account,
        visitor=visitor,
    )
    return identity, conversation


def of_message(message_id: MessageId) -> Script[PrivateLink | None]:
    """The link that a message holds."""
    return fetch_one(PrivateLink, "WHERE t.message_id = :message_id", message_id=message_id)
