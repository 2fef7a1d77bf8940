"""What two rule sets make of the same messages: which rules are named as the cause, and how much is kept."""

import pytest

from router.flow import comparison
from router.flow.comparison import SAMPLES, Cause, Replay
from rules.facts import Facts, MessageFacts
from rules.ruleset import load

FRAME = """\
version: 1
queues: {general: {default: true}, billing: {}, late: {}}
rules:
"""
REFUND = "  - {id: refund, when: {message.text|has: refund}, then: {tag: [b, a], queue: billing}}\n"
ANGRY = "  - {id: angry, when: {message.text|has: lawyer}, then: {urgency: high, queue: late}}\n"


def rules(*parts, frame=FRAME):
    return load({"a.yaml": (frame + "".join(parts)).encode()})


def compared(before, after, *texts):
    replay = Replay(before, after)
    for number, text in enumerate(texts):
        replay.judge(Facts(message=MessageFacts(text=text)), f"T-{number}")
    return replay.result()


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        (rules(REFUND.replace("has: refund", "has: money"), ANGRY), Cause(gone=("refund",))),
        (rules(REFUND, ANGRY.replace("lawyer", "refund")), Cause(came=("angry",))),
        (rules(REFUND.replace("id: refund", "id: money"), ANGRY), None),
        (rules(REFUND.replace("queue: billing", "queue: late"), ANGRY), Cause(altered=("refund",))),
        (rules(REFUND.replace("then: {tag: [b, a]", "next: continue, then: {tag: [a, b]"), ANGRY), None),
        (rules(REFUND.replace("id: refund,", "id: refund, mode: observe,"), ANGRY), Cause(gone=("refund",))),
    ],
)
def test_the_rules_that_make_the_difference_are_named(after, cause):
    found = compared(rules(REFUND, ANGRY), after, "a refund please", "hello")
    assert (found.looked_at, found.changed) == (2, int(cause is not None))
    assert [group.cause for group in found.groups] == ([cause] if cause else [])


def test_a_rule_that_forces_now_what_it_asked_for_before_is_named():
    forced = ANGRY.replace("then: {", "then: {force: true, ")
    found = compared(rules(REFUND, ANGRY), rules(REFUND, forced), "a refund, or my lawyer will write")
    assert [group.cause for group in found.groups] == [Cause(altered=("angry",))]


def test_another_order_is_a_cause_without_a_name():
    found = compared(rules(REFUND, ANGRY), rules(ANGRY, REFUND), "a refund or my lawyer writes")
    assert [(group.cause, group.messages) for group in found.groups] == [(Cause(), 1)]
    assert [(shift.name, shift.before, shift.after) for shift in found.queues] == [("billing", 1, 0), ("late", 0, 1)]


def test_a_few_samples_are_kept_and_all_are_counted():
    found = compared(rules(REFUND), rules(ANGRY), *["a refund\n\nplease " + "x" * 100] * 9)
    (group,) = found.groups
    assert (group.messages, len(group.samples), found.share) == (9, SAMPLES, 1.0)
    assert group.samples[0].text == ("a refund please " + "x" * 100)[:60]
    assert group.samples[0].before.tags == ("a", "b")


def test_causes_are_bounded(monkeypatch):
    monkeypatch.setattr(comparison, "CAUSES_MAX", 1)
    found = compared(rules(REFUND, ANGRY), rules(), "refund", "lawyer", "refund")
    assert [(group.cause.gone, group.messages) for group in found.groups] == [(("refund",), 2)]
    assert (found.changed, found.others) == (3, 1)


def test_nothing_looked_at_is_nothing_changed():
    assert compared(rules(REFUND), rules(ANGRY)).share == 0.0
