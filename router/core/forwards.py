"""A customer's mail that an agent passed on: who wrote it becomes the writer, the words above are a note. Pure.

Only for addresses that the channel's settings name, and for agents whose login is the address, where our own server
proved it; anybody else who forwards stays the writer. That the agent says so proves nothing of the customer: the
address is a hint, such a mail joins no ticket, and the machine answers nothing. Where a policy keeps places of values
in the text (`care`), the mail stays whole.
"""

import re
from typing import Final, NamedTuple

import msgspec

from router.core.identity import read_sender
from router.core.mail_marks import FIELD, FORWARD, SEPARATOR
from router.model.actors import agent_actor
from router.model.changes import Add, Change, Record
from router.model.contact import normal_email
from router.model.ids import AgentId, MessageId
from router.model.limits import NAME_CHARS_MAX, SUBJECT_CHARS_MAX
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.snapshot import Snapshot
from router.model.sources import Ids
from router.model.tables import Event, Message
from rules.expression import expression

SUBJECT: Final = expression(r"^\s*(?:fwd?|wg|tr|i|rv|enc|转发|轉寄|轉發)\s*[:：]\s*", re.IGNORECASE)
"""How the subject of a forwarded mail begins."""
_LINES_MAX: Final = 400
"""Of the forwarder's own words: what stands further down is no forward."""
_LINE_CHARS: Final = 300
_HEADER_LINES: Final = 15
_RULER: Final = expression(r"[-_=*]{5,}")
_ADDRESS: Final = expression(r"[^\s<>\[\]()\"'“”,;:：；]{1,64}@[\w.-]{1,250}\w")
_NAME_EDGES: Final = " \t\"'“”<>[]()*:：;；,"


class Forward(NamedTuple):
    """A mail within a mail."""

    note: str
    """What the forwarder wrote above it."""
    sender: Sender
    subject: str | None
    text: str


class Passed(NamedTuple):
    """A forward by an agent: what is decided in its place, and what is kept beside it."""

    entry: JournalEntry
    """As if the customer had written."""
    note: str
    agent_id: AgentId | None
    """None: an address of the settings that is nobody's login, or that nobody proved."""
    by: str
    """The forwarder's address."""


def as_if(entry: JournalEntry) -> Forward | None:
    """The mail in a mail, if its sender is one who passes mails on; whether they are is not asked."""
    event = entry.event
    if event.relay is None or event.kind != "message" or event.automatic != "none" or entry.care is not None:
        return None
    found = _attached(event) or _inline(event.text or "", event.subject or "")
    if found is None or found.sender.id in {event.relay.mailbox, event.sender.id.strip().lower()}:
        return None
    return found


def passed_on(entry: JournalEntry, snapshot: Snapshot) -> Passed | None:
    """The forward that an agent sent; None for everything else."""
    event, relay = entry.event, entry.event.relay
    if relay is None or (found := as_if(entry)) is None:
        return None
    by = read_sender(event)
    login = snapshot.agents.get(by.peer)
    agent_id = login.id if login is not None and event.sender.verified is True else None
    if by.denied or (agent_id is None and not relay.trusted) or found.sender.id in snapshot.agents:
        return None
    return Passed(entry=rewritten(entry, found), note=found.note, agent_id=agent_id, by=by.peer)


def rewritten(entry: JournalEntry, found: Forward) -> JournalEntry:
    """The entry with the customer as its writer. It answers nothing: ids in it are the agent's."""
    event = msgspec.structs.replace(
        entry.event,
        sender=found.sender,
        subject=found.subject,
        text=found.text,
        html=None,
        in_reply_to=None,
        references=(),
        reply_token=None,
        reply_to=None,
        thread_index=None,
        relay=None,
        forwarded_by=entry.event.sender.id,
    )
    return msgspec.structs.replace(entry, event=event)


def note_of(passed: Passed, changes: list[Change], now_ms: int, ids: Ids) -> list[Change]:
    """The forwarder's own words, beside the message that the changes file; nothing where none is filed."""
    filed = [c.row for c in changes if isinstance(c, Add) and isinstance(c.row, Message) and c.row.kind == "inbound"]
    if not filed or not passed.note:
        return []
    message = filed[0]
    note = Message(
        id=MessageId(ids.new()),
        ticket_id=message.ticket_id,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        kind="note",
        author_id=passed.agent_id,
        channel=message.channel,
        account=message.account,
        visibility="private",
        sender=Sender(id=passed.by, email=passed.by),
        text=passed.note,
        language=message.language,
        sent_at_ms=message.sent_at_ms,
        received_at_ms=now_ms,
    )
    added = Event(
        at_ms=now_ms,
        kind="message.added",
        ticket_id=note.ticket_id,
        message_id=note.id,
        conversation_id=note.conversation_id,
        actor=agent_actor(passed.agent_id) if passed.agent_id is not None else "system",
        data={"note": "1"},
    )
    return [Add(note), Record(added)]


def _attached(event: InboundEvent) -> Forward | None:
    mail = event.relay.attached if event.relay is not None else None
    if mail is None or not mail.sender.email or not (mail.text or "").strip():
        return None
    return Forward((event.text or "").strip(), mail.sender, mail.subject, (mail.text or "").strip())


def _inline(text: str, subject: str) -> Forward | None:
    """A forward that stands in the text: behind the line that a client writes for it, or, where the subject says that
    it is one, behind the first copied header block."""
    lines = text.split("\n", _LINES_MAX)
    says_so = SUBJECT.match(subject) is not None
    for at, line in enumerate(lines[:_LINES_MAX]):
        short = _bare(line)
        if FORWARD.match(short):
            return _read(lines, at, at + 1, subject)
        if says_so and SEPARATOR.match(short):
            return _read(lines, at, at + 1, subject)
        if says_so and _is_who(short):
            return _read(lines, at, at, subject)
    return None


def _bare(line: str) -> str:
    return line[:_LINE_CHARS].strip()


def _is_who(line: str) -> bool:
    field = FIELD.match(line)
    return field is not None and field["who"] is not None and "@" in field["value"]


def _read(lines: list[str], end: int, at: int, subject: str) -> Forward | None:
    """The mail whose header block begins at `at` or after blank lines; the note ends at `end`."""
    body = [line for each in lines[at:] for line in each.split("\n")]
    while body and not _bare(body[0]):
        del body[0]
    if body and body[0].startswith(">"):  # Apple Mail quotes what it forwards
        body = [line[2:] if line.startswith("> ") else line.removeprefix(">") for line in body]
    sender, inner, stop = _header(body)
    text = "\n".join(body[stop:]).strip()
    if sender is None or not text:
        return None
    above = lines[:end]
    while above and (not _bare(above[-1]) or _RULER.fullmatch(_bare(above[-1]))):
        del above[-1]
    named = inner or SUBJECT.sub("", subject)
    return Forward("\n".join(above).strip(), sender, named[:SUBJECT_CHARS_MAX] or None, text)


def _header(body: list[str]) -> tuple[Sender | None, str, int]:
    """Writer and subject of a copied header block, and the line behind its last field."""
    sender, subject, stop = None, "", 0
    for number, line in enumerate(map(_bare, body[:_HEADER_LINES])):
        if not line:
            break
        field = FIELD.match(line)
        if field is None:
            continue  # a long list of addresses is wrapped
        stop = number + 1
        if field["who"] is not None:
            sender = sender or _sender(field["value"])
        elif field["subject"] is not None:
            subject = subject or field["value"].strip()
    return sender, subject, stop


def _sender(value: str) -> Sender | None:
    found = _ADDRESS.search(value)
    address = normal_email(found[0].removeprefix("mailto:")) if found is not None else None
    if found is None or address is None:
        return None
    name = value[: found.start()].replace("mailto:", "").strip(_NAME_EDGES)[:NAME_CHARS_MAX]
    return Sender(id=address, name=name if name and "@" not in name else None, email=address)
