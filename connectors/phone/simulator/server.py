"""The provider's API on loopback, and everything one does with a telephone.

It refuses what the provider refuses, with its codes. A list is what happened, whoever was told of it: calls that nobody
took and messages whose webhook failed stand in it like the others.
"""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import web

from connectors.phone.simulator.call import Call
from connectors.phone.simulator.network import CallRow, MessageRow, Network, RecordingRow
from connectors.phone.simulator.wire import PATIENCE_S, Answer, Wire
from connectors.simulated.loopback import Loopback, reset
from router.model.sources import Clock

_NUMBER: Final = re.compile(r"\+[1-9]\d{4,14}")
_SMS_CHARS_MAX: Final = 1_600
_PAGE_MAX: Final = 1_000
_Json = dict[str, object]
_Row = TypeVar("_Row", MessageRow, CallRow, RecordingRow)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class PhoneServer(Loopback, Network):
    """The simulator. `async with` starts and stops it."""

    def __init__(self, clock: Clock, accounts: dict[str, str], *, directory: Path | None = None, port: int = 0) -> None:
        Loopback.__init__(self, port=port)
        Network.__init__(self, clock, accounts, directory)
        self.patience_s = PATIENCE_S
        """How long an answer of the house is waited for."""
        base = "/2010-04-01/Accounts/{account}"
        for method, resource, path, handler in (
            ("GET", "Account", f"{base}.json", self._account),
            ("POST", "Send", f"{base}/Messages.json", self._send),
            ("GET", "Messages", f"{base}/Messages.json", self._messages),
            ("GET", "Calls", f"{base}/Calls.json", self._calls),
            ("GET", "Call", f"{base}/Calls/{{sid}}.json", self._call),
            ("GET", "Recordings", f"{base}/Recordings.json", self._recordings),
            ("GET", "Audio", f"{base}/Recordings/{{sid}}.mp3", self._audio),
            ("DELETE", "Delete", f"{base}/Recordings/{{sid}}.json", self._delete),
            ("GET", "Media", f"{base}/Messages/{{message}}/Media/{{sid}}", self._picture),
        ):
            self.app.router.add_route(method, path, self._guarded(resource, handler))

    @property
    def wire(self) -> Wire:
        """Its requests to the house."""
        return Wire(self, self.url, self.patience_s)

    # --- what people do with telephones ----------------------------------------------------------------------------

    async def call(self, caller: str, called: str, **extra: str) -> Call:
        """Somebody calls one of our numbers."""
        return await Call(self.wire, caller, called, extra=extra).begin()

    def written(self, sender: str, to: str, body: str, media: Sequence[bytes] = ()) -> MessageRow:
        """Somebody has sent a text message; nothing is delivered yet."""
        row = MessageRow(
            sid=self.sid("SM"), account=self.numbers[to].account, sender=sender, to=to, body=body, direction="inbound",
            status="received", created_ms=self.clock.now_ms(),
        )  # fmt: skip
        for data in media:
            path = f"/2010-04-01/Accounts/{row.account}/Messages/{row.sid}/Media/{self.sid('ME')}"
            self.media[path] = data
            row.media.append(path)
        self.messages[row.sid] = row
        return row

    async def bring(self, row: MessageRow) -> Answer:
        """Tell the house of a text message. Once: the provider does not repeat it."""
        return await self.wire.post(row.account, self.numbers[row.to].sms_url, self.form_of(row))

    async def text(self, sender: str, to: str, body: str) -> MessageRow:
        """Somebody sends a text message."""
        row = self.written(sender, to, body)
        await self.bring(row)
        await self.tell()
        return row

    def form_of(self, row: MessageRow) -> dict[str, str]:
        """What the house is told of a text message."""
        form = {
            "MessageSid": row.sid, "SmsSid": row.sid, "AccountSid": row.account, "From": row.sender, "To": row.to,
            "Body": row.body, "NumMedia": str(len(row.media)), "NumSegments": "1", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        for place, path in enumerate(row.media):
            form |= {f"MediaUrl{place}": f"{self.url}{path}", f"MediaContentType{place}": "image/png"}
        return form

    async def deliver(self, row: MessageRow, *states: str, error: str = "") -> None:
        """A text message of ours makes its way, and the house is told."""
        for state in states or ("sent", "delivered"):
            row.status = state
            form = {
                "MessageSid": row.sid, "AccountSid": row.account, "From": row.sender, "To": row.to,
                "MessageStatus": state, "SmsStatus": state, "ApiVersion": "2010-04-01",
            }  # fmt: skip
            await self.wire.post(row.account, row.status_url, form | ({"ErrorCode": error} if error else {}))

    def inbox(self, number: str) -> list[str]:
        """Text messages of ours that somebody's telephone shows."""
        return [row.body for row in self.messages.values() if row.to == number and row.direction == "outbound-api"]

    # --- the API ---------------------------------------------------------------------------------------------------

    def _guarded(self, resource: str, handler: _Handler) -> _Handler:

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                self._allow(request)
                fault = self.next_fault(resource)
                if fault is not None and fault.how != "reset_after":
                    return await self.play(request, fault)
                answer = await handler(request)
            except _Refusal as refusal:
                self.refusals.append(str(refusal))
                told = {"code": refusal.code, "message": refusal.message, "status": refusal.status}
                return web.json_response(told, status=refusal.status)
            return answer if fault is None else reset(request)

        return handle

    def _allow(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, token = "", ""
        account = request.match_info["account"]
        if scheme != "Basic" or name != account or self.accounts.get(account) != token or not token:
            raise _Refusal(401, 20003, "Authenticate")

    async def _account(self, request: web.Request) -> web.Response:
        sid = request.match_info["account"]
        return web.json_response({"sid": sid, "friendly_name": "Wallet support", "status": "active"})

    async def _send(self, request: web.Request) -> web.Response:
        form = await request.post()
        to, sender, body = (str(form.get(name, "")) for name in ("To", "From", "Body"))
        own = self.numbers.get(sender)
        if not _NUMBER.fullmatch(to):
            raise _Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if own is None or own.account != request.match_info["account"]:
            raise _Refusal(400, 21606, f"The 'From' phone number {sender} is not a valid message-capable number.")
        if not body:
            raise _Refusal(400, 21602, "Message body is required.")
        if len(body) > _SMS_CHARS_MAX:
            raise _Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if to in self.stopped:
            raise _Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        if to in self.unreachable:
            raise _Refusal(400, 21614, "'To' number is not a valid mobile number")
        row = MessageRow(
            sid=self.sid("SM"), account=own.account, sender=sender, to=to, body=body, direction="outbound-api",
            status="queued", created_ms=self.clock.now_ms(), status_url=str(form.get("StatusCallback", "")),
        )  # fmt: skip
        self.messages[row.sid] = row
        await self.tell()
        return web.json_response(_message(row), status=201)

    async def _messages(self, request: web.Request) -> web.Response:
        to = request.query.get("To", "")
        rows = ((row.created_ms, row) for row in reversed(self.messages.values()) if row.to == to or not to)
        return self._page(request, "messages", "DateSent>", rows, _message)

    async def _calls(self, request: web.Request) -> web.Response:
        rows = ((row.end_ms, row) for row in reversed(self.calls.values()))
        return self._page(request, "calls", "EndTime>", rows, _call)

    async def _call(self, request: web.Request) -> web.Response:
        row = self.calls.get(request.match_info["sid"])
        if row is None or row.account != request.match_info["account"]:
            raise _Refusal(404, 20404, "The requested resource was not found")
        return web.json_response(_call(row))

    async def _recordings(self, request: web.Request) -> web.Response:
        rows = ((row.created_ms, row) for row in reversed(self.recordings.values()))
        return self._page(request, "recordings", "DateCreated>", rows, _recording)

    async def _audio(self, request: web.Request) -> web.Response:
        row = self.recordings.get(request.match_info["sid"])
        if row is None or row.account != request.match_info["account"]:
            raise _Refusal(404, 20404, "The requested resource was not found")
        return web.Response(body=row.audio, content_type="audio/mpeg")

    async def _delete(self, request: web.Request) -> web.Response:
        if self.recordings.pop(request.match_info["sid"], None) is None:
            raise _Refusal(404, 20404, "The requested resource was not found")
        return web.Response(status=204)

    async def _picture(self, request: web.Request) -> web.Response:
        data = self.media.get(request.path)
        if data is None:
            raise _Refusal(404, 20404, "The requested resource was not found")
        return web.Response(body=data, content_type="image/png")

    def _page(
        self,
        request: web.Request,
        name: str,
        since: str,
        found: Iterable[tuple[int, _Row]],
        shown: Callable[[_Row], _Json],
    ) -> web.Response:
        """Of what was found, the newest first, as many as fit on a page; only these are looked at closely."""
        account = request.match_info["account"]
        after = request.query.get(since, "")
        try:
            since_ms = int(datetime.fromisoformat(after).timestamp() * 1000) if after else 0
        except ValueError:
            raise _Refusal(400, 20001, f"{since} is no time: {after}") from None
        rows = (row for at_ms, row in found if at_ms >= since_ms and row.account == account)
        size = int(request.query.get("PageSize", "50"))
        page = int(request.query.get("Page", "0"))
        if not 0 < size <= _PAGE_MAX:
            raise _Refusal(400, 20001, "PageSize")
        here = list(islice(rows, page * size, (page + 1) * size))
        more = request.rel_url.update_query(Page=str(page + 1)) if next(rows, None) is not None else None
        told = {name: [shown(row) for row in here], "next_page_uri": None if more is None else str(more), "page": page}
        return web.json_response(told)


def _date(at_ms: int) -> str | None:
    return format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC)) if at_ms else None


def _call(row: CallRow) -> _Json:
    return {
        "sid": row.sid, "account_sid": row.account, "from": row.caller, "to": row.called, "direction": row.direction,
        "status": row.status, "start_time": _date(row.start_ms), "end_time": _date(row.end_ms),
        "duration": str(row.duration_s),
    }  # fmt: skip


def _recording(row: RecordingRow) -> _Json:
    return {
        "sid": row.sid, "account_sid": row.account, "call_sid": row.call_sid, "duration": str(row.duration_s),
        "date_created": _date(row.created_ms), "status": "completed",
    }  # fmt: skip


def _message(row: MessageRow) -> _Json:
    return {
        "sid": row.sid, "account_sid": row.account, "from": row.sender, "to": row.to, "body": row.body,
        "direction": row.direction, "status": row.status, "date_sent": _date(row.created_ms),
        "date_created": _date(row.created_ms), "num_media": str(len(row.media)), "error_code": None,
    }  # fmt: skip
