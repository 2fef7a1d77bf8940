"""What rules ask of the house: read, the first of a kind decides, the others add up, mistakes named."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.acts import wakes_at_ms
from rules.facts import Act
from tests.unit.rules.rules_files import judged, message, problems, ruleset

RULES = """
times: {office: {zone: Asia/Shanghai, open: {mon-fri: [09:00-12:00, 13:00-18:00]}}}
webhooks:
  crm: {url: "https://crm.example.com/hook?a=1", secret: "env:CRM_SECRET"}
  erp: {url: "env:ERP_URL", secret: "file:secrets/erp"}
rules:
  - {id: one, when: {message.text|has: a}, then: {assign: mei, webhook: [crm, erp]}}
  - id: two
    when: {message.text|has: b}
    then: {assign: nobody, close: it is spam, notify: {queue: billing, text: look}}
  - id: three
    when: {message.text|has: c}
    then: {snooze: {until: office}, hide: yes, notify: [{agent: Li.Na, text: yours}, {queue: billing, text: and you}]}
  - {id: four, when: {message.text|has: d}, then: {assign: li, snooze: 90m, force: true}}
  - {id: five, when: {message.text|has: e}, then: {assign: mei, hide: no}}
"""


@pytest.fixture(scope="module")
def rules():
    return ruleset(RULES)


def asked(rules, text):
    return [(act.kind, act.value, act.rule) for act in judged(rules, text).acts]


def test_one_of_a_kind_or_several(rules):
    assert asked(rules, "a b c") == [
        ("assign", "mei", "one"),
        ("close", "it is spam", "two"),
        ("snooze", "until office", "three"),
        ("hide", "true", "three"),
        ("webhook", "crm", "one"),
        ("webhook", "erp", "one"),
        ("notify", "queue:billing", "two"),
        ("notify", "agent:Li.Na", "three"),
        ("notify", "queue:billing", "three"),
    ]
    lost = [(one.rule, one.key, one.value, one.to) for one in judged(rules, "a b c").lost]
    assert lost == [("two", "assign", "nobody", "one")]


def test_whoever_forces_decides_and_what_was_lost_is_told(rules):
    verdict = judged(rules, "a c d e")
    single = {act.kind: (act.value, act.rule) for act in verdict.acts if act.kind in {"assign", "snooze"}}
    assert single == {"assign": ("li", "four"), "snooze": ("90m", "four")}
    assert [(one.rule, one.key, one.value, one.to) for one in verdict.lost] == [
        ("one", "assign", "mei", "four"),
        ("three", "snooze", "until office", "four"),
        ("five", "assign", "mei", "four"),
    ]


def test_hide_no_asks_for_nothing(rules):
    assert asked(rules, "e") == [("assign", "mei", "five")]


def test_the_text_of_a_notice_and_what_explain_says(rules):
    notice = Act(kind="notify", value="queue:billing", rule="two", text="look")
    assert notice in judged(rules, "b").acts
    (step,) = [step for step in rules.explain(message("b")).steps if step.rule == "two"]
    assert step.writes == (("assign", "nobody"), ("close", "it is spam"), ("notify", "queue:billing"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-11 08:00", "2026-03-11 09:00"),
        ("2026-03-11 09:00", "2026-03-11 13:00"),
        ("2026-03-11 12:30", "2026-03-11 13:00"),
        ("2026-03-11 14:00", "2026-03-12 09:00"),
        ("2026-03-13 18:00", "2026-03-16 09:00"),
    ],
)
def test_until_hours_open_next(rules, now, expected):
    def shanghai_ms(written):

        return round(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)

    assert wakes_at_ms("until office", rules.times, shanghai_ms(now)) == shanghai_ms(expected)


def test_hours_that_never_close_never_open_again():
    rules = ruleset("times: {always: {zone: UTC, open: {mon-sun: 00:00-24:00}}}")
    assert wakes_at_ms("until always", rules.times, 1_793_000_000_000) is None
    assert wakes_at_ms("90m", rules.times, 1_000) == 1_000 + 90 * 60_000


FILE = """
version: 1
queues: {general: {default: true}, billing: {}}
webhooks: %s
rules:
  - {id: a, then: %s}
"""
CRM = '{crm: {url: "https://c.example/h", secret: "env:S"}}'


@pytest.mark.parametrize(
    ("webhooks", "then", "code"),
    [
        (CRM, "{webhook: cmr}", "unknown-webhook"),
        (CRM, "{snooze: soon}", "value"),
        (CRM, "{snooze: {until: office}}", "unknown-time"),
        (CRM, "{snooze: {}}", "missing"),
        (CRM, "{snooze: 1h, close: x}", "value"),
        (CRM, "{notify: {text: x}}", "missing"),
        (CRM, "{notify: {queue: billing}}", "missing"),
        (CRM, "{notify: {queue: billing, agent: mei, text: x}}", "missing"),
        (CRM, "{notify: {queue: biling, text: x}}", "unknown-queue"),
        (CRM, "{notify: billing}", "type"),
        (CRM, "{hide: perhaps}", "value"),
        (CRM, "{assign: [a, b]}", "type"),
        (CRM, "{notify: {agent: mei, text: x}, force: true}", "value"),
        ('{crm: {url: "http://c.example/h", secret: "env:S"}}', "{webhook: crm}", "value"),
        ('{crm: {url: "https://u:p@c.example/h", secret: "env:S"}}', "{webhook: crm}", "value"),
        ('{crm: {url: "https://", secret: "env:S"}}', "{webhook: crm}", "value"),
        ('{crm: {url: "https://c.example/h", secret: hunter2}}', "{webhook: crm}", "value"),
        ('{crm: {url: "https://c.example/h"}}', "{tag: x}", "missing"),
    ],
)
def test_mistakes_are_named(webhooks, then, code):
    found = problems(FILE % (webhooks, then))
    assert code in [problem.code for problem in found if problem.severity == "error"]


def test_what_no_rule_uses_is_doubted():
    rules = ruleset("webhooks: {crm: {url: 'https://c.example/h', secret: 'env:S'}}\nredact: {p: {find: [PHONE]}}")
    assert [problem.text for problem in rules.warnings] == [
        "no rule uses the webhook crm",
        "no rule uses the policy p",
    ]
