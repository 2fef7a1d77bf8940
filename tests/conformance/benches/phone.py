"""The phone: customers who write text messages. What calls do besides is in tests/contract/phone/test_calls.py."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from connectors.phone.manifest import MANIFEST
from connectors.phone.simulator import Fault as Answer
from connectors.phone.simulator import PhoneServer
from connectors.phone.simulator.network import MessageRow
from router.clock import SystemClock
from tests.conformance.bench import Bench, Fault, Said
from tests.conformance.house import House
from tests.house.tree import ROOT

_FAULTS: Mapping[Fault, Answer] = {
    "busy": Answer(status=429, headers={"Retry-After": "1"}, body=b'{"code":20429}', content_type="application/json"),
    "busy_html": Answer(status=429),
    "lost": Answer(how="reset_after"),
    "refused": Answer(status=400, body=b'{"code":21610,"message":"unsubscribed"}', content_type="application/json"),
}
_ACCOUNTS = {"default": ("AC" + "1" * 32, "+15550100001"), "second": ("AC" + "2" * 32, "+15550100002")}


class PhoneBench(Bench):
    """One provider with an account for each of ours; a customer is a number."""

    kind = "phone"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "phone" / "quality.yaml"
    secret = "0123456789abcdef0123456789abcdef"
    faults = ("busy", "busy_html")  # what else can happen leaves it uncertain whether it was sent
    wrong_settings = (
        ({"account_sid": "AC1"}, "account_sid"),
        ({"account_sid": "AC" + "1" * 32, "auth_token": "x" * 32, "lines": []}, "lines"),
        ({"account": 1}, "account"),
    )

    async def open(self, folder: Path) -> None:
        self._tokens = {"default": self.secret, "second": "fedcba9876543210fedcba9876543210"}
        tokens = {sid: self._tokens[account] for account, (sid, _) in _ACCOUNTS.items()}
        self._network = PhoneServer(SystemClock(), tokens)
        self._customers: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._rows: dict[str, MessageRow] = {}
        await self._network.start()

    async def close(self) -> None:
        await self._network.stop()

    def settings(self, account: str) -> Mapping[str, object]:
        sid, number = _ACCOUNTS[account]
        return {
            "account_sid": sid,
            "auth_token": self._tokens[account],
            "base_url": self._network.url,
            "lines": [{"number": number}],
            "sms_from": number,
        }

    async def connect(self, house: House) -> None:
        for account, (sid, number) in _ACCOUNTS.items():
            self._network.own(number, sid, f"{house.url}/channels/phone/{account}")

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        return self._written(Said("", text, customer, account))

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        return self._written(Said("", text, customer), file)

    def _written(self, said: Said, *files: bytes) -> Said:
        row = self._network.written(self._number(said.customer), _ACCOUNTS[said.account][1], said.text, files)
        self._rows[row.sid] = row
        return replace(said, id=row.sid)

    def _number(self, customer: str) -> str:
        return self._customers.setdefault(customer, f"+49155501{len(self._customers):05}")

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        for one in messages:
            row = self._rows[one.id]
            if unheard:
                url = self._network.numbers[row.to].sms_url
                await self._network.wire.shout(row.account, url, self._network.form_of(row))
            elif (await self._network.bring(row)).status != 200:
                return False
        return not unheard

    async def poison(self) -> None:
        row = self._network.written(self._number("ann"), _ACCOUNTS["default"][1], "x")
        form = self._network.form_of(row) | {"MessageSid": "none", "SmsSid": "none"}
        del self._network.messages[row.sid]
        assert (await self._network.wire.post(row.account, self._network.numbers[row.to].sms_url, form)).status == 200

    async def forge(self, said: Said) -> list[bool]:
        row, wire = self._rows[said.id], self._network.wire
        form, url = self._network.form_of(row), self._network.numbers[row.to].sms_url
        tries = [
            await wire.post(row.account, url, form, signed=""),
            await wire.post(row.account, url, form, signed="AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            await wire.post(row.account, url, form, token=self._tokens["second"]),
            await wire.post(row.account, f"{url}?x=1", form, token="another"),
        ]
        return [answer.status == 200 for answer in tries]

    def fail(self, *faults: Fault) -> None:
        self._network.faults["Send"].extend(_FAULTS[fault] for fault in faults)

    def lock(self) -> None:
        self._network.accounts[_ACCOUNTS["default"][0]] = "another token of some length"

    def unlock(self) -> None:
        self._network.accounts[_ACCOUNTS["default"][0]] = self.secret

    async def unplug(self) -> None:
        await self._network.stop()

    async def plug(self) -> None:
        await self._network.start()

    def seen(self, customer: str, account: str = "default") -> list[str]:
        sent, number = self._network.messages.values(), _ACCOUNTS[account][1]
        return [one.body for one in sent if one.to == self._number(customer) and one.sender == number]
