"""The same person says the same again: shown as one, told how often. Every message stays one of its own. Pure.

Nothing but the showing depends on it. Only what nobody has answered yet is a repetition: "yes" to two questions is two
answers. What holds a file, or a masked value that may have been another one, is never the same.
"""

import msgspec

from router.core.likeness import CHARS_MAX
from router.core.matters import Said
from router.model.abuse import Spoken, Traffic, digest_of
from router.model.decisions import WhyRepeat
from router.model.ids import MessageId
from router.model.limits import REPEATS_MAX
from router.model.message import JournalEntry
from router.model.tables import Ticket


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a message, and what it repeats."""

    spoken: Spoken
    why: WhyRepeat | None = None


def again(
    entry: JournalEntry,
    heard: Said,
    new_text: str,
    *,
    before: Ticket | None,
    ticket: Ticket,
    message_id: MessageId,
    traffic: Traffic,
    within_ms: int,
) -> Again | None:
    """Compare a message with what its sender said in `ticket`, which was `before`; None: it cannot be compared."""
    event, now_ms = entry.event, entry.received_at_ms
    text = new_text.strip() if len(new_text) > CHARS_MAX else "".join(heard.body.split())
    if event.kind != "message" or not text or entry.attachments or entry.findings or entry.redactions:
        return None
    digest = digest_of((text,))
    waiting_since_ms = before.waiting_since_ms if before is not None else None
    for said in reversed(traffic.spoken):
        if (
            (said.digest, said.ticket_id, said.visibility) == (digest, ticket.id, event.visibility)
            and waiting_since_ms is not None
            and said.at_ms >= waiting_since_ms
            and now_ms - said.last_ms <= within_ms
        ):
            spoken = msgspec.structs.replace(said, times=said.times + 1, last_ms=now_ms)
            return Again(spoken=spoken, why=WhyRepeat(of=said.message_id, nth=spoken.times))
    return Again(
        spoken=Spoken(
            digest=digest,
            ticket_id=ticket.id,
            visibility=event.visibility,
            message_id=message_id,
            times=1,
            at_ms=now_ms,
            last_ms=now_ms,
        )
    )


def remembered(traffic: Traffic, said: Again | None) -> Traffic:
    """What the sender said lately, with this."""
    if said is None:
        return traffic
    others = [each for each in traffic.spoken if each.message_id != said.spoken.message_id]
    return msgspec.structs.replace(traffic, spoken=tuple([*others, said.spoken][-REPEATS_MAX:]))
