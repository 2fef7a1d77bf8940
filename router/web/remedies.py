"""The inbox's endpoints about a customer's account: actions that people agree to, and what the back end knows."""

from aiohttp import web

from router.flow.context import ContextReader
from router.flow.names import ticket_named
from router.flow.remedies import Remedies
from router.model.ids import ActionId, TicketId
from router.model.tables import Agent
from router.store import inbox
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of
from router.web.side_views import action_view


class RemediesApi:
    """Endpoints under /api/v1/tickets/{ticket}/actions and context, and /api/v1/actions."""

    def __init__(self, *, store: Store, auth: Auth, remedies: Remedies, context: ContextReader) -> None:
        self._store, self._auth, self._remedies, self._context = store, auth, remedies, context

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/api/v1/tickets/{ticket}/actions", self.propose),
            web.get("/api/v1/tickets/{ticket}/context", self.context),
            web.post("/api/v1/actions/{action}/{what:approve|decline|retry}", self.decide),
        ]

    async def propose(self, request: web.Request) -> web.Response:
        """POST /api/v1/tickets/{ticket}/actions."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Proposal)
        ticket_id = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        action_id = await self._remedies.propose(ticket_id, asked.action, agent)
        return answer({"id": action_id, "actions": await self._actions(ticket_id, agent)}, status=201)

    async def decide(self, request: web.Request) -> web.Response:
        """POST /api/v1/actions/{id}/approve|decline|retry."""
        agent = await self._auth.agent(request)
        action_id = ActionId(request.match_info["action"])
        match request.match_info["what"]:
            case "approve":
                ticket_id = await self._remedies.approve(action_id, agent)
            case "decline":
                ticket_id = await self._remedies.decline(action_id, agent)
            case _:
                ticket_id = await self._remedies.retry(action_id, agent)
        return answer({"id": action_id, "actions": await self._actions(ticket_id, agent)})

    async def context(self, request: web.Request) -> web.Response:
        """GET /api/v1/tickets/{ticket}/context?hash=…"""
        agent = await self._auth.agent(request)
        ticket_id = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        return answer(await self._context.read(ticket_id, agent, request.query.get("hash")))

    async def _actions(self, ticket_id: TicketId, agent: Agent) -> list[dict[str, object]]:
        detail = await self._store.read(inbox.detail(agent.id, ticket_id))
        return [] if detail is None else [action_view(row, detail.agent_names) for row in detail.actions]
