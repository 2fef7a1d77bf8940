"""A Telegram Bot API server on loopback that knows two methods and is strict: what the real one refuses is refused.

Its bot is a member of `chats`. `answers` are given one by one instead of doing what is asked, `migrated` says which
groups have another id by now. All in the shape of core.telegram.org/bots/api#making-requests.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

TOKEN = "123456789:AAF4abcdefghijklmnopqrstuvwxyz01234"
_KNOWN = {"chat_id", "text", "link_preview_options"}
_CHARS_MAX = 4_096


class TelegramServer:
    """Serves once started."""

    def __init__(self, *chats: int | str) -> None:
        self.chats = set(chats)
        self.migrated: dict[int, int] = {}
        self.answers: list[tuple[int, dict[str, Any]] | str] = []
        """(status, answer), or `lost`: done, and no answer comes back; `rubbish`: what a broken proxy says;
        `silence`: neither done nor answered until it `speaks`; `pieces`: done, and the answer comes in two."""
        self.speaks = asyncio.Event()
        self.sent: list[dict[str, Any]] = []
        """Messages that stand in a chat."""
        self.asked = 0
        app = web.Application()
        app.router.add_route("*", "/{bot}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.5)

    async def start(self) -> str:
        """Listen on a free port; the base address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if request.match_info["bot"] != f"bot{TOKEN}":
            return _refused(401, "Unauthorized")
        if request.match_info["method"] == "getMe":
            return web.json_response(
                {"ok": True, "result": {"id": 123456789, "is_bot": True, "username": "oncall_bot"}}
            )
        if request.match_info["method"] != "sendMessage" or request.method != "POST":
            return _refused(404, "Not Found")
        fault = self.answers.pop(0) if self.answers else None
        if fault == "silence":
            await self.speaks.wait()
        if isinstance(fault, tuple):
            return web.json_response(fault[1], status=fault[0])
        if fault == "rubbish":
            return web.Response(text="<html>Bad gateway", status=502)
        refused = self._do(await request.read(), request.content_type)
        if fault == "lost":
            assert request.transport is not None
            request.transport.close()
        if fault == "pieces":
            return await _in_pieces(request, {"ok": True, "result": {"message_id": len(self.sent)}})
        return refused or web.json_response({"ok": True, "result": {"message_id": len(self.sent)}})

    def _do(self, body: bytes, content_type: str) -> web.Response | None:
        if content_type != "application/json":
            return _refused(400, "Bad Request: message text is empty")
        said = json.loads(body)
        if said.keys() - _KNOWN or not isinstance(said.get("text"), str) or not said["text"].strip():
            return _refused(400, "Bad Request: message text is empty")
        if len(said["text"]) > _CHARS_MAX:
            return _refused(400, "Bad Request: message is too long")
        chat = said["chat_id"]
        if chat in self.migrated:
            moved = {"migrate_to_chat_id": self.migrated[chat]}
            return _refused(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if chat not in self.chats:
            return _refused(400, "Bad Request: chat not found")
        self.sent.append(said)
        return None


async def _in_pieces(request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    body = json.dumps(answer).encode()
    for piece in (body[:10], body[10:]):
        await response.write(piece)
        await asyncio.sleep(0.1)
    return response


def _refused(code: int, why: str, parameters: dict[str, int] | None = None) -> web.Response:
    said = {"ok": False, "error_code": code, "description": why}
    return web.json_response(said | ({"parameters": parameters} if parameters else {}), status=code)


def too_many(retry_after: int) -> tuple[int, dict[str, Any]]:
    """The answer to who asks too often."""
    why = f"Too Many Requests: retry after {retry_after}"
    return 429, {"ok": False, "error_code": 429, "description": why, "parameters": {"retry_after": retry_after}}
