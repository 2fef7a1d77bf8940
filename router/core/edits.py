"""What an edit comes to: the newest text is kept at once, and judged again, but not as often as somebody likes. Pure.

The first few edits of a message are judged and told as they come. Beyond that, and beyond the quota of their sender,
they are folded: each still takes the place of the text, and a timer judges what stands there once for all of them. So
a message that is edited ten thousand times costs a few lines of history, and its last text is never missed.
"""

from typing import Literal, cast

import msgspec

from router.core.amendments import edited_message, event_of, is_shown, outcome_of
from router.core.facts import facts_again
from router.core.floods import Flood, floods_told, measured
from router.core.identity import read_sender
from router.core.lifecycle import may
from router.core.needs import heard_again
from router.core.oncall import SILENT_STATES, ring
from router.core.quotes import words_of
from router.core.reasons import judged, why_stored
from router.core.tickets import change_state, judge_again, snippet_of
from router.model.abuse import digest_of
from router.model.changes import Add, Change, Record, Save
from router.model.decisions import Outcome, Why, WhyEdits
from router.model.limits import ATTACHMENTS_MAX, EDITS_MAX, EDITS_PAUSE_MS
from router.model.message import JournalEntry, StoredAttachment
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Contact, Event, Message, Ticket, Urgency
from router.model.timers import Timer
from rules.facts import Facts, Verdict
from rules.ruleset import Ruleset

_ENCODER = msgspec.json.Encoder()


def edit(
    entry: JournalEntry, target: Message, ruleset: Ruleset, snapshot: Snapshot, ids: Ids
) -> tuple[list[Change], Outcome]:
    """Replace the text; judge it again, now or for several edits at once, and let urgency rise with it."""
    ticket = snapshot.tickets.get(target.ticket_id)
    flood = measured(entry, read_sender(entry.event), snapshot, ruleset.abuse)
    counted = [] if flood is None else _counted(flood, ticket, entry.received_at_ms)
    revised = _revised(entry, target)
    because = _too_many(entry, target, flood)
    if because is not None and ticket is not None:
        return [*counted, *_folded(target, revised, ticket, because, entry.received_at_ms, ids)], outcome_of(
            target, ticket
        )
    facts = _facts(entry, target, ticket, snapshot)
    changes, why = _judged(
        target, revised, ticket, ruleset, facts, now_ms=entry.received_at_ms, is_history=entry.imported
    )
    return [*counted, *changes], outcome_of(target, ticket, why)


def called_out_of(entry: JournalEntry, target: Message, ruleset: Ruleset, snapshot: Snapshot) -> list[Change]:
    """The newest text of a message in a closed ticket, when somebody is called by it: the edit is then decided like a
    message, for what is closed stays closed. Nothing where it is an edit like others.

    So it is with what is made of such a message afterwards, while another ticket goes on in its conversation.
    """
    ticket = snapshot.tickets.get(target.ticket_id)
    if ticket is None or ticket.state != "closed" or entry.imported:
        return []
    before, verdict = why_stored(target), ruleset.evaluate(_facts(entry, target, ticket, snapshot))
    if before is not None and _called(before, ruleset):
        conversation = snapshot.conversations_by_id.get(target.conversation_id)
        follower = snapshot.tickets.get(conversation.ticket_id or ticket.id) if conversation is not None else None
        if follower is None or follower.id == ticket.id or follower.state == "closed":
            return []
        why = before
    elif ruleset.rota_for(verdict.urgency, verdict.queue) is not None:
        why = msgspec.structs.replace(judged(verdict, ticket), queue=verdict.queue, edits=_over(target))
    else:
        return []
    revised = _with(_revised(entry, target), why)
    told = event_of(target, "message.edited", ticket, {"revision": str(revised.revision)}, now_ms=entry.received_at_ms)
    changes: list[Change] = [Save(revised), Record(told)]
    if is_shown(target, ticket):
        snippet = snippet_of(words_of(revised))
        changes.append(Save(ticket.changed(snippet=snippet)))
    return changes


def _called(before: Why | None, ruleset: Ruleset) -> bool:
    """Whether somebody was called by a message as it stood."""
    return before is not None and ruleset.rota_for(cast("Urgency", before.urgency), before.queue) is not None


def settle(
    timer: Timer, message: Message, ticket: Ticket, contact: Contact, ruleset: Ruleset, *, now_ms: int
) -> list[Change]:
    """Judge what stands there after edits that were folded, once; nothing where that was done or it is gone."""
    why = why_stored(message)
    edits = why.edits if why is not None else None
    waits = message.state == "live" and edits is not None and edits.pending
    outcome = "fired" if waits else "overtaken"
    done = Save(timer.changed(done_at_ms=now_ms, outcome=outcome))
    if not waits:
        return [done]
    revised = message.changed()
    # Which findings are the last text's own is not kept: those of all its texts warn of more, never of less.
    facts = facts_again(revised, ticket, contact, findings=message.findings, language=None, now_ms=now_ms)
    changes, _ = _judged(message, revised, ticket, ruleset, facts, now_ms=now_ms, is_history=False)
    return [done, *changes]


def _counted(flood: Flood, ticket: Ticket | None, now_ms: int) -> list[Change]:
    """An edit counts against its sender like a message; it fills no channel, for nobody answers it."""
    counted = msgspec.structs.replace(flood, load=None).changes(flood.traffic)
    return [*counted, *floods_told(flood, ticket, now_ms)] if ticket is not None else counted


def _too_many(entry: JournalEntry, target: Message, flood: Flood | None) -> Literal["message", "sender"] | None:
    """Whose quota it is over; None for one that is judged as it comes, history and what was let through among them."""
    if entry.imported or entry.released_by or why_stored(target) is None:
        return None
    if target.revision >= EDITS_MAX:
        return "message"
    return "sender" if flood is not None and flood.is_over else None


def _revised(entry: JournalEntry, target: Message) -> Message:
    event = entry.event
    return target.changed(
        text=event.text or "",
        html=event.html,
        attachments=_with_new_files(target, entry),
        ext=event.ext,
        findings=tuple(dict.fromkeys((*target.findings, *entry.findings))),
        redactions=entry.redactions,
        care=entry.care,
        revision=target.revision + 1,
    )


def _folded(
    target: Message, revised: Message, ticket: Ticket, because: Literal["message", "sender"], now_ms: int, ids: Ids
) -> list[Change]:
    """The text alone: neither the ticket nor its history moves until the timer is due, and no edit puts that off."""
    why = why_stored(target)
    assert why is not None, "it was asked for"
    known = why.edits
    if known is not None and known.pending:
        edits = msgspec.structs.replace(known, folded=known.folded + 1)
    else:
        shown = digest_of((ticket.snippet,)) if is_shown(target, ticket) else ""
        folded = 1 if known is None else known.folded + 1
        edits = WhyEdits(folded=folded, because=because, pending=True, shown=shown)
    changes: list[Change] = [Save(_with(revised, msgspec.structs.replace(why, edits=edits)))]
    if known is None or not known.pending:
        changes.append(
            Add(
                Timer(
                    id=ids.new(),
                    ticket_id=target.ticket_id,
                    kind="edit",
                    since_ms=now_ms,
                    about=target.id,
                    due_at_ms=now_ms + EDITS_PAUSE_MS,
                    created_at_ms=now_ms,
                )
            )
        )
    return changes


def urgency_of(entry: JournalEntry, snapshot: Snapshot, ruleset: Ruleset) -> Urgency | None:
    """What the rules make of an edit before anything is done about it; normal for a reaction, which has no words. None
    for an edit of what is not here: it is taken as a message."""
    if entry.event.kind != "edit":
        return "normal"
    target = edited_message(entry, snapshot)
    if target is None:
        return None
    return ruleset.evaluate(_facts(entry, target, snapshot.tickets.get(target.ticket_id), snapshot)).urgency


def _facts(entry: JournalEntry, target: Message, ticket: Ticket | None, snapshot: Snapshot) -> Facts:
    contact = snapshot.contacts.get(target.contact_id)
    findings, language = entry.findings, entry.event.language
    revised = _revised(entry, target)
    return facts_again(revised, ticket, contact, findings=findings, language=language, now_ms=entry.received_at_ms)


def _judged(
    target: Message,
    revised: Message,
    ticket: Ticket | None,
    ruleset: Ruleset,
    facts: Facts,
    *,
    now_ms: int,
    is_history: bool,
) -> tuple[list[Change], Why | None]:
    """What the rules make of the text; `target` is the message as lists may show it."""
    changes: list[Change] = []
    why = None
    told = {"revision": str(revised.revision)}
    if ticket is not None:
        verdict = ruleset.evaluate(facts)
        after, raised = judge_again(
            ticket,
            facts.message.findings,
            verdict,
            message_id=target.id,
            default_queue=ruleset.default_queue,
            now_ms=now_ms,
        )
        if not is_history:
            after, rung = _rung(ticket, after, target, verdict, ruleset, now_ms)
            raised += rung
        after = heard_again(after, revised, ruleset)
        why = msgspec.structs.replace(judged(verdict, after), edits=_over(target))
        if why.edits is not None:
            told |= {"folded": str(why.edits.folded), "over_quota": why.edits.because}
        revised = _with(revised, why)
        snippet = snippet_of(facts.message.text) if is_shown(target, ticket) else ticket.snippet
        changes.append(Save(msgspec.structs.replace(after, snippet=snippet, version=ticket.version + 1)))
        changes += map(Record, raised)
    changes.append(Save(revised))
    changes.append(Record(event_of(target, "message.edited", ticket, told, now_ms=now_ms)))
    return changes, why


def _rung(
    before: Ticket, after: Ticket, target: Message, verdict: Verdict, ruleset: Ruleset, now_ms: int
) -> tuple[Ticket, list[Event]]:
    """What comes to be an emergency rings; what was taken for done is open again then, as if it had been written."""
    events: list[Event] = []
    is_risen = after.urgency_rank > before.urgency_rank and ruleset.rota_for(after.urgency, after.queue) is not None
    # A ticket that was an emergency before: one told of by another message, unless only a slip of it was mended.
    calls = ruleset.rota_for(verdict.urgency, verdict.queue) is not None and not _called(why_stored(target), ruleset)
    called = after.state in SILENT_STATES and calls
    if (is_risen or called) and after.state in SILENT_STATES and may(after.state, "open", "contact"):
        after, event = change_state(after, "open", actor=f"contact:{after.contact_id}", reason=None, now_ms=now_ms)
        events.append(event)
    after, rung = ring(before, after, ruleset, now_ms=now_ms, called=called)
    return after, [*events, *rung]


def _over(message: Message) -> WhyEdits | None:
    why = why_stored(message)
    if why is None or why.edits is None:
        return None
    return msgspec.structs.replace(why.edits, pending=False, shown="")


def _with(message: Message, why: Why) -> Message:
    return msgspec.structs.replace(message, verdict=msgspec.Raw(_ENCODER.encode(why)))


def _with_new_files(target: Message, entry: JournalEntry) -> tuple[StoredAttachment, ...]:
    """An edit adds files; one that is there already came with it again. What was shown once is not taken away."""
    known = {name for file in target.attachments for name in (file.blob, file.url) if name is not None}
    added = (file for file in entry.attachments if (file.blob or file.url) not in known)
    return (*target.attachments, *added)[:ATTACHMENTS_MAX]
