"""Where rules may send word of a decision: an address and a secret that signs what goes there, both outside the files.

Secrets are references (`env:NAME`, `file:PATH`) that the service reads when it sends; here nobody reads them.
"""

import re
from typing import Final
from urllib.parse import urlsplit

import msgspec

from rules.document import Node, Scalar
from rules.reader import Reader

KEYS: Final = ("url", "secret")
URL_MAX: Final = 2_048
REFERENCE: Final = r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.{1,500})"
_REFERENCE: Final = re.compile(REFERENCE)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver."""

    name: str
    url: str
    """https, or a reference to it."""
    secret: str
    """A reference."""


def read(key: Scalar, node: Node, reader: Reader, *, what: str = "webhook") -> Webhook | None:
    """Read one receiver, or another place (`what`) that is called like one; None when it cannot be used."""
    keys = reader.keys(node, KEYS, f"the {what} {key.value}")
    for needed in KEYS:
        if needed not in keys:
            reader.fail(key.at, "missing", f"the {what} {key.value} says no {needed}", "it needs url and secret")
            return None
    url, secret = reader.scalar(keys["url"], "url"), reader.scalar(keys["secret"], "secret")
    if url is None or secret is None:
        return None
    if not (_REFERENCE.fullmatch(url.value) or _is_https(url.value)):
        hint = "https://…, or env:NAME where the service finds it"
        reader.fail(url.at, "value", f"this is no address that a {what} may have", hint)
    if not _REFERENCE.fullmatch(secret.value):
        hint = "env:NAME or file:PATH, where the service finds it; 16 characters or more"
        reader.fail(secret.at, "value", "a secret does not stand in rules files", hint)
    return Webhook(name=key.value, url=url.value, secret=secret.value)


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and len(url) <= URL_MAX
    except ValueError:
        return False
