"""Signs in words: what is looked for though it was hardly meant so is doubted, and masks are found by no word."""

import pytest

from rules.facts import Facts, MessageFacts
from rules.ruleset import Ruleset, load

HEAD = "version: 1\nqueues: {general: {default: true}}\n"


def rules(body: str) -> Ruleset:
    return load({"rules.yaml": (HEAD + body).encode()})


def of_when(when: str) -> list[tuple[str, str]]:
    return [(w.code, w.text) for w in rules(f"rules: [{{id: a, when: {when}, then: {{tag: t}}}}]").warnings]


@pytest.mark.parametrize(
    ("word", "doubt"),
    [
        ("“refund”", ("signs", "the quotation marks of “refund” are looked for too")),
        ("「退款」", ("signs", "the quotation marks of 「退款」 are looked for too")),
        ("退款，退货", ("signs", "退款，退货 is one word, for its comma is a Chinese one")),
        ("退款、退货", ("signs", "退款、退货 is one word, for its comma is a Chinese one")),
        ("refund|退款", ("signs", "refund|退款 is one word, for | does not part words")),
        ("'*fund'", ("signs", "*fund holds a * that is looked for as it is")),
        ("re*fund", ("signs", "re*fund holds a * that is looked for as it is")),
        ("'my [CARD]'", ("never", "[CARD] is what masks leave, which no word finds")),
    ],
)
def test_signs_that_are_looked_for_though_they_were_hardly_meant_so_are_doubted(word, doubt):
    assert of_when(f"{{message.text|has: [{word}, money back]}}") == [doubt]
    assert of_when(f"{{message.text|near: {{words: [{word}, money back]}}}}") == [doubt]


@pytest.mark.parametrize("word", ["'您好，我要退款'", "refund*", "didn’t arrive", "don't", "'[help] me'", "'“ok”'"])
def test_signs_that_are_meant_are_not_doubted(word):
    assert not of_when(f"{{message.text|has: {word}}}")


def test_a_placeholder_in_a_rule_finds_no_masked_secret_of_any_kind():
    for word in ("[SEED_PHRASE]", "my [SEED_PHRASE]"):
        made = rules(f"rules: [{{id: a, when: {{message.text|has: '{word}'}}, then: {{tag: t}}}}]")
        for text in ("my [SEED_PHRASE] please", "my [PRIVATE_KEY] please"):
            assert not made.evaluate(Facts(message=MessageFacts(text=text))).tags
