"""Identity checks over HTTP: agents begin them, the wallet's back end answers, the customer's link shows a page."""

from html import escape
from typing import Final

import msgspec
from aiohttp import web

from inbox.assets import Assets, choose_language, choose_theme
from router.core.verification import Answer
from router.flow.names import ticket_named
from router.flow.verification import Verification
from router.model.errors import Refused
from router.store.script import Store
from router.web.auth import Auth
from router.web.problems import answer
from router.web.side_views import check_view

_BODY_BYTES_MAX: Final = 4_096
_WORDS: Final = {
    "en": {
        "title": "Confirm that it is you",
        "pending": "Log in to your wallet account there, and we know that it is you. Nobody will ask for a code, a "
        "password or a recovery phrase in the chat.",
        "app": "Open the app: it asks you to confirm. Nobody will ask for a code, a password or a recovery phrase in "
        "the chat.",
        "passed": "Thank you, it is confirmed. You can close this page.",
        "over": "This link is no longer valid. Please ask for a new one in your conversation with us.",
        "go": "Continue to log in",
    },
    "zh-CN": {
        "title": "请确认是您本人",
        "pending": "请前往登录您的钱包账户，以确认是您本人。任何人都不会在聊天中向您索要验证码、密码或助记词。",
        "app": "请打开应用并按提示确认。任何人都不会在聊天中向您索要验证码、密码或助记词。",
        "passed": "谢谢，已确认。您可以关闭此页面。",
        "over": "此链接已失效。请在与我们的对话中获取新的链接。",
        "go": "前往登录",
    },
}


class VerificationApi:
    """Endpoints under /api/v1/tickets/…/verification and /api/v1/identity-checks, and the page /verify."""

    def __init__(self, *, store: Store, auth: Auth, verification: Verification, assets: Assets) -> None:
        self._store, self._auth, self._verification, self._assets = store, auth, verification, assets

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post("/api/v1/tickets/{ticket}/verification", self.begin),
            web.post("/api/v1/identity-checks/{check}", self.answered),
            web.get("/verify/{token}", self.page),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """POST /api/v1/tickets/{ticket}/verification."""
        agent = await self._auth.agent(request)
        ticket_id = await ticket_named(self._store, request.match_info["ticket"], agent.id)
        return answer({"check": check_view(await self._verification.begin(ticket_id, agent))}, status=201)

    async def answered(self, request: web.Request) -> web.Response:
        """POST /api/v1/identity-checks/{check}, signed by the wallet's back end."""
        body = await request.read()
        if len(body) > _BODY_BYTES_MAX:
            raise Refused("too_long", f"at most {_BODY_BYTES_MAX} bytes", status=413)
        signed = request.headers.get("Switchboard-Signature", "")
        check = await self._verification.answered(request.match_info["check"], signed, body, lambda: _read(body))
        return answer({"check": check_view(check)})

    async def page(self, request: web.Request) -> web.Response:
        """GET /verify/{token}: what the customer sees. Looking changes nothing: previews look, too."""
        lang = choose_language(None, request.headers.get("Accept-Language", ""))
        words, status = _WORDS[lang], 200
        try:
            check, where = await self._verification.of_token(request.match_info["token"])
            state = check.state if check.state in {"pending", "passed"} else "over"
        except Refused:
            state, where = "over", None
        if state == "over":
            status = 410
        text = words["app" if state == "pending" and where is None else state]
        link = ""
        if state == "pending" and where is not None:
            link = f'<p><a class="button primary" rel="noreferrer" href="{escape(where)}">{escape(words["go"])}</a></p>'
        html = self._assets.notice(lang, choose_theme(None), title=words["title"], text=text, link=link)
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def _read(body: bytes) -> Answer:
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused("invalid", str(error), status=400) from None
