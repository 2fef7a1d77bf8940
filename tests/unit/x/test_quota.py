"""What is left of X's limits, from the headers of its answers."""

import pytest

from connectors.x.quota import Quota

NOW = 1_793_606_403_000
LIST = "GET /2/dm_events"


def told(remaining, reset_s=NOW // 1_000 + 900, name="x-rate-limit"):
    return {f"{name}-limit": "15", f"{name}-remaining": str(remaining), f"{name}-reset": str(reset_s)}


def test_what_was_never_answered_is_open():
    quota = Quota()
    assert (quota.spend(LIST, NOW), quota.left(NOW), quota.pace_ms(LIST, NOW, 2)) == (0, None, 0)


def test_calls_are_counted_until_none_is_left_and_the_window_opens_again():
    quota = Quota()
    quota.note(LIST, told(2), NOW)
    assert [quota.spend(LIST, NOW) for _ in range(3)] == [0, 0, 900_000]
    assert quota.spend("POST /2/tweets", NOW) == 0
    assert quota.spend(LIST, NOW + 900_000) == 0


def test_the_longer_of_two_windows_counts():
    quota = Quota()
    quota.note(LIST, told(5) | told(0, NOW // 1_000 + 7_200, "x-user-limit-24hour"), NOW)
    assert quota.spend(LIST, NOW) == 7_200_000
    assert quota.left(NOW) == 0


def test_a_window_lasts_when_it_is_asked_at_this_pace():
    quota = Quota()
    quota.note(LIST, told(15), NOW)
    assert quota.pace_ms(LIST, NOW, 0) == 60_000
    assert quota.pace_ms(LIST, NOW, 5) == 90_000
    quota.note(LIST, told(1), NOW)
    assert quota.pace_ms(LIST, NOW, 2) == 900_000


@pytest.mark.parametrize(
    "headers", [{}, {"x-rate-limit-remaining": "-1", "x-rate-limit-reset": "x"}, {"x-rate-limit-remaining": "0"}]
)
def test_headers_that_say_nothing_close_nothing(headers):
    quota = Quota()
    quota.note(LIST, headers, NOW)
    assert quota.spend(LIST, NOW) == 0


def test_an_absurd_reset_closes_a_day_at_most():
    quota = Quota()
    quota.note(LIST, told(0, 10**20), NOW)
    assert quota.spend(LIST, NOW) <= 86_460_000
