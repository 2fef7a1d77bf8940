"""A customer's mail, written as mail programs do and handed in over SMTP; and what such a program shows of one."""

import email
import email.policy
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Final

import aiosmtplib
import msgspec

from connectors.email.dates import written
from connectors.email.simulator.server import HOST, MailServer
from connectors.simulated.files import Picked
from router.model.filekinds import file_name
from router.model.filetypes import UNTOLD

_SMTP_S: Final = 20.0
_TEXT_CHARS_MAX: Final = 20_000
_HOLDER: Final = "message/"
_OPENED_MAX: Final = 64
"""Mails that are kept taken apart."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One mail of a customer."""

    sender: str
    name: str = ""
    to: str
    subject: str
    text: str
    message_id: str
    """With brackets."""
    fields: Sequence[tuple[str, str]] = ()
    """Further header fields."""
    files: Sequence[Picked] = ()

    def message(self, now_ms: int) -> EmailMessage:
        """As it is sent."""
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = formataddr((self.name, self.sender))
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = written(now_ms)
        message["Message-ID"] = self.message_id
        for name, value in self.fields:
            message[name] = value
        message.set_content(self.text)
        for file in self.files:
            # A mail as a part must not be base64 (RFC 2046, section 5.2.1), and files here are.
            main, _, sub = (UNTOLD if file.kind.startswith(_HOLDER) else file.kind).partition("/")
            message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
        return message


async def hand_in(server: MailServer, message: EmailMessage) -> bytes:
    """Give a mail to the server, as the world outside does; what was sent. Raises SMTPException."""
    raw = message.as_bytes()
    await aiosmtplib.send(
        raw,
        sender=parseaddr(str(message["From"]))[1],
        recipients=[parseaddr(str(message["To"]))[1]],
        hostname=HOST,
        port=server.smtp_port,
        start_tls=False,
        timeout=_SMTP_S,
        local_hostname="customer.example",
    )
    return raw


def answering(before: EmailMessage) -> list[tuple[str, str]]:
    """The fields of a mail that answers another (RFC 5322, section 3.6.4)."""
    answered = str(before["Message-ID"] or "")
    return [("In-Reply-To", answered), ("References", f"{before['References'] or ''} {answered}".strip())]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail program shows of a mail."""

    subject: str
    text: str
    files: tuple[Picked, ...]


@lru_cache(maxsize=_OPENED_MAX)
def opened(raw: bytes) -> Opened:
    """Take a mail apart; one of ours, or one that we made."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()).strip()[:_TEXT_CHARS_MAX] if body is not None else ""
    return Opened(subject=str(message["Subject"] or ""), text=text, files=tuple(map(_enclosed, _enclosures(message))))


def _enclosures(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if not part.is_multipart() and part.get_filename()]


def _enclosed(part: EmailMessage) -> Picked:
    data = part.get_payload(decode=True)
    return Picked(file_name(part.get_filename() or ""), data if isinstance(data, bytes) else b"", UNTOLD)
