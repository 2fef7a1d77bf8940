"""Encrypted key files (Ethereum keystore V3, browser wallet vaults), also escaped, re-quoted or cut off.

Web3 Secret Storage names the keys: crypto, ciphertext, cipherparams, kdfparams, mac.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.fold import BARRIER

_MARK_CHARS: Final = r"(?:[\\\"']|&quot;|&\#0?3[49];)"
_QUOTE: Final = rf"{_MARK_CHARS}{{0,5}}"
_ANCHOR = expression(
    rf"{_QUOTE}(?:ciphertext|cipherparams|kdfparams|encseed){_MARK_CHARS}{{1,5}}\s{{0,4}}:"
    rf"|(?:ciphertext|encseed)\s{{0,4}}:\s{{0,4}}{_QUOTE}[0-9a-f]{{16}}"
    rf"|{_QUOTE}(?:iv|salt){_QUOTE}\s{{0,4}}:\s{{0,4}}{_QUOTE}[0-9a-z+/=]{{16}}"
)
# The end of a value before the first key that is left of an object cut off at its beginning.
_HEAD = expression(rf"[0-9a-f]{{8,512}}{_MARK_CHARS}{{1,5}}\s{{0,4}},\s{{0,8}}\Z")
_VALUE_OF_KEY = expression(rf"[a-z_]{{1,20}}{_QUOTE}\s{{0,4}}:\s{{0,4}}\Z")
_FRAGMENT = expression(
    r"(?:[\s{}\[\]:,\\\"']|&quot;|&#0?3[49];"
    r"|(?<![0-9a-z])(?:[0-9a-f]{6,}|[0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-z+/=]{24,}"
    r"|version|id|address|crypto|cipher(?:text|params)?|kdf(?:params)?|iv|salt|mac|dklen|[nrpc]|prf"
    r"|hmac-sha256|scrypt|pbkdf2|argon2id|aes-(?:128|256)-(?:ctr|cbc|gcm)|data|keymetadata|algorithm"
    r"|iterations|params|type|wallet|name|0x[0-9a-f]*|true|false|null)(?![0-9a-z])){1,8000}"
)
# The beginning of a key or a value in which it is cut off.
_CUT = expression(r"(?<=[{,:\[\\\"'])[0-9a-z_\-]{1,512}(?:\.{2,3}|…)?(?=\s|\Z)")
_NESTING_MAX: Final = 8
_SIZE_MAX: Final = 8000
_MARK = expression(rf"(?P<anchor>{_ANCHOR.pattern})|[{{}}{BARRIER}]")


def find(scan: Scan) -> Iterator[Hit]:
    """Yield whole JSON objects around the anchors, or the fragment that is left of one."""
    low = scan.low
    closing = _closing_braces(low)
    open_braces: list[int] = []
    done = 0
    for mark in _MARK.finditer(low):
        if mark.lastgroup == "anchor":
            if mark.start() >= done:
                start = _outermost(low, open_braces, max(done, mark.start() - _SIZE_MAX), mark.start())
                done = closing.get(start, 0) or _fragment_end(low, start, mark.end())
                yield Hit(start, done, "KEYSTORE", "key names")
        elif mark.group() == "{":
            open_braces.append(mark.start())
        elif mark.group() == "}" and open_braces:
            open_braces.pop()
        else:
            open_braces.clear()


def _closing_braces(low: str) -> dict[int, int]:
    """Where the object behind each opening brace ends, for objects of a keystore's size."""
    closing: dict[int, int] = {}
    open_braces: list[int] = []
    for brace in re.finditer("[{}]", low):
        if brace.group() == "{":
            open_braces.append(brace.start())
        elif open_braces:
            start = open_braces.pop()
            if brace.end() - start <= _SIZE_MAX:
                closing[start] = brace.end()
    return closing


def _outermost(low: str, open_braces: list[int], limit: int, anchor: int) -> int:
    """Where the outermost object around `anchor` begins; the anchor itself when its brace is missing."""
    outer = anchor
    for brace in open_braces[: -_NESTING_MAX - 1 : -1]:
        if brace < limit:
            break
        outer = brace
        if _VALUE_OF_KEY.search(low, max(limit, brace - 40), brace) is None:
            break
    if outer == anchor and (head := _HEAD.search(low, max(limit, anchor - 540), anchor)) is not None:
        return head.start()
    return outer


def _fragment_end(low: str, start: int, anchor_end: int) -> int:
    """Where a cut-off object ends: after the last piece of JSON."""
    rest = _FRAGMENT.match(low, anchor_end)
    end = anchor_end if rest is None else rest.end()
    end = start + len(low[start:end].rstrip())
    cut = _CUT.match(low, end)
    return end if cut is None else cut.end()
