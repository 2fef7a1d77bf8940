"""`make run` on a bare machine names what is missing and the command that installs it."""

import os
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


# Root needs no sudo, and on a bare machine has none.
INSTALL = "Install it with:  apt-get install" if os.geteuid() == 0 else "Install it with:  sudo apt-get install"


@pytest.mark.parametrize(
    ("python", "arguments", "says"),
    [
        (
            TOO_OLD,
            [],
            ["needs Python 3.11 or newer; python3 is Python 3.10.12.", f"{INSTALL} python3.11 python3.11-venv"],
        ),
        (None, [], ["needs Python 3.11 or newer; python3 is not there.", f"{INSTALL} python3 python3-venv"]),
        (WITHOUT_VENV, ["PYTHON=/no/python"], ["needs Python 3.11 or newer; /no/python is not there."]),
        (WITHOUT_VENV, [], ["Python 3.12 is here, but its venv module is not.", f"{INSTALL} python3.12-venv"]),
    ],
)
def test_a_machine_without_what_we_need_is_told_so(tmp_path, python, arguments, says):
    checkout = tmp_path / "a check out"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name))
    if python is not None:
        (programs / "python3").write_text(f"#!/bin/sh{python}")
        (programs / "python3").chmod(0o755)
    done = subprocess.run(
        [programs / "make", "run", *arguments],
        cwd=checkout,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    told = done.stderr.splitlines()
    for line in says:
        assert any(each.endswith(line) for each in told), done.stderr
    assert "command not found" not in done.stderr
    assert not (checkout / ".venv").exists()
