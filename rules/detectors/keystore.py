"""Encrypted key files (Ethereum keystore V3, browser wallet vaults), also escaped, re-quoted or cut off.

Web3 Secret Storage names the keys: crypto, ciphertext, cipherparams, kdfparams, mac.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit
from rules.fold import BARRIER, Folded

_QUOTE: Final = r"[\\\"']{0,5}"
_ANCHOR = re.compile(
    rf"{_QUOTE}(?:ciphertext|cipherparams|kdfparams|encseed){_QUOTE}\s{{0,4}}:"
    rf"|{_QUOTE}(?:iv|salt){_QUOTE}\s{{0,4}}:\s{{0,4}}{_QUOTE}[0-9a-z+/=]{{16}}"
)
_VALUE_OF_KEY = re.compile(rf"[a-z_]{{1,20}}{_QUOTE}\s{{0,4}}:\s{{0,4}}\Z")
_FRAGMENT = re.compile(
    r"(?:[\s{}\[\]:,\\\"']"
    r"|(?<![0-9a-z])(?:[0-9a-f]{6,}|[0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-z+/=]{24,}"
    r"|version|id|address|crypto|cipher(?:text|params)?|kdf(?:params)?|iv|salt|mac|dklen|[nrpc]|prf"
    r"|hmac-sha256|scrypt|pbkdf2|argon2id|aes-(?:128|256)-(?:ctr|cbc|gcm)|data|keymetadata|algorithm"
    r"|iterations|params|type|wallet|name|0x[0-9a-f]*|true|false|null)(?![0-9a-z])){1,8000}"
)
_LEFT_MAX: Final = 3000
_RIGHT_MAX: Final = 8000


def find(folded: Folded) -> Iterator[Hit]:
    """Yield whole JSON objects around the anchors, or the fragment that is left of one."""
    low = folded.low
    done = 0
    for anchor in _ANCHOR.finditer(low):
        if anchor.start() < done:
            continue
        start = _outermost_brace(low, anchor.start(), max(done, anchor.start() - _LEFT_MAX))
        end = _end(low, start, anchor.end())
        done = end
        yield Hit(start, end, "KEYSTORE", "key names")


def _outermost_brace(low: str, anchor: int, limit: int) -> int:
    """Where the object around `anchor` begins; the anchor itself when its opening brace is missing."""
    depth = 0
    outer = anchor
    offset = anchor - 1
    while offset >= limit and low[offset] != BARRIER:
        if low[offset] == "}":
            depth += 1
        elif low[offset] == "{" and depth:
            depth -= 1
        elif low[offset] == "{":
            outer = offset
            if _VALUE_OF_KEY.search(low, max(limit, offset - 40), offset) is None:
                return outer
        offset -= 1
    return outer


def _end(low: str, start: int, anchor_end: int) -> int:
    """Where the object that begins at `start` ends; in a cut-off one, the last piece of JSON."""
    if low[start] == "{":
        depth = 0
        for offset in range(start, min(len(low), start + _RIGHT_MAX)):
            if low[offset] == "{":
                depth += 1
            elif low[offset] == "}":
                depth -= 1
                if depth == 0:
                    return offset + 1
    rest = _FRAGMENT.match(low, anchor_end)
    end = anchor_end if rest is None else rest.end()
    return start + len(low[start:end].rstrip())
