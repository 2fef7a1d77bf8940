"""Who may import whom (import-linter reads pyproject.toml), and that no connector is forgotten there."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def connectors() -> set[str]:
    return {path.parent.name for path in (ROOT / "connectors").glob("*/manifest.py")}


def test_every_import_goes_down_the_floors():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_connector_is_registered(project):
    entries = project["project"]["entry-points"]["switchboard.connectors"]
    assert set(entries) == connectors()
    assert entries == {kind: f"connectors.{kind}.manifest:MANIFEST" for kind in entries}


def test_every_connector_is_a_stranger_to_the_others(project):
    contracts = {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}
    assert set(contracts["strangers"]["modules"]) == {f"connectors.{kind}" for kind in connectors()}
