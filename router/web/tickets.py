"""The inbox's endpoints about tickets: lists, one ticket, and what agents do to it and see of its messages."""

from typing import Literal, get_args

from aiohttp import web

from router.core.calls import CallCommand
from router.core.replies import ReplyCommand
from router.flow.channels import Channels
from router.flow.commands import Commands
from router.flow.names import ticket_named
from router.flow.presence import Presence
from router.flow.rulebook import Rulebook
from router.model.errors import Refused, existing
from router.model.ids import AgentId, ContactId, EventId, MessageId, OutboxId, TicketId
from router.model.limits import PAGE_MAX
from router.model.sources import Clock
from router.model.tables import Agent
from router.store import blocks, dossier, inbox
from router.store.inbox import TicketDetail, View
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of, idempotency_key
from router.web.views import Views, detail_view, ticket_row

_LIMIT_DIGITS_MAX = 9


class TicketsApi:
    """Endpoints under /api/v1/tickets, and /api/v1/outbox."""

    def __init__(
        self,
        *,
        store: Store,
        auth: Auth,
        commands: Commands,
        presence: Presence,
        channels: Channels,
        rulebook: Rulebook,
        views: Views,
        clock: Clock,
    ) -> None:
        self._store, self._auth, self._commands, self._clock = store, auth, commands, clock
        self._presence, self._channels, self._rulebook, self._views = presence, channels, rulebook, views

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        one = "/api/v1/tickets/{ticket}"
        return [
            web.get("/api/v1/tickets", self.list),
            web.get(one, self.show),
            web.post(f"{one}/replies", self.reply),
            web.post(f"{one}/notes", self.note),
            web.post(f"{one}/calls", self.call),
            web.post(f"{one}/signals", self.signal),
            web.post(f"{one}/assign", self.assign),
            web.post(f"{one}/accept", self.accept),
            web.post(f"{one}/state", self.state),
            web.post(f"{one}/queue", self.queue),
            web.post(f"{one}/urgency", self.urgency),
            web.post(f"{one}/snooze", self.snooze),
            web.post(f"{one}/mail-again", self.mail_again),
            web.post("/api/v1/messages/{message}/reveal", self.reveal),
            web.post("/api/v1/outbox/{outbox}/{what:retry|discard}", self.outbox),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """GET /api/v1/tickets."""
        agent = await self._auth.agent(request)
        query = request.query
        view = query.get("view", "all")
        if view not in get_args(View):
            raise Refused("invalid", f"view: found {view!r}, there are {', '.join(get_args(View))}", status=400)
        limit = query.get("limit", "50")
        if not (limit.isdecimal() and limit.isascii() and len(limit) <= _LIMIT_DIGITS_MAX):
            raise Refused("invalid", f"limit: found {limit!r}, a whole number up to {PAGE_MAX} was meant", status=400)
        contact = query.get("contact")
        if contact is not None:
            named = await self._store.read(dossier.by_name(contact))
            contact = ContactId(contact) if named is None else named.id
        page = await self._store.read(
            inbox.tickets(
                agent.id,
                view=view,  # type: ignore[arg-type]  # checked against the Literal just above
                queue=query.get("queue"),
                text=query.get("q"),
                contact=contact,
                cursor=query.get("cursor"),
                limit=int(limit),
            )
        )
        found: dict[str, object] = {"tickets": [ticket_row(line) for line in page.lines], "total": page.total}
        if query.get("q", "").strip():  # what is held is in no ticket, and is to be found all the same
            found["held"] = (await self._store.read(blocks.count_held(text=query["q"]))).held
        return answer({**found, "cursor": page.cursor})

    async def show(self, request: web.Request) -> web.Response:
        """GET /api/v1/tickets/{id or number}."""
        agent = await self._auth.agent(request)
        detail = await self._detail(request, agent)
        return answer(detail_view(detail, self._channels, self._rulebook.current, self._clock.now_ms()))

    async def reply(self, request: web.Request) -> web.Response:
        """POST .../replies."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Reply)
        command = ReplyCommand(
            ticket_id=await self._ticket_id(request, agent),
            text=asked.text,
            last_seen=EventId(asked.last_seen),
            client_key=idempotency_key(request, agent),
            force=asked.force,
            solve=asked.solve,
            confirmed=asked.confirmed,
            files=asked.files,
            post=None if asked.private is None else asked.private.post,
            way="answer" if asked.private is None else asked.private.way,
            meant=asked.visibility,
        )
        try:
            message_id = await self._commands.reply(command, agent)
        except Refused as refused:
            if refused.code == "stale_reply":
                newer = refused.data.pop("message_ids")
                assert isinstance(newer, list)
                refused.data["messages"] = [await self._views.message(MessageId(m), agent.id) for m in newer]
            raise
        return await self._written(request, agent, message_id)

    async def note(self, request: web.Request) -> web.Response:
        """POST .../notes."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Note)
        ticket_id = await self._ticket_id(request, agent)
        message_id = await self._commands.note(ticket_id, asked.text, idempotency_key(request, agent), agent)
        return await self._written(request, agent, message_id)

    async def call(self, request: web.Request) -> web.Response:
        """POST .../calls."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Call)
        command = CallCommand(
            ticket_id=await self._ticket_id(request, agent),
            direction=asked.direction,
            duration_s=asked.duration_s,
            reached=asked.reached,
            text=asked.text,
            client_key=idempotency_key(request, agent),
            solve=asked.solve,
        )
        return await self._written(request, agent, await self._commands.call(command, agent))

    async def signal(self, request: web.Request) -> web.Response:
        """POST .../signals; taken, whether or not there is somebody to tell."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Signal)
        await self._presence.tell(await self._ticket_id(request, agent), asked.kind, agent, over=asked.over)
        return answer({"ok": True}, status=202)

    async def assign(self, request: web.Request) -> web.Response:
        """POST .../assign."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Assign)
        to = AgentId(asked.agent_id) if asked.agent_id else None
        await self._commands.assign(await self._ticket_id(request, agent), to, agent)
        return await self._changed(request, agent)

    async def accept(self, request: web.Request) -> web.Response:
        """POST .../accept."""
        agent = await self._auth.agent(request)
        await self._commands.accept(await self._ticket_id(request, agent), agent)
        return await self._changed(request, agent)

    async def state(self, request: web.Request) -> web.Response:
        """POST .../state."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.State)
        ticket_id = await self._ticket_id(request, agent)
        await self._commands.set_state(ticket_id, asked.state, asked.reason, agent, checklist=asked.checklist)
        return await self._changed(request, agent)

    async def queue(self, request: web.Request) -> web.Response:
        """POST .../queue."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Move)
        await self._commands.move(await self._ticket_id(request, agent), asked.queue, agent)
        return await self._changed(request, agent)

    async def urgency(self, request: web.Request) -> web.Response:
        """POST .../urgency."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Judgement)
        await self._commands.set_urgency(await self._ticket_id(request, agent), asked.urgency, agent)
        return await self._changed(request, agent)

    async def snooze(self, request: web.Request) -> web.Response:
        """POST .../snooze."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Snooze)
        await self._commands.snooze(await self._ticket_id(request, agent), asked.until_ms, agent)
        return await self._changed(request, agent)

    async def mail_again(self, request: web.Request) -> web.Response:
        """POST .../mail-again."""
        agent = await self._auth.agent(request)
        await self._commands.mail_again(await self._ticket_id(request, agent), agent)
        return await self._changed(request, agent)

    async def reveal(self, request: web.Request) -> web.Response:
        """POST /api/v1/messages/{id}/reveal."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Reveal)
        return answer(await self._commands.reveal(MessageId(request.match_info["message"]), asked.place, agent))

    async def outbox(self, request: web.Request) -> web.Response:
        """POST /api/v1/outbox/{id}/retry|discard."""
        agent = await self._auth.agent(request)
        what: Literal["retry", "discard"] = "retry" if request.match_info["what"] == "retry" else "discard"
        await self._commands.decide_delivery(OutboxId(request.match_info["outbox"]), what, agent.actor)
        return answer({"ok": True})

    async def _detail(self, request: web.Request, agent: Agent) -> TicketDetail:
        wanted = request.match_info["ticket"]
        return existing(await self._store.read(inbox.detail(agent.id, wanted)), "ticket", wanted)

    async def _ticket_id(self, request: web.Request, agent: Agent) -> TicketId:
        return await ticket_named(self._store, request.match_info["ticket"], agent.id)

    async def _written(self, request: web.Request, agent: Agent, message_id: MessageId) -> web.Response:
        detail = await self._detail(request, agent)
        view = await self._views.message(message_id, agent.id)
        body = {"message": view, "ticket": ticket_row(detail.line), "last_seen": detail.last_seen}
        return answer(body, status=201)

    async def _changed(self, request: web.Request, agent: Agent) -> web.Response:
        detail = await self._detail(request, agent)
        return answer({"ticket": ticket_row(detail.line), "last_seen": detail.last_seen})
