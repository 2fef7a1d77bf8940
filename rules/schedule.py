"""When something is open: hours of the week in one zone, and the days that differ."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rules.moments import epoch_ms

DAY_MINUTES: Final = 1440
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCH_DAYS: Final = 3 * 366
"""How far ahead open hours are looked for."""

Range = tuple[int, int]
"""Minutes of a day, the end exclusive; beyond 1440 it reaches into the next day."""
Week = tuple[tuple[Range, ...], ...]
"""Seven days from Monday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days that differ from the week."""

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    """Make-up days: open like a working day, whatever the weekday."""

    def __or__(self, other: "Days") -> "Days":
        return Days(closed=self.closed | other.closed, opened=self.opened | other.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Named hours, such as those of an office."""

    name: str
    zone: ZoneInfo
    week: Week
    days: Days = field(default_factory=Days)

    def hours(self, day: date) -> tuple[Range, ...]:
        """Return the hours that begin on a day. A make-up day has those of the first weekday that is open."""
        if day in self.days.closed:
            return ()
        if day in self.days.opened:
            return next(hours for hours in self.week if hours)
        return self.week[day.weekday()]

    def is_open(self, now_ms: int) -> bool:
        """Answer for one moment."""
        day = datetime.fromtimestamp(now_ms / 1000, self.zone).date()
        spans = (*self._spans(day - timedelta(days=1)), *self._spans(day))
        return any(begin <= now_ms < end for begin, end in spans)

    def after(self, start_ms: int, open_ms: int) -> int | None:
        """Return when so much open time has passed since a moment; None when that is years away."""
        left = open_ms
        for begin, end in self._open(start_ms):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return None

    def working_days_after(self, start_ms: int, days: int) -> int | None:
        """Return the same time of day so many days with hours later; None when that is years away."""
        start = datetime.fromtimestamp(start_ms / 1000, self.zone)
        day = start.date()
        for _ in range(SEARCH_DAYS):
            day += timedelta(days=1)
            days -= bool(self.hours(day))
            if not days:
                return epoch_ms(datetime.combine(day, start.time(), self.zone))
        return None

    def opens_after(self, now_ms: int) -> int | None:
        """Return when it opens next; where it is open now, when it does so again. None when that is years away."""
        until = now_ms
        for begin, end in self._open(now_ms):
            if begin > until:
                return begin
            until = end
        return None

    def _open(self, start_ms: int) -> Iterator[tuple[int, int]]:
        """Yield what is open from a moment on, in order, without overlaps."""
        first = datetime.fromtimestamp(start_ms / 1000, self.zone).date() - timedelta(days=1)
        done = start_ms
        for number in range(SEARCH_DAYS):
            for begin, end in self._spans(first + timedelta(days=number)):
                begun, done = max(done, begin), max(done, end)
                if begun < done:
                    yield begun, done

    def _spans(self, day: date) -> Iterator[tuple[int, int]]:
        """Yield the hours that begin on a day. Of a time that the clock shows twice the first is meant; one that it
        leaves out comes an hour later on the clock."""
        midnight = datetime.combine(day, time(), self.zone)
        for start, end in self.hours(day):
            yield epoch_ms(midnight + timedelta(minutes=start)), epoch_ms(midnight + timedelta(minutes=end))
