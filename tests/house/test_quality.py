"""Each connector's quality.yaml answers every point of the conformance suite, and the tests it names are there."""

import ast
import re

import pytest
import yaml

from tests.house.tree import ROOT

CHECKS = 40


@pytest.mark.parametrize("kind", ["api", "form", "telegram", "webchat"])
def test_every_point_is_tested_or_exempt_for_a_reason(kind):
    found = yaml.safe_load((ROOT / "connectors" / kind / "quality.yaml").read_text("utf-8"))
    assert found["kind"] == kind
    assert [int(name.split()[0]) for name in found["checks"]] == list(range(1, CHECKS + 1))
    for name, answer in found["checks"].items():
        assert set(answer) <= {"pass", "exempt"}, name
        assert len(answer) == 1, name
        if "exempt" in answer:
            assert len(answer["exempt"].split()) >= 3, f"{name}: give a reason"
            continue
        path, _, test = answer["pass"].partition("::")
        assert re.fullmatch(r"test_\w+", test), name
        defined = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert test in defined, f"{name}: {path} has no {test}"
