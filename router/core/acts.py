"""What rules ask of the house beyond where a ticket goes, carried out with the decision: in its transaction, or as rows
that a worker takes up afterwards. Pure. What could not be done is told as well.
"""

from collections.abc import Callable

import msgspec

from router.model.changes import Add, Change, Record
from router.model.decisions import WhyAct
from router.model.ids import ConversationId, MessageId, OutboxId
from router.model.message import JournalEntry
from router.model.sources import Ids
from router.model.tables import Event, OutboxEntry, Ticket
from rules.facts import Act


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that the acts belong to."""

    entry: JournalEntry
    before: Ticket | None
    """The ticket as it was; None when it was just opened."""
    message_id: MessageId
    conversation_id: ConversationId
    can_hide: bool


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket after an act, what else changes, and what is told of it."""

    ticket: Ticket
    changes: list[Change]
    told: WhyAct


_Carry = Callable[[Act, Ticket, Scene, Ids], Done]


def carry_out(
    acts: tuple[Act, ...], ticket: Ticket, scene: Scene, ids: Ids
) -> tuple[Ticket, list[Change], list[WhyAct]]:
    """Do what the rules asked, in order; history from a file is only filed."""
    changes: list[Change] = []
    told: list[WhyAct] = []
    for act in acts:
        done = _not_done(act, ticket, "imported") if scene.entry.imported else _CARRY[act.kind](act, ticket, scene, ids)
        ticket = done.ticket
        changes += done.changes
        told.append(done.told)
    return ticket, changes, told


def _not_done(act: Act, ticket: Ticket, why: str) -> Done:
    told = WhyAct(kind=act.kind, value=act.value, rule=act.rule, outcome="impossible", detail=why)
    return Done(ticket=ticket, changes=[], told=told)


def _done(act: Act, ticket: Ticket, changes: list[Change]) -> Done:
    return Done(
        ticket=ticket, changes=changes, told=WhyAct(kind=act.kind, value=act.value, rule=act.rule, outcome="done")
    )


def _hide(act: Act, ticket: Ticket, scene: Scene, ids: Ids) -> Done:
    """Ask the channel to take the post out of sight; where it cannot, an agent has to know."""
    event, now_ms = scene.entry.event, scene.entry.received_at_ms
    if event.visibility != "public":
        return _not_done(act, ticket, "private")

    def told(state: str) -> Record:
        return Record(
            Event(
                at_ms=now_ms,
                kind="post.hide",
                ticket_id=ticket.id,
                message_id=scene.message_id,
                conversation_id=scene.conversation_id,
                queue=ticket.queue,
                actor="rules",
                data={"state": state, "rule": act.rule},
            )
        )

    if not scene.can_hide:
        impossible = _not_done(act, ticket, "channel_cannot")
        return msgspec.structs.replace(impossible, changes=[told("impossible")])
    row = OutboxEntry(
        id=OutboxId(ids.new()),
        message_id=scene.message_id,
        conversation_id=scene.conversation_id,
        ticket_id=ticket.id,
        channel=event.channel,
        account=event.account,
        action="hide",
        due_at_ms=now_ms,
        created_at_ms=now_ms,
    )
    return _done(act, ticket, [Add(row), told("asked")])


_CARRY: dict[str, _Carry] = {"hide": _hide}
