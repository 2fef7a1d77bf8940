"""A wallet's back end for the demo and for tests: strict about signatures and keys, and faulty on demand.

POST /actions does what a signed call asks for, once for each key: the same key again is answered as before, with
another body it is a conflict. GET /context tells what it knows of an account. `faults` are worked off one by one,
whatever is asked: `500`, `503`, `lost` (done, but no answer comes back), `slow` (no answer within anybody's patience).
POST /checks takes word of identity checks; /app is what the app of a logged-in user shows of them: what is pressed
there is answered to the house, signed.
"""

import asyncio
import hashlib
import hmac
from html import escape
from typing import Final, Literal

import aiohttp
import msgspec
from aiohttp import web

from router.listening import Listener
from router.model.signing import signature
from router.model.sources import Clock

Fault = Literal["500", "503", "lost", "slow"]
SKEW_S: Final = 300
"""How far the caller's clock may be away."""
SLOW_S: Final = 30.0


_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>
<style>:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 26rem; margin: 3rem auto; padding: 0 1rem }} h1 {{ font-size: 1.25rem }}
button {{ font: inherit; padding: .5rem 1rem }}</style></head>
<body><main><h1>{title}</h1>{text}</main></body></html>"""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A signed action as the back end reads it; whatever else is in it is none of its business."""

    type: Literal["action"]
    id: str
    action: str
    account: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """An identity check as the back end reads it."""

    type: Literal["customer.verify"]
    check_id: str
    ticket: str
    user_ids: tuple[str, ...]


class Wallet:
    """Accounts and what was done to them. Serves on loopback once started."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret, self._clock = secret.encode(), clock
        self.accounts: dict[str, dict[str, object]] = {}
        """By the app's user id."""
        self.faults: list[Fault] = []
        self.done: list[Call] = []
        """What was really done, in order."""
        self.refused: list[str] = []
        """Why calls were turned away, in order."""
        self.asked = 0
        """How many calls came in, refused and repeated ones too."""
        self.house = ""
        """Where the house listens, for answers to its checks."""
        self.checks: dict[str, Check] = {}
        """Those it was told of and that nobody has answered, by id."""
        self._answers: dict[str, tuple[bytes, int, dict[str, str]]] = {}
        app = web.Application(client_max_size=65_536)
        app.router.add_post("/actions", self._act)
        app.router.add_get("/context", self._tell)
        app.router.add_post("/checks", self._check)
        app.router.add_get("/app/{user}", self._show)
        app.router.add_post("/app/{user}", self._press)
        self._listener = Listener(app, shutdown_s=0.5)

    async def start(self) -> str:
        """Listen on a free port; the address."""
        await self._listener.open("127.0.0.1", 0)
        return f"http://127.0.0.1:{self._listener.port}"

    async def stop(self) -> None:
        """Stop listening."""
        await self._listener.close()

    def open(self, account: str) -> dict[str, object]:
        """An account, made when it is not there."""
        return self.accounts.setdefault(account, {"state": "active", "balance_usdt": "1250.00"})

    async def _act(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        if problem := self._refusal(request, body):
            return self._turned_away(problem, 401)
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return self._turned_away("key_missing", 400)
        if key in self._answers and self._answers[key][0] != body:
            return self._turned_away("key_reused", 409)
        if (faulty := await self._before()) is not None:
            return faulty
        if key not in self._answers:
            status, said = self._do(body)
            self._answers[key] = (body, status, said)
        self._lose(request)
        _, status, said = self._answers[key]
        return web.json_response(said, status=status)

    def _do(self, body: bytes) -> tuple[int, dict[str, str]]:
        try:
            call = msgspec.json.decode(body, type=Call)
        except msgspec.DecodeError:
            return 400, {"error": "bad_body"}
        account = self.accounts.get(call.account)
        if account is None:
            return 422, {"error": "unknown_account"}
        wanted = {"freeze-account": "frozen", "unfreeze-account": "active"}.get(call.action)
        if wanted is None:
            return 422, {"error": "unknown_action"}
        account["state"] = wanted
        self.done.append(call)
        return 200, {"outcome": wanted}

    async def _tell(self, request: web.Request) -> web.Response:
        self.asked += 1
        if problem := self._refusal(request, f"GET {request.raw_path}".encode()):
            return self._turned_away(problem, 401)
        if (faulty := await self._before()) is not None:
            return faulty
        account = self.accounts.get(request.query.get("account", ""))
        if account is None:
            return web.json_response({"error": "unknown_account"}, status=404)
        transactions = [{"hash": f"0x{n:040x}", "amount_usdt": "35.00", "status": "confirmed"} for n in (1, 2)]
        told: dict[str, object] = {"account": account, "transactions": transactions}
        if (wanted := request.query.get("hash")) is not None:
            told["transaction"] = {"hash": wanted, "status": "pending", "confirmations": 0}
        return web.json_response(told)

    async def _check(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        if problem := self._refusal(request, body):
            return self._turned_away(problem, 401)
        if (faulty := await self._before()) is not None:
            return faulty
        try:
            check = msgspec.json.decode(body, type=Check)
        except msgspec.DecodeError:
            return self._turned_away("bad_body", 400)
        self.checks[check.check_id] = check
        self._lose(request)
        return web.json_response({})

    async def _show(self, request: web.Request) -> web.Response:
        """What the app asks this user."""
        user = request.match_info["user"]
        asked = [
            f'<form method="post"><p>Support asks whether it is you who writes ({escape(check.ticket)}).</p>'
            f'<button name="check" value="{escape(check.check_id)}">It is me / 是我</button></form>'
            for check in self.checks.values()
            if not check.user_ids or user in check.user_ids
        ]
        return _page(user, "".join(asked) or "<p>Nobody asks for anything. / 目前没有需要确认的请求。</p>")

    async def _press(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        asked = (await request.post()).get("check")
        if not isinstance(asked, str) or asked not in self.checks:
            return _page(user, "<p>Nobody asks for this any more. / 该请求已失效。</p>", status=404)
        status = await self.answer(asked, user)
        if status != 200:
            return _page(
                user, f"<p>Support could not be told ({status}); try again. / 暂时无法确认，请重试。</p>", status=502
            )
        return _page(user, "<p>Thank you: support knows that it is you. / 谢谢，客服已确认是您本人。</p>")

    async def answer(
        self, check_id: str, user: str | None, *, result: Literal["passed", "failed"] = "passed", attempt: str = "1"
    ) -> int:
        """Tell the house how an attempt went; the status that it answered with."""
        said = {"attempt": attempt, "result": result, "user_id": user}
        body = msgspec.json.encode(said)
        headers = {"Switchboard-Signature": signature(self._secret, self._clock.now_ms() // 1000, body)}
        url = f"{self.house}/api/v1/identity-checks/{check_id}"
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
            if answer.status == 200 and result == "passed":
                self.checks.pop(check_id, None)
            return answer.status

    def _lose(self, request: web.Request) -> None:
        """Close the line after the work, where that is the next fault."""
        if self.faults and self.faults[0] == "lost":
            self.faults.pop(0)
            assert request.transport is not None
            request.transport.close()

    async def _before(self) -> web.Response | None:
        """The next fault, unless it is one for after the work."""
        if not self.faults or self.faults[0] == "lost":
            return None
        fault = self.faults.pop(0)
        if fault == "slow":
            await asyncio.sleep(SLOW_S)
        return web.json_response({"error": "trouble"}, status=int(fault)) if fault in {"500", "503"} else None

    def _refusal(self, request: web.Request, signed: bytes) -> str:
        """Why a signature does not hold."""
        stated, _, mac = request.headers.get("Switchboard-Signature", "").partition(",v1=")
        at = stated.removeprefix("t=")
        if not (at.isascii() and at.isdecimal()):
            return "signature_missing"
        if abs(self._clock.now_ms() // 1000 - int(at)) > SKEW_S:
            return "signature_old"
        expected = hmac.new(self._secret, at.encode() + b"." + signed, hashlib.sha256).hexdigest()
        return "" if hmac.compare_digest(expected.encode(), mac.encode(errors="replace")) else "signature_wrong"

    def _turned_away(self, problem: str, status: int) -> web.Response:
        self.refused.append(problem)
        return web.json_response({"error": problem}, status=status)


def _page(user: str, text: str, *, status: int = 200) -> web.Response:
    """A page of the app for one user; `text` is HTML."""
    page = _PAGE.format(title=f"Wallet app: {escape(user)}", text=text)
    return web.Response(text=page, content_type="text/html", status=status)
