"""`switchboard token add|list|revoke`: bearer tokens for the API channel."""

import argparse
import asyncio
import re
import sys

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import opened
from router.cli.numbers import say_none
from router.cli.paths import add_config
from router.cli.people import add_api_token, checked_name
from router.cli.times import when
from router.model.errors import Refused
from router.store import people

_KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|revoke")
    action = actions.add_parser("add", help="make a token, printed once; an older one of that name stops working")
    add_config(action)
    action.add_argument("name", help="who will use it")
    action.add_argument(
        "--kind", action="append", required=True, help="a channel kind it may speak for, such as x; repeatable"
    )
    action = actions.add_parser("list", help="who has one, for which kinds, and since when; never the token")
    add_config(action)
    action.add_argument("--json", action="store_true", help="one JSON object a line")
    action = actions.add_parser("revoke", help="shut a program out, everywhere, within a second")
    add_config(action)
    action.add_argument("name", help="as list shows it")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    return asyncio.run({"add": _add, "list": _list, "revoke": _revoke}[arguments.action](arguments))


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


async def _list(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        tokens = await house.store.read(people.api_tokens())
        for token in tokens:
            if arguments.json:
                row = {"name": token.name, "kinds": token.kinds, "created_at_ms": token.created_at_ms}
                sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
            else:
                print(f"{token.name}  {', '.join(token.kinds)}  since {when(token.created_at_ms)}")
        say_none(len(tokens), "no program has a token; make one with: switchboard token add", as_json=arguments.json)
    return EXIT_DONE


async def _revoke(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        if not await house.store.write(people.revoke_api_token(arguments.name)):
            raise Refused("not_found", f"there is no token {arguments.name!r}; see: switchboard token list", status=404)
    print(f"{arguments.name}: its token is taken by no process any more")
    return EXIT_DONE
