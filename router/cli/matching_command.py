"""`switchboard matching report`: which reasons joined and opened tickets, and which of them agents undid."""

import argparse
import asyncio
import sys

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import opened
from router.cli.numbers import whole
from router.cli.paths import add_config
from router.store import regrouping

_DAY_MS = 86_400_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="report")
    summary = "by reason: decided, undone by agents"
    report = actions.add_parser("report", help=summary, description=summary)
    add_config(report)
    report.add_argument("--days", type=whole("days", 1, 36_500), default=30, help="of how many days (30)")
    report.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        since_ms = house.clock.now_ms() - arguments.days * _DAY_MS
        for count in await house.store.read(regrouping.reasons(since_ms=since_ms)):
            if arguments.json:
                sys.stdout.write(msgspec.json.encode(count).decode() + "\n")
                continue
            what = "opened" if count.opened else "joined"
            share = f"{count.undone / count.decided:.1%}"
            sys.stdout.write(f"{what}  {count.reason:<22} {count.decided:>8}  undone {count.undone:>6}  {share:>6}\n")
    return EXIT_DONE
