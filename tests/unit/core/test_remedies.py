"""Who may have an account frozen and opened again, and what becomes of the call."""

import msgspec
import pytest

from router.clock import TimedIds, VirtualClock
from router.core.account import account_of
from router.core.remedies import ATTEMPTS_MAX, CallOutcome, after_call, approve, decline, locked, propose, retry
from router.model.actions import ActionEntry
from router.model.changes import Record, Save
from router.model.errors import Refused
from router.model.tables import Identity
from rules.backend import ActionSpec
from tests.unit.core.test_tickets import TICKET
from tests.unit.core.world import NOW

IDS = TimedIds(VirtualClock(NOW), seed=1)
FREEZE = ActionSpec(name="freeze", names={"en": "Freeze"}, url="env:U", secret="env:S", undo="unfreeze")
UNFREEZE = ActionSpec(name="unfreeze", names={"en": "Unfreeze"}, url="env:U", secret="env:S").strict("freeze")


def identity(value="u-1", kind="user_id", proof="app"):
    return Identity(id=value, contact_id=TICKET.contact_id, kind=kind, value=value, proof=proof, created_at_ms=NOW)


APP, LISTED = identity(), identity(proof="import")
UNLOCKED = msgspec.structs.replace(TICKET, verified_until_ms=NOW + 1, verified_account="u-1", verified_since_ms=NOW - 1)


def proposed(spec=FREEZE, identities=(APP,), rows=(), by="mei", ticket=TICKET):
    return propose(spec, ticket, identities, rows, by, now_ms=NOW, ids=IDS)[0]


FROZEN = msgspec.structs.replace(proposed(), state="done")


def refused(call, *args, **more):
    with pytest.raises(Refused) as found:
        call(*args, **more)
    return found.value.code


def saved(changes):
    return [change.row for change in changes if isinstance(change, Save) and isinstance(change.row, ActionEntry)]


def test_two_accounts_are_none():
    assert account_of([LISTED]) == "u-1"
    assert account_of([APP, identity("u-2")]) is None
    assert account_of([identity("+1", "phone")]) is None


def test_a_proposal_waits_for_a_second_person_unless_the_rules_say_otherwise():
    assert proposed().state == "proposed"
    assert proposed(msgspec.structs.replace(FREEZE, approval=False)).state == "queued"


def test_nobody_agrees_to_their_own_proposal():
    row = proposed(by="mei")
    assert refused(approve, row, FREEZE, TICKET, [APP], "mei", now_ms=NOW) == "own_proposal"
    (agreed,) = saved(approve(row, FREEZE, TICKET, [APP], "li", now_ms=NOW))
    assert (agreed.state, agreed.decided_by, agreed.account) == ("queued", "li", "u-1")


def test_what_was_agreed_to_is_what_is_asked_for():
    row = proposed()
    assert refused(approve, row, FREEZE, TICKET, [identity("u-2")], "li", now_ms=NOW) == "account_changed"
    assert refused(approve, row, FREEZE, TICKET, [], "li", now_ms=NOW) == "no_account"


def test_to_take_it_back_a_check_has_passed_and_it_was_done():
    done = msgspec.structs.replace(proposed(), state="done")
    assert refused(proposed, UNFREEZE, ticket=UNLOCKED) == "nothing_to_undo"
    # That the app vouched for the writer says who they are, not that they hold the account just now.
    assert refused(proposed, UNFREEZE, (APP,), (done,)) == "not_verified"
    undo = proposed(UNFREEZE, (LISTED,), (done,), ticket=UNLOCKED)
    assert (undo.state, undo.undoes) == ("proposed", done.id)
    # Verified when it was proposed is not verified when it is agreed to.
    assert refused(approve, undo, UNFREEZE, UNLOCKED, [APP], "li", now_ms=NOW + 1) == "not_verified"
    (agreed,) = saved(approve(undo, UNFREEZE, UNLOCKED, [APP], "li", now_ms=NOW))
    assert agreed.account == "u-1"
    changes = after_call(
        msgspec.structs.replace(undo, state="sending", attempts=1),
        done,
        CallOutcome(kind="done", outcome="active"),
        now_ms=NOW,
        jitter=0.5,
    )
    assert [(row.action, row.state) for row in saved(changes)] == [("unfreeze", "done"), ("freeze", "undone")]


@pytest.mark.parametrize("state", ["proposed", "queued", "sending", "done"])
def test_what_is_under_way_or_done_is_not_proposed_again(state):
    row = msgspec.structs.replace(proposed(), state=state)
    assert refused(proposed, rows=(row,)) == ("already_done" if state == "done" else "already_proposed")


@pytest.mark.parametrize("state", ["declined", "failed", "undone"])
def test_what_came_to_nothing_may_be_proposed_again(state):
    assert proposed(rows=(msgspec.structs.replace(proposed(), state=state),)).state == "proposed"


def test_decided_is_decided():
    declined = saved(decline(proposed(), "mei", now_ms=NOW))[0]
    assert declined.state == "declined"
    assert refused(decline, declined, "li", now_ms=NOW) == "not_proposed"
    assert refused(approve, declined, FREEZE, TICKET, [APP], "li", now_ms=NOW) == "not_proposed"
    assert refused(retry, declined, FREEZE, TICKET, [], "li", now_ms=NOW) == "not_failed"


def test_it_is_asked_for_again_until_the_attempts_are_used_up_and_only_the_end_is_told():
    row = msgspec.structs.replace(proposed(), state="sending", attempts=1)
    later = CallOutcome(kind="later", reason="no answer")
    (waiting,) = after_call(row, None, later, now_ms=NOW, jitter=0.5)
    assert (waiting.row.state, waiting.row.due_at_ms) == ("queued", NOW + 1_000)
    asked = CallOutcome(kind="later", reason="the back end answered 503", after_ms=90_000)
    assert after_call(row, None, asked, now_ms=NOW, jitter=0.5)[0].row.due_at_ms == NOW + 90_000
    last = msgspec.structs.replace(row, attempts=ATTEMPTS_MAX)
    changes = after_call(last, None, later, now_ms=NOW, jitter=0.5)
    (event,) = [c.event for c in changes if isinstance(c, Record)]
    assert (event.kind, event.data["to"], event.data["error"]) == ("action.state", "failed", "no answer")
    again = saved(retry(saved(changes)[0], FREEZE, TICKET, [], "li", now_ms=NOW))[0]
    assert (again.state, again.attempts, again.id) == ("queued", 0, row.id)


@pytest.mark.parametrize(("state", "code"), [("proposed", "already_proposed"), ("done", "already_done")])
def test_what_was_agreed_to_before_is_not_asked_for_beside_what_was_since(state, code):
    failed = msgspec.structs.replace(proposed(), state="failed")
    since = msgspec.structs.replace(proposed(), state=state)
    assert refused(retry, failed, FREEZE, TICKET, [since, failed], "li", now_ms=NOW) == code


def test_what_has_been_taken_back_is_not_taken_back_again_on_the_word_of_one():
    """Two people agreed to take back that freezing; the account has been frozen for another reason since."""
    failed = msgspec.structs.replace(proposed(), action="unfreeze", state="failed", undoes=FROZEN.id)
    rows = [failed, msgspec.structs.replace(FROZEN, state="undone"), msgspec.structs.replace(FROZEN, id="since")]
    assert refused(retry, failed, UNFREEZE, UNLOCKED, rows, "li", now_ms=NOW) == "nothing_to_undo"
    rows = [failed, FROZEN, msgspec.structs.replace(failed, id="before", state="done", undoes="earlier")]
    assert saved(retry(failed, UNFREEZE, UNLOCKED, rows, "li", now_ms=NOW))[0].state == "queued"


def test_the_call_itself_leaves_only_while_its_account_is_unlocked():
    row = msgspec.structs.replace(proposed(), state="sending", attempts=1)
    assert locked(row, FREEZE, TICKET, NOW) == ""
    assert locked(row, UNFREEZE, UNLOCKED, NOW) == ""
    assert "identity check" in locked(row, UNFREEZE, UNLOCKED, NOW + 1)
    assert "identity check" in locked(msgspec.structs.replace(row, account="u-2"), UNFREEZE, UNLOCKED, NOW)
    assert locked(msgspec.structs.replace(row, account=None), FREEZE, UNLOCKED, NOW).startswith("no account")
    # It may have been done at the first attempt, whose answer was lost: that is asked again, under the same key.
    assert locked(msgspec.structs.replace(row, attempts=2), UNFREEZE, UNLOCKED, NOW + 1) == ""
    failed = msgspec.structs.replace(row, state="failed", action="unfreeze", undoes=FROZEN.id)
    assert refused(retry, failed, UNFREEZE, TICKET, [FROZEN], "li", now_ms=NOW) == "not_verified"
