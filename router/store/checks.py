"""Identity checks."""

from router.model.ids import MessageId, TicketId
from router.model.snapshot import CheckFacts
from router.model.tables import Ticket
from router.model.timers import IdentityCheck
from router.store.script import Script, fetch_one, select


def get(check_id: str) -> Script[IdentityCheck | None]:
    """One check."""
    return fetch_one(IdentityCheck, "WHERE t.id = :id", id=check_id)


def of_message(message_id: MessageId) -> Script[IdentityCheck | None]:
    """The check whose link a message holds."""
    return fetch_one(IdentityCheck, "WHERE t.message_id = :message_id", message_id=message_id)


def newest(ticket_id: TicketId) -> Script[IdentityCheck | None]:
    """The check that a ticket's agents began last."""
    return fetch_one(IdentityCheck, "WHERE t.ticket_id = :ticket_id ORDER BY t.id DESC LIMIT 1", ticket_id=ticket_id)


def facts(ticket: Ticket) -> Script[CheckFacts]:
    """The newest check of a ticket, and the proven accounts of its contact."""
    check = yield from newest(ticket.id)
    accounts = yield from select(
        "SELECT value FROM identities WHERE contact_id = :id AND kind = 'user_id' ORDER BY id", id=ticket.contact_id
    )
    return CheckFacts(check=check, user_ids=tuple(row[0] for row in accounts))
