"""`switchboard token add`: a bearer token for the API channel."""

import argparse
import asyncio
import re

from router.cli.command import EXIT_DONE
from router.cli.house import opened
from router.cli.paths import add_config
from router.cli.people import add_api_token, checked_name
from router.model.errors import Refused

_KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


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
    if not arguments.name.strip():
        raise Refused("invalid", "a token needs the name of who will use it", status=422)
    checked_name(arguments.name, "name")
    for kind in arguments.kind:
        if not _KIND.fullmatch(kind):
            raise Refused("invalid", f"{kind!r} is no channel kind; one such as x, form or telegram", status=422)
    async with opened(arguments.config) as house:
        print(await add_api_token(house.store, arguments.name, tuple(arguments.kind), house.clock))
    return EXIT_DONE
