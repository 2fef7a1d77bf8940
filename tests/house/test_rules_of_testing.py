"""The rules tests run under hold: in CI a skip is a failure, a warning is an error, the network ends here."""

import os
import re
import subprocess
import sys

import pytest

from tests.house.tree import ROOT, ours, text
from tests.servers.tools import Tool, require

SUBJECT = """
import socket
import warnings

import pytest

def test_skipped():
    pytest.skip("no such server")

@pytest.mark.xfail(reason="a known defect", strict=True)
def test_known():
    raise AssertionError

def test_warns():
    warnings.warn("old", DeprecationWarning)

def test_calls():
    socket.create_connection(("192.0.2.1", 80), timeout=1)
"""


def outcomes(directory, **environment):
    """Run one test file under our configuration and conftest, in a process of its own; each test's result line."""
    subject = directory / "test_subject.py"
    subject.write_text(SUBJECT)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "tests.conftest",
         "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, subject],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout.partition("short test summary info")[2]


def test_on_a_desk_skips_pass_and_warnings_and_calls_out_fail(tmp_path):
    said = outcomes(tmp_path, CI="")
    assert "no such server" in said
    assert re.search(r"FAILED .*test_warns - DeprecationWarning", said)
    assert re.search(r"FAILED .*test_calls - .*OutsideLoopbackError", said)
    assert "2 failed, 1 skipped, 1 xfailed" in said


def test_in_ci_a_skip_fails_with_its_reason(tmp_path):
    said = outcomes(tmp_path, CI="true")
    assert re.search(r"FAILED .*test_skipped - CI=true allows no skip. Skipped: no such server", said)
    assert "3 failed, 1 xfailed" in said


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


def test_how_long_property_tests_search_is_said_in_one_place():
    """A number of a test's own would be searched by `make check` too; a share of the profile's follows the profile."""
    own = re.compile(r"max_examples\s*=\s*\d")
    where = [str(path) for path in ours(".py") if own.search(text(path))]
    assert where == ["tests/conftest.py"]


def test_a_test_of_a_suite_is_found_by_its_name():
    """`make t` looks for the files that run a suite by how they import it."""
    held = {path: text(path) for path in ours(".py") if path.parts[0] == "tests"}
    run = "\n".join(said for path, said in held.items() if path.name.startswith("test_"))
    suites = [path for path, said in held.items() if "def test_" in said and not path.name.startswith("test_")]
    assert suites
    lost = [path for path in suites if f"from {'.'.join(path.with_suffix('').parts)} import" not in run]
    assert lost == []


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("tests/unit/nothing.py", f"tests/unit/nothing.py is not there. The nearest that is there: {ROOT}/tests/unit."),
        ("unit/core", "unit/core is not there. Was tests/unit/core meant?"),
        ("tests/house/tidy.py", "tests/house/tidy.py is not there. Was tests/house/test_tidy.py meant?"),
        ("tests/house/test_docs.py::test_a_dead_link", "no test ran. Was test_a_dead_link_is_seen meant?"),
    ],
)
def test_what_is_named_and_not_there_is_said_with_what_may_have_been_meant(named, said):
    """By several processes, as `make test` runs, where pytest's own word is not heard."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", named],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in done.stdout + done.stderr
    assert done.returncode in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}
