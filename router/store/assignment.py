"""What the assigner looks at: tickets nobody holds, and who is online with how much in hand."""

from collections.abc import Sequence

import msgspec

from router.model.snapshot import AgentLoad
from router.model.tables import Agent, Ticket
from router.store.script import Script, fetch, select


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One round's facts."""

    waiting: list[Ticket]
    loads: list[AgentLoad]


def gather(limit: int, *, closed: Sequence[str] = ()) -> Script[AssignmentView]:
    """The `limit` most urgent, longest waiting tickets without an agent, and all agents who are online. What none of
    them could take now is left out, however much waits there: it takes nobody's place. They could not where nobody
    serves its queue; nor, but for what is critical, where that is `closed`, or all who serve it have full hands."""
    agents = yield from fetch(Agent, "WHERE t.status = 'online' ORDER BY t.id")
    if not agents:
        return AssignmentView(waiting=[], loads=[])
    counts = yield from select(
        "SELECT assignee_id, COUNT(*) FROM tickets WHERE state NOT IN ('solved', 'closed') AND assignee_id {in ids} "
        "GROUP BY assignee_id",
        ids=[agent.id for agent in agents],
    )
    held = {row[0]: row[1] for row in counts}
    free = [agent for agent in agents if held.get(agent.id, 0) < agent.capacity]
    waiting = yield from fetch(
        Ticket,
        "WHERE t.state NOT IN ('solved', 'closed') AND t.state IN ('new', 'open', 'verifying') "
        "AND t.assignee_id IS NULL AND t.snoozed_until_ms IS NULL "
        "AND ((t.urgency = 'critical' AND (:any_served = 1 OR t.queue {in served})) "
        "OR (t.urgency <> 'critical' AND (:any_free = 1 OR t.queue {in free}) AND NOT t.queue {in closed})) "
        "ORDER BY t.urgency_rank DESC, COALESCE(t.waiting_since_ms, t.created_at_ms), t.id LIMIT :limit",
        limit=limit,
        any_served=int(_serve_any(agents)),
        served=_served(agents),
        any_free=int(_serve_any(free)),
        free=_served(free),
        closed=list(closed),
    )
    return AssignmentView(
        waiting=waiting, loads=[AgentLoad(agent=agent, open_tickets=held.get(agent.id, 0)) for agent in agents]
    )


def _serve_any(agents: Sequence[Agent]) -> bool:
    """Whether one of them serves every queue: those whose row names none do."""
    return any(not agent.queues for agent in agents)


def _served(agents: Sequence[Agent]) -> list[str]:
    return sorted({queue for agent in agents for queue in agent.queues})
