"""Rows for the suites, with ids in the order they are made."""

import itertools

import msgspec

from router.model.changes import NUMBER_PLACEHOLDER, Add, Change, Record
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.tables import Agent, Contact, Conversation, Event, Identity, Message, OutboxEntry, Ticket
from router.store import changes, journal
from router.store.rows import JournalRow
from router.store.script import Store

_numbers = itertools.count(1)
NOW = 1_793_000_000_000
WHY = msgspec.Raw(b'{"rules_version":"1","tags":["stuck"]}')


def uid() -> str:
    return f"0199a000-0000-7000-8000-{next(_numbers):012x}"


def entry(key: str, *, conversation: str | None = None, partition: int = 3, **more) -> JournalRow:
    fields = {
        "id": uid(),
        "partition": partition,
        "conversation_key": conversation or f"conversation of {key}",
        "channel": "email",
        "account": "default",
        "dedupe_key": key,
        "message_id": key,
        "entry": b'{"event":"' + key.encode() + b'"}',
        "received_at_ms": NOW,
    }
    return JournalRow(**(fields | more))


def said(text: str, **fields) -> bytes:
    """A message as a journal row keeps it."""
    event = InboundEvent(
        **({"channel": "email", "message_id": "m", "sent_at_ms": NOW, "visibility": "private", "text": text,
            "sender": Sender(id="someone@example.org")} | fields)
    )  # fmt: skip
    return msgspec.json.encode(JournalEntry(event=event, rules_version="1", received_at_ms=NOW))


class Case:
    """One customer with one ticket, one inbound message and one automatic reply to it."""

    def __init__(
        self,
        name: str,
        *,
        text: str = "Where is my transfer?",
        channel: str = "email",
        queue: str = "general",
        **ticket,
    ) -> None:
        self.address = f"{name}@example.org"
        self.contact = Contact(id=uid(), name=name, created_at_ms=NOW)
        self.identity = Identity(
            id=uid(), contact_id=self.contact.id, kind="email", value=self.address, proof="mail", created_at_ms=NOW
        )
        ticket_id = uid()
        where = {"channel": channel, "account": "default", "visibility": "private"}
        self.conversation = Conversation(
            id=uid(),
            **where,
            thread=f"thread of {name}",
            peer=self.address,
            contact_id=self.contact.id,
            ticket_id=ticket_id,
            created_at_ms=NOW,
        )
        said = {"ticket_id": ticket_id, "conversation_id": self.conversation.id, "contact_id": self.contact.id}
        fields = {
            "subject": f"Question of {name}",
            "snippet": text[:80],
            "last_inbound_at_ms": NOW,
            "last_message_at_ms": NOW,
            "waiting_since_ms": NOW,
            "created_at_ms": NOW,
            "queue": queue,
        }
        self.ticket = Ticket(
            id=ticket_id,
            contact_id=self.contact.id,
            conversation_id=self.conversation.id,
            **where,
            **(fields | ticket),
        )
        self.message = Message(
            id=uid(),
            **said,
            **where,
            kind="inbound",
            external_id=f"<{name}@mail>",
            references=("<a@b>", "<c@d>"),
            sender=Sender(id=self.address, email=self.address),
            subject=f"Question of {name}",
            text=text,
            findings=("CARD",),
            verdict=WHY,
            sent_at_ms=NOW,
            received_at_ms=NOW,
        )
        self.reply = Message(
            id=uid(),
            **said,
            **where,
            kind="reply",
            automatic="auto_reply",
            external_id=f"<reply-{name}@us>",
            subject=f"Re: [{NUMBER_PLACEHOLDER}]",
            text=f"We have your message as {NUMBER_PLACEHOLDER}.",
            sent_at_ms=NOW,
            received_at_ms=NOW,
        )
        self.outbox = OutboxEntry(
            id=uid(),
            message_id=self.reply.id,
            conversation_id=self.conversation.id,
            ticket_id=ticket_id,
            channel=channel,
            account="default",
            # Whoever is waited for has got what they are to answer.
            state="sent" if self.ticket.state == "waiting" else "queued",
            due_at_ms=NOW,
            created_at_ms=NOW,
        )

    def event(self, kind: str = "message.added", message: Message | None = None, **more) -> Event:
        return Event(
            at_ms=NOW,
            kind=kind,
            ticket_id=self.ticket.id,
            message_id=message.id if message else None,
            conversation_id=self.conversation.id,
            **more,
        )

    def rows(self) -> list:
        return [
            self.contact,
            self.identity,
            self.conversation,
            self.ticket,
            self.message,
            self.reply,
            self.outbox,
        ]

    def changes(self) -> list[Change]:
        return [
            *map(Add, self.rows()),
            Record(self.event("ticket.opened", queue=self.ticket.queue)),
            Record(self.event(message=self.message)),
            Record(self.event(message=self.reply)),
        ]


async def put(store: Store, *cases: Case) -> changes.Applied:
    return await store.write(changes.apply([c for case in cases for c in case.changes()], now_ms=NOW))


async def journaled(store: Store, *rows: JournalRow) -> list[str]:
    return await store.write(journal.append(rows, now_ms=NOW))


def agent(login: str, **more) -> Agent:
    return Agent(**({"id": uid(), "login": login, "name": login.title(), "created_at_ms": NOW} | more))


def newer(row, **fields):
    """The next version of a row."""
    return msgspec.structs.replace(row, version=row.version + 1, **fields)
