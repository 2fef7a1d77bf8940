"""Files that are no YAML: the slip is named where it was made, with what to do, in both languages."""

import pytest

from rules.document import parse
from rules.problems import Problems
from rules.translation import told

_RULE = "rules:\n  - id: a\n"


def refused(content: str):
    problems = Problems()
    assert parse("a.yaml", content.encode(), problems) is None
    (found,) = problems.all()
    return found


@pytest.mark.parametrize(
    ("content", "line", "col", "text"),
    [
        ("rules:\n\t- id: a\n", 2, 1, "a tab stands where only blanks may"),
        ("a: {b: @refund}\n", 1, 8, "a value cannot begin with @"),
        ("a: %off\n", 1, 4, "a value cannot begin with %"),
        ("a: & more\n", 1, 4, "a value cannot begin with &"),
        ('a: {b: "refund}\nc: d\n', 1, 8, "this quotation mark is never closed"),
        (f'{_RULE}    when: {{b: "\\d+"}}\n', 3, 16, "in double quotes a \\ begins a sign"),
        ("a: - b\n", 1, 4, "a list cannot begin behind its key"),
        ("rules:\n  -id: a\n   when: b\n", 2, 3, "there is no blank behind the -"),
        ("rules:\n  - id:a\n    when: b\n", 2, 7, "there is no blank behind the colon"),
        ("rules:\n  - id:a # a remark\n\n    # another\n    when: b\n", 2, 7, "there is no blank behind the colon"),
        ("rules:\n  - id：a\n    when: b\n", 2, 7, "this colon is a Chinese one"),
        ("rules：\n  - id: a\n", 1, 6, "this colon is a Chinese one"),
        ("rules:\n  – id: a\n    when: b\n", 2, 3, "this sign is not the - of a list"),
        (f"{_RULE}    name: refund: urgent\n", 3, 17, "a value holds a second colon"),
        ("a:\n  b\n  c: d\n", 3, 4, "these keys do not belong to the line before"),
        (f'{_RULE}    name: "refund" urgent\n', 3, 20, "a value goes on behind its end"),
        (f"{_RULE}   then: b\n", 3, 4, "this line begins in another column than those it belongs to"),
        ("rules:\n  - id: a\n  then: b\n", 3, 3, "this line begins in another column than those it belongs to"),
        ("a:\n  zh: | hello\n", 2, 9, "a value goes on behind its end"),
        ("a: {b: c:, d: e}\n", 1, 9, "a value holds a second colon"),
        ("  a: b\nc: d\n", 2, 1, "this line begins in another column than those it belongs to"),
        ("a: b\nc\nd: e\n", 2, 1, "could not find expected ':'"),
        ("a: {b: [c, d}\n", 1, 13, "did not find expected ',' or ']'"),
    ],
)
def test_a_slip_is_told_where_it_was_made(content, line, col, text):
    found = refused(content)
    assert (found.line, found.col, found.code, found.text) == (line, col, "yaml", text)
    chinese = told(found, "zh")
    assert found.hint
    assert chinese.text != found.text
    assert chinese.hint != found.hint


def test_an_open_bracket_is_named_by_its_place():
    assert "the bracket of 1:8 before this" in refused("a: {b: [c, d\ne: f\n").hint


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(end):
    found = refused(f"﻿a: b{end}rules:{end}  - id:a{end}    when: b{end}")
    assert (found.line, found.col) == (3, 7)
