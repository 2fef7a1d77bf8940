"""The servers of X on one port of this machine, told apart by the host that is asked for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web

from connectors.simulated.loopback import HOST, Loopback, reset
from connectors.x.hosts import API, HOSTS, PRIVATE_FILES, PUBLIC_FILES
from connectors.x.simulator.certificates import issue
from connectors.x.simulator.couriers import Couriers
from connectors.x.simulator.lists import BadList
from connectors.x.simulator.methods import Methods
from connectors.x.simulator.oauth import Denied, Doorman
from connectors.x.simulator.refusals import Refusal, invalid
from connectors.x.simulator.uploads import Uploads
from connectors.x.simulator.world import Account, Json, World
from router.model.sources import Clock

CONSUMER_KEY: Final = "simulatedConsumerKey"
_UNAUTHORIZED: Final[Json] = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
_BODY_BYTES_MAX: Final = 8 * 1_048_576
"""A segment of five, as JSON has it."""


class XServer(Loopback, World):
    """Serves once started."""

    def __init__(
        self,
        clock: Clock,
        accounts: Iterable[Account],
        directory: Path,
        *,
        consumer_secret: str = "simulated-consumer-secret-0000",  # noqa: S107 -- opens the simulator alone
        kept: bool = False,
        webhook_retry_s: float = 1.0,
    ) -> None:
        """`directory` is for its certificate and, when `kept`, for what it knows."""
        self.ca, tls = issue(directory, HOSTS)
        Loopback.__init__(self, tls=tls, body_bytes_max=_BODY_BYTES_MAX)
        World.__init__(self, clock, accounts, directory if kept else None)
        self.doorman = Doorman(CONSUMER_KEY, consumer_secret)
        self.couriers = Couriers(self, consumer_secret, webhook_retry_s)
        self.uploads = Uploads(self)
        self._methods = Methods(self, self.uploads)
        self.app.router.add_route("*", "/{path:.*}", self._answer)

    def keys(self, account: Account) -> Json:
        """The settings of a channel that is this account, here."""
        return {
            "consumer_key": self.doorman.consumer_key,
            "consumer_secret": self.doorman.consumer_secret,
            "access_token": account.token,
            "access_secret": account.secret,
            "connect_to": f"{HOST}:{self.port}",
            "ca": str(self.ca),
        }

    def _begin(self) -> None:
        self.couriers.start()

    async def _end(self) -> None:
        await self.couriers.stop()

    # --- what happens on X -----------------------------------------------------------------------------------------

    async def mention(self, account: Account, post: Json) -> None:
        """Tell a webhook of a post."""
        await self.couriers.mention(account, post)

    async def message(self, account: Account, message: Json) -> None:
        """Tell a webhook of a direct message."""
        await self.couriers.message(account, message)

    async def cipher(self, account: Account, sender_id: str, chat_id: str) -> None:
        """Tell a webhook of a message in the encrypted chat."""
        await self.couriers.cipher(account, sender_id, chat_id)

    # --- requests --------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.headers.get("Host", "").partition(":")[0]
        if host in PUBLIC_FILES | PRIVATE_FILES:
            return await self._file(request, host)
        found = self._methods.find(request.method, request.path)
        if host != API or found is None:
            self.refusals.append(f"{request.method} {host}{request.path}: no such endpoint")
            return _json({"title": "Not Found", "status": 404}, 404)
        name, handler, ids = found
        fault = self.next_fault(name)
        if fault is not None and fault.how != "reset_after":
            return await self.play(request, fault)
        try:
            account = self._signed(request, host)
        except Denied as denied:
            self.refusals.append(f"{name}: {denied}")
            return _json(_UNAUTHORIZED, 401)
        within, headers = self.spend(account, name)
        if not within:
            return _json({"title": "Too Many Requests", "detail": "Too Many Requests", "status": 429}, 429, headers)
        try:
            result = await self._methods.answer(account, name, handler, ids, await _given(request))
        except (Refusal, BadList) as error:
            refusal = error if isinstance(error, Refusal) else invalid(str(error))
            self.refusals.append(f"{name}: {refusal}")
            return _json(refusal.body, refusal.status, headers)
        if fault is not None:
            return reset(request)
        return _json(result, 201 if request.method == "POST" else 200, headers)

    def _signed(self, request: web.Request, host: str) -> Account:
        secrets = {token: account.secret for token, account in self.accounts.items()}
        header, now_s = request.headers.get("Authorization", ""), self.clock.now_ms() // 1000
        url = f"https://{host}{request.rel_url.raw_path}"
        token = self.doorman.check(request.method, url, request.rel_url.raw_query_string, header, secrets, now_s)
        return self.accounts[token]

    async def _file(self, request: web.Request, host: str) -> web.StreamResponse:
        if (fault := self.next_fault("file")) is not None:
            return await self.play(request, fault)
        if host in PRIVATE_FILES:
            try:
                self._signed(request, host)
            except Denied as denied:
                self.refusals.append(f"file: {denied}")
                return web.Response(status=403)
        if request.path not in self.files or request.path in self.missing:
            return web.Response(status=404)
        kind = "video/mp4" if host == "video.twimg.com" else "image/jpeg"
        return web.Response(body=self.files[request.path], content_type=kind)


async def _given(request: web.Request) -> Json:
    if request.method in {"GET", "DELETE"}:
        return dict(request.query)
    try:
        found = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError:
        raise invalid("the body is no JSON") from None
    if not isinstance(found, dict):
        raise invalid("the body is no object")
    return found


def _json(body: Json, status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
