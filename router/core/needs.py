"""What agents have to know about a matter: found in texts, forms and app data, asked for once where missing. Pure.

A fact is ticked with the message that told it; its value stays there. In public nothing is asked for.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from router.core.identity import SenderView
from router.core.recognition import holds
from router.model.ids import MessageId
from router.model.message import JournalEntry
from router.model.tables import KnownFact, Ticket
from rules.needs import ASKING, Fact
from rules.ruleset import Ruleset

_APP: Final = msgspec.json.Decoder(dict[str, Any])


def noted(
    ticket: Ticket, entry: JournalEntry, sender: SenderView, new_text: str, message_id: MessageId, ruleset: Ruleset
) -> Ticket:
    """The ticket with the facts that a message told; its version stays. The first message that tells one counts."""
    if not ruleset.facts or entry.event.automatic != "none":
        return ticket
    known = {fact.name for fact in ticket.facts}
    app = _app(entry.event.ext)
    text = f"{entry.event.subject or ''}\n{new_text}"
    found = [
        KnownFact(name=fact.name, message_id=message_id, source=source)
        for fact in ruleset.facts.values()
        if fact.name not in known and (source := _source(fact, text, app, sender)) is not None
    ]
    return msgspec.structs.replace(ticket, facts=(*ticket.facts, *found)) if found else ticket


def _source(fact: Fact, text: str, app: Mapping[str, Any], sender: SenderView) -> str | None:
    if any(app.get(field) not in {None, ""} for field in fact.fields if isinstance(app.get(field), str | int | float)):
        return "app"
    if fact.kind == "account" and any(identity.kind == "user_id" for identity in sender.proven):
        return "contact"
    return "text" if holds(fact.kind, text) else None


def _app(ext: str | None) -> Mapping[str, Any]:
    try:
        return _APP.decode(ext) if ext else {}
    except msgspec.MsgspecError:
        return {}


def needed(ticket: Ticket, ruleset: Ruleset) -> tuple[Fact, ...]:
    """What the topics of a ticket need, in their order."""
    names = dict.fromkeys(name for tag in ticket.tags for name in ruleset.needs.get(tag, ()))
    return tuple(ruleset.facts[name] for name in names)


def to_ask(ticket: Ticket, entry: JournalEntry, ruleset: Ruleset) -> tuple[Fact, ...]:
    """What is missing and may be asked for now: once for a ticket, before a person answers, and never in public, of a
    machine or in an emergency."""
    quiet = (
        ticket.asked
        or ticket.first_replied_at_ms is not None
        or ticket.state not in {"new", "open"}
        or ticket.urgency == "critical"
        or ticket.visibility != "private"
        or entry.event.visibility != "private"
        or entry.event.automatic != "none"
        or ASKING not in ruleset.templates
    )
    if quiet:
        return ()
    known = {fact.name for fact in ticket.facts}
    return tuple(fact for fact in needed(ticket, ruleset) if fact.name not in known)
