"""`switchboard channels check|status`: whether the configured channels can be reached, and how they are."""

import argparse
import asyncio
import sys

import msgspec

from router.app import App
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import opened, place_of, refuse_missing
from router.cli.serve_command import add_config
from router.clock import SystemClock
from router.config import load
from router.connector import Health
from router.store import health
from router.telemetry import SilentLog

_CHECK_S = 12.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|status")
    for name, summary in (
        ("check", "one authenticated call to each provider"),
        ("status", "what the running service last said of each channel"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        add_config(action)
        action.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """1 when a channel does not work."""
    return asyncio.run(_check(arguments) if arguments.action == "check" else _status(arguments))


async def check_channels(app: App) -> list[tuple[str, Health]]:
    """Each channel's own check, side by side, bounded."""

    async def one(name: str, check: asyncio.Future[Health]) -> tuple[str, Health]:
        try:
            return name, await asyncio.wait_for(check, _CHECK_S)
        except TimeoutError:
            return name, Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s")

    return await asyncio.gather(
        *(
            one(f"{channel.kind}/{channel.account}", asyncio.ensure_future(channel.connector.check()))
            for channel in app.channels.all()
        )
    )


async def _check(arguments: argparse.Namespace) -> int:
    config = load(arguments.config)
    refuse_missing(config, arguments.config)
    app = App(config, base=place_of(arguments.config), roles=(), log=SilentLog(), clock=SystemClock())
    try:
        await app.open()
        found = await check_channels(app)
    finally:
        await app.stop()
    for name, state in found:
        _print(name, state.state, state.detail, as_json=arguments.json)
    return EXIT_DONE if all(state.state == "ok" for _, state in found) else EXIT_FINDINGS


async def _status(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        found = await house.store.read(health.channels())
    for channel in found:
        _print(f"{channel.kind}/{channel.account}", channel.state, channel.detail, as_json=arguments.json)
    return EXIT_DONE if all(channel.state == "ok" for channel in found) else EXIT_FINDINGS


def _print(name: str, state: str, detail: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode({"channel": name, "state": state, "detail": detail}) + b"\n")
        sys.stdout.flush()
    else:
        print(f"{name:<24} {state:<12} {detail}".rstrip())
