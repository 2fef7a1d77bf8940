"""The machine's own answers: one receipt for each new ticket, and a warning when a matter turns critical. Pure.

They pass the guard that agents' replies pass. One that does not is not sent, and an event tells the agents.

Never to automatic mail, a mailing or a forged address, never where mail came back for good (core/returned), never more
than limits.AUTO_REPLIES_PER_HOUR to one person: a loop breaker without headers.
"""

from functools import lru_cache

import msgspec

from router.core.alarm import ALARM_BUTTON
from router.core.announcements import Announcement, announce, blanks_of, buttons_of, references_of, stopped, subject_of
from router.core.guard import Concern, inspect
from router.core.identity import SenderView
from router.model.changes import LINK_PLACEHOLDER, Add, Change
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

    can_send: bool = False
    """Whether the channel can carry an automatic answer."""
    answers_privately: bool = False
    """Whether it can answer a public post so that its writer alone reads it."""
    opens_links: bool = False
    """Whether there is a page that links into private conversations lead to."""


def unanswered(event: InboundEvent, sender: SenderView) -> Unanswered:
    """Why nobody, or nobody who wrote this, would read an answer of the machine; agents may answer."""
    if sender.denied:
        return "forged"
    return "mailing" if event.mailing else ""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """A decided message that may be due an answer of the machine."""

    entry: JournalEntry
    verdict: Verdict
    contact: Contact
    before: Ticket | None
    """The ticket as it was; None: it was just opened."""
    ticket: Ticket
    conversation_id: ConversationId
    missing: tuple[Fact, ...] = ()
    """What is asked for, in the answer that is due or else in one of its own."""
    ways: Ways


class AutomaticReply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to send, and the contact with this answer counted; or, not sent, the event that says why."""

    template: str | None
    """None when the guard stopped it."""
    contact: Contact
    changes: list[Change]
    asked: tuple[str, ...] = ()
    """Facts that it asks for."""


def _wanted(occasion: Occasion, ruleset: Ruleset) -> tuple[str, str] | None:
    """Template and rule of the answer that is due: the one a rule asks for, else the receipt of a new ticket, else the
    question for what is missing."""
    before, after, asked = occasion.before, occasion.ticket, occasion.verdict.replies
    turned_critical = (
        before is not None and after.urgency == "critical" and before.urgency_rank < URGENCY_RANK["critical"]
    )
    if asked and (before is None or turned_critical):
        return asked[0].template, asked[0].rule
    if before is None and after.state != "closed" and DEFAULT_RECEIPT in ruleset.templates:
        return DEFAULT_RECEIPT, ""
    return (ASKING, "") if occasion.missing else None


def _counted(contact: Contact, now_ms: int, *, is_alarm: bool) -> Contact | None:
    """The contact after one more automatic answer; None when this hour's are used up. No machine presses an alarm: its
    answer breaks no loop."""
    if now_ms - contact.auto_replies_since_ms >= _HOUR_MS:
        return msgspec.structs.replace(contact, auto_replies_since_ms=now_ms, auto_replies=1)
    if contact.auto_replies >= AUTO_REPLIES_PER_HOUR and not is_alarm:
        return None
    return msgspec.structs.replace(contact, auto_replies=contact.auto_replies + 1)


@lru_cache(maxsize=4_096)
def _concerns(text: str, visibility: Visibility, hosts: LinkHosts | None) -> tuple[Concern, ...]:
    """What stands in the way of a receipt. The same words go to many people: they are looked over once."""
    return inspect(text, visibility=visibility, hosts=hosts).all


def automatic_reply(occasion: Occasion, ruleset: Ruleset, ids: Ids) -> AutomaticReply | None:
    """The receipt, warning or question that is due, if one is."""
    entry, contact, ticket = occasion.entry, occasion.contact, occasion.ticket
    wanted = _wanted(occasion, ruleset)
    if wanted is None or not occasion.ways.can_send or entry.event.automatic != "none":
        return None
    template, rule = wanted
    counted = _counted(contact, entry.received_at_ms, is_alarm=rule == ALARM_BUTTON)
    if counted is None:
        return None
    # Links of our own chat would lead to itself.
    invites = occasion.ways.opens_links and ruleset.templates[template].asks_for(
        "private_link", occasion.verdict.language
    )
    said = _said(occasion, template, rule, ruleset, invites=invites)
    if concerns := _concerns(said.whole, said.visibility, ruleset.hosts):
        return AutomaticReply(template=None, contact=contact, changes=stopped(said, concerns, actor="rules"))
    message_id = MessageId(ids.new())
    changes = announce(said, message_id, ids)
    if invites:
        link = PrivateLink(
            id=LinkId(ids.new()),
            message_id=message_id,
            contact_id=contact.id,
            ticket_id=ticket.id,
            proves=said.visibility == "private",
            expires_at_ms=said.now_ms + PRIVATE_LINK_MS,
            created_at_ms=said.now_ms,
        )
        changes.append(Add(link))
    return AutomaticReply(template=template, contact=counted, changes=changes, asked=said.asked)


def _said(occasion: Occasion, template: str, rule: str, ruleset: Ruleset, *, invites: bool) -> Announcement:
    """The answer in words. What invites into private is told in private where the channel can."""
    event, ticket, language = occasion.entry.event, occasion.ticket, occasion.verdict.language
    seen: Visibility = "private" if invites and occasion.ways.answers_privately else event.visibility
    name = event.sender.name if event.visibility == "public" else occasion.contact.name
    blanks = {
        **blanks_of(ticket, name, ruleset, language),
        "private_link": LINK_PLACEHOLDER if invites else "",
        BLANK: "\n".join(f"- {fact.question(language)}" for fact in occasion.missing),
    }
    told = dict.fromkeys((template, ASKING) if occasion.missing else (template,))
    return Announcement(
        ticket=ticket,
        conversation_id=occasion.conversation_id,
        channel=event.channel,
        account=event.account,
        visibility=seen,
        in_reply_to=event.message_id,
        references=references_of(event.references, event.message_id),
        subject=subject_of(ticket, event.subject, seen),
        text="\n\n".join(ruleset.render(each, language, blanks) for each in told),
        buttons=tuple(button for each in told for button in buttons_of(ruleset, each, language)),
        language=language,
        template=template,
        rule=rule,
        asked=tuple(fact.name for fact in occasion.missing),
        now_ms=occasion.entry.received_at_ms,
    )
