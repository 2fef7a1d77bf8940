"""Addresses whose mail came back, by their digests."""

from collections.abc import Collection

from router.model.returned import Returned, mail_address, returned_id
from router.model.tables import Conversation
from router.store.script import Script, fetch, fetch_one


def of_ids(ids: Collection[str]) -> Script[list[Returned]]:
    """Rows of these addresses, lifted ones too: a new failure goes into the old row."""
    return fetch(Returned, "WHERE t.id {in ids}", ids=sorted(ids))


def of_conversation(conversation: Conversation) -> Script[Returned | None]:
    """What came back from where answers of a conversation go; None when nothing did, or it was lifted."""
    address = mail_address(conversation)
    if address is None:
        return None
    row = yield from fetch_one(Returned, "WHERE t.id = :id", id=returned_id(address))
    return row if row is not None and row.holds else None
