"""A customer with a mail program: writes over SMTP, waits for the answer, is strict about what an answer must be."""

import email
import email.message
import email.policy
import email.utils
from collections.abc import Sequence
from typing import Final

from connectors.email.simulator.letter import Letter, hand_in
from connectors.email.simulator.server import MailServer
from router.model.sources import Ids

_SINGLE_FIELDS: Final = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version")


class ProtocolError(Exception):
    """An answer is not what RFC 5322 or the thread it belongs to asks for."""


class Customer:
    """One person outside. Answers are checked when they are read."""

    def __init__(self, server: MailServer, ids: Ids, address: str, support: str, *, name: str = "") -> None:
        self._server = server
        self._ids = ids
        self.address = address
        self._support = support
        self._name = name
        self._read = len(server.inbox(address).mails)
        self.thread: list[str] = []
        """Message ids of the conversation so far, with brackets."""
        self._answer_to = support
        self._subject = ""

    async def write(self, subject: str, text: str, *, fields: Sequence[tuple[str, str]] = ()) -> str:
        """Begin a conversation; returns the Message-ID with brackets."""
        self.thread.clear()
        self._subject, self._answer_to = subject, self._support
        return await self._send(subject, text, fields)

    async def reply(self, text: str) -> str:
        """Answer the last mail, as a mail program does: to its Reply-To, with its ids."""
        subject = self._subject if self._subject.lower().startswith("re:") else f"Re: {self._subject}"
        fields = [("In-Reply-To", self.thread[-1]), ("References", " ".join(self.thread))] if self.thread else []
        return await self._send(subject, text, fields)

    async def answer(self) -> email.message.EmailMessage:
        """The next mail that arrives, checked. Waits for it; bound it with a timeout."""
        raws = await self._server.wait_for(self.address, self._read + 1)
        raw = raws[self._read]
        self._read += 1
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self._check(raw, message)
        self.thread.append(str(message["Message-ID"]))
        self._answer_to = str(message["Reply-To"] or message["From"])
        return message

    async def _send(self, subject: str, text: str, fields: Sequence[tuple[str, str]]) -> str:
        letter = Letter(
            sender=self.address,
            name=self._name,
            to=self._answer_to,
            subject=subject,
            text=text,
            message_id=f"<{self._ids.new()}@{self.address.rpartition('@')[2]}>",
            fields=fields,
        )
        await hand_in(self._server, letter.message(self._server.clock.now_ms()))
        self.thread.append(letter.message_id)
        return letter.message_id

    def _check(self, raw: bytes, message: email.message.EmailMessage) -> None:
        head = raw.partition(b"\r\n\r\n")[0]
        if message.defects or b"\n" in head.replace(b"\r\n", b""):
            raise ProtocolError(f"broken mail: {message.defects}")
        for name in _SINGLE_FIELDS:
            if len(message.get_all(name, [])) > 1:
                raise ProtocolError(f"{name} stands there twice")
        for name in ("From", "Date", "Message-ID"):
            if message[name] is None:
                raise ProtocolError(f"{name} is missing")
        if email.utils.parseaddr(str(message["To"]))[1].lower() != self.address.lower():
            raise ProtocolError(f"it is addressed to {message['To']}")
        if email.utils.parseaddr(str(message["From"]))[1].lower() != self._support.lower():
            raise ProtocolError(f"it comes from {message['From']}")
        answered = str(message["In-Reply-To"] or "")
        if self.thread and answered not in self.thread:
            raise ProtocolError(f"In-Reply-To is {answered!r}, which is none of {self.thread}")
        if answered and answered not in str(message["References"] or "").split():
            raise ProtocolError("References lacks the answered id")
