"""Customers are told of the states they care about, on their channel, by the templates of `lifecycle: tell`. Pure.

Never twice: since a customer's last message each thing is told once, by a unique key. Never to automatic mail, nor to
an address whose mail came back for good or is forged. Always through the guard: what it stops is not sent, and the
history says so. What rules do, rules tell (`reply`).
"""

from typing import Final

import msgspec

from router.core.announcements import Announcement, announce, blanks_of, buttons_of, references_of, stopped, subject_of
from router.core.floods import muted_by
from router.core.guard import inspect
from router.core.identity import is_denied
from router.core.private_side import PrivateSide
from router.core.replies import ChannelView
from router.core.unread import watch
from router.model.abuse import digest_of
from router.model.changes import Change
from router.model.ids import MessageId
from router.model.snapshot import ReplyFacts
from router.model.sources import Ids
from router.model.tables import Message, Ticket
from rules.lifecycle import Lifecycle
from rules.ruleset import Ruleset

NO_ANSWER: Final = "no-answer"
"""The reason for which time closes a ticket."""


def due(before: Ticket, after: Ticket, lifecycle: Lifecycle, *, replied: bool = False) -> str | None:
    """What is to be told of a change of state; `replied`: the reply that changed it tells by itself that we wait."""
    if before.state == after.state:
        return None
    match after.state:
        case "waiting":
            return None if replied else "waiting"
        case "rejected" | "solved":
            return after.state
        case "closed":
            reason = (after.state_reason or "").strip().casefold()
            if before.state == "solved" or reason in lifecycle.silent:
                return None
            return "unanswered" if reason == NO_ANSWER and "unanswered" in lifecycle.tell else "closed"
        case _:
            return None


def key_of(what: str, ticket: Ticket) -> str:
    """Makes a notice unique: what is told, of which ticket, since which message of its customer. To miss other things
    than before is another thing to be told."""
    missing = f":{digest_of((ticket.state_reason or '', *ticket.checklist))}" if what == "rejected" else ""
    return f"told:{ticket.id}:{what}:{ticket.last_inbound_at_ms}{missing}"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a ticket is decided on this."""

    facts: ReplyFacts
    channel: ChannelView
    ruleset: Ruleset
    now_ms: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks of a customer, who is told of each by itself, and what came of it."""

    key: str
    """What makes it unique on its ticket."""
    link: str = ""
    """Stands for `{{verify_link}}`; an agent's own request goes out where the machine says nothing of its own."""
    message_id: MessageId | None = None


_STATE: Final = Asked(key="")
"""A notice of a state: told once since the customer's last message."""


def tell(what: str | None, ticket: Ticket, moment: Moment, ids: Ids, asked: Asked = _STATE) -> list[Change]:
    """The notice of `what`, or why it was stopped; nothing when nobody is to be told, or was told already.

    `ticket` is as it is now, in `moment` as it was.
    """
    facts, ruleset = moment.facts, moment.ruleset
    template, last = ruleset.lifecycle.tell.get(what or ""), facts.last_inbound
    if what is None or template is None or last is None or _is_unheard(ticket, last, moment, asked):
        return []
    key = f"told:{ticket.id}:{asked.key}" if asked.key else key_of(what, ticket)
    if key in facts.told:
        return []
    said = _worded(template, ticket, last, moment, link=asked.link, key=key)
    side = PrivateSide(facts.their, facts.conversation) if facts.their is not None else None
    found = inspect(said.whole, visibility=said.visibility, hosts=ruleset.hosts, private_side=side).all
    if found:
        return stopped(said, found, actor="system")
    message_id = asked.message_id or MessageId(ids.new())
    watched = watch(ticket, message_id, said.channel, ruleset.lifecycle, now_ms=moment.now_ms, ids=ids)
    return [*announce(said, message_id, ids), *watched]


def _is_unheard(ticket: Ticket, last: Message, moment: Moment, asked: Asked) -> bool:
    """Whether the customer, who wrote `last`, is to be told nothing."""
    facts = moment.facts
    nobody_reads = bool(muted_by(ticket, moment.ruleset.abuse)) or is_denied(last.channel, last.sender)
    if last.automatic != "none" or (nobody_reads and not asked.link):
        return True
    if facts.returned is not None and not asked.key:  # what an agent asks for goes out, as an agent's own words do
        return True
    seen = facts.conversation.visibility
    return bool(moment.channel.refuses(seen, last.sent_at_ms, moment.now_ms, by_agent=False))


def _worded(template: str, ticket: Ticket, last: Message, moment: Moment, *, link: str, key: str) -> Announcement:
    """A template as an answer to the customer's last message."""
    facts, ruleset, conversation = moment.facts, moment.ruleset, moment.facts.conversation
    shown = last.sender.name if last.sender else None
    name = shown if conversation.visibility == "public" else facts.contact_name
    blanks = {
        **blanks_of(ticket, name, ruleset, ticket.language),
        "ticket.reason": ticket.state_reason or "",
        "ticket.checklist": "\n".join(f"- {point}" for point in ticket.checklist),
        "verify_link": link,
    }
    return Announcement(
        ticket=ticket,
        conversation_id=conversation.id,
        channel=conversation.channel,
        account=conversation.account,
        visibility=conversation.visibility,
        in_reply_to=last.external_id,
        references=references_of(last.references, last.external_id),
        subject=subject_of(ticket, last.subject, conversation.visibility),
        text=ruleset.render(template, ticket.language, blanks),
        buttons=buttons_of(ruleset, template, ticket.language),
        language=ticket.language,
        template=template,
        client_key=key,
        now_ms=moment.now_ms,
    )
