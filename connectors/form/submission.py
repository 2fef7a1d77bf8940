"""From what a browser sends to a message in the house, or back to the page with everything that was typed."""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec
from aiohttp import web

from connectors.form.body import VALUES_BYTES_MAX, Body, Trouble, read_body
from connectors.form.check import Checked, alarmed, check
from connectors.form.paces import Gate
from connectors.form.parse import Envelope, raw_event
from connectors.form.settings import HONEYPOT, Settings
from connectors.form.tokens import PageToken, Tokens
from connectors.form.words import word
from router.connector import Context, Inlet
from router.model.errors import StoreUnavailable
from router.model.networks import network_of

UPLOADS_MAX: Final = 8
"""Forms with files that are read at the same time: each may hold its files in memory."""
TAKEN_MAX: Final = 10_000
"""Messages whose repetition is known without a look into the store."""
_STATUS: Final[dict[Trouble, int]] = {"broken": 400, "too_large": 413, "slow": 408, "full": 503}
_AWAY_S: Final = 2


class Back(Exception):
    """Not taken: the page is shown again, and says why."""

    def __init__(
        self,
        status: int,
        notice: str = "",
        problems: dict[str, str] | None = None,
        *,
        wait_s: int = 0,
        closes: bool = False,
        renews: bool = False,
    ) -> None:
        super().__init__(notice)
        self.status, self.notice, self.problems = status, notice, problems or {}
        self.wait_s = wait_s
        self.closes = closes
        """What is left of the request is not read."""
        self.renews = renews
        """The page's token is of no use any more."""
        self.token = ""
        self.values: dict[str, str] = {}
        self.had_files = False


class Taken(msgspec.Struct, frozen=True):
    """A message that is durable."""

    thread: str
    begun_at_ms: int
    message_id: str
    """Empty where an older one stands for it."""


class Desk:
    """Takes the messages of one account."""

    def __init__(self, context: Context, settings: Settings, tokens: Tokens) -> None:
        self._context, self._settings, self._tokens = context, settings, tokens
        self._gate = Gate(settings.limits)
        self._proxies = context.proxies if settings.proxies is None else settings.proxies
        self._uploads = asyncio.Semaphore(UPLOADS_MAX)
        self._taken: OrderedDict[str, None] = OrderedDict()

    async def take(
        self, request: web.Request, inlet: Inlet, language: str, *, purpose: str, thread: str | None, alarm: bool
    ) -> Taken:
        """Read, check and commit what was sent from a page of `purpose`; `thread` is None where it begins one.

        Raises Back.
        """
        body = Body()
        try:
            body = await self._read(request, alarm=alarm)
            token = self._tokens.read(purpose, body.values.get("token", ""))
            if token is None:
                self._complain(body, language)
                raise Back(422, word(language, "e.alarm_again" if alarm else "e.stranger"), renews=True)
            begun = thread or ("a" if alarm else "") + token.nonce
            envelope = self._envelope(body, token, begun, language, follows=thread is not None, alarm=alarm)
            if envelope is not None:
                await self._commit(envelope, request, inlet, language)
            elif not await self._exists(begun, language):
                raise Back(422, word(language, "e.expired"), renews=True)
        except Back as back:
            self._fill(back, body)
            raise
        return Taken(begun, token.issued_at_ms, f"{begun}:{envelope.key}" if envelope is not None else "")

    async def held(self, request: web.Request, purpose: str) -> Back:
        """What a page holds that is to be shown again in another language; files are not waited for."""
        body = await read_body(
            request, self._settings.files, within_s=float(self._settings.request_seconds), stops=True
        )
        back = Back(200, renews=self._tokens.read(purpose, body.values.get("token", "")) is None)
        self._fill(back, body)
        return back

    def _fill(self, back: Back, body: Body) -> None:
        back.values = {name: value for name, value in body.values.items() if name not in {"token", HONEYPOT}}
        back.token = "" if back.renews else body.values.get("token", "")
        back.had_files = bool(body.files)

    async def _read(self, request: web.Request, *, alarm: bool) -> Body:
        """The body. Where many upload at once, files are let go, never what was typed."""
        files, within_s = self._settings.files, float(self._settings.request_seconds)
        if alarm or (request.content_length or VALUES_BYTES_MAX + 1) <= VALUES_BYTES_MAX:
            # Help is called as soon as the words are here: no upload is waited for.
            return await read_body(request, files, within_s=within_s, stops=alarm)
        if not self._uploads.locked():
            async with self._uploads:
                return await read_body(request, files, within_s=within_s, stops=False)
        body = await read_body(request, files, within_s=within_s, stops=False, keeps=False)
        if body.files and body.trouble is None:
            body.trouble = "full"
        return body

    def _complain(self, body: Body, language: str) -> None:
        """Say what was wrong with what came, if anything was. Raises Back."""
        if body.trouble is not None:
            raise Back(
                _STATUS[body.trouble],
                word(language, f"e.{body.trouble}"),
                wait_s=_AWAY_S if body.trouble == "full" else 0,
                closes=True,
                renews="token" not in body.values,
            )

    def _envelope(
        self, body: Body, token: PageToken, thread: str, language: str, *, follows: bool, alarm: bool
    ) -> Envelope | None:
        """The message; None when its page was open for too long. Raises Back."""
        if alarm:
            return self._made(alarmed(body, self._settings, language), token, thread, language, alarm=True)
        self._complain(body, language)
        if body.values.get(HONEYPOT):
            raise Back(422, word(language, "e.honeypot"))
        if not follows and self._tokens.age_ms(token) < self._settings.fill_seconds_min * 1000:
            raise Back(422, word(language, "e.fast"))
        checked = check(body, self._settings, language, follows=follows)
        if checked.problems:
            raise Back(422, problems=checked.problems)
        if self._tokens.is_over(token):
            return None
        return self._made(checked, token, thread, language, alarm=False)

    def _made(self, checked: Checked, token: PageToken, thread: str, language: str, *, alarm: bool) -> Envelope:
        envelope = Envelope(
            thread=thread,
            key="",
            received_at_ms=0,
            language=language,
            text=checked.text,
            alarm=alarm,
            name=checked.name,
            email=checked.email,
            answers=checked.answers,
            files=checked.files,
        )
        # One page is good for one message: sent again it is the same one. With other words it is another message of
        # the same conversation, and neither is lost.
        key = f"{token.nonce}.{self._tokens.fingerprint(_content(envelope))}"
        return msgspec.structs.replace(envelope, key=key, received_at_ms=self._context.clock.now_ms())

    async def _exists(self, thread: str, language: str) -> bool:
        """Whether a conversation has begun."""
        try:
            return bool(await self._context.threads.read(thread, thread, 0))
        except StoreUnavailable:
            raise Back(503, word(language, "e.away"), wait_s=_AWAY_S) from None

    async def _commit(self, envelope: Envelope, request: web.Request, inlet: Inlet, language: str) -> None:
        name = f"{envelope.thread}:{envelope.key}"
        if name in self._taken:
            return
        self._admit(envelope, request, language)
        try:
            accepted = (await inlet.accept([raw_event(envelope)]))[0][0]
        except StoreUnavailable:
            away = "e.alarm_away" if envelope.alarm else "e.away"
            raise Back(503, word(language, away), wait_s=_AWAY_S) from None
        if accepted.outcome == "quarantined":
            raise Back(422, word(language, "e.unreadable"))
        self._taken[name] = None
        if len(self._taken) > TAKEN_MAX:
            self._taken.popitem(last=False)

    def _admit(self, envelope: Envelope, request: web.Request, language: str) -> None:
        network = network_of(request.remote, request.headers.getall("X-Forwarded-For", []), self._proxies)
        refusal = self._gate.admit(network, envelope.email, envelope.received_at_ms, alarm=envelope.alarm)
        if refusal is None:
            return
        seconds = -(-refusal.wait_ms // 1000)
        wait = word(language, "seconds", n=seconds) if seconds < 60 else word(language, "minutes", n=-(-seconds // 60))
        key = "e.alarm_wait" if envelope.alarm else "e.busy" if refusal.everybody else "e.wait"
        raise Back(429, word(language, key, wait=wait), wait_s=seconds)


def _content(envelope: Envelope) -> bytes:
    """What makes two messages the same one: not the language of the page."""
    answers = [(one.name, one.value) for one in envelope.answers]
    return msgspec.json.encode((envelope.text, envelope.name, envelope.email, answers, envelope.files, envelope.alarm))
