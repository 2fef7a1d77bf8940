"""What passes between the two sides of a conversation and is kept nowhere: who is writing, and what was read.

A signal is told at most once, to whoever hears it now. Nothing waits for one and nothing is tried again for it.
"""

from collections.abc import AsyncGenerator
from typing import Literal, NamedTuple, Protocol

import msgspec

from router.model.ids import AgentId, ConversationId, MessageId

SignalKind = Literal["typing", "read"]


class Place(NamedTuple):
    """The conversation that a signal is about."""

    channel: str
    account: str
    thread: str
    peer: str


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    kind: SignalKind
    by: Literal["agent", "customer"]
    channel: str
    account: str
    thread: str
    """The conversation's thread as the channel names it."""
    peer: str
    """The customer's address as the channel knows it."""
    conversation_id: ConversationId | None = None
    """Of what an agent does."""
    over: bool = False
    """Of typing: they have stopped."""
    for_customer: bool = False
    """The customer may be shown it; else it is for our own people."""
    agent_id: AgentId | None = None
    name: str | None = None
    """What the agent is called."""
    message_id: MessageId | None = None
    """Of reading: the newest message of the customer that was read."""

    @property
    def place(self) -> Place:
        """The conversation."""
        return Place(self.channel, self.account, self.thread, self.peer)


class Signalling(Protocol):
    """What a connector has besides when its capabilities name `signals`."""

    async def signal(self, signal: Signal) -> None:
        """Show the customer that an agent writes or has read; at most one call, only of what the capabilities name.

        Whatever goes wrong stays here: nobody asks what came of it, it is cut off after SIGNAL_SECONDS_MAX, and it
        takes nothing from what replies may use of a provider's budget.
        """
        ...


class Signals(Protocol):
    """What own channels hear and say of what is kept nowhere."""

    def watch(self, thread: str, peer: str) -> AsyncGenerator[Signal]:
        """Yield what the peer's page is to show from now on; what nobody takes in time is dropped."""
        ...

    async def typing(self, thread: str, peer: str) -> None:
        """Tell whoever has the peer's ticket open that the peer is typing. The caller keeps SIGNAL_EVERY_MS."""
        ...
