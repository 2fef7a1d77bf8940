"""Rows as the inbox's JSON: what a ticket, a message, an event look like to an agent."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from router.core.account import account_of
from router.core.quotes import folds_of
from router.core.verification import unlocked_until
from router.flow.channels import Channels
from router.model.actors import agent_of, agents_of
from router.model.buttons import degraded
from router.model.capabilities import Amendment
from router.model.changes import contact_name, ticket_number
from router.model.ids import AgentId, MessageId, TicketId
from router.model.limits import ATTACHMENT_BYTES_MAX
from router.model.message import PickedPolicy, Redaction, StoredAttachment
from router.model.tables import Event, Message, OutboxEntry
from router.store import inbox, outbox
from router.store.inbox import TicketDetail, TicketLine
from router.store.script import Store
from router.web.contacts import identity_view
from router.web.files import shown_as
from router.web.post_views import (
    NOWHERE,
    DeliveryView,
    ModerationView,
    Reach,
    ReactionView,
    WayView,
    WordingView,
    delivery_fields,
    moderation_view,
    reach_of,
    reaction_view,
    was_let_go,
    wording_views,
)
from router.web.sealed_views import SealedView, sealed_view
from router.web.side_views import action_view, check_view, facts_view, page_view, returned_view
from rules.ruleset import Ruleset


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer in a list."""

    id: str
    label: str
    name: str | None


class TicketRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket in a list."""

    id: str
    number: str
    subject: str
    state: str
    state_reason: str | None
    state_since_ms: int
    checklist: tuple[str, ...]
    urgency: str
    queue: str
    assignee_id: str | None
    assignee_name: str | None
    tags: tuple[str, ...]
    language: str
    findings: tuple[str, ...]
    channel: str
    account: str
    visibility: str
    contact: ContactView
    snippet: str
    last_message_at_ms: int
    last_inbound_at_ms: int
    waiting_since_ms: int | None
    snoozed_until_ms: int | None
    alarm_since_ms: int | None
    accepted_by: str | None
    created_at_ms: int
    version: int


class AuthorView(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a message."""

    type: str
    id: str | None
    name: str | None


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a message."""

    id: str
    name: str
    content_type: str
    size: int
    state: str
    checked: str
    opened_by: str | None
    """Of a file that could not be checked: the agent who was the first to look into it."""
    opened_by_name: str | None
    opened_at_ms: int | None
    inline: bool
    shows: str | None
    """image, audio: what the inbox may do with it besides offering it."""


class FoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A span shown closed: quoted history, a signature."""

    start: int
    end: int
    kind: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message in its thread."""

    id: str
    kind: str
    author: AuthorView
    channel: str
    account: str
    visibility: str
    subject: str | None
    text: str
    folds: tuple[FoldView, ...]
    has_html: bool
    language: str
    findings: tuple[str, ...]
    redactions: tuple[Redaction, ...]
    sealed: tuple[SealedView, ...]
    policies: tuple[PickedPolicy, ...]
    """What rules chose at the door."""
    attachments: tuple[AttachmentView, ...]
    automatic: str
    delivery: DeliveryView | None
    moderation: ModerationView | None
    moderates: tuple[Amendment, ...]
    """What the network can be asked to do with it now."""
    edit_max: int | None
    reaction: ReactionView | None
    reactions: tuple[str, ...]
    earlier: tuple[WordingView, ...]
    private_ways: tuple[WayView, ...]
    state: str
    revision: int
    sent_at_ms: int
    received_at_ms: int
    why: msgspec.Raw


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of history."""

    id: int
    at_ms: int
    kind: str
    message_id: str | None
    actor: str
    actor_name: str | None
    queue: str | None
    data: dict[str, str]


def ticket_row(line: TicketLine) -> TicketRow:
    """A list's line."""
    ticket, contact = line.ticket, line.contact
    return TicketRow(
        id=ticket.id,
        number=ticket_number(ticket),
        subject=ticket.subject,
        state=ticket.state,
        state_reason=ticket.state_reason,
        state_since_ms=ticket.state_since_ms,
        checklist=ticket.checklist,
        urgency=ticket.urgency,
        queue=ticket.queue,
        assignee_id=ticket.assignee_id,
        assignee_name=line.assignee_name,
        tags=ticket.tags,
        language=ticket.language,
        findings=ticket.findings,
        channel=ticket.channel,
        account=ticket.account,
        visibility=ticket.visibility,
        contact=ContactView(id=contact.id, label=contact_name(contact), name=contact.name),
        snippet=ticket.snippet,
        last_message_at_ms=ticket.last_message_at_ms,
        last_inbound_at_ms=ticket.last_inbound_at_ms,
        waiting_since_ms=ticket.waiting_since_ms,
        snoozed_until_ms=ticket.snoozed_until_ms,
        alarm_since_ms=ticket.alarm_since_ms,
        accepted_by=ticket.accepted_by,
        created_at_ms=ticket.created_at_ms,
        version=ticket.version,
    )


def message_view(
    message: Message,
    names: Mapping[AgentId, str],
    deliveries: Sequence[OutboxEntry],
    reach: Reach = NOWHERE,
) -> MessageView:
    """One message with its deliveries, oldest first."""
    sent = [entry for entry in deliveries if entry.action == "send"]
    done = [entry for entry in deliveries if entry.action not in {"send", "react"} and not was_let_go(entry)]
    if message.kind == "inbound":
        sender = message.sender
        author = AuthorView(type="customer", id=sender.id if sender else None, name=sender.name if sender else None)
    elif message.author_id is not None:
        author = AuthorView(type="agent", id=message.author_id, name=names.get(message.author_id))
    elif message.kind == "note" and message.sender is not None:  # an agent's address that is nobody's login
        author = AuthorView(type="agent", id=None, name=message.sender.id)
    else:
        author = AuthorView(type="system", id=None, name=None)
    return MessageView(
        id=message.id,
        kind=message.kind,
        author=author,
        channel=message.channel,
        account=message.account,
        visibility=message.visibility,
        subject=message.subject,
        text=degraded(message.text, message.buttons, None)[0],
        folds=tuple(FoldView(start=f.start, end=f.end, kind=f.kind) for f in folds_of(message))
        if message.kind == "inbound"
        else (),
        has_html=message.html is not None,
        language=message.language,
        findings=message.findings,
        redactions=message.redactions,
        sealed=sealed_view(message.care),
        policies=() if message.care is None else message.care.policies,
        attachments=tuple(_file_view(file, names) for file in message.attachments),
        automatic=message.automatic,
        delivery=DeliveryView(**delivery_fields(sent[-1])) if sent else None,
        moderation=moderation_view(message, done[-1]) if done else None,
        moderates=reach.moderates,
        edit_max=reach.edit_max,
        reaction=reaction_view(message, deliveries),
        reactions=reach.reactions,
        earlier=wording_views(message, names),
        private_ways=reach.ways,
        state=message.state,
        revision=message.revision,
        sent_at_ms=message.sent_at_ms,
        received_at_ms=message.received_at_ms,
        why=message.verdict,
    )


def _file_view(file: StoredAttachment, names: Mapping[AgentId, str]) -> AttachmentView:
    opened = file.opened
    return AttachmentView(
        id=file.id,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        state=file.state,
        checked=file.checked,
        opened_by=opened.by if opened else None,
        opened_by_name=names.get(opened.by) if opened else None,
        opened_at_ms=opened.at_ms if opened else None,
        inline=file.content_id is not None,
        shows=shown_as(file),
    )


def event_view(event: Event, names: Mapping[AgentId, str]) -> EventView:
    """One event with the name of who did it."""
    return EventView(
        id=event.id,
        at_ms=event.at_ms,
        kind=event.kind,
        message_id=event.message_id,
        actor=event.actor,
        actor_name=names.get(agent_of(event.actor)),
        queue=event.queue,
        data=event.data,
    )


def detail_view(detail: TicketDetail, channels: Channels, ruleset: Ruleset, now_ms: int) -> dict[str, object]:
    """Everything about one ticket."""
    contact, conversation = detail.line.contact, detail.conversation
    way_out = channels.view(conversation)
    closed = detail.line.ticket.state == "closed"
    heard_at_ms = detail.line.ticket.last_inbound_at_ms
    refusal = way_out.refuses(conversation.visibility, heard_at_ms, now_ms, by_agent=True)
    reason = "ticket_closed" if closed else refusal or None
    return {
        "ticket": ticket_row(detail.line),
        "messages": [
            message_view(
                message,
                detail.agent_names,
                [
                    *detail.moderations.get(message.id, ()),
                    *([detail.deliveries[message.id]] if message.id in detail.deliveries else ()),
                ],
                reach_of(message, detail, channels, now_ms),
            )
            for message in detail.messages
        ],
        "events": [event_view(event, detail.agent_names) for event in detail.events],
        "participants": [{"kind": p.kind, "value": p.value} for p in detail.participants],
        "contact": {
            "id": contact.id,
            "label": contact_name(contact),
            "name": contact.name,
            "language": contact.language,
            "vip": contact.vip,
            "identities": [identity_view(each) for each in detail.identities],
        },
        "verification": check_view(detail.check),
        "can_verify": ruleset.lifecycle.verifying is not None,
        "unlocked_until_ms": unlocked_until(detail.line.ticket, account_of(detail.identities)),
        "facts": facts_view(detail.line.ticket, ruleset),
        "pages": [page_view(page) for page in detail.pages],
        "actions": [action_view(row, detail.agent_names) for row in detail.actions],
        "related": [ticket_row(line) for line in detail.related],
        "incidents": [{"id": one.id, "title": one.title, "state": one.state} for one in detail.incidents],
        "same_text": detail.same_text,
        "returned": returned_view(detail.returned),
        "can_reply": reason is None,
        "cannot_reply_reason": reason,
        "text_max": way_out.text_max,
        "files": {
            "allowed": way_out.can_send and way_out.files,
            "in_private": way_out.files_in_private,
            "bytes_max": min(way_out.file_bytes_max, ATTACHMENT_BYTES_MAX),
            "together_bytes_max": way_out.together_bytes_max,
            "most": way_out.files_most,
            "types": way_out.file_types,
            "alone": [
                {"types": each.types, "bytes_max": min(each.bytes_max, ATTACHMENT_BYTES_MAX)}
                for each in way_out.lone_files
            ],
        },
        "calls": way_out.calls and not closed,
        "signals": way_out.signals if conversation.visibility == "private" else (),
        "reply_to": {
            "channel": conversation.channel,
            "account": conversation.account,
            "visibility": conversation.visibility,
            "to": conversation.reply_to or conversation.peer,
        },
        "last_seen": detail.last_seen,
    }


class Views:
    """The reads behind the views, for the feed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rows(self, ticket_ids: AbstractSet[TicketId | None], actor: AgentId) -> dict[TicketId | None, TicketRow]:
        """The tickets among these that this actor may see, as they are now."""
        wanted = [ticket_id for ticket_id in ticket_ids if ticket_id is not None]
        lines = await self._store.read(inbox.lines(actor, wanted)) if wanted else []
        return {line.ticket.id: ticket_row(line) for line in lines}

    async def event(self, event: Event) -> EventView:
        """An event with names."""
        return event_view(event, await self._store.read(inbox.agent_names(agents_of([event.actor]))))

    async def message(self, message_id: MessageId, actor: AgentId) -> MessageView | None:
        """One message."""
        message = await self._store.read(inbox.message(actor, message_id))
        if message is None:
            return None
        opened = (file.opened.by for file in message.attachments if file.opened)
        people = {message.author_id, *opened, *(each.corrected_by for each in message.earlier)}
        names = await self._store.read(inbox.agent_names(people))
        return message_view(message, names, await self._store.read(outbox.of_message(message_id)))
