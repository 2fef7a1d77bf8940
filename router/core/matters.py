"""One person, one matter, one ticket: which of a contact's own tickets a message belongs into, if any, and why. Pure.

Only tickets of the very contact can be given to it: `Own` is made from one contact id, and refuses any other's.
Shared or conflicting transactions and orders decide alone; all other evidence counts in learned points
(router/core/evidence.py), and where those leave a doubt an encoder reads message and tickets side by side
(router/core/reading.py). The reasons are kept with the message and counted, also when agents undo them, so that the
thresholds (`matching:` in the rules) can be judged.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, Literal, NamedTuple

import msgspec

from router.core import reading
from router.core.elsewhere import wrote_on
from router.core.entities import calls, tokens
from router.core.evidence import ASKED, Candidate, Heard, Meeting, Place, Standing, Weighing, cues, meeting, points
from router.core.greetings import names_nothing, only_calls, only_urges
from router.core.likeness import hear, likeness, marked, reports
from router.core.reading import DOUBT, READER, Question, Unread, own_words, question, subject_of
from router.core.signals import signals
from router.core.slips import mends
from router.model.ids import ContactId, TicketId
from router.model.matter import Sketch
from router.model.message import JournalEntry
from rules.matching import Matching
from rules.opinion import Source
from rules.text import fold

CANDIDATES_MAX: Final = 8
"""Newest tickets of the contact that are looked at."""

Joins = Literal[
    "conversation",
    "thread",
    "number",
    "transaction",
    "correction",
    "amount",
    "answer",
    "repeat",
    "same_matter",
    "said_elsewhere",
]
Opens = Literal["first", "transaction_conflict", "amount_conflict", "said_to_be_other", "other_matter", "too_long_ago"]

OPENS: Final = frozenset({"first", "transaction_conflict", "amount_conflict", "said_to_be_other", "too_long_ago"})
_STRONG: Final = frozenset({"transaction", "order"})
_NAMED: Final = _STRONG | {"address"}
_SAME_WORDS: Final = 0.5
"""Likeness from which an answer to a mail needs nothing else to belong to it."""
_LEAST: Final = -1_000
_MOST: Final = 270
"""Of what is weighed: less than of what decides alone."""
_SURE: Final = 275
"""More than what is weighed can have."""
_LATE: Final = -100
_GREETED_MS: Final = 3_600_000
"""How long whoever only said hello may take to say what for."""
_MENDING_MS: Final = 600_000
"""How long whoever said that a value was wrong may take to give the right one."""
_CHOICES_MIN: Final = 2


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
    marks: tuple[str, ...] = ()
    """What tickets of other people are related by."""
    settled: bool = False
    """It says that the matter is settled."""
    numbers: frozenset[int] = frozenset()
    """Of tickets it quotes."""
    is_new_mail: bool = False
    """It came by mail and answers nothing."""
    at_ms: int


def said(entry: JournalEntry, numbers: frozenset[int]) -> Said:
    """A message as it is compared: its own words, without quoted history and the subject that an answer repeats."""
    heard = hear(subject_of(entry.event), own_words(entry.event), entry.address_hashes)
    return Said(
        text=heard.folded,
        body=heard.body,
        sketch=heard.sketch,
        plain=heard.plain,
        marks=heard.marks,
        settled=heard.settled,
        numbers=numbers,
        is_new_mail=entry.event.channel == "email" and entry.event.in_reply_to is None,
        at_ms=entry.received_at_ms,
    )


class Belonging(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided of a message: the ticket it joins with the reason, or the reason why it opens one."""

    ticket_id: TicketId | None
    reason: Joins | Opens
    points: int = 0
    """Of the ticket that came nearest."""


def belongs(
    said: Said,
    own: Own,
    matching: Matching,
    worth: Mapping[str, int] | None = None,
    reader: Source | None = READER,
) -> Belonging:
    """Decide where a message of `own`'s contact belongs, by what is shipped or by other points, such as new ones.

    Raises rules.opinion.Unheard and Unread where the reader has to be asked first.
    """
    candidates = own.candidates[:CANDIDATES_MAX]
    scene = Scene(said, candidates, matching, points() if worth is None else worth, reader)
    best = refused = Belonging(ticket_id=None, reason="first", points=_LEAST)
    for candidate in scene.candidates:
        total, reason = scene.weigh(candidate)
        found = Belonging(ticket_id=candidate.ticket.id, reason=reason, points=total)
        if total >= matching.join_at and total > best.points:
            best = found
        elif total < matching.join_at and total > refused.points:
            refused = msgspec.structs.replace(
                found, ticket_id=None, reason=reason if reason in OPENS else "other_matter"
            )
    return refused if best.ticket_id is None else best


class _Weight(NamedTuple):
    total: int
    valued: int
    """What amounts and the like contribute to it."""


class Scene:
    """A message beside the tickets it may belong into."""

    def __init__(
        self,
        said: Said,
        candidates: tuple[Candidate, ...],
        matching: Matching,
        worth: Mapping[str, int],
        reader: Source | None,
    ) -> None:
        self.candidates = candidates
        self._said = said
        self._matching = matching
        self._worth = worth
        self._reader = reader
        self._hints = signals(said.text, said.body)
        self._standing = {one.ticket.id: self._stands(one) for one in candidates}
        called, self._meant = _called(said, candidates), self._put_right() or self._asked_after()
        self._decided = {one.ticket.id: self._alone(self._standing[one.ticket.id], one in called) for one in candidates}
        self.open = [self._standing[key] for key, decided in self._decided.items() if decided is None]
        """What is left to be weighed."""
        heard = Heard(said.sketch, said.body, self._hints, said.is_new_mail, said.at_ms)
        self._weighing = Weighing(heard, self.open)

    @cached_property
    def own_evidence(self) -> list[str]:
        """What speaks for a matter of its own."""
        return [*self._weighing.of_message(), *cues(self._said.body)]

    def joins_alone(self, candidate: Candidate) -> bool:
        """Whether a value or a number decides that it is joined, whatever else is said."""
        decided = self._decided[candidate.ticket.id]
        return decided is not None and decided[0] > 0

    def evidence(self, one: Standing) -> list[str]:
        """What speaks for a ticket or against it."""
        return self._weighing.of_ticket(one)

    def question(self, one: Standing) -> Question:
        """What the reader is asked about a ticket. Raises Unread."""
        return question(self._weighing.standing(one), self._told(one), self._said.plain)

    @cached_property
    def _weights(self) -> dict[TicketId, _Weight]:
        """What the evidence for each open ticket comes to."""
        own = sum([self._worth.get(name, 0) for name in self.own_evidence])
        found: dict[TicketId, _Weight] = {}
        for one in self.open:
            evidence = {name: self._worth.get(name, 0) for name in self.evidence(one)}
            total = self._worth["join"] + sum(evidence.values()) - own + self._long_ago(one)
            valued = sum(number for name, number in evidence.items() if name.startswith("value"))
            found[one.candidate.ticket.id] = _Weight(total, valued)
        return found

    @cached_property
    def _read(self) -> Mapping[TicketId, int]:
        """What the reader adds. It is asked when two choices, a new ticket being one, are about as likely."""
        if self._reader is None or any(map(self.joins_alone, self.candidates)):
            return {}
        join_at = self._matching.join_at
        totals = [
            (self._weights[one.candidate.ticket.id].total, one) for one in self.open if not self._weighing.is_apart(one)
        ]
        doubtful = max([join_at, *(total for total, _ in totals)]) - DOUBT
        close = [one for total, one in totals if total > doubtful]
        if len(close) + (join_at > doubtful) < _CHOICES_MIN:
            return {}
        worth = reading.points(self._reader, map(self.question, close))
        return {one.candidate.ticket.id: number for one, number in zip(close, worth, strict=True)}

    def weigh(self, candidate: Candidate) -> tuple[int, Joins | Opens]:
        """Points of one candidate, and what spoke most for or against it."""
        decided = self._decided[candidate.ticket.id]
        if decided is not None:
            return decided
        one = self._standing[candidate.ticket.id]
        total, valued = self._weights[candidate.ticket.id]
        total += self._read.get(candidate.ticket.id, 0)
        is_told_of = one is self._told_of
        if is_told_of or self._is_what_for(one) or self._is_reminded_of(one) or self._is_told_again(one):
            total = max(total, self._matching.join_at)
        if total >= self._matching.join_at and (is_told_of or not self._weighing.is_apart(one)):
            return min(total, _MOST), _by_value(one.meeting) if valued > 0 else _by_place(one)
        total = min(total, self._matching.join_at - 1)
        if valued < 0:
            return total, "amount_conflict"
        return total, "said_to_be_other" if self._hints.other else "other_matter"

    def _is_what_for(self, one: Standing) -> bool:
        """Whether the ticket is a chat that was only opened yet, with a greeting or a call for a human."""
        is_fresh = one.place == "chat" and self._age_ms(one.candidate) <= _GREETED_MS
        return is_fresh and names_nothing(one.candidate.sketch)

    @cached_property
    def _told_of(self) -> Standing | None:
        """The only open ticket on a channel on which the message says that its writer wrote before."""
        away = [one for one in self.open if _is_open(one) and not one.candidate.same_channel]
        if self._hints.other or not away:
            return None
        named = wrote_on(self._said.text)
        there = [one for one in away if one.candidate.ticket.channel in named and not self._is_late(one)]
        return there[0] if len(there) == 1 else None

    def _is_reminded_of(self, one: Standing) -> bool:
        """Whether the message asks what became of an earlier question, and that is what the ticket is about."""
        return self._hints.reminds and _is_open(one) and self._weighing.speaks_of(one)

    def _is_told_again(self, one: Standing) -> bool:
        """Whether the message says in the same words what was said in the ticket, and calls it no other matter."""
        return not self._hints.other and _is_open(one) and self._weighing.says_again(one)

    def _stands(self, candidate: Candidate) -> Standing:
        age_ms = self._age_ms(candidate)
        compared = meeting(self._said.sketch.entities, candidate.sketch.entities)
        return Standing(candidate, _place(candidate, age_ms, self._matching), compared)

    def _age_ms(self, candidate: Candidate) -> int:
        return max(0, self._said.at_ms - candidate.ticket.last_message_at_ms)

    def _long_ago(self, one: Standing) -> int:
        """The same words weeks later are rarely about the same; an answer is one however late it comes."""
        return _LATE if self._is_late(one) and one.place == "elsewhere" else 0

    def _is_late(self, one: Standing) -> bool:
        return self._age_ms(one.candidate) > self._matching.likeness_window_ms

    def _alone(self, one: Standing, called: bool) -> tuple[int, Joins | Opens] | None:  # noqa: FBT001
        """What decides alone: numbers, transactions, time, "another question", an answer in the same words."""
        candidate, (shared, conflicts) = one.candidate, one.meeting
        if candidate.ticket.number in self._said.numbers:
            return 400, "number"
        if self._age_ms(candidate) > self._matching.entity_window_ms and not candidate.in_thread:
            return _LEAST, "too_long_ago"
        if shared & _STRONG or ({"address", "amount"} <= shared and not self._hints.other):
            return 300 + 20 * len(shared), "transaction"
        if one is self._meant:
            return _SURE, "correction" if conflicts else _by_place(one)
        conflict = conflicts & _STRONG or ("address" in conflicts and self._said.sketch.concepts)
        if conflict and not candidate.in_thread:
            return -300 if conflicts & _STRONG else -150, "transaction_conflict"
        if called:
            return 280, "transaction"
        if self._hints.announced and not candidate.in_thread:
            return -150, "said_to_be_other"
        return (_SURE, "thread") if candidate.in_thread and self._goes_on(candidate) else None

    def _asked_after(self) -> Standing | None:
        """What who names nothing means: who calls in a chat its last ticket, who waits elsewhere their only one."""
        body, sketch = self._said.body, self._said.sketch
        chat = [one for one in self._standing.values() if one.place == "chat"]
        if self._hints.other or (chat and not only_calls(body, sketch)):
            return None
        if chat:
            last = min(chat, key=lambda one: one.candidate.recency)
            return None if last.candidate.settled else last
        waits = only_urges(body, sketch) or (self._hints.reminds and not (sketch.concepts or marked(body)))
        opened = [one for one in self._standing.values() if not one.candidate.settled]
        return opened[0] if waits and len(opened) == 1 and not self._is_late(opened[0]) else None

    def _put_right(self) -> Standing | None:
        """The ticket in which a value was given wrongly that the message puts right: of those with another value of its
        kind, the one written to last."""
        others = [one for one in self._standing.values() if one.meeting.conflicts & _NAMED]
        if self._hints.other or not others:
            return None
        last = min(others, key=lambda one: one.candidate.recency)
        if last.candidate.settled or self._age_ms(last.candidate) > self._matching.chat_window_ms:
            return None
        just_said = last.place == "chat" and self._age_ms(last.candidate) <= _MENDING_MS
        if mends(self._said.text, just_said=just_said):
            return last
        return last if just_said and self._was_called_wrong(last) else None

    def _was_called_wrong(self, one: Standing) -> bool:
        """Whether what was said last is that a value was wrong, and now another comes by itself."""
        if reports(self._said.sketch):
            return False
        said = self._told(one)[-1:]
        return any(mends(fold(text).text, just_said=True) and not hear("", text).sketch.entities for text in said)

    def _told(self, one: Standing) -> tuple[str, ...]:
        """What was said in a ticket. Raises Unread."""
        if one.candidate.told is None:
            raise Unread([each.ticket.id for each in self.candidates if each.told is None])
        return one.candidate.told

    def _goes_on(self, candidate: Candidate) -> bool:
        """Whether an answer says much the same once more."""
        return not self._hints.other and likeness(self._said.sketch, candidate.sketch) >= _SAME_WORDS


def _is_open(one: Standing) -> bool:
    """Whether a ticket waits for its end, and nothing that is named tells the message apart from it."""
    return not (one.candidate.settled or one.meeting.conflicts)


def _by_value(meeting: Meeting) -> Joins:
    return "amount" if "amount" in meeting.shared else "transaction"


def _by_place(one: Standing) -> Joins:
    if one.place in {"thread", "subject"}:
        return "thread"
    if one.candidate.in_conversation and one.candidate.ticket.state in ASKED:
        return "answer"
    if one.place == "chat":
        return "conversation" if one.candidate.in_conversation else "repeat"
    return "said_elsewhere" if one.place == "in_private" else "repeat" if one.place == "channel" else "same_matter"


def _place(candidate: Candidate, age_ms: int, matching: Matching) -> Place:
    """Where the ticket stands to the message; a chat that rested too long is none any more."""
    if candidate.in_thread:
        return "thread"
    if candidate.same_subject:
        return "subject"
    if candidate.in_conversation and candidate.ticket.state in ASKED:
        return "chat"
    if age_ms > matching.chat_window_ms:
        return "elsewhere"
    if candidate.same_chat:
        return "chat"
    return "in_private" if candidate.in_private else "channel" if candidate.same_channel else "elsewhere"


def _called(said: Said, candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """Those of which a bare token calls an order, a hash or an amount that no other of the contact's tickets has."""
    found: list[Candidate] = []
    for token in tokens(said.plain):
        named = [one for one in candidates if any(calls(token, entity) for entity in one.sketch.entities)]
        if len(named) == 1:
            found += named
    return found
