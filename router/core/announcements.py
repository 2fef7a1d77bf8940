"""What the machine says to a customer: a message of nobody's, its way out and its line of history. Pure.

Receipts, notices of states and questions are all made here, so that they look alike on every channel.
"""

import msgspec

from router.core.guard import Concern
from router.core.posts import post_of
from router.model.buttons import Button, as_lines
from router.model.changes import NUMBER_PLACEHOLDER, Add, Change, Record
from router.model.ids import ConversationId, MessageId
from router.model.message import Visibility
from router.model.sources import Ids
from router.model.tables import Message, Ticket
from rules.ruleset import Ruleset

_REFERENCES_KEPT = 20


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said, and where."""

    ticket: Ticket
    conversation_id: ConversationId
    channel: str
    account: str
    visibility: Visibility
    in_reply_to: str | None
    references: tuple[str, ...]
    subject: str
    text: str
    buttons: tuple[Button, ...] = ()
    language: str
    template: str
    rule: str = ""
    asked: tuple[str, ...] = ()
    """Facts that it asks for."""
    client_key: str | None = None
    """What makes it unique: nobody is told the same thing twice."""
    now_ms: int

    @property
    def whole(self) -> str:
        """All that its reader sees of it, for the guard."""
        return "\n".join(filter(None, (self.text, as_lines(self.buttons))))


def number_of(ticket: Ticket) -> str:
    """What customers call a ticket; one that is not stored yet gets its number when it is."""
    return f"T-{ticket.number}" if ticket.number else NUMBER_PLACEHOLDER


def blanks_of(ticket: Ticket, name: str | None, ruleset: Ruleset, language: str) -> dict[str, str]:
    """What fills the blanks that every template may have; `name` is the customer's, in public as shown there."""
    queue = ruleset.queues.get(ticket.queue)
    return {
        "ticket.number": number_of(ticket),
        "customer.name": name or "",
        "queue.name": queue.name(language) if queue is not None else "",
    }


def subject_of(ticket: Ticket, heard: str | None, seen: Visibility) -> str:
    """The subject of what answers one `heard`. What a ticket is called in private is not told in public."""
    subject = ticket.subject if seen == "private" or ticket.visibility == "public" else heard or ""
    return f"[{number_of(ticket)}] {subject}".rstrip()


def references_of(references: tuple[str, ...], external_id: str | None) -> tuple[str, ...]:
    """The references of what answers a message that has these."""
    return (*references[-_REFERENCES_KEPT:], external_id) if external_id else ()


def buttons_of(ruleset: Ruleset, template: str, language: str) -> tuple[Button, ...]:
    """The buttons of a template, for somebody who speaks that language."""
    return tuple(Button(label=label, url=url, says=says) for label, url, says in ruleset.buttons(template, language))


def announce(said: Announcement, message_id: MessageId, ids: Ids) -> list[Change]:
    """The message under this id, its row of the outbox and its event."""
    ticket, now_ms = said.ticket, said.now_ms
    message = Message(
        id=message_id,
        ticket_id=ticket.id,
        conversation_id=said.conversation_id,
        contact_id=ticket.contact_id,
        kind="reply",
        automatic="auto_reply",
        channel=said.channel,
        account=said.account,
        visibility=said.visibility,
        in_reply_to=said.in_reply_to,
        references=said.references,
        client_key=said.client_key,
        subject=said.subject,
        text=said.text,
        buttons=said.buttons,
        language=said.language,
        sent_at_ms=now_ms,
        received_at_ms=now_ms,
    )
    post = post_of(message, ticket)
    data = {"template": said.template, "rule": said.rule} | ({"asked": ", ".join(said.asked)} if said.asked else {})
    added = post.event("message.added", actor="rules", data=data, now_ms=now_ms)
    return [Add(message), Add(post.outbox(now_ms=now_ms, ids=ids)), Record(added)]


def stopped(said: Announcement, concerns: tuple[Concern, ...], *, actor: str) -> list[Change]:
    """The line of history instead of what the guard stopped: what and where, `FOREIGN_LINK 10-24`."""
    listed = ", ".join(f"{concern.type} {concern.start}-{concern.end}" for concern in concerns)
    event = said.ticket.event(
        "reply.blocked",
        conversation_id=said.conversation_id,
        actor=actor,
        data={"template": said.template, "rule": said.rule, "findings": listed},
        now_ms=said.now_ms,
    )
    return [Record(event)]
