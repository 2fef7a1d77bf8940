"""The rules tests run under hold: in CI a skip is a failure, a warning is an error, the network ends here."""

import os
import subprocess
import sys

import pytest

from tests.house.tree import ROOT
from tests.servers.tools import Tool, require

SKIPPING = """
import pytest

def test_skipped():
    pytest.skip("no such server")

@pytest.mark.xfail(reason="a known defect", strict=True)
def test_known():
    raise AssertionError
"""
WARNING = """
import warnings

def test_warns():
    warnings.warn("old", DeprecationWarning)
"""
CALLING_OUT = """
import socket

def test_calls():
    socket.create_connection(("192.0.2.1", 80), timeout=1)
"""


def run(directory, source, **environment):
    """Run one test file under our configuration and conftest, in a process of its own."""
    (directory / "test_subject.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    return subprocess.run(
        [*command, "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, directory / "test_subject.py"],
        cwd=ROOT,
        env=os.environ | {"CI": ""} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skip_passes_on_a_desk_and_fails_in_ci(tmp_path):
    assert run(tmp_path, SKIPPING).returncode == 0
    in_ci = run(tmp_path, SKIPPING, CI="true")
    assert in_ci.returncode == 1
    assert "CI=true allows no skip. Skipped: no such server" in in_ci.stdout
    assert "1 failed, 1 xfailed" in in_ci.stdout


@pytest.mark.parametrize(("source", "reason"), [(WARNING, "DeprecationWarning"), (CALLING_OUT, "OutsideLoopbackError")])
def test_warnings_and_calls_out_fail(tmp_path, source, reason):
    done = run(tmp_path, source)
    assert done.returncode == 1
    assert reason in done.stdout


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_what_is_missing_is_named_with_the_command_that_installs_it(tmp_path, ci, code):
    # Nothing is on this PATH, apt-get neither.
    done = subprocess.run(
        [sys.executable, "-m", "tests.servers.tools"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "redis-server is not installed: sudo apt-get install redis-server" in done.stderr


def test_a_fixture_without_its_tool_skips_by_name():
    tool = Tool("Some server", "some-server", lambda: None)
    with pytest.raises(pytest.skip.Exception, match="sudo apt-get install some-server"):
        require(tool)
