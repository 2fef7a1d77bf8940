"""What is known of a ticket's conversation before a signal passes: a few rows by their keys."""

from router.model.ids import TicketId
from router.model.snapshot import PresenceFacts
from router.model.tables import Contact, Conversation, Message
from router.store import blocks, commands, journal
from router.store.erasure import key_of
from router.store.script import Script, fetch_one


def facts(ticket_id: TicketId) -> Script[PresenceFacts | None]:
    """The facts of a ticket; None when it is gone."""
    ticket = yield from commands.ticket(ticket_id)
    if ticket is None:
        return None
    last = yield from fetch_one(
        Message, "WHERE t.ticket_id = :id AND t.kind = 'inbound' ORDER BY t.id DESC LIMIT 1", id=ticket_id
    )
    conversation = yield from fetch_one(
        Conversation, "WHERE t.id = :id", id=last.conversation_id if last else ticket.conversation_id
    )
    assert conversation is not None, "a foreign key says so"
    contact = yield from fetch_one(Contact, "WHERE t.id = :id", id=conversation.contact_id)
    assert contact is not None, "a foreign key says so"
    held = yield from journal.holds(key_of(conversation.channel, conversation.account, conversation.peer))
    standing = yield from blocks.that_may_hold([(conversation.channel, conversation.peer)], [contact.id])
    return PresenceFacts(
        ticket=ticket,
        conversation=conversation,
        contact=contact,
        last=last,
        blocks=tuple(block for _, block in standing),
        is_held=held,
    )
