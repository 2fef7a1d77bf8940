"""Tickets and contacts by what people call them."""

from router.model.errors import Refused, existing
from router.model.ids import AgentId, TicketId
from router.model.tables import Contact
from router.store import dossier, inbox
from router.store.script import Store


async def ticket_named(store: Store, name: str, actor: AgentId | None) -> TicketId:
    """The id behind a ticket's number or id, if this agent may see it; None: anybody. Raises Refused (not_found)."""
    return existing(await store.read(inbox.ticket_id(actor, name)), "ticket", name)


async def contact_named(store: Store, name: str) -> Contact:
    """The contact of an id, key or C-n. Raises Refused (no_such_contact)."""
    found = await store.read(dossier.by_name(name.strip()))
    if found is None:
        raise Refused("no_such_contact", f"there is no contact {name[:40]!r}", status=404)
    return found
