"""`make run` on a bare machine names what is missing and the command that installs it."""

import shutil
import subprocess

import pytest

from tests.house.tree import ROOT

NEEDED = ("bash", "env", "dirname", "cat", "sha256sum", "cut", "head", "grep", "rm", "flock", "make", "sed")
TOO_OLD = """
case "$*" in
  --version) echo Python 3.10.12 ;;
  *) exit 1 ;;
esac
"""
WITHOUT_VENV = """
case "$*" in
  *ensurepip*) exit 1 ;;
  *version_info\\[*) echo 3.12 ;;
  *) exit 0 ;;
esac
"""


@pytest.mark.parametrize(
    ("python", "says"),
    [
        (TOO_OLD, ["needs Python 3.11 or newer; found: Python 3.10.12", "sudo apt-get install python3.11"]),
        (WITHOUT_VENV, ["Python 3.12 is here, but its venv module is not", "sudo apt-get install python3.12-venv"]),
    ],
)
def test_a_machine_without_what_we_need_is_told_so(tmp_path, python, says):
    checkout = tmp_path / "a check out"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name))
    (programs / "python3").write_text(f"#!/bin/sh{python}")
    (programs / "python3").chmod(0o755)
    done = subprocess.run(
        [programs / "make", "run"],
        cwd=checkout,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    for line in says:
        assert line in done.stderr
    assert not (checkout / ".venv").exists()
