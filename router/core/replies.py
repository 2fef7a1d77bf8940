"""What an agent writes: replies and notes. Pure.

A reply passes the guard. One that holds a secret, and was confirmed, is stored masked like everything else: what is to
be sent is handed back beside it, to rest sealed.

A note owns no outbox row: no code path from a note to a customer exists.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from router.core.announcements import references_of
from router.core.guard import Concern, check_names, let_through
from router.core.oncall import accept
from router.core.posts import post_of
from router.core.private_answers import Doors, PrivateWay, check_text, link_of, refused_because, with_link
from router.core.tickets import change_state, snippet_of, told_with_others
from router.model.capabilities import Edits, LoneFiles, Moderation, Reactions
from router.model.changes import LINK_PLACEHOLDER, Add, Change, Record, Save
from router.model.errors import Refused
from router.model.filetypes import PROGRAMS
from router.model.ids import AttachmentId, EventId, MessageId, TicketId
from router.model.limits import ATTACHMENT_BYTES_MAX, REPLY_CHARS_MAX, REPLY_FILES_MAX
from router.model.message import StoredAttachment, Visibility
from router.model.signals import SignalKind
from router.model.snapshot import ReplyFacts
from router.model.sources import Ids
from router.model.tables import Agent, Event, Message, Ticket
from rules.facts import Redacted
from rules.links import LinkHosts


class ReplyCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent asked for."""

    ticket_id: TicketId
    text: str
    last_seen: EventId
    """The newest event of the ticket the agent had seen."""
    client_key: str
    force: bool = False
    """Send although something newer came."""
    solve: bool = False
    files: tuple[AttachmentId, ...] = ()
    """What was uploaded for it, in order."""
    confirmed: tuple[Concern, ...] = ()
    """What an earlier answer (confirm_needed) found, as it was found: to be sent all the same."""
    post: MessageId | None = None
    """The public post that it answers in private; None: it answers what the customer said last, where they said it."""
    way: PrivateWay = "answer"
    """How."""
    to_all: bool = False
    """It says the same to many: nobody has looked at this ticket for it."""
    meant: Visibility | None = None
    """Who was to read it when it was begun: the customer's latest message may stand elsewhere by now."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A decided reply."""

    message: Message
    changes: list[Change]
    clear: str | None = None
    """What to send when the stored text is masked; it rests sealed only."""


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """What the ticket's channel can carry."""

    can_send: bool
    reason: str = ""
    """Why not, as a stable code."""
    text_max: int | None = None
    name: str = ""
    """What people call the channel, for errors."""
    signals: tuple[SignalKind, ...] = ()
    """What its customers can be shown of us besides messages."""
    files: bool = False
    """It carries files."""
    files_in_private: bool = False
    """It carries them in private, if not here."""
    file_bytes_max: int = 0
    files_bytes_max: int | None = None
    """Of one reply together."""
    files_most: int = REPLY_FILES_MAX
    file_types: tuple[str, ...] = ()
    """Media types that it carries; all when there are none."""
    lone_files: tuple[LoneFiles, ...] = ()
    """What it carries besides, one in a reply and nothing beside it."""
    window_s: int | None = None
    """How long after a customer's last private message the channel takes an answer."""
    agent_window_s: int | None = None
    """The same for a person's answer."""
    calls: bool = False
    """Its customers have telephoned: calls with them are logged."""
    moderates: tuple[Moderation, ...] = ()
    takes_back: bool = False
    """What it can be asked to do with a public post."""
    edits: Edits | None = None
    """How it gives an answer of ours another text; None: what was sent is final."""
    reactions: Reactions | None = None
    """How it reacts to a message of the customer's; None: it does not."""
    doors: Doors = Doors()
    """From a public post into private."""

    @property
    def together_bytes_max(self) -> int:
        """What all files of a reply may have: they are in memory together when it is sent."""
        return min(self.files_bytes_max or ATTACHMENT_BYTES_MAX, ATTACHMENT_BYTES_MAX)

    @property
    def lone_types(self) -> tuple[str, ...]:
        """Media types of files that go alone."""
        return tuple(kind for each in self.lone_files for kind in each.types)

    def bytes_max(self, sniffed: str | None) -> int:
        """What a file of this media type may have; None: it is not known yet, and may be any."""
        lone = [each.bytes_max for each in self.lone_files if sniffed is None or sniffed in each.types]
        most = max((self.file_bytes_max, *lone)) if sniffed is None else lone[0] if lone else self.file_bytes_max
        return min(most, ATTACHMENT_BYTES_MAX)

    def refuses(self, visibility: Visibility, heard_at_ms: int | None, now_ms: int, *, by_agent: bool) -> str:
        """Why no answer can leave now, as a stable code; empty when it can."""
        if not self.can_send:
            return self.reason
        window_s = self.agent_window_s or self.window_s if by_agent else self.window_s
        if visibility == "public" or window_s is None or heard_at_ms is None:
            return ""
        return "window_closed" if now_ms - heard_at_ms >= window_s * 1_000 else ""


def check_file(name: str, size: int, sniffed: str | None, channel: ChannelView) -> None:
    """Whether this channel can carry a file. Raises Refused (no_files, file_too_big, file_type, file_kind)."""
    about: dict[str, object] = {"channel": channel.name, "name": name}
    if not channel.files:
        code, where = ("no_public_files", " in public") if channel.files_in_private else ("no_files", "")
        raise Refused(code, f"{channel.name} carries no files{where}", status=422, data=about)
    limit = channel.bytes_max(sniffed)
    if size > limit:
        detail = f"{name} has {size} bytes; {channel.name} carries {limit}"
        raise Refused("file_too_big", detail, status=422, data={**about, "limit": limit})
    if size == 0:
        raise Refused("file_empty", f"{name} is empty", status=422, data=about)
    types = (*channel.file_types, *channel.lone_types)
    if sniffed is not None and channel.file_types and sniffed not in types:
        kinds = [each.partition("/")[2].upper() for each in types]
        detail = f"{name} is {sniffed}; {channel.name} carries {', '.join(kinds)}"
        raise Refused("file_type", detail, status=422, data={**about, "kinds": kinds})
    if sniffed in PROGRAMS:
        raise Refused("file_kind", f"{name} is a program ({sniffed}); programs are not sent", status=422, data=about)


def _check_files(files: Sequence[StoredAttachment], wanted: int, channel: ChannelView) -> None:
    if len(files) != wanted:
        raise Refused("file_gone", "a file of this reply is there no more; attach it again", status=422)
    if wanted > channel.files_most:
        data: dict[str, object] = {"limit": channel.files_most}
        raise Refused("too_many_files", f"{wanted} files; a reply carries {channel.files_most}", status=422, data=data)
    for file in files:
        check_file(file.name, file.size, file.sniffed, channel)
        if wanted > 1 and file.sniffed in channel.lone_types:
            about: dict[str, object] = {"channel": channel.name, "name": file.name}
            detail = f"{file.name} goes alone: {channel.name} carries no other file beside it"
            raise Refused("file_alone", detail, status=422, data=about)
    total, limit = sum(file.size for file in files), channel.together_bytes_max
    if total > limit:
        raise Refused(
            "files_too_big",
            f"{total} bytes of files; {channel.name} carries {limit} in one message",
            status=422,
            data={"channel": channel.name, "limit": limit},
        )


def decide_reply(
    command: ReplyCommand,
    facts: ReplyFacts,
    channel: ChannelView,
    agent: Agent,
    *,
    files: Sequence[StoredAttachment],
    hosts: LinkHosts | None,
    now_ms: int,
    ids: Ids,
) -> Reply:
    """The reply and its changes. Raises Refused (cannot_reply, empty, too_long, no_files, file_too_big, stale_reply,
    now_public, file_blocked, reply_blocked, confirm_needed, ...)."""
    ticket, conversation, last = facts.ticket, facts.conversation, facts.last_inbound
    draft = _drafted(command, facts, channel, now_ms)
    _check_sendable(ticket, draft, channel, files=len(command.files))
    _check_files(files, len(command.files), channel)
    _check_seen(command, facts, draft)
    check_names(
        [file.name for file in files], visibility=draft.visibility, their=facts.their, conversation=conversation
    )
    kept = let_through(
        draft.text,
        visibility=draft.visibility,
        hosts=hosts,
        their=facts.their,
        conversation=conversation,
        confirmed=command.confirmed,
    )
    message = Message(
        id=MessageId(ids.new()),
        ticket_id=ticket.id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        kind="reply",
        author_id=agent.id,
        channel=conversation.channel,
        account=conversation.account,
        visibility=draft.visibility,
        in_reply_to=last.external_id if last else None,
        references=references_of(last.references, last.external_id) if last else (),
        client_key=command.client_key,
        subject=_subject(ticket, last, draft.visibility),
        text=kept.text,
        attachments=tuple(files),
        language=ticket.language,
        findings=kept.findings,
        redactions=kept.redactions,
        sent_at_ms=now_ms,
        received_at_ms=now_ms,
    )
    post = post_of(message, ticket)
    outbox = post.outbox(now_ms=now_ms, ids=ids)
    said = kept.text or files[0].name
    if command.to_all:
        after, events = told_with_others(ticket, said, actor=agent.actor, now_ms=now_ms)
    else:
        after, events = answered(ticket, agent, said, solve=command.solve, now_ms=now_ms)
    data = {"confirmed": ",".join(kept.findings)} if kept.findings else {}
    data |= {"in_private": draft.way} if draft.way is not None else {}
    added = post.event("message.added", actor=agent.actor, data=data, now_ms=now_ms)
    changes: list[Change] = [Save(after), Add(message), Add(outbox), Record(added), *(Record(e) for e in events)]
    if draft.way == "link":
        changes.append(Add(link_of(message, ticket.id, now_ms=now_ms, ids=ids)))
    return Reply(message=message, changes=changes, clear=kept.clear)


class _Draft(NamedTuple):
    """What an agent wrote, as it would stand before its reader."""

    text: str
    visibility: Visibility
    refusal: str
    """Why the channel takes nothing there now, as a stable code; empty when it does."""
    way: PrivateWay | None = None
    """By which it leads from a public post into private."""


def _drafted(command: ReplyCommand, facts: ReplyFacts, channel: ChannelView, now_ms: int) -> _Draft:
    """The draft. In an answer to a public post the blank of a link into private means one. Raises Refused
    (cannot_reply, no_private_link, no_files, too_long)."""
    text, visibility, last = command.text.strip(), facts.conversation.visibility, facts.last_inbound
    way = command.way if command.post is not None else None
    if is_typed := way is None and LINK_PLACEHOLDER in text:
        way = "link"
    if way is None:
        heard_at_ms = last.sent_at_ms if last else None
        return _Draft(text, visibility, channel.refuses(visibility, heard_at_ms, now_ms, by_agent=True))
    reason = "not_public"
    if last is not None:
        reason = refused_because(way, channel.doors, last, now_ms, is_answered=facts.is_answered)
    if reason and is_typed:  # nobody would fill the blank
        raise Refused(
            "no_private_link",
            f"{LINK_PLACEHOLDER} becomes a link only in an answer to a public post, where the channel has one",
            status=422,
        )
    if reason:
        detail = f"this post cannot be answered in private: {reason}"
        raise Refused("cannot_reply", detail, data={"reason": reason})
    check_text(way, channel.doors, text, text_max=channel.text_max, files=len(command.files))
    refusal = "" if channel.can_send else channel.reason
    if way == "answer":
        return _Draft(text, "private", refusal, way)
    return _Draft(with_link(text) if text else text, visibility, refusal, way)


def _check_sendable(ticket: Ticket, draft: _Draft, channel: ChannelView, *, files: int) -> None:
    if not draft.text and not files:
        raise Refused("empty", "a reply needs text", status=422)
    if ticket.state == "closed":
        raise Refused("ticket_closed", "a closed ticket cannot be answered; a new message opens a follow-up")
    if draft.refusal:
        detail = f"this channel cannot carry a reply: {draft.refusal}"
        raise Refused("cannot_reply", detail, data={"reason": draft.refusal})
    size, limit = len(draft.text), min(channel.text_max or REPLY_CHARS_MAX, REPLY_CHARS_MAX)
    if size > limit:
        raise Refused("too_long", f"{size} characters; this channel takes {limit}", status=422, data={"limit": limit})


def _check_seen(command: ReplyCommand, facts: ReplyFacts, draft: _Draft) -> None:
    """The agent knows what the reply answers, and who will read it."""
    if facts.newer and not command.force:
        detail = "something newer came while you were writing"
        raise Refused("stale_reply", detail, data={"message_ids": list(facts.newer)})
    if command.meant == "private" and draft.visibility == "public":
        detail = "begun in private; the customer wrote in public since, where this answer would stand"
        raise Refused("now_public", detail)


def _subject(ticket: Ticket, last: Message | None, visibility: Visibility) -> str | None:
    """The subject that is answered. What a ticket is called in private is not told in public."""
    subject = last.subject if last else None
    if not subject and (visibility == "private" or ticket.visibility == "public"):
        subject = ticket.subject
    if subject is None:
        return None
    return subject if subject.lower().startswith(("re:", "回复", "答复")) else f"Re: {subject}"


def answered(ticket: Ticket, agent: Agent, text: str, *, solve: bool, now_ms: int) -> tuple[Ticket, list[Event]]:
    """A ticket whose customer has been answered, in writing or on the telephone, and what is told of that."""
    actor = agent.actor
    events: list[Event] = []
    version = ticket.version
    target: Literal["solved", "waiting"] = "solved" if solve else "waiting"
    if ticket.state != target and not (ticket.state == "solved" and target == "waiting"):
        ticket, event = change_state(ticket, target, actor=actor, reason=None, now_ms=now_ms)
        events.append(event)
    elif ticket.state == "waiting":  # what its customer has until it closes begins with the newest answer
        ticket = msgspec.structs.replace(ticket, state_since_ms=now_ms)
    if ticket.assignee_id is None:
        events.append(
            ticket.event(
                "ticket.assigned",
                actor=actor,
                data={"from": "", "to": agent.id, "reason": "first_reply"},
                now_ms=now_ms,
            )
        )
    ticket, accepted = accept(ticket, agent.id, how="reply", now_ms=now_ms)
    events += accepted
    after = msgspec.structs.replace(
        ticket,
        assignee_id=ticket.assignee_id or agent.id,
        assigned_at_ms=ticket.assigned_at_ms or now_ms,
        first_replied_at_ms=ticket.first_replied_at_ms or now_ms,
        snippet=snippet_of(text),
        last_message_at_ms=now_ms,
        waiting_since_ms=None,
        version=version + 1,
    )
    return after, events


def decide_note(
    facts: ReplyFacts, text: str, client_key: str, redacted: Redacted, agent: Agent, *, now_ms: int, ids: Ids
) -> tuple[Message, list[Change]]:
    """An internal note; secrets in it are masked like everywhere. Raises Refused when it is empty or too long, or its
    ticket is all that is left of somebody."""
    if facts.ticket.erased_at_ms is not None:
        raise Refused("contact_erased", "this ticket's contact was erased: nothing is written about them any more")
    if not text.strip():
        raise Refused("empty", "a note needs text", status=422)
    if len(text) > REPLY_CHARS_MAX:
        raise Refused(
            "too_long", f"a note takes {REPLY_CHARS_MAX} characters", status=422, data={"limit": REPLY_CHARS_MAX}
        )
    ticket = facts.ticket
    note = Message(
        id=MessageId(ids.new()),
        ticket_id=ticket.id,
        conversation_id=facts.conversation.id,
        contact_id=ticket.contact_id,
        kind="note",
        author_id=agent.id,
        channel=facts.conversation.channel,
        account=facts.conversation.account,
        visibility="private",
        client_key=client_key,
        text=redacted.text.strip(),
        language=ticket.language,
        findings=tuple(sorted({f.type for f in redacted.findings if f.masked})),
        sent_at_ms=now_ms,
        received_at_ms=now_ms,
    )
    added = post_of(note, ticket).event("message.added", actor=agent.actor, data={"note": "1"}, now_ms=now_ms)
    # The ticket moves on with it: what is written while its contact is erased comes after that, and is refused.
    return note, [Save(ticket.changed()), Add(note), Record(added)]
