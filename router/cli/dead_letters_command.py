"""`switchboard dead-letters list|show|replay|doubt`: what found no way out, and events that could not be decided."""

import argparse
import asyncio
import sys

import msgspec

from router.cli.command import EXIT_DONE
from router.cli.house import House, opened
from router.cli.numbers import say_none
from router.cli.paths import add_config
from router.core.delivery import decide_held, name_of
from router.model.errors import Refused
from router.model.ids import JournalId, OutboxId
from router.model.tables import OutboxEntry
from router.store import changes, journal, outbox
from router.store.rows import JournalRow

_PAGE = 200


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    what: str
    """reply, edit, reaction, hide, unhide or delete; or event."""
    channel: str
    account: str
    state: str
    attempts: int
    error: str | None
    ticket_id: str | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|replay|doubt")
    for name, summary in (
        ("list", "all of them, oldest first"),
        ("show", "one of them"),
        ("replay", "send, or decide, one of them again"),
        ("doubt", "after a restore, before the start: what waits may have left since; it is looked up, or held"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        add_config(action)
        if name != "doubt":
            action.add_argument("--json", action="store_true", help="one JSON object a line")
        if name not in {"list", "doubt"}:
            action.add_argument("id", help="as list shows it")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with opened(arguments.config) as house:
        if arguments.action == "doubt":
            count = await house.store.write(outbox.doubt())
            print(f"{count} that wait to leave are looked up at the next start, and held where that says nothing")
            return EXIT_DONE
        if arguments.action == "list":
            letters = await _all(house)
            for found in letters:
                _print(found, as_json=arguments.json)
            say_none(len(letters), "there are no dead letters", as_json=arguments.json)
            return EXIT_DONE
        entry = await house.store.read(outbox.get(OutboxId(arguments.id)))
        row = await house.store.read(journal.show(JournalId(arguments.id))) if entry is None else None
        if entry is None and (row is None or row.state != "dead"):
            raise Refused("not_found", f"there is no dead letter {arguments.id}", status=404)
        if entry is not None:
            letter = _undelivered(entry)
        else:
            assert row is not None
            letter = _event(row)
        if arguments.action == "show":
            _print(letter, as_json=arguments.json)
            return EXIT_DONE
        if entry is not None:
            now_ms = house.clock.now_ms()
            again = decide_held(entry, "retry", actor="system", now_ms=now_ms)
            await house.store.write(changes.apply(again, now_ms=now_ms))
            state, said = "queued", "queued again; a running service sends it"
        else:
            await house.store.write(journal.replay(JournalId(arguments.id)))
            state, said = "pending", "accepted again; a running service decides it"
        if arguments.json:
            _print(msgspec.structs.replace(letter, state=state, attempts=0, error=None), as_json=True)
        else:
            print(f"{letter.id}: {said}")
        return EXIT_DONE


async def _all(house: House) -> list[_Letter]:
    letters: list[_Letter] = []
    after = ""
    while entries := await house.store.read(outbox.undelivered(limit=_PAGE, after=after)):
        letters += [_undelivered(entry) for entry in entries]
        after = entries[-1].id
    after = ""
    while events := await house.store.read(journal.dead(limit=_PAGE, after=after)):
        letters += [_event(row) for row in events]
        after = events[-1].id
    return sorted(letters, key=lambda letter: letter.id)


def _undelivered(entry: OutboxEntry) -> _Letter:
    return _Letter(
        id=entry.id,
        what=name_of(entry),
        channel=entry.channel,
        account=entry.account,
        state=entry.state,
        attempts=entry.attempts,
        error=entry.error,
        ticket_id=entry.ticket_id,
    )


def _event(row: JournalRow) -> _Letter:
    return _Letter(
        id=row.id,
        what="event",
        channel=row.channel,
        account=row.account,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        ticket_id=None,
    )


def _print(letter: _Letter, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(letter) + b"\n")
        sys.stdout.flush()
        return
    attempts = "1 attempt" if letter.attempts == 1 else f"{letter.attempts} attempts"
    print(
        f"{letter.id}  {letter.what}  {letter.channel}/{letter.account}  {letter.state} after {attempts}: "
        f"{letter.error or 'no reason kept'}"
    )
