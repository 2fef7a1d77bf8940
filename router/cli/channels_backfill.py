"""`switchboard channels backfill`: what the provider has and the store has not, counted and taken in."""

import argparse

from router.app import App
from router.beside import back_door
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import named, place_of, refuse_missing
from router.cli.paths import add_config
from router.cli.times import duration_ms
from router.clock import SystemClock
from router.config import load
from router.discovery import judge
from router.flow.backfill import Auditor
from router.model.errors import ConfigError, Refused
from router.telemetry import SilentLog


def add_backfill_arguments(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare its arguments."""
    summary = "compare what the provider still has with the store, and take in what is missing"
    action = actions.add_parser("backfill", help=summary, description=summary)
    add_config(action)
    action.add_argument("channel", metavar="KIND[/ACCOUNT]", help="such as email or email/sales")
    action.add_argument("--since", type=duration_ms, required=True, metavar="AGE", help="how far back: 7d, 12h")
    action.add_argument("--audit", action="store_true", help="only compare; 1 when something is missing")


async def backfill(arguments: argparse.Namespace) -> int:
    """Beside a running service, whose workers decide what comes in: filed as history, which no machine answers."""
    config = load(arguments.config, judge=judge)
    refuse_missing(config, arguments.config)
    clock = SystemClock()
    app = App(config, base=place_of(arguments.config), roles=(), log=SilentLog(), clock=clock)
    kind, account = named(arguments.channel)
    if missing := [why for one in config.channels if (one.kind, one.account) == (kind, account) for why in one.missing]:
        raise ConfigError(*missing)
    try:
        await app.open()
        channel = next((one for one in app.channels.all() if (one.kind, one.account) == (kind, account)), None)
        if channel is None or channel.backfill is None:
            can = ", ".join(f"{one.kind}/{one.account}" for one in app.channels.all() if one.backfill is not None)
            told = (
                f"there is no channel {kind}/{account}" if channel is None else f"{kind}/{account} cannot be backfilled"
            )
            raise Refused("no_backfill", f"{told}; of this house can: {can or 'none'}", status=404)
        door = back_door(app.store, app.media, app.keys, clock, app.ids)
        inlet = None if arguments.audit else door.inlet(channel.manifest, account, imported=True)
        auditor = Auditor(channel, app.store, app.keys, inlet)
        await channel.backfill(auditor, clock.now_ms() - arguments.since)
    finally:
        await app.stop()
    found = auditor.found
    print(f"{kind}/{account}: the provider has {found.seen}, the store has {found.seen - found.missing}")
    if found.unreadable:
        print(f"{found.unreadable} cannot be read; those that came in are in: switchboard quarantine list")
    for message_id in found.listed:
        print(f"  missing: {message_id}" if arguments.audit else f"  taken in: {message_id}")
    if found.missing > len(found.listed):
        print(f"  and {found.missing - len(found.listed)} more")
    return EXIT_FINDINGS if arguments.audit and found.missing else EXIT_DONE
