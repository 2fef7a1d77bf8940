"""`switchboard trace`: the way of a message or ticket, with times and reasons."""

import argparse
import asyncio
import sys

import msgspec

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import opened
from router.cli.paths import add_config
from router.cli.times import when
from router.flow.trace import Step, trace

_FOUND_CHARS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument(
        "name", metavar="MESSAGE|TICKET", help="T-1001, a ticket's or message's id, a provider's message id"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the steps; 1 when nothing has that name."""
    return asyncio.run(_trace(arguments))


async def _trace(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        found = await trace(house.store, arguments.name)
    if found is None:
        print(f"switchboard: no message and no ticket is named {arguments.name[:_FOUND_CHARS]!r}", file=sys.stderr)
        return EXIT_FINDINGS
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        return EXIT_DONE
    print(found.name)
    for step in found.steps:
        print(_line(step))
        for key, value in step.facts.items():
            if value:
                print(f"{'':<38}{key}: {value}")
    return EXIT_DONE


def _line(step: Step) -> str:
    at = "" if step.at_ms is None else when(step.at_ms)
    return f"  {at:<25} {step.stage:<9} {step.text}"
