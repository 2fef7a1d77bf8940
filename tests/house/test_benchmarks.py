"""Benchmarks are run seldom and their types are not checked, so what they import must at least still be there."""

import importlib
from pathlib import Path

import pytest

THEIRS = ("helpdesk_project", "json_logic_project")
"""Run inside environments of their own, with what is measured against."""
NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in THEIRS])
def test_a_benchmark_can_be_loaded(name):
    importlib.import_module(f"benchmarks.{name}")
