"""`switchboard route`: messages in, decisions out, by the production path on a throw-away store."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

import msgspec

from router import beside
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.paths import named, named_path
from router.flow.rehearsal import BadLine
from router.flow.rulebook import read_directory

LINE_BYTES_MAX = 52_428_800


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.add_argument(
        "file", nargs="?", type=named, default="-", metavar="FILE", help="NDJSON of messages; - is standard input"
    )
    parser.add_argument("--contacts", type=named, metavar="FILE", help="NDJSON of contacts to know beforehand")
    parser.add_argument("--rules", metavar="DIR", type=named_path, help="rules to judge by instead of the shipped pack")


def run(arguments: argparse.Namespace) -> int:
    """Write one decision per line; 1 when a line was bad."""
    rules = read_directory(arguments.rules) if arguments.rules else None
    contacts = Path(arguments.contacts).read_bytes().splitlines() if arguments.contacts else []
    with open_input(arguments.file) as lines:
        return asyncio.run(_route(lines, contacts, rules))


def open_input(name: str) -> IO[bytes]:
    """A file, or standard input for `-`."""
    return sys.stdin.buffer if name == "-" else Path(name).open("rb")


async def _route(lines: Iterable[bytes], contacts: list[bytes], rules: Mapping[str, bytes] | None) -> int:
    encoder, bad = msgspec.json.Encoder(), 0
    async with beside.rehearsal(rules) as rehearsal:
        known = await rehearsal.import_contacts(contacts)
        for told in known.told():
            print(f"contacts: {told}", file=sys.stderr)
        bad += len(known.problems)
        async for answer in rehearsal.decide(lines):
            bad += isinstance(answer, BadLine)
            sys.stdout.buffer.write(encoder.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
    return EXIT_FINDINGS if bad else EXIT_DONE
