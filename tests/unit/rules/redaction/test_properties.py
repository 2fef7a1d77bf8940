"""What holds for every text: total, idempotent, honest spans, and no valid secret survives an embedding."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.detectors.hit import TYPES
from rules.detectors.registry import DETECTORS, plan
from rules.detectors.scan import WORDS
from rules.facts import Visibility
from rules.fold import fold
from rules.redact import PERSONAL, SECRETS, redact, redact_fields
from tests.corpora import values

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300)
PIECES = st.lists(
    st.one_of(
        st.sampled_from([
            "password", "is", ":", " ", "\n", "密码", "是", "验证码", "code", "cvv", "card", "卡号", "seed phrase",
            "助记词", "私钥", "private key", "hash", "哈希", "order", "订单", "{", "}", '"ciphertext":', "abandon",
            "-----begin private key-----", "ability", "zoo", "the", "4111111111111111", "4111", " 1111", "a@b.com",
            "+14155552671", "[CARD]", "[SEED_PHRASE]", "[", "]", "1.", "2)", "0x" + "ab" * 32, "T-1", "12/27", "123",
            "是我的", "is my", "\u200b", "Hunter2!", "abc123", "1.2.3.4", "my name is", "Al Bo", "我叫王芳", "，", "。",
            "DE89370400440532013000",
        ]),
        st.text(max_size=6),
    ),
    max_size=30,
).map("".join)  # fmt: skip
CORPUS = [
    json.loads(line)["text"]
    for line in (Path(__file__).parents[3] / "corpora" / "redaction_tuning.ndjson").read_text("utf-8").splitlines()
]
VISIBILITY: st.SearchStrategy[Visibility] = st.sampled_from(["public", "private"])


@given(st.one_of(ANY_TEXT, PIECES), VISIBILITY)
@example("\ud800\x00\udfff 4111111111111111 \x1a", "public")
@example("password: [CARD] hunter2!", "private")
def test_masks_are_where_the_findings_say_and_a_second_pass_changes_nothing(text: str, visibility: Visibility) -> None:
    redacted = redact(text, visibility=visibility)

    rebuilt, done = "", 0
    for finding in redacted.findings:
        assert done <= finding.start < finding.end <= len(text)
        assert finding.type in TYPES
        kept = text[finding.start : finding.end]
        rebuilt += text[done : finding.start] + (f"[{finding.type}]" if finding.masked else kept)
        done = finding.end
    assert rebuilt + text[done:] == redacted.text

    again = redact(redacted.text, visibility=visibility)
    assert again.text == redacted.text
    assert not any(finding.masked for finding in again.findings)


@given(st.one_of(PIECES, st.sampled_from(CORPUS)))
def test_no_gate_is_shut_on_something_its_detector_would_find(text: str) -> None:
    how = plan(SECRETS | PERSONAL)
    scan = how.scanner(fold(text))
    for detector in DETECTORS:
        met = not scan.at.keys().isdisjoint(detector.triggers)
        if met and detector.gate is not None and not detector.gate(scan):
            assert list(detector.find(scan)) == [], detector.find


@given(st.one_of(PIECES, st.sampled_from(CORPUS)))
@example("¼我叫王芳")
@example('isisisisisisisisHunter2!isseed phraseprivate key"ciphertext":password')
def test_no_detector_finds_more_when_every_place_is_an_anchor(text: str) -> None:
    how = plan(SECRETS | PERSONAL)
    scan, everywhere = how.scanner(fold(text)), how.scanner(fold(text))
    words = WORDS.keys() - {"@"}
    everywhere.at = {trigger: list(range(len(scan.text))) for trigger in {*words, "token"}} | {
        trigger: places for trigger, places in scan.at.items() if trigger not in words
    }
    for detector in DETECTORS:
        met = not scan.at.keys().isdisjoint(detector.triggers)
        if detector.gate is None and words.issuperset(detector.triggers) and (met or len(detector.triggers) == 1):
            found = set(detector.find(scan)) if met else set()
            assert set(detector.find(everywhere)) == found, detector.find


@given(st.lists(st.one_of(ANY_TEXT, PIECES, st.sampled_from(CORPUS)), min_size=1, max_size=4), VISIBILITY)
@example(["private key", "0x" + "ab" * 32], "private")
@example(["password", "is hunter2!"], "private")
@example(["legal winner thank year wave sausage", "worth useful legal winner thank yellow"], "private")
@example(["legal winner thank year wave sausage worth useful", "hello"], "private")
def test_fields_looked_at_together_are_what_each_is_alone(texts: list[str], visibility: Visibility) -> None:
    together = redact_fields([("text", text) for text in texts], visibility=visibility)
    assert together == [redact(text, visibility=visibility) for text in texts]


SURROUNDINGS = st.sampled_from([
    ("", ""), ("my card is ", " please help"), ("卡号", "扣款了两次"), ("(", ")"), ("看一下，", "。谢谢"), ("\n", "\n"),
    ("it was charged twice: ", ", why?"), ("我用", "付的款"), ("“", "”"), ("see ", "!!!"), ("卡：", "；有效期12/27"),
])  # fmt: skip


@given(st.integers(0, 2**32), SURROUNDINGS, VISIBILITY)
def test_no_valid_card_survives(seed: int, around: tuple[str, str], visibility: Visibility) -> None:
    value = values.card(random.Random(seed))
    text = redact(around[0] + value + around[1], visibility=visibility).text
    assert text == f"{around[0]}[CARD]{around[1]}"


@given(
    st.integers(0, 2**32),
    SURROUNDINGS,
    st.sampled_from([12, 15, 18, 21, 24]),
    st.sampled_from([" ", "\n", ", ", "\t", "  ", " - "]),
)
def test_no_valid_phrase_survives(seed: int, around: tuple[str, str], count: int, joiner: str) -> None:
    words = values.bip39_phrase(random.Random(seed), "english", count)
    text = redact(around[0] + joiner.join(words) + around[1]).text
    # A neighbour that is a list word itself may be masked too; no word of the phrase may stay.
    assert "[SEED_PHRASE]" in text
    left = text.replace("[SEED_PHRASE]", " ")
    assert not any(f" {word} " in f" {left} " for word in words if word not in "".join(around))


@pytest.mark.parametrize(
    "language", ["english", "spanish", "french", "italian", "portuguese", "czech", "japanese", "korean"]
)
@given(st.integers(0, 2**32))
def test_a_phrase_of_every_alphabetic_language_is_masked(language: str, seed: int) -> None:
    phrase = " ".join(values.bip39_phrase(random.Random(seed), language, 12))
    assert redact(f"助记词：{phrase}").text == "助记词：[SEED_PHRASE]"


@given(
    st.integers(0, 2**32),
    st.sampled_from(["chinese_simplified", "chinese_traditional"]),
    st.sampled_from([" ", "、", "\n", ""]),
)
def test_a_chinese_phrase_after_its_label_is_masked(seed: int, language: str, joiner: str) -> None:
    phrase = joiner.join(values.bip39_phrase(random.Random(seed), language, 12))
    assert redact(f"助记词：{phrase}").text == "助记词：[SEED_PHRASE]"
