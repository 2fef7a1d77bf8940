"""Links into a private conversation: who is let in, and what that says of them. Pure.

A link that only its contact could read proves that whoever opens it is that person. One that stood in public may be
opened by anybody: it lets its first visitor take part in the ticket, as a participant whom the agent sees, and proves
nothing (promise 4).
"""

import msgspec

from router.model.changes import Add, Change, Check, Record, Save
from router.model.errors import Refused
from router.model.ids import ContactId, ConversationId, IdentityId, MessageId
from router.model.sources import Ids
from router.model.tables import Contact, Conversation, Event, Identity, Participant, PrivateLink, Proof, Ticket


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Who brings a link, and what is known of them: mostly nothing."""

    channel: str
    account: str
    visitor: str
    identity: Identity | None = None
    """Theirs, where they have written on this kind of channel before."""
    conversation: Conversation | None = None
    """Their private conversation with this account."""


def open_link(
    link: PrivateLink, ticket: Ticket, contact: Contact, guest: Guest, *, now_ms: int, ids: Ids
) -> list[Change]:
    """Let a visitor in as `contact`, whom the link was sent to; nothing changes when it let that visitor in before.

    Whoever has written before keeps who they are: the contact whom the link was sent to goes on, in private; somebody
    else has conversations of their own, and opens nothing. Raises Refused (link_used, link_expired, link_of_another).
    """
    if link.opened_by is not None:
        if link.opened_by == guest.visitor:
            return []
        raise Refused("link_used", "this link has been opened by somebody else", status=410)
    if now_ms >= link.expires_at_ms or _is_erased(ticket, contact):
        raise Refused("link_expired", "this link can no longer be opened", status=410)
    opened = link.changed(opened_at_ms=now_ms, opened_by=guest.visitor)
    # Agents may have given the conversation to another contact since, whose ticket this is not.
    is_theirs = contact.id == ticket.contact_id
    people: list[Change]
    if guest.identity is not None:
        if not is_theirs or guest.identity.contact_id != contact.id:
            raise Refused("link_of_another", "whoever has written before keeps their own conversation", status=410)
        people, contact_id = [Check(contact)], contact.id
    elif link.proves and is_theirs:
        people, contact_id = _proven(contact, guest, "deep-link", now_ms, ids)
    else:
        people, contact_id = _stranger(link, contact, guest, now_ms, ids)
    conversation, entered = _entered(guest, contact_id, ticket, now_ms, ids)
    data = {"proves": "yes" if contact_id == contact.id else "no"}
    event = _told(ticket, link.message_id, conversation, contact_id, data, now_ms)
    return [*people, Save(opened), entered, Record(event)]


def _is_erased(ticket: Ticket, contact: Contact) -> bool:
    """Its links are still there until their batch comes, and nothing may lead to that person again."""
    return ticket.erased_at_ms is not None or contact.erased_at_ms is not None


def reach(
    message_id: MessageId, ticket: Ticket, contact: Contact, guest: Guest, *, now_ms: int, ids: Ids
) -> list[Change]:
    """A private answer to a public post of `contact` went to `guest`, as the network says, which knows who posted: what
    they write there goes on with the ticket. Nothing changes where it does so already, or where the house knows one of
    them as somebody else, or knows nothing of them any more."""
    is_known = guest.identity is not None
    if (
        _is_erased(ticket, contact)
        or contact.id != ticket.contact_id
        or (guest.identity is not None and guest.identity.contact_id != contact.id)
    ):
        return []
    if is_known and guest.conversation is not None and guest.conversation.ticket_id == ticket.id:
        return []
    people: list[Change] = [Check(contact)]
    if not is_known:
        people, _ = _proven(contact, guest, "provider", now_ms, ids)
    conversation, entered = _entered(guest, contact.id, ticket, now_ms, ids)
    told = _told(ticket, message_id, conversation, contact.id, {"proves": "yes", "by": "answer"}, now_ms)
    return [*people, entered, *([] if is_known else [Record(told)])]


def _told(
    ticket: Ticket,
    message_id: MessageId,
    conversation: Conversation,
    contact_id: ContactId,
    data: dict[str, str],
    now_ms: int,
) -> Event:
    return ticket.event(
        "link.opened",
        message_id=message_id,
        conversation_id=conversation.id,
        actor=f"contact:{contact_id}",
        data=data,
        now_ms=now_ms,
    )


def _entered(guest: Guest, contact_id: ContactId, ticket: Ticket, now_ms: int, ids: Ids) -> tuple[Conversation, Change]:
    """The private conversation, which is about the ticket from now on."""
    if guest.conversation is not None:
        old = guest.conversation
        moved = old.changed(ticket_id=ticket.id)
        return moved, Save(moved)
    begun = Conversation(
        id=ConversationId(ids.new()),
        channel=guest.channel,
        account=guest.account,
        visibility="private",
        thread=guest.visitor,
        peer=guest.visitor,
        contact_id=contact_id,
        ticket_id=ticket.id,
        created_at_ms=now_ms,
    )
    return begun, Add(begun)


def _proven(contact: Contact, guest: Guest, proof: Proof, now_ms: int, ids: Ids) -> tuple[list[Change], ContactId]:
    identity = Identity(
        id=IdentityId(ids.new()),
        contact_id=contact.id,
        kind=guest.channel,
        value=guest.visitor,
        proof=proof,
        created_at_ms=now_ms,
    )
    return [Check(contact), Add(identity)], contact.id


def _stranger(
    link: PrivateLink, writer: Contact, guest: Guest, now_ms: int, ids: Ids
) -> tuple[list[Change], ContactId]:
    contact = Contact(id=ContactId(ids.new()), created_at_ms=now_ms)
    identity = Identity(
        id=IdentityId(ids.new()),
        contact_id=contact.id,
        kind=guest.channel,
        value=guest.visitor,
        proof="visitor",
        created_at_ms=now_ms,
    )
    participant = Participant(
        id=ids.new(), ticket_id=link.ticket_id, kind=guest.channel, value=guest.visitor, created_at_ms=now_ms
    )
    # Whose link it is may be erased this moment: who comes in comes after that, to nothing.
    return [Check(writer), Add(contact), Add(identity), Add(participant)], contact.id
