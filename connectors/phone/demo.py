"""The telephone of `switchboard demo`, offered through the entry point group `switchboard.simulators`.

A provider on loopback with two numbers of ours and the telephones of two colleagues. On its page one plays the caller,
and whether a colleague answers; the demo's own callers find nobody and leave messages.
"""

from pathlib import Path
from typing import Final

import msgspec

from connectors.phone.settings import TOPICS
from connectors.phone.simulator import Handset, PhoneServer
from connectors.phone.simulator.page import Page
from router.connector import Simulator
from router.model.sources import Clock

_SID: Final = "AC" + "5" * 32
_TOKEN: Final = "demo-token-of-made-up-callers-000"  # noqa: S105 -- opens the simulator alone
_LINES: Final = ("+15550123001", "+15550123002")
"""The first asks for the language, the second is answered in Chinese."""
_COLLEAGUES: Final = {"Lee": "+15550123101", "Ada": "+15550123102"}
_CALLER: Final = "+15550187001"


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller does: chooses a topic and leaves a message, or asks to be called back, or sends a text message."""

    number: str
    text: str
    topic: str = "other"
    language: str = "en"
    how: str = "voicemail"
    """voicemail, callback, sms or alarm."""


class DemoPhone:
    """A telephone network in which our numbers are answered at `address`."""

    def __init__(self, clock: Clock, directory: Path, address: str) -> None:
        self._server = PhoneServer(clock, {_SID: _TOKEN}, directory=directory)
        for number in _LINES:
            self._server.own(number, _SID, address.rstrip("/"))
        self._server.handsets |= {number: Handset(how="rings") for number in _COLLEAGUES.values()}
        Page(self._server, _CALLER).add_to(self._server.app)

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening; what happened is kept."""
        await self._server.stop()

    def settings(self) -> dict[str, object]:
        """The phone channel whose numbers these are."""
        return {
            "account_sid": _SID,
            "auth_token": _TOKEN,
            "base_url": self._server.url,
            "lines": [{"number": _LINES[0]}, {"number": _LINES[1], "language": "zh"}],
            "agents": [{"name": name, "number": number} for name, number in _COLLEAGUES.items()],
            "sms_from": _LINES[0],
            "transcribe": ["en", "zh"],  # this provider writes down whatever was typed
            "timeouts": {"look_s": 10, "settle_s": 10},
        }

    async def deliver(self, raw: bytes) -> None:
        """A customer calls: `Said` as JSON."""
        said = msgspec.json.decode(raw, type=Said)
        if said.how == "sms":
            await self._server.text(said.number, _LINES[0], said.text)
            return
        topics = {topic.id: topic.key for topic in TOPICS}
        line = _LINES[1] if said.language == "zh" else _LINES[0]
        call = await self._server.call(said.number, line)
        if said.language != "zh":
            await call.press("1")
        await call.press("9" if said.how == "alarm" else topics[said.topic])
        while call.waiting == "colleague":
            await call.colleague("no-answer")
        for key in ("2", "1") if said.how == "callback" else ("1",):
            if call.waiting == "keys":
                await call.press(key)
        if call.waiting == "message":
            await call.speak(said.text, seconds=max(2, len(said.text) // 12))

    def describe(self) -> str:
        """Where to call as a customer."""
        return f"call as a customer at {self._server.url}/ (a keypad to press, and whether a colleague answers)"


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The simulator of the phone kind; `address` is where the channel's webhooks are."""
    return DemoPhone(clock, directory, address)
