"""`switchboard incidents`: many people, one cause: how many it reaches now, what is decided, and what all are told."""

import argparse
import asyncio
import hashlib
import sys
from typing import Literal

import msgspec

from router.app import App
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.desk import add_action, agent_of, opened_desk, ticket_of
from router.cli.numbers import counted, say_none
from router.cli.progress import Progress
from router.cli.times import when
from router.flow.incidents import Told
from router.model.errors import existing
from router.model.grouping import IncidentState
from router.model.tables import Agent
from router.store import inbox
from router.store import incidents as store_incidents
from router.store.incidents import IncidentLine
from router.web.views import TicketRow, ticket_row

_STATES: dict[str, IncidentState] = {
    "confirm": "open",
    "dismiss": "dismissed",
    "resolve": "resolved",
    "reopen": "open",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = add_action(actions, "list", "what is proposed or open, the newest first", acts=False, listing=True)
    listing.add_argument("--over", action="store_true", help="those that are resolved or dismissed, too")
    add_action(actions, "show", "one of them, with its tickets", "INCIDENT", acts=False, listing=True)
    action = add_action(actions, "open", "declare one, with the tickets it was seen in", "TITLE")
    action.add_argument("ticket", nargs="*", metavar="TICKET")
    for name, summary in (
        ("confirm", "a proposed one is one"),
        ("dismiss", "a proposed one is none"),
        ("resolve", "it is over"),
        ("reopen", "it is not over"),
    ):
        add_action(actions, name, summary, "INCIDENT")
    for name, summary in (("link", "put tickets into it"), ("unlink", "take tickets out of it, for good")):
        action = add_action(actions, name, summary, "INCIDENT")
        action.add_argument("ticket", nargs="+", metavar="TICKET")
    summary = "one reply to all, each by its own channel; asking again sends only what is missing"
    action = add_action(actions, "tell", summary, "INCIDENT", "TEXT", listing=True)
    action.add_argument("--note", action="store_true", help="an internal note on each instead")
    action = add_action(
        actions, "banner", "what the web chat says while it is open; without texts: nothing", "INCIDENT"
    )
    action.add_argument("--en", default="", metavar="TEXT", help="in English")
    action.add_argument("--zh", default="", metavar="TEXT", help="in Chinese")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 when it was refused, or somebody could not be told."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened_desk(arguments) as app:
        match arguments.action:
            case "list":
                lines = await app.store.read(store_incidents.lines(over=arguments.over))
                for line in lines:
                    _print(line, as_json=arguments.json)
                say_none(len(lines), "no incident is running", as_json=arguments.json)
            case "show":
                await _show(app, arguments)
            case "tell":
                return await _tell(app, arguments, await agent_of(app, arguments))
            case _:
                await _act(app, arguments, await agent_of(app, arguments))
    return EXIT_DONE


def _print(line: IncidentLine, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        return
    one = line.incident
    said = f"  [web chat: {', '.join(sorted(one.banner))}]" if one.banner else ""
    reach = f"{counted(line.contacts, 'person', 'people')}, {counted(line.tickets, 'ticket')}"
    print(f"{one.id}  {one.state:<9} {when(one.created_at_ms)}  {reach}  {one.title}{said}")


async def _show(app: App, arguments: argparse.Namespace) -> None:
    line = await _known(app, arguments.incident)
    rows: list[TicketRow] = []
    while ids := await app.store.read(store_incidents.page(line.incident.id, after=rows[-1].id if rows else "")):
        rows += map(ticket_row, await app.store.read(inbox.lines(None, ids)))
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode({**msgspec.to_builtins(line), "rows": rows}) + b"\n")
        return
    _print(line, as_json=False)
    for language, text in sorted(line.incident.banner.items()):
        print(f"  {language}: {text}")
    for row in rows:
        print(f"  {row.number}  {row.state:<9} {row.contact.name or row.contact.label}: {row.subject}")


async def _act(app: App, arguments: argparse.Namespace, agent: Agent) -> None:
    if arguments.action == "open":
        tickets = [await ticket_of(app, name, agent) for name in arguments.ticket]
        id_: str = await app.incidents.open(arguments.title, tickets, agent)
    elif arguments.action == "banner":
        id_ = arguments.incident
        await app.incidents.set_banner(id_, {"en": arguments.en, "zh": arguments.zh}, agent)
    elif arguments.action in _STATES:
        id_ = arguments.incident
        await app.incidents.set_state(id_, _STATES[arguments.action], agent)
    else:
        id_ = arguments.incident
        move = app.incidents.link if arguments.action == "link" else app.incidents.unlink
        for name in arguments.ticket:
            await move(id_, await ticket_of(app, name, agent), agent)
    _print(await _known(app, id_), as_json=False)


async def _tell(app: App, arguments: argparse.Namespace, agent: Agent) -> int:
    kind: Literal["reply", "note"] = "note" if arguments.note else "reply"
    # The same words to the same incident are one message, however often the command is run.
    key = hashlib.sha256(f"{arguments.incident}\0{kind}\0{arguments.text}".encode()).hexdigest()[:32]
    tickets = await app.store.read(store_incidents.tickets((await _known(app, arguments.incident)).incident.id))
    told: list[Told] = []
    progress = Progress("told")
    for ticket in (ticket for ticket in tickets if ticket.state != "closed"):
        told += await app.incidents.tell(
            arguments.incident, arguments.text, f"{agent.id}:cli:{key}", agent, kind=kind, only={ticket.id}
        )
        progress(len(told))
    progress.close()
    for one in told:
        if arguments.json:
            sys.stdout.buffer.write(msgspec.json.encode(one) + b"\n")
        else:
            print(f"{one.ticket}  {one.outcome}" + (f": {one.code}" if one.code else ""))
    sys.stdout.flush()
    return EXIT_FINDINGS if any(one.outcome == "refused" for one in told) else EXIT_DONE


async def _known(app: App, name: str) -> IncidentLine:
    return existing(await app.store.read(store_incidents.line(name)), "incident", name)
