"""What agents have to know about a matter: found in texts, forms and app data, asked for once where missing. Pure.

A fact is ticked with the message that told it; its value stays there. In public nothing is asked for.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from router.core.identity import SenderView
from router.core.quotes import words_of
from router.core.recognition import told
from router.model.ids import MessageId
from router.model.message import JournalEntry
from router.model.tables import KnownFact, Message, Ticket
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
    missing = [fact for fact in ruleset.facts.values() if fact.name not in known]
    sources = _given(missing, _app(entry.event.ext), sender)
    untold = [fact for fact in missing if fact.name not in sources]
    in_text = told(f"{entry.event.subject or ''}\n{new_text}", {fact.kind for fact in untold})
    sources |= {fact.name: "text" for fact in untold if fact.kind in in_text}
    found = [
        KnownFact(name=fact.name, message_id=message_id, source=sources[fact.name])
        for fact in missing
        if fact.name in sources
    ]
    return msgspec.structs.replace(ticket, facts=(*ticket.facts, *found)) if found else ticket


def heard(ticket: Ticket, messages: Sequence[Message], ruleset: Ruleset) -> Ticket:
    """The ticket with what the texts of its messages, in their order, tell besides; its version stays."""
    known = {fact.name for fact in ticket.facts}
    found: dict[str, KnownFact] = {}
    for message in messages if ruleset.facts else ():
        if message.kind == "inbound" and message.automatic == "none":
            kinds = told(f"{message.subject or ''}\n{words_of(message)}")
            for fact in ruleset.facts.values():
                if fact.kind in kinds and fact.name not in known:
                    found.setdefault(fact.name, KnownFact(name=fact.name, message_id=message.id, source="text"))
    return msgspec.structs.replace(ticket, facts=(*ticket.facts, *found.values())) if found else ticket


def heard_again(ticket: Ticket, message: Message, ruleset: Ruleset) -> Ticket:
    """The ticket once the text of a message is another; its version stays."""
    kept = tuple(fact for fact in ticket.facts if fact.source != "text" or fact.message_id != message.id)
    return heard(msgspec.structs.replace(ticket, facts=kept), [message], ruleset)


def unlearned(ticket: Ticket, gone: Collection[MessageId]) -> Ticket:
    """The ticket without what messages that leave it told; whose account it is stays known. Its version stays."""
    kept = tuple(fact for fact in ticket.facts if fact.source == "contact" or fact.message_id not in gone)
    return msgspec.structs.replace(ticket, facts=kept)


def _given(facts: Sequence[Fact], app: Mapping[str, Any], sender: SenderView) -> dict[str, str]:
    """The facts that came beside the text, with where from."""
    has_account = any(identity.kind == "user_id" for identity in sender.proven)
    sources = {fact.name: "contact" for fact in facts if has_account and fact.kind == "account"}
    if app:
        sources |= {fact.name: "app" for fact in facts if any(_is_filled(app.get(field)) for field in fact.fields)}
    return sources


def _is_filled(value: object) -> bool:
    """Blanks and a ticked box say nothing that agents could look for."""
    return bool(value.strip()) if isinstance(value, str) else type(value) in {int, float}


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
