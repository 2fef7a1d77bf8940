"""Who gets which ticket: the oldest fitting ticket first, to the agent who has been idle longest. Pure.

A freed agent gets the ticket that has waited longest, never the newest; nobody is given more than their capacity, and
nothing of a queue outside its hours, but for what is critical.
"""

from collections.abc import Collection, Sequence

import msgspec

from router.core.tickets import assign
from router.model.changes import Change, Record, Save
from router.model.snapshot import AgentLoad
from router.model.tables import Agent, Ticket
from rules.ruleset import Ruleset


def closed_queues(ruleset: Ruleset, now_ms: int) -> frozenset[str]:
    """Queues that name hours, and now is none of them: what waits there stays on their lists, for whoever takes it."""
    timed = ((name, ruleset.times.get(spec.hours or "")) for name, spec in ruleset.queues.items())
    return frozenset(name for name, hours in timed if hours is not None and not hours.is_open(now_ms))


def _serves(agent: Agent, ticket: Ticket) -> bool:
    return not agent.queues or ticket.queue in agent.queues


def _may_take(agent: Agent, ticket: Ticket, held: int, closed: Collection[str]) -> bool:
    """What is critical waits for nobody's hands to become free, nor for a queue to open."""
    is_time = ticket.urgency == "critical" or (held < agent.capacity and ticket.queue not in closed)
    return is_time and _serves(agent, ticket)


def decide_assignments(
    waiting: Sequence[Ticket], loads: Sequence[AgentLoad], *, closed: Collection[str], now_ms: int
) -> list[Change]:
    """Match unassigned tickets with free agents; more urgent ones first, then the longest wait. Nobody works the queues
    that are `closed`."""
    held = {load.agent.id: load.open_tickets for load in loads}
    agents = {load.agent.id: load.agent for load in loads if load.agent.status == "online"}
    order = sorted(waiting, key=lambda t: (-t.urgency_rank, t.waiting_since_ms or t.created_at_ms, t.id))
    tickets: list[Change] = []
    events: list[Change] = []
    given: dict[str, Agent] = {}
    for ticket in order:
        fitting = [a for a in agents.values() if _may_take(a, ticket, held[a.id], closed)]
        if not fitting:
            continue
        # Equal idle times (agents who never had work) go to the emptier hands, then by login for a stable answer.
        # Whoever has room comes before whoever has not: that only matters for what is critical.
        chosen = min(fitting, key=lambda a: (held[a.id] >= a.capacity, a.idle_since_ms, held[a.id], a.login))
        taken, history = assign(ticket, chosen.id, actor="system", reason="longest_idle", now_ms=now_ms)
        tickets.append(Save(taken))
        events += [Record(event) for event in history]
        held[chosen.id] += 1
        busy = msgspec.structs.replace(agents[chosen.id], idle_since_ms=now_ms, version=agents[chosen.id].version)
        agents[chosen.id] = busy
        given[chosen.id] = busy
    people: list[Change] = [Save(a.changed()) for a in given.values()]
    return [*tickets, *people, *events]
