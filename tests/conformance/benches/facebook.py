"""A Facebook page: people on Messenger, and Meta's webhooks with batches in every shape."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from pathlib import Path

from connectors.facebook.manifest import MANIFEST
from connectors.facebook.simulator import Fault as Answer
from connectors.facebook.simulator import GraphServer, Page, Person
from connectors.facebook.simulator.world import Pending, error
from connectors.facebook.webhook import PATH, SIGNATURE_HEADER, signature
from router.clock import SystemClock
from tests.conformance.bench import Bench, Fault, Said
from tests.conformance.house import House
from tests.house.tree import ROOT
from tests.servers.facebook_house import APP_SECRET, PAGE, QUICK, VERIFY_TOKEN

_HTML = b"<html><body>Sorry, something went wrong.</body></html>"
_ANSWERS: Mapping[Fault, Answer] = {
    "busy": error(613, "Calls to this api have exceeded the rate limit.", Retry_After="1"),
    "busy_html": Answer(status=429, body=_HTML, content_type="text/html", headers={"Retry-After": "1"}),
    "error": error(1200, "Temporary send message failure. Please try again later."),
    "lost": Answer(how="reset_after"),
    "refused": error(551, "This person isn't available right now."),
}
_PAGES = {"default": PAGE, "second": "700100300401"}


class FacebookBench(Bench):
    """One page and one app for each account. People's numbers are made of their names."""

    kind = "facebook"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "facebook" / "quality.yaml"
    faults = ("busy", "busy_html", "error", "lost")
    secret = "EAAsimulated0page0token0of0default"
    wrong_settings = (
        (
            {"page_id": "wallet", "page_token": secret, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN},
            "page_id",
        ),
        ({"page_id": 1, "page_token": "short", "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}, "page_token"),
        ({"page_id": 1, "page_token": secret, "app_secret": "short", "verify_token": VERIFY_TOKEN}, "app_secret"),
        ({"page_id": 1, "page_token": secret, "app_secret": APP_SECRET}, "verify_token"),
        ({"page": "1"}, "page"),
    )

    async def open(self, folder: Path) -> None:
        pages = [
            Page(
                id=number,
                name=account,
                token=f"EAAsimulated0page0token0of0{account}",
                app_secret=f"{APP_SECRET}-{account}",
                verify_token=f"{VERIFY_TOKEN}-{account}",
            )
            for account, number in _PAGES.items()
        ]
        self._server = GraphServer(SystemClock(), pages, webhook_retry_s=0.05)
        self._events: dict[str, Pending] = {}
        self._shapes = itertools.count()
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    async def plug(self) -> None:
        await self._server.start()

    async def unplug(self) -> None:
        await self._server.stop()

    def _page(self, account: str = "default") -> Page:
        return self._server.pages[_PAGES[account]]

    def settings(self, account: str) -> Mapping[str, object]:
        page = self._page(account)
        return {
            "page_id": int(page.id),
            "page_token": f"EAAsimulated0page0token0of0{account}",
            "app_secret": page.app_secret,
            "verify_token": page.verify_token,
            "graph_url": self._server.url,
            "media_hosts": [f"127.0.0.1:{self._server.port}"],
            "timeouts": {**QUICK, "look_s": 600},
        }

    async def connect(self, house: House) -> None:
        for account, number in _PAGES.items():
            self._server.hooks[number] = f"{house.url}/channels/facebook/{account}{PATH}"

    async def disconnect(self) -> None:
        self._server.hooks.clear()

    def _person(self, customer: str, account: str) -> Person:
        number = "".join(str(ord(char)).zfill(3) for char in customer)
        return Person(self._server, number, customer, page=self._page(account))

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        event = self._person(customer, account).compose(text)
        mid = event["message"]["mid"]
        self._events[mid] = Pending(kind="messaging", event=event, at_ms=self._server.clock.now_ms())
        return Said(mid, text, customer, account)

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        person = self._person(customer, "default")
        event = person.compose(text, attachments=[person.file("file", file, self._server.url)])
        mid = event["message"]["mid"]
        self._events[mid] = Pending(kind="messaging", event=event, at_ms=self._server.clock.now_ms())
        return Said(mid, text, customer)

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        for batch in [messages] if together else [(one,) for one in messages]:
            page = self._page(batch[0].account)
            body = self._body(page, batch)
            if unheard:
                await self._shout(page, body)
            elif page.id not in self._server.hooks or await self._server.post(page, body) != 200:
                return False
        return not unheard

    def _body(self, page: Page, batch: tuple[Said, ...]) -> bytes:
        """An entry for each event, or one entry for all of them, in turn."""
        events = [self._events[one.id] for one in batch]
        if next(self._shapes) % 2:
            return self._server.notification(page, *events)
        entry = {"id": page.id, "time": events[0].at_ms // 1000, "messaging": [one.event for one in events]}
        return json.dumps({"object": "page", "entry": [entry]}, ensure_ascii=False).encode()

    async def _shout(self, page: Page, body: bytes) -> None:
        """Send a whole delivery and go before it is answered."""
        address = self._server.hooks[page.id].removeprefix("http://")
        host, _, path = address.partition("/")
        _, writer = await asyncio.open_connection(host.partition(":")[0], int(host.partition(":")[2]))
        head = f"POST /{path} HTTP/1.1\r\nHost: {host}\r\n{SIGNATURE_HEADER}: "
        head += f"{signature(page.app_secret.encode(), body)}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async def poison(self) -> None:
        page = self._page()
        entry = {"id": page.id, "time": 1, "messaging": [{"sender": 7, "message": "x"}]}
        assert await self._server.post(page, json.dumps({"object": "page", "entry": [entry]}).encode()) == 200

    async def forge(self, said: Said) -> list[bool]:
        page, event = self._page(), self._events[said.id]
        body = self._server.notification(page, event)
        again = json.dumps(json.loads(body), indent=1).encode()
        signed = signature(page.app_secret.encode(), body)
        tries = [
            (body, ""),
            (body, "sha256="),
            (body, signed.removeprefix("sha256=")),
            (body, signature(self._page("second").app_secret.encode(), body)),
            (again, signed),
        ]
        return [await self._server.post(page, one, signed=given) == 200 for one, given in tries]

    def fail(self, *faults: Fault) -> None:
        self._server.faults["messages"].extend(_ANSWERS[fault] for fault in faults)

    def mute(self) -> None:
        self._server.faults["act"].extend([Answer(how="silence")] * 10)

    def lock(self) -> None:
        self._page().token = "EAAanother0token0that0nobody0has"

    def unlock(self) -> None:
        self._page().token = self.secret

    def seen(self, customer: str, account: str = "default") -> list[str]:
        return [one.text for one in self._person(customer, account).seen()]

    def reactions(self, customer: str, account: str = "default") -> list[str]:
        person = self._person(customer, account)
        return [one.reaction for one in person.someone.messages if one.sender == person.id]

    def buttons(self, customer: str, account: str = "default") -> list[tuple[str, str]]:
        keys = [key for one in self._person(customer, account).seen() for key in one.buttons]
        return [(key["title"], key.get("url") or key["payload"].removeprefix("say:")) for key in keys]

    def sees_typing(self, customer: str, account: str = "default") -> bool:
        return self._person(customer, account).sees_typing()

    def seen_up_to(self, customer: str, account: str = "default") -> str | None:
        return self._person(customer, account).someone.seen
