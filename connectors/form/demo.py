"""The form of `switchboard demo`: its settings, and customers who fill it in over HTTP."""

import asyncio
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from connectors.form.simulator import FormCustomer
from router.connector import Simulator
from router.model.sources import Clock

_SETTINGS: Final[dict[str, object]] = {
    "title": {"en": "Contact wallet support", "zh": "联系钱包客服"},
    "topics": [
        {"id": "transfer", "name": {"en": "A transfer, deposit or withdrawal", "zh": "转账、充值或提现"}},
        {"id": "access", "name": {"en": "I cannot get into my wallet", "zh": "无法进入钱包"}},
        {"id": "security", "name": {"en": "Something looks like fraud", "zh": "疑似诈骗"}},
        {"id": "other", "name": {"en": "Something else", "zh": "其他问题"}},
    ],
    "fields": [
        {
            "name": "tx_hash",
            "kind": "transaction",
            "label": {"en": "Transaction hash", "zh": "交易哈希"},
            "hint": {
                "en": "If it is about a transfer. You find it in the history.",
                "zh": "与转账有关时填写，可在交易记录中找到。",
            },
        },
        {"name": "amount", "kind": "amount", "label": {"en": "Amount and coin", "zh": "金额和币种"}},
    ],
    "fill_seconds_min": 1,
    "limits": {"per_address_hour": 1_000, "per_email_hour": 1_000},
}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer fills in."""

    text: str
    name: str = ""
    email: str = ""
    topic: str = "other"
    language: str = "en"


_decode = msgspec.json.Decoder(Said).decode


class DemoForm:
    """Customers at the form whose page is `address`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open a browser."""
        self._http = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Close it."""
        if self._http is not None:
            await self._http.close()

    def settings(self) -> dict[str, object]:
        """The form that is filled in."""
        return _SETTINGS

    async def deliver(self, raw: bytes) -> None:
        """A customer opens the form, takes a moment, and sends it. Raises aiohttp.ClientError when it is not taken."""
        assert self._http is not None, "not started"
        said = _decode(raw)
        customer = FormCustomer(self._http, f"{self._address}?lang={said.language}")
        page = await customer.open()
        await asyncio.sleep(1.1)  # who is faster is taken for a machine
        values = {"text": said.text, "name": said.name, "email": said.email, "topic": said.topic}
        answer = await customer.send(page, **values)
        if answer.status != 200:
            raise aiohttp.ClientError(f"the form answered {answer.status}")

    def describe(self) -> str:
        """How to play the customer."""
        return f"{self._address} in any browser, with or without JavaScript"


def simulate(clock: Clock, directory: Path, address: str) -> Simulator:
    """The customers of one form."""
    del clock, directory
    return DemoForm(address)
