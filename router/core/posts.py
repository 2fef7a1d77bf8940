"""A message and where it stands, or is to: what its rows of the outbox and its lines of history say of it. Pure."""

from collections.abc import Mapping

import msgspec

from router.model.events import EventKind
from router.model.ids import ConversationId, MessageId, OutboxId
from router.model.sources import Ids
from router.model.tables import Event, Message, OutboxAction, OutboxEntry, Ticket


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its channel, in the conversation and the ticket that it belongs to."""

    message_id: MessageId
    conversation_id: ConversationId
    ticket: Ticket
    channel: str
    account: str

    def outbox(self, action: OutboxAction = "send", *, now_ms: int, ids: Ids) -> OutboxEntry:
        """The row that carries it to its channel, or what the channel is to do with it."""
        return OutboxEntry(
            id=OutboxId(ids.new()),
            message_id=self.message_id,
            conversation_id=self.conversation_id,
            ticket_id=self.ticket.id,
            channel=self.channel,
            account=self.account,
            action=action,
            due_at_ms=now_ms,
            created_at_ms=now_ms,
        )

    def event(self, kind: EventKind, *, actor: str, data: Mapping[str, str], now_ms: int) -> Event:
        """A line of history about it."""
        return self.ticket.event(
            kind,
            message_id=self.message_id,
            conversation_id=self.conversation_id,
            actor=actor,
            data=data,
            now_ms=now_ms,
        )


def post_of(message: Message, ticket: Ticket) -> Post:
    """A message of the house as its channel has it."""
    return Post(
        message_id=message.id,
        conversation_id=message.conversation_id,
        ticket=ticket,
        channel=message.channel,
        account=message.account,
    )
