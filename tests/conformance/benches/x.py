"""X: people who write direct messages to an account that is asked for what is new."""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.x.manifest import MANIFEST
from connectors.x.simulator import Fault as Answer
from connectors.x.simulator import Person, busy
from connectors.x.simulator.world import Json
from router.clock import SystemClock
from tests.conformance.bench import Bench, Fault, Said
from tests.house.tree import ROOT
from tests.servers.x_house import ACCESS_SECRET, OTHER, OWN, QUICK, account, server

_HTML = b"<html><body>Over capacity</body></html>"
_FORBIDDEN = b'{"title":"Forbidden","detail":"You cannot send messages to this user.","status":403}'


class XBench(Bench):
    """What was said is listed once it is delivered; direct messages show as often as they were sent."""

    kind = "x"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "x" / "quality.yaml"
    pulled = True
    # A direct message that X took or did not take without a word is held where it is not found: `reset` has a test of
    # its own.
    faults = ("busy", "busy_html", "error", "lost")
    secret = ACCESS_SECRET
    wrong_settings = (
        ({"consumer_key": "k" * 20, "consumer_secret": "s" * 20, "access_secret": "s" * 20}, "access_token"),
        (
            {"consumer_key": "k" * 20, "consumer_secret": "s" * 20, "access_token": "no", "access_secret": "s" * 20},
            "access_token",
        ),
        (
            {
                "consumer_key": "'key'",
                "consumer_secret": "s" * 20,
                "access_token": f"12-{'t' * 20}",
                "access_secret": "s" * 20,
            },
            "consumer_key",
        ),
        (
            {
                "consumer_key": "k" * 20,
                "consumer_secret": "s" * 20,
                "access_token": f"12-{'t' * 20}",
                "access_secret": "s" * 20,
                "every": 1,
            },
            "every",
        ),
    )

    async def open(self, folder: Path) -> None:
        self._clock = SystemClock()
        self._accounts = {"default": account(OWN), "second": account(OTHER, "second")}
        self._x = server(folder, self._clock, *self._accounts.values())
        self._x.limits = dict.fromkeys(self._x.limits, 1_000_000)
        await self._x.start()

    async def close(self) -> None:
        await self._x.stop()

    async def plug(self) -> None:
        await self._x.start()

    async def unplug(self) -> None:
        await self._x.stop()

    def settings(self, account: str) -> Mapping[str, object]:
        keys = self._x.keys(self._accounts[account])
        # Nothing is listed late here, and all within the overlap is read at every look.
        return {**keys, "every_s": 0.05, "overlap_s": 2, "start_from": "all", "timeouts": QUICK}

    def _person(self, customer: str, account: str) -> Person:
        number = str(2_000_000_000_000_000_000 + zlib.crc32(customer.encode()))
        return Person(self._x, number, customer, account=self._accounts[account])

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        return await self._put(self._person(customer, account), Said("", text, customer, account))

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        person = self._person(customer, "default")
        return await self._put(person, Said("", text, customer), person.photo(file, private=True))

    async def _put(self, person: Person, said: Said, *media: Json) -> Said:
        number = self._x.new_id()
        self._x.unlisted.add(number)
        await self._x.put_message(
            person.id, person.conversation, said.text, id=number, **person.with_files(said.text, media)
        )
        return replace(said, id=f"dm:{number}")

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        if unheard:
            self._x.faults["messages"].append(Answer(how="reset_after"))
        self._x.unlisted -= {one.id.removeprefix("dm:") for one in messages}
        return True

    async def poison(self) -> None:
        person = self._person("ann", "default")
        await self._x.put_message(person.id, person.conversation, "", text=7)

    def fail(self, *faults: Fault) -> None:
        answers = {
            "busy": busy(self._clock.now_ms() // 1_000 + 1),
            "busy_html": busy(),
            "error": Answer(status=503, body=_HTML, content_type="text/html"),
            "lost": Answer(how="reset_after"),
            "refused": Answer(status=403, body=_FORBIDDEN),
        }
        self._x.faults["write"].extend(answers[fault] for fault in faults)

    def lock(self) -> None:
        for one in self._accounts.values():
            one.secret = "changed meanwhile"

    def unlock(self) -> None:
        for one in self._accounts.values():
            one.secret = ACCESS_SECRET

    def seen(self, customer: str, account: str = "default") -> list[str]:
        return [_with_addresses(message) for message in self._person(customer, account).seen()]


def _with_addresses(message: Mapping[str, Any]) -> str:
    """A text with the addresses that its short ones stand for, as clients show it."""
    text: str = message["text"]
    for url in message["entities"]["urls"]:
        text = text.replace(url["url"], url["expanded_url"])
    return text
