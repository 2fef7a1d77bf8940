"""`changed` and `changed to`: tests of what a ticket was, for rules that wait for its change."""

import pytest

from rules.facts import Facts, MessageFacts, TicketFacts
from tests.unit.rules.rules_files import problems, ruleset

RULES = """
tags: [vip, late]
rules:
  - {id: moved, event: ticket.updated, when: {ticket.queue|changed: true}, then: {tag: moved}}
  - {id: stayed, event: ticket.updated, when: {ticket.queue|changed: false}, then: {tag: stayed}}
  - {id: to-billing, event: ticket.updated, when: {ticket.queue|changed to: [billing, emergency]}, then: {tag: billed}}
  - {id: raised, event: ticket.updated, when: {ticket.urgency|changed to: critical}, then: {note: look at once}}
  - {id: made-vip, event: ticket.updated, when: {ticket.tags|changed to: vip}, then: {urgency: high}}
  - {id: tagged, event: ticket.updated, when: {ticket.tags|changed: yes}, then: {tag: tagged}}
  - {id: solved, event: ticket.updated, when: {ticket.state|changed to: solved}, then: {tag: done}}
  - {id: any-message, when: {message.text|has: x}, then: {tag: said}}
"""


@pytest.fixture(scope="module")
def rules():
    return ruleset(RULES)


def fired(rules, before, now):
    facts = Facts(
        message=MessageFacts(text="x"),
        event="ticket.updated",
        ticket=TicketFacts(exists=True, **now),
        ticket_before=None if before is None else TicketFacts(exists=True, **before),
    )
    return rules.fired(facts)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"queue": "general"}, {"queue": "billing"}, ("moved", "to-billing")),
        ({"queue": "billing"}, {"queue": "general"}, ("moved",)),
        ({"queue": "billing"}, {"queue": "billing"}, ("stayed",)),
        ({"queue": None}, {"queue": "emergency"}, ("moved", "to-billing")),
        ({"urgency": "high"}, {"urgency": "critical"}, ("stayed", "raised")),
        ({"urgency": "critical"}, {"urgency": "critical"}, ("stayed",)),
        ({"tags": ("late",)}, {"tags": ("vip", "late")}, ("stayed", "made-vip", "tagged")),
        ({"tags": ("vip", "late")}, {"tags": ("late", "vip")}, ("stayed",)),
        ({"tags": ("vip",)}, {"tags": ()}, ("stayed", "tagged")),
        ({"state": "open"}, {"state": "solved"}, ("stayed", "solved")),
        (None, {"queue": "billing"}, ()),
    ],
)
def test_what_fires(rules, before, now, expected):
    assert fired(rules, before, now) == expected


def test_explain_says_what_it_became(rules):
    facts = Facts(
        message=MessageFacts(text=""),
        event="ticket.updated",
        ticket=TicketFacts(exists=True, queue="billing", tags=("vip",)),
        ticket_before=TicketFacts(exists=True, queue="general"),
    )
    told = {step.rule: [check.found for check in step.checks] for step in rules.explain(facts).steps}
    assert told["to-billing"] == ["ticket.queue newly is billing"]
    assert told["moved"] == ["ticket.queue changed is true"]
    assert told["made-vip"] == ["ticket.tags newly has vip"]


def test_tests_in_files_say_what_was_before():
    report = ruleset(
        RULES
        + """
tests:
  - event: ticket.updated
    ticket: {queue: billing, tags: vip}
    ticket_before: {queue: general}
    expect: {fired: [moved, to-billing], quiet: [made-vip, tagged, solved], tags: billed}
  - event: ticket.updated
    ticket: {state: solved, tags: vip}
    ticket_before: {state: open, tags: late}
    expect: {fired: [solved, made-vip], quiet: moved}
  - {event: ticket.updated, ticket: {queue: billing}, expect: {quiet: [moved, stayed]}}
"""
    ).run_tests()
    assert [str(failure) for failure in report.failures] == []


FILE = """
version: 1
queues: {{general: {{default: true}}, billing: {{}}}}
rules:
  - {{id: a, {rule}, then: {{tag: t}}}}
"""


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("when: {ticket.queue|changed: true}", "changed"),
        ("event: ticket.created, when: {ticket.queue|changed to: billing}", "changed"),
        ("event: idle.2d, when: {any: [{ticket.state|changed: true}]}", "changed"),
        ("event: ticket.updated, when: {ticket.queue|changed to: biling}", "unknown-queue"),
        ("event: ticket.updated, when: {ticket.queue|changed: billing}", "value"),
        ("event: ticket.updated, when: {message.text|changed: true}", "unknown-operator"),
        ("event: ticket.updated, when: {ticket.exists|changed: true}", "unknown-operator"),
        ("event: ticket.updated, when: {customer.vip|changed to: true}", "unknown-operator"),
        ("event: ticket.update, when: {ticket.queue|changed: true}", "value"),
    ],
)
def test_mistakes_are_named(rule, code):
    found = problems(FILE.format(rule=rule))
    assert [problem.code for problem in found if problem.severity == "error"] == [code]


def test_a_test_has_a_before_only_where_the_ticket_changes():
    (problem,) = problems("""
version: 1
queues: {general: {default: true}}
rules: [{id: a, then: {tag: t}}]
tests: [{message: x, ticket_before: {state: open}, expect: {tags: t}}]
""")
    assert (problem.code, problem.hint) == ("changed", "write event: ticket.updated")
