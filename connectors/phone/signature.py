"""X-Twilio-Signature: base64 of HMAC-SHA-1, keyed with the account's token, over the address and the sorted form. Pure.

Source: twilio.com/docs/usage/security, and RequestValidator of the provider's own library. The address is the one that
the provider called, which behind a proxy is not the one that arrived here; some of its systems leave out the port.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_USUAL: Final = {"http": 80, "https": 443}


def signature(token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """What the provider sends with a request to `url` that carries this form."""
    # A name that stands there several times counts once with each of its values.
    told = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), told.encode("utf-8", "replace"), hashlib.sha1).digest()).decode()


def is_signed(token: str, url: str, form: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether `given` is the signature of the form at `url`, written with or without its port."""
    found = [hmac.compare_digest(signature(token, one, form).encode(), given.encode()) for one in _spellings(url)]
    return any(found)


def _spellings(url: str) -> list[str]:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    usual = _USUAL.get(parts.scheme)
    netlocs = dict.fromkeys((parts.netloc, host, *([f"{host}:{usual}"] if usual and not parts.port else [])))
    return [urlunsplit(parts._replace(netloc=netloc)) for netloc in netlocs]
