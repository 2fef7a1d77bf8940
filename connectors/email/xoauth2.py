"""XOAUTH2 over IMAP: log in with an access token (Google's "XOAUTH2 Mechanism", which Microsoft speaks too).

Called by imap.py. aioimaplib 2.0.3 has it, but never answers the challenge by which a server explains a refusal: it
then waits for ever, and so does the server. Nor does it keep the token out of its debug log.
"""

from base64 import b64encode
from typing import Final

from aioimaplib import aioimaplib

from router.model.secret import Secret

_CANCEL: Final = b"*"


class _Authenticate(aioimaplib.Command):  # type: ignore[misc]  # aioimaplib carries no types
    """AUTHENTICATE without an initial response: the token is written to the wire alone, not into the command."""

    def __init__(self, protocol: aioimaplib.IMAP4ClientProtocol, *answers: bytes) -> None:
        super().__init__("AUTHENTICATE", protocol.new_tag(), "XOAUTH2", loop=protocol.loop)
        self._protocol = protocol
        self._answers = list(answers)

    def append_to_resp(self, line: bytes, result: str = "Pending") -> None:
        """Answer each challenge; whatever else comes belongs to the answer."""
        if not line.startswith(b"+"):
            super().append_to_resp(line, result=result)
            return
        answer = self._answers.pop(0) if self._answers else _CANCEL
        self._protocol.transport.write(answer + b"\r\n")


async def log_in(protocol: aioimaplib.IMAP4ClientProtocol, user: str, token: Secret) -> aioimaplib.Response:
    """The server's answer: OK, or NO once its explanation was answered with an empty line."""
    said = b64encode(f"user={user}\x01auth=Bearer {token.reveal()}\x01\x01".encode())
    async with protocol.state_condition:
        response = await protocol.execute(_Authenticate(protocol, said, b""))
        if response.result == "OK":
            protocol.state = aioimaplib.AUTH
        protocol.state_condition.notify_all()
    return response
