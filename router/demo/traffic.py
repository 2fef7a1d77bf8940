"""Believable customers of the demo, English and Chinese, at an adjustable rate.

What they say stands in customers.yaml. They use the real ways in: mail, Telegram, X, Facebook and telephone by
simulated providers, the form as browsers do, the API by HTTP with a token. Now and then a provider delivers something
twice, which the house drops.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from importlib import resources
from typing import Literal

import aiohttp
import msgspec
import yaml

from router.model.sources import Clock, Ids
from router.telemetry import Logger

_FOLLOW_UP_S = (20.0, 60.0)
_REDELIVERY_EVERY = 7
"""One in so many API messages is delivered twice."""
_HTTP_S = 10.0


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One customer saying one thing."""

    channel: Literal["email", "form", "x", "telegram", "facebook", "whatsapp", "phone"]
    name: str
    id: str
    """Mail address (typed, on the form), or the id at the provider."""
    text: str
    subject: str | None = None
    """On the form and on the phone: which topic is chosen."""
    how: str = "voicemail"
    """On the phone: voicemail, callback, sms or alarm."""
    visibility: Literal["public", "private"] = "private"
    then: str | None = None
    """What the same person adds a little later."""
    early: bool = False
    """Belongs to the tickets the demo opens with."""


Deliver = Callable[[bytes], Awaitable[None]]


def lines() -> list[Line]:
    """All of customers.yaml."""
    text = (resources.files("router.demo") / "customers.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, Loader=yaml.CSafeLoader), list[Line])


def _filled(line: Line) -> dict[str, str]:
    """What its writer fills into the form, on the page of their language."""
    language = "en" if line.text.isascii() else "zh"
    return {
        "text": line.text,
        "name": line.name,
        "email": line.id,
        "topic": line.subject or "other",
        "language": language,
    }


def _called(line: Line) -> dict[str, str]:
    """What its caller presses and says, on the line of their language."""
    language = "en" if line.text.isascii() else "zh"
    topic = line.subject or "other"
    return {"number": line.id, "text": line.text, "topic": topic, "language": language, "how": line.how}


class Traffic:
    """Plays the customers."""

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        deliver: Mapping[str, Deliver],
        support: str,
        clock: Clock,
        ids: Ids,
        log: Logger,
        seed: int,
    ) -> None:
        self._url, self._token, self._support = base_url, token, support
        self._deliver = deliver
        self._clock, self._ids, self._log = clock, ids, log
        self._random = random.Random(seed)  # noqa: S311 -- who speaks next is no secret
        self._lines = lines()
        self._posted = 0
        self._later: set[asyncio.Task[None]] = set()

    async def open_with(self) -> int:
        """Say what the demo starts with; how many lines that is."""
        early = [line for line in self._lines if line.early]
        async with aiohttp.ClientSession() as http:
            for line in early:
                await self._say(line, http)
        return len(early)

    async def run(self, per_minute: float) -> None:
        """Talk until cancelled."""
        if per_minute <= 0:
            return
        try:
            async with aiohttp.ClientSession() as http:
                await self._talk(http, per_minute)
        finally:
            for task in self._later:
                task.cancel()

    async def _talk(self, http: aiohttp.ClientSession, per_minute: float) -> None:
        order: list[Line] = []
        while True:
            if not order:
                order = [line for line in self._lines if not line.early]
                self._random.shuffle(order)
                # The two things the first half minute has to show come first.
                order.sort(key=lambda line: line.visibility == "public" and "4111" in line.text)
            line = order.pop()
            try:
                await self._say(line, http)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                self._log.warning("demo.traffic_failed", channel=line.channel, error=type(error).__name__)
            await asyncio.sleep(self._random.expovariate(per_minute / 60))

    async def _say(self, line: Line, http: aiohttp.ClientSession) -> None:
        if line.channel == "email":
            first = self._mail(line, line.text, line.subject, None)
            await self._deliver["email"](first.as_bytes())
            if line.then and not line.early:
                self._soon(self._mail(line, line.then, f"Re: {line.subject}", first["Message-ID"]))
            return
        if line.channel in {"telegram", "facebook", "x"}:
            said = {"id": int(line.id), "name": line.name, "text": line.text, "public": line.visibility == "public"}
            await self._deliver[line.channel](msgspec.json.encode(said))
            return
        if line.channel == "phone":
            await self._deliver["phone"](msgspec.json.encode(_called(line)))
            return
        if line.channel == "form":
            await self._deliver["form"](msgspec.json.encode(_filled(line)))
            return
        message = self._message(line, line.text)
        await self._post(message, http)
        self._posted += 1
        if self._posted % _REDELIVERY_EVERY == 1:
            await self._post(message, http)  # the provider was not sure that we had it

    def _soon(self, mail: EmailMessage) -> None:
        async def later() -> None:
            await asyncio.sleep(self._random.uniform(*_FOLLOW_UP_S))
            await self._deliver["email"](mail.as_bytes())

        task = asyncio.create_task(later())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def _mail(self, line: Line, text: str, subject: str | None, answers: str | None) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = formataddr((line.name, line.id))
        mail["To"] = self._support
        mail["Subject"] = subject or ""
        mail["Message-ID"] = f"<{self._ids.new()}@{line.id.rpartition('@')[2]}>"
        mail["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC))
        if answers:
            mail["In-Reply-To"] = answers
            mail["References"] = answers
        mail.set_content(text)
        return mail

    def _message(self, line: Line, text: str) -> dict[str, object]:
        sent_at = datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC).isoformat()
        return {
            "kind": "message",
            "channel": line.channel,
            "message_id": self._ids.new(),
            "visibility": line.visibility,
            "sent_at": sent_at,
            "sender": {"id": line.id, "name": line.name},
            "text": text,
        }

    async def _post(self, message: dict[str, object], http: aiohttp.ClientSession) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=_HTTP_S)
        async with http.post(f"{self._url}/api/v1/messages", json=message, headers=headers, timeout=timeout) as answer:
            answer.raise_for_status()
