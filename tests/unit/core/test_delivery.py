"""What becomes of a reply after an attempt: back-off, dead letters, and sends nobody can be sure of."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.connector import AuthFailed, Rejected, Retry, Sent, Unknown
from router.core.delivery import DELIVERY_RANK, after_attempt, decide_held, pause_ms
from router.model.changes import Record
from router.model.errors import Refused
from router.model.limits import SEND_ATTEMPTS_MAX
from router.model.tables import Message, OutboxEntry
from tests.unit.core.world import NOW

HOUR_MS = 3_600_000
JITTER = st.floats(0, 1, exclude_max=True)


def claimed(**fields) -> OutboxEntry:
    found = {"state": "sending", "attempts": 1, "lease_until_ms": NOW + 1, "due_at_ms": NOW, "created_at_ms": NOW}
    ids = {"id": "o", "message_id": "m", "conversation_id": "v", "ticket_id": "t", "channel": "email"}
    return OutboxEntry(account="default", **(ids | found | fields))


MESSAGE = Message(
    id="m",
    ticket_id="t",
    conversation_id="v",
    contact_id="c",
    kind="reply",
    channel="email",
    account="default",
    visibility="private",
    text="hi",
    sent_at_ms=NOW,
    received_at_ms=NOW,
)


def settle(outcome, entry=None, *, jitter=0.5, safe=True):
    changes = after_attempt(entry or claimed(), MESSAGE, outcome, now_ms=NOW, jitter=jitter, resend_is_safe=safe)
    rows = {type(change.row): change.row for change in changes if not isinstance(change, Record)}
    (event,) = [change.event for change in changes if isinstance(change, Record)]
    settled = rows[OutboxEntry]
    assert (event.kind, event.data["from"], event.data["to"]) == ("delivery.state", "sending", settled.state)
    assert settled.lease_until_ms is None
    return settled, rows.get(Message)


def test_what_the_provider_has_is_sent_under_its_id():
    entry, message = settle(Sent(provider_id="p1"))
    assert (entry.state, entry.provider_id, entry.error) == ("sent", "p1", None)
    assert message.external_id == "p1"
    assert settle(Sent(state="delivered"))[0].state == "delivered"
    assert settle(Sent())[1] is None


@given(st.integers(0, 40), JITTER)
def test_pauses_grow_within_bounds(attempts, jitter):
    pause = pause_ms(attempts, jitter)
    assert 750 <= pause <= HOUR_MS * 5 / 4
    assert pause <= pause_ms(attempts + 1, jitter)


@given(st.integers(1, SEND_ATTEMPTS_MAX - 1), JITTER, st.none() | st.floats(0, 1e9))
def test_not_now_waits_as_long_as_asked_and_never_for_ever(attempts, jitter, after_s):
    entry, _ = settle(Retry(reason="busy", after_s=after_s), claimed(attempts=attempts), jitter=jitter)
    assert (entry.state, entry.attempts, entry.error) == ("queued", attempts, "busy")
    wait_ms = entry.due_at_ms - NOW
    assert pause_ms(attempts, jitter) <= wait_ms <= 24 * HOUR_MS
    assert wait_ms >= min(int((after_s or 0) * 1000), 24 * HOUR_MS)


def test_after_so_many_attempts_it_is_a_dead_letter_with_the_reason():
    entry, _ = settle(Retry(reason="busy"), claimed(attempts=SEND_ATTEMPTS_MAX))
    assert (entry.state, entry.error) == ("dead", f"gave up after {SEND_ATTEMPTS_MAX} attempts: busy")


def test_never_is_a_dead_letter_at_once_and_its_reason_is_bounded():
    entry, _ = settle(Rejected(reason="no such mailbox" * 99))
    assert entry.state == "dead"
    assert len(entry.error) == 300


@pytest.mark.parametrize(("action", "state"), [("hide", "cancelled"), ("unhide", "cancelled"), ("delete", "dead")])
def test_what_a_network_will_never_put_out_of_sight_waits_for_no_decision(action, state):
    entry, _ = settle(Rejected(reason="only replies under our own posts"), claimed(action=action))
    assert (entry.state, entry.error) == (state, "only replies under our own posts")
    tired, _ = settle(Retry(reason="busy"), claimed(action=action, attempts=SEND_ATTEMPTS_MAX))
    assert tired.state == "dead", "that may still be done"


def test_dead_credentials_cost_the_message_nothing():
    entry, _ = settle(AuthFailed(reason="bad password"), claimed(attempts=SEND_ATTEMPTS_MAX))
    assert (entry.state, entry.attempts, entry.due_at_ms) == ("queued", SEND_ATTEMPTS_MAX - 1, NOW)


def test_unknown_is_sent_once_more_where_that_shows_one_message_then_held():
    again, _ = settle(Unknown(reason="cut"), safe=True)
    assert (again.state, again.uncertain) == ("queued", True)
    assert again.due_at_ms > NOW
    held, _ = settle(Unknown(reason="cut"), claimed(uncertain=True, attempts=2), safe=True)
    assert (held.state, held.error) == ("held", "cut")


def test_unknown_is_held_at_once_where_it_could_be_seen_twice():
    held, _ = settle(Unknown(reason="cut"), safe=False)
    assert (held.state, held.uncertain) == ("held", False)


@pytest.mark.parametrize("state", ["dead", "held"])
def test_an_agent_decides_what_was_held(state):
    entry = claimed(state=state, attempts=9, error="no", uncertain=True)
    decided, _ = decide_held(entry, "retry", actor="agent:a", now_ms=NOW + 3)
    again = decided.row
    assert (again.state, again.attempts, again.due_at_ms, again.error, again.uncertain) == (
        "queued",
        0,
        NOW + 3,
        None,
        False,
    )
    decided, record = decide_held(entry, "discard", actor="agent:a", now_ms=NOW)
    assert (decided.row.state, record.event.actor) == ("cancelled", "agent:a")


@pytest.mark.parametrize("state", sorted(DELIVERY_RANK.keys() - {"dead", "held"}))
def test_nothing_else_can_be_decided(state):
    with pytest.raises(Refused) as caught:
        decide_held(claimed(state=state), "discard", actor="agent:a", now_ms=NOW)
    assert (caught.value.code, caught.value.status) == ("not_held", 409)


@given(
    st.lists(
        st.sampled_from([Sent(), Retry(reason="r"), Rejected(reason="r"), AuthFailed(reason="r"), Unknown(reason="u")]),
        max_size=60,
    ),
    st.booleans(),
)
def test_whatever_the_provider_says_sends_are_bounded(outcomes, safe):
    entry, unknown = claimed(attempts=0), 0
    for outcome in outcomes:
        entry = msgspec.structs.replace(entry, state="sending", attempts=entry.attempts + 1)
        entry, _ = settle(outcome, entry, safe=safe)
        unknown += isinstance(outcome, Unknown)
        if entry.state != "queued":
            break
    assert unknown <= (2 if safe else 1)
    assert entry.attempts <= SEND_ATTEMPTS_MAX
