"""Ids that sort by their time, and clocks that turn back only where they were far wrong."""

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from router.clock import SystemClock, TimedIds, VirtualClock
from router.model.limits import CLOCKS_APART_MS_MAX

NOW = 1_793_000_000_000
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Stepping:
    """A clock that says what it is told, also when that goes back."""

    def __init__(self, times):
        self._times = iter(times)

    def now_ms(self):
        return next(self._times)


@given(st.lists(st.integers(0, 2**48 - 2), min_size=1, max_size=200), st.integers(0, 99))
def test_later_ids_are_greater_whatever_the_clock_does(times, seed):
    ids = TimedIds(Stepping(times), seed=seed)
    made = [ids.new() for _ in times]
    assert made == sorted(set(made))
    assert all(UUID7.fullmatch(id_) for id_ in made)


def test_an_id_carries_its_time():
    parsed = uuid.UUID(TimedIds(VirtualClock(NOW)).new())
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == NOW


def test_many_ids_of_one_instant_are_distinct_and_in_order():
    ids = TimedIds(VirtualClock(NOW))
    made = [ids.new() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {uuid.UUID(id_).int >> 80 for id_ in made} == {NOW}


def test_a_full_instant_borrows_from_the_next():
    ids = TimedIds(VirtualClock(NOW), seed=1)
    ids.new()
    ids._tail = 2**74 - 1
    assert uuid.UUID(ids.new()).int >> 80 == NOW + 1


def test_two_sources_do_not_meet():
    clock = VirtualClock(NOW)
    one, two = TimedIds(clock), TimedIds(clock)
    assert not {one.new() for _ in range(1_000)} & {two.new() for _ in range(1_000)}


def test_a_seed_repeats():
    assert TimedIds(VirtualClock(NOW), seed=4).new() == TimedIds(VirtualClock(NOW), seed=4).new()


@given(st.lists(st.integers(0, 2**48)))
def test_virtual_time_only_goes_forward(times):
    clock, seen = VirtualClock(), [0]
    for time in times:
        clock.advance_to(time)
        seen.append(clock.now_ms())
    assert seen == sorted(seen)
    assert seen[-1] == max([0, *times])


def test_corrections_of_the_systems_clock_never_turn_it_back(monkeypatch):
    times = [NOW, NOW - 1, NOW - CLOCKS_APART_MS_MAX, NOW - 5, NOW + 1]
    monkeypatch.setattr("time.time_ns", Stepping(time * 1_000_000 for time in times).now_ms)
    clock = SystemClock()
    assert [clock.now_ms() for _ in times] == [NOW, NOW, NOW, NOW, NOW + 1]


def test_a_systems_clock_that_was_hours_ahead_is_followed_back_and_goes_on(monkeypatch):
    times = [NOW + 7_200_000, NOW, NOW + 1_000]
    monkeypatch.setattr("time.time_ns", Stepping(time * 1_000_000 for time in times).now_ms)
    clock = SystemClock()
    assert [clock.now_ms() for _ in times] == times
