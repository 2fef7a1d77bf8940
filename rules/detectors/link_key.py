"""Keys that stand in a link: of nodes (`mainnet.infura.io/v3/...`), of what posts into a chat (webhooks), and what
lets in whoever opens the link (`/reset?token=...`, `#access_token=...`).

Formats as published by Infura, Alchemy, QuickNode and Ankr, by Slack, Discord, Microsoft Teams, WeCom, DingTalk and
Feishu. The link stays, so that it can still be told which service is spoken of.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.checksums import base58_decode
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_KEY: Final = r"(?P<value>(?!0x)(?=[0-9A-Za-z_\-]{0,63}[0-9])[0-9A-Za-z_\-]{20,128})(?![0-9A-Za-z_\-]|\.[0-9A-Za-z])"
_BEGIN: Final = r"(?<![0-9a-z.\-])"
_HOST: Final = r"[0-9a-z.\-]{0,60}"
_NODE = expression(
    rf"{_BEGIN}{_HOST}(?:infura|alchemy(?:api)?|qui(?:c)?knode|ankr|getblock|chainstack|blastapi|helius|nodereal|tenderly"
    rf"|blockpi|(?<![a-z])rpc){_HOST}\.[a-z]{{2,8}}"
    r"(?:/(?!tx/|txs/|address/|block/|account/|token/)[0-9a-z_\-]{1,16}){0,3}/(?:\?api[_-]?key=)?"
    rf"{_KEY}",
    re.IGNORECASE,
)
_WEBHOOK = expression(
    rf"{_BEGIN}[0-9a-z.\-]{{4,60}}/(?:[0-9a-z_.@\-]{{1,80}}/){{0,6}}"
    rf"(?:[a-z_]{{0,16}}\?(?:[a-z_]{{1,12}}=[0-9a-z]{{1,12}}&){{0,2}}(?:key|token|access_token)=)?{_KEY}",
    re.IGNORECASE,
)
_IS_WEBHOOK = expression(r"webhook|(?<![0-9a-z\-])hooks\.|/hook/|/robot/", re.IGNORECASE)
_LINK = expression(r"://[^\s\"'<>()\u3000-\uffef]{4,2000}")
_PASS = expression(
    r"(?:[?&#;](?:[a-z]{2,16}[_\-]?)??(?:token|ticket|jwt|otp|secret|session(?:[_\-]?id)?|code|key)="
    r"|/(?:reset|verify|confirm|activate|magic|invite|unlock|recover|log-?in|sign-?in)[a-z\-]{0,20}/)"
    r"(?P<value>(?!0x)(?=[0-9A-Za-z_\-]{0,63}[0-9])[0-9A-Za-z_\-]{16,512})(?![0-9A-Za-z_\-]|\.[0-9A-Za-z])",
    re.IGNORECASE,
)
_ADDRESS_BYTES: Final = (25, 32)
_ADDRESS_MAX: Final = 45
_UUID = expression(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS = expression(r"[a-z]{3,}[_\-](?:[a-z]{1,2}[_\-])?[a-z]{3,}")
_DIGITS_MIN: Final = 2
_BEFORE_CHARS: Final = 160
_AFTER_CHARS: Final = 320


def find(scan: Scan) -> Iterator[Hit]:
    """Yield the part of a link that lets in whoever has it."""
    text, words = scan.text, scan.at["key link"]
    for pattern in (_NODE, _WEBHOOK):
        for match in around(pattern, text, words, _BEFORE_CHARS, _AFTER_CHARS):
            named = pattern is _NODE or _IS_WEBHOOK.search(text, match.start(), match.start("value")) is not None
            if named and _is_random(match["value"]):
                yield Hit(*match.span("value"), "API_KEY", "link")


def find_pass(scan: Scan) -> Iterator[Hit]:
    """Yield what lets in whoever opens the link; an address of a coin lets nobody in."""
    for link in starting(_LINK, scan.text, scan.at["link"]):
        for match in _PASS.finditer(scan.text, *link.span()):
            value = match["value"]
            decoded = base58_decode(value) if len(value) < _ADDRESS_MAX else None
            if _is_random(value) and (decoded is None or len(decoded) not in _ADDRESS_BYTES):
                yield Hit(*match.span("value"), "API_KEY", "link")


def _is_random(value: str) -> bool:
    """Whether it is no name of a page, which has words with joiners between them."""
    return _UUID.fullmatch(value) is not None or (
        sum(map(str.isdigit, value)) >= _DIGITS_MIN and not value.isdigit() and _WORDS.search(value) is None
    )
