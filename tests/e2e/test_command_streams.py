"""What commands make of the streams they are given: closed, full, left by their reader, in another charset."""

import argparse
import os
import subprocess
import sys

import pytest

from router.cli.times import duration_ms
from tests.house.tree import ROOT

NO_ROOM = "switchboard: a file: cannot be written (No space left on device); make room, start again\n"


def shell(script, *, cwd=ROOT, **environment):
    """A line of a shell, in which $SB is the command; its exit code, output and errors."""
    told = {**os.environ, "PYTHONPATH": str(ROOT), "SB": f"{sys.executable} -m router", **environment}
    told.pop("PYTHONUNBUFFERED", None)  # what a user's shell has not
    done = subprocess.run(["bash", "-c", script], cwd=cwd, env=told, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("script", "code", "err"),
    [
        ("$SB redact <&-", 0, ""),
        ("echo hi | $SB redact >&-", 0, ""),
        ("(sleep 0.2; $SB rules schema; echo $? >&2) | true", 0, "0\n"),
        ("$SB rules schema >/dev/full", 1, NO_ROOM),
        ("$SB --version >/dev/full", 1, NO_ROOM),
        ("$SB --help >/dev/full", 1, NO_ROOM),
        ("$SB tickets list --help >/dev/full", 1, NO_ROOM),
        ("$SB >/dev/full", 1, NO_ROOM),
        ("$SB --version >&-", 0, ""),
        ("(sleep 0.2; $SB --version; echo $? >&2) | true", 0, "0\n"),
        ("(sleep 0.2; $SB --help; echo $? >&2) | true", 0, "0\n"),
    ],
)
def test_a_stream_that_cannot_be_used_ends_in_no_stack_trace(script, code, err):
    assert shell(script) == (code, "", err)


def test_an_export_is_not_emptied_by_a_wrong_configuration(tmp_path):
    (tmp_path / "kept").write_text("yesterday")
    assert shell("$SB export --config nowhere.yaml kept", cwd=tmp_path)[0] == 78
    assert (tmp_path / "kept").read_text() == "yesterday"


@pytest.mark.parametrize("length", ["999999w", "36501d"])
def test_a_length_of_time_without_a_date_is_refused(length):
    with pytest.raises(argparse.ArgumentTypeError, match="is too long; at most 36500d"):
        duration_ms(length)
    assert duration_ms("36500d") == 36_500 * 86_400_000
