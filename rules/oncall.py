"""On-call rotas: who is paged about which tickets, step by step, until a person accepts."""

import re
from collections.abc import Mapping
from typing import Final, cast

from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.facts import URGENCY_ORDER, Urgency
from rules.moments import duration
from rules.rotas import Page, PageKind, Rota, RotaStep
from rules.webhooks import REFERENCE

KEYS: Final = ("urgency", "queues", "steps", "repeat")
STEP_KEYS: Final = ("browser", "agent", "webhook", "email", "telegram", "within")
URGENCIES: Final[tuple[Urgency, ...]] = ("high", "critical")
"""What somebody may be called for."""
STEPS_MAX, PAGES_MAX, REPEAT_MAX = 20, 20, 100
ADDRESS_MAX, LOGIN_MAX = 320, 100
CHAT: Final = rf"(?:-?[1-9][0-9]{{0,15}}|@[A-Za-z][A-Za-z0-9_]{{3,31}}|{REFERENCE})"
_CHAT: Final = re.compile(CHAT)
_WITHIN_MAX_MS: Final = 24 * 3_600_000


def read(key: Scalar, node: Node, book: Book) -> Rota | None:
    """Read one rota, once queues and webhooks are known; None when it cannot be used."""
    reader = book.reader
    keys = reader.keys(node, KEYS, f"the rota {key.value}")
    urgency = reader.choice(keys["urgency"], "urgency", URGENCIES) if "urgency" in keys else "critical"
    queues = reader.scalars(keys["queues"], "queues") if "queues" in keys else ()
    known = tuple(queue.value for queue in queues if reader.known(queue, "queue", book.queues) is not None)
    repeat = reader.number(keys["repeat"], "repeat", 0, REPEAT_MAX) if "repeat" in keys else 0
    if "steps" not in keys:
        reader.fail(key.at, "missing", f"the rota {key.value} has no steps", "steps: [{browser: true, within: 2m}]")
        return None
    items = reader.items(keys["steps"], "steps")
    if not 1 <= len(items) <= STEPS_MAX:
        reader.fail(keys["steps"].at, "limit", f"{len(items)} steps", f"from 1 to {STEPS_MAX}")
    steps = tuple(step for item in items if (step := _step(item, book)) is not None)
    if not steps or urgency is None:
        return None
    return Rota(name=key.value, urgency=cast("Urgency", urgency), queues=known, steps=steps, repeat=repeat or 0)


def _step(node: Node, book: Book) -> RotaStep | None:
    reader = book.reader
    keys = reader.keys(node, STEP_KEYS, "a step of a rota")
    if not isinstance(node, Table):
        return None
    if "within" not in keys:
        reader.fail(node.at, "missing", "the step says no time", "within: 2m: when nobody accepts by then, it climbs")
        return None
    within_ms = duration(keys["within"], "within", reader)
    if within_ms is not None and within_ms > _WITHIN_MAX_MS:
        reader.fail(keys["within"].at, "limit", "within is longer than a day", "at most 24h")
    pages = _pages(keys, book)
    if not pages and not keys.keys() - {"browser", "within"}:  # what was misspelt is a mistake of its own
        reader.fail(node.at, "missing", "the step pages nobody", "browser: true, agent:, webhook:, email: or telegram:")
    if len(pages) > PAGES_MAX:
        reader.fail(node.at, "limit", f"{len(pages)} pages in one step", f"at most {PAGES_MAX}")
    return RotaStep(within_ms=within_ms, pages=pages) if within_ms is not None and pages else None


def _pages(keys: Mapping[str, Node], book: Book) -> tuple[Page, ...]:
    reader = book.reader
    found: list[Page] = []
    if "browser" in keys and reader.flag(keys["browser"], "browser"):
        found.append(Page(kind="browser"))
    kinds: tuple[PageKind, ...] = ("agent", "webhook", "email", "telegram")
    for kind in kinds:
        names = reader.scalars(keys[kind], kind) if kind in keys else ()
        found += [Page(kind=kind, to=_to(kind, name)) for name in names if _is_good(kind, name, book)]
    return tuple(dict.fromkeys(found))


def _to(kind: PageKind, name: Scalar) -> str:
    """Logins are written in small letters wherever people sign in."""
    return name.value.strip().lower() if kind == "agent" else name.value


def _is_good(kind: PageKind, name: Scalar, book: Book) -> bool:
    reader = book.reader
    if kind == "webhook":
        return reader.known(name, "webhook", book.webhook_names) is not None
    if kind == "agent" and len(name.value) > LOGIN_MAX:
        reader.fail(name.at, "limit", f"a login of {len(name.value)} characters", f"at most {LOGIN_MAX}")
    local, _, domain = name.value.rpartition("@")
    if kind == "email" and not (local and domain and len(name.value) <= ADDRESS_MAX and name.value.isprintable()):
        reader.fail(name.at, "value", f"{name.value[:40]} is no mail address", "for example oncall@wallet.example")
        return False
    if kind == "telegram" and not _CHAT.fullmatch(name.value):
        hint = "its id such as -1001234567890, @name of a public one, or env:NAME where the service finds it"
        reader.fail(name.at, "value", f"{name.value[:40]} is no chat of Telegram", hint)
        return False
    return True


def matching(rotas: Mapping[str, Rota], urgency: Urgency, queue: str) -> Rota | None:
    """Who is called for such a ticket: the first rota that fits; for a critical one always somebody."""
    rank = URGENCY_ORDER.index(urgency)
    for rota in rotas.values():
        if rank >= URGENCY_ORDER.index(rota.urgency) and (not rota.queues or queue in rota.queues):
            return rota
    return FALLBACK if urgency == "critical" else None


FALLBACK: Final = Rota(
    name="",
    urgency="critical",
    steps=(RotaStep(within_ms=5 * 60_000, pages=(Page(kind="browser"),)),),
    repeat=2,
)
"""Where the rules name nobody for a critical ticket: everybody who is at a screen."""


def pages_webhook(rotas: Mapping[str, Rota], name: str) -> bool:
    """Whether any rota calls this webhook."""
    page = Page(kind="webhook", to=name)
    return any(page in step.pages for rota in rotas.values() for step in rota.steps)
