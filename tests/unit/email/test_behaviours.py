"""The connector's README says which test proves each behaviour of mail: all are named, and every test is there."""

import ast
import re

from tests.house.tree import ROOT

ROW = re.compile(r"\| (\d+) \| .+ \| (?:`([\w/]+\.py)::(\w+)`|(missing)) \|")
README = (ROOT / "connectors" / "email" / "README.md").read_text(encoding="utf-8")
ROWS = [found.groups() for found in map(ROW.fullmatch, README.splitlines()) if found is not None]


def functions(path):
    """The tests of a file, in classes or not."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_all_behaviours_are_there():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 33))


def test_every_named_test_exists():
    absent = [f"{path}::{name}" for _, path, name, missing in ROWS if not missing and name not in functions(path)]
    assert absent == []


def test_what_is_missing_stands_under_known_limits():
    limits = README.partition("## Known limits")[2]
    assert [number for number, *_, missing in ROWS if missing and f"({number})" not in limits] == []
