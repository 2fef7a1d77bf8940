"""Customers are told of the states they care about, on their channel, by the templates of `lifecycle: tell`. Pure.

Never twice: since a customer's last message each thing is told once, by a unique key. Never to automatic mail, nor to
an address whose mail came back for good or is forged. Always through the guard: what it stops is not sent, and the
history says so. What rules do, rules tell (`reply`).
"""

from typing import Final

from router.core.announcements import Announcement, announce, blanks_of, buttons_of, references_of, stopped, subject_of
from router.core.floods import muted_by
from router.core.guard import inspect
from router.core.identity import is_denied
from router.core.private_side import PrivateSide
from router.core.replies import ChannelView
from router.core.unread import watch
from router.model.changes import Change
from router.model.ids import MessageId
from router.model.snapshot import ReplyFacts
from router.model.sources import Ids
from router.model.tables import Ticket
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
    """Makes a notice unique: what is told, of which ticket, since which message of its customer."""
    return f"told:{ticket.id}:{what}:{ticket.last_inbound_at_ms}"


def tell(
    what: str | None,
    ticket: Ticket,
    facts: ReplyFacts,
    ruleset: Ruleset,
    channel: ChannelView,
    *,
    now_ms: int,
    ids: Ids,
    link: str = "",
    message_id: MessageId | None = None,
    key: str = "",
) -> list[Change]:
    """The notice of `what`, or why it was stopped; nothing when nobody is to be told, or was told already.

    `ticket` is as it is now. `link` stands for `{{verify_link}}`, `key` for what makes it unique.
    """
    template = ruleset.lifecycle.tell.get(what or "")
    last, conversation = facts.last_inbound, facts.conversation
    if what is None or template is None or last is None or last.automatic != "none":
        return []
    nobody_reads = muted_by(ticket, ruleset.abuse) or is_denied(last.channel, last.sender)
    if nobody_reads and not link:  # a check is an agent's own request
        return []
    if facts.returned is not None and not key:  # what an agent asks for goes out, as an agent's own words do
        return []
    if channel.refuses(conversation.visibility, last.sent_at_ms, now_ms, by_agent=False):
        return []
    key = f"told:{ticket.id}:{key}" if key else key_of(what, ticket)
    if key in facts.told:
        return []
    shown = last.sender.name if last.sender else None
    name = shown if conversation.visibility == "public" else facts.contact_name
    blanks = {
        **blanks_of(ticket, name, ruleset, ticket.language),
        "ticket.reason": ticket.state_reason or "",
        "ticket.checklist": "\n".join(f"- {point}" for point in ticket.checklist),
        "verify_link": link,
    }
    said = Announcement(
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
        now_ms=now_ms,
    )
    side = PrivateSide(facts.their, conversation) if facts.their is not None else None
    found = inspect(said.whole, visibility=said.visibility, hosts=ruleset.hosts, private_side=side).all
    if found:
        return stopped(said, found, actor="system")
    message_id = message_id or MessageId(ids.new())
    watched = watch(ticket, message_id, conversation.channel, ruleset.lifecycle, now_ms=now_ms, ids=ids)
    return [*announce(said, message_id, ids), *watched]
