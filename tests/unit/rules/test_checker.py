"""Doubts: what works but is probably not meant."""

import pytest

from rules.book import WORDS_MAX
from rules.problems import RulesError
from rules.ruleset import load
from tests.unit.rules.rules_files import ruleset


def doubts(body: str) -> list[tuple[str, int, str]]:
    return [(w.code, w.line, w.text) for w in ruleset(body).warnings]


def test_a_single_chinese_character_is_doubted_when_it_hits_alone():
    found = doubts("rules: [{id: a, when: {message.text|has: [退, 退款]}, then: {tag: t}}]")
    assert found == [("one-character", 9, "退 is found inside many words")]
    assert not doubts("rules: [{id: a, when: {message.text|near: {words: [退, 没]}}, then: {tag: t}}]")


def test_words_of_a_list_that_hold_each_other():
    found = doubts("""
        lists: {money: [退款, 退款失败, refund, refund now, Refund]}
        rules: [{id: a, when: {message.text|has: $money}, then: {tag: t}}]
    """)
    assert [(code, text) for code, _, text in found] == [
        ("overlap", "退款失败 holds 退款, also in money"),
        ("overlap", "Refund is twice in money"),
    ]


def test_a_list_nobody_uses():
    assert [code for code, _, _ in doubts("lists: {money: [cash]}")] == ["unused"]


def test_a_rule_whose_queue_is_always_taken_before():
    body = """
        rules:
          - {id: first, when: {message.text|has: [refund, cash]}, then: {queue: billing}}
          - {id: later, when: {message.text|has: cash, message.channel: x}, then: {queue: emergency}}
          - {id: other, when: {message.text|has: coins}, then: {queue: emergency}}
    """
    assert [(code, text) for code, _, text in doubts(body)] == [("shadowed", "later never decides the queue")]


def test_nothing_behind_a_rule_that_takes_everything():
    body = "rules: [{id: all, then: {queue: billing}}, {id: b, when: {message.text|has: x}, then: {queue: general}}]"
    assert [code for code, _, _ in doubts(body)] == ["shadowed"]


def test_a_long_list_may_be_named_by_many_rules_and_words_are_bounded_all_the_same():
    words = ", ".join(f"w{n}" for n in range(WORDS_MAX // 50))
    rule = "  - {{id: r{n}, when: {{message.text|has: {what}}}, then: {{tag: t}}}}\n"
    head = f"version: 1\nqueues: {{q: {{default: true}}}}\nlists: {{long: [{words}]}}\nrules:\n"
    shared = "".join(rule.format(n=n, what="$long") for n in range(60))
    assert load({"a.yaml": (head + shared).encode()})
    other = "".join(rule.format(n=n, what=f"[$long, extra{n}]") for n in range(60))
    with pytest.raises(RulesError) as refused:
        load({"a.yaml": (head + other).encode()})
    assert {problem.code for problem in refused.value.problems if problem.severity == "error"} == {"limit"}
