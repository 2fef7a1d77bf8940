"""A world of rows for tests of the decisions: what is decided is applied as strictly as a database would."""

import msgspec

from router.clock import TimedIds, VirtualClock
from router.core.inbound import Circumstances, Decided, decide_inbound
from router.core.reading import Unread
from router.model.abuse import Held
from router.model.changes import Add, Change, Check, Count, Forget, Record, Withdraw
from router.model.grouping import Mark
from router.model.ids import JournalId
from router.model.message import InboundEvent, JournalEntry, Sender
from router.model.snapshot import Snapshot
from router.model.tables import Contact, Event, Identity, Message, OutboxEntry, Participant, Ticket
from rules.ruleset import load

NOW = 1_793_000_000_000
DAY_MS = 86_400_000
RULESET = load(
    {
        "rules.yaml": b"""\
version: 1
queues:
  general: {default: true, overflow: [{after: 5m, relax: all}]}
  emergency:
  fees:
templates:
  receipt: {en: "We have it as {{ticket.number}}.", zh: "{{ticket.number}}"}
  warning: {en: "Move what is left. {{ticket.number}}", zh: "{{ticket.number}}"}
rules:
  - id: stolen
    when: {message.text|has: [stolen]}
    then: {tag: stolen-funds, urgency: critical, queue: emergency, reply: warning}
  - id: fee
    when: {message.text|has: [fee]}
    then: {tag: fees, queue: fees}
  - id: soon
    when: {message.text|has: [urgent]}
    then: {urgency: high, queue: fees}
  - id: paid-back
    when: {message.text|has: [paid back]}
    then: {untag: fees, note: check the amount}
  - id: late
    when: {message.text|has: [curfew], during: always}
    then: {tag: in-hours}
  - id: gold
    when: {custom.plan: gold}
    then: {tag: gold, skills: [gold], sla: gold}
times: {always: {zone: UTC, open: {mon-sun: 00:00-24:00}}}
fields: {plan: word}
sla: {gold: {first_reply: 15m}}
"""
    }
)


def event(text: str = "hello", *, sender: str = "ann@example.org", channel: str = "email", **fields) -> InboundEvent:
    """A message; `person` gives more fields of its sender."""
    person = fields.pop("person", {})
    found = {"message_id": f"<{channel}-{sender}-{text}>", "sent_at_ms": NOW, "text": text}
    return InboundEvent(channel=channel, sender=Sender(id=sender, **person), **(found | fields))


class World:
    """Everything that was decided so far."""

    def __init__(self, *, can_send: bool = True, **circumstances: bool) -> None:
        self.now_ms = NOW
        self.clock = VirtualClock(NOW)
        self.ids = TimedIds(self.clock, seed=1)
        self.snapshot = Snapshot()
        self.can_send = can_send
        self.circumstances = circumstances
        self.ruleset = RULESET
        self.events: list[Event] = []
        self.messages: dict[str, Message] = {}
        self.taken = 0
        self.held: list[Held] = []
        self._versions: dict[tuple[str, str], int] = {}
        self._unique: set[tuple[object, ...]] = set()

    def take(self, found: InboundEvent, *, token: str | None = None, **entry) -> Decided:
        """Decide one event and apply what was decided."""
        return self.decide(
            JournalEntry(event=found, rules_version="1", received_at_ms=self.now_ms, **entry), token=token
        )

    def decide(self, entry: JournalEntry, *, token: str | None = None) -> Decided:
        """Decide a journal entry and apply what was decided."""
        self.taken += 1
        circumstances = Circumstances(
            journal_id=JournalId(f"j{self.taken}"),
            token_conversation=token,
            can_send=self.can_send,
            **self.circumstances,
        )
        while True:
            try:
                decided = decide_inbound(entry, self.snapshot, self.ruleset, circumstances, self.ids)
                break
            except Unread as unread:
                said = [each for each in self.messages.values() if each.kind == "inbound"]
                self.snapshot.tell(unread.tickets, [each for each in said if each.ticket_id in unread.tickets])
        self.apply(decided.changes)
        return decided

    def say(self, text: str = "hello", *, token: str | None = None, **fields) -> Decided:
        """A customer's message."""
        return self.take(event(text, **fields), token=token)

    def apply(self, changes: list[Change]) -> None:
        """As the store does: unique keys, versions, numbers."""
        numbered = []
        for change in changes:
            if isinstance(change, Record):
                self.events.append(change.event)
                continue
            if isinstance(change, Forget | Withdraw):
                continue
            if isinstance(change, Count):
                numbered.append(change)
                continue
            if isinstance(change, Check):
                assert self._versions[change.row.TABLE, change.row.id] == change.row.version, (
                    "the contact moved meanwhile"
                )
                continue
            row = change.row
            key = (row.TABLE, getattr(row, row.KEY))
            if isinstance(change, Add):
                assert key not in self._versions, "an id was used twice"
                for unique in _unique_keys(row):
                    assert unique not in self._unique, f"a unique key was taken twice: {unique}"
                    self._unique.add(unique)
                if isinstance(row, Ticket | Contact) and row.number == 0:
                    row = msgspec.structs.replace(row, number=len(self._rows(type(row))) + 1001)
            else:
                assert row.version == self._versions[key] + 1, f"{type(row).__name__} moved from another version"
            self._versions[key] = getattr(row, "version", 1)
            if isinstance(row, Message):
                self.messages[row.id] = row
            if isinstance(row, Held):
                self.held = [*(each for each in self.held if each.id != row.id), row]
            numbered.append(type(change)(row))
        self.snapshot.fold(numbered)

    def _rows(self, kind: type) -> dict:
        return self.snapshot.tickets if kind is Ticket else self.snapshot.contacts

    def ticket(self, decided: Decided) -> Ticket:
        """The ticket it came to, as it is now."""
        return self.snapshot.tickets[decided.outcome.ticket_id]

    def change(self, decided: Decided, **fields) -> Ticket:
        """Make its ticket different, as an agent would."""
        ticket = msgspec.structs.replace(self.ticket(decided), **fields)
        self.snapshot.put(ticket)
        return ticket

    def conversation(self, decided: Decided):
        """The conversation of the message it came to."""
        return self.snapshot.conversations_by_id[self.messages[decided.outcome.message_id].conversation_id]

    def replies(self) -> list[Message]:
        """The machine's own answers."""
        return [message for message in self.messages.values() if message.kind == "reply"]

    def outbox(self) -> list[OutboxEntry]:
        """What waits to leave."""
        return list(self.snapshot.outbox.values())


def said(where: World, *texts: str, **fields) -> Decided:
    """Messages of one chat, a second after each other; what was decided of the last."""
    for text in texts:
        where.now_ms += 1_000
        decided = where.say(text, message_id=where.ids.new(), **({"channel": "telegram", "sender": "77"} | fields))
    return decided


def _unique_keys(row: object) -> list[tuple[object, ...]]:
    match row:
        case Identity():
            return [("identity", row.kind, row.value)]
        case Participant():
            return [("participant", row.ticket_id, row.kind, row.value)]
        case Message() if row.external_id is not None:
            return [("message", row.channel, row.account, row.external_id)]
        case Mark():
            return [("mark", row.value, row.ticket_id)]
        case OutboxEntry():
            return [("outbox", row.message_id)]
        case _ if hasattr(row, "peer"):
            return [("conversation", row.channel, row.account, row.visibility, row.thread, row.peer)]
        case _:
            return []
