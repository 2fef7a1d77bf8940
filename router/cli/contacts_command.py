"""`switchboard contacts import`: people and their proven identities, from NDJSON."""

import argparse
import asyncio
import sys

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import opened
from router.cli.progress import Progress
from router.cli.route_command import open_input
from router.cli.serve_command import add_config
from router.flow.contacts import import_contacts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="import")
    summary = "make contacts, or bring them up to date, by their key"
    action = actions.add_parser("import", help=summary, description=summary)
    add_config(action)
    action.add_argument("file", nargs="?", default="-", metavar="FILE", help="NDJSON; - is standard input")


def run(arguments: argparse.Namespace) -> int:
    """Import; 1 when a row was bad."""
    return asyncio.run(_import(arguments))


async def _import(arguments: argparse.Namespace) -> int:
    progress = Progress("contacts")
    async with opened(arguments.config) as house:
        with open_input(arguments.file) as lines:
            imported = await import_contacts(
                lines, store=house.store, clock=house.clock, ids=house.ids, progress=progress
            )
    progress.close()
    for told in imported.told():
        print(told, file=sys.stderr)
    print(f"{imported.taken} contacts taken in, {len(imported.problems)} bad lines")
    return EXIT_FINDINGS if imported.problems else EXIT_DONE
