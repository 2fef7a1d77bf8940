"""Words that are counted, and words whose capitals count."""

import pytest

from tests.unit.rules.rules_files import hits, judged, one_rule, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("card and bank", True),
        ("the card, the card, the card", False),
        ("银行卡 bank", True),
        ("bank", False),
        ("", False),
    ],
)
def test_different_words_are_counted_not_their_repetitions(text, expected):
    assert hits(one_rule("{message.text|has at least 2: [card, bank, 银行]}"), text) is expected


def test_words_may_stand_in_text_and_subject():
    rules = one_rule("{message.any|has at least 2: [card, bank]}")
    assert hits(rules, "my bank", subject="Card")
    assert not hits(rules, "my bank")


def test_two_spellings_of_one_word_are_one():
    found = problems(
        "version: 1\nqueues: {q: {default: true}}\n"
        "rules: [{id: a, when: {message.text|has at least 2: [Card, card]}, then: {tag: t}}]\n"
    )
    assert [(p.code, p.hint) for p in found] == [("value", "a number from 1 to 1")]


@pytest.mark.parametrize(
    ("condition", "text", "expected"),
    [
        ("has exact case: [US]", "I live in the US", True),
        ("has exact case: [US]", "tell us", False),
        ("has exact case: [US]", "tell us about the US", True),
        ("has exact case: [US]", "ＵＳ dollars", True),
        ("has exact case: [Face ID]", "Face\nID is broken", True),
        ("has exact case: [Face ID]", "face ID is broken", False),
        ("has exact case: [Pay*]", "Paying", True),
        ("has exact case: [Pay*]", "paying", False),
        ("has exact case: [Don't]", "Dont", True),
        ("has exact case: [轉帳]", "我要转账", True),
        ("has exact case: ['#']", "12", True),
        ("has all exact case: [US, UK]", "US and uk", False),
        ("has all exact case: [US, UK]", "US and UK", True),
        ("has at least 2 exact case: [US, UK, EU]", "US and EU", True),
        ("has at least 2 exact case: [US, UK, EU]", "US and eu", False),
    ],
)
def test_exact_case(condition, text, expected):
    assert (
        hits(one_rule(f'{{"message.text|{condition.split(":")[0]}":{condition.split(":", 1)[1]}}}'), text) is expected
    )


def test_the_reason_shows_each_word_where_it_stands():
    reason = judged(one_rule("{message.text|has at least 2: [card, bank, coins]}"), "Bank, my card, bank").reasons[0]
    assert (reason.why, reason.at) == ("card; Bank", ((0, 4), (9, 13)))


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("message.text|has at least: [a]", "has at least 2"),
        ("message.text|starts exact case: [a]", "has all"),
        ("message.channel|is exact case: [a]", "has all"),
        ("message.text|has at least 3: [a, b]", "1 to 2"),
        ("message.text|has at least 0: [a, b]", "1 to 2"),
    ],
)
def test_mistakes(condition, hint):
    found = problems(
        f"version: 1\nqueues: {{q: {{default: true}}}}\nrules: [{{id: a, when: {{{condition}}}, then: {{tag: t}}}}]\n"
    )
    assert len(found) == 1
    assert hint in found[0].hint
