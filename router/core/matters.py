"""One person, one matter, one ticket: which of a contact's own tickets a message belongs into, if any, and why. Pure.

Only tickets of the very contact can be given to it: `Own` is made from one contact id, and refuses any other's.
Evidence is counted in points; shared or conflicting transactions and orders decide alone. The reasons are kept with the
message and counted, also when agents undo them, so that the thresholds (`matching:` in the rules) can be judged.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, Literal

import msgspec

from router.core.entities import known_tail, marks, meets
from router.core.likeness import departs, hear, likeness, things
from router.core.quotes import visible
from router.model.ids import ContactId, TicketId
from router.model.matter import Entity, Sketch
from router.model.message import JournalEntry
from router.model.tables import Ticket
from rules.matching import Matching

CANDIDATES_MAX: Final = 8
"""Newest tickets of the contact that are looked at."""

Joins = Literal["conversation", "thread", "number", "transaction", "amount", "repeat", "same_matter", "said_elsewhere"]
Opens = Literal["first", "transaction_conflict", "amount_conflict", "said_to_be_other", "other_matter", "too_long_ago"]

_STRONG: Final = frozenset({"transaction", "order"})
_OTHER = re.compile(
    r"\banother (?:thing|question|issue|problem|matter|one)\b|\b(?:different|separate|new|other|2nd|second) (?:thing|q|question|issue|"
    r"problem|matter|topic|request)\b|\bother q\b|\bunrelated\b|\bsomething (?:new|else)\b|\bby the way\b|\bbtw\b|"
    r"\bwhile (?:you'?re|i'?m) at it\b|\band lastly\b|\balso,|\bbro also\b|\balso (?:the|my|i|can|is|do|what|how)\b|\bnot the .{1,30} thing\b|\bthis time\b|"
    r"另外|另一[个笔单件]|另:|另：|还有(?:个|一|件)|再问|再请教|顺便|别的(?:事|问题)|问个别的|换个问题|新的?问题|又一[笔个单]|另一?单|其他问题|再咨询|再说一个|还有我|题外"
)
_BACK = re.compile(
    r"\bas (?:discussed|i said|mentioned|reported)\b|\b(?:e-?mailed|wrote|written|messaged|dm'?e?d|reported|posted|tweeted|told) (?:you|u|it|about|this|at|in|on)?\b"
    r"|\bsent (?:you )?(?:a |an )?(?:dm|mail|e-?mail|message)\b|\bchat (?:closed|dropped|disconnected)|\bmy (?:earlier|previous|last|first) (?:mail|message|e-?mail|post|tweet)"
    r"|\b(?:any|an) (?:update|news|progress)|\banything new|\bfollow(?:ing)?[ -]?up|\bsecond message|\badditional (?:info|question)|\bme again|\bagain\b|\bstill\b|\bbump\b"
    r"|\bnobody (?:replied|answer)|\bno (?:reply|answer|response)|\bthe (?:one|thing)\b|\bas (?:your colleague|you) asked|\battached\b|\bproof as\b|\bearlier\b|\bthis morning\b"
    r"|刚在|刚才|刚刚|私信过|留言|说过|发过|发了(?:邮件|私信)|邮件里|邮箱了|反映过|补充|催一下|催|进度|还没|还是|上面|之前(?:的|说|发|那)|那[笔个单件次]|这[笔单件]|没人(?:回|理)|的事|回复|在(?:电报|推特|邮件|微信|网页)"
)
_CLOSING = re.compile(
    r"\bthank|\bthx\b|\bcheers\b|\bsolved\b|\bresolved|\bworks? now|\bworking now|\bgot it\b|\bfixed\b|\barrived|\bcredited it|\bphew\b|\bcame (?:in|through|back)|\bsorted\b|\bnever ?mind"
    r"|谢谢|多谢|感谢|到了|好了|解决了|可以了|成功了|收到了|搞定|没事了|不用管|ok了"
)
_ASKS_NEW = re.compile(
    r"\bhow (?:do|can|to|long|much)\b|\bis there\b|\bis it possible\b|\bdo you\b|\bdoes (?:it|the)\b|\bcould you\b|\bwhere (?:can|do)\b|\bwhy\b|请问|怎么|能不能|想问|为什么|是否|多少"
)
_TOKEN = re.compile(r"(?<![0-9A-Za-z.,:])(?=[0-9A-Za-z]*[0-9])[0-9A-Za-z]{4,12}(?![0-9A-Za-z])")
_SHORT_CHARS: Final = 60
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
    same_channel: bool = False
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
    sketch: Sketch
    numbers: frozenset[int] = frozenset()
    """Of tickets it quotes."""
    at_ms: int


def said(entry: JournalEntry, numbers: frozenset[int]) -> Said:
    """A message as it is compared: its own words, without quoted history and the subject that an answer repeats."""
    heard = hear(_subject(entry), visible(entry.event.text or ""), entry.address_hashes)
    return Said(text=heard.folded, sketch=heard.sketch, numbers=numbers, at_ms=entry.received_at_ms)


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
    best: Belonging | None = None
    refused: Belonging | None = None
    for candidate in own.candidates[:CANDIDATES_MAX]:
        points, reason = _weigh(said, candidate, own.candidates, matching)
        if points >= matching.join_at:
            if best is None or points > best.points:
                best = Belonging(ticket_id=candidate.ticket.id, reason=_joins(reason), points=points)
        elif refused is None or points > refused.points:
            refused = Belonging(ticket_id=None, reason=_opens(reason), points=points)
    return best or refused or Belonging(ticket_id=None, reason="first")


def _joins(reason: Joins | Opens) -> Joins | Opens:
    return reason


def _opens(reason: Joins | Opens) -> Joins | Opens:
    return reason if reason in {"transaction_conflict", "amount_conflict", "said_to_be_other", "too_long_ago"} else "other_matter"


class _Meeting(msgspec.Struct, frozen=True):
    shared: frozenset[str]
    """Kinds of entities of which one is in both."""
    conflicts: frozenset[str]
    """Kinds that both have and share none of."""


def _meeting(mine: tuple[Entity, ...], theirs: tuple[Entity, ...]) -> _Meeting:
    shared = {one.kind for one in mine for other in theirs if meets(one, other)}
    both = {one.kind for one in mine} & {other.kind for other in theirs}
    return _Meeting(frozenset(shared), frozenset(both - shared))


def _weigh(said: Said, candidate: Candidate, others: tuple[Candidate, ...], matching: Matching) -> tuple[int, Joins | Opens]:
    """Points of one candidate, and what spoke most for or against it."""
    age_ms = max(0, said.at_ms - candidate.ticket.last_message_at_ms)
    if age_ms > matching.entity_window_ms and not candidate.in_thread:
        return -1_000, "too_long_ago"
    meeting = _meeting(said.sketch.entities, candidate.sketch.entities)
    if candidate.ticket.number in said.numbers:
        return 400, "number"
    if meeting.shared & _STRONG or _called(said, candidate, others):
        return 300 + 20 * len(meeting.shared), "transaction"
    if meeting.conflicts & _STRONG and not candidate.in_thread:
        return -300, "transaction_conflict"
    if {"address", "amount"} <= meeting.shared:
        return 250, "transaction"
    points, reason = _amounts(said, meeting, candidate)
    alike, why = _alike(said, candidate, age_ms, matching)
    return points + alike, reason if points < 0 or (points >= matching.join_at > alike) else why  # fmt: skip


def _called(said: Said, candidate: Candidate, others: tuple[Candidate, ...]) -> bool:
    """Whether a bare token names an order or a hash of this ticket by its end, and of no other."""
    for token in _TOKEN.findall(said.text):
        named = [one for one in others if any(known_tail(token, entity) for entity in one.sketch.entities)]
        if named == [candidate]:
            return True
    return False


def _amounts(said: Said, meeting: _Meeting, candidate: Candidate) -> tuple[int, Joins | Opens]:
    points = 0
    reason: Joins | Opens = "amount"
    if "address" in meeting.shared:
        points += 70
        reason = "transaction"
    elif "address" in meeting.conflicts and not candidate.in_thread:
        points -= 90
        reason = "transaction_conflict"
    if "amount" in meeting.shared:
        points += 80
    elif "amount" in meeting.conflicts and things(said.sketch):
        points -= 40 if "address" in meeting.shared else 80
        reason = "amount_conflict"
    return points, reason


def _alike(said: Said, candidate: Candidate, age_ms: int, matching: Matching) -> tuple[int, Joins | Opens]:
    """What words, place and time speak for, in points."""
    text, sketch = said.text, said.sketch
    alike = likeness(sketch, candidate.sketch)
    shares = bool(things(sketch) & things(candidate.sketch))
    other = _OTHER.search(text) is not None
    back = _BACK.search(text) is not None
    bare = not things(sketch)
    points, reason = 0, "same_matter"
    if candidate.in_thread:
        points, reason = 130, "thread"
    elif candidate.in_conversation and age_ms <= matching.chat_window_ms:
        points, reason = 90, "conversation"
    elif candidate.same_channel and age_ms <= matching.chat_window_ms:
        points, reason = 55, "repeat"
    elif age_ms <= matching.likeness_window_ms:
        points, reason = 45, "same_matter"
    elif age_ms > matching.likeness_window_ms:
        points -= 40
    if candidate.recency:
        points -= 20
    if departs(sketch, candidate.sketch):
        points -= 60
        if other or _ASKS_NEW.search(text):
            points -= 20
    elif shares:
        points += 40 + int(60 * alike)
    else:
        points += int(80 * alike)
        if bare and len(text) <= _SHORT_CHARS:
            points += 30
        elif bare:
            points += 15
    if back:
        points += 30
        reason = "said_elsewhere" if not candidate.in_conversation and not candidate.in_thread else reason
    if _CLOSING.search(text):
        points += 25
    if other:
        points -= 100
    return points, ("said_to_be_other" if other and points < matching.join_at else reason)  # type: ignore[return-value]
