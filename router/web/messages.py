"""POST /api/v1/messages: the API channel's way in. 202 only when every accepted message is durable."""

from aiohttp import web

from router.batch import accept
from router.bounded import read_bounded
from router.connector import Inlet
from router.model.errors import Refused
from router.model.limits import API_BODY_BYTES_MAX
from router.web.auth import Auth
from router.web.problems import answer


class MessagesApi:
    """The endpoint; `inlet` is the API connector's, whose parser reads the wire."""

    def __init__(self, *, auth: Auth, inlet: Inlet) -> None:
        self._auth, self._inlet = auth, inlet

    async def post(self, request: web.Request) -> web.Response:
        """Accept messages. 400 for what is no JSON, 401, 413, 422, 503 when nothing was written."""
        token = await self._auth.api_token(request)
        too_long = Refused("too_large", f"at most {API_BODY_BYTES_MAX} bytes are taken at once", status=413)
        whole = await read_bounded(request.content, API_BODY_BYTES_MAX, too_long)
        results = await accept(whole, request.content_type, token.kinds, self._inlet)
        return answer({"results": results}, status=202)
