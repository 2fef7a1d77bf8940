"""Telegram: the simulated Bot API, which is asked for updates, and people in private chats."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from connectors.telegram.manifest import MANIFEST
from connectors.telegram.simulator import BotApiServer, Fault, Person
from connectors.telegram.simulator.world import Json, busy
from router.clock import SystemClock
from tests.conformance import bench
from tests.conformance.bench import Bench, Said
from tests.house.tree import ROOT
from tests.servers.telegram_house import OTHER_TOKEN, QUICK, TOKEN

_BLOCKED = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
_FAULTS: Mapping[bench.Fault, Fault] = {
    "busy": busy(1),
    "busy_html": busy(),
    "lost": Fault(how="reset_after"),
    "refused": Fault(status=403, body=msgspec.json.encode(_BLOCKED)),
}
_TOKENS = {"default": TOKEN, "second": OTHER_TOKEN}


class TelegramBench(Bench):
    """What is said stands in the chat at once; it is delivered when the update waits to be fetched."""

    kind = "telegram"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "telegram" / "quality.yaml"
    pulled = True
    faults = ("busy", "busy_html")
    secret = TOKEN
    wrong_settings = (
        ({"token": "no token"}, "token"),
        ({"token": TOKEN, "mode": "webhook"}, "webhook_secret"),
        ({"token": TOKEN, "base_url": "http://bots.example"}, "base_url"),
        ({"token": TOKEN, "tokn": ""}, "tokn"),
    )

    async def open(self, folder: Path) -> None:
        self._server = BotApiServer(SystemClock(), {TOKEN: "walletbot", OTHER_TOKEN: "otherbot"})
        self._bots = self._server.bots
        self._people: dict[tuple[str, str], Person] = {}
        self._numbers = itertools.count(5_520_931)
        self._messages: dict[str, Json] = {}
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    def settings(self, account: str) -> Mapping[str, object]:
        return {"token": _TOKENS[account], "base_url": self._server.url, "timeouts": QUICK}

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        return await self._put(self._person(customer, account), {"text": text}, Said("", text, customer, account))

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        person = self._person(customer, "default")
        shown = person.file(file, file_name=f"{customer}.txt", mime_type="text/plain")
        return await self._put(person, {"document": shown, "caption": text}, Said("", text, customer))

    def _person(self, customer: str, account: str) -> Person:
        person = self._people.get((customer, account))
        if person is None:
            bot = self._bots[_TOKENS[account]]
            person = Person(self._server, next(self._numbers), customer.title(), bot=bot)
            self._people[customer, account] = person
        return person

    async def _put(self, person: Person, content: Json, said: Said) -> Said:
        message = await self._server.put(person.chat, {"from": person.user, **content})
        external_id = f"{person.user['id']}:{message['message_id']}"
        self._messages[external_id] = message
        return replace(said, id=external_id)

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        if unheard:
            # The call that would confirm them.
            self._server.faults["getupdates"].append(Fault(how="reset_before"))
        for one in messages:
            message = self._messages[one.id]
            bot = self._bots[_TOKENS[one.account]]
            await self._server.push(bot, message["chat"]["id"], {"message": message})
        return True

    async def poison(self) -> None:
        chat = next(iter(self._people.values())).chat.info["id"]
        await self._server.push(self._bots[TOKEN], chat, {"message": {"message_id": "none", "text": "no message"}})

    def fail(self, *faults: bench.Fault) -> None:
        self._server.faults["sendmessage"].extend(_FAULTS[fault] for fault in faults)

    def mute(self) -> None:
        self._server.faults["sendchataction"].extend([Fault(how="silence")] * 10)

    def lock(self) -> None:
        self._server.bots = {}

    def unlock(self) -> None:
        self._server.bots = self._bots

    async def unplug(self) -> None:
        await self._server.stop()

    async def plug(self) -> None:
        await self._server.start()

    def seen(self, customer: str, account: str = "default") -> list[str]:
        return [message["text"] for message in self._people[customer, account].seen()]

    def reactions(self, customer: str, account: str = "default") -> list[str]:
        person = self._people[customer, account]
        theirs = [message for message in person.chat.messages.values() if message["from"]["id"] == person.user["id"]]
        return ["".join(message.get("reaction", [])) for message in theirs]

    def buttons(self, customer: str, account: str = "default") -> list[tuple[str, str]]:
        seen = self._people[customer, account].seen()
        rows = [row for message in seen for row in message.get("reply_markup", {}).get("inline_keyboard", [])]
        return [
            (key["text"], key.get("url") or key["callback_data"].removeprefix("say:")) for row in rows for key in row
        ]

    def sees_typing(self, customer: str, account: str = "default") -> bool:
        return self._people[customer, account].sees_typing()
