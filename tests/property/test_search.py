"""Search: whatever a text holds is found by typing it, in any case and any script, and every query is well-formed."""

import sqlite3
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from router.store.search import DOCUMENT_BYTES_MAX, document, query

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20), min_size=1, max_size=12)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
MIXED = st.lists(
    st.one_of(HAN, ANY, st.sampled_from(["Ünïcode", "0xAbC", "ｆｕｌｌ", "ไทย", " ", "'\"*&|!<>()"])), max_size=8
)


@pytest.fixture(scope="module")
def index():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE i USING fts5 (d, tokenize = 'ascii', columnsize = 0, detail = none)")
    yield connection
    connection.close()


def found(index: sqlite3.Connection, text: str, typed: str) -> bool:
    asked = query(typed)
    assume(asked is not None)
    index.execute("DELETE FROM i")
    index.execute("INSERT INTO i VALUES (?)", (document(text),))
    return index.execute("SELECT COUNT(*) FROM i WHERE i MATCH ?", (asked.fts5,)).fetchone() == (1,)


@given(before=ANY, text=HAN, after=ANY, data=st.data())
def test_any_part_of_a_run_of_chinese_is_found(index, before, text, after, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(index, f"{before} {text} {after}", text[start:end])


@given(parts=MIXED, change=st.sampled_from([str, str.upper, str.lower, str.casefold]))
def test_a_text_is_found_by_itself(index, parts, change):
    text = " ".join(parts)
    assume(change(text).casefold() == text.casefold())
    assert found(index, text, change(text))


@given(text=st.text(st.sampled_from("ab9"), min_size=1, max_size=80), other=ANY)
def test_a_word_is_found_by_its_beginning(index, text, other):
    assert found(index, f"{other} {text}", text[:3])


@given(typed=MIXED.map("".join))
def test_every_query_is_well_formed(index, typed):
    asked = query(typed)
    assume(asked is not None)
    assert index.execute("SELECT COUNT(*) FROM i WHERE i MATCH ?", (asked.fts5,)).fetchone() in {(0,), (1,)}
    assert asked.tsquery.count("'") == 2 * (1 + asked.tsquery.count(" & ") + asked.tsquery.count(" | "))


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1), times=st.integers(1, 4))
def test_a_document_holds_each_word_once_and_fits(text, times):
    once = document(text)
    assert document(*[text] * times, None, "") == once
    assert "  " not in once
    assert once == once.strip(" ")
    assert len(document(*(f"{text} {number}" for number in range(2_000))).encode()) <= DOCUMENT_BYTES_MAX


MARKS = st.text(st.sampled_from("，？：！；（）～。、\u0338\u0301\u3099ｅ=<かe"), max_size=6)


@given(parts=st.lists(st.one_of(HAN, ANY, MARKS), max_size=8))
def test_a_text_and_its_compatible_form_are_one_document(parts):
    text = "".join(parts)
    assert document(text) == document(unicodedata.normalize("NFKC", text))
