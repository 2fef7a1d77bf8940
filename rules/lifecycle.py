"""Reads `lifecycle`: how long a ticket waits for its customer, and what customers are told of its states."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.moments import duration, duration_ms
from rules.schedule import Schedule

KEYS: Final = ("clock", "waiting", "rejected", "solved", "tell", "silent", "unread", "verifying")
PATIENT: Final = ("waiting", "rejected", "solved")
"""States that end by themselves."""
PATIENCE_KEYS: Final = ("remind", "close")
TOLD: Final = ("waiting", "reminder", "rejected", "solved", "closed", "unanswered", "verifying", "verified")
"""What customers may be told of."""
UNREAD_KEYS: Final = ("after", "channels", "webhook")
VERIFYING_KEYS: Final = ("webhook", "page", "expires", "attempts", "lasts")
WORKING_DAYS: Final = r"[0-9]{1,3} working days?"
_WORKING_DAYS: Final = re.compile(r"([0-9]{1,3}) working days?")
ATTEMPTS_MAX: Final = 10
_HOUR_MS: Final = 3_600_000


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A length of time: so long, or so many working days of the clock."""

    ms: int = 0
    working_days: int = 0

    def after(self, start_ms: int, clock: Schedule | None) -> int | None:
        """The moment when it is over; None when the clock never has so many working days."""
        if not self.working_days or clock is None:
            return start_ms + self.ms
        return clock.working_days_after(start_ms, self.working_days)


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a ticket whose customer does not answer."""

    remind: Span | None = None
    close: Span | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Replies that nobody looks at are told to a webhook, for the app's push."""

    after_ms: int
    channels: tuple[str, ...]
    webhook: str


class Verifying(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer proves who they are, at the wallet's back end."""

    webhook: str
    """One of `webhooks`: is told of checks; its secret signs the back end's call-backs too."""
    page: str | None = None
    """Where customers log in; without one the back end asks them in the app."""
    expires_ms: int = 30 * 60_000
    attempts: int = 3
    lasts_ms: int = _HOUR_MS
    """For how long facts and actions are unlocked."""


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True):
    """The section; a set without one has nothing end by itself and tells nothing."""

    clock: str | None = None
    patience: Mapping[str, Patience] = {}
    tell: Mapping[str, str] = {}
    """Templates, by what is told."""
    silent: tuple[str, ...] = ()
    """Reasons for closing of which nobody is told, such as spam."""
    unread: Unread | None = None
    verifying: Verifying | None = None


def read(node: Node, webhooks: Mapping[str, object], book: Book) -> Lifecycle:
    """Read the section; times, templates and webhooks must be known."""
    reader = book.reader
    keys = reader.keys(node, KEYS, "lifecycle")
    clock = reader.scalar(keys["clock"], "clock") if "clock" in keys else None
    known = reader.known(clock, "time", book.time_names) if clock is not None else None
    silent = reader.scalars(keys["silent"], "silent") if "silent" in keys else ()
    return Lifecycle(
        clock=known,
        patience={state: _patience(keys[state], state, clock, book) for state in PATIENT if state in keys},
        tell=dict(_told(keys["tell"], book)) if "tell" in keys else {},
        silent=tuple(reason.value.casefold() for reason in silent),
        unread=_unread(keys["unread"], webhooks, book) if "unread" in keys else None,
        verifying=_verifying(keys["verifying"], webhooks, book) if "verifying" in keys else None,
    )


def _patience(node: Node, state: str, clock: Scalar | None, book: Book) -> Patience:
    keys = book.reader.keys(node, PATIENCE_KEYS, state)
    spans = {key: _span(keys[key], key, clock, book) for key in PATIENCE_KEYS if key in keys}
    if isinstance(node, Table) and not spans:
        book.reader.fail(node.at, "missing", f"{state} says no time", "write close: 3 working days")
    if state == "solved" and "remind" in keys:
        hint = "nobody waits for an answer to what is solved"
        book.reader.fail(keys["remind"].at, "value", "solved tickets have no reminder", hint)
    return Patience(remind=spans.get("remind"), close=spans.get("close"))


def _span(node: Node, what: str, clock: Scalar | None, book: Book) -> Span | None:
    reader = book.reader
    found = reader.scalar(node, what)
    if found is None:
        return None
    days = _WORKING_DAYS.fullmatch(found.value)
    if days is None:
        length_ms = duration_ms(found.value)
        if length_ms is None:
            hint = "24h, 10d or 3 working days"
            reader.fail(found.at, "value", f"{what} is {found.value}", hint)
        return Span(ms=length_ms or 0)
    if not int(days[1]):
        reader.fail(found.at, "value", f"{what} is {found.value}", "one working day or more")
    elif clock is None:
        hint = "write clock: and the name of one of `times`"
        reader.fail(found.at, "missing", "working days need a clock", hint)
    return Span(working_days=int(days[1]))


def _told(node: Node, book: Book) -> Iterator[tuple[str, str]]:
    keys = book.reader.keys(node, TOLD, "tell")
    for key in TOLD:
        name = book.reader.scalar(keys[key], key) if key in keys else None
        if name is not None and book.reader.known(name, "template", book.template_names) is not None:
            book.templates_used.add(name.value)
            yield key, name.value


def _webhook(keys: Mapping[str, Node], node: Node, what: str, webhooks: Mapping[str, object], book: Book) -> str | None:
    if "webhook" not in keys:
        book.reader.fail(node.at, "missing", f"{what} has no webhook", "name one of `webhooks`")
        return None
    name = book.reader.scalar(keys["webhook"], "webhook")
    known = book.reader.known(name, "webhook", webhooks) if name is not None else None
    book.webhooks_used |= {known} if known is not None else set()
    return known


def _unread(node: Node, webhooks: Mapping[str, object], book: Book) -> Unread | None:
    reader = book.reader
    keys = reader.keys(node, UNREAD_KEYS, "unread")
    webhook = _webhook(keys, node, "unread", webhooks, book)
    after_ms = duration(keys["after"], "after", reader) if "after" in keys else None
    if "after" not in keys:
        reader.fail(node.at, "missing", "unread says no time", "write after: 10m")
    if webhook is None or after_ms is None:
        return None
    channels = reader.scalars(keys["channels"], "channels") if "channels" in keys else ()
    return Unread(after_ms=after_ms, webhook=webhook, channels=tuple(one.value for one in channels) or ("webchat",))


def _verifying(node: Node, webhooks: Mapping[str, object], book: Book) -> Verifying | None:
    reader = book.reader
    keys = reader.keys(node, VERIFYING_KEYS, "verifying")
    webhook = _webhook(keys, node, "verifying", webhooks, book)
    page = reader.text(keys["page"], "page") if "page" in keys else None
    if page is not None and not re.fullmatch(r"https://[^\s{}]{1,2000}", page):
        reader.fail(keys["page"].at, "value", "page is no https address", "where customers log in, https://…")
    given = {
        "expires_ms": duration(keys["expires"], "expires", reader) if "expires" in keys else None,
        "attempts": reader.number(keys["attempts"], "attempts", 1, ATTEMPTS_MAX) if "attempts" in keys else None,
        "lasts_ms": duration(keys["lasts"], "lasts", reader) if "lasts" in keys else None,
    }
    if webhook is None:
        return None
    return msgspec.structs.replace(
        Verifying(webhook=webhook, page=page), **{key: value for key, value in given.items() if value is not None}
    )
