"""The tests that stand in rules files."""

from tests.unit.rules.rules_files import ruleset

RULES = """
rules:
  - id: refund
    when: {message.text|has: refund, customer.vip: true}
    then: {tag: money, queue: billing, reply: thanks}
  - {id: never, when: {message.text|has: xyzzy}, then: {tag: odd}}
"""


def run(tests: str):
    return ruleset(RULES + "tests:\n" + tests).run_tests()


def test_a_met_expectation_and_coverage():
    report = run("""
  - message: refund please
    customer: {vip: true}
    expect:
      {tags: money, tags_not: odd, queue: billing, reply: thanks, fired: refund, quiet: never, urgency: normal}
  - message: {text: hi, channel: email, attachments: 2, is_first: no}
    ticket: {state: open, tags: money}
    expect: {reply: none, quiet: [refund, never]}
""")
    assert report.ok
    assert report.total == 2
    assert report.covered == ("refund",)
    assert report.uncovered == ("never",)


def test_a_failure_stands_at_the_expectation():
    report = run("""
  - name: a refund
    message: refund please
    expect:
      queue: billing
      tags: [money]
      quiet: refund
""")
    assert not report.ok
    assert [str(failure) for failure in report.failures] == [
        "rules.yaml:20:14 a refund: queue should be billing, is general",
        "rules.yaml:21:14 a refund: tags should hold money, is empty",
    ]


def test_coverage_names_conditions_that_no_test_made_true_or_false():
    rules = ruleset("""
        rules:
          - id: refund
            when:
              message.text|has: [refund, 退款]
              any:
                - {message.channel: x}
                - {customer.vip: true}
              not: {message.text|has: joke}
            then: {tag: refund}
          - {id: all, then: {tag: every}}
          - {id: late, event: idle.2d, when: {ticket.tags|has: refund}, then: {tag: late}}
          - {id: rests, mode: "off", when: {message.text|has: coins}, then: {tag: coins}}
        tests:
          - {message: refund, customer: {vip: true}, expect: {fired: refund}}
          - {message: refund, expect: {quiet: refund}}
          - {message: x, at: 2026-03-11 10:00 UTC, expect: {quiet: refund}, then_after: {3d: {tags_not: late}}}
    """)
    assert not rules.run_tests().conditions
    report = rules.run_tests(conditions=True)
    assert report.ok
    assert [(c.rule, c.label, c.line, c.held, c.failed) for c in report.conditions] == [
        ("refund", "message.text|has", 13, 2, 1),
        ("refund", "message.channel", 15, 0, 3),
        ("refund", "customer.vip", 16, 1, 2),
        ("refund", "message.text|has", 17, 0, 3),
        ("late", "ticket.tags|has", 20, 0, 1),
    ]
    assert report.covered == ("refund", "all")
