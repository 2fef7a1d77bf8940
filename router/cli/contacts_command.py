"""`switchboard contacts`: import people, show one with what is known and guessed of them, and say who is who."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from typing import Any

import msgspec

from router.beside import people
from router.cli import blocking, erasing
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import House, opened
from router.cli.numbers import counted
from router.cli.paths import add_config, named
from router.cli.progress import Progress
from router.cli.route_command import open_input
from router.cli.times import when
from router.flow.contacts import import_contacts
from router.flow.people import People
from router.model.contact import PROVIDERS
from router.model.errors import Refused
from router.model.people import PeopleAct
from router.store import people as people_store
from router.web.contacts import act_views, contact_view

_ACTOR = "system"
_Act = Callable[[People, argparse.Namespace], Awaitable[PeopleAct]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = _action(actions, "import", "make contacts, or bring them up to date, by their key")
    action.add_argument("file", nargs="?", type=named, default="-", metavar="FILE", help="NDJSON; - is standard input")
    action = _action(actions, "show", "identities with their proof, who may be the same person, what was done")
    _contact(action)
    action.add_argument("--json", action="store_true", help="one JSON object instead of text")
    for name, summary in (("link", "an address is this contact's"), ("unlink", "an address is not this contact's")):
        action = _action(actions, name, summary, reason=True)
        _contact(action)
        action.add_argument("kind", metavar="KIND", help="email, phone, user_id, telegram ...")
        action.add_argument("value", metavar="VALUE")
    action = _action(actions, "merge", "OTHER is the same person, who goes on as CONTACT", reason=True)
    _contact(action)
    action.add_argument("other", metavar="OTHER")
    action = _action(actions, "split", "give addresses of a contact to a contact of their own", reason=True)
    _contact(action)
    action.add_argument("identity", nargs="+", metavar="KIND:VALUE")
    action = _action(actions, "never-merge", "two contacts are two people", reason=True)
    _contact(action)
    action.add_argument("other", metavar="OTHER")
    action = _action(actions, "undo", "take an act back, the newest on its contacts first", reason=True)
    action.add_argument("act", metavar="ACT", help="its id, as `show` tells it")
    erasing.declare(_action(actions, "erase", "forget a contact: all that is known of them goes, for good"))
    for name, (summary, reason) in blocking.ACTIONS.items():
        blocking.declare(name, _action(actions, name, summary, reason=reason))


def _action(actions: Any, name: str, summary: str, *, reason: bool = False) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own type has no public name
    action: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    add_config(action)
    if reason:
        action.add_argument("--reason", required=True, metavar="TEXT", help="why; kept with what is done")
    return action


def _contact(action: argparse.ArgumentParser) -> None:
    action.add_argument("contact", metavar="CONTACT", help="C-n, a key of the import, or an id")


_ACTS: dict[str, _Act] = {
    "link": lambda people, given: people.link(given.contact, (given.kind, given.value), given.reason, _ACTOR),
    "unlink": lambda people, given: people.unlink(given.contact, (given.kind, given.value), given.reason, _ACTOR),
    "merge": lambda people, given: people.merge(given.contact, given.other, given.reason, _ACTOR),
    "split": lambda people, given: people.split(
        given.contact, [_pair(each) for each in given.identity], given.reason, _ACTOR
    ),
    "never-merge": lambda people, given: people.keep_apart(given.contact, given.other, given.reason, _ACTOR),
    "undo": lambda people, given: people.undo(given.act, given.reason, _ACTOR),
}


def _pair(text: str) -> tuple[str, str]:
    kind, _, value = text.partition(":")
    return kind, value


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 when a row was bad or the act was refused."""
    if arguments.action in blocking.ACTIONS:
        return blocking.run(arguments)
    if arguments.action == "erase":
        return erasing.run(arguments)
    if arguments.action == "import":
        return asyncio.run(_import(arguments))
    return asyncio.run(_show(arguments) if arguments.action == "show" else _act(arguments))


async def _import(arguments: argparse.Namespace) -> int:
    progress = Progress("contacts")
    async with opened(arguments.config) as house:
        with open_input(arguments.file) as lines:
            imported = await import_contacts(
                lines,
                people=_people(house),
                store=house.store,
                clock=house.clock,
                ids=house.ids,
                progress=progress,
            )
    progress.close()
    for told in imported.told():
        print(told, file=sys.stderr)
    print(f"{imported.taken} contacts taken in, {len(imported.problems)} bad lines")
    return EXIT_FINDINGS if imported.problems else EXIT_DONE


def _people(house: House) -> People:
    return people(house.store, house.clock, house.ids)


async def _act(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        if arguments.action == "link":
            await _require_kind(house, arguments.kind.strip().lower())
        act = await _ACTS[arguments.action](_people(house), arguments)
        (view,) = await act_views(house.store, [act])
    print(_told(view))
    return EXIT_DONE


async def _require_kind(house: House, kind: str) -> None:
    """Refuse a kind that nothing here speaks of: nobody would ever be known by it."""
    known = {"user_id", "email", "phone", *PROVIDERS}
    for channel in house.config.channels:
        named = channel.settings.get("kinds")
        known |= {channel.kind, *(map(str, named) if isinstance(named, list) else [])} - {"api"}
    for token in await house.store.read(people_store.api_tokens()):
        known |= set(token.kinds)
    if kind not in known:
        near = get_close_matches(kind, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
        raise Refused("bad_identity", f"no channel and no token speaks for {kind[:40]!r}; {hint}", status=422)


async def _show(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        view: dict[str, Any] = await contact_view(house.store, *(await _people(house).show(arguments.contact)))
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
        return EXIT_DONE
    if view["erased_at_ms"] is not None:
        print(f"{view['label']}, erased {when(view['erased_at_ms'])}")
        return EXIT_DONE
    into = view["merged_into"]
    print(
        _named(view)
        + (f", merged into {_named(into)}" if into else f": {counted(view['open_tickets'], 'open ticket')}")
    )
    for each in view["identities"]:
        checked = ", checked by the channel" if each["vouched"] else ""
        print(f"  {each['kind']:<12} {each['value']}  by {each['proof']}{checked}, {when(each['since_ms'])}")
    for each in view["absorbed"]:
        print(f"  merged       {_named(each)}")
    for each in view["never_merge"]:
        print(f"  never merge  {_named(each)}")
    for hint in view["hints"]:
        why = ", ".join(f"{reason['reason']} ({reason['kind']} {reason['value']})" for reason in hint["reasons"])
        print(f"  perhaps      {_named(hint)}: {why}")
    for block in view["blocks"]:
        print(f"  blocked      {blocking.told(block)}")
    if view["held"].held:
        print(f"  held         {view['held'].held} messages: switchboard contacts held {view['label']}")
    for act in view["acts"]:
        print(f"  {_told(act)}")
    return EXIT_DONE


def _named(view: dict[str, Any]) -> str:
    return f"{view['label']} ({view['name']})" if view["name"] else str(view["label"])


def _told(act: Any) -> str:  # noqa: ANN401 - a view
    other = f" and {_named(act['other'])}" if act["other"] else ""
    what = ", ".join(f"{each['kind']} {each['value']}" for each in act["identities"])
    undone = f"; undone: {act['undone']['reason']}" if act["undone"] else ""
    who = act["actor_name"] or act["actor"]
    told = f"{act['kind'].replace('_', ' ')}  {_named(act['contact'])}{other}{': ' + what if what else ''}"
    return f"{act['id']}  {told}, by {who}: {act['reason']}{undone}"
