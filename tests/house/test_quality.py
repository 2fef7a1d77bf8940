"""Each connector's quality.yaml answers every check of the conformance suite once, and what it names is there."""

import ast
import re

import pytest
import yaml

from tests.conformance.answers import CHECKS, number_of, tier
from tests.house.tree import ROOT, files, text

KINDS = sorted(path.parts[1] for path in files() if path.match("connectors/*/manifest.py"))
_README_NAMES = {
    "api": "API",
    "email": "e-mail",
    "facebook": "Facebook",
    "telegram": "Telegram",
    "webchat": "web chat",
    "x": "X",
}


def proofs_in(path):
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


IN_SUITE = {number_of(test) for path in (ROOT / "tests" / "conformance").glob("test_*.py") for test in proofs_in(path)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_is_run_named_exempt_or_missing(kind):
    found = yaml.safe_load((ROOT / "connectors" / kind / "quality.yaml").read_text("utf-8"))
    assert found["kind"] == kind
    assert [int(name.split()[0]) for name in found["checks"]] == list(range(1, CHECKS + 1))
    for name, answer in found["checks"].items():
        if answer == "suite":
            assert int(name.split()[0]) in IN_SUITE, f"{name}: tests/conformance has no such check"
            continue
        ((how, said),) = answer.items()
        if how in {"exempt", "missing"}:
            assert len(said.split()) >= 3, f"{name}: give a reason"
            continue
        assert how == "pass", name
        path, _, test = said.partition("::")
        assert re.fullmatch(r"test_\w+", test), name
        assert test in proofs_in(ROOT / path), f"{name}: {path} has no {test}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_tier_in_the_readme_is_the_computed_one(kind):
    rows = dict(re.findall(r"^\| ([\w -]+?) \|(?:[^|\n]*\|){2} (\w+) \|$", text(ROOT / "README.md"), re.MULTILINE))
    assert rows[_README_NAMES.get(kind, kind)] == tier(ROOT / "connectors" / kind / "quality.yaml")
