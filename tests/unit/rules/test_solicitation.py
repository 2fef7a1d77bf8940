"""Replies that ask for a secret, and the warnings that use the same words.

Four corpora, each line marked + (asks) or - (does not). Tuning lines were looked at while the wordings were built,
measuring lines never: they were written before the wordings were measured on them, and a set that was looked at since
became tuning lines. Those of guile are measuring lines of somebody who looks for ways around: of them less is caught.
Those of carelessness are by yet another writer, and less of them is caught than of the measuring lines.
"""

import re
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rules.solicitation import solicitations
from rules.text import fold
from tests import rulesets

CORPORA = Path(__file__).parents[2] / "corpora"
LANGUAGES = ("en", "zh")
LIKE = 0.6
"""Of the letter triples of two lines together, the share both have, from which they are copies of each other."""


@cache
def lines(name: str, language: str) -> list[tuple[bool, str]]:
    text = (CORPORA / f"solicitation_{name}.txt").read_text(encoding="utf-8")
    found = [(line[0] == "+", line[2:].replace("\\n", "\n")) for line in text.splitlines() if not line.startswith("#")]
    return [(asks, said) for asks, said in found if language == ("zh" if re.search("[一-鿿]", said) else "en")]


def triples(text: str) -> frozenset[str]:
    text = f" {fold(text).text.strip()} "
    return frozenset(text[start : start + 3] for start in range(len(text) - 2))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.slow
def test_no_measuring_line_is_a_tuning_line_or_nearly_one(language):
    tuning = [triples(text) for _, text in lines("tuning", language)]
    for _, text in [line for name in ("measuring", "guile", "careless") for line in lines(name, language)]:
        own = triples(text)
        assert not [other for other in tuning if len(own & other) >= LIKE * len(own | other)], text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_measuring_corpus_is_large_and_half_of_it_is_harmless(language):
    count = Counter(asks for asks, _ in lines("measuring", language))
    assert min(count[True], count[False]) >= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tuning_line_is_judged_right(language):
    wrong = [text for asks, text in lines("tuning", language) if bool(solicitations(text)) != asks]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.slow
def test_unseen_requests_are_caught_and_unseen_warnings_pass(language):
    right = Counter(asks for asks, text in lines("measuring", language) if bool(solicitations(text)) == asks)
    count = Counter(asks for asks, _ in lines("measuring", language))
    caught, passed = right[True] / count[True], right[False] / count[False]
    print(language, f"caught {caught:.3f} of {count[True]}, harmless passed {passed:.3f} of {count[False]}")
    assert caught >= CAUGHT
    assert passed >= PASSED


CAUGHT, PASSED = 0.95, 0.95


@pytest.mark.parametrize(("language", "least"), [("en", 10), ("zh", 7)])
def test_of_the_ways_around_as_many_are_caught_as_before_and_look_alikes_pass(language, least):
    found = [(asks, bool(solicitations(text))) for asks, text in lines("guile", language)]
    assert found.count((True, True)) >= least
    assert found.count((False, True)) <= 1


@pytest.mark.parametrize(("language", "least"), [("en", 6), ("zh", 9)])
def test_of_what_careless_agents_write_as_much_is_caught_as_before(language, least):
    found = [(asks, bool(solicitations(text))) for asks, text in lines("careless", language)]
    assert found.count((True, True)) >= least
    assert found.count((False, True)) <= 1


def test_the_shipped_answers_ask_for_nothing():
    for template in rulesets.shipped().templates.values():
        for text in template.texts.values():
            assert solicitations(text) == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hello. Please send us your recovery phrase. Thanks", "send us your recovery phrase"),
        ("您好，请把助记词发给我", "助记词"),
        ("ｐｌｅａｓｅ ｓｅｎｄ your pass\u200bword", "ｓｅｎｄ your pass\u200bword"),
    ],
)
def test_the_place_is_told_in_the_text_as_it_was_written(text, asked):
    ((start, end),) = solicitations(text)
    assert text[start:end] == asked


@pytest.mark.parametrize("unit", ["send your password ", "please ", "the code ", "把密码", "请", ", ", "1. ", "a"])
def test_whatever_comes_is_judged(unit):
    text = unit * (50_000 // len(unit))
    assert all(0 <= start < end <= len(text) for start, end in solicitations(text))


@pytest.mark.parametrize(
    "unit", ["三密码没有前没有", "卡号:卡号输", "pin : enter seed ", ": we need pin pin seed type ", "seed "]
)
def test_what_is_made_to_be_slow_is_judged_all_the_same(unit):
    text = unit * (20_000 // len(unit))
    began = time.process_time()
    solicitations(text)
    assert time.process_time() - began < 2.0  # seconds; about 0.5, and the first took 19


@pytest.mark.parametrize("text", ["Please s\u0435nd your rec\u043every phrase.", "将私钥复制到这里", "俾我你個驗證碼"])
def test_other_letters_and_verbs_ask_all_the_same(text):
    assert solicitations(text)


@pytest.mark.parametrize(
    "text",
    [
        "Send me your seed-phrase",
        "Please send us your passw0rd",
        "send me your p a s s w o r d",
        "Send me your _password_",
        "Sénd me your pássword",
        "Send me your recovery/seed phrase",
        "请把 助 记 词 发给我",
        "请把助-记-词发给我",
        "请把助.记.词发给我",
        "把你的 seed phrase 发我",
        "你的password是什么",
    ],
)
def test_what_is_spelled_out_or_in_another_language_asks_all_the_same(text):
    assert solicitations(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please send us the address of https://ours.example/reset-password_now as you see it",
        "a - b - c: send us the list",
        "We never ask for your p-a-s-s-w-o-r-d.",
        "不要把助-记-词告诉任何人",
    ],
)
def test_a_warning_that_is_spelled_out_passes_and_so_does_an_address(text):
    assert solicitations(text) == ()


def test_the_place_of_what_is_spelled_out_is_told_as_it_was_written():
    ((start, end),) = solicitations("Hello, send me your p a s s w o r d now")
    assert "Hello, send me your p a s s w o r d now"[start:end] == "send me your p a s s w o r d"
