"""Conditions on what is known about the message, its customer and its ticket."""

import pytest

from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts
from tests.unit.rules.rules_files import one_rule

FACTS = Facts(
    message=MessageFacts(
        text="hello",
        channel="telegram",
        account="Main",
        visibility="public",
        lang="zh-Hant",
        attachments=3,
        findings=("CARD", "EMAIL"),
    ),
    customer=CustomerFacts(known=True, vip=True),
    ticket=TicketFacts(exists=True, state="open", queue="billing", urgency="high", tags=("hit",)),
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("message.channel: Telegram", True),
        ("message.channel: [email, telegram]", True),
        ("message.channel|in: [email]", False),
        ("message.account: main", True),
        ("message.visibility: public", True),
        ("message.lang: zh", True),
        ("message.lang: zh-Hant", True),
        ("message.lang: zh_HANT", True),
        ("message.lang: zh-Hans", False),
        ("message.is_first: yes", True),
        ("message.is_automatic: true", False),
        ("message.attachments|at least: 3", True),
        ("message.attachments|above: 3", False),
        ("message.attachments|below: 4", True),
        ("message.attachments|at most: 2", False),
        ("message.attachments|between: [1, 3]", True),
        ("message.attachments: 3", True),
        ("message.findings: card", True),
        ("message.findings|has: [PHONE, EMAIL]", True),
        ("message.findings|has all: [CARD, PHONE]", False),
        ("message.findings|exists: no", False),
        ("message.subject|exists: true", False),
        ("message.subject|exists: false", True),
        ("customer.vip: true", True),
        ("customer.verified: true", False),
        ("customer.language: en", False),
        ("customer.language|exists: false", True),
        ("ticket.exists: true", True),
        ("ticket.state: [new, open]", True),
        ("ticket.queue: billing", True),
        ("ticket.urgency: high", True),
        ("ticket.urgency|at least: high", True),
        ("ticket.urgency|below: high", False),
        ("ticket.tags: hit", True),
        ("any: [{customer.vip: false}, {message.channel: telegram}]", True),
        ("all: [{customer.vip: true}, {message.channel: email}]", False),
        ("not: {customer.vip: true}", False),
        ("not: [{customer.vip: false}, {message.channel: email}]", True),
        ("customer.vip: true, message.channel: email", False),
    ],
)
def test_condition(condition, expected):
    rules = one_rule(f"{{{condition}}}")
    assert bool(rules.evaluate(FACTS).reasons) is expected


def test_exceptions_cancel_a_rule():
    from tests.unit.rules.rules_files import hits, ruleset

    rules = ruleset("""
        rules:
          - id: it
            when: {message.text|has: refund}
            exceptions: [{message.text|has: already}, {message.channel: x}]
            then: {tag: hit}
    """)
    assert hits(rules, "refund please")
    assert not hits(rules, "already got the refund")
    assert not hits(rules, "refund please", channel="x")


def test_the_reason_of_a_field_says_what_it_held():
    verdict = one_rule("{message.findings|has: CARD, ticket.state: open}").evaluate(FACTS)
    assert verdict.reasons[0].why == "message.findings has CARD; ticket.state is open"
