"""Typed ids. All are UUIDv7 in canonical text form (RFC 9562, section 5.7), so that they sort by time of making."""

from typing import NewType

ContactId = NewType("ContactId", str)
IdentityId = NewType("IdentityId", str)
ConversationId = NewType("ConversationId", str)
TicketId = NewType("TicketId", str)
MessageId = NewType("MessageId", str)
OutboxId = NewType("OutboxId", str)
AgentId = NewType("AgentId", str)
AttachmentId = NewType("AttachmentId", str)
JournalId = NewType("JournalId", str)
QuarantineId = NewType("QuarantineId", str)
HookId = NewType("HookId", str)
LinkId = NewType("LinkId", str)
LadderId = NewType("LadderId", str)
PageId = NewType("PageId", str)
ActionId = NewType("ActionId", str)
IncidentId = NewType("IncidentId", str)
SealedId = NewType("SealedId", str)
ClaimId = NewType("ClaimId", str)
ActId = NewType("ActId", str)
PairId = NewType("PairId", str)
BlockId = NewType("BlockId", str)
HeldId = NewType("HeldId", str)
ErasureId = NewType("ErasureId", str)
BlobHash = NewType("BlobHash", str)
"""Lower-case hex SHA-256 of the content."""
EventId = NewType("EventId", int)
"""Position in the feed: whole numbers assigned in commit order, so that a reader never skips one."""
