"""Who first looked into a file that the door could not look through: from then on somebody knows what is in it."""

import msgspec

from router.model.actors import agent_actor
from router.model.changes import Change, Record, Save
from router.model.ids import AgentId, AttachmentId
from router.model.message import Opening, StoredAttachment
from router.model.tables import Event, Message


def unopened(message: Message, file_id: AttachmentId) -> StoredAttachment | None:
    """The file, if a customer sent it, nobody could check it and nobody opened it yet. What agents attach they know."""
    files = message.attachments if message.kind == "inbound" else ()
    file = next((each for each in files if each.id == file_id), None)
    waits = file is not None and file.state == "stored" and file.checked == "unchecked" and file.opened is None
    return file if waits else None


def open_file(message: Message, file_id: AttachmentId, agent_id: AgentId, *, now_ms: int) -> list[Change]:
    """Note the first opening on the message itself, whose way it goes; nothing for any later one.

    The event names no conversation: it is none of the customer's business.
    """
    file = unopened(message, file_id)
    if file is None:
        return []
    seen = msgspec.structs.replace(file, opened=Opening(by=agent_id, at_ms=now_ms))
    files = tuple(seen if each is file else each for each in message.attachments)
    event = Event(
        at_ms=now_ms,
        kind="file.opened",
        ticket_id=message.ticket_id,
        message_id=message.id,
        actor=agent_actor(agent_id),
        data={"file": file.id},
    )
    return [Save(message.changed(attachments=files)), Record(event)]
