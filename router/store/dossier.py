"""All that is known of a contact: for agents to look at, and, with the contact locked, for acts about who is who."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from router.model.abuse import Block
from router.model.errors import Refused
from router.model.ids import ActId, ContactId
from router.model.limits import CIRCLE_MAX
from router.model.people import Circle, Claim, NeverMerge, PeopleAct
from router.model.snapshot import IdentityKey
from router.model.tables import Contact, Conversation, Identity, Ticket
from router.store.blocks import HeldCount
from router.store.script import Script, fetch, fetch_one, run, select

ACTS_MAX: Final = 100
"""Newest acts shown of one contact."""
FOUND_MAX: Final = 20
"""Contacts that one search gives."""


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One contact as agents see it."""

    contact: Contact
    identities: list[Identity]
    merged_into: Contact | None
    absorbed: list[Contact]
    apart: list[Contact]
    claims: list[Claim]
    acts: list[PeopleAct]
    """Newest first."""
    open_tickets: int
    tickets: int
    blocks: list[Block] = []
    """In force, of the contact and of its addresses."""
    held: HeldCount = HeldCount(held=0, critical=0)
    """What waits to be let through."""


def by_name(name: str) -> Script[Contact | None]:
    """A contact by the key of its imported row, by C-n, or by id."""
    found = yield from fetch_one(Contact, "WHERE {same t.key :name}", name=name)
    if found is None and name[:2] in {"C-", "c-"} and name[2:].isdecimal() and len(name) <= 17:
        found = yield from fetch_one(Contact, "WHERE t.number = :number", number=int(name[2:]))
    return found or (yield from fetch_one(Contact, "WHERE t.id = :name", name=name))


def contacts(ids: Collection[ContactId]) -> Script[list[Contact]]:
    """These contacts."""
    return (yield from fetch(Contact, "WHERE t.id {in ids} ORDER BY t.id", ids=sorted(ids))) if ids else []


def absorbed(contact_id: ContactId) -> Script[list[ContactId]]:
    """Contacts that were merged into this one."""
    rows = yield from select("SELECT id FROM contacts WHERE merged_into = :id ORDER BY id", id=contact_id)
    return [row[0] for row in rows]


def holder(key: IdentityKey) -> Script[Contact | None]:
    """Whose an address is."""
    return fetch_one(
        Contact,
        "JOIN identities AS i ON i.contact_id = t.id WHERE i.kind = :named AND {same i.value :value}",
        named=key[0],
        value=key[1],
    )


def act(act_id: ActId) -> Script[PeopleAct | None]:
    """One act."""
    return fetch_one(PeopleAct, "WHERE t.id = :id", id=act_id)


def newer_act(than: PeopleAct, ids: Collection[ContactId]) -> Script[PeopleAct | None]:
    """The newest act after this one that names any of these contacts and has not been undone."""
    found: list[PeopleAct] = []
    for column in ("contact_id", "other_id"):
        found += yield from fetch(
            PeopleAct,
            f"WHERE t.{column} {{in ids}} AND t.seq > :seq AND t.undone_at_ms IS NULL AND t.kind <> 'never_merge' "
            "ORDER BY t.seq DESC LIMIT 1",
            ids=sorted(ids),
            seq=than.seq,
        )
    return max(found, key=lambda each: each.seq, default=None)


def pair_of(act_id: ActId, ids: Collection[ContactId]) -> Script[NeverMerge | None]:
    """The pair that an act put on the never-merge list."""
    return fetch_one(NeverMerge, "WHERE t.first_id {in ids} AND t.act_id = :act_id", ids=sorted(ids), act_id=act_id)


# --- facts for acts ------------------------------------------------------------------------------------------------


def circles(
    ids: Collection[ContactId], *, makes_contact: bool = False, locked: bool = True
) -> Script[dict[ContactId, Circle]]:
    """These contacts with all that follows them. They are locked first, in order of id, so that whoever decides about
    them meanwhile waits, and of two acts the second sees what the first did. Raises Refused (too_large)."""
    if makes_contact:  # its number is taken later: whoever makes contacts takes this lock before those of contacts
        yield from run("UPDATE counters SET value = value WHERE name = 'contact'")
    found: dict[ContactId, Circle] = {}
    lock = " {pg FOR NO KEY UPDATE}" if locked else ""
    for contact in (yield from fetch(Contact, f"WHERE t.id {{in ids}} ORDER BY t.id{lock}", ids=sorted(set(ids)))):
        found[contact.id] = yield from _circle(contact)
    return found


def _circle(contact: Contact) -> Script[Circle]:
    of_it = {"id": contact.id, "most": CIRCLE_MAX + 1}
    conversations = yield from fetch(Conversation, "WHERE t.contact_id = :id ORDER BY t.id LIMIT :most", **of_it)
    tickets = yield from fetch(Ticket, "WHERE t.contact_id = :id ORDER BY t.id LIMIT :most", **of_it)
    if max(len(conversations), len(tickets)) > CIRCLE_MAX:
        raise Refused(
            "too_large",
            f"a contact with more than {CIRCLE_MAX:,} conversations or tickets is an operator's to sort out",
            status=422,
        )
    heard = yield from select(
        "SELECT DISTINCT m.ticket_id, m.conversation_id FROM messages AS m WHERE m.ticket_id {in tickets}",
        tickets=[ticket.id for ticket in tickets],
    )
    absorbed = yield from fetch(Contact, "WHERE t.merged_into = :id ORDER BY t.id", id=contact.id)
    return Circle(
        contact=contact,
        identities=tuple((yield from fetch(Identity, "WHERE t.contact_id = :id ORDER BY t.id", id=contact.id))),
        conversations=tuple(conversations),
        tickets=tuple(tickets),
        heard=frozenset((row[0], row[1]) for row in heard),
        absorbed=tuple(absorbed),
        apart=(yield from _apart([contact.id, *(each.id for each in absorbed)])),
        last_seq=(yield from _last_seq(contact.id)),
    )


def _apart(ids: Sequence[ContactId]) -> Script[frozenset[ContactId]]:
    """Contacts that none of these may be merged with."""
    first = yield from select("SELECT second_id FROM never_merge WHERE first_id {in ids}", ids=list(ids))
    second = yield from select("SELECT first_id FROM never_merge WHERE second_id {in ids}", ids=list(ids))
    return frozenset(row[0] for row in (*first, *second)) - frozenset(ids)


def _last_seq(contact_id: ContactId) -> Script[int]:
    newest = 0
    for column in ("contact_id", "other_id"):
        rows = yield from select(
            f"SELECT MAX(seq) FROM people_acts WHERE {column} = :id",  # noqa: S608 - our own text
            id=contact_id,
        )
        newest = max(newest, rows[0][0] or 0)
    return newest


# --- what agents see -----------------------------------------------------------------------------------------------


def dossier(contact: Contact) -> Script[Dossier]:
    """All of one contact but its hints."""
    absorbed = yield from fetch(Contact, "WHERE t.merged_into = :id ORDER BY t.id", id=contact.id)
    everybody = [contact.id, *(each.id for each in absorbed)]
    apart = yield from _apart(everybody)
    acts: dict[ActId, PeopleAct] = {}
    for column in ("contact_id", "other_id"):
        rows = yield from fetch(
            PeopleAct,
            f"WHERE t.{column} {{in ids}} ORDER BY t.id DESC LIMIT :most",
            ids=everybody,
            most=ACTS_MAX,
        )
        acts |= {row.id: row for row in rows}
    counted = yield from select(
        "SELECT COUNT(*), COUNT(CASE WHEN state NOT IN ('solved', 'closed') THEN 1 END) FROM tickets "
        "WHERE contact_id = :id",
        id=contact.id,
    )
    root = yield from fetch_one(Contact, "WHERE t.id = :id", id=contact.merged_into)
    return Dossier(
        contact=contact,
        identities=(yield from fetch(Identity, "WHERE t.contact_id = :id ORDER BY t.id", id=contact.id)),
        merged_into=root,
        absorbed=absorbed,
        apart=(yield from contacts(apart)),
        claims=(yield from claims_of(everybody)),
        acts=sorted(acts.values(), key=lambda each: (each.created_at_ms, each.seq, each.id), reverse=True)[:ACTS_MAX],
        open_tickets=counted[0][1],
        tickets=counted[0][0],
    )


def claims_of(ids: Sequence[ContactId]) -> Script[list[Claim]]:
    """What these contacts said of themselves, the newest first, at most 50."""
    return fetch(Claim, "WHERE t.contact_id {in ids} ORDER BY t.id DESC LIMIT 50", ids=list(ids))


def find(text: str) -> Script[list[Contact]]:
    """Contacts by key, C-n, address or whole name, for whoever looks for somebody to merge with."""
    named = yield from by_name(text)
    found = [] if named is None else [named]
    for table in ("identities", "claims"):
        found += yield from fetch(
            Contact,
            f"JOIN {table} AS i ON i.contact_id = t.id WHERE {{same i.value :value}} ORDER BY t.id LIMIT :most",
            value=" ".join(text.casefold().split()),
            most=FOUND_MAX,
        )
    return list({contact.id: contact for contact in found if contact.merged_into is None}.values())[:FOUND_MAX]
