"""`python -m router` and the `switchboard` command."""

import io
import os
import sys
from pathlib import Path

from router.cli.command import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    _open_missing()
    for stream in (sys.stdout, sys.stderr):
        # Customers write in every script, and not every terminal has it: what it lacks is shown as an escape.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def _open_missing() -> None:
    """A standard stream that was closed (`<&-`) leads nowhere; else the next file would get its number."""
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


if __name__ == "__main__":
    main()
