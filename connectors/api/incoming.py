"""The signed way in, for programs that sign what they post and keep no token; answered as the way with a token is."""

import msgspec
from aiohttp import web

from router.batch import accept
from router.bounded import read_bounded
from router.connector import Context, Inlet
from router.model.errors import Refused
from router.model.limits import API_BODY_BYTES_MAX
from router.model.secret import Secret
from router.model.signing import HEADER, objection

PATH = "/messages"


class Incoming:
    """The handler of one account."""

    def __init__(self, context: Context, secret: Secret, kinds: tuple[str, ...]) -> None:
        """Take what is signed with `secret`, of these channel kinds."""
        self._context, self._secret, self._kinds = context, secret, kinds

    async def handle(self, request: web.Request, inlet: Inlet) -> web.Response:
        """Take messages. 400 for what is no JSON, 401, 413, 422, 503 when nothing was written."""
        too_long = Refused("too_large", f"at most {API_BODY_BYTES_MAX} bytes are taken at once", status=413)
        whole = await read_bounded(request.content, API_BODY_BYTES_MAX, too_long)
        signed = request.headers.get(HEADER, "")
        if objected := objection(signed, self._secret.reveal().encode(), whole, self._context.clock.now_ms()):
            raise Refused("bad_signature", objected, status=401)
        results = await accept(whole, request.content_type, self._kinds, inlet)
        return web.Response(status=202, body=msgspec.json.encode({"results": results}), content_type="application/json")
