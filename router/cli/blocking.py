"""`switchboard contacts block, unblock, blocked, held, release`: who is not listened to, and what waits."""

import argparse
import asyncio
import sys
from typing import Any, Final

import msgspec

from router.beside import abuse
from router.cli.command import EXIT_DONE
from router.cli.house import House, opened
from router.cli.times import duration_ms, when
from router.model.errors import Refused
from router.model.ids import ContactId
from router.model.limits import ID_CHARS_MAX
from router.model.tables import Contact
from router.store import blocks, dossier
from router.web.abuse import block_views, held_views

ACTIONS: Final = {
    "block": ("a sender is not listened to: what they write is held", True),
    "unblock": ("listen again; what was held stays held until it is let through", True),
    "blocked": ("blocks in force, the oldest first", False),
    "held": ("what waits to be let through, the newest first", False),
    "release": ("let held messages through: they are decided like any other", False),
}
"""With a summary, and whether a reason is asked for."""
_ACTOR: Final = "system"
_TEXT_SHOWN: Final = 100
_NEAR_SHOWN: Final = 3


def declare(name: str, action: argparse.ArgumentParser) -> None:
    """Declare an action's arguments."""
    if name == "block":
        action.add_argument("sender", metavar="CONTACT|KIND:VALUE", help="a contact (C-n, key, id) or an address")
        action.add_argument("--for", dest="lasts", type=duration_ms, metavar="7d", help="how long: 30d, 12h, 90m")
    elif name == "unblock":
        action.add_argument("block", metavar="BLOCK", help="its id, as `blocked` tells it")
    elif name == "release":
        action.add_argument("held", nargs="+", metavar="HELD", help="ids, as `held` tells them")
    elif name == "held":
        action.add_argument("contact", nargs="?", metavar="CONTACT", help="of this contact alone")
        action.add_argument("--find", metavar="TEXT", help="with these words, of the message or of its sender")
    if name == "blocked":
        action.add_argument("--over", action="store_true", help="those that ended or were lifted, with by whom and why")
    if name in {"blocked", "held"}:
        action.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        match arguments.action:
            case "block":
                await _block(house, arguments)
            case "unblock":
                row = await abuse(house.store, house.clock, house.ids).lift(arguments.block, arguments.reason, _ACTOR)
                _print_blocks(await block_views(house.store, [row]), as_json=False)
            case "release":
                done = await abuse(house.store, house.clock, house.ids).release(arguments.held, _ACTOR)
                print(f"{done} let through" if done != 1 else "1 message let through")
            case "blocked":
                found = await house.store.read(blocks.listed(now_ms=house.clock.now_ms(), over=arguments.over))
                _print_blocks(await block_views(house.store, found), as_json=arguments.json)
            case _:
                await _held(house, arguments)
    return EXIT_DONE


async def _block(house: House, arguments: argparse.Namespace) -> None:
    """A contact of that name comes first: keys of an import may hold a colon."""
    kind, colon, value = arguments.sender.partition(":")
    contact = await _contact(house, arguments.sender)
    key = None if contact is not None or not colon else (kind, value)
    until_ms = None if arguments.lasts is None else house.clock.now_ms() + arguments.lasts
    row = await abuse(house.store, house.clock, house.ids).block(
        arguments.sender if key is None else None, key, arguments.reason, _ACTOR, until_ms=until_ms
    )
    _print_blocks(await block_views(house.store, [row]), as_json=False)


async def _contact(house: House, name: str) -> Contact | None:
    return await house.store.read(dossier.by_name(name.strip()))


async def _unknown(house: House, name: str) -> Refused:
    """That nobody is called so, with whom an address or a name leads to; the list is too long to be shown here."""
    found = await house.store.read(dossier.find(name.strip()[:ID_CHARS_MAX])) if name.strip() else []
    near = " or ".join(one.key or f"C-{one.number}" for one in found[:_NEAR_SHOWN])
    hint = f"did you mean {near}?" if near else "all there are: switchboard export --contacts"
    return Refused("no_such_contact", f"there is no contact {name[:40]!r}; {hint}", status=404)


async def _held(house: House, arguments: argparse.Namespace) -> None:
    ids: list[ContactId] | None = None
    if arguments.contact is not None:
        contact = await _contact(house, arguments.contact)
        if contact is None:
            raise await _unknown(house, arguments.contact)
        ids = [contact.id, *(await house.store.read(dossier.absorbed(contact.id)))]
    lines = await house.store.read(blocks.held_messages(contacts=ids, text=arguments.find))
    for view in await held_views(house.store, lines):
        if arguments.json:
            sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
            continue
        print(f"{view['id']}  {when(view['received_at_ms'])}  {_why(view)}")  # type: ignore[arg-type]  # a view
        print(f"  {_from(view)}: {' '.join(str(view['text'] or view['kind']).split())[:_TEXT_SHOWN]}")


def _why(view: Any) -> str:  # noqa: ANN401 - a view
    mark = "CRITICAL, " if view["urgency"] == "critical" else ""
    if view["reason"] == "blocked" and view["block"] is None:
        return f"{mark}blocked where it was imported from"
    if view["block"] is None:
        return f"{mark}far over its sender's quota, beside {view['ticket']}"
    return f"{mark}blocked by {view['block']['actor_name'] or 'system'}: {view['block']['reason']}"


def _from(view: Any) -> str:  # noqa: ANN401 - a view
    return str(view["contact"] or f"{view['channel']}:{view['sender']['id']}")


def _print_blocks(views: list[dict[str, object]], *, as_json: bool) -> None:
    for view in views:
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
        else:
            print(told(view))


def told(view: Any) -> str:  # noqa: ANN401 - a view
    """A block in one line."""
    whom = view["contact"] or f"{view['kind']}:{view['value']}"
    until = f", until {when(view['until_ms'])}" if view["until_ms"] is not None else ""
    lifted = f"; lifted: {view['lifted']['reason']}" if view["lifted"] is not None else ""
    return f"{view['id']}  {whom}, by {view['actor_name'] or view['actor']}: {view['reason']}{until}{lifted}"
