"""The web chat: visitors with browsers, who keep what was not acknowledged."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from connectors.webchat import frames
from connectors.webchat.manifest import MANIFEST
from connectors.webchat.simulator import Closed, VisitorClient
from router.clock import SystemClock, TimedIds
from tests.conformance.bench import Bench, Said
from tests.conformance.house import House
from tests.house.tree import ROOT


class WebchatBench(Bench):
    """A customer is one browser; it connects when something is to be said, and again after a restart."""

    kind = "webchat"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "webchat" / "quality.yaml"
    secret = "an identity secret of 32 or more"
    wrong_settings = (
        ({"identity_secret": "short"}, "identity_secret"),
        ({"titel": "x"}, "titel"),
    )

    async def open(self, folder: Path) -> None:
        self._clock = SystemClock()
        self._ids = TimedIds(self._clock)
        # Each visitor keeps a socket; an ordinary session has one hundred, and the next visitor would wait for ever.
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._visitors: dict[tuple[str, str], VisitorClient] = {}
        self._frames: dict[str, frames.Message | tuple[frames.Post, bytes]] = {}

    async def close(self) -> None:
        await self._http.close()

    def settings(self, account: str) -> Mapping[str, object]:
        return {"identity_secret": self.secret, "messages_per_minute": 1_000}

    async def connect(self, house: House) -> None:
        self._url = house.url.replace("http:", "ws:")
        for (_, account), visitor in self._visitors.items():
            visitor._url = self._address(account)
            await visitor.connect()

    async def disconnect(self) -> None:
        for visitor in self._visitors.values():
            await visitor.disconnect()

    def _address(self, account: str) -> str:
        return f"{self._url}/channels/webchat/{account}/ws"

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        visitor = await self._visitor(customer, account)
        frame = frames.Message(client_msg_id=self._ids.new(), text=text, sent_at_ms=self._clock.now_ms())
        external_id = f"{visitor.visitor}:{frame.client_msg_id}"
        self._frames[external_id] = frame
        return Said(external_id, text, customer, account)

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        visitor = await self._visitor(customer, "default")
        head = frames.FileHead(name=f"{customer}.txt", size=len(file))
        post = frames.Post(
            v=frames.VERSION, token=visitor.token, client_msg_id=self._ids.new(), text=text, files=(head,)
        )
        external_id = f"{visitor.visitor}:{post.client_msg_id}"
        self._frames[external_id] = post, file
        return Said(external_id, text, customer)

    async def _visitor(self, customer: str, account: str) -> VisitorClient:
        visitor = self._visitors.get((customer, account))
        if visitor is None:
            visitor = VisitorClient(
                self._http, self._address(account), self._clock, self._ids, buttons=True, signals=True
            )
            self._visitors[customer, account] = visitor
            await visitor.connect()
        return visitor

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        for one in messages:
            visitor = self._visitors[one.customer, one.account]
            frame = self._frames[one.id]
            if isinstance(frame, tuple):
                if (await visitor.post(frame[0], [frame[1]])).outcome == "refused":
                    return False
                continue
            if unheard:
                await visitor.send_frame(frame)
                await visitor.disconnect()
                await visitor.connect()
                continue
            try:
                if (await visitor.transmit(frame)).outcome == "refused":
                    return False
            except (Closed, ConnectionError):
                await self._come_back(visitor)
                return False
        return not unheard

    async def _come_back(self, visitor: VisitorClient) -> None:
        """As the page does after a while; with nobody there, the page waits."""
        await visitor.disconnect()
        await asyncio.sleep(0.05)
        with contextlib.suppress(aiohttp.ClientError):
            await visitor.connect()

    def seen(self, customer: str, account: str = "default") -> list[str]:
        return self._visitors[customer, account].texts("agent")

    def reactions(self, customer: str, account: str = "default") -> list[str]:
        told = self._visitors[customer, account].messages.values()
        return [message.reaction for message in told if message.author == "customer"]

    def buttons(self, customer: str, account: str = "default") -> list[tuple[str, str]]:
        told = self._visitors[customer, account].messages.values()
        return [(one.label, one.url or one.says) for message in told for one in message.buttons]

    def sees_typing(self, customer: str, account: str = "default") -> bool:
        return self._visitors[customer, account].writing is not None

    def seen_up_to(self, customer: str, account: str = "default") -> str | None:
        visitor = self._visitors[customer, account]
        found = visitor.messages.get(visitor.seen_up_to)
        return None if found is None else f"{visitor.visitor}:{found.client_msg_id}"
