"""The command line in this process."""

import io
import sys

import pytest

from router.cli.command import run


@pytest.fixture
def command(capfdbinary, monkeypatch):
    """Run a command; its code, what it wrote, and what it said."""

    def ran(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        try:
            code = run([str(argument) for argument in arguments])
        except SystemExit as stopped:  # argparse says what usage is
            code = stopped.code
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return ran
