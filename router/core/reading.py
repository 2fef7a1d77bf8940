"""Whether a message goes on with a ticket, as an encoder that reads both side by side tells it. Pure.

It is asked where the points leave a doubt (router/core/matters.py): words that nobody wrote down as evidence tell a
withdrawal that still does not arrive from another one. scripts/learn_reader.py teaches it, with the questions that are
asked here.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from router.core.quotes import words_of
from router.model.ids import TicketId
from router.model.limits import TOLD_FIRST, TOLD_LAST
from router.model.message import InboundEvent
from router.model.tables import Message
from rules.opinion import Source, answers
from rules.text import fold

READER: Final = Source("router.core", "matter")
DOUBT: Final = 50
"""Points between the likeliest and another choice up to which the encoder is asked about both."""
LISTED: Final = frozenset({"form", "phone"})
"""Channels whose subject is a topic that customers pick."""
_NOTED: Final = re.compile(r"^\[[^\[\]\n]*\]$", re.MULTILINE)
_CHARS: Final = 300
"""Of a message that are read."""
_START: Final = -0.5
"""Added to what it says, a log-odds."""
_POINTS: Final = 25
"""Of one natural unit of evidence."""
_MOST: Final = 4.0
"""Units that it can speak for or against a ticket."""

Question = tuple[str, ...]
"""How a ticket stands to the message, its messages, then the message."""


class Unread(Exception):
    """What was said in some tickets has to be read first, and then to be decided anew."""

    def __init__(self, tickets: Sequence[TicketId]) -> None:
        super().__init__(*tickets)
        self.tickets = tuple(tickets)


def subject_of(said: InboundEvent | Message) -> str:
    """The subject, unless it repeats that of what is answered, or was picked from a list that everybody picks from."""
    is_own = said.in_reply_to is None and not said.references and not is_picked(said)
    return said.subject or "" if is_own else ""


def is_picked(said: InboundEvent | Message) -> bool:
    """Whether the subject is a topic of our form or of our telephone's menu: words that nobody wrote."""
    return said.channel in LISTED and '"topic":' in (said.ext or "")


def own_words(said: InboundEvent | Message) -> str:
    """What its writer newly wrote or spoke, without what the telephone notes of a call in lines of its own."""
    words = words_of(said)
    return _NOTED.sub("", words).strip() if said.channel == "phone" else words


def plain(said: Message) -> str:
    """What its writer newly wrote, as it is compared."""
    subject, words = subject_of(said), own_words(said)
    return f"{subject}\n{words}" if subject else words


def question(standing: str, told: Sequence[str], said: str) -> Question:
    """What the encoder is asked: `told` is what the customer said in the ticket, the oldest first."""
    kept = told if len(told) <= TOLD_FIRST + TOLD_LAST else (*told[:TOLD_FIRST], *told[-TOLD_LAST:])
    return (standing, *map(_shown, kept), _shown(said))


def _shown(text: str) -> str:
    return fold(text[: 2 * _CHARS]).text[:_CHARS]


def points(reader: Source, questions: Iterable[Question]) -> list[int]:
    """What it says for each ticket, in points; nothing where it cannot be had. Raises rules.opinion.Unheard."""
    return [0 if said is None else _worth(said) for said in answers(reader, questions)]


def _worth(said: float) -> int:
    return round(_POINTS * max(-_MOST, min(_MOST, said + _START)))
