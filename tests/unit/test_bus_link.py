"""The pause between attempts stays within its bounds; the state of the bus is said once per change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.bus.link import PAUSE_MAX_S, PAUSE_MIN_S, Health, Pause, Wire


class Said:
    def __init__(self):
        self.events = []

    def info(self, event, /, **fields):
        self.events.append((event, fields))

    def warning(self, event, /, **fields):
        self.events.append((event, fields))


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_pauses_grow_to_their_bound_and_start_over(jitters):
    drawn = iter([*jitters, 0.0])
    pause = Pause(lambda: next(drawn))
    for attempt, jitter in enumerate(jitters):
        full = min(PAUSE_MIN_S * 2**attempt, PAUSE_MAX_S)
        assert pause.next_s() == full * (1 - jitter / 2)
    pause.reset()
    assert pause.next_s() == PAUSE_MIN_S


def test_health_is_unknown_until_the_first_part_worked():
    said = Said()
    health = Health(said, first="listener")
    health.worked("reader")
    assert not health.up
    health.worked("listener")
    health.worked("reader")
    assert health.up
    assert said.events == [("bus.up", {})]


def test_health_says_each_change_once_and_is_up_when_all_parts_are():
    said = Said()
    health = Health(said, first="listener")
    health.failed("sender", OSError("x" * 1_000))
    health.failed("sender", OSError("again"))
    health.failed("reader", OSError("too"))
    health.worked("listener")
    health.worked("sender")
    assert not health.up
    health.worked("reader")
    assert health.up
    assert [event for event, _ in said.events] == ["bus.down", "bus.up"]
    assert said.events[0][1]["part"] == "sender"
    assert len(said.events[0][1]["reason"]) == 200


@pytest.mark.parametrize("url", ["http://localhost", "", "redis://localhost:port/0"])
def test_a_url_that_names_no_redis_is_a_value_error(url):
    with pytest.raises(ValueError):
        Wire(url)
