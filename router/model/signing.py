"""How what is posted between the house and other programs is signed, one way for both directions."""

import hashlib
import hmac
import re
from typing import Final

SKEW_MS: Final = 300_000
"""How far the time of a signature may be from ours."""
HEADER: Final = "Switchboard-Signature"


def signature(secret: bytes, at_s: int, body: bytes) -> str:
    """The value of `Switchboard-Signature`: hex HMAC-SHA-256 over the time, a dot and the raw body.

    A receiver computes the same over the bytes it got, compares in constant time, and refuses times too far away.
    """
    mac = hmac.new(secret, b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mac}"


def objection(signed: str, secret: bytes, body: bytes, now_ms: int) -> str:
    """Why a signature is not believed; empty when it is."""
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=[0-9a-f]{64}", signed)
    if found is None or abs(now_ms - int(found[1]) * 1000) > SKEW_MS:
        return f"{HEADER} is missing, or of another time"
    if not hmac.compare_digest(signature(secret, int(found[1]), body).encode(), signed.encode()):
        return f"{HEADER} does not fit the body"
    return ""
