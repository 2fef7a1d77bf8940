"""What a rota is: steps of people to page, each with the time they have to accept."""

from typing import Literal

import msgspec

from rules.facts import Urgency

PageKind = Literal["browser", "agent", "webhook", "email", "telegram"]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to page."""

    kind: PageKind
    """browser: everybody who works the queue and is at a screen."""
    to: str = ""
    """A login, the name of a webhook, a mail address, a chat of Telegram or a reference to one; nothing for browser."""


class RotaStep(msgspec.Struct, frozen=True, kw_only=True):
    """Who is paged together."""

    within_ms: int
    """Nobody has accepted by then: the next step."""
    pages: tuple[Page, ...]


class Rota(msgspec.Struct, frozen=True, kw_only=True):
    """A ladder of pages."""

    name: str
    urgency: Urgency
    """The least that it is climbed for."""
    queues: tuple[str, ...] = ()
    """Of tickets in these; empty means all."""
    steps: tuple[RotaStep, ...]
    repeat: int = 0
    """So many times more from its foot, when nobody has accepted."""
