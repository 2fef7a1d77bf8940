"""YAML to nodes: raw scalars, positions, and every bound."""

import pytest

from rules.document import DEPTH_MAX, FILE_BYTES_MAX, NODES_MAX, Listing, Scalar, Shelf, Table, parse
from rules.problems import Problems


def refused(content: bytes):
    problems = Problems()
    assert parse("a.yaml", content, problems) is None
    return [(p.line, p.col, p.code) for p in problems.all()]


def read(content: str):
    problems = Problems()
    root = parse("a.yaml", content.encode(), problems)
    assert not problems.all()
    return root


@pytest.mark.parametrize("raw", ["no", "010", "1:30", "+1", "2026-01-01", "1e3", "on", "0x1F", "12315"])
def test_scalars_stay_what_was_typed(raw):
    root = read(f"a: {raw}\n")
    assert isinstance(root, Table)
    assert root.get("a").value == raw


def test_positions_count_from_one():
    root = read("a:\n  - b\n  - 'c'\n")
    items = root.get("a")
    assert isinstance(items, Listing)
    assert [(item.at.line, item.at.col) for item in items.items] == [(2, 5), (3, 5)]
    assert items.items[1].quoted


def test_nothing_written_is_empty_but_a_quoted_nothing_is_a_text():
    root = read("a:\nb: ~\nc: ''\n")
    assert [root.get(key).empty for key in "abc"] == [True, True, False]


@pytest.mark.parametrize("content", [b"", b"# only a comment\n", b"---\n", b"\xef\xbb\xbf# mark\n"])
def test_an_empty_file_is_nothing_and_no_mistake(content):
    problems = Problems()
    assert parse("a.yaml", content, problems) is None
    assert not problems.all()


def test_aliases_repeat_a_node():
    root = read("a: &x [1, 2]\nb: *x\n")
    assert root.get("a") is root.get("b")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: b: c\n", [(1, 5, "yaml")]),
        (b"x: [1\ny: 2\n", [(2, 2, "yaml")]),
        (b"a: 1\n\tb: 2\n", [(2, 1, "yaml")]),
        (b"a: 1\nb: \x01\n", [(2, 4, "yaml")]),
        (b"a: 1\nb: \xff\n", [(2, 4, "encoding")]),
        (b"a: 1\n---\nb: 2\n", [(2, 1, "yaml")]),
        (b"a: *nobody\n", [(1, 4, "alias")]),
        (b"- a\n", [(1, 1, "type")]),
        (b"a: &x [*x]\n", [(1, 8, "alias")]),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(content, expected):
    assert refused(content) == expected


def test_duplicate_keys_tags_and_merges_are_errors_that_do_not_hide_each_other():
    problems = Problems()
    parse("a.yaml", b"a: 1\na: 2\nb: !!python/name:os.system x\n<<: {c: 1}\n? [d]\n: 1\n", problems)
    assert [(p.line, p.code) for p in problems.all()] == [(2, "duplicate"), (3, "tag"), (4, "key"), (5, "key")]


@pytest.mark.parametrize("levels", [DEPTH_MAX, 900, 100_000])
@pytest.mark.parametrize("bracket", ["[", "{b: ", "- "])
def test_depth_has_one_answer_whether_we_or_the_parser_refuse_it(bracket, levels):
    """The parser itself gives up at about a thousand levels, before it hands over the first of them."""
    problems = Problems()
    assert parse("a.yaml", b"a: 1\nb:\n  " + bracket.encode() * levels, problems) is None
    (found,) = problems.all()
    assert (found.code, found.text, found.hint) == ("depth", f"nested deeper than {DEPTH_MAX} levels", "flatten it")


def test_depth_is_bounded_whatever_the_brackets():
    assert refused(b"a: " + b"[" * 100_000)[0][2] == "depth"
    deep = "a: " + "[" * (DEPTH_MAX - 1) + "]" * (DEPTH_MAX - 1)
    assert read(deep) is not None


def test_size_is_bounded():
    assert refused(b"#" * (FILE_BYTES_MAX + 1)) == [(1, 1, "file-size")]


def test_aliases_cannot_grow_without_bound():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert NODES_MAX < 10**12
    assert refused("\n".join(lines).encode())[0][2] == "file-size"


def test_a_scalar_knows_its_place():
    root = read("key: value\n")
    assert root.entries[0][0] == Scalar("key", False, root.entries[0][0].at)
    assert root.entries[0][1].at == ("a.yaml", 1, 6)


def test_a_shelf_reads_only_what_has_changed():
    shelf, problems = Shelf(), Problems()
    first = shelf.parse("a.yaml", b"version: 1", problems)
    assert shelf.parse("a.yaml", b"version: 1", problems) is first
    changed = shelf.parse("a.yaml", b"version: 2", problems)
    assert changed.get("version").value == "2"
    shelf.keep(["b.yaml"])
    assert shelf.parse("a.yaml", b"version: 2", problems) is not changed
    assert not problems.all()


def test_a_shelf_tells_each_time_what_is_wrong():
    shelf = Shelf()
    for _ in range(2):
        problems = Problems()
        shelf.parse("a.yaml", b"a: 1\na: 2", problems)
        assert [(one.line, one.code) for one in problems.all()] == [(2, "duplicate")]
