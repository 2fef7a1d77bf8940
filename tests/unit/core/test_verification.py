"""What stays locked until an identity check has passed, and again afterwards."""

import msgspec
import pytest

from router.core.verification import SKEW_MS, begin, require_unlocked, unlocked_until
from router.model.changes import Save
from router.model.errors import Refused
from router.model.signing import SKEW_MS as SIGNATURE_SKEW_MS
from router.model.signing import objection, signature
from router.model.snapshot import CheckFacts
from router.model.tables import Ticket
from rules.ruleset import load
from tests.unit.core.test_tickets import TICKET
from tests.unit.core.test_timers import RULES, Desk
from tests.unit.core.world import NOW

DAY_MS = 86_400_000


def passed(until_ms=NOW + 1, account="u-1", since_ms=NOW - 1):
    return msgspec.structs.replace(
        TICKET, verified_until_ms=until_ms, verified_account=account, verified_since_ms=since_ms
    )


def test_facts_and_actions_of_the_account_that_passed_are_unlocked_until_a_moment():
    require_unlocked(passed(), "u-1", NOW)
    assert unlocked_until(passed(), "u-1") == NOW + 1
    require_unlocked(passed(since_ms=NOW + SKEW_MS), "u-1", NOW)  # another process, whose clock is ahead


@pytest.mark.parametrize(
    "ticket",
    [
        TICKET,
        passed(NOW),
        passed(NOW - 1),
        passed(None),
        passed(account="u-2"),
        passed(account=None),
        passed(NOW + DAY_MS, since_ms=NOW + SKEW_MS + 1),  # the clock went back: it would be open for days
        passed(since_ms=None),
    ],
)
def test_all_else_stays_locked(ticket):
    with pytest.raises(Refused) as caught:
        require_unlocked(ticket, "u-1", NOW)
    assert (caught.value.code, caught.value.status) == ("not_verified", 403)


def test_without_an_account_nothing_is_open_to_anybody():
    assert unlocked_until(passed(account=None), None) is None
    assert unlocked_until(passed(), None) is None


@pytest.mark.parametrize("value", ["", "t=1", "t=x,v1=" + "a" * 64, "t=1,v1=" + "g" * 64, "t=1,v1=" + "a" * 64 + ",x"])
def test_what_is_no_signature_is_not_believed(value):
    assert "missing" in objection(value, b"secret", b"{}", 1_000)


def test_a_signature_is_believed_for_its_body_its_secret_and_five_minutes():
    signed = signature(b"secret", 1_793_000_000, b"{}")
    now_ms = 1_793_000_000_000
    for off_ms in (-SIGNATURE_SKEW_MS, 0, SIGNATURE_SKEW_MS):
        assert objection(signed, b"secret", b"{}", now_ms + off_ms) == ""
    for off_ms in (-SIGNATURE_SKEW_MS - 1, SIGNATURE_SKEW_MS + 1):
        assert "another time" in objection(signed, b"secret", b"{}", now_ms + off_ms)
    assert "does not fit" in objection(signed, b"secret", b"{ }", now_ms)
    assert "does not fit" in objection(signed, b"other", b"{}", now_ms)


@pytest.mark.parametrize("later_ms", [30 * 60_000, -DAY_MS])
def test_a_check_that_is_over_makes_room_for_another_before_time_has_told(later_ms):
    """Its time has just run out; or the clock was set back, and until it runs out is a day."""
    desk = Desk()
    desk.ruleset = load({"rules.yaml": f"{RULES}  verifying: {{webhook: push, expires: 30m}}\n".encode()})
    first, changes = begin(desk.moment, CheckFacts(check=None, user_ids=("u-1",)), actor="agent:a", ids=desk.world.ids)
    (desk.ticket,) = [c.row for c in changes if isinstance(c, Save) and isinstance(c.row, Ticket)]
    asked = CheckFacts(check=first, user_ids=("u-1",))
    with pytest.raises(Refused, match="under way"):
        begin(desk.moment, asked, actor="agent:a", ids=desk.world.ids)
    desk.world.now_ms += later_ms
    second, changes = begin(desk.moment, asked, actor="agent:a", ids=desk.world.ids)
    states = {c.row.id: c.row.state for c in changes if isinstance(c, Save)}
    assert (states[first.id], states[desk.ticket.id], second.state) == ("expired", "verifying", "pending")
