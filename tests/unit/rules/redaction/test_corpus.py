"""The figures redaction stands for, on wordings no detector was tuned on; and that they are counted honestly."""

import json
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from rules.facts import Finding, Visibility
from rules.redact import PERSONAL, SECRETS, redact
from tests.corpora.build_redaction import build

CORPORA = Path(__file__).parents[3] / "corpora"


@cache
def _rows(name: str) -> list[dict]:
    text = (CORPORA / f"redaction_{name}.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _masks(text: str, visibility: Visibility) -> list[Finding]:
    return [finding for finding in redact(text, visibility=visibility).findings if finding.masked]


def _covered(span: dict, masks: list[Finding]) -> bool:
    left = set(range(span["start"], span["end"]))
    for mask in masks:
        left -= set(range(mask.start, mask.end))
    return not left


def _named(span: dict, masks: list[Finding]) -> bool:
    return any(mask.type == span["type"] and mask.start < span["end"] and mask.end > span["start"] for mask in masks)


def test_the_corpora_are_what_their_wordings_build_and_share_no_wording() -> None:
    for name in ("tuning", "measuring", "hard"):
        assert (CORPORA / f"redaction_{name}.ndjson").read_text(encoding="utf-8") == build(name)
    wordings = [
        {
            line
            for line in (CORPORA / f"redaction_{name}.txt").read_text(encoding="utf-8").splitlines()
            if " {" not in line[:6]
        }
        for name in ("tuning", "measuring", "hard")
    ]
    for one, other in combinations(wordings, 2):
        assert not {line for line in one & other if line and not line.startswith("#")}


def test_the_measuring_corpus_is_hard_enough() -> None:
    rows = _rows("measuring")
    harmless = sum(not row["spans"] for row in rows)
    assert harmless >= 0.4 * len({row["text"] for row in rows})
    assert {row["language"] for row in rows} == {"en", "zh"}


@pytest.mark.parametrize("corpus", ["measuring", "hard"])
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_of_a_hundred_secrets_at_most_one_is_left_in_clear(visibility: Visibility, corpus: str) -> None:
    left = [
        (span["type"], row["text"])
        for row in _rows(corpus)
        for span in row["spans"]
        if span["type"] in SECRETS and not _covered(span, _masks(row["text"], visibility))
    ]
    secrets = sum(span["type"] in SECRETS for row in _rows(corpus) for span in row["spans"])
    assert len(left) <= 0.01 * secrets, left


def test_recall_and_names_by_type_and_language_in_public() -> None:
    total, found, named, by_language = Counter(), Counter(), Counter(), Counter()
    for row in _rows("measuring"):
        masks = _masks(row["text"], "public")
        for span in row["spans"]:
            covered = _covered(span, masks)
            total[span["type"]] += 1
            found[span["type"]] += covered
            named[span["type"]] += covered and _named(span, masks)
            by_language[row["language"], covered] += 1
    assert set(total) == SECRETS | PERSONAL
    assert found.total() >= 0.97 * total.total()
    assert named.total() >= 0.95 * total.total()
    assert {kind: found[kind] / total[kind] for kind in total if found[kind] < 0.93 * total[kind]} == {}
    rates = {
        language: by_language[language, True] / (by_language[language, True] + by_language[language, False])
        for language in ("en", "zh")
    }
    assert rates["zh"] >= rates["en"] - 0.01


@pytest.mark.parametrize("corpus", ["measuring", "hard"])
def test_of_a_hundred_harmless_messages_at_most_one_is_touched(corpus: str) -> None:
    harmless = [row["text"] for row in _rows(corpus) if not row["spans"]]
    touched = [text for text in harmless if _masks(text, "public")]
    assert len(touched) <= 0.01 * len(harmless), touched


@pytest.mark.parametrize("corpus", ["measuring", "hard"])
def test_what_is_masked_beside_a_secret_is_under_one_in_a_hundred_characters(corpus: str) -> None:
    outside, wrong = 0, 0
    for row in _rows(corpus):
        secret = {place for span in row["spans"] for place in range(span["start"], span["end"])}
        masked = {place for mask in _masks(row["text"], "public") for place in range(mask.start, mask.end)}
        outside += len(row["text"]) - len(secret)
        wrong += len(masked - secret)
    assert wrong <= 0.01 * outside


def test_contact_data_is_kept_in_private() -> None:
    kept, spans = 0, 0
    for row in _rows("measuring"):
        masks = _masks(row["text"], "private")
        for span in row["spans"]:
            if span["type"] in PERSONAL:
                spans += 1
                kept += not any(mask.start < span["end"] and mask.end > span["start"] for mask in masks)
    assert kept >= 0.99 * spans
