"""The machine's own answers: one receipt for each new ticket, and a warning when a matter turns critical. Pure.

They pass the guard that agents' replies pass. One that does not is not sent, and an event tells the agents.

Never to automatic mail, a mailing or a forged address, never where mail came back for good (core/returned), never more
than limits.AUTO_REPLIES_PER_HOUR to one person: a loop breaker without headers.
"""

from functools import lru_cache

import msgspec

from router.core.alarm import ALARM_BUTTON
from router.core.announcements import Announcement, announce, buttons_of, stopped
from router.core.guard import Concern, inspect
from router.core.identity import SenderView
from router.model.changes import LINK_PLACEHOLDER, NUMBER_PLACEHOLDER, Add, Change
from router.model.decisions import Unanswered
from router.model.ids import ConversationId, LinkId, MessageId
from router.model.limits import AUTO_REPLIES_PER_HOUR, PRIVATE_LINK_MS
from router.model.message import InboundEvent, JournalEntry, Visibility
from router.model.sources import Ids
from router.model.tables import URGENCY_RANK, Contact, PrivateLink, Ticket
from rules.facts import Verdict
from rules.links import LinkHosts
from rules.needs import ASKING, BLANK, Fact
from rules.ruleset import Ruleset
from rules.templates import DEFAULT_RECEIPT

_HOUR_MS = 3_600_000


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer can reach its reader."""

    can_send: bool
    answers_privately: bool = False
    """A public post can be answered so that its writer alone reads it."""
    opens_links: bool = False
    """There is a page that links into private conversations lead to."""


def unanswered(event: InboundEvent, sender: SenderView) -> Unanswered:
    """Why nobody, or nobody who wrote this, would read an answer of the machine; agents may answer."""
    if sender.denied:
        return "forged"
    return "mailing" if event.mailing else ""


class AutomaticReply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to send, and the contact with this answer counted; or, not sent, the event that says why."""

    template: str | None
    """None when the guard stopped it."""
    contact: Contact
    changes: list[Change]
    asked: tuple[str, ...] = ()
    """Facts that it asks for."""


def _wanted(verdict: Verdict, ruleset: Ruleset, before: Ticket | None, after: Ticket) -> tuple[str, str] | None:
    """Template and rule of the answer that is due: the one a rule asks for, else the receipt of a new ticket."""
    turned_critical = (
        before is not None and after.urgency == "critical" and before.urgency_rank < URGENCY_RANK["critical"]
    )
    if verdict.replies and (before is None or turned_critical):
        return verdict.replies[0].template, verdict.replies[0].rule
    if before is None and after.state != "closed" and DEFAULT_RECEIPT in ruleset.templates:
        return DEFAULT_RECEIPT, ""
    return None


def _counted(contact: Contact, now_ms: int, *, is_alarm: bool) -> Contact | None:
    """The contact after one more automatic answer; None when this hour's are used up. No machine presses an alarm: its
    answer breaks no loop."""
    if now_ms - contact.auto_replies_since_ms >= _HOUR_MS:
        return msgspec.structs.replace(contact, auto_replies_since_ms=now_ms, auto_replies=1)
    if contact.auto_replies >= AUTO_REPLIES_PER_HOUR and not is_alarm:
        return None
    return msgspec.structs.replace(contact, auto_replies=contact.auto_replies + 1)


def _name_to_call(entry: JournalEntry, contact: Contact) -> str:
    """The customer's name; in public the one they show there."""
    return (entry.event.sender.name if entry.event.visibility == "public" else contact.name) or ""


@lru_cache(maxsize=4_096)
def _concerns(text: str, visibility: Visibility, hosts: LinkHosts | None) -> tuple[Concern, ...]:
    """What stands in the way of a receipt. The same words go to many people: they are looked over once."""
    return inspect(text, visibility=visibility, hosts=hosts).all


def automatic_reply(
    entry: JournalEntry,
    verdict: Verdict,
    ruleset: Ruleset,
    contact: Contact,
    ticket: Ticket,
    *,
    before: Ticket | None,
    conversation_id: ConversationId,
    ids: Ids,
    ways: Ways,
    missing: tuple[Fact, ...] = (),
) -> AutomaticReply | None:
    """The receipt for `ticket`, if one is due; `before` is the ticket as it was, None when it was just opened.

    What is `missing` is asked for in it, or else in an answer of its own.
    """
    event, now_ms = entry.event, entry.received_at_ms
    wanted = _wanted(verdict, ruleset, before, ticket) or ((ASKING, "") if missing else None)
    if wanted is None or not ways.can_send or event.automatic != "none":
        return None
    counted = _counted(contact, now_ms, is_alarm=wanted[1] == ALARM_BUTTON)
    if counted is None:
        return None
    number = f"T-{ticket.number}" if ticket.number else NUMBER_PLACEHOLDER
    message_id = MessageId(ids.new())
    template, rule = wanted
    # What invites into private is told in private where the channel can; links of our own chat would lead to itself.
    invites = ways.opens_links and ruleset.templates[template].asks_for("private_link", verdict.language)
    seen: Visibility = "private" if invites and ways.answers_privately else event.visibility
    blanks = {
        "private_link": LINK_PLACEHOLDER if invites else "",
        "ticket.number": number,
        "customer.name": _name_to_call(entry, contact),
        "queue.name": ruleset.queues[ticket.queue].name(verdict.language) if ticket.queue in ruleset.queues else "",
        BLANK: "\n".join(f"- {fact.question(verdict.language)}" for fact in missing),
    }
    told = (template, ASKING) if missing and template != ASKING else (template,)
    text = "\n\n".join(ruleset.render(name, verdict.language, blanks) for name in told)
    buttons = tuple(button for name in told for button in buttons_of(ruleset, name, verdict.language))
    # What a ticket is called in private is not told in public.
    subject = ticket.subject if seen == "private" or ticket.visibility == "public" else event.subject or ""
    said = Announcement(
        ticket=ticket,
        conversation_id=conversation_id,
        channel=event.channel,
        account=event.account,
        visibility=seen,
        in_reply_to=event.message_id,
        references=(*event.references[-20:], event.message_id),
        subject=f"[{number}] {subject}".rstrip(),
        text=text,
        buttons=buttons,
        language=verdict.language,
        template=template,
        rule=rule,
        asked=tuple(fact.name for fact in missing),
        now_ms=now_ms,
    )
    if concerns := _concerns(said.whole, seen, ruleset.hosts):
        return AutomaticReply(template=None, contact=contact, changes=stopped(said, concerns, actor="rules"))
    changes = announce(said, message_id, ids)
    if invites:
        link = PrivateLink(
            id=LinkId(ids.new()),
            message_id=message_id,
            contact_id=contact.id,
            ticket_id=ticket.id,
            proves=seen == "private",
            expires_at_ms=now_ms + PRIVATE_LINK_MS,
            created_at_ms=now_ms,
        )
        changes.append(Add(link))
    return AutomaticReply(template=template, contact=counted, changes=changes, asked=said.asked)
