"""`switchboard rules fmt`: rules files in one layout. A file with mistakes is named with its places and left alone."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.language import of_environment
from router.cli.numbers import counted
from router.cli.paths import named_path
from router.cli.replacing import replace
from router.flow.rulebook import rules_files
from rules.formatting import formatted
from rules.problems import RulesError
from rules.translation import line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when a file would change")
    parser.add_argument(
        "paths", nargs="+", type=named_path, metavar="PATH", help="files, or folders with all that is in them"
    )


def run(arguments: argparse.Namespace) -> int:
    """0 when every file is well laid out now; 1 when one has mistakes, or with --check would change."""
    found = changed = refused = 0
    for path in (file for named in arguments.paths for file in _files(named)):
        found += 1
        before = path.read_bytes()
        try:
            after = formatted(str(path), before)
        except RulesError as error:
            refused += 1
            for problem in error.problems:
                print(f"error: {line(problem, of_environment())}", file=sys.stderr)
            continue
        if after != before:
            changed += 1
            if not arguments.check:
                replace(path, after)  # in one step: a running service reads the folder meanwhile
            print(f"{'would change' if arguments.check else 'formatted'}: {path}")
    told = "would change" if arguments.check else "formatted"
    print(f"{counted(found, 'file')}: {changed} {told}, {refused} with mistakes")
    return EXIT_FINDINGS if refused or (arguments.check and changed) else EXIT_DONE


def _files(named: Path) -> Iterator[Path]:
    if named.is_dir():
        yield from rules_files(named)
    else:
        yield named
