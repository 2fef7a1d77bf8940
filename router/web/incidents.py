"""Endpoints about incidents: list, declare, decide, link, and one message to all."""

import msgspec
from aiohttp import web

from router.flow.incidents import Incidents
from router.flow.names import ticket_named
from router.model.errors import existing
from router.model.ids import TicketId
from router.model.limits import PAGE_MAX
from router.model.tables import Agent
from router.store import inbox
from router.store import incidents as store_incidents
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of, idempotency_key
from router.web.views import ticket_row


class IncidentsApi:
    """Endpoints under /api/v1/incidents."""

    def __init__(self, *, store: Store, auth: Auth, incidents: Incidents) -> None:
        self._store, self._auth, self._incidents = store, auth, incidents

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        one = "/api/v1/incidents/{incident}"
        return [
            web.get("/api/v1/incidents", self.list),
            web.post("/api/v1/incidents", self.open),
            web.get(one, self.show),
            web.post(f"{one}/state", self.state),
            web.post(f"{one}/banner", self.banner),
            web.post(f"{one}/link", self.link),
            web.post(f"{one}/unlink", self.unlink),
            web.post(f"{one}/tell", self.tell),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """GET /api/v1/incidents."""
        await self._auth.agent(request)
        lines = await self._store.read(store_incidents.lines(over=request.query.get("over") == "true"))
        return answer({"incidents": lines})

    async def show(self, request: web.Request) -> web.Response:
        """GET /api/v1/incidents/{id}?after=…: with a page of the tickets that are in it."""
        agent = await self._auth.agent(request)
        wanted = request.match_info["incident"]
        line = existing(await self._store.read(store_incidents.line(wanted)), "incident", wanted)
        after = request.query.get("after", "")
        ids = await self._store.read(store_incidents.page(line.incident.id, after=after, limit=PAGE_MAX + 1))
        rows = await self._store.read(inbox.lines(agent.id, ids[:PAGE_MAX]))
        cursor = ids[PAGE_MAX - 1] if len(ids) > PAGE_MAX else None
        return answer({**msgspec.to_builtins(line), "rows": [ticket_row(row) for row in rows], "cursor": cursor})

    async def open(self, request: web.Request) -> web.Response:
        """POST /api/v1/incidents."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Incident)
        tickets = [await self._ticket(name, agent) for name in asked.tickets]
        return answer({"id": await self._incidents.open(asked.title, tickets, agent)}, status=201)

    async def state(self, request: web.Request) -> web.Response:
        """POST .../state."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.IncidentChange)
        await self._incidents.set_state(request.match_info["incident"], asked.state, agent)
        return answer({"ok": True})

    async def banner(self, request: web.Request) -> web.Response:
        """POST .../banner."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Banner)
        await self._incidents.set_banner(request.match_info["incident"], asked.texts, agent)
        return answer({"ok": True})

    async def link(self, request: web.Request) -> web.Response:
        """POST .../link."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.LinkedTicket)
        await self._incidents.link(request.match_info["incident"], await self._ticket(asked.ticket, agent), agent)
        return answer({"ok": True})

    async def unlink(self, request: web.Request) -> web.Response:
        """POST .../unlink."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.LinkedTicket)
        await self._incidents.unlink(request.match_info["incident"], await self._ticket(asked.ticket, agent), agent)
        return answer({"ok": True})

    async def tell(self, request: web.Request) -> web.Response:
        """POST .../tell."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Telling)
        told = await self._incidents.tell(
            request.match_info["incident"],
            asked.text,
            idempotency_key(request, agent),
            agent,
            kind=asked.kind,
            only=None if asked.tickets is None else {await self._ticket(name, agent) for name in asked.tickets},
        )
        return answer({"told": told})

    async def _ticket(self, name: str, agent: Agent) -> TicketId:
        return await ticket_named(self._store, name, agent.id)
