"""`switchboard actions`: what the wallet's back end is asked to do about accounts. Two people, as in the inbox."""

import argparse
import asyncio
import sys

import msgspec

from router.app import App
from router.cli.command import EXIT_DONE
from router.cli.desk import add_action, agent_of, opened_desk, ticket_of
from router.cli.numbers import say_none
from router.cli.times import when
from router.model.actions import ActionEntry
from router.model.actors import agents_of
from router.model.ids import ActionId
from router.model.limits import PAGE_MAX
from router.store import actions as store_actions
from router.store import inbox
from router.web.side_views import action_view


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    summary = "what waits for a second person; of a ticket: all, newest first"
    action = add_action(actions, "list", summary, acts=False, listing=True)
    action.add_argument("ticket", nargs="?", metavar="TICKET")
    add_action(actions, "propose", "propose an action of the rules for the customer of TICKET", "TICKET", "NAME")
    add_action(actions, "approve", "agree to what somebody else proposed", "ID")
    add_action(actions, "decline", "say no", "ID")
    add_action(actions, "retry", "ask the back end once more about one that failed", "ID")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 when it was refused."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened_desk(arguments) as app:
        if arguments.action == "list":
            await _list(app, arguments)
            return EXIT_DONE
        agent, remedies = await agent_of(app, arguments), app.remedies
        match arguments.action:
            case "propose":
                ticket_id = await ticket_of(app, arguments.ticket, agent)
                action_id = await remedies.propose(ticket_id, arguments.name, agent)
            case "approve":
                await remedies.approve(action_id := ActionId(arguments.id), agent)
            case "decline":
                await remedies.decline(action_id := ActionId(arguments.id), agent)
            case _:
                await remedies.retry(action_id := ActionId(arguments.id), agent)
        row = await app.store.read(store_actions.get(action_id))
        assert row is not None, "it was decided about just now"
        print(f"{row.id}  {row.action}  {row.state}")
    return EXIT_DONE


async def _list(app: App, arguments: argparse.Namespace) -> None:
    if arguments.ticket is not None:
        await _print(
            app, await app.store.read(store_actions.of_ticket(await ticket_of(app, arguments.ticket))), arguments
        )
        return
    after, count = "", 0
    while page := await app.store.read(store_actions.proposed(limit=PAGE_MAX, after=after)):
        await _print(app, page, arguments)
        after, count = page[-1].id, count + len(page)
    say_none(count, "nothing is proposed", as_json=arguments.json)


async def _print(app: App, rows: list[ActionEntry], arguments: argparse.Namespace) -> None:
    numbers = await app.store.read(inbox.ticket_numbers(sorted({row.ticket_id for row in rows})))
    people = agents_of(row.proposed_by for row in rows) | {row.decided_by for row in rows}
    names = await app.store.read(inbox.agent_names(people))
    for row in rows:
        view = action_view(row, names)
        if arguments.json:
            sys.stdout.buffer.write(msgspec.json.encode({"ticket": numbers[row.ticket_id], **view}) + b"\n")
            continue
        decided = f", decided by {view['decided_by_name']}" if row.decided_by else ""
        error = f": {row.error}" if row.error else ""
        by = view["proposed_by_name"] or row.proposed_by
        asked = f"{when(row.created_at_ms)} by {by}{decided}"
        print(f"{row.id}  {numbers[row.ticket_id]}  {row.action}  {row.state}{error}  {asked}")
    sys.stdout.flush()
