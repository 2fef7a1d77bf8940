"""`switchboard token add`: a bearer token for the API channel."""

import argparse
import asyncio

from router.cli.command import EXIT_DONE
from router.cli.house import opened
from router.cli.people import add_api_token
from router.cli.serve_command import add_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add")
    action = actions.add_parser("add", help="make a token, printed once; an older one of that name stops working")
    add_config(action)
    action.add_argument("name", help="who will use it")
    action.add_argument(
        "--kind", action="append", required=True, help="a channel kind it may speak for, such as x; repeatable"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make it."""
    return asyncio.run(_add(arguments))


async def _add(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        print(await add_api_token(house.store, arguments.name, tuple(arguments.kind), house.clock))
    return EXIT_DONE
