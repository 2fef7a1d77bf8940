"""What an agent logs of a call with a customer: a note with direction and duration. Pure.

Whoever has been spoken to has been answered: the ticket is the agent's and waits for the customer, as after a reply. A
call that reached nobody is told, and changes nothing else.
"""

from typing import Literal

import msgspec

from router.core.replies import answered, decide_note
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused
from router.model.ids import TicketId
from router.model.limits import CALL_SECONDS_MAX
from router.model.snapshot import ReplyFacts
from router.model.sources import Ids
from router.model.tables import Agent, Message
from rules.facts import Redacted

Direction = Literal["in", "out"]
_ENCODER = msgspec.json.Encoder()


class CallCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent asked for."""

    ticket_id: TicketId
    direction: Direction
    """in: the customer called; out: the agent did."""
    duration_s: int
    reached: bool = True
    """Somebody was spoken to."""
    text: str = ""
    """What was said, in the agent's words."""
    client_key: str
    solve: bool = False


def decide_call(
    command: CallCommand, facts: ReplyFacts, redacted: Redacted, agent: Agent, *, now_ms: int, ids: Ids
) -> tuple[Message, list[Change]]:
    """The note, and what becomes of the ticket; `redacted` is the text without secrets.

    Raises Refused (invalid, too_long, ticket_closed).
    """
    if not 0 <= command.duration_s <= CALL_SECONDS_MAX:
        detail = f"a call lasts 0 to {CALL_SECONDS_MAX} seconds, found {command.duration_s}"
        raise Refused("invalid", detail, status=422, data={"field": "duration_s"})
    if command.solve and not command.reached:
        raise Refused("invalid", "a call that reached nobody solves nothing", status=422, data={"field": "solve"})
    if command.reached and facts.ticket.state == "closed":
        raise Refused("ticket_closed", "a closed ticket cannot be answered; a new message opens a follow-up")
    head = f"[{_said(command)}]"
    told = msgspec.structs.replace(redacted, text=f"{head}\n{redacted.text.strip()}".strip())
    note, changes = decide_note(facts, told.text, command.client_key, told, agent, now_ms=now_ms, ids=ids)
    call = {"direction": command.direction, "duration_s": command.duration_s, "reached": command.reached}
    note = msgspec.structs.replace(note, ext=_ENCODER.encode({"call": call}).decode())
    changes = [_with(change, note) for change in changes]
    if command.reached:
        ticket, events = answered(facts.ticket, agent, note.text, solve=command.solve, now_ms=now_ms)
        changes = [Save(ticket), *changes[1:], *map(Record, events)]
    return note, changes


def _said(command: CallCommand) -> str:
    who = "the customer called" if command.direction == "in" else "called the customer"
    if not command.reached:
        return f"{who}: not reached"
    minutes, seconds = divmod(command.duration_s, 60)
    return f"{who}: {minutes} min {seconds} s" if minutes else f"{who}: {seconds} s"


def _with(change: Change, note: Message) -> Change:
    """The change of a note, of this one."""
    if isinstance(change, Record):
        return Record(msgspec.structs.replace(change.event, data={**change.event.data, "call": "1"}))
    return Add(note) if isinstance(change, Add) else change
