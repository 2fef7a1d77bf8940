"""The Bot API on loopback: calls, files, and webhook deliveries that follow Telegram's own rule.

Updates of one chat are delivered one after the other; what is not answered by 2xx is repeated, after Retry-After or
with a doubling pause, until it is a day old.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from connectors.simulated.loopback import Loopback, reset
from connectors.telegram.simulator.methods import Methods, Refusal, Upload
from connectors.telegram.simulator.world import Bot, Pending, World
from router.model.sources import Clock

_TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
_UPLOAD_BYTES_MAX: Final = 60 * 1_048_576
_DELIVERY_S: Final = 60.0
_PAUSE_S_MAX: Final = 3_600.0
_RETRY_S_MAX: Final = 60.0


class BotApiServer(Loopback, World):
    """The simulator. `async with` starts and stops it."""

    def __init__(
        self,
        clock: Clock,
        bots: Mapping[str, str],
        *,
        directory: Path | None = None,
        port: int = 0,
        webhook_retry_s: float = 1.0,
    ) -> None:
        """`bots`: user name by token. `webhook_retry_s`: the first pause after a delivery that failed."""
        Loopback.__init__(self, port=port, body_bytes_max=_UPLOAD_BYTES_MAX)
        World.__init__(self, clock, bots, directory)
        self.deliveries: list[tuple[int, int]] = []
        """Updates that were posted to webhooks, and how each was answered (0: not at all)."""
        self._webhook_retry_s = webhook_retry_s
        self._methods = Methods(self)
        self.app.router.add_route("*", "/bot{token}/{method}", self._call)
        self.app.router.add_get("/file/bot{token}/documents/{file_id}", self._file)
        self._courier: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        self._courier = asyncio.create_task(self._deliver_all(), name="telegram webhooks")

    async def _end(self) -> None:
        if self._courier is not None:
            self._courier.cancel()
            await asyncio.gather(self._courier, return_exceptions=True)

    # --- calls -----------------------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        bot = self.bots.get(request.match_info["token"])
        if bot is None:
            is_one = _TOKEN.fullmatch(request.match_info["token"]) is not None
            return _refused(Refusal(401, "Unauthorized") if is_one else Refusal(404, "Not Found"))
        fault = self.next_fault(name.lower())
        if fault is not None and fault.how != "reset_after":
            return await self.play(request, fault)
        try:
            result = await self._methods.answer(bot, name, await _parameters(request))
        except Refusal as refusal:
            self.refusals.append(f"{name}: {refusal}")
            return _refused(refusal)
        if fault is not None:
            return reset(request)
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["file_id"]
        if (fault := self.next_fault("file")) is not None:
            return await self.play(request, fault)
        if request.match_info["token"] not in self.bots or file_id not in self.files or file_id in self.missing:
            return web.Response(status=404, text="Not Found")
        return web.Response(body=self.files[file_id])

    # --- webhooks --------------------------------------------------------------------------------------------------

    async def _deliver_all(self) -> None:
        """One courier for each chat of each bot that has something to deliver."""
        couriers: dict[tuple[str, int], asyncio.Task[None]] = {}
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_DELIVERY_S)) as http:
                while True:
                    for bot in self.bots.values():
                        for chat in {one.chat for one in bot.pending} if bot.hook is not None else ():
                            running = couriers.get((bot.token, chat))
                            if running is None or running.done():
                                couriers[bot.token, chat] = asyncio.create_task(self._deliver(bot, chat, http))
                    async with self.changed:
                        # Woken by a change; looked at again now and then, since a courier may just have ended.
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(0.2):
                                await self.changed.wait()
        finally:
            for courier in couriers.values():
                courier.cancel()
            await asyncio.gather(*couriers.values(), return_exceptions=True)

    async def _deliver(self, bot: Bot, chat: int, http: aiohttp.ClientSession) -> None:
        failures = 0
        while bot.hook is not None:
            self.expire(bot)
            one = next((pending for pending in bot.pending if pending.chat == chat), None)
            if one is None:
                return
            after_s = await self._post(bot, one, http)
            if after_s is None:
                failures = 0
                bot.pending = [pending for pending in bot.pending if pending.id != one.id]
                await self.tell()
                continue
            failures += 1
            pause_s = after_s or min(self._webhook_retry_s * 2.0 ** (failures - 1), _RETRY_S_MAX)
            await asyncio.sleep(min(pause_s, _PAUSE_S_MAX))

    async def _post(self, bot: Bot, one: Pending, http: aiohttp.ClientSession) -> float | None:
        """None when it was taken, else the pause that was asked for, 0 when none was."""
        hook = bot.hook
        assert hook is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with http.post(hook.url, json=one.body, headers=headers, allow_redirects=False) as response:
                status, asked = response.status, response.headers.get("Retry-After", "")
                if await response.read() and status < 300:
                    self.refusals.append("a webhook was answered with a body, which is a call of the Bot API")
        except (aiohttp.ClientError, TimeoutError):
            status, asked = 0, ""
        self.deliveries.append((one.id, status))
        if 200 <= status < 300:
            return None
        hook.last_error_ms, hook.last_error = self.clock.now_ms(), f"Wrong response from the webhook: {status}"
        await self.tell()
        return float(asked) if asked.isdecimal() else 0.0


def _refused(refusal: Refusal) -> web.Response:
    answer: dict[str, object] = {"ok": False, "error_code": refusal.status, "description": str(refusal)}
    if refusal.parameters is not None:
        answer["parameters"] = refusal.parameters
    return web.json_response(answer, status=refusal.status)


async def _parameters(request: web.Request) -> dict[str, object]:
    if request.content_type == "application/json":
        found = await request.json()
        return found if isinstance(found, dict) else {}
    form = await request.post() if request.can_read_body else {}
    given: dict[str, object] = dict(request.query)
    for key, value in form.items():
        given[key] = Upload(value.filename, value.file.read()) if isinstance(value, web.FileField) else value
    return given
