"""`switchboard user`: somebody who answers, and who no longer does."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.desk import agent_of
from router.cli.house import House, opened
from router.cli.numbers import whole
from router.cli.paths import add_config
from router.cli.people import add_login_token, checked_name, new_agent
from router.model.errors import Refused
from router.model.limits import AGENT_CAPACITY
from router.model.tables import Agent
from router.store import people, rulesets
from router.web.auth import hash_password
from rules.ruleset import load

_PASSWORD_MIN = 10
_CAPACITY_MAX = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|sign-out")
    action = actions.add_parser("add", help="add an agent or admin; prints a one-time login link")
    add_config(action)
    action.add_argument("login", help="what they sign in with, such as a mail address")
    action.add_argument(
        "--name", help="what customers and colleagues see (default: the login, of an address what stands before @)"
    )
    action.add_argument("--role", choices=["agent", "admin"], default="agent")
    action.add_argument("--language", choices=["en", "zh-CN"], default="en")
    action.add_argument(
        "--capacity",
        type=whole("tickets", 0, _CAPACITY_MAX),
        default=AGENT_CAPACITY,
        help="open tickets they are given at most",
    )
    action.add_argument("--queue", action="append", default=[], help="a queue they serve; repeatable (default: all)")
    action.add_argument("--password", action="store_true", help="ask for a password on standard input")
    action.add_argument("--json", action="store_true", help="one JSON object instead of text")
    told = "end every session of somebody at once; their password and unused links let nobody in any more"
    action = actions.add_parser("sign-out", help=told)
    add_config(action)
    action.add_argument("login", help="what they sign in with")
    action.add_argument("--link", action="store_true", help="print a new one-time link, for them to come back by")
    action.add_argument("--password", action="store_true", help="ask for a new password on standard input")


def run(arguments: argparse.Namespace) -> int:
    """Add them, or sign them out."""
    return asyncio.run(_add(arguments) if arguments.action == "add" else _sign_out(arguments))


async def _add(arguments: argparse.Namespace) -> int:
    if not arguments.login.strip():
        raise Refused("invalid", "a login cannot be empty", status=422)
    login = checked_name(arguments.login, "login").lower()
    name = checked_name(arguments.name or arguments.login.strip().partition("@")[0] or login, "name")
    password_hash = hash_password(_ask()) if arguments.password else None
    async with opened(arguments.config) as house:
        await _require_queues(house, arguments.queue)
        if await house.store.read(people.agent_by_login(login)) is not None:
            told = (
                f"there is somebody with the login {login!r} already; a new link for them: user sign-out {login} --link"
            )
            raise Refused("taken", told)
        agent = new_agent(
            house.ids,
            house.clock,
            login=login,
            name=name or login,
            role=arguments.role,
            language=arguments.language,
            capacity=arguments.capacity,
            queues=tuple(arguments.queue),
            password_hash=password_hash,
        )
        await house.store.write(people.add_agent(agent))
        link = await _link(house, agent)
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode({"id": agent.id, "login": login, "link": link}) + b"\n")
    else:
        print(f"{agent.role} {login} added, {agent.name} to customers; signs in once, within a day, with\n  {link}")
    return EXIT_DONE


async def _sign_out(arguments: argparse.Namespace) -> int:
    password_hash = hash_password(_ask()) if arguments.password else None
    async with opened(arguments.config) as house:
        agent = await agent_of(house, arguments)
        ended = await house.store.write(people.shut_out(agent.id, password_hash=password_hash))
        link = await _link(house, agent) if arguments.link else None
    told = f"{agent.login} signed out everywhere (sessions ended: {ended}), away"
    if link is not None:
        print(f"{told}; signs in once, within a day, with\n  {link}")
    else:
        print(f"{told}, and with a new password" if password_hash else f"{told}, and without a password or a link")
    return EXIT_DONE


async def _require_queues(house: House, names: Sequence[str]) -> None:
    """Refuse a queue that the live rules do not have: nobody would ever be given its tickets."""
    active = await house.store.read(rulesets.latest())
    if active is None:
        return  # nothing was live yet: the rules may still be on their way
    known = load(active.files, was_live=True).queues
    for name in names:
        if name not in known:
            raise Refused("unknown_queue", f"there is no queue {name}; there are {', '.join(known)}", status=422)


async def _link(house: House, agent: Agent) -> str:
    token = await add_login_token(house.store, agent, house.clock)
    return f"{house.config.server.public_url}/login?token={token}"


def _ask() -> str:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < _PASSWORD_MIN:
        raise Refused("too_short", f"a password has at least {_PASSWORD_MIN} characters", status=422)
    return password
