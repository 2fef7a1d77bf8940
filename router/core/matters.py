"""One person, one matter, one ticket: which of a contact's own tickets a message belongs into, if any, and why. Pure.

Only tickets of the very contact can be given to it: `Own` is made from one contact id, and refuses any other's.
Evidence is counted in points; shared or conflicting transactions and orders decide alone. The reasons are kept with the
message and counted, also when agents undo them, so that the thresholds (`matching:` in the rules) can be judged.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, Literal

import msgspec

from router.core.entities import calls, marks, meets, tokens
from router.core.likeness import departs, hear, likeness, other_coin, reports, things
from router.core.quotes import visible
from router.core.signals import Signals, signals
from router.model.ids import ContactId, TicketId
from router.model.matter import Entity, Sketch
from router.model.message import JournalEntry
from router.model.tables import Ticket
from rules.matching import Matching

CANDIDATES_MAX: Final = 8
"""Newest tickets of the contact that are looked at."""

Joins = Literal[
    "conversation", "thread", "number", "transaction", "amount", "answer", "repeat", "same_matter", "said_elsewhere"
]
Opens = Literal["first", "transaction_conflict", "amount_conflict", "said_to_be_other", "other_matter", "too_long_ago"]

OPENS: Final = frozenset({"first", "transaction_conflict", "amount_conflict", "said_to_be_other", "too_long_ago"})
_STRONG: Final = frozenset({"transaction", "order"})
_ASKED: Final = frozenset({"waiting", "verifying", "rejected"})
"""States in which the customer was asked for something."""
_VALUES: Final = frozenset({"amount", "month"})
_WORDS: Final = 3
_STRANGE: Final = 0.05
_SHORT_CHARS: Final = 60
_MINUTES_MS: Final = 5 * 60_000
_BURST_MS: Final = 60 * 60_000
_WHILE_MS: Final = 3 * 3_600_000
_LEAST: Final = -1_000
_TEXT_CHARS: Final = 24
"""A shorter text is anybody's."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket of the contact, what was said in it, and how the message stands to it."""

    ticket: Ticket
    sketch: Sketch
    in_thread: bool = False
    """The message answers one of its messages."""
    in_conversation: bool = False
    """It is the current ticket of the conversation that the message came in."""
    same_chat: bool = False
    """It is of the same channel, where all that a person writes is one chat."""
    in_private: bool = False
    """It began in public on the channel that the message came by in private."""
    same_subject: bool = False
    """A mail whose subject answers it, though its references are lost."""
    same_channel: bool = False
    settled: bool = False
    """Its contact said last that it is settled, or an agent did."""
    recency: int = 0
    """0: the ticket that its contact wrote to last."""


class Own:
    """The tickets of one contact that a message of theirs may join. Nothing else can be joined."""

    def __init__(self, contact_id: ContactId, candidates: Iterable[Candidate]) -> None:
        self.contact_id = contact_id
        self.candidates = tuple(candidates)
        for candidate in self.candidates:
            if candidate.ticket.contact_id != contact_id:
                raise ValueError(f"ticket {candidate.ticket.id} is not one of contact {contact_id}")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it is compared."""

    text: str
    """Redacted, subject and text, folded to lower case."""
    body: str = ""
    """The same without the subject."""
    sketch: Sketch
    plain: str = ""
    """Subject and text as they came."""
    numbers: frozenset[int] = frozenset()
    """Of tickets it quotes."""
    at_ms: int


def said(entry: JournalEntry, numbers: frozenset[int]) -> Said:
    """A message as it is compared: its own words, without quoted history and the subject that an answer repeats."""
    heard = hear(_subject(entry), visible(entry.event.text or ""), entry.address_hashes)
    return Said(
        text=heard.folded,
        body=heard.body,
        sketch=heard.sketch,
        plain=heard.plain,
        numbers=numbers,
        at_ms=entry.received_at_ms,
    )


def marks_of(one: Said) -> list[str]:
    """What tickets of other people are related by: strong values, and the whole text where it is long enough."""
    found = marks(one.sketch.entities)
    plain = "".join(one.text.split())
    if len(plain) >= _TEXT_CHARS:
        found.append(f"text:{blake2b(plain.encode(), digest_size=9).hexdigest()}")
    return found


def _subject(entry: JournalEntry) -> str:
    event = entry.event
    answers = event.in_reply_to is not None or bool(event.references)
    return "" if answers else event.subject or ""


class Belonging(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of a message: the ticket it joins with the reason, or the reason why it opens one."""

    ticket_id: TicketId | None
    reason: Joins | Opens
    points: int = 0
    """Of the ticket that came nearest."""


def belongs(said: Said, own: Own, matching: Matching) -> Belonging:
    """Decide where a message of `own`'s contact belongs."""
    hints = signals(said.text, said.body)
    candidates = own.candidates[:CANDIDATES_MAX]
    called = _called(said, candidates)
    best = refused = Belonging(ticket_id=None, reason="first", points=_LEAST)
    for candidate in candidates:
        points, reason = _weigh(said, hints, candidate, matching, called=candidate in called)
        found = Belonging(ticket_id=candidate.ticket.id, reason=reason, points=points)
        if points >= matching.join_at and points > best.points:
            best = found
        elif points < matching.join_at and points > refused.points:
            refused = msgspec.structs.replace(
                found, ticket_id=None, reason=reason if reason in OPENS else "other_matter"
            )
    return refused if best.ticket_id is None else best


def _weigh(
    said: Said, hints: Signals, candidate: Candidate, matching: Matching, *, called: bool
) -> tuple[int, Joins | Opens]:
    """Points of one candidate, and what spoke most for or against it."""
    if candidate.ticket.number in said.numbers:
        return 400, "number"
    age_ms = max(0, said.at_ms - candidate.ticket.last_message_at_ms)
    if age_ms > matching.entity_window_ms and not candidate.in_thread:
        return _LEAST, "too_long_ago"
    meeting = _meeting(said.sketch.entities, candidate.sketch.entities)
    if meeting.shared & _STRONG or ({"address", "amount"} <= meeting.shared and not hints.other):
        return 300 + 20 * len(meeting.shared), "transaction"
    if meeting.conflicts & _STRONG and not candidate.in_thread:
        return -300, "transaction_conflict"
    if "address" in meeting.conflicts and said.sketch.concepts and not candidate.in_thread:
        return -150, "transaction_conflict"
    if called:
        return 280, "transaction"
    valued, by_value = _values(said, hints, meeting, candidate)
    placed, by_place = _place(candidate, age_ms, matching)
    worded = _words(said, hints, candidate, age_ms)
    points = valued + placed + worded
    if points >= matching.join_at:
        return points, by_value if valued > 0 else by_place
    return points, by_value if valued < 0 else "said_to_be_other" if hints.other else "other_matter"


class _Meeting(msgspec.Struct, frozen=True):
    shared: frozenset[str]
    """Kinds of entities of which one is in both."""
    conflicts: frozenset[str]
    """Kinds that both have and share none of."""


def _meeting(mine: tuple[Entity, ...], theirs: tuple[Entity, ...]) -> _Meeting:
    shared = {one.kind for one in mine for other in theirs if meets(one, other)}
    both = {one.kind for one in mine} & {other.kind for other in theirs}
    return _Meeting(frozenset(shared), frozenset(both - shared))


def _called(said: Said, candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """Those of which a bare token calls an order, a hash or an amount that no other of the contact's tickets has."""
    found: list[Candidate] = []
    for token in tokens(said.plain):
        named = [one for one in candidates if any(calls(token, entity) for entity in one.sketch.entities)]
        if len(named) == 1:
            found += named
    return found


def _values(said: Said, hints: Signals, meeting: _Meeting, candidate: Candidate) -> tuple[int, Joins | Opens]:
    """What addresses and amounts speak for; people have few addresses of their own and name them in every matter."""
    reported = reports(said.sketch) and not candidate.in_thread
    whole = not things(said.sketch) or not departs(said.sketch, candidate.sketch)
    told_anew = reported and whole and not (hints.back or hints.supplies)
    if told_anew and other_coin(said.sketch, candidate.sketch):
        return -130, "amount_conflict"
    if "amount" in meeting.shared and not hints.other:
        return 80, "amount"
    if reported and meeting.conflicts & _VALUES:
        return -130 if told_anew else -20 if hints.back or hints.supplies else -70, "amount_conflict"
    return (60, "transaction") if "address" in meeting.shared else (0, "other_matter")


def _place(candidate: Candidate, age_ms: int, matching: Matching) -> tuple[int, Joins]:
    """What place and time speak for."""
    behind = 10 if candidate.recency else 0
    if candidate.in_thread or candidate.same_subject:
        return 130, "thread"
    if candidate.in_conversation and candidate.ticket.state in _ASKED:
        return 115, "answer"
    if candidate.same_chat and age_ms <= matching.chat_window_ms:
        return 115 - behind, "conversation" if candidate.in_conversation else "repeat"
    if candidate.in_private and age_ms <= matching.chat_window_ms:
        return 90 - behind, "said_elsewhere"
    if candidate.same_channel and age_ms <= matching.chat_window_ms:
        return 60 - behind, "repeat"
    return (60 if age_ms <= matching.likeness_window_ms else -40) - behind, "same_matter"


def _words(said: Said, hints: Signals, candidate: Candidate, age_ms: int) -> int:
    """What the words speak for, by what they are about and by what they say of earlier messages."""
    sketch, theirs = said.sketch, candidate.sketch
    alike = likeness(sketch, theirs)
    shared = things(sketch) & things(theirs)
    hands_in = hints.supplies and not hints.asks
    answers = candidate.in_thread or candidate.same_subject
    if departs(sketch, theirs) and not hands_in and not (candidate.in_private and hints.back):
        points = (
            -10
            if age_ms <= _MINUTES_MS
            else -20
            if age_ms <= _BURST_MS or answers
            else -45
            if age_ms <= _WHILE_MS
            else -70
        )
        points -= 45 if hints.asks or candidate.settled else 0
    elif shared:
        asks_more = hints.asks and not hints.back and not things(sketch) <= things(theirs)
        points = int(40 * len(shared) / min(len(things(sketch)), len(things(theirs))) + 60 * alike) - 30 * asks_more
    else:
        points = (
            int(80 * alike)
            + (25 if len(said.text) <= _SHORT_CHARS else 10)
            + (25 if candidate.same_chat and not things(theirs) else 0)
        )
        if hints.asks and not hints.back and things(theirs):
            points -= 45 if things(sketch) else 30 if len(sketch.words) >= _WORDS and alike < _STRANGE else 0
    if candidate.settled and not (hints.back or (hints.again and not hints.other) or hints.settled or hints.thanks):
        points -= 40 if hints.asks and not things(sketch) <= things(theirs) else 0
        points -= 100 if age_ms > _WHILE_MS else 40 if things(sketch) or hints.asks else 0
    return (
        points
        + 30 * (hints.back or hints.again)
        + (35 if hints.settled and not hints.asks else 25) * (hints.settled or hints.thanks)
        + 35 * hands_in
        - 100 * hints.other
        - 60 * (hints.fresh and (candidate.settled or shared != things(sketch)))
    )
