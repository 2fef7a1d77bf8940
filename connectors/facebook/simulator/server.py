"""The Graph API on loopback: calls, files, and webhook deliveries that follow Meta's own rule.

Events are delivered in batches; a batch that is not answered by 200 is repeated, its events in whatever batches they
come into by then, after pauses that grow, for 36 hours. One that fails holds up no other.
"""

import asyncio
import contextlib
import hashlib
import hmac
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from aiohttp import web

from connectors.facebook.simulator.graph import Graph, Refusal, Upload
from connectors.facebook.simulator.people import MEDIA, kept_name
from connectors.facebook.simulator.world import EVENT_TTL_MS, Json, Page, Pending, World
from connectors.facebook.webhook import SIGNATURE_HEADER, signature
from connectors.simulated.loopback import Loopback, reset
from router.model.sources import Clock

_UPLOAD_BYTES_MAX: Final = 30 * 1_048_576
_DELIVERY_S: Final = 20.0
_RETRY_S_MAX: Final = 3_600.0
_DEEDS: Final = {"messages": "messages", "comments": "comments", "subscribed_apps": "subscribe", "": "hide"}
_QUESTIONS: Final = {"conversations": "conversations", "comments": "newest", "subscribed_apps": "apps", "": "show"}
_WHAT: Final = {"POST": _DEEDS, "GET": _QUESTIONS, "DELETE": {"": "delete"}}


class GraphServer(Loopback, World):
    """The simulator. `async with` starts and stops it."""

    def __init__(
        self,
        clock: Clock,
        pages: Sequence[Page],
        *,
        version: str = "v25.0",
        directory: Path | None = None,
        port: int = 0,
        webhook_retry_s: float = 1.0,
        batch_max: int = 1_000,
    ) -> None:
        """`webhook_retry_s`: the first pause after a delivery that failed; `batch_max`: events of one delivery."""
        Loopback.__init__(self, port=port, body_bytes_max=_UPLOAD_BYTES_MAX)
        World.__init__(self, clock, pages, directory)
        self.version = version
        self.hooks: dict[str, str] = {}
        """The callback address of each page's app."""
        self.deliveries: list[tuple[int, int]] = []
        """How many events each delivery had, and how it was answered (0: not at all)."""
        self._retry_s, self._batch_max = webhook_retry_s, batch_max
        for path in (r"/{version:v\d+\.\d+}/{number}", r"/{version:v\d+\.\d+}/{number}/{edge}"):
            self.app.router.add_route("*", path, self._call)
        self.app.router.add_get(MEDIA + "{name}", self._file)
        self._courier: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        for page in self.pages.values():
            for one in page.pending:
                for attachment in one.event.get("message", {}).get("attachments", ()):
                    name = kept_name(attachment)  # it lay at the port of the run before
                    if name is not None:
                        attachment["payload"]["url"] = f"{self.url}{MEDIA}{name}"
        self._courier = asyncio.create_task(self._deliver_all(), name="facebook webhooks")

    async def _end(self) -> None:
        if self._courier is not None:
            self._courier.cancel()
            await asyncio.gather(self._courier, return_exceptions=True)

    # --- calls -----------------------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        answer = await self._answered(request)
        answer.force_close()  # a connection that is kept is a task that outlives whoever called
        return answer

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        edge, number = request.match_info.get("edge", ""), request.match_info["number"]
        what = _WHAT.get(request.method, {}).get(edge, "unknown")
        try:
            page = self._authorised(request)
            given, sent = await _parameters(request)
            if what == "hide" and "message" in given:
                what = "edit"
            if what == "messages" and "sender_action" in given:
                what = "act"
            fault = self.next_fault(what)
            if fault is not None and fault.how != "reset_after":
                return await self.play(request, fault)
            self.calls.append((request.method, what, given))
            answer = await self._answer(Graph(self, page), what, number, given, sent)
        except Refusal as refusal:
            self.refusals.append(f"{request.method} {what}: {refusal}")
            return self._refused(refusal)
        await self.wake()
        if fault is not None:
            return reset(request)
        return web.json_response(answer, headers=self._headers())

    def _authorised(self, request: web.Request) -> Page:
        """The page whose token is shown, with the proof that the caller holds the app's secret."""
        if request.match_info["version"] != self.version:
            raise Refusal(2_635, f"(#2635) You are calling a deprecated version of the API: use {self.version}")
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        page = next((one for one in self.pages.values() if one.token == shown), None)
        if page is None:
            raise Refusal(190, "Error validating access token: it has expired.", status=401, subcode=463)
        if "access_token" in request.query:
            raise Refusal(100, "(#100) a token stands in the address")
        proof = hmac.new(page.app_secret.encode(), page.token.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof") != proof:
            raise Refusal(100, "Invalid appsecret_proof provided in the API argument")
        return page

    async def _answer(self, graph: Graph, what: str, number: str, given: Json, sent: Upload | None) -> Json:
        match what:
            case "show":
                return graph.show(number, given)
            case "apps":
                return graph.apps()
            case "conversations":
                return graph.conversations(given)
            case "newest":
                return graph.comments(number, given)
            case "subscribe":
                return await graph.subscribe(given)
            case "messages" | "act":
                return await (graph.act(given) if what == "act" else graph.send(given, sent))
            case "comments":
                return await graph.comment(number, given, sent)
            case "hide" | "edit" | "delete":
                return await (graph.delete if what == "delete" else graph.change)(number, given)
            case _:
                raise Refusal(2_500, "Unknown path components")

    def _headers(self) -> dict[str, str]:
        return {} if self.usage is None else {"X-App-Usage": msgspec.json.encode(self.usage).decode()}

    def _refused(self, refusal: Refusal) -> web.Response:
        told: Json = {"message": str(refusal), "type": "OAuthException", "code": refusal.code, "fbtrace_id": "AbC"}
        if refusal.subcode is not None:
            told["error_subcode"] = refusal.subcode
        return web.json_response({"error": told}, status=refusal.status, headers=self._headers())

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if (fault := self.next_fault("file")) is not None:
            return await self.play(request, fault)
        if name not in self.files:
            return web.Response(status=403, text="URL signature expired")
        return web.Response(body=self.files[name])

    # --- webhooks --------------------------------------------------------------------------------------------------

    def notification(self, page: Page, *events: Pending) -> bytes:
        """The body of a delivery: an entry for each event, as busy pages get them."""
        entries = [{"id": page.id, "time": one.at_ms // 1_000, one.kind: [one.event]} for one in events]
        return msgspec.json.encode({"object": "page", "entry": entries})

    async def post(self, page: Page, body: bytes, *, signed: str | None = None) -> int:
        """Bring a delivery to the page's app once; how it was answered, 0: not at all."""
        headers = {
            SIGNATURE_HEADER: signature(page.app_secret.encode(), body) if signed is None else signed,
            "Content-Type": "application/json",
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_DELIVERY_S)) as http,
                http.post(
                    self.hooks[page.id], data=io.BytesIO(body), headers=headers, allow_redirects=False
                ) as response,
            ):
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def challenge(self, page: Page, number: str = "1158201444", token: str | None = None) -> str | None:
        """See that the callback address is ours, as when it is typed in; what came back, None unless 200."""
        asked = {
            "hub.mode": "subscribe", "hub.challenge": number,
            "hub.verify_token": page.verify_token if token is None else token,
        }  # fmt: skip
        async with aiohttp.ClientSession() as http, http.get(self.hooks[page.id], params=asked) as response:
            return await response.text() if response.status == 200 else None

    async def _deliver_all(self) -> None:
        while True:
            for page in self.pages.values():
                if page.id in self.hooks:
                    await self._deliver(page)
            async with self.changed:
                # Woken by a change; looked at again now and then, since a pause may be over.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self.changed.wait()

    async def _deliver(self, page: Page) -> None:
        now_ms = self.clock.now_ms()
        page.pending = [one for one in page.pending if one.at_ms + EVENT_TTL_MS > now_ms]
        due = [one for one in page.pending if one.due_ms <= now_ms][: self._batch_max]
        if not due:
            return
        status = await self.post(page, self.notification(page, *due))
        self.deliveries.append((len(due), status))
        if status == 200:
            page.pending = [one for one in page.pending if all(one is not taken for taken in due)]
        else:
            for one in due:
                one.failures += 1
                pause_s = min(self._retry_s * 2.0 ** (one.failures - 1), _RETRY_S_MAX)
                one.due_ms = self.clock.now_ms() + int(pause_s * 1_000)
        await self.tell()


async def _parameters(request: web.Request) -> tuple[Json, Upload | None]:
    """What a call says, and the file that comes with it."""
    if request.method in {"GET", "DELETE"}:
        return {name: value for name, value in request.query.items() if name != "appsecret_proof"}, None
    if request.content_type == "application/json":
        found = await request.json()
        return (found if isinstance(found, dict) else {}), None
    form = await request.post()
    sent, given = None, {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            sent = Upload(name, value.filename, value.file.read())
        elif isinstance(value, str):
            given[name] = msgspec.json.decode(value) if value.startswith("{") else value
    return given, sent
