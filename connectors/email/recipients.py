"""Whom a mail was sent to: our own address, the reply token in its plus-tag, and the other participants.

Called by parse.py. Pure.
"""

from typing import Final

from connectors.email import headers
from connectors.email.headers import Headers
from router.model.limits import ADDRESS_CHARS_MAX

# mail.md 15: To alone fails for Bcc and aliases; what the servers noted about the envelope comes first.
_OUR_FIELDS: Final = ("delivered-to", "x-original-to", "envelope-to", "x-forwarded-to", "to", "cc")
_PARTICIPANTS_MAX: Final = 100
_TOKEN_CHARS_MAX: Final = 128


class Own:
    """Our mailbox's address, with or without a plus-tag (RFC 5233)."""

    def __init__(self, address: str) -> None:
        self.address = address.strip().lower()
        local, _, self.domain = self.address.rpartition("@")
        self._prefix = f"{local}+"
        self._suffix = f"@{self.domain}"

    def is_ours(self, address: str) -> bool:
        """Whether `address` (lower case) is this mailbox."""
        return bool(self.domain) and (
            address == self.address or (address.startswith(self._prefix) and address.endswith(self._suffix))
        )

    def token(self, address: str) -> str | None:
        """The plus-tag of `address` (any case) when it is ours."""
        lowered = address.lower()
        if not self.domain or not lowered.startswith(self._prefix) or not lowered.endswith(self._suffix):
            return None
        return address[len(self._prefix) : len(address) - len(self._suffix)][:_TOKEN_CHARS_MAX] or None


def reply_token(fields: Headers, own: Own) -> str | None:
    """The tag of the plus-address of ours that the mail was sent to, in its own spelling; unverified."""
    for name in _OUR_FIELDS:
        for value in fields.get(name, ()):
            if "+" not in value:
                continue
            for spelled in headers.spelled_addresses(value):
                token = own.token(spelled)
                if token is not None:
                    return token
    return None


def participants(fields: Headers, own: Own) -> tuple[str, ...]:
    """Addresses in To and Cc other than ours, lower case, each once, in order."""
    found: dict[str, None] = {}
    for name in ("to", "cc"):
        if name in fields:
            for one in headers.addresses(fields[name]):
                if not own.is_ours(one.address) and len(one.address) <= ADDRESS_CHARS_MAX:
                    found[one.address] = None
    return tuple(found)[:_PARTICIPANTS_MAX]
