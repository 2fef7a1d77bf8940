"""Who may be told that an agent writes or has read, and that a customer is typing. Pure.

A customer is told where a reply could leave in the same moment, and nowhere else: in private, on a channel that is on,
within its window, of a ticket that is not closed. Nobody hears of, or from, those who are blocked, held or erased.
"""

from router.core.replies import ChannelView
from router.model.signals import Signal, SignalKind
from router.model.snapshot import PresenceFacts
from router.model.tables import Agent


def is_listened_to(facts: PresenceFacts, now_ms: int) -> bool:
    """Whether signals pass between us and this customer at all."""
    if facts.contact.erased_at_ms is not None or facts.is_held:
        return False
    return not any(block.holds(now_ms) for block in facts.blocks)


def signal_of(
    facts: PresenceFacts, kind: SignalKind, agent: Agent, channel: ChannelView, *, over: bool, is_off: bool, now_ms: int
) -> Signal | None:
    """What an agent's act is told as; None when there is nobody to tell. `is_off`: the channel is paused or refused."""
    reaches = (
        kind in channel.signals
        and not is_off
        and facts.conversation.visibility == "private"
        and facts.ticket.state != "closed"
        and is_listened_to(facts, now_ms)
        and not channel.refuses("private", facts.last.sent_at_ms if facts.last else None, now_ms, by_agent=False)
    )
    if kind == "read" and not (reaches and facts.last):
        return None
    return Signal(
        kind=kind,
        by="agent",
        **facts.place._asdict(),
        conversation_id=facts.conversation.id,
        over=over,
        for_customer=reaches,
        agent_id=agent.id,
        name=agent.name,
        message_id=facts.last.id if kind == "read" and facts.last else None,
    )
