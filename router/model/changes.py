"""All writes a decision can ask for. The store turns each kind into set-based statements of one transaction."""

import msgspec

from router.model.tables import Contact, Event, Row, Ticket

LINK_PLACEHOLDER = "{{private_link}}"
"""Stands in a reply's text for good: the link itself is made when the reply is sent, and rests nowhere."""
VERIFY_PLACEHOLDER = "{{verify_link}}"
"""The same for the link to an identity check."""
NUMBER_PLACEHOLDER = "{{ticket.number}}"
"""Stands in a reply's text and subject until the transaction allocates the number of the ticket it opens."""


class Add(msgspec.Struct, frozen=True, tag=True):
    """Insert `row`; a unique key already taken is a Conflict. `number` 0 is allocated from its counter."""

    row: Row


class Save(msgspec.Struct, frozen=True, tag=True):
    """Replace the row whose version is `row.version - 1`; anything else is a Conflict."""

    row: Row


class Check(msgspec.Struct, frozen=True, tag=True):
    """`row` must still be of this version: what was decided stands on who it is. Anything else is a Conflict."""

    row: Contact


class Remove(msgspec.Struct, frozen=True, tag=True):
    """Delete the row of this id and, where it has one, version; anything else is a Conflict."""

    row: Row


class Record(msgspec.Struct, frozen=True, tag=True):
    """Append to the feed, last in the transaction, so that event ids are in commit order."""

    event: Event


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Delete the sealed payload that a message came in: it was found to hold a secret later."""

    channel: str
    account: str
    message_id: str
    """As the provider names it."""


class Count(msgspec.Struct, frozen=True, tag=True):
    """Count messages of a channel. No version is checked, for all workers count there; sums of sums are the same."""

    channel: str
    account: str
    start_ms: int
    messages: int = 1
    withheld: int = 0
    over_until_ms: int = 0


class Withdraw(msgspec.Struct, frozen=True, tag=True):
    """Drop a held message, words and all, because its own sender deleted it; nothing where none is held."""

    channel: str
    account: str
    message_id: str
    """As the provider names it."""
    conversation_key: str
    """Of whoever deletes: it has to be that of the message."""
    at_ms: int


Change = Add | Save | Check | Remove | Record | Forget | Count | Withdraw


def ticket_number(ticket: Ticket) -> str:
    """The number people see, such as T-1001."""
    return f"T-{ticket.number}"


def contact_name(contact: Contact) -> str:
    """How other programs name a contact: the import key, or C-n."""
    return contact.key or f"C-{contact.number}"
