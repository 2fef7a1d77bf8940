"""GET /api/v1/trace/{message or ticket}."""

from aiohttp import web

from router.flow.trace import trace
from router.model.errors import Refused
from router.store.script import Store
from router.web.auth import Auth
from router.web.problems import answer


class TraceApi:
    """The endpoint."""

    def __init__(self, *, store: Store, auth: Auth) -> None:
        self._store, self._auth = store, auth

    async def get(self, request: web.Request) -> web.Response:
        """The way of a message or ticket."""
        await self._auth.agent(request)
        found = await trace(self._store, request.match_info["name"])
        if found is None:
            raise Refused("not_found", "no message and no ticket has that name", status=404)
        return answer(found)
