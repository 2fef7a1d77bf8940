"""`switchboard serve`: the service, all of it or some of its roles, from a configuration file."""

import argparse
import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from router.app import ROLES, App, Role
from router.cli.command import EXIT_DONE
from router.cli.house import place_of
from router.cli.paths import add_config
from router.cli.running import asked_to_stop, not_listening, started, until_stopped
from router.clock import SystemClock
from router.config import Config, load
from router.discovery import judge
from router.model.errors import ConfigError, Refused
from router.telemetry import LibraryLog, StructuredLog

PORT_MAX = 65_535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("--port", type=port, help="instead of server.port, for several processes on one machine")
    parser.add_argument("--role", default=",".join(ROLES), help=f"some of {','.join(ROLES)} (default: all)")


def port(text: str) -> int:
    """A port on the command line. argparse turns the ValueError of what is no number into its own sentence."""
    number = int(text)
    if not 0 <= number <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{number} is no port (0 to {PORT_MAX})")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    roles = read_roles(arguments.role)
    config = load(arguments.config, judge=judge)
    if arguments.port is not None:
        config = msgspec.structs.replace(config, server=msgspec.structs.replace(config.server, port=arguments.port))
    return asyncio.run(_serve(config, place_of(arguments.config), roles))


def read_roles(text: str) -> Sequence[Role]:
    """The roles named, in their order. Raises ConfigError for a word that is none."""
    named = {word.strip() for word in text.split(",") if word.strip()}
    unknown = named - set(ROLES)
    if unknown or not named:
        raise ConfigError(f"--role: found {', '.join(sorted(unknown)) or 'nothing'}; there are {', '.join(ROLES)}")
    return [role for role in ROLES if role in named]


async def _serve(config: Config, base: Path, roles: Sequence[Role]) -> int:
    clock = SystemClock()
    log = StructuredLog(clock)
    logging.getLogger().addHandler(LibraryLog(log))
    app = App(config, base=base, roles=roles, log=log, clock=clock)
    asked = asked_to_stop(log)
    try:
        if not await started(app, asked):
            await app.stop()
            return EXIT_DONE
    except BaseException as error:
        await app.stop()
        if isinstance(error, OSError) and (reason := not_listening(error)) is not None:
            # Not a wrong configuration for certain: the process before this one may still be on its way out.
            place = f"{config.server.host}:{config.server.port}"
            raise Refused("listen", f"{place} cannot be used ({reason})", status=503) from None
        raise
    log.info("app.started", roles=",".join(roles), port=app.server.port if "web" in roles else None)
    return await until_stopped(app, asked)
