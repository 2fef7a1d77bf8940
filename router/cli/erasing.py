"""`switchboard contacts erase`: forget a person. Without --yes it says what would go."""

import argparse
import asyncio
import sys
from typing import Any, Final

import msgspec

from router.beside import erasures
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import House, opened
from router.cli.times import when
from router.flow.erasure import Erasures
from router.web.contacts import extent_view

_ACTOR: Final = "system"
_LARGE: Final = (
    "the database's file is large and was not written anew: pages that nobody uses may hold words of theirs until they "
    "are used again; at a quiet time, repeat this with --compact"
)


def declare(action: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    action.add_argument("contact", metavar="CONTACT", help="C-n, a key of the import, or an id")
    action.add_argument("--yes", action="store_true", help="do it; without it nothing is changed")
    action.add_argument("--force", action="store_true", help="although an alarm of theirs rings")
    action.add_argument(
        "--compact",
        action="store_true",
        help="write the database's file anew, however large it is; nobody can write meanwhile",
    )
    action.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Do it, or say what would be done; 1 when it would be refused."""
    return asyncio.run(_erase(arguments) if arguments.yes else _tell(arguments))


def _erasures(house: House) -> Erasures:
    return erasures(house.store, house.media, house.keys, house.clock, house.ids)


async def _tell(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        found = extent_view(await _erasures(house).extent(arguments.contact))
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        _print(found)
    return EXIT_FINDINGS if found["ringing"] and not arguments.force else EXIT_DONE


def _print(found: dict[str, Any]) -> None:
    name = f"{found['label']} ({found['name']})" if found["name"] else found["label"]
    if found["erased_at_ms"] is not None:
        print(f"{name} was erased {when(found['erased_at_ms'])}")
        return
    print(
        f"would erase {name}: {found['identities']} addresses, {found['conversations']} conversations, "
        f"{found['tickets']} tickets ({found['open_tickets']} open), {found['messages']} messages, "
        f"{found['files']} of them with files"
    )
    if found["absorbed"]:
        print(f"  with {found['absorbed']} contacts that were merged into it")
    print("  what stays: the numbers, times, states, queues and agents of the tickets")
    if found["ringing"]:
        print(f"  an alarm rings: {', '.join(found['ringing'])}; accept it first, or add --force")
    print("do it with --yes; nothing brings it back")


async def _erase(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        done = await _erasures(house).erase(arguments.contact, _ACTOR, force=arguments.force, compact=arguments.compact)
    if arguments.json:
        told = {"contact": done.erasure.contact_id, "at_ms": done.erasure.started_at_ms, "compacted": done.compacted}
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        return EXIT_DONE
    print(f"erased {arguments.contact}, {when(done.erasure.started_at_ms)}")
    if not done.compacted:
        print(_LARGE, file=sys.stderr)
    return EXIT_DONE
