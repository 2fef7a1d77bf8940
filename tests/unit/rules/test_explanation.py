"""The walk through the rules, told rule by rule."""

from tests.unit.rules.rules_files import message, ruleset

RULES = """
rules:
  - id: refund-big
    when:
      message.text|has: [refund, 退款]
      ticket.tags|has: vip
    then: {queue: billing}
  - id: stolen
    when: {message.text|has: 转走}
    then: {tag: stolen, urgency: critical, queue: emergency}
  - id: money
    when: {any: [{message.text|has: 钱}, {message.channel: x}]}
    then: {urgency: high, queue: billing}
tags: [vip]
"""


def test_steps_name_conditions_words_places_and_lost_writes():
    told = ruleset(RULES).explain(message("退款！钱被转走"))
    big, stolen, money = told.steps
    assert (big.state, big.missing) == ("quiet", "ticket.tags|has (line 14)")
    assert [(check.label, check.passed, check.found, check.at) for check in big.checks] == [
        ("all", False, "", ()),
        ("message.text|has", True, "退款", ((0, 2),)),
        ("ticket.tags|has", False, "", ()),
    ]
    assert (stolen.state, stolen.file, stolen.line) == ("fired", "rules.yaml", 16)
    assert stolen.writes == (("tag", "stolen"), ("urgency", "critical"), ("queue", "emergency"))
    assert [(lost.key, lost.value, lost.to) for lost in money.lost] == [
        ("urgency", "high", "stolen"),
        ("queue", "billing", "stolen"),
    ]
    assert told.verdict.queue == "emergency"


def test_lines_in_both_languages():
    told = ruleset(RULES).explain(message("钱被转走"))
    english = "\n".join(told.lines("en"))
    chinese = "\n".join(told.lines("zh-Hans"))
    assert "stolen (rules.yaml:16): fired" in english
    assert "yes message.text|has: 转走 @ 2-4" in english
    assert "x  queue: billing lost to stolen" in english
    assert "refund-big" not in english
    assert "stolen (rules.yaml:16): 命中" in chinese
    assert "queue: billing 让位于 stolen" in chinese
    assert "refund-big" in "\n".join(told.lines("en", quiet=True))
