"""What rules ask of the house beyond where a ticket goes: assign, close, snooze, hide, notify, webhook, propose.

Of the first four the first rule that asks decides, as with queues; the others add up.
"""

from collections.abc import Collection, Mapping
from typing import Final, get_args

from rules.book import Book
from rules.document import Listing, Node, Scalar, Table
from rules.facts import Act, ActKind
from rules.moments import duration, duration_ms
from rules.schedule import Schedule

KINDS: Final[tuple[ActKind, ...]] = get_args(ActKind)
SINGLE: Final[tuple[ActKind, ...]] = ("assign", "close", "snooze", "hide")
"""Of these one counts."""
NOBODY: Final = "nobody"
UNTIL: Final = "until "
NOTIFY_KEYS: Final = ("queue", "agent", "text")
SNOOZE_KEYS: Final = ("until",)
LOGIN_MAX, TEXT_MAX, NOTICES_MAX = 100, 500, 8


def read(rule: str, actions: Mapping[str, Node], book: Book) -> tuple[Act, ...]:
    """Read the acts among a rule's actions."""
    single = {
        "assign": _assign(actions["assign"], book) if "assign" in actions else None,
        "close": _text(actions["close"], "close", book) if "close" in actions else None,
        "snooze": _snooze(actions["snooze"], book) if "snooze" in actions else None,
        "hide": "true" if "hide" in actions and book.reader.flag(actions["hide"], "hide") else None,
    }
    if "close" in actions and "snooze" in actions:
        hint = "choose close or snooze"
        book.reader.fail(actions["snooze"].at, "value", "a closed ticket does not come back", hint)
    found = [Act(kind=kind, value=value, rule=rule) for kind in SINGLE if (value := single[kind]) is not None]
    if "notify" in actions:
        found += _notices(rule, actions["notify"], book)
    if "webhook" in actions:
        names = book.reader.scalars(actions["webhook"], "webhook")
        known = [name for name in names if book.reader.known(name, "webhook", book.webhook_names) is not None]
        found += [Act(kind="webhook", value=name.value, rule=rule) for name in known]
    if "propose" in actions:
        names = book.reader.scalars(actions["propose"], "propose")
        found += [Act(kind="propose", value=name.value, rule=rule) for name in names if _may_propose(name, book)]
    return tuple(found)


def _may_propose(name: Scalar, book: Book) -> bool:
    if book.reader.known(name, "action", book.action_names) is None:
        return False
    spec = book.actions.get(name.value)
    if spec is not None and spec.undoes is not None:
        hint = f"it undoes {spec.undoes}: two people do that"
        book.reader.fail(name.at, "value", f"no rule proposes {name.value}", hint)
        return False
    return True


def _assign(node: Node, book: Book) -> str | None:
    login = book.reader.text(node, "assign")
    if login is not None and len(login) > LOGIN_MAX:
        book.reader.fail(node.at, "limit", f"a login of {len(login)} characters", f"at most {LOGIN_MAX}")
    return login


def _text(node: Node, what: str, book: Book) -> str | None:
    text = book.reader.text(node, what)
    if text is not None and len(text) > TEXT_MAX:
        book.reader.fail(node.at, "limit", f"{len(text)} characters", f"at most {TEXT_MAX}")
    return text


def _snooze(node: Node, book: Book) -> str | None:
    reader = book.reader
    if not isinstance(node, Table):
        return reader.text(node, "snooze") if duration(node, "snooze", reader) is not None else None
    keys = reader.keys(node, SNOOZE_KEYS, "snooze")
    name = reader.scalar(keys["until"], "until") if "until" in keys else None
    if name is None:
        reader.fail(node.at, "missing", "snooze says no time", "snooze: 4h, or snooze: {until: office}")
        return None
    return UNTIL + name.value if reader.known(name, "time", book.time_names) is not None else None


def _notices(rule: str, node: Node, book: Book) -> list[Act]:
    reader = book.reader
    items = node.items if isinstance(node, Listing) else (node,)
    if len(items) > NOTICES_MAX:
        reader.fail(node.at, "limit", f"{len(items)} notices", f"at most {NOTICES_MAX}")
    found = []
    for item in items:
        keys = reader.keys(item, NOTIFY_KEYS, "notify")
        if not isinstance(item, Table):
            continue
        text = _text(keys["text"], "text", book) if "text" in keys else None
        if text is None or ("queue" in keys) == ("agent" in keys):
            hint = "notify: {queue: billing, text: look at this}; agent: and a login name instead of queue"
            reader.fail(item.at, "missing", "notify needs a queue or an agent, and a text", hint)
            continue
        to = "queue" if "queue" in keys else "agent"
        name = reader.scalar(keys[to], to)
        if name is not None and (to == "agent" or reader.known(name, "queue", book.queues) is not None):
            found.append(Act(kind="notify", value=f"{to}:{name.value}", rule=rule, text=text))
    return found


def wakes_at_ms(snooze: str, times: Mapping[str, Schedule], now_ms: int) -> int | None:
    """When a ticket that sleeps from now on comes back; None when its hours never open again."""
    if snooze.startswith(UNTIL):
        return times[snooze.removeprefix(UNTIL)].opens_after(now_ms)
    length_ms = duration_ms(snooze)
    assert length_ms is not None, "it was checked when it was read"
    return now_ms + length_ms


def logins(asked: Collection[Act]) -> frozenset[str]:
    """The agents whom acts name."""
    named = {act.value for act in asked if act.kind == "assign" and act.value != NOBODY}
    return frozenset(named | {login for act in asked if (login := told_agent(act)) is not None})


def told_agent(act: Act) -> str | None:
    """The login of the agent whom a notice is for; None for everything else."""
    to, _, name = act.value.partition(":")
    return name if act.kind == "notify" and to == "agent" else None
