"""The way of a message or a ticket, step by step, with times and reasons: `switchboard trace` and the API tell it."""

from collections.abc import Collection
from itertools import takewhile

import msgspec

from router.model.actors import agent_of, agents_of
from router.model.changes import contact_name, ticket_number
from router.model.decisions import Why
from router.model.ids import MessageId
from router.model.tables import Event, Message, OutboxEntry
from router.store import blocks, dossier, inbox, journal
from router.store.inbox import TicketDetail
from router.store.rows import JournalRow
from router.store.script import Store

_WHY = msgspec.json.Decoder(Why)
_UNANSWERED = {"forged": "its sender's address is forged or missing", "mailing": "one can unsubscribe from it"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    stage: str
    """accepted, held, message, redaction, rules, acts, ticket, contact, history, delivery."""
    at_ms: int | None
    text: str
    facts: dict[str, str] = {}


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that happened to one message, or to every message of one ticket."""

    name: str
    steps: tuple[Step, ...]


async def trace(store: Store, name: str) -> Trace | None:
    """Follow a ticket (id or T-number) or a message (its id here or at its provider); None when nothing is named so."""
    found = await _trace(store, name)
    # Mail programs show a Message-ID in brackets; ours rest without.
    return found if found is not None or not name.startswith("<") else await _trace(store, name.strip("<>"))


async def _trace(store: Store, name: str) -> Trace | None:
    detail = await store.read(inbox.detail(None, name))
    if detail is not None:
        return Trace(name=ticket_number(detail.line.ticket), steps=tuple(await _ticket(store, detail)))
    found = await store.read(inbox.message(None, name))  # type: ignore[arg-type]  # any text may be asked for
    messages = [found] if found is not None else await store.read(inbox.messages_like(None, name))
    steps: list[Step] = []
    for message in messages:
        steps += await _message(store, message)
        about = await store.read(inbox.detail(None, message.ticket_id))
        if about is not None:
            answers = _answers(about, message)
            steps += [_head(about), *(_delivery(answer, about.deliveries[answer.id]) for answer in answers)]
            steps += _history(about, {message.id, *(answer.id for answer in answers)})
    if not messages:
        for row in await store.read(journal.find_message(name)):
            steps += [_accepted(row), *await _held(store, row)]
    return Trace(name=name, steps=tuple(steps)) if steps else None


async def _ticket(store: Store, detail: TicketDetail) -> list[Step]:
    steps = [_head(detail)]
    for message in detail.messages:
        if message.kind == "inbound":
            steps += await _message(store, message)
        delivery = detail.deliveries.get(message.id)
        if delivery is not None:
            steps.append(_delivery(message, delivery))
    return [*steps, *_history(detail, None)]


def _head(detail: TicketDetail) -> Step:
    """How the ticket stands now."""
    ticket, contact = detail.line.ticket, detail.line.contact
    return Step(
        stage="ticket",
        at_ms=ticket.created_at_ms,
        text=f"{ticket_number(ticket)} of {contact_name(contact)}: {ticket.state}, {ticket.urgency}, "
        f"queue {ticket.queue}, agent {detail.line.assignee_name or 'nobody'}",
        facts={
            "contact": contact_name(contact),
            "channel": ticket.channel,
            "tags": ", ".join(ticket.tags),
            "reason": ticket.state_reason or "",
            "checklist": "; ".join(ticket.checklist),
            "known": ", ".join(f"{fact.name} ({fact.source})" for fact in ticket.facts),
            "asked": ", ".join(ticket.asked),
        },
    )


def _answers(detail: TicketDetail, message: Message) -> list[Message]:
    """The replies after this message, up to the next of a customer; of a reply, itself."""
    if message.id in detail.deliveries:
        return [message]
    later = [each for each in detail.messages if each.id > message.id]
    until_next = takewhile(lambda each: each.kind != "inbound", later)
    return [each for each in until_next if each.id in detail.deliveries]


async def _message(store: Store, message: Message) -> list[Step]:
    steps = []
    if message.external_id is not None and message.kind == "inbound":
        row = await store.read(journal.find(message.channel, message.account, message.external_id))
        if row is not None:
            steps += [_accepted(row), *await _held(store, row)]
    why = _WHY.decode(message.verdict) if bytes(message.verdict) != b"null" else None
    steps.append(
        Step(
            stage="message",
            at_ms=message.received_at_ms,
            text=f"{message.kind} on {message.channel}/{message.account}, {message.visibility}, {message.language}",
            facts={"id": message.id, "external_id": message.external_id or "", "automatic": message.automatic},
        )
    )
    if why is None:
        return steps
    masked = ", ".join(f"{r.type} in {r.field} at {r.start}-{r.end}" for r in message.redactions)
    steps.append(
        Step(
            stage="redaction",
            at_ms=None,
            text=masked or "nothing masked",
            facts={
                "found": ", ".join(message.findings),
                "policies": _policies(message),
                "took_ms": f"{why.redact_ms:g}",
            },
        )
    )
    steps.append(_rules(why))
    if why.acts:
        steps.append(_acts(why))
    joined = f"opened {why.queue}" if why.ticket_new else f"joined by {why.joined}"
    steps.append(
        Step(
            stage="ticket",
            at_ms=None,
            text=f"{joined}; contact known by {why.contact_by}",
            facts={
                "not_joined": why.joined_detail,
                "left": why.left,
                **_noticed(why),
                "points": "" if why.points is None else str(why.points),
                "related_by": ", ".join(why.related_by),
                "answer": why.reply_template or "none",
            },
        )
    )
    steps.append(await _contact(store, message, why))
    return steps


async def _held(store: Store, row: JournalRow) -> list[Step]:
    """That it waits, or waited, with who blocked whom and why."""
    steps: list[Step] = []
    for held in await store.read(blocks.held_of([row.id])):
        line = await store.read(blocks.held(held.id))
        block = line.block if line is not None else None
        because = "far over its sender's quota" if held.reason == "flood" else "blocked"
        because += "" if block is None else f": {block.reason}"
        who = [] if block is None else [block.actor]
        names = await store.read(inbox.agent_names(agents_of([*who, held.released_by])))
        facts = {
            "blocked_by": "" if block is None else names.get(agent_of(block.actor), block.actor),
            "block": held.block_id or "",
            "urgency": held.urgency,
            "beside": "" if line is None or line.ticket is None else ticket_number(line.ticket),
            "released_by": "" if held.released_by is None else names.get(agent_of(held.released_by), held.released_by),
        }
        state = "held" if held.released_at_ms is None else "held, then let through"
        if held.released_by == "sender":
            state = "held, then deleted by its sender"
        steps.append(Step(stage="held", at_ms=held.received_at_ms, text=f"{state}; {because}", facts=facts))
    return steps


def _noticed(why: Why) -> dict[str, str]:
    """Floods, edits and repetitions."""
    told: dict[str, str] = {}
    if why.flood is not None and why.flood.sender:
        told["over_quota"] = (
            f"message {why.flood.sender} of its sender within {why.flood.within_ms / 60_000:g} min, "
            f"quota {why.flood.quota}"
        )
    if why.flood is not None and why.flood.channel:
        told["channel"] = "over its quota"
    if why.flood is not None:
        told["withheld"] = ", ".join(why.flood.withheld)
    if why.muted:
        told["muted"] = f"no automatic answer, for the tag {why.muted}"
    if why.unanswered:
        told["unanswered"] = f"no automatic answer: {_UNANSWERED[why.unanswered]}"
    if why.edits is not None:
        whose = (
            "this message was edited too often" if why.edits.because == "message" else "its sender is over the quota"
        )
        told["edits"] = (
            f"{why.edits.folded} folded, {whose}{'; the newest is judged shortly' if why.edits.pending else ''}"
        )
    if why.repeat is not None:
        told["repeats"] = f"{why.repeat.of}, time {why.repeat.nth}"
    return told


async def _contact(store: Store, message: Message, why: Why) -> Step:
    """Why this contact, who they turned out to be since, and whose the identities were that contradict it."""
    (writer,) = await store.read(dossier.contacts({message.contact_id}))
    now = await store.read(dossier.contacts({writer.merged_into})) if writer.merged_into is not None else []
    others = {each.id: each for each in await store.read(dossier.contacts({each.contact_id for each in why.conflicts}))}
    by = f"{why.contact_by}, {why.known_by}" if why.known_by else why.contact_by
    return Step(
        stage="contact",
        at_ms=None,
        text=f"{contact_name(writer)} by {by}",
        facts={
            "merged_into": "".join(contact_name(each) for each in now),
            "conflicts": "; ".join(
                f"{each.kind} {each.value} is proven to be {contact_name(others[each.contact_id])}'s"
                for each in why.conflicts
            ),
        },
    )


def _policies(message: Message) -> str:
    chosen = message.care.policies if message.care is not None else ()
    return ", ".join(f"{one.policy} by {one.rule}" for one in chosen)


def _rules(why: Why) -> Step:
    reasons = "; ".join(f"{reason.rule}: {reason.why}" for reason in why.reasons) or "no rule fired"
    lost = "; ".join(f"{x.rule} wanted {x.key} {x.value}, lost to {x.to}" for x in why.lost)
    return Step(
        stage="rules",
        at_ms=None,
        text=f"{why.urgency}, queue {why.queue}, tags {', '.join(why.tags) or 'none'}. {reasons}",
        facts={"version": why.rules_version, "packs": ", ".join(why.packs), "lost": lost},
    )


def _acts(why: Why) -> Step:
    """What rules asked of the house besides."""
    told = [f"{act.kind} {act.value} by {act.rule}: {act.outcome} {act.detail}".rstrip() for act in why.acts]
    return Step(stage="acts", at_ms=None, text="; ".join(told))


def _accepted(row: JournalRow) -> Step:
    more = "once more" if row.redeliveries == 1 else f"{row.redeliveries} more times"
    again = f", delivered {more} and dropped" if row.redeliveries else ""
    return Step(
        stage="accepted",
        at_ms=row.received_at_ms,
        text=f"{row.channel}/{row.account} {row.message_id}: {row.state}{again}",
        facts={
            "partition": str(row.partition),
            "attempts": str(row.attempts),
            "error": row.error or "",
            "routed_after_ms": str(row.routed_at_ms - row.received_at_ms) if row.routed_at_ms is not None else "",
        },
    )


def _delivery(message: Message, entry: OutboxEntry) -> Step:
    who = "the machine" if message.author_id is None else "an agent"
    attempts = "1 attempt" if entry.attempts == 1 else f"{entry.attempts} attempts"
    return Step(
        stage="delivery",
        at_ms=message.sent_at_ms,
        text=f"reply by {who} on {entry.channel}/{entry.account}: {entry.state} after {attempts}",
        facts={"provider_id": entry.provider_id or "", "error": entry.error or ""},
    )


def _history(detail: TicketDetail, about: Collection[MessageId] | None) -> list[Step]:
    """All of it, or what is about these messages or about the ticket itself."""
    events = [e for e in detail.events if about is None or e.message_id is None or e.message_id in about]
    return [Step(stage="history", at_ms=event.at_ms, text=_told(event, detail)) for event in events]


def _told(event: Event, detail: TicketDetail) -> str:
    data = ", ".join(f"{key} {_named(value, detail)}" for key, value in event.data.items() if value)
    return f"{event.kind} by {_named(event.actor, detail)}" + (f": {data}" if data else "")


def _named(value: str, detail: TicketDetail) -> str:
    """An agent's name or the contact's, where the value is theirs."""
    contact = detail.line.contact
    if value == f"contact:{contact.id}":
        return contact_name(contact)
    agent_id = agent_of(value)
    return detail.agent_names.get(agent_id, agent_id)
