"""The command line in this process, alone and on a house of its own."""

import io
import sys

import pytest

from router.cli.command import run
from tests.e2e.command_desk import Desk


@pytest.fixture
def command(capfdbinary, monkeypatch):
    """Run a command; its code, what it wrote, and what it said."""

    monkeypatch.setenv("LC_ALL", "C.UTF-8")

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


@pytest.fixture
def bare_desk(tmp_path, capfdbinary, monkeypatch):
    """Before its database is made."""
    return Desk(tmp_path / "house", capfdbinary, monkeypatch)


@pytest.fixture
def desk(bare_desk):
    bare_desk("migrate")
    return bare_desk
