"""Reads `calendars` and `times`: days that differ, and named hours in a zone."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from rules import calendars
from rules.book import Book
from rules.document import Node, Scalar, Table, parse
from rules.moments import zone
from rules.reader import Reader
from rules.schedule import DAY_MINUTES, WEEKDAYS, Days, Range, Schedule

CALENDAR_KEYS: Final = ("closed", "opened")
KEYS: Final = ("zone", "open", *CALENDAR_KEYS, "calendar")
DAYS_MAX: Final = 1_000
"""Days of one line of a calendar."""
_HOURS: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]) ?- ?(?:([01][0-9]|2[0-3]):([0-5][0-9])|(24:00))")

_LOOSE: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2}) ?(?:-|to) ?([0-9]{1,2})[:.]([0-9]{2})")


def define(name: Scalar, node: Node, book: Book) -> None:
    """Read a calendar and make it known."""
    if book.define("calendar", name, book.calendar_names):
        book.calendars[name.value] = _days(book.reader.keys(node, CALENDAR_KEYS, name.value), name, book.reader)


def read(name: Scalar, node: Node, book: Book) -> Schedule | None:
    """Read one of `times`; calendars of all files must be known."""
    reader = book.reader
    keys = reader.keys(node, KEYS, f"the time {name.value}")
    for needed, example in (("zone", "zone: Asia/Shanghai"), ("open", "open: {mon-fri: 09:00-18:00}")):
        if needed not in keys and isinstance(node, Table):
            reader.fail(name.at, "missing", f"the time {name.value} has no {needed}", f"write {example}")
    if "zone" not in keys or "open" not in keys:
        return None
    where = zone(keys["zone"], "zone", reader)
    week = _week(keys["open"], reader)
    days = _days(keys, name, reader)
    for given in reader.scalars(keys["calendar"], "calendar") if "calendar" in keys else ():
        days = days | (_calendar(given, book) or Days())
    if where is None or not any(week):
        return None
    return Schedule(name=name.value, zone=where, week=tuple(week), days=days)


def _calendar(given: Scalar, book: Book) -> Days | None:
    """A calendar of the files, or else one that is shipped."""
    shipped = calendars.read() if given.value not in book.calendars else {}
    if given.value in shipped:
        root = parse(f"calendars/{given.value}.yaml", shipped[given.value], book.problems)
        for name, node in book.reader.pairs(found, "calendars") if root and (found := root.get("calendars")) else ():
            define(name, node, book)
    known = book.reader.known(given, "calendar", {**book.calendars, **dict.fromkeys(shipped, Days())})
    return book.calendars.get(known) if known is not None else None


def _days(keys: dict[str, Node], name: Scalar, reader: Reader) -> Days:
    closed, opened = (
        frozenset(day for scalar in reader.scalars(keys[key], key) for day in _run(scalar, reader))
        if key in keys
        else frozenset()
        for key in CALENDAR_KEYS
    )
    for both in sorted(closed & opened):
        reader.fail(name.at, "value", f"{both} is closed and opened in {name.value}", "take it out of one")
    return Days(closed=closed, opened=opened)


def _run(written: Scalar, reader: Reader) -> Iterator[date]:
    """Yield one day, or all from one to another."""
    first, _, last = (part.strip() for part in written.value.partition(" to "))
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        hint = "for example 2026-10-01 or 2026-10-01 to 2026-10-07"
        reader.fail(written.at, "value", f"{written.value} is no day", hint)
        return
    if not 0 <= (end - begin).days < DAYS_MAX:
        reader.fail(written.at, "value", f"{written.value} is not a run of days", "from the first day to the last")
        return
    for number in range((end - begin).days + 1):
        yield begin + timedelta(days=number)


def _week(node: Node, reader: Reader) -> list[tuple[Range, ...]]:
    week: list[tuple[Range, ...]] = [()] * 7
    for key, value in reader.pairs(node, "open"):
        hours = _ranges(value, reader)
        for day in _weekdays(key, reader):
            if week[day]:
                reader.fail(key.at, "duplicate", f"{WEEKDAYS[day]} has hours already", "name each day once")
            week[day] = hours
    if isinstance(node, Table) and not node.entries:
        reader.fail(node.at, "empty", "it is never open", "for example open: {mon-fri: 09:00-18:00}")
    return week


def _weekdays(key: Scalar, reader: Reader) -> list[int]:
    """Read `mon`, `mon-fri` or `mon, wed`; a run may go over Sunday."""
    found: list[int] = []
    for part in key.value.lower().split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            reader.fail(key.at, "value", f"{key.value} are no weekdays", _days_hint(key.value))
            continue
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        found += [(first + number) % 7 for number in range((last - first) % 7 + 1)]
    return found


def _ranges(node: Node, reader: Reader) -> tuple[Range, ...]:
    found: list[Range] = []
    for scalar in reader.scalars(node, "open"):
        matched = _HOURS.fullmatch(scalar.value)
        if matched is None:
            reader.fail(scalar.at, "value", f"{scalar.value} are no hours", _hours_hint(scalar.value))
            continue
        start = int(matched[1]) * 60 + int(matched[2])
        end = DAY_MINUTES if matched[5] else int(matched[3]) * 60 + int(matched[4])
        if start == end:
            reader.fail(scalar.at, "value", f"{scalar.value} is no time at all", "00:00-24:00 is the whole day")
            continue
        found.append((start, end if end > start else end + DAY_MINUTES))
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        reader.fail(node.at, "value", "two of the hours overlap", "make one of them")
    return tuple(found)


def _days_hint(written: str) -> str:
    """What to write instead of `Monday - Friday`, or of hours that stand where a day should."""
    if _hours_in(written):
        return "several hours of a day stand in brackets: [09:00-12:00, 13:00-18:00]"
    parts = [[end.strip()[:3] for end in part.split("-")] for part in _plain(written).lower().split(",")]
    if all(end in WEEKDAYS for part in parts for end in part) and all(len(part) <= 2 for part in parts):
        return f"did you mean {', '.join('-'.join(part) for part in parts)}?"
    return f"known: {', '.join([*WEEKDAYS, 'mon-fri'])}"


def _hours_hint(written: str) -> str:
    """What to write instead of `9:00–18:00`: some dashes and colons only look right."""
    found = _hours_in(written)
    ours = ", ".join(found)
    ours = f"[{ours}]" if len(found) > 1 else ours
    return f"did you mean {ours}?" if ours else "for example 09:00-18:00 or 22:00-06:00"


def _hours_in(written: str) -> list[str]:
    """All hours of a text, in the form that is asked for; none where more than hours stands there."""
    text = _plain(written)
    if _LOOSE.sub("", text).strip(" ,;"):
        return []
    hours = [f"{int(begin):02}:{start}-{int(end):02}:{stop}" for begin, start, end, stop in _LOOSE.findall(text)]
    return hours if all(_HOURS.fullmatch(one) for one in hours) else []


def _plain(text: str) -> str:
    return re.sub("[–—−〜~至到]", "-", unicodedata.normalize("NFKC", text))
