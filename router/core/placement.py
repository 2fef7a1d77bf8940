"""Where an event belongs: which contact, which conversation, which ticket, and why. Pure.

Joining needs proof: the same conversation of a proven sender, a signed reply token, or an answer to
a known Message-ID. Outlook's Thread-Index joins those who take part already. A quoted ticket number, an equal text, a
typed address are hints and end up in `related`.
"""

import re
from typing import Literal, NamedTuple, cast

import msgspec

from router.core.evidence import Candidate
from router.core.forwards import SUBJECT
from router.core.greetings import names_nothing
from router.core.identity import ProvenIdentity, SenderView, read_sender
from router.core.lifecycle import OVER
from router.core.matters import Belonging, Joins, Opens, Own, Said, belongs, said
from router.core.pointers import answered_ids, conversation_key_of, forms_of, is_mail, own_thread, quoted_numbers
from router.core.reading import plain
from router.core.thanks import is_thanks
from router.model.grouping import Matter
from router.model.ids import ContactId, ConversationId, TicketId
from router.model.limits import MARKS_MAX, REOPEN_WINDOW_MS
from router.model.matter import Sketch
from router.model.message import InboundEvent, JournalEntry
from router.model.snapshot import ConversationKey, Snapshot, thread_root
from router.model.tables import Contact, Conversation, Identity, Ticket
from rules.expression import expression
from rules.matching import Matching

Joined = Literal["new", "conversation", "reply_token", "in_reply_to", "references", "thread_index", "over_quota", Joins]
NotJoined = Literal[
    "",
    "sender_denied",
    "forwarded",
    "not_participant",
    "identity_conflict",
    "ticket_closed",
    "reopen_window_over",
    Opens,
]
ContactBy = Literal[
    "new", "app", "provider", "mail", "visitor", "deep-link", "import", "agent", "conversation", "forwarded", "unproven"
]

_ANSWER = expression(r"^\s*(?:(?:re|aw|sv|antw|回复|回覆|答复)\s*[:：]\s*)+", re.IGNORECASE)
_SHARING_MAX = 10
_STANDS_ALONE = frozenset({"sender_denied", "forwarded", "not_participant"})
"""For which a mail does not even share the thread of the ticket that it points at."""
_LOOKS_ON = frozenset({"", "ticket_closed", "reopen_window_over", "not_participant"})
"""What a ticket that was pointed at may be refused for while the contact's other tickets are still looked at."""


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event belongs, with names for every why."""

    sender: SenderView
    contact: Contact | None
    """None: a contact has to be made."""
    contact_by: ContactBy
    missing: tuple[ProvenIdentity, ...]
    """Proven identities the contact does not have yet."""
    foreign: tuple[Identity, ...] = ()
    """Identities proven by this event that are another contact's: a contradiction. They stay whose they are."""
    checked: tuple[Identity, ...] = ()
    """Identities of the contact that the channel vouched for only now."""
    known_by: str = ""
    """The kind of identity that named the contact."""
    conversation: Conversation | None
    conversation_key: ConversationKey
    ticket: Ticket | None
    """The ticket it joins; None: one has to be opened."""
    joined: Joined
    not_joined: NotJoined = ""
    """Why a ticket that was pointed at was not joined."""
    is_participant: bool = False
    """The writer is neither the ticket's contact nor a known participant, yet answered one of its mails."""
    heard: Said
    """What it says, as messages are compared."""
    begins: bool = False
    """It says what the ticket is about: until now its contact had only said hello."""
    last_word: bool = False
    """Nothing but thanks for a ticket that is over: it joins that one and leaves it as it is."""
    belonging: Belonging | None = None
    """What was decided among the contact's own tickets; None: there were none, or nobody is proven."""
    related: tuple[TicketId, ...] = ()
    """The ticket that was pointed at and not joined comes first."""
    related_by: tuple[str, ...] = ()


def _contact(
    event: InboundEvent, sender: SenderView, conversation: Conversation | None, snapshot: Snapshot
) -> tuple[Contact | None, ContactBy, str]:
    """Whose event it is, by what, and by which kind of identity. The strongest proof names the contact."""
    for identity in sender.proven:
        row = snapshot.identities.get(identity.key)
        if row is not None and row.contact_id in snapshot.contacts:
            return snapshot.contacts[row.contact_id], row.proof, row.kind
    if sender.proven:
        return None, "new", sender.proven[0].kind
    if event.forwarded_by is not None:
        return None, "forwarded", ""
    # A channel that proves nothing: only its own thread holds a person together.
    if event.thread_id and conversation is not None and not sender.denied:
        return snapshot.contacts.get(conversation.contact_id), "conversation", ""
    return None, "unproven", ""


def writer(event: InboundEvent, snapshot: Snapshot) -> tuple[SenderView, Contact | None]:
    """Who wrote an event of whatever kind, as far as is known."""
    sender = read_sender(event)
    key = conversation_key_of(event, own_thread(event, sender), sender.peer)
    return sender, _contact(event, sender, snapshot.conversations.get(key), snapshot)[0]


class _Who(NamedTuple):
    """Whose event it is, and which proven identities say so; the names are those of Placement."""

    sender: SenderView
    contact: Contact | None
    contact_by: ContactBy
    known_by: str
    missing: tuple[ProvenIdentity, ...]
    foreign: tuple[Identity, ...]
    checked: tuple[Identity, ...]


def _who(event: InboundEvent, sender: SenderView, conversation: Conversation | None, snapshot: Snapshot) -> _Who:
    contact, contact_by, known_by = _contact(event, sender, conversation, snapshot)
    stored = snapshot.identities
    found = [(each, stored[each.key]) for each in sender.proven if each.key in stored]
    foreign = tuple([row for _, row in found if contact is not None and row.contact_id != contact.id])
    return _Who(
        sender,
        contact,
        contact_by,
        known_by,
        missing=tuple([each for each in sender.proven if each.key not in stored]),
        foreign=foreign,
        checked=tuple([row for each, row in found if each.vouched and not row.vouched and row not in foreign]),
    )


class _Join(NamedTuple):
    """The ticket that an event goes into, and how, or why not into the one that it points at."""

    ticket: Ticket | None
    joined: Joined
    not_joined: NotJoined = ""
    is_participant: bool = False
    last_word: bool = False


def _pointed_ticket(
    event: InboundEvent, token_conversation: ConversationId | None, snapshot: Snapshot
) -> tuple[Ticket | None, Joined, str | None]:
    """The ticket a mail points at with something only a reader of our mail can know, and that mail's thread."""
    if token_conversation is not None:
        conversation = snapshot.conversations_by_id.get(token_conversation)
        if conversation is not None and conversation.ticket_id in snapshot.tickets:
            return snapshot.tickets[conversation.ticket_id], "reply_token", conversation.thread
    if is_mail(event):
        for external in answered_ids(event):
            message = snapshot.messages.get((event.channel, event.account, external))
            if message is not None and message.ticket_id in snapshot.tickets:
                how: Joined = "in_reply_to" if external in forms_of(event.in_reply_to or "") else "references"
                thread = snapshot.conversations_by_id[message.conversation_id].thread
                return snapshot.tickets[message.ticket_id], how, thread
    threaded = _threaded(event, snapshot)
    if threaded is not None and threaded.ticket_id is not None:
        return snapshot.tickets[threaded.ticket_id], "thread_index", threaded.thread
    return None, "new", None


def _threaded(event: InboundEvent, snapshot: Snapshot) -> Conversation | None:
    """The conversation that Outlook counts a mail to: the writer's own, else the newest."""
    if event.thread_index is None:
        return None
    found = snapshot.in_thread(event.channel, event.account, thread_root(event.thread_index))
    peer = read_sender(event).peer
    return max(found, key=lambda each: (each.peer == peer, each.id), default=None)


def _admitted(pointed: Ticket, joined: Joined, entry: JournalEntry, who: _Who, snapshot: Snapshot) -> _Join:
    """Into the ticket that is pointed at, unless something speaks against it."""
    event = entry.event
    is_own = who.contact is not None and who.contact.id == pointed.contact_id
    knows_writer = is_own or (pointed.id, event.channel, who.sender.peer) in snapshot.participants
    is_last_word = pointed.state in OVER and is_thanks(event)
    join = _Join(pointed, joined, is_participant=not knows_writer, last_word=is_last_word)
    refusal = _refusal(pointed, join, entry, who)
    return _Join(None, "new", refusal, last_word=join.last_word) if refusal else join


def _refusal(pointed: Ticket, join: _Join, entry: JournalEntry, who: _Who) -> NotJoined:
    event = entry.event
    if who.sender.denied:
        return "sender_denied"
    if event.forwarded_by is not None or (join.is_participant and SUBJECT.match(event.subject or "")):
        return "forwarded"
    if join.is_participant and join.joined == "thread_index":
        return "not_participant"
    if pointed.state == "closed" and not join.last_word:
        return "ticket_closed"
    if not (join.last_word or _may_reopen(pointed, entry.received_at_ms)):
        return "reopen_window_over"
    return "identity_conflict" if any(row.contact_id == pointed.contact_id for row in who.foreign) else ""


def _may_reopen(ticket: Ticket, now_ms: int) -> bool:
    return ticket.state != "solved" or now_ms - (ticket.solved_at_ms or now_ms) <= REOPEN_WINDOW_MS


def place(
    entry: JournalEntry, snapshot: Snapshot, *, token_conversation: ConversationId | None, matching: Matching
) -> Placement:
    """Find the contact, conversation and ticket of an event."""
    event = entry.event
    sender = read_sender(event)
    pointed, joined, thread = _pointed_ticket(event, token_conversation, snapshot)
    key = conversation_key_of(event, thread or own_thread(event, sender), sender.peer)
    conversation = snapshot.conversations.get(key)
    who = _who(event, sender, conversation, snapshot)
    contact, foreign = who.contact, who.foreign
    if (
        pointed is None
        and (conversation is not None and conversation.ticket_id in snapshot.tickets)
        and (contact is not None and contact.id == conversation.contact_id)
    ):
        pointed, joined = snapshot.tickets[conversation.ticket_id], "conversation"
    join = _Join(None, "new") if pointed is None else _admitted(pointed, joined, entry, who, snapshot)
    refused = pointed if join.not_joined else None
    if join.not_joined in _STANDS_ALONE:
        key = conversation_key_of(event, event.message_id, sender.peer)
        conversation = snapshot.conversations.get(key)
    heard = said(entry, quoted_numbers(event))
    belonging: Belonging | None = None
    is_theirs = sender.proven and not (join.is_participant or join.last_word or foreign)
    if contact is not None and is_theirs and join.not_joined in _LOOKS_ON:
        own = _own(entry, contact, join, conversation, snapshot)
        if own.candidates:
            belonging = belongs(heard, own, matching)
            join = _moved(belonging, join, snapshot)
    related = _related(event, who, heard, refused, snapshot)
    if join.ticket is not None:
        related.pop(join.ticket.id, None)
    return Placement(
        sender=sender,
        contact=contact,
        contact_by=who.contact_by,
        missing=who.missing,
        foreign=foreign,
        checked=who.checked,
        known_by=who.known_by,
        conversation=conversation,
        conversation_key=key,
        ticket=join.ticket,
        joined=join.joined,
        not_joined=join.not_joined,
        is_participant=join.is_participant,
        heard=heard,
        begins=join.ticket is not None and _begins(heard, snapshot.matters.get(join.ticket.id)),
        last_word=join.last_word and not join.not_joined,
        belonging=belonging,
        related=tuple(related),
        related_by=tuple(related.values()),
    )


def _begins(heard: Said, matter: Matter | None) -> bool:
    return matter is not None and names_nothing(matter.sketch) and not names_nothing(heard.sketch)


def _moved(belonging: Belonging, join: _Join, snapshot: Snapshot) -> _Join:
    """What was decided among the contact's own tickets, over what the event points at."""
    if belonging.ticket_id is None:
        return join._replace(ticket=None, joined="new", not_joined=join.not_joined or cast("Opens", belonging.reason))
    if join.ticket is None or belonging.ticket_id != join.ticket.id or join.joined == "conversation":
        return _Join(snapshot.tickets[belonging.ticket_id], cast("Joins", belonging.reason))
    return join


def _own(entry: JournalEntry, contact: Contact, join: _Join, here: Conversation | None, snapshot: Snapshot) -> Own:
    """The contact's own tickets that may be joined, and how the event stands to each."""
    event, current = entry.event, join.ticket
    pointed = current if join.joined != "conversation" or is_mail(event) else None
    tickets = [ticket for ticket in snapshot.tickets_of(contact.id) if _may_reopen(ticket, entry.received_at_ms)]
    return Own(
        contact.id,
        [
            Candidate(
                ticket=ticket,
                sketch=matter.sketch if (matter := snapshot.matters.get(ticket.id)) is not None else Sketch(),
                in_thread=pointed is not None and ticket.id == pointed.id,
                in_conversation=current is not None and ticket.id == current.id,
                same_chat=not is_mail(event)
                and (
                    ticket is current
                    or (here is not None and ticket.conversation_id == here.id)
                    or (event.thread_id is None and _alongside(ticket, event))
                ),
                in_private=(ticket.channel, ticket.visibility, event.visibility)
                == (event.channel, "public", "private"),
                same_subject=is_mail(event) and _answers_subject(event.subject or "", ticket.subject),
                same_channel=_alongside(ticket, event),
                settled=ticket.state == "solved" or (matter is not None and matter.settled),
                recency=place,
                told=_told(snapshot, ticket.id),
            )
            for place, ticket in enumerate(tickets)
        ],
    )


def _told(snapshot: Snapshot, ticket_id: TicketId) -> tuple[str, ...] | None:
    messages = snapshot.told(ticket_id)
    return None if messages is None else tuple(map(plain, messages))


def _answers_subject(subject: str, of_ticket: str) -> bool:
    answer = _ANSWER.match(subject)
    return answer is not None and subject[answer.end() :].strip() == _ANSWER.sub("", of_ticket).strip()


def _alongside(ticket: Ticket, event: InboundEvent) -> bool:
    return (ticket.channel, ticket.account, ticket.visibility) == (event.channel, event.account, event.visibility)


def _sharing(heard: Said, contact: Contact | None, snapshot: Snapshot) -> dict[TicketId, str]:
    """Tickets of other people in which the same value, or the same text, was said: hints, never a join."""
    own = contact.id if contact is not None else None
    found: dict[TicketId, str] = {}
    for value in heard.marks:
        # As many as the store would have told: those of this batch stand beside what was stored before it.
        marks = sorted(snapshot.marks.get(value, {}).values(), key=lambda mark: mark.id)[-MARKS_MAX:]
        for mark in marks:
            if mark.contact_id != own and len(found) < _SHARING_MAX:
                found.setdefault(mark.ticket_id, value.partition(":")[0])
    return found


def _related(
    event: InboundEvent, who: _Who, heard: Said, refused: Ticket | None, snapshot: Snapshot
) -> dict[TicketId, str]:
    """Tickets an agent may want to look at, each with why: the one that was not joined, then those of contradictions,
    of claimed addresses and of quoted numbers, then other people's."""
    found: dict[TicketId, str] = {}
    for row in who.foreign:
        found.update((t.id, "contradiction") for t in snapshot.open_tickets_of(row.contact_id))
    for hint in who.sender.hints:
        identity = snapshot.identities.get(hint)
        if identity is not None:
            found.update((t.id, "claimed") for t in snapshot.open_tickets_of(ContactId(identity.contact_id)))
    for number in quoted_numbers(event):
        ticket = snapshot.ticket_by_number(number)
        if ticket is not None:
            found.setdefault(ticket.id, "number")
    if refused is not None:
        found = {refused.id: "pointed_at"} | found
    shared = _sharing(heard, who.contact, snapshot)
    return found | {ticket_id: why for ticket_id, why in shared.items() if ticket_id not in found}
