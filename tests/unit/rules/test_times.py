"""Hours, holidays and make-up days, and the conditions that ask for them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from rules import calendars
from rules.book import Book
from rules.document import parse
from rules.facts import Facts, MessageFacts
from rules.problems import Problems
from rules.schedule import Days, Schedule
from rules.times import define
from tests.unit.rules.rules_files import problems, ruleset

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = """
times:
  office: {zone: Asia/Shanghai, open: {mon-fri: 09:00-18:00, sat: [10:00-12:00, 13:00-16:00]}, calendar: cn-2026}
  night: {zone: Asia/Shanghai, open: {fri: 22:00-06:00}, closed: [2026-03-13]}
"""


def at(written: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(written).replace(tzinfo=zone).timestamp() * 1000)


def fires(when: str, written: str | None) -> bool:
    rules = ruleset(OFFICE + f"rules: [{{id: it, when: {when}, then: {{tag: hit}}}}]")
    now_ms = None if written is None else at(written)
    return bool(rules.evaluate(Facts(message=MessageFacts(text="x"), now_ms=now_ms)).tags)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-11 08:59:59", False),
        ("2026-03-11 09:00:00", True),
        ("2026-03-11 17:59:59", True),
        ("2026-03-11 18:00:00", False),
        ("2026-03-14 12:30:00", False),  # Saturday noon
        ("2026-03-14 13:00:00", True),
        ("2026-03-15 13:00:00", False),  # Sunday
        ("2026-10-01 10:00:00", False),  # National Day, a Thursday
        ("2026-09-20 09:30:00", True),  # a Sunday that is worked, with the hours of Monday
        ("2026-10-10 17:00:00", True),  # a Saturday likewise
    ],
)
def test_office_hours_in_china(written, expected):
    assert fires("{during: office}", written) is expected
    assert fires("{outside: office}", written) is not expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-06 21:59:00", False),
        ("2026-03-06 22:00:00", True),
        ("2026-03-07 05:59:00", True),
        ("2026-03-07 06:00:00", False),
        ("2026-03-06 03:00:00", False),  # Friday's own early morning belongs to Thursday
        ("2026-03-14 03:00:00", False),  # the night that begins on a closed Friday
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin(written, expected):
    assert fires("{during: night}", written) is expected


def test_several_hours_and_no_time_at_all():
    assert fires("{during: [office, night]}", "2026-03-06 23:00:00")
    assert not fires("{outside: [office, night]}", "2026-03-06 23:00:00")
    assert fires("{outside: [office, night]}", "2026-03-08 23:00:00")
    assert not fires("{during: office}", None)
    assert not fires("{outside: office}", None)


def test_the_reason_names_the_hours():
    rules = ruleset(OFFICE + "rules: [{id: it, when: {outside: office}, then: {tag: hit}}]")
    verdict = rules.evaluate(Facts(message=MessageFacts(text="x"), now_ms=at("2026-03-15 13:00:00")))
    assert verdict.reasons[0].why == "outside office"


def test_open_time_runs_from_shift_to_shift():
    week = tuple(((540, 1080),) if day < 5 else () for day in range(7))
    office = Schedule(name="o", zone=SHANGHAI, week=week, days=Days(closed=frozenset({date(2026, 3, 9)})))
    hour_ms = 3_600_000
    friday_at_five = at("2026-03-06 17:00:00")
    assert office.after(friday_at_five, hour_ms) == at("2026-03-06 18:00:00")
    assert office.after(friday_at_five, 2 * hour_ms) == at("2026-03-10 10:00:00")  # Monday is closed
    assert office.after(at("2026-03-07 12:00:00"), hour_ms) == at("2026-03-10 10:00:00")
    assert office.after(friday_at_five, 100_000 * hour_ms) is None


def test_open_time_counts_what_overlaps_once():
    week = (((600, 1440 + 600),),) * 7
    always = Schedule(name="o", zone=SHANGHAI, week=week)
    assert always.after(0, 30 * 86_400_000) == 30 * 86_400_000


def test_the_clock_of_a_zone_may_jump():
    rome = ZoneInfo("Europe/Rome")
    week = (((0, 1440),),) * 7
    always = Schedule(name="o", zone=rome, week=week)
    before = at("2026-10-24 12:00:00", rome)
    assert all(always.is_open(before + hour * 3_600_000) for hour in range(48))
    assert always.after(before, 48 * 3_600_000) == before + 48 * 3_600_000


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        ((60 + 15, 60 + 45), "2026-10-25 00:30+00:00", True),  # 01:30 for the first time
        ((60 + 15, 60 + 45), "2026-10-25 01:30+00:00", False),  # and for the second
        ((45, 60 + 30), "2026-10-25 01:15+00:00", False),  # it had closed
        ((60 + 15, 60 + 45), "2026-03-29 01:30+00:00", True),  # 02:30, as no clock shows 01:15 that night
        ((22 * 60, 30 * 60), "2026-10-25 05:59+00:00", True),
        ((22 * 60, 30 * 60), "2026-03-29 05:00+00:00", False),
    ],
)
def test_it_is_open_when_open_time_runs_though_the_clock_jumps(hours, moment, expected):
    london = Schedule(name="london", zone=ZoneInfo("Europe/London"), week=((hours,),) * 7)
    now_ms = round(datetime.fromisoformat(moment).timestamp() * 1000)
    assert london.is_open(now_ms) is expected
    assert (london.after(now_ms, 1) == now_ms + 1) is expected


def test_the_shipped_calendar_is_whole():
    """The notice lists 33 days off; each make-up day falls on a weekend."""
    assert sorted(calendars.read()) == ["cn-2026"]
    book = Book(Problems())
    root = parse("cn-2026.yaml", calendars.read()["cn-2026"], book.problems)
    for name, node in root.get("calendars").entries:
        define(name, node, book)
    days = book.calendars["cn-2026"]
    assert len(days.closed) == 33
    assert len(days.opened) == 6
    assert all(day.weekday() >= 5 for day in days.opened)


def test_a_calendar_of_ones_own_in_a_file_beside_the_rules():
    rules = ruleset(
        "times: {office: {zone: UTC, open: {mon-sun: 00:00-24:00}, calendar: ours}}\n"
        "rules: [{id: it, when: {outside: office}, then: {tag: hit}}]",
        **{"calendars/ours": "version: 1\ncalendars: {ours: {closed: [2026-05-01 to 2026-05-03]}}\n"},
    )
    for day, closed in ((30, False), (31, True), (33, True), (34, False)):
        moment = at("2026-04-01 12:00:00", ZoneInfo("UTC")) + (day - 1) * 86_400_000
        assert bool(rules.evaluate(Facts(message=MessageFacts(text=""), now_ms=moment)).tags) is closed


@pytest.mark.parametrize(
    ("time", "code", "hint"),
    [
        ("{open: {mon: 09:00-18:00}}", "missing", "Asia/Shanghai"),
        ("{zone: Asia/Shangai, open: {mon: 09:00-18:00}}", "unknown-zone", "Asia/Shanghai"),
        ("{zone: UTC}", "missing", "mon-fri"),
        ("{zone: UTC, open: {}}", "empty", "mon-fri"),
        ("{zone: UTC, open: {mom: 09:00-18:00}}", "value", "mon"),
        ("{zone: UTC, open: {mon: 9-18}}", "value", "09:00-18:00"),
        ("{zone: UTC, open: {mon: 09:00-09:00}}", "value", "whole day"),
        ("{zone: UTC, open: {mon: [09:00-12:00, 11:00-13:00]}}", "value", "one"),
        ("{zone: UTC, open: {mon-wed: 09:00-18:00, tue: 10:00-11:00}}", "duplicate", "once"),
        ("{zone: UTC, open: {mon: 09:00-18:00}, closed: [2026-13-01]}", "value", "2026-10-01"),
        ("{zone: UTC, open: {mon: 09:00-18:00}, closed: [2026-10-07 to 2026-10-01]}", "value", "first day"),
        ("{zone: UTC, open: {mon: 09:00-18:00}, closed: [2026-10-07], opened: [2026-10-07]}", "value", "one"),
        ("{zone: UTC, open: {mon: 09:00-18:00}, calendar: cn-2062}", "unknown-calendar", "cn-2026"),
    ],
)
def test_a_mistake_is_named(time, code, hint):
    found = problems(
        f"version: 1\nqueues: {{q: {{default: true}}}}\ncalendars: {{cn-2026: {{}}}}\ntimes: {{office: {time}}}\n"
    )
    assert [problem.code for problem in found] == [code]
    assert hint in found[0].hint
    assert found[0].line == 4


def test_an_unknown_time_is_named():
    found = problems(
        "version: 1\nqueues: {q: {default: true}}\ntimes: {office: {zone: UTC, open: {mon: 09:00-18:00}}}\n"
        "rules: [{id: a, when: {during: offcie}, then: {tag: t}}]\n"
    )
    assert [(problem.code, problem.hint) for problem in found] == [("unknown-time", "did you mean office?")]
