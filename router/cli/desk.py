"""An agent's desk on the command line: what the API lets them do, under their own name, beside a running service."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from router.app import App
from router.cli.house import House, place_of, refuse_missing
from router.cli.paths import add_config
from router.clock import SystemClock
from router.config import load
from router.flow.names import ticket_named
from router.model.errors import Refused
from router.model.ids import TicketId
from router.model.tables import Agent
from router.store import people
from router.telemetry import SilentLog


def add_action(
    actions: Any,  # noqa: ANN401 - argparse's own type has no public name
    name: str,
    summary: str,
    *arguments: str,
    acts: bool = True,
    listing: bool = False,
) -> argparse.ArgumentParser:
    """An action with its plain arguments, in order; who acts says who they are, a listing can be JSON."""
    action: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    add_config(action)
    for argument in arguments:
        action.add_argument(argument.lower(), metavar=argument)
    if acts:
        action.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="who does it, as they sign in")
    if listing:
        action.add_argument("--json", action="store_true", help="one JSON object a line")
    return action


@asynccontextmanager
async def opened_desk(arguments: argparse.Namespace) -> AsyncIterator[App]:
    """The house with what agents do. Raises ConfigError, also when it has no database yet, and StoreUnavailable."""
    config = load(arguments.config)
    refuse_missing(config, arguments.config)
    app = App(config, base=place_of(arguments.config), roles=(), log=SilentLog(), clock=SystemClock())
    try:
        await app.open_desk()
        yield app
    finally:
        await app.stop()


async def agent_of(house: App | House, arguments: argparse.Namespace) -> Agent:
    """Who acts. Raises Refused."""
    login = arguments.login.strip().lower()
    found = await house.store.read(people.agent_by_login(login))
    if found is None:
        raise Refused(
            "not_found", f"nobody signs in as {login[:60]!r}; add them with: switchboard user add", status=404
        )
    return found


async def ticket_of(app: App, name: str, agent: Agent | None = None) -> TicketId:
    """The id behind a ticket's number or id, if this agent may see it. Raises Refused."""
    return await ticket_named(app.store, name, agent.id if agent else None)
