"""`switchboard user add`: somebody who answers."""

import argparse
import asyncio
import getpass
import sys

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import House, opened
from router.cli.people import add_login_token, new_agent
from router.cli.serve_command import add_config
from router.model.errors import Refused
from router.model.limits import AGENT_CAPACITY
from router.store import people
from router.web.auth import hash_password

_PASSWORD_MIN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add")
    action = actions.add_parser("add", help="add an agent or admin; prints a one-time login link")
    add_config(action)
    action.add_argument("login", help="what they sign in with, such as a mail address")
    action.add_argument("--name", help="what customers and colleagues see (default: the login)")
    action.add_argument("--role", choices=["agent", "admin"], default="agent")
    action.add_argument("--language", choices=["en", "zh-CN"], default="en")
    action.add_argument("--capacity", type=int, default=AGENT_CAPACITY, help="open tickets they are given at most")
    action.add_argument("--queue", action="append", default=[], help="a queue they serve; repeatable (default: all)")
    action.add_argument("--password", action="store_true", help="ask for a password on standard input")
    action.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Add them."""
    return asyncio.run(_add(arguments))


async def _add(arguments: argparse.Namespace) -> int:
    password_hash = hash_password(_ask()) if arguments.password else None
    async with opened(arguments.config) as house:
        login = arguments.login.strip().lower()
        if await house.store.read(people.agent_by_login(login)) is not None:
            raise Refused("taken", f"there is somebody with the login {login!r} already")
        agent = new_agent(
            house.ids,
            house.clock,
            login=login,
            name=arguments.name or arguments.login,
            role=arguments.role,
            language=arguments.language,
            capacity=max(0, arguments.capacity),
            queues=tuple(arguments.queue),
            password_hash=password_hash,
        )
        await house.store.write(people.add_agent(agent))
        link = await _link(house, agent.id)
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode({"id": agent.id, "login": login, "link": link}) + b"\n")
    else:
        print(f"{agent.role} {login} added; signs in once, within a day, with\n  {link}")
    return EXIT_DONE


async def _link(house: House, agent_id: str) -> str:
    agent = await house.store.read(people.agent(agent_id))  # type: ignore[arg-type]  # an AgentId as text
    assert agent is not None
    token = await add_login_token(house.store, agent, house.clock)
    return f"{house.config.server.public_url}/login?token={token}"


def _ask() -> str:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < _PASSWORD_MIN:
        raise Refused("too_short", f"a password has at least {_PASSWORD_MIN} characters", status=422)
    return password
