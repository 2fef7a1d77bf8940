"""`switchboard tickets`: list them, accept one that rings, log calls, merge and split them, take that back."""

import argparse
import asyncio
import sys
from difflib import get_close_matches
from typing import get_args

import msgspec

from router.app import App
from router.cli.command import EXIT_DONE
from router.cli.desk import add_action, agent_of, opened_desk, ticket_of
from router.cli.numbers import say_none
from router.cli.times import when
from router.core.calls import CallCommand, Direction
from router.model.errors import Refused
from router.model.grouping import Regrouping
from router.model.ids import MessageId, TicketId
from router.model.limits import PAGE_MAX
from router.model.tables import Agent
from router.store import inbox, regrouping
from router.store.inbox import View
from router.web.views import ticket_row

_TOGETHER_ALL: tuple[View, ...] = ("all", "snoozed", "solved")
"""Views in one of which every ticket is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = add_action(actions, "list", "tickets as the inbox lists them", acts=False, listing=True)
    action.add_argument("--view", choices=get_args(View), default="all", help="default: all that are not solved")
    action.add_argument("--queue", help="of one queue alone")
    action.add_argument("--as", dest="login", metavar="LOGIN", help="what this agent sees; `mine` are theirs")
    add_action(actions, "accept", "take a ticket that rings: nobody else is called about it", "TICKET")
    action = add_action(actions, "log-call", "note a call with the customer of TICKET", "TICKET")
    action.add_argument("text", nargs="?", default="", metavar="TEXT", help="what was said")
    action.add_argument("--direction", choices=get_args(Direction), default="out", help="in: the customer called")
    action.add_argument("--seconds", type=int, default=0, metavar="N", help="how long it lasted")
    action.add_argument("--not-reached", action="store_true", help="nobody answered: the ticket stays as it is")
    action.add_argument("--solve", action="store_true", help="what it was about is solved")
    add_action(actions, "merge", "move all of TICKET into INTO, of the same person, and close it", "TICKET", "INTO")
    action = add_action(actions, "split", "give messages of TICKET a ticket of their own", "TICKET")
    action.add_argument("message", nargs="+", metavar="MESSAGE", help="its id, or the provider's")
    add_action(actions, "regroupings", "merges and splits of TICKET, newest first", "TICKET", acts=False, listing=True)
    add_action(actions, "undo", "take a merge or a split back, by its id", "REGROUPING")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 when it was refused."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened_desk(arguments) as app:
        match arguments.action:
            case "list":
                await _list(app, arguments)
            case "regroupings":
                await _regroupings(app, arguments)
            case _:
                print(await _act(app, arguments))
    return EXIT_DONE


async def _list(app: App, arguments: argparse.Namespace) -> None:
    if arguments.queue is not None:
        await _require_queue(app, arguments.queue)
    if arguments.view == "mine" and arguments.login is None:
        raise Refused("not_found", "`mine` are somebody's: say whose with --as LOGIN", status=422)
    actor = (await agent_of(app, arguments)).id if arguments.login is not None else None
    cursor: str | None = None
    total = 0
    while True:
        page = await app.store.read(
            inbox.tickets(actor, view=arguments.view, queue=arguments.queue, cursor=cursor, limit=PAGE_MAX)
        )
        for row in map(ticket_row, page.lines):
            if arguments.json:
                sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
                continue
            rings = "  rings" if row.alarm_since_ms is not None else ""
            who = row.assignee_name or "nobody"
            print(f"{row.number}  {row.state:<9} {row.urgency:<8} {row.queue}  {who}{rings}  {row.subject}")
        cursor, total = page.cursor, page.total
        if cursor is None:
            break
    sys.stdout.flush()
    say_none(total, "no such ticket", as_json=arguments.json)


async def _require_queue(app: App, name: str) -> None:
    """Refuse a queue that neither the live rules have nor any ticket is in, as it may be after a change of rules."""
    if app.rulebook.status.version == 0:
        return  # nothing was live yet: the rules may still be on their way
    known = app.rulebook.current.queues
    if name in known:
        return
    for view in _TOGETHER_ALL:
        if (await app.store.read(inbox.tickets(None, view=view, queue=name, limit=1))).lines:
            return
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise Refused("unknown_queue", f"there is no queue {name[:40]!r}; {hint}", status=404)


async def _regroupings(app: App, arguments: argparse.Namespace) -> None:
    rows = await app.store.read(regrouping.regroupings(await ticket_of(app, arguments.ticket)))
    names = await _numbers(app, *rows)
    for row in rows:
        if arguments.json:
            sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
            continue
        undone = "" if row.undone_at_ms is None else f", taken back {when(row.undone_at_ms)}"
        print(f"{row.id}  {when(row.at_ms)}  {_told(row, names)}{undone}")
    sys.stdout.flush()


async def _act(app: App, arguments: argparse.Namespace) -> str:
    agent = await agent_of(app, arguments)
    if arguments.action == "undo":
        row = await app.regroupings.undo(arguments.regrouping, agent)
        return f"{row.id}  taken back: {_told(row, await _numbers(app, row))}"
    ticket_id = await ticket_of(app, arguments.ticket, agent)
    match arguments.action:
        case "accept":
            await app.commands.accept(ticket_id, agent)
            return f"{arguments.ticket}  accepted by {agent.login}"
        case "log-call":
            return await _log_call(app, ticket_id, arguments, agent)
        case "merge":
            row = await app.regroupings.merge(ticket_id, await ticket_of(app, arguments.into, agent), agent)
        case _:
            messages = frozenset([await _message(app, ticket_id, name) for name in arguments.message])
            row = await app.regroupings.split(ticket_id, messages, agent)
    return f"{row.id}  {_told(row, await _numbers(app, row))}"


async def _log_call(app: App, ticket_id: TicketId, arguments: argparse.Namespace, agent: Agent) -> str:
    command = CallCommand(
        ticket_id=ticket_id,
        direction=arguments.direction,
        duration_s=arguments.seconds,
        reached=not arguments.not_reached,
        text=arguments.text,
        client_key=f"{agent.id}:{app.ids.new()}",
        solve=arguments.solve,
    )
    return f"{arguments.ticket}  call logged: {await app.commands.call(command, agent)}"


async def _message(app: App, ticket_id: TicketId, name: str) -> MessageId:
    """A message of a ticket by our id or the provider's. Raises Refused when several are called so."""
    named = [m.id for m in await app.store.read(inbox.messages_like(None, name)) if m.ticket_id == ticket_id]
    if len(named) > 1:
        raise Refused(
            "ambiguous", f"several messages of this ticket are called {name[:40]}; name one by our id", status=409
        )
    return named[0] if named else MessageId(name)


async def _numbers(app: App, *rows: Regrouping) -> dict[TicketId, str]:
    wanted = sorted({ticket_id for row in rows for ticket_id in (row.source_id, row.target_id)})
    return await app.store.read(inbox.ticket_numbers(wanted))


def _told(row: Regrouping, names: dict[TicketId, str]) -> str:
    count = len(row.message_ids)
    messages = "1 message" if count == 1 else f"{count} messages"
    source, target = names[row.source_id], names[row.target_id]
    return (
        f"{source} merged into {target}, {messages}"
        if row.kind == "merge"
        else f"{messages} of {source} split off as {target}"
    )
