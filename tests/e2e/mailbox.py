"""A customer's and a shop's mail on real servers: Dovecot for what comes in, the SMTP sink for what goes out."""

import asyncio
from collections.abc import Callable
from email.message import EmailMessage

from tests.servers.dovecot import DovecotServer
from tests.servers.mail_house import QUICK
from tests.servers.smtp import Accepted, SmtpSink

ADDRESS = "help@shop.example"
CUSTOMER = "anna@mail.example"


def mail_channel(dovecot: DovecotServer, user: str, sink: SmtpSink) -> dict[str, object]:
    """The mail account of `user`, who is made."""
    dovecot.add_user(user, "secret")
    imap = {"host": "127.0.0.1", "port": dovecot.imap_port, "tls": "none", "user": user, "password": "secret"}
    smtp = {"host": "127.0.0.1", "port": sink.port, "tls": "none"}
    # Real pauses between attempts, but short; bodies of 50 MB need their time.
    timeouts = QUICK | {"command_s": 10.0, "connect_s": 10.0, "idle_s": 5.0}
    settings = {"address": ADDRESS, "imap": imap, "smtp": smtp, "start_from": "all", "timeouts": timeouts}
    return {"kind": "email", "settings": settings}


class Mailbox:
    """The shop's inbox, seen from its mail server."""

    def __init__(self, dovecot: DovecotServer, user: str, sink: SmtpSink) -> None:
        self._dovecot, self._user, self._sink = dovecot, user, sink

    async def put(self, *mails: bytes) -> None:
        """Deliver mails in this order."""
        for mail in mails:
            await asyncio.to_thread(self._dovecot.append, self._user, mail)

    async def sent(self, wanted: Callable[[EmailMessage], bool]) -> Accepted:
        """Wait for the first mail of ours that is `wanted`."""
        number = 0
        while True:
            number += 1
            accepted = (await self._sink.wait_for(number))[number - 1]
            if wanted(accepted.message):
                return accepted


def letter(message_id: str, text: str = "Where is my transfer?", sender: str = CUSTOMER, **headers: str) -> bytes:
    """A customer's mail; further headers by name, `In_Reply_To` for In-Reply-To."""
    fields = {
        "From": f"Anna <{sender}>",
        "To": ADDRESS,
        "Subject": "A question",
        "Date": "Mon, 02 Nov 2026 08:00:03 +0000",
        "Message-ID": f"<{message_id}>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + f"\r\n{text}\r\n".encode()


def is_receipt(mail: EmailMessage) -> bool:
    """Whether the machine wrote it."""
    return mail.get("Auto-Submitted", "no") != "no"
