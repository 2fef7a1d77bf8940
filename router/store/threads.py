"""One conversation as its customer may see it (web chat): inbound messages and replies, never a note."""

from typing import Final

from router.model.filetypes import UNTOLD
from router.model.ids import AttachmentId, ConversationId, MessageId
from router.model.message import StoredAttachment
from router.model.tables import Agent, Message, OutboxEntry
from router.model.threads import ThreadFile, ThreadMessage, ThreadTicket
from router.store.codec import table
from router.store.script import Script, fetch, fetch_one, select

MESSAGES_MAX: Final = 500
"""Newest changed messages given at once."""

_MESSAGE = table(Message)
_OURS = (
    "SELECT id FROM conversations WHERE {same thread :thread} AND {same peer :peer} AND channel = :channel "
    "AND account = :account AND visibility = 'private'"
)


def read(channel: str, account: str, thread: str, peer: str, after_seq: int) -> Script[list[ThreadMessage]]:
    """Messages of the peer's private conversation that were added or changed after `after_seq`, in order of that."""
    rows = yield from select(
        f"SELECT c.seq, {_MESSAGE.listed} FROM (SELECT message_id, MAX(id) AS seq FROM events "  # noqa: S608
        f"WHERE conversation_id = ({_OURS}) AND id > :after_seq AND message_id IS NOT NULL GROUP BY message_id) AS c "
        "JOIN messages AS t ON t.id = c.message_id WHERE t.kind IN ('inbound', 'reply') "
        "ORDER BY c.seq DESC LIMIT :most",
        channel=channel,
        account=account,
        thread=thread,
        peer=peer,
        after_seq=after_seq,
        most=MESSAGES_MAX,
    )
    rows.reverse()
    messages = _MESSAGE.decode(rows, offset=1)
    replies = [message.id for message in messages if message.kind == "reply"]
    sent = "WHERE t.message_id {in ids} AND t.action = 'send'"
    deliveries = (yield from fetch(OutboxEntry, sent, ids=replies)) if replies else []
    authors = sorted({message.author_id for message in messages if message.author_id is not None})
    people = (yield from fetch(Agent, "WHERE t.id {in ids}", ids=authors)) if authors else []
    names = {person.id: person.name for person in people}
    states = {entry.message_id: entry.state for entry in deliveries}
    return [
        ThreadMessage(
            seq=row[0],
            id=message.id,
            author="customer" if message.kind == "inbound" else "agent" if message.author_id else "system",
            author_name=names.get(message.author_id) if message.author_id else None,
            text=message.text,
            external_id=message.external_id if message.kind == "inbound" else None,
            delivery=states.get(message.id),
            at_ms=message.sent_at_ms,
            deleted=message.state == "deleted",
            reaction=message.reaction,
            edited=bool(message.earlier),
            buttons=message.buttons if message.state == "live" else (),
            files=tuple(thread_file(file) for file in message.attachments if file.state == "stored"),
        )
        for row, message in zip(rows, messages, strict=True)
    ]


def thread_file(file: StoredAttachment) -> ThreadFile:
    """A file as its customer may see it: what it is by its content."""
    return ThreadFile(id=file.id, name=file.name, content_type=file.sniffed or UNTOLD, size=file.size)


def file(channel: str, account: str, message_id: MessageId, file_id: AttachmentId) -> Script[StoredAttachment | None]:
    """A file of a private conversation of the account; never one of a note."""
    message = yield from fetch_one(
        Message,
        "WHERE t.id = :message_id AND t.kind IN ('inbound', 'reply') AND t.visibility = 'private' "
        "AND t.channel = :channel AND t.account = :account",
        message_id=message_id,
        channel=channel,
        account=account,
    )
    files = message.attachments if message is not None else ()
    return next((each for each in files if each.id == file_id), None)


def delivery(channel: str, account: str, thread: str, peer: str, message_id: MessageId) -> Script[OutboxEntry | None]:
    """The delivery of a reply, if it belongs to this peer's conversation."""
    return fetch_one(
        OutboxEntry,
        f"WHERE t.message_id = :message_id AND t.action = 'send' AND t.conversation_id = ({_OURS})",
        message_id=message_id,
        channel=channel,
        account=account,
        thread=thread,
        peer=peer,
    )


def conversation(channel: str, account: str, thread: str, peer: str) -> Script[ConversationId | None]:
    """The peer's private conversation, once it has said something."""
    rows = yield from select(_OURS, channel=channel, account=account, thread=thread, peer=peer)
    return rows[0][0] if rows else None


def ticket(channel: str, account: str, thread: str, peer: str) -> Script[ThreadTicket | None]:
    """The ticket of the peer's private conversation, once there is one."""
    rows = yield from select(
        "SELECT t.number, t.state FROM tickets AS t JOIN conversations AS c ON c.ticket_id = t.id "  # noqa: S608
        f"WHERE c.id = ({_OURS})",
        channel=channel,
        account=account,
        thread=thread,
        peer=peer,
    )
    return ThreadTicket(number=f"T-{rows[0][0]}", state=rows[0][1]) if rows else None


def has_been_answered(conversation_id: ConversationId) -> Script[bool]:
    """Whether a person of ours has written in a conversation."""
    rows = yield from select(
        "SELECT 1 FROM messages WHERE conversation_id = :id AND kind = 'reply' AND author_id IS NOT NULL LIMIT 1",
        id=conversation_id,
    )
    return bool(rows)


def last_heard(conversation_id: ConversationId) -> Script[int | None]:
    """When a conversation's customer wrote last, in milliseconds since 1970."""
    rows = yield from select(
        "SELECT m.sent_at_ms FROM events AS e JOIN messages AS m ON m.id = e.message_id WHERE e.conversation_id = :id "
        "AND e.kind = 'message.added' AND m.kind = 'inbound' ORDER BY e.id DESC LIMIT 1",
        id=conversation_id,
    )
    return rows[0][0] if rows else None
