"""Endpoints about tickets that are merged and split, and about how the matching of messages does."""

from aiohttp import web

from router.flow.names import ticket_named
from router.flow.regrouping import Regroupings
from router.model.ids import MessageId
from router.store import regrouping as store_regrouping
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of


class RegroupingApi:
    """Endpoints under /api/v1/tickets/{ticket}, /api/v1/regroupings and /api/v1/matching."""

    def __init__(self, *, store: Store, auth: Auth, regroupings: Regroupings) -> None:
        self._store, self._auth, self._regroupings = store, auth, regroupings

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/api/v1/tickets/{ticket}/merge", self.merge),
            web.post("/api/v1/tickets/{ticket}/split", self.split),
            web.get("/api/v1/tickets/{ticket}/regroupings", self.list),
            web.post("/api/v1/regroupings/{regrouping}/undo", self.undo),
            web.get("/api/v1/matching/report", self.report),
        ]

    async def merge(self, request: web.Request) -> web.Response:
        """POST .../merge."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Merge)
        source = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        made = await self._regroupings.merge(source, await ticket_named(self._store, asked.into, agent.id), agent)
        return answer(made, status=201)

    async def split(self, request: web.Request) -> web.Response:
        """POST .../split."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Split)
        source = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        made = await self._regroupings.split(source, frozenset(map(MessageId, asked.messages)), agent)
        return answer(made, status=201)

    async def list(self, request: web.Request) -> web.Response:
        """GET .../regroupings."""
        agent = await self._auth.agent(request)
        ticket_id = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        return answer({"regroupings": await self._store.read(store_regrouping.regroupings(ticket_id))})

    async def undo(self, request: web.Request) -> web.Response:
        """POST /api/v1/regroupings/{id}/undo."""
        agent = await self._auth.agent(request)
        return answer(await self._regroupings.undo(request.match_info["regrouping"], agent))

    async def report(self, request: web.Request) -> web.Response:
        """GET /api/v1/matching/report."""
        await self._auth.agent(request)
        return answer({"reasons": await self._store.read(store_regrouping.reasons(since_ms=0))})
