"""`switchboard channels`: add one, check them, see how they are, pause, resume and backfill one."""

import argparse
import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from router.app import App
from router.cli.channels_add import add, add_add_arguments
from router.cli.channels_backfill import add_backfill_arguments, backfill
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import House, named, opened, place_of, refuse_missing
from router.cli.paths import add_config
from router.clock import SystemClock
from router.config import Config, load
from router.connector import Health
from router.discovery import judge
from router.flow.channels import Channel
from router.model.errors import Refused
from router.store import health, switches
from router.store.health import ChannelHealth
from router.store.switches import Switch
from router.telemetry import SilentLog

_CHECK_S = 12.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|check|status|pause|resume|backfill")
    add_add_arguments(actions)
    add_backfill_arguments(actions)
    for name, summary in (
        ("check", "one authenticated call to each provider"),
        ("status", "what the running service last said of each channel"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        add_config(action)
        action.add_argument("--json", action="store_true", help="one JSON object a line")
    for name, summary in (
        ("pause", "take nothing in and send nothing, until `resume`; what comes meanwhile is brought again or waits"),
        ("resume", "go on where `pause` left off; try refused credentials again"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        add_config(action)
        action.add_argument("channel", metavar="KIND[/ACCOUNT]", help="such as email or email/sales")


def run(arguments: argparse.Namespace) -> int:
    """1 when a channel does not work."""
    match arguments.action:
        case "add":
            return asyncio.run(_add(arguments))
        case "backfill":
            return asyncio.run(backfill(arguments))
        case "check":
            return asyncio.run(_check(arguments.config, as_json=arguments.json))
        case "status":
            return asyncio.run(_status(arguments))
        case _:
            return asyncio.run(_switch(arguments))


async def check_channels(app: App) -> list[tuple[str, Health]]:
    """Each channel's own check, side by side, bounded."""

    async def one(channel: Channel) -> tuple[str, Health]:
        name = f"{channel.kind}/{channel.account}"
        try:
            async with asyncio.timeout(_CHECK_S):
                found = await channel.connector.check()
        except TimeoutError:
            return name, Health(state="retrying", detail=f"no answer within {_CHECK_S:g} s")
        if found.state == "auth_failed":
            detail = "; ".join(part for part in (found.detail, channel.remedy) if part)
            return name, msgspec.structs.replace(found, detail=detail)
        return name, found

    return await asyncio.gather(*map(one, app.channels.all()))


async def _add(arguments: argparse.Namespace) -> int:
    name = add(arguments)
    return await _check(arguments.config, only=name) if name is not None else EXIT_FINDINGS


async def _check(path: Path, *, as_json: bool = False, only: str | None = None) -> int:
    config = load(path, judge=judge if only is None else None)
    if only is not None:  # a new channel may be checked before there is a database, or the secrets of others
        chosen = tuple(one for one in config.channels if f"{one.kind}/{one.account}" == only)
        with tempfile.TemporaryDirectory(prefix="switchboard-") as directory:
            storage = msgspec.structs.replace(config.storage, url=f"sqlite:{directory}/check.db")
            found = await _checked(msgspec.structs.replace(config, channels=chosen, storage=storage), path, keeps=False)
    else:
        refuse_missing(config, path)
        found = await _checked(config, path, keeps=True)
    for name, state in found:
        _print(name, state.state, state.detail, as_json=as_json)
    return EXIT_DONE if all(state.state == "ok" for _, state in found) else EXIT_FINDINGS


async def _checked(config: Config, path: Path, *, keeps: bool) -> list[tuple[str, Health]]:
    app = App(config, base=place_of(path), roles=(), log=SilentLog(), clock=SystemClock(), keeps=keeps)
    try:
        await app.open()
        return await check_channels(app)
    finally:
        await app.stop()


async def _status(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        found = await house.store.read(health.channels())
    for channel in found:
        if arguments.json:
            _write(
                {
                    "channel": f"{channel.kind}/{channel.account}",
                    "state": channel.state,
                    "detail": channel.detail,
                    "at_ms": channel.at_ms,
                    "last_event_at_ms": channel.last_event_at_ms,
                    "answered_at_ms": channel.answered_at_ms,
                    "quota_left": channel.quota_left,
                }
            )
        else:
            _print(f"{channel.kind}/{channel.account}", channel.state, _told(channel), as_json=False)
    return EXIT_DONE if all(channel.state == "ok" for channel in found) else EXIT_FINDINGS


def _told(channel: ChannelHealth) -> str:
    parts = [channel.detail] if channel.detail else []
    for what, at_ms in (("last event", channel.last_event_at_ms), ("provider answered", channel.answered_at_ms)):
        if at_ms is not None:
            parts.append(f"{what} {datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec='seconds')}")
    if channel.quota_left is not None:
        parts.append(f"{channel.quota_left} calls left")
    return "; ".join(parts)


async def _switch(arguments: argparse.Namespace) -> int:
    kind, account = named(arguments.channel)
    name = f"{kind}/{account}"
    async with opened(arguments.config) as house:
        if arguments.action == "resume":
            undone = await house.store.write(switches.turn_on(kind, account, "operator", "credentials"))
            if not undone:
                _refuse_unknown(house, name)
                print(f"{name} was not paused")
                return EXIT_DONE
            print(f"{name} goes on, in every process within seconds")
            return EXIT_DONE
        _refuse_unknown(house, name)
        off = Switch(kind=kind, account=account, cause="operator", since_ms=house.clock.now_ms())
        done = await house.store.write(switches.turn_off(off))
    print(f"{name} is paused; go on with: switchboard channels resume {name}" if done else f"{name} is paused already")
    return EXIT_DONE


def _refuse_unknown(house: House, name: str) -> None:
    known = [f"{one.kind}/{one.account}" for one in house.config.channels]
    if name not in known:
        raise Refused("no_channel", f"there is no channel {name}; configured: {', '.join(known) or 'none'}", status=404)


def _print(name: str, state: str, detail: str, *, as_json: bool) -> None:
    if as_json:
        _write({"channel": name, "state": state, "detail": detail})
    else:
        print(f"{name:<24} {state:<12} {detail}".rstrip())


def _write(row: dict[str, object]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
    sys.stdout.flush()
