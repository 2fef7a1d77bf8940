"""The walks of incidents: detect them, let people decide about them, answer everybody in one."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Literal

import msgspec

from router.bus import Bus
from router.core import incidents as core
from router.core.incidents import Report
from router.core.private_side import PrivateSide
from router.core.replies import ReplyCommand
from router.flow.commands import Commands
from router.flow.persistence import persist
from router.flow.rulebook import Rulebook
from router.model.changes import Change
from router.model.errors import Conflict, Refused, existing
from router.model.grouping import Incident, IncidentState
from router.model.ids import EventId, IncidentId, TicketId
from router.model.sources import Clock, Ids
from router.model.tables import Agent, Ticket
from router.store import changes as store_changes
from router.store import commands as gather
from router.store import incidents, presence
from router.store.script import Store
from rules.redact import redact

_EVERYTHING = EventId(2**53)
"""What is written to all answers nobody's last message."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one ticket's share of a message to all."""

    ticket: str
    outcome: Literal["done", "refused", "heard"]
    """heard: nothing was sent, for its customer reads it in the same conversation, beside a newer ticket of theirs."""
    code: str = ""
    """Why it was refused: the guard, a channel that cannot carry it, a block, an agent who is faster."""


class Incidents:
    """Many people, one cause."""

    def __init__(
        self, *, store: Store, bus: Bus, rulebook: Rulebook, commands: Commands, clock: Clock, ids: Ids
    ) -> None:
        self._store, self._bus, self._rulebook, self._commands = store, bus, rulebook, commands
        self._clock, self._ids = clock, ids

    async def detect(self) -> int:
        """Look at what was opened lately; how many changes that made, none where another process was faster."""
        matching, now_ms = self._rulebook.current.matching, self._clock.now_ms()
        lately = await self._store.read(incidents.lately(since_ms=now_ms - matching.incident_window_ms))
        reports = [
            Report(
                ticket=ticket,
                matter=matter,
                incident_id=lately.linked.get(ticket.id),
                is_linked=ticket.id in lately.linked,
                is_dismissed=ticket.id in lately.dismissed,
            )
            for ticket in lately.tickets
            if (matter := lately.matters.get(ticket.id)) is not None
        ]
        changes = core.propose(reports, matching, now_ms=now_ms, ids=self._ids)
        if not changes:
            return 0
        try:
            await self._store.write(incidents.propose(changes, lately, now_ms=now_ms))
        except Conflict:
            return 0
        await self._bus.notify("events")
        return len(changes)

    async def open(self, title: str, ticket_ids: Sequence[TicketId], agent: Agent) -> IncidentId:
        """Declare one; what must not rest of its title is masked. Raises Refused."""
        title = redact(title, visibility="private").text

        async def decide() -> list[Change]:
            tickets = [await self._ticket(ticket_id) for ticket_id in dict.fromkeys(ticket_ids)]
            return core.open_incident(title, tickets, actor=agent.actor, now_ms=self._clock.now_ms(), ids=self._ids)

        changes = await self._apply(decide)
        return next(c.row.id for c in changes if hasattr(c, "row") and isinstance(c.row, Incident))

    async def set_state(self, id_: str, state: IncidentState, agent: Agent) -> None:
        """Confirm, dismiss, resolve or reopen one. Raises Refused."""

        async def decide() -> list[Change]:
            return core.change_state(await self._incident(id_), state, actor=agent.actor, now_ms=self._clock.now_ms())

        await self._apply(decide)

    async def set_banner(self, id_: str, texts: Mapping[str, str], agent: Agent) -> None:
        """What the web chat says of it while it is open, by language; no texts: nothing. Raises Refused."""

        async def decide() -> list[Change]:
            incident = await self._incident(id_)
            their = await self._store.read(incidents.acquaintances(incident.id)) if texts else []
            return core.set_banner(
                incident,
                texts,
                [PrivateSide(one) for one in their],
                hosts=self._rulebook.hosts,
                actor=agent.actor,
                now_ms=self._clock.now_ms(),
            )

        await self._apply(decide)

    async def link(self, id_: str, ticket_id: TicketId, agent: Agent) -> None:
        """Put a ticket into one. Raises Refused."""

        async def decide() -> list[Change]:
            incident, ticket = await self._incident(id_), await self._ticket(ticket_id)
            before = await self._store.read(incidents.link(incident.id, ticket_id))
            now_ms = self._clock.now_ms()
            return core.link(incident, ticket, before, actor=agent.actor, now_ms=now_ms, ids=self._ids)

        await self._apply(decide)

    async def unlink(self, id_: str, ticket_id: TicketId, agent: Agent) -> None:
        """Take a ticket out of one. Raises Refused."""

        async def decide() -> list[Change]:
            incident, ticket = await self._incident(id_), await self._ticket(ticket_id)
            before = await self._store.read(incidents.link(incident.id, ticket_id))
            return core.unlink(incident, ticket, before, actor=agent.actor, now_ms=self._clock.now_ms())

        await self._apply(decide)

    async def tell(
        self,
        id_: str,
        text: str,
        client_key: str,
        agent: Agent,
        *,
        kind: Literal["reply", "note"],
        only: Collection[TicketId] | None = None,
    ) -> list[Told]:
        """One reply, or note, to all: each by its own channel and through the guard, its own message and outbox row.

        The key of each is `client_key` and its ticket, so that asking again sends only what is missing.
        `only` names some of its tickets: a long list is told in parts. Closed ones are left in peace; whoever names one
        hears of that.
        """
        incident = await self._incident(id_)
        tickets = await self._store.read(incidents.tickets(incident.id))
        wanted = frozenset(core.addressed(tickets))
        speakers = wanted if kind == "note" else core.speakers(ticket for ticket in tickets if ticket.id in wanted)
        told: list[Told] = []
        for ticket in tickets:
            if ticket.id not in (wanted if only is None else only):
                continue
            if ticket.id in speakers:
                told.append(await self._tell(ticket, text, f"{client_key}:{ticket.id}", agent, kind))
            elif ticket.id in wanted:
                told.append(Told(ticket=f"T-{ticket.number}", outcome="heard"))
            else:
                told.append(Told(ticket=f"T-{ticket.number}", outcome="refused", code="ticket_closed"))
        return told

    async def _tell(self, ticket: Ticket, text: str, key: str, agent: Agent, kind: Literal["reply", "note"]) -> Told:
        number = f"T-{ticket.number}"
        try:
            if kind == "note":
                await self._commands.note(ticket.id, text, key, agent)
            else:
                await self._check_not_blocked(ticket)
                command = ReplyCommand(
                    ticket_id=ticket.id, text=text, last_seen=_EVERYTHING, client_key=key, to_all=True
                )
                await self._commands.reply(command, agent)
        except Refused as refused:
            return Told(ticket=number, outcome="refused", code=str(refused.data.get("reason", refused.code)))
        return Told(ticket=number, outcome="done")

    async def _check_not_blocked(self, ticket: Ticket) -> None:
        """Whose words are held is written to by somebody who means them, not with all others. Raises Refused."""
        facts, now_ms = await self._store.read(presence.facts(ticket.id)), self._clock.now_ms()
        if facts is not None and any(block.holds(now_ms) for block in facts.blocks):
            raise Refused("blocked", "this ticket's customer is blocked")

    async def _incident(self, id_: str) -> Incident:
        return existing(await self._store.read(incidents.incident(id_)), "incident", id_)

    async def _ticket(self, ticket_id: TicketId) -> Ticket:
        return existing(await self._store.read(gather.ticket(ticket_id)), "ticket", ticket_id)

    async def _apply(self, decide: Callable[[], Awaitable[list[Change]]]) -> list[Change]:
        async def attempt() -> list[Change]:
            changes = await decide()
            if changes:
                await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
                await self._bus.notify("events")
            return changes

        return await persist(attempt, what="this incident")
