"""How much is let in over time."""

from router.model.pace import HOUR_MS, REMEMBERED_MAX, Pace


def test_it_forgets_the_quiet_and_regains_what_it_gave():
    pace = Pace(2, 60_000)
    for number in range(REMEMBERED_MAX + 5):
        pace.take(f"10.{number}", 0)
    assert len(pace._left) == REMEMBERED_MAX
    pace.take("x", 0)
    pace.take("x", 0)
    assert pace.wait_ms("x", 0) == 30_000
    assert pace.wait_ms("x", 29_999) == 1
    assert pace.wait_ms("x", 30_000) == 0
    assert pace.wait_ms("x", -5) == 30_000, "a clock that went back gives nothing"


def test_what_is_left_grows_again_and_each_key_has_its_own():
    pace = Pace(100, HOUR_MS)
    pace.take("ann", 0, 90)
    assert pace.wait_ms("ann", 0, 10) == 0
    assert pace.wait_ms("ann", 0, 60) == HOUR_MS // 2
    assert pace.wait_ms("ann", HOUR_MS // 2, 60) == 0
    assert pace.wait_ms("bob", 0, 100) == 0


def test_what_came_to_nothing_is_given_back_and_never_more():
    pace = Pace(100, HOUR_MS)
    pace.take("ann", 0, 80)
    pace.take("ann", 0, -80)
    pace.take("ann", 0, -80)
    assert pace.wait_ms("ann", 0, 100) == 0
    pace.take("ann", 0, 100)
    assert pace.wait_ms("ann", 0) == HOUR_MS // 100


def test_more_than_all_fits_only_where_nothing_was_taken():
    pace = Pace(100, HOUR_MS)
    assert pace.wait_ms("ann", 0, 500) == 0
    pace.take("ann", 0)
    assert pace.wait_ms("ann", 0, 500) == HOUR_MS // 100
