"""The mail channel: the simulated mail server, and customers with mail programs."""

import email
import email.policy
import itertools
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

from connectors.email.manifest import MANIFEST
from connectors.email.simulator.server import MailServer
from router.clock import SystemClock
from tests.conformance.bench import Bench, Fault, Said
from tests.house.tree import ROOT
from tests.servers.mail_house import QUICK

_REPLIES: Mapping[Fault, str] = {
    "busy": "451 4.7.0 too much mail from you, come later",
    "error": "451 4.3.0 local error",
    "reset": "drop",
    "lost": "lose",
    "refused": "550 5.7.1 not wanted",
}


class EmailBench(Bench):
    """Delivers into the inbox whatever the house does: it is pulled from. A mail program shows a Message-ID once."""

    kind = "email"
    manifest = MANIFEST
    quality = ROOT / "connectors" / "email" / "quality.yaml"
    pulled = True
    faults = ("busy", "error", "reset", "lost")
    secret = "the password of the mailbox"
    wrong_settings = (
        ({"address": "nobody", "imap": {}, "smtp": {}}, "imap"),
        (
            {"address": "a@b.example", "imap": {"host": "h", "user": "u", "password": "p"}, "smtp": {"hots": "h"}},
            "hots",
        ),
        (
            {
                "address": "no address",
                "imap": {"host": "h", "user": "u", "password": "p"},
                "smtp": {"host": "h"},
            },
            "address",
        ),
    )

    async def open(self, folder: Path) -> None:
        self._numbers = itertools.count(1)
        self._mails: dict[str, bytes] = {}
        accounts = {self._address(account): self.secret for account in ("default", "second")}
        self._server = MailServer(SystemClock(), accounts)
        await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    @staticmethod
    def _address(account: str) -> str:
        return f"{account}@shop.example"

    def settings(self, account: str) -> Mapping[str, object]:
        address = self._address(account)
        login = {"host": "127.0.0.1", "tls": "none", "user": address, "password": self.secret}
        return {
            "address": address,
            "imap": {**login, "port": self._server.imap_port},
            "smtp": {**login, "port": self._server.smtp_port},
            "start_from": "all",
            "timeouts": QUICK,
        }

    async def said(self, text: str, customer: str = "ann", account: str = "default") -> Said:
        message_id = f"m{next(self._numbers)}@mail.example"
        self._mails[message_id] = (
            f"From: {customer}@mail.example\r\nTo: {self._address(account)}\r\nSubject: a question\r\n"
            f"Date: Mon, 02 Nov 2026 08:00:03 +0000\r\nMessage-ID: <{message_id}>\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()
        return Said(message_id, text, customer, account)

    async def said_with_file(self, text: str, file: bytes, customer: str = "ann") -> Said:
        said = await self.said(text, customer)
        mail = email.message_from_bytes(self._mails[said.id], policy=email.policy.SMTP)
        assert isinstance(mail, EmailMessage)
        mail.add_attachment(file, "text", "plain", filename=f"{customer}.txt")
        self._mails[said.id] = mail.as_bytes()
        return said

    async def deliver(self, *messages: Said, together: bool = False, unheard: bool = False) -> bool:
        if unheard:
            self._server.script("imap.uid", "pass", "pass", "drop")
        for one in messages:
            self._server.deliver(self._mails[one.id], self._address(one.account))
        return True

    async def poison(self) -> None:
        self._server.deliver(b"\x00\x01 no mail at all", self._address("default"))

    def fail(self, *faults: Fault) -> None:
        self._server.script("smtp.data", *(_REPLIES[fault] for fault in faults))

    def lock(self) -> None:
        self._server.accounts = dict.fromkeys(self._server.accounts, "changed meanwhile")
        self._server.drop_sessions()
        self._server.cut()

    def unlock(self) -> None:
        self._server.accounts = dict.fromkeys(self._server.accounts, self.secret)

    async def unplug(self) -> None:
        await self._server.stop()

    async def plug(self) -> None:
        await self._server.start()

    def seen(self, customer: str, account: str = "default") -> list[str]:
        shown: dict[str, str] = {}
        for raw in self._server.mailbox(f"{customer}@mail.example"):
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            if self._address(account).partition("@")[2] in str(mail["From"]):
                body = mail.get_body(("plain",))
                assert body is not None
                shown.setdefault(str(mail["Message-ID"]), body.get_content().strip())
        return list(shown.values())
