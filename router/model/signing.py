"""How what we POST to other programs is signed: one way for replies of the API channel and for webhooks."""

import hashlib
import hmac
import re


def signature(secret: bytes, at_s: int, body: bytes) -> str:
    """The value of `Switchboard-Signature`: hex HMAC-SHA-256 over the time, a dot and the raw body.

    A receiver computes the same over the bytes it got, compares in constant time, and refuses times too far away.
    """
    mac = hmac.new(secret, b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"


def read_signature(value: str) -> int | None:
    """The time in seconds that a signature names; None when it is none."""
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}", value)
    return int(found[1]) if found else None
