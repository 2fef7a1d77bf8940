"""What becomes of an answer of ours that an agent corrects where it stands. Pure.

The new text passes the guard of any answer and waits beside the old one until the channel has it, so that the thread
shows what the customer sees. Then it takes the place of the old one, which is kept. A row of the outbox carries it, in
order behind the answer itself; an answer that has not left yet is none that stands somewhere.
"""

from collections.abc import Sequence

import msgspec

from router.core.guard import Concern, Kept, let_through
from router.core.moderation import DONE, ON_ITS_WAY, standing
from router.core.posts import post_of
from router.core.tickets import snippet_of
from router.model.capabilities import Edits
from router.model.changes import LINK_PLACEHOLDER, Add, Change, Record, Save
from router.model.errors import Refused
from router.model.ids import MessageId, OutboxId
from router.model.limits import CORRECTIONS_MAX, REPLY_CHARS_MAX
from router.model.message import Correction, Wording
from router.model.snapshot import CorrectionFacts
from router.model.sources import Ids
from router.model.splitting import utf16_units
from router.model.tables import Agent, Message, OutboxEntry, Ticket
from rules.links import LinkHosts

_WORDS = {
    "not_ours": "it is no answer that an agent wrote",
    "channel_cannot": "its channel keeps what was sent",
    "not_sent": "it has not left yet, or never did",
    "post_gone": "it was deleted, or is being deleted",
    "no_text": "it has no text, only files",
    "in_pieces": "it went out in several messages",
    "edit_under_way": "its last correction is still on its way",
    "too_many_edits": f"it was corrected {CORRECTIONS_MAX} times",
    "edited_meanwhile": "somebody corrected it since it was looked at",
    "still_masked": "it holds placeholders of what was masked; write those values again",
    "no_private_link": f"{LINK_PLACEHOLDER} becomes a link only where the answer had one",
}


class CorrectCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent asked for."""

    message_id: MessageId
    text: str
    revision: int
    """Of the answer as the agent saw it."""
    confirmed: tuple[Concern, ...] = ()
    """What an earlier answer (confirm_needed) found, as it was found: to be sent all the same."""


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """A decided correction."""

    changes: list[Change]
    outbox_id: OutboxId | None = None
    """The row that carries it; None: nothing is to be done."""
    clear: str | None = None
    """What to send when the stored text is masked; it rests sealed only, under `outbox_id`."""


def refused_because(
    message: Message, delivery: OutboxEntry | None, asked: Sequence[OutboxEntry], edits: Edits | None
) -> str:
    """Why this answer cannot be corrected now, as a stable code; empty when it can.

    `asked` is what was asked of its channel since it left, oldest first.
    """
    stands = standing(asked)
    codes = {
        "not_ours": message.kind != "reply" or message.author_id is None,
        "channel_cannot": edits is None or message.visibility not in edits.visibilities,
        "not_sent": delivery is None or delivery.state not in DONE,
        "post_gone": message.state == "deleted" or (stands is not None and stands.action == "delete"),
        "no_text": not message.text,
        # Text leaves before files: more further messages than files are further messages of text.
        "in_pieces": len(message.pieces) > len(message.attachments),
        "edit_under_way": any(row.action == "edit" and row.state in ON_ITS_WAY for row in asked),
        "too_many_edits": message.revision >= CORRECTIONS_MAX,
    }
    found = next((code for code, is_so in codes.items() if is_so), "")
    if not found and edits is not None and edits.needs_id and message.external_id is None:
        return "channel_cannot"
    return found


def decide_correction(
    command: CorrectCommand,
    facts: CorrectionFacts,
    edits: Edits | None,
    agent: Agent,
    *,
    text_max: int | None,
    hosts: LinkHosts | None,
    now_ms: int,
    ids: Ids,
) -> Corrected:
    """The changes; none where it says so already, or is about to. Raises Refused (contact_erased, the codes of
    `refused_because`, edited_meanwhile, still_masked, empty, too_long, reply_blocked, confirm_needed)."""
    message, text = facts.message, command.text.strip()
    if facts.ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: nothing is known of the answer any more")
    code = refused_because(message, facts.delivery, facts.asked, edits)
    last = message.correction
    if code in {"", "edit_under_way"} and _is_said(text, message, last if code else None):
        return Corrected(changes=[])
    if not code:
        code = _overtaken(command, text, message)
    if code:
        raise Refused(code, f"this answer cannot be corrected so: {_WORDS[code]}")
    _check_length(text, edits, text_max)
    kept = let_through(
        text,
        visibility=message.visibility,
        hosts=hosts,
        their=facts.their,
        conversation=facts.conversation,
        confirmed=command.confirmed,
    )
    return _asked(facts, kept, agent, now_ms=now_ms, ids=ids)


def _is_said(text: str, message: Message, waiting: Correction | None) -> bool:
    """Whether it says so already, or will. Two secrets are masked alike: what is masked is never the same."""
    said = message if waiting is None else waiting
    return text == said.text and not said.redactions


def _overtaken(command: CorrectCommand, text: str, message: Message) -> str:
    """What the agent did not see, or has left in the text."""
    if command.revision != message.revision:
        return "edited_meanwhile"
    if any(f"[{masked.type}]" in text for masked in message.redactions):
        return "still_masked"
    return "no_private_link" if LINK_PLACEHOLDER in text and LINK_PLACEHOLDER not in message.text else ""


def _check_length(text: str, edits: Edits | None, text_max: int | None) -> None:
    """It stays one message. Raises Refused (empty, too_long)."""
    if not text:
        raise Refused("empty", "a correction needs text; an answer that should not stand there is deleted", status=422)
    limit = min(text_max or REPLY_CHARS_MAX, REPLY_CHARS_MAX)
    units_max = edits.units_max if edits is not None else None
    if len(text) > limit or (units_max is not None and utf16_units(text) > units_max):
        limit = min(limit, units_max or limit)
        raise Refused(
            "too_long", f"{len(text)} characters; a correction takes {limit}", status=422, data={"limit": limit}
        )


def _asked(facts: CorrectionFacts, kept: Kept, agent: Agent, *, now_ms: int, ids: Ids) -> Corrected:
    message, ticket = facts.message, facts.ticket
    post = post_of(message, ticket)
    data = {"state": "asked"} | ({"confirmed": ",".join(kept.findings)} if kept.findings else {})
    told = post.event("post.edit", actor=agent.actor, data=data, now_ms=now_ms)
    row = post.outbox("edit", now_ms=now_ms, ids=ids)
    correction = Correction(
        outbox_id=row.id,
        text=kept.text,
        findings=kept.findings,
        redactions=kept.redactions,
        author_id=agent.id,
        at_ms=now_ms,
    )
    # A failed one carries no text any more: this one takes its place, too.
    failed = [each for each in facts.asked if each.action == "edit" and each.state == "dead"]
    changes: list[Change] = [
        Save(ticket.changed()),
        Save(message.changed(correction=correction)),
        *(Save(each.changed(state="cancelled")) for each in failed),
        Add(row),
        Record(told),
    ]
    return Corrected(changes=changes, outbox_id=row.id, clear=kept.clear)


def took_place(entry: OutboxEntry, message: Message, ticket: Ticket) -> list[Change]:
    """The channel has what `entry` carried: the answer says it from now on, and lists that showed its beginning do."""
    said = message.correction
    if said is None or said.outbox_id != entry.id or message.state == "deleted":
        return []
    before = Wording(text=message.text, corrected_by=said.author_id, corrected_at_ms=said.at_ms)
    after = message.changed(
        text=said.text,
        findings=said.findings,
        redactions=said.redactions,
        earlier=(*message.earlier, before),
        revision=message.revision + 1,
    )
    changes: list[Change] = [Save(after)]
    if ticket.snippet == snippet_of(message.text):
        shown = ticket.changed(snippet=snippet_of(said.text))
        changes.append(Save(shown))
    return changes
