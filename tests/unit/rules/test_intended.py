"""What other tools call it, and what only looks right: the hint says what was meant, never its opposite."""

from pathlib import Path

import pytest

from rules.intended import KINDS
from rules.ruleset import load
from rules.translation import told
from tests.unit.rules.rules_files import message, one_rule, problems, ruleset

HEAD = "version: 1\nqueues: {general: {default: true}}\n"


def hint(body: str) -> str:
    """What is advised about the one mistake, which there is in Chinese too."""
    (found,) = problems(HEAD + body)
    assert told(found, "zh").hint != found.hint
    return found.hint


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("message.text|contains: a b", "did you mean has?"),
        ("message.text|has any: [a b]", "did you mean has?"),
        ("message.text|has_all: [a b]", "did you mean has all?"),
        ("message.text|not has: a b", "write the condition without it, under not:"),
        ("message.text|has not: a b", "write the condition without it, under not:"),
        ("message.text|doesn't contain: a b", "write the condition without it, under not:"),
        ("message.text|regex: a b", "did you mean matches?"),
        ("message.attachments|more than: 2", "did you mean above?"),
        ("message.text|hass: a b", "did you mean has?"),
        ("text|has: a b", "did you mean message.text?"),
        ("or: [{message.text|has: a b}]", "did you mean any?"),
        ("contains: a b", "a field comes first: message.text|contains"),
        ("exceptions: [{message.text|has: a b}]", "write it beside when, not in it"),
    ],
)
def test_a_condition_in_other_words(when, expected):
    assert hint(f"rules:\n  - id: a\n    when: {{{when}}}\n    then: {{tag: t}}\n") == expected


def test_a_list_in_chinese_brackets():
    when = "{message.text|has: 【refund, 退款】}"
    assert hint(f"rules: [{{id: a, when: {when}, then: {{tag: t}}}}]") == "a list stands in [ and ]"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("then: {tag: t, response: thanks}", "did you mean reply?"),
        ("then: {tag: t, priority: high}", "did you mean urgency?"),
        ("then: {tag: t, queue:general}", "write : and a blank"),
        ("then: {tag: t}, queue: general", "write it under then:"),
        ("then: {tag: t}, unless: []", "did you mean exceptions?"),
        ("then: queue：general", "its colon is a Chinese one; write : and a blank"),
    ],
)
def test_an_action_in_other_words_or_in_another_place(rest, expected):
    assert hint(f"rules: [{{id: a, when: {{message.text|has: a b}}, {rest}}}]") == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC+8", "an IANA name such as Asia/Shanghai"),
        ("HKT", "an IANA name such as Asia/Shanghai"),
        ("CEST", "an IANA name such as Asia/Shanghai"),
        ("Taiwan", "an IANA name such as Asia/Shanghai"),
        ("Taipei", "did you mean Asia/Taipei?"),
        ("Hong Kong", "did you mean Asia/Hong_Kong?"),
        ("Europe/Wien", "did you mean Europe/Vienna?"),
    ],
)
def test_a_zone_is_never_taken_for_one_that_is_hours_away(zone, expected):
    assert hint(f"times: {{office: {{zone: {zone}, open: {{mon: 09:00-18:00}}}}}}") == expected


@pytest.mark.parametrize(
    ("open_", "expected"),
    [
        ("mon-fri: 9:00-18:00", "did you mean 09:00-18:00?"),
        ("mon-fri: 09:00–18:00", "did you mean 09:00-18:00?"),
        ("mon-fri: 09：00－18：00", "did you mean 09:00-18:00?"),
        ("mon-fri: 9.00 to 18.00", "did you mean 09:00-18:00?"),
        ("mon-fri: '9:00-12:00, 13:00-18:00'", "did you mean [09:00-12:00, 13:00-18:00]?"),
        ("mon-fri: 9am-6pm", "for example 09:00-18:00 or 22:00-06:00"),
        ("mon-fri: 09:00-25:00", "for example 09:00-18:00 or 22:00-06:00"),
        ("Monday-Friday: 09:00-18:00", "did you mean mon-fri?"),
        ("mon–fri: 09:00-18:00", "did you mean mon-fri?"),
        ("13:00-18:00: 09:00-18:00", "several hours of a day stand in brackets: [09:00-12:00, 13:00-18:00]"),
    ],
)
def test_hours_and_weekdays_that_only_look_right(open_, expected):
    assert hint(f"times: {{office: {{zone: Asia/Taipei, open: {{{open_}}}}}}}") == expected


@pytest.mark.parametrize(
    "body",
    [
        "templates: {a: {en: hi, cn: 你好}}",
        "rules: [{id: a, when: {message.lang: cn}, then: {tag: t}}]",
        "rules: [{id: a, when: {customer.language: Chinese}, then: {tag: t}}]",
    ],
)
def test_a_language_by_the_name_of_a_country_or_its_own_is_doubted(body):
    doubts = [found for found in load({"a.yaml": (HEAD + body).encode()}).warnings if found.code == "never"]
    assert [found.hint for found in doubts] == ["did you mean zh?"]
    assert "语言标记" in told(doubts[0], "zh").text


def test_a_template_without_a_language():
    assert hint("templates: {a: Hello}") == "found 'Hello'"


def test_a_blank_that_begins_a_text_needs_quotes():
    found = problems(HEAD + "templates: {a: {en: {{customer.name}}}}")
    assert "put a text that begins with {{ in quotes" in [problem.hint for problem in found]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Twitter", "x"),
        ("e-mail", "email"),
        ("telegramm", "telegram"),
        ("Telegram", None),
        ("wechat", None),
        ("line", None),
    ],
)
def test_a_channel_that_is_called_otherwise_is_doubted(name, meant):
    doubts = [found.hint for found in one_rule(f"{{message.channel: {name}}}").warnings if found.code == "never"]
    assert doubts == ([f"did you mean {meant}?"] if meant else [])


def test_every_shipped_connector_that_brings_messages_is_a_channel():
    folders = {path.parent.name for path in (Path(__file__).parents[3] / "connectors").glob("*/manifest.py")}
    assert set(KINDS) == folders - {"api", "simulated"}


def test_an_expression_between_slashes_is_doubted_and_an_emoji_is_no_part_of_a_word():
    (slashes,) = [found for found in one_rule("{message.text|matches: '/refund/i'}").warnings if found.code == "signs"]
    assert slashes.hint == "leave them out; capitals make no difference"
    assert "one-character" not in [found.code for found in one_rule("{message.text|has: 🚀}").warnings]


def test_a_second_default_says_in_which_file_the_first_is():
    found = problems("version: 1\ninclude: [wallet@1]\nqueues: {support: {default: true}}")
    assert [problem.hint for problem in found] == ["the first is general (wallet@1.1.0/wallet.yaml); keep one"]


def test_a_weight_below_nothing_that_is_enough_says_of_what():
    rules = ruleset("""
        weights: {loss: {start: -2, words: "+1 lost"}}
        rules:
          - id: it
            when: {message.text|has: card, message.text|weighs: {of: loss, at least: -1.5}}
            then: {tag: t}
    """)
    (reason,) = rules.evaluate(message("lost card")).reasons
    assert "loss -1.0 ≥ -1.5: lost" in reason.why
