"""What later messages will be compared with, and why this one was given to its ticket. Pure."""

import msgspec

from router.core.placement import Placement
from router.model.changes import Add, Change, Save
from router.model.grouping import Joining, Mark, Matter
from router.model.ids import MessageId
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Ticket


def compared(
    placement: Placement, snapshot: Snapshot, ticket: Ticket, message_id: MessageId, now_ms: int, ids: Ids
) -> list[Change]:
    """What later messages are compared with, and why this one was given to its ticket."""
    heard, belonging = placement.heard, placement.belonging
    changes: list[Change] = []
    before = snapshot.matters.get(ticket.id)
    if before is None:
        matter = Matter(ticket_id=ticket.id, contact_id=ticket.contact_id, sketch=heard.sketch, settled=heard.settled)
        changes.append(Add(matter))
    else:
        after = msgspec.structs.replace(before, sketch=before.sketch.joined(heard.sketch), settled=heard.settled)
        if after != before:
            changes.append(Save(msgspec.structs.replace(after, version=before.version + 1)))
    changes += [
        Add(Mark(id=ids.new(), value=value, ticket_id=ticket.id, contact_id=ticket.contact_id, at_ms=now_ms))
        for value in heard.marks
        if ticket.id not in snapshot.marks.get(value, {})
    ]
    if belonging is not None:
        changes.append(
            Add(
                Joining(
                    message_id=message_id,
                    ticket_id=ticket.id,
                    contact_id=ticket.contact_id,
                    opened=belonging.ticket_id is None,
                    reason=belonging.reason,
                    points=belonging.points,
                    at_ms=now_ms,
                )
            )
        )
    return changes
