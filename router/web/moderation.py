"""The inbox's endpoints about what stands on a network: posts hidden and deleted, answers corrected, reactions."""

from aiohttp import web

from router.core.corrections import CorrectCommand
from router.flow.moderation import Moderator
from router.model.capabilities import Moderation
from router.model.errors import existing
from router.model.ids import MessageId
from router.model.tables import Agent
from router.store import inbox
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of
from router.web.views import Views

_WHAT: dict[str, Moderation] = {"hide": "hide", "unhide": "unhide", "delete": "delete"}


class ModerationApi:
    """Endpoints under /api/v1/messages/{message}."""

    def __init__(self, *, store: Store, auth: Auth, moderator: Moderator, views: Views) -> None:
        self._store, self._auth, self._moderator, self._views = store, auth, moderator, views

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/api/v1/messages/{message}/{what:hide|unhide|delete}", self.moderate),
            web.post("/api/v1/messages/{message}/edit", self.correct),
            web.post("/api/v1/messages/{message}/react", self.react),
        ]

    async def moderate(self, request: web.Request) -> web.Response:
        """POST /api/v1/messages/{id}/hide|unhide|delete."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Moderation)
        message_id = await self._seen(request, agent)
        await self._moderator.ask(message_id, _WHAT[request.match_info["what"]], asked.reason, agent)
        return answer({"message": await self._views.message(message_id, agent.id)})

    async def correct(self, request: web.Request) -> web.Response:
        """POST /api/v1/messages/{id}/edit."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Correction)
        message_id = await self._seen(request, agent)
        command = CorrectCommand(
            message_id=message_id, text=asked.text, revision=asked.revision, confirmed=asked.confirmed
        )
        await self._moderator.correct(command, agent)
        return answer({"message": await self._views.message(message_id, agent.id)})

    async def react(self, request: web.Request) -> web.Response:
        """POST /api/v1/messages/{id}/react."""
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Reaction)
        message_id = await self._seen(request, agent)
        await self._moderator.react(message_id, asked.emoji, agent)
        return answer({"message": await self._views.message(message_id, agent.id)})

    async def _seen(self, request: web.Request, agent: Agent) -> MessageId:
        """The message that is named, if this agent may see it."""
        message_id = MessageId(request.match_info["message"])
        return existing(await self._store.read(inbox.message(agent.id, message_id)), "message", message_id).id
