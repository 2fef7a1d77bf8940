"""`switchboard quarantine list|show|replay`: payloads that could not be understood."""

import argparse
import asyncio
import sys

import msgspec

from router.beside import back_door
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import House, opened
from router.cli.numbers import say_none
from router.cli.paths import add_config
from router.cli.times import when
from router.discovery import manifest_of
from router.flow.replay import open_payload, replay_quarantined
from router.model.errors import ConfigError, Refused
from router.model.ids import QuarantineId
from router.store import quarantine

_PAGE = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|replay")
    for name, summary in (
        ("list", "what waits, oldest first"),
        ("show", "why one payload was set aside; --raw writes the payload itself, secrets and all"),
        ("replay", "put one payload, or all, through the door again"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        add_config(action)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
        if name == "show":
            action.add_argument("--raw", action="store_true", help="the payload itself, as it came")
        if name != "list":
            action.add_argument("id", help="as list shows it" + ("; all for everything" if name == "replay" else ""))


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 when something stays unreadable."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        match arguments.action:
            case "list":
                return await _list(house, as_json=arguments.json)
            case "show":
                return await _show(house, arguments)
            case _:
                return await _replay(house, arguments.id, as_json=arguments.json)


async def _list(house: House, *, as_json: bool) -> int:
    after, count = "", 0
    while page := await house.store.read(quarantine.listed(limit=_PAGE, after=after)):
        for row in page:
            if as_json:
                sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
            else:
                print(f"{row.id}  {when(row.received_at_ms)}  {row.channel}/{row.account}  {row.cause}: {row.detail}")
        after, count = page[-1].id, count + len(page)
    sys.stdout.flush()
    say_none(count, "nothing is in quarantine", as_json=as_json)
    return EXIT_DONE


async def _show(house: House, arguments: argparse.Namespace) -> int:
    row = await house.store.read(quarantine.get(QuarantineId(arguments.id)))
    if row is None:
        raise Refused("not_found", f"nothing named {arguments.id} is in quarantine", status=404)
    if arguments.raw:
        sys.stdout.buffer.write((await open_payload(house.store, house.keys, row)).body)
    elif arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
    else:
        for name in row.__struct_fields__:
            value = getattr(row, name)
            shown = when(value) if name.endswith("_at_ms") and value is not None else value
            print(f"{name.removesuffix('_ms'):<16} {'-' if shown is None else shown}")
    return EXIT_DONE


async def _replay(house: House, name: str, *, as_json: bool) -> int:
    door = back_door(house.store, house.media, house.keys, house.clock, house.ids)
    is_all = name == "all"
    if is_all:
        rows = await house.store.read(quarantine.listed(limit=100_000))
    else:
        row = await house.store.read(quarantine.get(QuarantineId(name)))
        rows = [row] if row is not None else []
        if not rows:
            raise Refused("not_found", f"nothing named {name} is in quarantine", status=404)
    unreadable = 0
    for row in rows:
        try:
            accepted = await replay_quarantined(
                row.id, manifest_of(row.channel), store=house.store, keys=house.keys, door=door, clock=house.clock
            )
        except (Refused, ConfigError) as error:
            if not is_all:
                raise
            print(f"switchboard: {row.id}: {error}", file=sys.stderr)  # of all, it keeps none of the others
            unreadable += 1
            continue
        unreadable += any(a.outcome == "quarantined" for a in accepted)
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode({"id": row.id, "results": accepted}) + b"\n")
        else:
            outcome = ", ".join(a.outcome + (f" ({a.reason})" if a.reason else "") for a in accepted)
            print(f"{row.id}: {outcome}")
    return EXIT_FINDINGS if unreadable else EXIT_DONE
