"""`switchboard incidents list`: many people, one cause, with how many people each reaches now."""

import argparse
import asyncio
import sys

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import opened
from router.cli.serve_command import add_config
from router.cli.times import when
from router.store import incidents


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list")
    summary = "what is proposed or open, the newest first"
    listing = actions.add_parser("list", help=summary, description=summary)
    add_config(listing)
    listing.add_argument("--over", action="store_true", help="those that are resolved or dismissed, too")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        for line in await house.store.read(incidents.lines(over=arguments.over)):
            if arguments.json:
                sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
                continue
            one = line.incident
            reach = f"{line.contacts} people, {line.tickets} tickets"
            sys.stdout.write(f"{one.id}  {one.state:<9} {when(one.created_at_ms)}  {reach}  {one.title}\n")
    return EXIT_DONE
