"""Buttons of templates: read in the language of the text, checked to line and column, in the schema."""

from textwrap import dedent

import pytest

from rules.links import LinkHosts
from rules.problems import RulesError
from rules.ruleset import load
from rules.translation import told

GOOD = """
version: 1
queues: {general: {default: true}}
templates:
  topic:
    en: What is it about?
    zh: 请问是什么问题？
    buttons:
      - {en: Deposit, zh: 充值, says: {en: My deposit is missing, zh: 我的充值没到}}
      - {en: Refund, zh: 退款}
      - {en: Status, zh: 状态, url: "https://example.com/status"}
rules:
  - {id: ask, when: {message.text|has: help}, then: {reply: topic}}
"""


def written(buttons, text="en: What is it about?"):
    head = f"version: 1\nqueues: {{general: {{default: true}}}}\ntemplates:\n  topic:\n    {text}\n    buttons:\n"
    rules = "rules:\n  - {id: ask, when: {message.text|has: help}, then: {reply: topic}}\n"
    return (head + "".join(f"      - {each}\n" for each in buttons) + rules).encode()


def problems(source):
    with pytest.raises(RulesError) as refused:
        load({"a.yaml": source})
    return refused.value.problems


def test_buttons_are_in_the_language_of_the_text():
    ruleset = load({"a.yaml": dedent(GOOD).lstrip().encode()})
    assert ruleset.buttons("topic", "zh-Hant") == (
        ("充值", "", "我的充值没到"), ("退款", "", "退款"), ("状态", "https://example.com/status", ""),
    )  # fmt: skip
    assert ruleset.buttons("topic", "fr")[0] == ("Deposit", "", "My deposit is missing"), "the fallback's"


@pytest.mark.parametrize(
    ("button", "column", "text", "hint"),
    [
        ("{en: Yes, ulr: 'https://example.com'}", 19, "the button has no key ulr", "did you mean url?"),
        ("{en: Yes, zh: 是}", 19, "the button has no key zh", "known: url, says, en"),
        ("{url: 'https://example.com'}", 9, "the button has no label for en", "write en: and a label"),
        ("{en: Yes, url: 'https://example.com', says: {en: a}}", 9, "the button has url and says", "keep one"),
        ("{en: Yes, says: {zh: 是}}", 25, "the text that it sends is missing for en", "write en: and a text"),
        ("{en: Yes, url: 'javascript:alert(1)'}", 24, "url is javascript:alert(1)", "a whole address"),
        ("{en: Yes, url: 'http://example.com'}", 24, "url is http://example.com", "a whole address"),
        ("{en: 'Number {{ticket.number}}'}", 14, "the label for en has a blank", "buttons take none"),
        ("{en: " + "x" * 41 + "}", 14, "the label for en has 41 characters", "at most 40"),
        ("{en: Yes, says: {en: " + "x" * 201 + "}}", 30, "the text that it sends for en has 201", "at most 200"),
        ("{en: Send us your seed phrase}", 14, "this text asks the customer for a secret", "nobody may ask"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(button, column, text, hint):
    found = problems(written([button]))
    assert (found[0].line, found[0].col) == (7, column), found
    assert text in found[0].text
    assert hint in found[0].hint
    assert all(told(each, "zh").text != each.text for each in found), "in Chinese, too"


def test_too_many_buttons_are_refused():
    (found,) = problems(written(["{en: Yes}"] * 11))
    assert (found.text, found.hint) == ("the template topic has 11 buttons", "at most 10")


def test_a_button_leads_to_no_other_host_and_that_is_told_at_its_place():
    source = dedent(GOOD).lstrip().replace("https://example.com/status", "https://example.org/status").encode()
    (found,) = load({"a.yaml": source}, hosts=LinkHosts.of(["example.com"])).foreign_links()
    assert (found.code, found.line, found.col) == ("foreign-link", 10, 9)
