"""OAuth 1.0a as the provider checks it (RFC 5849): the signature over method, real address and parameters."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

_SKEW_S: Final = 300
_PAIR: Final = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*')
_NONCES_MAX: Final = 100_000


class Denied(Exception):
    """The request is not signed by whom it says."""


class Doorman:
    """Knows the secrets of one app and its accounts."""

    def __init__(self, consumer_key: str, consumer_secret: str) -> None:
        self.consumer_key, self.consumer_secret = consumer_key, consumer_secret
        self._nonces: dict[str, None] = {}

    def check(self, method: str, url: str, query: str, header: str, secrets: Mapping[str, str], now_s: int) -> str:
        """The access token that signed. `secrets`: of each token. Raises Denied."""
        kind, _, rest = header.partition(" ")
        told = {key: unquote(value) for key, value in (_pair(part) for part in rest.split(","))}
        if kind != "OAuth" or told.get("oauth_consumer_key") != self.consumer_key:
            raise Denied("the app is not known")
        token = told.get("oauth_token", "")
        if token not in secrets or told.get("oauth_signature_method") != "HMAC-SHA1":
            raise Denied("the access token is not known")
        stamp, nonce = told.get("oauth_timestamp", ""), told.get("oauth_nonce", "")
        if not stamp.isdecimal() or abs(int(stamp) - now_s) > _SKEW_S:
            raise Denied("the time is wrong")
        if not nonce or nonce in self._nonces:
            raise Denied("the nonce was used before")
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        pairs += [(key, value) for key, value in told.items() if key not in {"realm", "oauth_signature"}]
        listed = "&".join(f"{one}={two}" for one, two in sorted((_encoded(a), _encoded(b)) for a, b in pairs))
        base = "&".join(map(_encoded, (method, url, listed)))
        key = f"{_encoded(self.consumer_secret)}&{_encoded(secrets[token])}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        if not hmac.compare_digest(base64.b64encode(digest).decode(), told.get("oauth_signature", "")):
            raise Denied("the signature is wrong")
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES_MAX:
            del self._nonces[next(iter(self._nonces))]
        return token


def _pair(part: str) -> tuple[str, str]:
    found = _PAIR.fullmatch(part)
    if found is None:
        raise Denied("the header cannot be read")
    return found[1], found[2]


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
