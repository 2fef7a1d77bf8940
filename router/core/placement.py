"""Where an event belongs: which contact, which conversation, which ticket, and why. Pure.

Joining needs proof: the same conversation of a proven sender, a signed reply token, or an answer to
a known Message-ID. Outlook's Thread-Index joins those who take part already. A quoted ticket number, an equal text, a
typed address are hints and end up in `related`.
"""

import re
from typing import Literal, cast

import msgspec

from router.core.evidence import Candidate
from router.core.forwards import SUBJECT
from router.core.identity import ProvenIdentity, SenderView, read_sender
from router.core.lifecycle import OVER
from router.core.matters import Belonging, Joins, Opens, Own, Said, belongs, said
from router.core.reading import plain
from router.core.thanks import is_thanks
from router.model.ids import ContactId, ConversationId, TicketId
from router.model.limits import MARKS_MAX, REOPEN_WINDOW_MS
from router.model.matter import Sketch
from router.model.message import InboundEvent, JournalEntry
from router.model.snapshot import ConversationKey, ExternalKey, Snapshot, thread_root
from router.model.tables import Contact, Conversation, Identity, Ticket
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

MAILED = ("form",)
"""Channels that know only a typed address: their answers travel by mail (Capabilities.mails_answers)."""
_QUOTED_NUMBER = re.compile(r"(?<![0-9A-Za-z])T-(\d{1,12})(?![0-9A-Za-z])")
_ANSWER = re.compile(r"^\s*(?:(?:re|aw|sv|antw|回复|回覆|答复)\s*[:：]\s*)+", re.IGNORECASE)
_NUMBERS_MAX = 5
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
    last_word: bool = False
    """Nothing but thanks for a ticket that is over: it joins that one and leaves it as it is."""
    belonging: Belonging | None = None
    """What was decided among the contact's own tickets; None: there were none, or nobody is proven."""
    related: tuple[TicketId, ...] = ()
    related_by: tuple[str, ...] = ()


def quoted_numbers(event: InboundEvent) -> frozenset[int]:
    """Ticket numbers the writer mentions, such as T-1001: hints only."""
    text = f"{event.subject or ''}\n{(event.text or '')[:2000]}"
    if "T-" not in text:
        return frozenset()
    return frozenset(int(n) for n in _QUOTED_NUMBER.findall(text)[:_NUMBERS_MAX])


def answered_ids(event: InboundEvent) -> list[str]:
    """Message-IDs this one answers, most telling first (RFC 5322, section 3.6.4: the last reference is the parent)."""
    ids = [event.in_reply_to] if event.in_reply_to else []
    return list(dict.fromkeys([form for each in (*ids, *reversed(event.references)) for form in _forms(each)]))


def _forms(message_id: str) -> tuple[str, str]:
    """As it is, and with or without its angle brackets: programs may send them, our mailboxes leave them out."""
    return message_id, message_id[1:-1] if message_id[:1] == "<" else f"<{message_id}>"


def is_mail(event: InboundEvent) -> bool:
    """Whether it came by mail, where only an answer shares a thread."""
    return event.channel == "email"


def own_thread(event: InboundEvent, sender: SenderView) -> str:
    """The thread of an event that answers nothing known."""
    if event.thread_id and not sender.denied:
        return event.thread_id
    if is_mail(event) or not sender.proven:
        return event.message_id  # every new mail, and everything from an unproven sender, stands alone
    return sender.peer


def target_keys(event: InboundEvent) -> list[ExternalKey]:
    """Where the message stands that an event names; a bounced mail may carry an answer that a form shows."""
    if event.target_id is None:
        return []
    carried = MAILED if event.kind == "receipt" and is_mail(event) else ()
    return [(channel, event.account, event.target_id) for channel in (event.channel, *carried)]


def conversation_key_of(event: InboundEvent, thread: str, peer: str) -> ConversationKey:
    """The conversation that an event of this thread is in."""
    return (event.channel, event.account, event.visibility, thread, peer)


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
                how: Joined = "in_reply_to" if external in _forms(event.in_reply_to or "") else "references"
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


def _refusal(
    ticket: Ticket,
    event: InboundEvent,
    *,
    joined: Joined,
    knows_writer: bool,
    denied: bool,
    last_word: bool,
    now_ms: int,
) -> NotJoined:
    if denied:
        return "sender_denied"
    if event.forwarded_by is not None or (not knows_writer and SUBJECT.match(event.subject or "")):
        return "forwarded"
    if not knows_writer and joined == "thread_index":
        return "not_participant"
    if last_word:
        return ""
    if ticket.state == "closed":
        return "ticket_closed"
    if ticket.state == "solved" and now_ms - (ticket.solved_at_ms or now_ms) > REOPEN_WINDOW_MS:
        return "reopen_window_over"
    return ""


def place(
    entry: JournalEntry, snapshot: Snapshot, *, token_conversation: ConversationId | None, matching: Matching
) -> Placement:
    """Find the contact, conversation and ticket of an event."""
    event, now_ms = entry.event, entry.received_at_ms
    sender = read_sender(event)
    ticket, joined, thread = _pointed_ticket(event, token_conversation, snapshot)
    key = conversation_key_of(event, thread or own_thread(event, sender), sender.peer)
    conversation = snapshot.conversations.get(key)
    contact, contact_by, known_by = _contact(event, sender, conversation, snapshot)
    stored = [snapshot.identities[each.key] for each in sender.proven if each.key in snapshot.identities]
    foreign = tuple([row for row in stored if contact is not None and row.contact_id != contact.id])
    if ticket is None and conversation is not None and conversation.ticket_id in snapshot.tickets:
        same_person = contact is not None and contact.id == conversation.contact_id
        if same_person:
            ticket, joined = snapshot.tickets[conversation.ticket_id], "conversation"

    related = _related(event, sender, foreign, snapshot)
    not_joined: NotJoined = ""
    is_participant = last_word = False
    if ticket is not None:
        knows_writer = (contact is not None and contact.id == ticket.contact_id) or (
            (ticket.id, event.channel, sender.peer) in snapshot.participants
        )
        last_word = ticket.state in OVER and is_thanks(event)
        not_joined = _refusal(
            ticket,
            event,
            joined=joined,
            knows_writer=knows_writer,
            denied=sender.denied,
            last_word=last_word,
            now_ms=now_ms,
        )
        if any(row.contact_id == ticket.contact_id for row in foreign):
            not_joined = not_joined or "identity_conflict"
        if not_joined:
            related = {ticket.id: "pointed_at", **related}
            ticket, joined = None, "new"
            if not_joined in _STANDS_ALONE:
                key = conversation_key_of(event, event.message_id, sender.peer)
                conversation = snapshot.conversations.get(key)
        else:
            is_participant = not knows_writer
    heard = said(entry, quoted_numbers(event))
    belonging: Belonging | None = None
    if (
        contact is not None
        and sender.proven
        and not (is_participant or last_word or foreign)
        and not_joined in _LOOKS_ON
    ):
        pointed = ticket if joined != "conversation" or is_mail(event) else None
        own = _own(event, contact, snapshot, conversation, pointed=pointed, current=ticket, now_ms=now_ms)
        belonging = belongs(heard, own, matching) if own.candidates else None
    if belonging is not None:
        ticket, joined, not_joined = _moved(belonging, ticket, joined, not_joined, snapshot)
    shared = _sharing(heard, contact, snapshot)
    related = {**shared, **related}
    known = {(row.kind, row.value) for row in stored}
    vouched = {i.key for i in sender.proven if i.vouched}
    joined_id = ticket.id if ticket is not None else None
    return Placement(
        sender=sender,
        contact=contact,
        contact_by=contact_by,
        missing=tuple(i for i in sender.proven if i.key not in known),
        foreign=foreign,
        checked=tuple(
            [row for row in stored if row not in foreign and not row.vouched and (row.kind, row.value) in vouched]
        ),
        known_by=known_by,
        conversation=conversation,
        conversation_key=key,
        ticket=ticket,
        joined=joined,
        not_joined=not_joined,
        is_participant=is_participant,
        last_word=last_word and not not_joined,
        heard=heard,
        belonging=belonging,
        related=tuple(t for t in related if t != joined_id),
        related_by=tuple(why for t, why in related.items() if t != joined_id),
    )


def _moved(
    belonging: Belonging, ticket: Ticket | None, joined: Joined, not_joined: NotJoined, snapshot: Snapshot
) -> tuple[Ticket | None, Joined, NotJoined]:
    """What was decided among the contact's own tickets, over what the event points at."""
    if belonging.ticket_id is None:
        return None, "new", not_joined or cast("Opens", belonging.reason)
    if ticket is None or belonging.ticket_id != ticket.id or joined == "conversation":
        return snapshot.tickets[belonging.ticket_id], cast("Joins", belonging.reason), ""
    return ticket, joined, not_joined


def _own(
    event: InboundEvent,
    contact: Contact,
    snapshot: Snapshot,
    conversation: Conversation | None,
    *,
    pointed: Ticket | None,
    current: Ticket | None,
    now_ms: int,
) -> Own:
    """The contact's own tickets that may be joined, and how the event stands to each."""
    here = conversation.id if conversation is not None else None
    tickets = [
        ticket
        for ticket in snapshot.tickets_of(contact.id)
        if ticket.state != "solved" or now_ms - (ticket.solved_at_ms or now_ms) <= REOPEN_WINDOW_MS
    ]
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
                    or ticket.conversation_id == here
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
    event: InboundEvent, sender: SenderView, foreign: tuple[Identity, ...], snapshot: Snapshot
) -> dict[TicketId, str]:
    """Tickets an agent may want to look at: of contradictions, claimed addresses and quoted numbers, each with why."""
    found: dict[TicketId, str] = {}
    for row in foreign:
        found.update((t.id, "contradiction") for t in snapshot.open_tickets_of(row.contact_id))
    for hint in sender.hints:
        identity = snapshot.identities.get(hint)
        if identity is not None:
            found.update((t.id, "claimed") for t in snapshot.open_tickets_of(ContactId(identity.contact_id)))
    for number in quoted_numbers(event):
        ticket = snapshot.ticket_by_number(number)
        if ticket is not None:
            found.setdefault(ticket.id, "number")
    return found
