"""What follows a contact's addresses when they go to another contact: conversations, tickets, pointers. Pure.

A conversation follows the address it is held with; a ticket follows when all that its contact said in it moves. A
conversation never points to a ticket that stays behind: the next message opens a new one instead.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from router.model.changes import Change, Record, Save, contact_name
from router.model.events import EventKind
from router.model.ids import ContactId, ConversationId, TicketId
from router.model.people import Circle, Moved, MovedConversation, PeopleAct
from router.model.tables import Contact, Conversation, Identity, Ticket

_TOLD_MAX: Final = 100
"""Tickets in whose history one act is written, open ones first."""
_DONE: Final = frozenset({"solved", "closed"})


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the other contact, and what no longer belongs together."""

    identities: tuple[Identity, ...]
    conversations: tuple[Conversation, ...]
    tickets: tuple[Ticket, ...]
    pointers: Mapping[ConversationId, TicketId | None] = {}
    """Conversations, moved or not, that point to another ticket afterwards."""
    left: tuple[Conversation, ...] = ()
    """Of these, those that are not moved."""

    @classmethod
    def of(cls, circle: Circle, identities: Sequence[Identity], record: Moved | None = None) -> "Following":
        """What follows these addresses of a circle; with the `record` of an act that is undone, also what it moved."""
        record = record or Moved()
        keys = {(identity.kind, identity.value) for identity in identities}
        before = {each.id: each.ticket_id for each in (*record.conversations, *record.kept)}
        since = {each.id for each in circle.conversations if (each.channel, each.peer) in keys} - before.keys()
        moving = since | {each.id for each in record.conversations}
        opened = [each for each in circle.tickets if each.number > record.newest and _all_in(each, circle, moving)]
        going = {each.id for each in opened} | set(record.tickets)
        tickets = tuple([each for each in circle.tickets if each.id in going])
        going = {each.id for each in tickets}
        staying = {each.id for each in circle.tickets} - going
        pointers: dict[ConversationId, TicketId | None] = {}
        for each in circle.conversations:
            was = before.get(each.id)
            if each.ticket_id in (staying if each.id in moving else going) and (was is None or was != each.ticket_id):
                pointers[each.id] = was
        return cls(
            identities=tuple(identities),
            conversations=tuple([each for each in circle.conversations if each.id in moving]),
            tickets=tickets,
            pointers=pointers,
            left=tuple([each for each in circle.conversations if each.id in pointers and each.id not in moving]),
        )


def _all_in(ticket: Ticket, circle: Circle, moving: Collection[ConversationId]) -> bool:
    """Whether all that the circle's contact said in a ticket is in conversations that move."""
    own = {each.id for each in circle.conversations}
    heard = {where for about, where in circle.heard if about == ticket.id and where in own} or {ticket.conversation_id}
    return heard <= set(moving)


def follow(following: Following, to: ContactId) -> list[Change]:
    """Give all of it to a contact."""
    changes: list[Change] = [Save(each.changed(contact_id=to)) for each in following.identities]
    for each in following.conversations:
        ticket_id = following.pointers.get(each.id, each.ticket_id)
        moved = each.changed(contact_id=to, ticket_id=ticket_id)
        changes.append(Save(moved))
    changes += [Save(each.changed(ticket_id=following.pointers[each.id])) for each in following.left]
    changes += [Save(each.changed(contact_id=to)) for each in following.tickets]
    return changes


def recorded(following: Following, into: Circle | None = None, contacts: Sequence[Contact] = ()) -> Moved:
    """What the act remembers of it; of a merge also what tells apart, later, what was said since."""
    keys = {(each.kind, each.value) for each in following.identities}
    theirs = () if into is None else into.conversations
    moving = {each.id for each in following.tickets}
    numbers = () if into is None else [each.number for each in (*into.tickets, *following.tickets)]
    return Moved(
        kept=tuple(
            [
                MovedConversation(id=each.id, ticket_id=each.ticket_id)
                for each in (*following.left, *theirs)
                if each in following.left or (each.channel, each.peer) in keys or each.ticket_id in moving
            ]
        ),
        newest=max(numbers, default=0),
        identities=following.identities,
        conversations=tuple(
            [MovedConversation(id=each.id, ticket_id=each.ticket_id) for each in following.conversations]
        ),
        tickets=tuple([each.id for each in following.tickets]),
        contacts=tuple([each.id for each in contacts]),
    )


def told(act: PeopleAct, kind: EventKind, circles: Sequence[Circle], *, actor: str, now_ms: int) -> list[Change]:
    """The act in the history of the tickets that it is about. Its reason rests with the act."""
    tickets = [ticket for circle in circles for ticket in circle.tickets]
    tickets.sort(key=lambda ticket: (ticket.state in _DONE, -ticket.number))
    names = " ".join([contact_name(circle.contact) for circle in circles])
    what = " ".join([identity.kind for identity in act.moved.identities])
    return [
        Record(
            ticket.event(
                kind, actor=actor, data={"act": act.id, "contacts": names, "kinds": what, "of": act.kind}, now_ms=now_ms
            )
        )
        for ticket in tickets[:_TOLD_MAX]
    ]
