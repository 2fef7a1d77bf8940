"""Who did something, as events and rows name them: `agent:<id>`, `contact:<id>`, a channel, or a part of the house."""

from collections.abc import Iterable

from router.model.ids import AgentId

_AGENT = "agent:"


def agent_actor(agent_id: AgentId) -> str:
    """An agent's name as an actor."""
    return _AGENT + agent_id


def agent_of(actor: str | None) -> AgentId:
    """The agent who is meant; of any other actor an id that no agent has."""
    return AgentId((actor or "").removeprefix(_AGENT))


def agents_of(actors: Iterable[str | None]) -> set[AgentId | None]:
    """The agents among them."""
    return {agent_of(actor) for actor in actors if actor is not None and actor.startswith(_AGENT)}
