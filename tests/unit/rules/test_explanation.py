"""The walk through the rules, told rule by rule: those that fired, and quiet ones but for one condition."""

import re

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
    assert big.state == "quiet"
    assert big.missing is not None
    assert (big.missing.label, big.missing.line) == ("ticket.tags|has", 14)
    assert [(check.label, check.found) for check in big.missing.held] == [("message.text|has", "退款")]
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
    assert told.nearest == ("refund-big",)


def test_lines_in_both_languages():
    told = ruleset(RULES).explain(message("退款！钱被转走"))
    version = told.verdict.version
    assert told.lines("en") == [
        f"verdict: critical, queue emergency, tags stolen, language zh, rules {version}",
        "stolen (rules.yaml:16): fired",
        "  yes message.text|has: 转走 @ 5-7 (line 17)",
        "  -> tag: stolen",
        "  -> urgency: critical",
        "  -> queue: emergency",
        "money (rules.yaml:19): fired",
        "  yes message.text|has: 钱 @ 3-4 (line 20)",
        "  -> urgency: high",
        "  -> queue: billing",
        "  x  urgency: high lost to stolen",
        "  x  queue: billing lost to stolen",
        "Quiet, but for one condition:",
        "refund-big (rules.yaml:11): quiet",
        "  yes message.text|has: 退款 @ 0-2 (line 13)",
        "  only this failed: ticket.tags|has (line 14)",
    ]
    chinese = told.lines("zh")
    assert chinese[0] == f"结论：critical，队列 emergency，标签 stolen，语言 zh，规则 {version}"
    assert chinese[-4:] == [
        "未命中，只差一个条件：",
        "refund-big (rules.yaml:11)：未命中",
        "  是 message.text|has：退款 @ 0-2（第 13 行）",
        "  只差这个条件：ticket.tags|has（第 14 行）",
    ]
    assert "  x  queue: billing 让位于 stolen" in chinese
    left = re.compile(r"\b(yes|no|fired|quiet|line|lost|only|verdict)\b")
    assert not [line for line in [*chinese, *told.lines("zh", everything=True)] if left.search(line)]


def test_everything_shows_each_rule_with_each_condition():
    told = ruleset(RULES).explain(message("hello"))
    assert len(told.lines()) == 1
    assert told.lines(everything=True)[1:5] == [
        "refund-big (rules.yaml:11): quiet",
        "  no  all (line 13)",
        "    no  message.text|has (line 13)",
        "    no  ticket.tags|has (line 14)",
    ]


def missing(when: str, text: str) -> str | None:
    """What is said of the one condition that failed, of a single rule."""
    lines = ruleset(f"rules: [{{id: it, when: {when}, then: {{tag: t}}}}]").explain(message(text)).lines()
    return next((line.strip() for line in lines if "only this failed" in line), None)


def test_a_rule_is_near_when_one_condition_failed_and_a_word_is_there():
    two = "{message.text|has: refund, message.channel: x}"
    assert missing(two, "refund") == "only this failed: message.channel (line 9)"
    assert missing(two, "hello") is None
    assert missing("{message.text|has: refund, message.channel: x, customer.vip: true}", "refund") is None
    assert missing("{message.channel: x, message.visibility: private}", "refund") is None  # no word is there
    assert missing("{message.text|has: refund}", "hello") is None


def test_what_should_not_be_there_is_shown():
    found = missing("{message.text|has: refund, not: {message.text|has: [got, had]}}", "I got my refund")
    assert found == "only this failed: message.text|has (line 9); there is got @ 2-5"


def test_words_that_exceptions_made_not_count_are_shown():
    when = "{message.text|near: {words: [my, stolen], unless just before: [not, if]}}"
    expected = "only this failed: message.text|near (line 9); there is near(my, stolen) @ 0-2 15-21; excepted by not"
    assert missing(when, "my card is not stolen") == expected
    assert missing(when, "my card is lost") is None


def test_of_alternatives_the_nearest_is_named_or_all_of_them():
    near = "{message.text|has: hi, any: [{message.text|has all: [a1, b1]}, {message.text|has: c1, message.channel: x}]}"
    assert missing(near, "hi c1") == "only this failed: message.channel (line 9)"
    vague = "{message.text|has: hello, any: [{message.text|has: a1}, {message.channel: x}]}"
    assert missing(vague, "hello") == "only this failed: any (line 9)"


def test_words_that_weighed_nearly_enough_are_shown_with_their_weight():
    rules = ruleset("""
        weights: {loss: {words: "+1 lost\\n+2 card\\n-2 joke"}}
        rules:
          - id: it
            when: {message.text|has: my, message.text|weighs: {of: loss, at least: 3}}
            then: {tag: t}
    """)
    near = rules.explain(message("my card"))
    assert near.lines()[-1] == "  only this failed: message.text|weighs (line 13); there is loss +2.0 < 3: card @ 3-7"
    assert rules.explain(message("my lost card")).verdict.tags == ("t",)
    assert not rules.explain(message("my joke")).nearest
    subject = "{message.text|has: my, message.subject|weighs: {of: loss, at least: 3}}"
    assert (
        not ruleset(f"""
        weights: {{loss: {{words: "+1 lost"}}}}
        rules: [{{id: it, when: {subject}, then: {{tag: t}}}}]
    """)
        .explain(message("my"))
        .nearest
    )


def test_the_five_nearest_are_told_and_how_many_more_there_are():
    rule = "  - {{id: r{n}, when: {{message.text|has: w{n}, customer.vip: true}}, then: {{tag: t}}}}"
    rules = "\n".join(rule.format(n=n) for n in range(8))
    words = " ".join(f"w{n}" for n in range(8))
    told = ruleset(f"rules:\n{rules}").explain(message(words))
    assert len(told.nearest) == 8
    lines = told.lines()
    assert "Quiet, but for one condition: (and 3 more: --all)" in lines
    assert sum(line.endswith(": quiet") for line in lines) == 5


def test_the_nearest_come_first():
    told = ruleset("""
        rules:
          - {id: one, when: {message.text|has: card, customer.vip: true}, then: {tag: t}}
          - {id: two, when: {message.text|has: card, message.any|has: lost, customer.vip: true}, then: {tag: t}}
          - {id: far, when: {message.text|has: card, customer.vip: true, message.channel: x}, then: {tag: t}}
    """).explain(message("lost card"))
    assert told.nearest == ("two", "one")


def test_packs_are_named_with_their_versions():
    told = ruleset("pack: shop@2.3.0\n").explain(message("hello"))
    assert told.verdict.packs == ("shop@2.3.0",)
    assert told.lines()[0].endswith(f"rules {told.verdict.version} (shop@2.3.0)")
