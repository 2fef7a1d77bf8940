"""What agents do: reply, note, assign, change state, queue and urgency, decide about stuck replies.

Each is gather → decide → apply in one transaction, tried again when somebody was faster. A repeated Idempotency-Key
answers with what the first request made.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

import msgspec

from router.bus import Bus
from router.core import notices, oncall
from router.core import tickets as core_tickets
from router.core.calls import CallCommand, decide_call
from router.core.delivery import decide_held
from router.core.notices import Moment
from router.core.openings import open_file
from router.core.replies import ReplyCommand, decide_note, decide_reply
from router.core.returned import lift
from router.core.unread import watch
from router.flow.care import opened
from router.flow.channels import Channels
from router.flow.consequences import consequences
from router.flow.persistence import persist
from router.flow.rulebook import Rulebook
from router.flow.seals import seal_reply
from router.keys import Keyring, Sealed
from router.model.actions import ActionEntry
from router.model.actors import agent_actor
from router.model.changes import Add, Change, Record, Save
from router.model.errors import Refused, existing
from router.model.ids import AgentId, AttachmentId, EventId, MessageId, OutboxId, TicketId
from router.model.limits import SNOOZE_MAX_MS
from router.model.message import StoredAttachment
from router.model.snapshot import ReplyFacts
from router.model.sources import Clock, Ids
from router.model.tables import Agent, Event, HookEntry, MessageKind, OutboxEntry, Ticket, TicketState, Urgency
from router.store import changes as store_changes
from router.store import commands as gather
from router.store import inbox, media, sealed
from router.store.rows import SealedRow
from router.store.script import Store
from rules.redact import redact

T = TypeVar("T")


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed value in clear: for the answer to one request, never to be kept."""

    type: str
    value: str


class Commands:
    """The agents' side of the house."""

    def __init__(
        self, *, store: Store, bus: Bus, channels: Channels, rulebook: Rulebook, keys: Keyring, clock: Clock, ids: Ids
    ) -> None:
        self._store, self._bus, self._channels, self._rulebook, self._keys = store, bus, channels, rulebook, keys
        self._clock, self._ids = clock, ids

    async def reply(self, command: ReplyCommand, agent: Agent) -> MessageId:
        """Send a reply. Raises Refused (stale_reply, reply_blocked, confirm_needed, cannot_reply, too_long ...)."""

        async def attempt() -> MessageId:
            facts = await self._facts(command.ticket_id, command.last_seen, command.post)
            conversation = facts.conversation
            now_ms = self._clock.now_ms()
            is_private = command.post is not None and command.way == "answer"
            place = msgspec.structs.replace(conversation, visibility="private") if is_private else conversation
            reply = decide_reply(
                command,
                facts,
                self._channels.view(place),
                agent,
                files=await self._attached(command, agent),
                hosts=self._rulebook.hosts,
                now_ms=now_ms,
                ids=self._ids,
            )
            message_id = reply.message.id
            after = next(c.row for c in reply.changes if isinstance(c, Save) and isinstance(c.row, Ticket))
            lifecycle, where = self._rulebook.current.lifecycle, conversation.channel
            changes = [
                *reply.changes,
                *self._told(facts, after, replied=True),
                *watch(after, message_id, where, lifecycle, now_ms=now_ms, ids=self._ids),
            ]
            rows = [] if reply.clear is None else [seal_reply(message_id, reply.clear, self._keys, now_ms=now_ms)]
            await self._apply(await self._judged(facts.ticket, changes, now_ms), rows)
            await self._bus.notify("outbox")
            return message_id

        return await self._once(command.client_key, command.ticket_id, "reply", attempt)

    async def _attached(self, command: ReplyCommand, agent: Agent) -> list[StoredAttachment]:
        if not command.files:
            return []
        found = await self._store.read(media.uploads(command.files, agent.id, command.ticket_id))
        return [upload.file for upload in found]

    async def note(self, ticket_id: TicketId, text: str, client_key: str, agent: Agent) -> MessageId:
        """Add an internal note. Raises Refused."""

        async def attempt() -> MessageId:
            facts = await self._facts(ticket_id, EventId(0))
            redacted = redact(text, visibility="private")
            note, changes = decide_note(
                facts, text, client_key, redacted, agent, now_ms=self._clock.now_ms(), ids=self._ids
            )
            await self._apply(changes)
            return note.id

        return await self._once(client_key, ticket_id, "note", attempt)

    async def call(self, command: CallCommand, agent: Agent) -> MessageId:
        """Log a call with the customer. Raises Refused."""

        async def attempt() -> MessageId:
            facts = await self._facts(command.ticket_id, EventId(0))
            redacted = redact(command.text, visibility="private")
            now_ms = self._clock.now_ms()
            note, changes = decide_call(command, facts, redacted, agent, now_ms=now_ms, ids=self._ids)
            for after in [c.row for c in changes if isinstance(c, Save) and isinstance(c.row, Ticket)]:
                changes = await self._judged(facts.ticket, [*changes, *self._told(facts, after, replied=True)], now_ms)
            await self._apply(changes)
            return note.id

        return await self._once(command.client_key, command.ticket_id, "note", attempt)

    async def assign(self, ticket_id: TicketId, agent_id: AgentId | None, agent: Agent) -> None:
        """Give a ticket to somebody, or back to its queue. Raises Refused."""
        if agent_id is not None and await self._store.read(gather.agent(agent_id)) is None:
            raise Refused("no_such_agent", f"there is no agent {agent_id}", status=422)

        def decide(ticket: Ticket, now_ms: int) -> tuple[Ticket, Sequence[Event]]:
            given, events = core_tickets.assign(ticket, agent_id, actor=agent.actor, reason="by_hand", now_ms=now_ms)
            if agent_id != agent.id:
                return given, events
            accepted, told = oncall.accept(given, agent.id, how="assign", now_ms=now_ms)
            return accepted, [*events, *told]

        await self._change(ticket_id, decide)

    async def accept(self, ticket_id: TicketId, agent: Agent) -> None:
        """Take a ticket that rings: nobody else is called about it. To accept what one has accepted changes nothing.
        Raises Refused (accepted_already, no_alarm)."""

        def decide(ticket: Ticket, now_ms: int) -> tuple[Ticket, Sequence[Event]]:
            oncall.check_acceptable(ticket, agent.id)
            if ticket.alarm_since_ms is None:
                return ticket, []
            accepted, told = oncall.accept(ticket, agent.id, how="button", now_ms=now_ms)
            if ticket.assignee_id == agent.id:
                return msgspec.structs.replace(accepted, version=ticket.version + 1), told
            given, events = core_tickets.assign(accepted, agent.id, actor=agent.actor, reason="accepted", now_ms=now_ms)
            return given, [*told, *events]

        await self._change(ticket_id, decide)

    async def set_state(
        self,
        ticket_id: TicketId,
        state: TicketState,
        reason: str | None,
        agent: Agent,
        *,
        checklist: Sequence[str] = (),
    ) -> None:
        """Move a ticket along the table of core/lifecycle.py; what must not rest of the reason and of the checklist is
        masked. Raises Refused."""

        async def attempt() -> None:
            facts = await self._facts(ticket_id, EventId(0))
            ticket, now_ms = facts.ticket, self._clock.now_ms()
            changed, event = core_tickets.change_state(
                ticket,
                state,
                actor=agent.actor,
                reason=reason and redact(reason, visibility=ticket.visibility).text,
                checklist=tuple(
                    redact(point.strip(), visibility=ticket.visibility).text for point in checklist if point.strip()
                ),
                now_ms=now_ms,
            )
            changes: list[Change] = [Save(changed), Record(event), *self._told(facts, changed)]
            await self._apply(await self._judged(ticket, changes, now_ms))

        await persist(attempt, of=ticket_id)

    async def move(self, ticket_id: TicketId, queue: str, agent: Agent) -> None:
        """Hand a ticket to another queue. Raises Refused."""
        if queue not in self._rulebook.current.queues:
            known = ", ".join(self._rulebook.current.queues)
            raise Refused("no_such_queue", f"there is no queue {queue!r}; there are: {known}", status=422)

        def decide(ticket: Ticket, now_ms: int) -> tuple[Ticket, Sequence[Event]]:
            changed, event = core_tickets.move(ticket, queue, actor=agent.actor, now_ms=now_ms)
            return changed, [event]

        await self._change(ticket_id, decide)

    async def snooze(self, ticket_id: TicketId, until_ms: int | None, agent: Agent) -> None:
        """Put a ticket aside until a moment, or take it back (None). Raises Refused."""

        def decide(ticket: Ticket, now_ms: int) -> tuple[Ticket, Sequence[Event]]:
            if until_ms is not None and not now_ms < until_ms <= now_ms + SNOOZE_MAX_MS:
                raise Refused("bad_time", "a ticket sleeps until a moment of the next year", status=422)
            if ticket.state == "closed":
                raise Refused("ticket_closed", "a closed ticket does not come back")
            changed, event = core_tickets.snooze(ticket, until_ms, actor=agent.actor, reason="by_hand", now_ms=now_ms)
            return changed, [event]

        await self._change(ticket_id, decide)

    async def mail_again(self, ticket_id: TicketId, agent: Agent) -> None:
        """Let automatic mail go again to where it came back from for good. Raises Refused (not_returned)."""

        async def attempt() -> None:
            facts = await self._facts(ticket_id, EventId(0))
            await self._apply(lift(facts, agent.actor, self._clock.now_ms()))

        await persist(attempt, of=ticket_id)

    async def set_urgency(self, ticket_id: TicketId, urgency: Urgency, agent: Agent) -> None:
        """An agent's own judgement. Raises Refused."""

        def decide(ticket: Ticket, now_ms: int) -> tuple[Ticket, Sequence[Event]]:
            changed, event = core_tickets.set_urgency(ticket, urgency, actor=agent.actor, now_ms=now_ms)
            return changed, [event]

        await self._change(ticket_id, decide)

    async def reveal(self, message_id: MessageId, place: int, agent: Agent) -> Revealed:
        """A value that a policy sealed, for an agent whom it names. That it was seen is committed before it is shown.

        Raises Refused (not_found, forbidden, expired), ConfigError when no key opens it.
        """
        message = await self._store.read(inbox.message(agent.id, message_id))
        care = message.care if message is not None else None
        if message is None or care is None or care.sealed_id is None or not 0 <= place < len(care.sealed):
            raise Refused("not_found", f"nothing is sealed at place {place} of {message_id[:40]}", status=404)
        value = care.sealed[place]
        if not (value.agents or (value.supervisors and agent.role == "admin")):
            raise Refused("forbidden", f"the policy does not let you see this {value.type}", status=403)
        now_ms = self._clock.now_ms()
        row = await self._store.read(sealed.get(care.sealed_id))
        if row is None or now_ms >= (row.expires_at_ms or 0):
            raise Refused("expired", f"this {value.type} is no longer kept", status=410)
        seen = Event(
            at_ms=now_ms,
            kind="value.revealed",
            ticket_id=message.ticket_id,
            message_id=message.id,
            actor=agent.actor,
            data={"type": value.type, "field": value.field, "place": str(place)},
        )
        await self._apply([Record(seen)])
        clear = self._keys.open(Sealed(row.key_id, row.data), f"raw:{row.id}")
        return Revealed(type=value.type, value=opened(clear, place))

    async def open_file(self, message_id: MessageId, file_id: AttachmentId, agent: Agent) -> None:
        """Remember that an agent was served a file, the first time. Raises Refused (busy)."""

        async def attempt() -> None:
            message = await self._store.read(inbox.message(agent.id, message_id))
            changes = open_file(message, file_id, agent.id, now_ms=self._clock.now_ms()) if message is not None else []
            if changes:
                await self._apply(changes)

        await persist(attempt, what="this message")

    async def decide_delivery(self, outbox_id: OutboxId, what: Literal["retry", "discard"], actor: str) -> None:
        """Send a dead or held reply again, or let it go. Raises Refused."""

        async def attempt() -> None:
            entry = existing(await self._store.read(gather.outbox_entry(outbox_id)), "delivery", outbox_id)
            await self._apply(decide_held(entry, what, actor=actor, now_ms=self._clock.now_ms()))

        await persist(attempt)
        await self._bus.notify("outbox")

    async def set_status(self, agent_id: AgentId, status: Literal["online", "busy", "away"]) -> None:
        """Whether an agent takes work."""

        async def attempt() -> None:
            agent = await self._store.read(gather.agent(agent_id))
            if agent is None or agent.status == status:
                return
            changed = agent.changed(status=status)
            event = Event(
                at_ms=self._clock.now_ms(), kind="agent.status", actor=agent_actor(agent_id), data={"to": status}
            )
            await self._apply([Save(changed), Record(event)])

        await persist(attempt, what="this agent")

    async def _facts(self, ticket_id: TicketId, after: EventId, post: MessageId | None = None) -> ReplyFacts:
        facts = await self._store.read(gather.reply_facts(ticket_id, after, post))
        if facts is None:
            raise Refused("not_found", f"there is no ticket {ticket_id}, or no such message of it", status=404)
        return facts

    async def _change(
        self, ticket_id: TicketId, decide: Callable[[Ticket, int], tuple[Ticket, Sequence[Event]]]
    ) -> None:
        async def attempt() -> None:
            ticket = existing(await self._store.read(gather.ticket(ticket_id)), "ticket", ticket_id)
            now_ms = self._clock.now_ms()
            changed, events = decide(ticket, now_ms)
            if changed is ticket:
                return
            changes: list[Change] = [Save(changed), *(Record(event) for event in events)]
            await self._apply(await self._judged(ticket, changes, now_ms))

        await persist(attempt, of=ticket_id)

    def _told(self, facts: ReplyFacts, after: Ticket, *, replied: bool = False) -> list[Change]:
        """The notice to the customer of what a command made of their ticket."""
        ruleset, view = self._rulebook.current, self._channels.view(facts.conversation)
        moment = Moment(facts=facts, channel=view, ruleset=ruleset, now_ms=self._clock.now_ms())
        what = notices.due(facts.ticket, after, ruleset.lifecycle, replied=replied)
        return notices.tell(what, after, moment, self._ids)

    async def _judged(self, before: Ticket, changes: Sequence[Change], now_ms: int) -> list[Change]:
        """What an agent changes, with what follows from it."""
        ruleset = self._rulebook.current
        return await consequences(self._store, ruleset, before, changes, now_ms=now_ms, ids=self._ids)

    async def _apply(self, changes: Sequence[Change], rows: Sequence[SealedRow] = ()) -> None:
        await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms(), sealed=rows))
        await self._bus.notify("events")
        if any(isinstance(c, Add) and isinstance(c.row, HookEntry | ActionEntry | OutboxEntry) for c in changes):
            await self._bus.notify("outbox")

    async def _once(
        self, client_key: str, ticket_id: TicketId, kind: MessageKind, attempt: Callable[[], Awaitable[MessageId]]
    ) -> MessageId:
        """Run a command once per key: the unique key of messages decides, not the look-up before it."""

        async def unless_done() -> MessageId:
            done = await self._store.read(gather.message_of_key(client_key))
            if done is None:
                return await attempt()
            if done.kind != kind or done.ticket_id not in {None, ticket_id}:
                raise Refused(
                    "key_used", "this Idempotency-Key is that of something else; nothing was done", status=422
                )
            return done.message_id

        return await persist(unless_done, of=ticket_id)
