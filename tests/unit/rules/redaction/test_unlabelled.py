"""Secrets that are given away without a word for them, in messages of writers of whom nothing was learned."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.detectors.surroundings import Surroundings, values
from rules.detectors.told import VALUES_MAX, scales
from rules.fold import BARRIER
from rules.redact import redact
from tests.unit.rules.test_pack import near_copies

CORPORA = Path(__file__).parents[3] / "corpora"


def rows(name: str) -> list[dict]:
    text = (CORPORA / f"redaction_loose_{name}.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def is_chinese(row: dict) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in row["text"])


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_measuring_message_is_a_tuning_message_or_nearly_one(language):
    measuring, tuning = (
        [row for row in rows(name) if is_chinese(row) is (language == "zh")] for name in ("measuring", "tuning")
    )
    assert len(measuring) >= 350
    assert not near_copies(measuring, tuning, language)


def test_most_secrets_that_no_word_announces_are_masked_and_few_other_values():
    total, left, harmless, touched = Counter(), Counter(), 0, 0
    for row in rows("measuring"):
        found = [one for one in redact(row["text"]).findings if one.masked]
        for secret in row["secrets"]:
            for place in re.finditer(re.escape(secret["value"]), row["text"]):
                total[secret["type"]] += 1
                covered = {at for one in found for at in range(one.start, one.end)}
                left[secret["type"]] += not covered.issuperset(range(*place.span()))
        harmless += not row["secrets"]
        touched += bool(found) and not row["secrets"]
    print({kind: f"{left[kind]} of {total[kind]} left" for kind in total}, f"{touched} of {harmless} touched")
    assert sum(left[kind] for kind in ("PASSWORD", "OTP", "CVV")) <= 0.48 * sum(
        total[kind] for kind in ("PASSWORD", "OTP", "CVV")
    )
    assert touched <= 0.035 * harmless


TEXTS = st.lists(
    st.sampled_from(["its", "Hunter22x", "482913", "order", "not", "730 118", "\n", ",", "我的", "是", "G-615203"]),
    max_size=12,
).map(" a ".join)


@given(TEXTS)
def test_masking_a_value_changes_nothing_of_what_is_seen_of_another(text):
    spans = values(text)
    before = Surroundings(text, text.lower(), spans)
    for hidden in spans:
        masked = text[: hidden[0]] + BARRIER * (hidden[1] - hidden[0]) + text[hidden[1] :]
        others = [span for span in spans if span != hidden]
        assert values(masked) == others
        after = Surroundings(masked, masked.lower(), others)
        for number, span in enumerate(others):
            assert before.beside(spans.index(span)) == after.beside(number)
            assert before.about(spans.index(span)) == after.about(number)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it took Hunter22x. then 482913!", ["Hunter22x", "482913"]),
        ("the 730 118 one, G-615203 too", ["730 118", "G-615203"]),
        ("验证码是不是482913啊", ["482913"]),
        ("$250 at 10:30 on 2024-05-06, 20% of 1,250.00", []),
        ("mail rosa@example.com7 or see www.a1b2.example", []),
        ("KeePass2 on Win11, v8.27.1", []),
        ("@rosa1984 said so, #summer2026", []),
        ("4111111111111111, x4111111111111111", []),
    ],
)
def test_values_are_short_numbers_and_words_with_digits(text, found):
    assert [text[start:end] for start, end in values(text)] == found


def test_a_table_of_numbers_is_not_looked_through():
    message = "i typed Maggie1958 like always and it says wrong"
    assert redact(message).findings
    assert not redact("\n".join([message] * (VALUES_MAX + 1))).findings


def test_what_is_seen_weighs_the_same_in_any_order():
    known = scales().secret.weights["d="]
    seen = [token for token in known if known[token] % 10][:200]
    weights = {scales().secret.weigh([("d=", seen[start:] + seen[:start])]) for start in range(len(seen))}
    assert len(weights) == 1
