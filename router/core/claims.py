"""What a writer proved and what they only say of themselves, as rows. Pure.

An equal name, a typed address, the same handle on another channel are hints that agents see; they decide nothing.
"""

import msgspec

from router.core.identity import SenderView, normalise
from router.core.placement import Placement
from router.model.changes import Add, Change, Check, Record, Save
from router.model.contact import normal_email
from router.model.ids import ClaimId, IdentityId, MessageId
from router.model.message import InboundEvent
from router.model.people import CLAIM_CHARS_MAX, Claim, folded_handle, folded_name
from router.model.snapshot import IdentityKey
from router.model.sources import Ids
from router.model.tables import Contact, Identity, Ticket


def said(event: InboundEvent, sender: SenderView) -> list[IdentityKey]:
    """What the writer says of themselves: name, handle, typed addresses."""
    found: list[IdentityKey] = []
    name, handle = folded_name(event.sender.name), folded_handle(event.sender.handle)
    if name is not None:
        found.append(("name", name))
    if handle is not None:
        found.append(("handle", handle))
    for kind, value in sender.hints:
        address = normal_email(value) if kind == "form" else None  # what forms call an id is what somebody typed
        found.append((kind, value) if address is None else ("email", normalise("email", address)))
    return [(kind, value) for kind, value in dict.fromkeys(found) if len(value) <= CLAIM_CHARS_MAX]


def writer_rows(
    event: InboundEvent, placement: Placement, before: Contact, after: Contact, now_ms: int, ids: Ids
) -> list[Change]:
    """The contact as the event leaves it, its new identities, and what its writer says of themselves."""
    changes: list[Change] = []
    if placement.contact is None:
        changes.append(Add(after))
    elif after is not before or placement.ticket is None:
        # Who opens a ticket moves its contact on: of two that would open one at the same time, the second looks again.
        changes.append(Save(msgspec.structs.replace(after, version=before.version + 1)))
    else:
        changes.append(Check(before))  # an agent may be merging or splitting this very contact
    changes += [
        Add(
            Identity(
                id=IdentityId(ids.new()),
                contact_id=before.id,
                kind=identity.kind,
                value=identity.value,
                proof=identity.proof,
                vouched=identity.vouched,
                created_at_ms=now_ms,
            )
        )
        for identity in placement.missing
    ]
    changes += [Save(row.changed(vouched=True)) for row in placement.checked]
    told = said(event, placement.sender) if placement.conversation is None or placement.sender.hints else []
    claims = [(key, False) for key in told] + [((row.kind, row.value), True) for row in placement.foreign]
    changes += [
        Add(
            Claim(
                id=ClaimId(ids.new()),
                contact_id=before.id,
                kind=kind,
                value=value,
                proven=proven,
                created_at_ms=now_ms,
            )
        )
        for (kind, value), proven in claims
    ]
    return changes


def contradictions(
    placement: Placement, ticket: Ticket, contact: Contact, message_id: MessageId, now_ms: int
) -> list[Change]:
    """One line of history for each identity that was proven although it is another contact's."""
    return [
        Record(
            ticket.event(
                "contact.conflict",
                message_id=message_id,
                actor=f"contact:{contact.id}",
                data={"kind": row.kind, "other": row.contact_id},
                now_ms=now_ms,
            )
        )
        for row in placement.foreign
    ]
