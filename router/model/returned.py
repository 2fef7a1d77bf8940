"""Mail addresses that a server refused for good: nothing that the machine writes goes there until one writes again.

No address rests here: a row is found by the digest of one.
"""

from typing import ClassVar

from router.model.abuse import digest_of
from router.model.ids import MessageId
from router.model.tables import Conversation, Row

_MAILED = ("email", "form")
"""Channels whose answers travel by mail; a form knows its writer's address only as where answers go."""


class Returned(Row, frozen=True, kw_only=True):
    """What came back from one address, and who lifted it since."""

    TABLE: ClassVar[str] = "returned"
    id: str
    """`returned_id` of the address."""
    status: str
    """The code of RFC 3463, such as 5.1.1."""
    message_id: MessageId
    """Ours, that came back."""
    at_ms: int
    lifted_at_ms: int | None = None
    lifted_by: str | None = None
    """An actor, as events have them."""
    version: int = 1

    @property
    def holds(self) -> bool:
        """Whether nothing automatic goes there."""
        return self.lifted_at_ms is None


def returned_id(address: str) -> str:
    """What the row of an address is found by; case does not tell addresses apart."""
    return digest_of(("returned", address.strip().lower()))


def mail_address(conversation: Conversation) -> str | None:
    """Where answers of a conversation travel by mail; None where they do not."""
    if conversation.channel not in _MAILED:
        return None
    return conversation.reply_to or (conversation.peer if conversation.channel == "email" else None)
