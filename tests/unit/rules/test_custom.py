"""Fields that a site declares and its messages carry."""

import pytest

from tests.unit.rules.rules_files import hits, judged, message, problems, ruleset

FIELDS = """
fields:
  order_value: number
  plan: {type: word, values: [Free, business]}
  beta: flag
  products: set
"""


@pytest.mark.parametrize(
    ("condition", "ext", "expected"),
    [
        ("custom.order_value|at least: 500", '{"order_value": 500}', True),
        ("custom.order_value|above: 500", '{"order_value": 500}', False),
        ("custom.order_value|above: 500", '{"order_value": 500.5}', True),
        ("custom.order_value|above: 1000000", '{"order_value": 5e9}', True),
        ("custom.order_value|below: 0", '{"order_value": -0.01}', True),
        ("custom.order_value|below: -1.5", '{"order_value": -1.5}', False),
        ("custom.order_value: 12.5", '{"order_value": "12.5"}', True),
        ("custom.order_value|at least: 0", '{"order_value": "much"}', False),
        ("custom.order_value|at least: 0", '{"order_value": true}', False),
        ("custom.order_value|at least: 0", "{}", False),
        ("custom.order_value|between: [1, 2]", '{"order_value": 1.5}', True),
        ("custom.plan: FREE", '{"plan": "free"}', True),
        ("custom.plan: business", '{"plan": "Business"}', True),
        ("custom.plan|exists: true", '{"plan": null}', False),
        ("custom.beta: true", '{"beta": true}', True),
        ("custom.beta: false", '{"beta": "no"}', True),
        ("custom.beta: false", "{}", False),
        ("custom.products: Card", '{"products": ["CARD", "loan"]}', True),
        ("custom.products|has all: [card, loan]", '{"products": ["card"]}', False),
        ("custom.products|has: card", '{"products": "card"}', True),
        ("custom.products|exists: false", '{"products": []}', True),
        ("custom.plan: free", "not json", False),
        ("custom.plan: free", '["plan"]', False),
        ("not: {custom.plan: free}", "", True),
    ],
)
def test_a_declared_field_is_read_from_what_the_message_carries(condition, ext, expected):
    rules = ruleset(FIELDS + f"rules: [{{id: it, when: {{{condition}}}, then: {{tag: hit}}}}]")
    assert hits(rules, "x", ext=ext) is expected


def test_the_reason_names_field_and_value():
    rules = ruleset(FIELDS + "rules: [{id: it, when: {custom.order_value|above: 5}, then: {tag: hit}}]")
    assert judged(rules, "x", ext='{"order_value": 7}').reasons[0].why == "custom.order_value is 7"
    assert rules.explain(message("x")).steps[0].state == "quiet"


def test_tests_of_the_file_carry_fields():
    report = ruleset(
        FIELDS
        + """
rules: [{id: it, when: {custom.order_value|above: 5, custom.beta: true, custom.products: card}, then: {tag: hit}}]
tests:
  - {message: {text: x, custom: {order_value: 6.5, beta: yes, products: [card]}}, expect: {fired: it}}
  - {message: {text: x, custom: {order_value: 5}}, expect: {quiet: it}}
"""
    ).run_tests()
    assert report.ok
    assert report.covered == ("it",)


@pytest.mark.parametrize(
    ("body", "code", "hint"),
    [
        ("rules: [{id: a, when: {custom.plann: x}, then: {tag: t}}]", "unknown-custom", "custom.plan"),
        ("rules: [{id: a, when: {custom.plan: gold}, then: {tag: t}}]", "value", "business"),
        ("rules: [{id: a, when: {custom.order_value: x}, then: {tag: t}}]", "value", "0.5"),
        ("rules: [{id: a, when: {custom.plan|above: x}, then: {tag: t}}]", "unknown-operator", ""),
        ("tests: [{message: {text: x, custom: {plann: y}}, expect: {urgency: low}}]", "unknown-custom", "plan"),
        ("tests: [{message: {text: x, custom: {beta: y}}, expect: {urgency: low}}]", "value", "true"),
    ],
)
def test_a_mistake_in_a_use_is_named(body, code, hint):
    found = problems("version: 1\nqueues: {q: {default: true}}" + FIELDS + body + "\n")
    assert [problem.code for problem in found] == [code]
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("declared", "code", "hint"),
    [
        ("{a: text}", "value", "word"),
        ("{a: {values: [x]}}", "missing", "word"),
        ("{a b: word}", "name", "order_value"),
        ("{a: {type: flag, values: [x]}}", "value", "take"),
        ("{a: {type: word, value: [x]}}", "unknown-key", "values"),
    ],
)
def test_a_mistake_in_a_declaration_is_named(declared, code, hint):
    found = problems(f"version: 1\nqueues: {{q: {{default: true}}}}\nfields: {declared}\n")
    assert [problem.code for problem in found] == [code]
    assert hint in found[0].hint


def test_a_field_is_declared_once_in_all_files():
    from rules.problems import RulesError
    from rules.ruleset import load

    with pytest.raises(RulesError) as refused:
        load(
            {
                "a.yaml": b"version: 1\nqueues: {q: {default: true}}\nfields: {plan: word}\n",
                "b.yaml": b"version: 1\nfields: {plan: word}\n",
            }
        )
    assert [(problem.file, problem.code) for problem in refused.value.problems] == [("b.yaml", "duplicate")]
