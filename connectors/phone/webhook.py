"""What the provider asks and tells: each request signed, noted durably, and only then answered.

A question about a call is answered with TwiML within its fifteen seconds, whatever the store does: the caller is on the
line. What could not be noted is owed, and written as soon as the store is back; a promise to the caller is made only
when it was noted. Everything else (text messages, recordings, ends of calls) is answered 503 while the store is away.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec
from aiohttp import web

from connectors.phone.call import Turn, read, state_of
from connectors.phone.fetching import Fetcher
from connectors.phone.looking import Known
from connectors.phone.menu import STEPS, TRANSCRIBED_S, Menu
from connectors.phone.parse import sid_of
from connectors.phone.payload import Fetched, Step, Told, fields, pack
from connectors.phone.render import document
from connectors.phone.settings import Settings
from connectors.phone.signature import is_signed
from router.bounded import read_bounded
from router.connector import Context, Inlet, RawEvent, Route
from router.model.errors import InvalidMessage, StoreUnavailable

SIGNATURE: Final = "X-Twilio-Signature"
BODY_BYTES_MAX: Final = 262_144
"""One form: a transcript of ten minutes is some 10,000 characters, each up to nine bytes in a form."""
_NOTICES: Final[dict[str, Step]] = {
    "status": "ended", "recording": "voicemail", "transcript": "transcript", "sms": "sms", "sms-status": "receipt",
}  # fmt: skip
_OVER: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
OWED_MAX: Final = 1_000


class _Unsigned(Exception):
    """Somebody else."""


class Webhooks:
    """The provider's requests to one account. `base` is where it sends them."""

    def __init__(self, settings: Settings, context: Context, fetcher: Fetcher, known: Known, base: str) -> None:
        self._settings, self._context, self._fetcher, self._known = settings, context, fetcher, known
        self._base = base
        self._refused = 0
        self.owed: deque[RawEvent] = deque()
        """Notices of calls that the store did not take; `pay` writes them."""
        self.answered_at_ms: int | None = None
        """When the provider last called."""

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """One path for each thing the provider asks or tells."""
        return [self._route(step, inlet) for step in (*STEPS, *_NOTICES)]

    def _route(self, step: str, inlet: Inlet) -> Route:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                body = await self._signed(request, step)
                form = dict(fields(body))
            except _Unsigned:
                return web.Response(status=403, text="this request is not signed by the provider\n")
            except InvalidMessage:
                return web.Response(status=400, text="expected a form\n")
            if body and form.get("AccountSid") not in {None, self._settings.account_sid}:
                return web.Response(status=403, text="another account\n")
            self.answered_at_ms = self._context.clock.now_ms()
            query = dict(request.query)
            if step in _NOTICES:
                return await self._noted(_NOTICES[step], body, form, query, inlet)
            return await self._asked(step, body, form, query, inlet)

        return Route(method="POST", path=f"/{step}", handler=handle)

    async def _signed(self, request: web.Request, step: str) -> bytes:
        """The form of a request that the provider signed. Raises _Unsigned, InvalidMessage."""
        body = await read_bounded(request.content, BODY_BYTES_MAX, InvalidMessage("too long"))
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        given = request.headers.get(SIGNATURE, "")
        token = self._settings.auth_token.reveal()
        if not given or not is_signed(token, f"{self._base}/{step}{query}", fields(body), given):
            self._refused += 1
            if self._refused == 1:
                remedy = "its token differs from auth_token, or public_url is not the address the provider calls"
                self._context.log.warning("phone.not_signed", account=self._context.account, remedy=remedy)
            raise _Unsigned
        return body

    # --- what it asks ----------------------------------------------------------------------------------------------

    async def _asked(
        self, step: str, body: bytes, form: dict[str, str], query: dict[str, str], inlet: Inlet
    ) -> web.Response:
        call = read(form, query, self._settings)
        if sid_of("call", call.sid) is None:
            return web.Response(status=400, text="expected a CallSid\n")
        menu = Menu(self._settings, self._base, call, is_open=self._is_open())
        turn = menu.answer(step, form)
        if not await self._kept(turn, body, inlet) and turn.promises:
            turn = menu.apologised()
        return web.Response(text=document(turn.verbs), content_type="text/xml")

    async def _kept(self, turn: Turn, body: bytes, inlet: Inlet) -> bool:
        """Whether the notices of this turn are durable; those that are not are owed."""
        if not turn.notices:
            return True
        now_ms = self._context.clock.now_ms()
        raws = [pack(body, msgspec.structs.replace(notice, at_ms=now_ms)) for notice in turn.notices]
        try:
            async with asyncio.timeout(self._settings.timeouts.note_s):
                await self.pay(inlet)
                await inlet.accept(raws)
        except (StoreUnavailable, TimeoutError):
            if not turn.promises:
                self._owe(raws)
            self._context.log.warning("phone.notice_owed", account=self._context.account, waiting=len(self.owed))
            return False
        return True

    def _owe(self, raws: Sequence[RawEvent]) -> None:
        self.owed.extend(raws)
        lost = len(self.owed) - OWED_MAX
        for _ in range(lost):
            self.owed.popleft()
        if lost > 0:
            remedy = "the database was away for too long: look for these calls in the provider's console"
            self._context.log.warning("phone.notice_lost", account=self._context.account, lost=lost, remedy=remedy)

    def _is_open(self) -> bool:
        hours = self._context.hours
        return hours is None or hours.is_open(self._settings.queue)

    async def pay(self, inlet: Inlet) -> None:
        """Write what is owed, oldest first. Raises StoreUnavailable."""
        while self.owed:
            oldest = self.owed[0]
            await inlet.accept([oldest])
            if self.owed and self.owed[0] is oldest:  # several may pay at once; what comes twice is dropped there
                self.owed.popleft()

    # --- what it tells ---------------------------------------------------------------------------------------------

    async def _noted(
        self, step: Step, body: bytes, form: dict[str, str], query: dict[str, str], inlet: Inlet
    ) -> web.Response:
        if step == "ended" and form.get("CallStatus") not in _OVER:
            return web.Response(status=204)
        language, topic, name = state_of(query, self._settings)
        line = self._settings.line(form.get("To", ""))
        told = Told(
            step=step,
            at_ms=self._context.clock.now_ms(),
            language=language,
            line=line.name if line is not None and line.name else "",
            topic=topic,
            topic_name=name,
        )
        sid = form.get("RecordingSid", "") if step == "voicemail" else form.get("MessageSid", "")
        if sid and sid in self._known and step in {"voicemail", "sms"}:
            return self._thanked(step)  # it is durable: what is fetched for it need not be fetched again
        files: list[tuple[Fetched, bytes]] = []
        if step == "voicemail":
            files = [await self._fetcher.recording(sid)]
        elif step == "sms":
            files = await self._fetcher.pictures(form)
        try:
            await self.pay(inlet)  # how a call ended is said after who took it
            results = await inlet.accept([pack(body, told, files)])
        except StoreUnavailable:
            return web.Response(status=503)
        taken = [one for result in results for one in result]
        if sid and taken and all(one.outcome != "quarantined" for one in taken):
            self._known.add(sid)
        await self._tidied(step, form, language, files)
        return self._thanked(step)

    async def _tidied(
        self, step: Step, form: dict[str, str], language: str | None, files: Sequence[tuple[Fetched, bytes]]
    ) -> None:
        """Have a recording deleted at the provider, once it is here and was written down."""
        written = language in self._settings.transcribe and self._settings.voicemail_seconds <= TRANSCRIBED_S
        recording = form.get("RecordingSid", "")
        is_here = recording in self._known and not any(file.problem for file, _ in files)
        if self._settings.delete_recordings and is_here and step == ("transcript" if written else "voicemail"):
            await self._fetcher.delete(recording)

    @staticmethod
    def _thanked(step: Step) -> web.Response:
        # To a text message an empty document says that there is no answer yet.
        return web.Response(text=document(()), content_type="text/xml") if step == "sms" else web.Response(status=204)
