"""Folding for matching: one form for all spellings, and the way back."""

import pytest

from rules.text import PLACEHOLDER_TYPES, fold, fold_word
from rules.variants import SIMPLIFIED


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("REFUND", "refund"),
        ("ＲＥＦＵＮＤ１２", "refund12"),
        ("我的幣被轉走了", "我的币被转走了"),
        ("帳號 賬號 帐号 账号", "账号 账号 账号 账号"),
        ("don’t", "don't"),
        ("a\u00a0b\tc\r\nd", "a b c d"),
        ("one  two\nthree", "one two three"),
        ("one\n\ntwo", "one\ntwo"),
        ("转\u200b走", "转走"),
        ("ﬁne ½ ™", "fine 1⁄2 tm"),
        ("cafe\u0301", "café"),
        ("[SEED_PHRASE] x", "\x01" * 13 + " x"),
        ("[URGENT]", "[urgent]"),
        ("a\ud800b", "a\ufffdb"),
        ("", ""),
    ],
)
def test_folding(source, folded):
    assert fold(source).text == folded


@pytest.mark.parametrize(
    ("source", "found", "expected"),
    [
        ("我的幣 被轉走了", "转走", "轉走"),
        ("x  ＲＥＦＵＮＤ\n\n now", "refund", "ＲＥＦＵＮＤ"),
        ("ﬁrst refund", "refund", "refund"),
        ("pre\u200bfund re\u200bfund", " refund", " re\u200bfund"),
        ("e\u0301 lost", "lost", "lost"),
        ("½ lost", "lost", "lost"),
    ],
)
def test_spans_lead_back_to_the_source(source, found, expected):
    folded = fold(source)
    start = folded.text.index(found)
    low, high = folded.span(start, start + len(found))
    assert source[low:high] == expected


def test_every_placeholder_of_the_door_is_hidden_from_words():
    for name in PLACEHOLDER_TYPES:
        assert not any(char.isalnum() for char in fold(f"[{name}]").text)


def test_the_table_is_one_step_and_one_character():
    assert len(SIMPLIFIED) > 1000
    assert all(len(old) == len(new) == 1 for old, new in SIMPLIFIED.items())
    assert not SIMPLIFIED.keys() & set(SIMPLIFIED.values())


def test_a_word_loses_its_outer_blanks():
    assert fold_word("  Refund ") == "refund"
