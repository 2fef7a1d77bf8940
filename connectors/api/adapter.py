"""Replies of API-fed channels, out as signed webhooks.

What comes in with a token is taken by router.web, what comes in signed by `incoming`.

The account speaks for kinds that are not its own: nothing here may ask which channel a message belongs to.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import aiohttp
import msgspec

from connectors.api.incoming import PATH, Incoming
from router.connector import (
    AuthFailed,
    Context,
    Health,
    Inlet,
    Outbound,
    OutboundAttachment,
    Rejected,
    Retry,
    Route,
    SendOutcome,
    Sent,
    Unknown,
)
from router.model.capabilities import Amendment
from router.model.signing import signature

ANSWER_BYTES_MAX: Final = 65_536
RETRY_AFTER_S_MAX: Final = 3_600.0
PROVIDER_ID_CHARS_MAX: Final = 998
_CONNECT_S: Final = 5.0
_encode = msgspec.json.Encoder().encode


class _Attachment(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    content_type: str
    size: int
    data: bytes


class _Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """The JSON of one reply: a public contract, documented in README.md."""

    channel: str
    account: str
    conversation: str
    message_id: str
    to: str
    visibility: str
    subject: str | None
    text: str
    in_reply_to: str | None
    author_name: str | None
    automatic: bool
    attachments: tuple[_Attachment, ...]
    created_at_ms: int


class _Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON of what is to be done with what stands there: a post, an answer of ours, a message to react to."""

    type: Amendment
    channel: str
    account: str
    conversation: str
    target_id: str | None
    text: str | msgspec.UnsetType
    """What an answer says from now on: of edit alone."""
    emoji: str | msgspec.UnsetType
    """Our reaction, empty to take it off: of react alone."""
    created_at_ms: int


class _Answer(msgspec.Struct):
    """What a receiver may say: its own id of the message."""

    id: str | int | None = None


_decode_answer = msgspec.json.Decoder(_Answer).decode


class ApiConnector:
    """One account of the API channel."""

    def __init__(
        self, context: Context, *, url: str | None, secret: bytes, timeout_s: float, incoming: Incoming | None
    ) -> None:
        self._context = context
        self._incoming = incoming
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(_CONNECT_S, timeout_s))
        self._session: aiohttp.ClientSession | None = None
        self._health = Health(state="ok", detail="no webhook_url: replies cannot leave" if url is None else "")

    async def run(self, inlet: Inlet) -> None:
        """Wait: messages come through the HTTP API."""
        del inlet
        await asyncio.Event().wait()

    async def send(self, outbound: Outbound) -> SendOutcome:
        """POST the reply once; what the receiver answers decides the outcome."""
        if self._url is None:
            return Rejected(
                reason=f"channel account 'api/{self._context.account}' has no webhook_url to send replies to"
            )
        body = _encode(_body(outbound))
        at_s = self._context.clock.now_ms() // 1000
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": outbound.key,
            "Switchboard-Signature": signature(self._secret, at_s, body),
        }
        outcome = await self._post(self._url, body, headers)
        self._note(outcome)
        return outcome

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> SendOutcome:
        try:
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as response:
                return _outcome(response, await _read(response))
        except aiohttp.InvalidURL:
            return Rejected(reason="webhook_url is no address")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Retry(reason=f"no connection to the webhook: {type(error).__name__}")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(reason=f"the webhook gave no answer: {type(error).__name__}")

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """A webhook cannot be asked. A repetition is safe, which `idempotent_send` tells the house."""
        del outbound
        return Unknown(reason="a webhook cannot be asked what it has")

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        """The signed way in, where it has a secret."""
        incoming = self._incoming
        if incoming is None:
            return ()
        return (Route(method="POST", path=PATH, handler=lambda request: incoming.handle(request, inlet)),)

    async def check(self) -> Health:
        """How sending went last; there is nothing that could be asked without sending."""
        return self._health

    def health(self) -> Health:
        """How sending went last."""
        return self._health

    async def close(self) -> None:
        """Close the connections to the receiver."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A proxy from the environment would see customers' conversations unasked.
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        return self._session

    def _note(self, outcome: SendOutcome) -> None:
        """Keep the last state; log a change of it once."""
        now_ms = self._context.clock.now_ms()
        state: Literal["ok", "retrying", "auth_failed"] = "ok"
        detail = ""
        if isinstance(outcome, AuthFailed | Retry | Unknown):
            state = "auth_failed" if isinstance(outcome, AuthFailed) else "retrying"
            detail = outcome.reason
        since_ms = self._health.since_ms
        if state != self._health.state:
            since_ms = now_ms
            self._context.log.info("api.webhook", account=self._context.account, state=state)
        answered_ms = now_ms if state == "ok" else self._health.answered_at_ms
        self._health = Health(state=state, detail=detail, since_ms=since_ms, answered_at_ms=answered_ms)


def _body(outbound: Outbound) -> _Body | _Amendment:
    if outbound.action != "send":
        return _Amendment(
            type=outbound.action,
            channel=outbound.channel,
            account=outbound.account,
            conversation=outbound.thread,
            target_id=outbound.target_id,
            text=outbound.text if outbound.action == "edit" else msgspec.UNSET,
            emoji=outbound.text if outbound.action == "react" else msgspec.UNSET,
            created_at_ms=outbound.created_at_ms,
        )
    return _Body(
        channel=outbound.channel,
        account=outbound.account,
        conversation=outbound.thread,
        message_id=outbound.message_id,
        to=outbound.to,
        visibility=outbound.visibility,
        subject=outbound.subject,
        text=outbound.text,
        in_reply_to=outbound.in_reply_to,
        author_name=outbound.author_name,
        automatic=outbound.automatic,
        attachments=tuple(_attachment(file) for file in outbound.attachments),
        created_at_ms=outbound.created_at_ms,
    )


def _attachment(file: OutboundAttachment) -> _Attachment:
    return _Attachment(name=file.name, content_type=file.content_type, size=len(file.data), data=file.data)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The start of the answer; what is longer than any id is not read."""
    answer = bytearray()
    try:
        async for chunk in response.content.iter_chunked(ANSWER_BYTES_MAX):
            answer += chunk
            if len(answer) >= ANSWER_BYTES_MAX:
                break
    except (aiohttp.ClientError, TimeoutError):
        return b""  # the status line came: it is the answer
    return bytes(answer)


def _outcome(response: aiohttp.ClientResponse, answer: bytes) -> SendOutcome:
    status = response.status
    if 200 <= status < 300:
        return Sent(provider_id=_provider_id(answer))
    reason = f"the webhook answered {status}"
    if status in {429, 503}:
        return Retry(reason=reason, after_s=_retry_after_s(response.headers.get("Retry-After")))
    if status >= 500:
        return Retry(reason=reason)
    if status in {401, 403}:
        return AuthFailed(reason=f"{reason}: does it know webhook_secret?")
    if 300 <= status < 400:
        return Rejected(reason=f"{reason}: redirects are not followed, set webhook_url to where it leads")
    return Rejected(reason=reason)


def _provider_id(answer: bytes) -> str | None:
    try:
        found = _decode_answer(answer).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if found is None or len(str(found)) > PROVIDER_ID_CHARS_MAX else str(found)


def _retry_after_s(value: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, section 10.2.3); its date form is left to the house's own back-off."""
    if value is None or not value.strip().isdecimal():
        return None
    return min(float(value), RETRY_AFTER_S_MAX)
