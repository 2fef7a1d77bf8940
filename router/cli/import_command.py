"""`switchboard import`: messages from a file through the same door as live ones; a running service routes them.

They are history: filed and judged like any other message, never answered by the machine.
"""

import argparse
import asyncio
import sys

from router.beside import back_door
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import opened
from router.cli.paths import add_config, named
from router.cli.progress import Progress
from router.cli.route_command import open_input
from router.connector import RawEvent
from router.discovery import manifest_of
from router.flow.intake import ChannelInlet
from router.model.errors import InvalidMessage
from router.model.wire import decode_message

_BATCH = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("file", nargs="?", type=named, default="-", metavar="FILE", help="NDJSON; - is standard input")


def run(arguments: argparse.Namespace) -> int:
    """Import; 1 when a line was bad."""
    return asyncio.run(_import(arguments))


async def _import(arguments: argparse.Namespace) -> int:
    progress = Progress("messages")
    bad = counted = duplicates = 0
    async with opened(arguments.config) as house:
        inlet = back_door(house.store, house.media, house.keys, house.clock, house.ids).inlet(
            manifest_of("api"), "default", imported=True
        )
        with open_input(arguments.file) as lines:
            batch: list[RawEvent] = []
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    decode_message(line)
                except InvalidMessage as error:
                    print(f"line {number}: {error}", file=sys.stderr)
                    bad += 1
                    continue
                batch.append(RawEvent(body=line))
                if len(batch) == _BATCH:
                    duplicates += await _accept(inlet, batch)
                    counted += len(batch)
                    batch = []
                    progress(counted)
            duplicates += await _accept(inlet, batch)
            counted += len(batch)
    progress.close()
    print(f"{counted - duplicates} messages taken in, {duplicates} were there already, {bad} bad lines")
    return EXIT_FINDINGS if bad else EXIT_DONE


async def _accept(inlet: ChannelInlet, batch: list[RawEvent]) -> int:
    """How many of the batch were duplicates."""
    results = await inlet.accept(batch) if batch else []
    return sum(result.outcome == "duplicate" for events in results for result in events)
