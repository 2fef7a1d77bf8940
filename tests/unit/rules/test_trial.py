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
