"""Private keys that are told in pieces: `the first half is 4c08..., the rest fe51...`, `私钥前半段...后半段...`.

A piece has no check digit. The word for a part beside it shows what it is, or that the pieces make a key together; and
that a private key was spoken of, and nothing else that is so long.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rules.detectors.anchored import starting
from rules.detectors.checksums import base58check
from rules.detectors.connective import IS, QUOTE, SHI
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.private_key import is_wif
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.fold import BARRIER

_PIECE = expression(
    r"(?<![0-9A-Za-z])(?:(?P<hex>(?:0[xX])?(?=[0-9]{0,40}[a-fA-F])(?=[a-fA-F]{0,40}[0-9])[0-9a-fA-F]{12,63})"
    r"|(?=[1-9A-HJ-NP-Z]{0,40}[a-km-z])(?=[1-9a-km-z]{0,40}[A-HJ-NP-Z])[1-9A-HJ-NP-Za-km-z]{12,100})(?![0-9A-Za-z])"
)
_RUN = re.compile(rb"(?<![xd])[xd]{12,}")
_NAME: Final = words(
    "private keys?", "priv ?keys?", "secret keys?", "signing key", "spending key", "wif(?: key)?", "[xyz]prv",
    "extended (?:private )?key",
) + "|私[钥鑰匙]|[密秘金][钥鑰]|密匙"  # fmt: skip
_OTHER: Final = words(
    "tx", "txs", "txn", "txid", "tx ?hash", "hash", "transactions?", "public key", "pubkey", "signature", "sig",
    "orders?", "ticket", "contract", "checksum", "digest", "commit", "api ?key", "sha ?256",
) + "|哈希|交易|公[钥鑰]|[签簽]名|[订訂][单單]|[单單][号號]|合[约約]|校[验驗]|摘要"  # fmt: skip
_KEY: Final = _NAME + "|" + words("(?:my|the|wallet|old) key")
_LABELS = Labels(yes=_KEY, no=_OTHER)
_SPOKEN_OF = expression(_KEY)
_BEFORE_KEY: Final = 10
_REACH: Final = 300
_REACH_AFTER: Final = 80
_NAMED = expression(rf"(?:{_NAME})(?: [a-z]{{1,10}}){{0,2}}(?:{IS}|{SHI}|\s{{1,2}}(?=[5KLxyz])){QUOTE}\Z")
_NAMED_CHARS: Final = 48
_NTH: Final = "(?:first|second|third|fourth|other|last|next|final|remaining|1st|2nd|3rd|4th|front|back|top|bottom)"
_PART: Final = "(?:half|part|piece|bit|portion|section|chunk|segment|quarter|line|string|block)"
_PART_EN: Final = (
    rf"(?<![a-z])(?:{_NTH} (?:{_PART}|[0-9]{{1,2}}|(?:one|set))(?: (?:chars|characters|digits|letters))?"
    rf"|{_PART} ?(?:one|two|three|four|[1-4a-d])(?:/[2-4]| of (?:[2-4]|two|three|four))?|[1-4] ?(?:/|of) ?[2-4]"
    r"|(?:the )?(?:rest|remainder|remaining|other half)"
    r"|(?:starts?|begins?|beginning|starting|ends?|ending|finish(?:es)?|continues?|goes)(?: on)? (?:with|in|as))"
    r"(?: of (?:it|[a-z' ]{1,40}?))?(?: (?:is|was|are|goes|reads|here))?"
)
_PART_ZH: Final = (
    r"(?:[前后後上下另左右頭头尾]一?[面边邊]?的?(?:半[段截部串边邊份条條]?分?|[截段]|部分|[0-9]{1,2}\s?[位个個])"
    r"|第[一二三四1-4](?:段|部分|截|[条條]|串|[节節])|剩[下余餘]?的?|[余餘]下的?|其[余餘]的?|[开開][头頭]|[结結]尾)"
    r"[^\n0-9a-z\x1a]{0,6}"
)
_BESIDE = expression(rf"(?:{_PART_EN}|{_PART_ZH})[\s:=,.\-\"'(>]{{0,4}}\Z")
_BESIDE_CHARS: Final = 84
_BEHIND = expression(
    rf"[\s,)\"'\-]{{1,3}}(?:(?:and )?(?:(?:that|this|it)(?:'?s| is| was)|is|was) )?(?:the |my )?{_NTH} {_PART}(?![a-z])"
    r"|\s{0,2}[,(]?\s?(?:[这這那]?就?[是係])?(?:[前后後上下另]一?半)"
)
_GOES_ON = expression(
    rf"[0-9A-Za-z{BARRIER}][\s,;.:+&|/\-]{{0,4}}"
    r"(?:(?:and|then|followed by|plus|next|after that|now|接[着著]|然[后後]|再|跟住|之[后後]|加上)[\s,:]{0,3}){0,3}\Z"
)
_GOES_ON_CHARS: Final = 32
_BETWEEN_MAX: Final = 60
_HEX_DIGITS: Final = 64
_PIECES_MAX: Final = 6
_DIGITS_MIN: Final = 2
_EXTENDED_CHARS: Final = range(107, 113)


class _Piece(NamedTuple):
    start: int
    end: int
    value: str
    is_hex: bool


def find(scan: Scan) -> Iterator[Hit]:
    """Yield the pieces of private keys."""
    pieces = [
        _Piece(*match.span(), match.group(), match["hex"] is not None)
        for match in starting(_PIECE, scan.text, [begin for begin, _ in scan.spans(_RUN)])
        if sum(map(str.isdigit, match.group())) >= _DIGITS_MIN
    ]
    whole = set(_whole(pieces))
    for piece in pieces:
        told = piece in whole or _is_named(scan.low, piece) or _is_part(scan.low, piece)
        if told and _is_of_key(scan.low, piece):
            yield Hit(piece.start, piece.end, "PRIVATE_KEY", "part of a key")


def may_be_parts(scan: Scan) -> bool:
    """Whether there are digits, and a private key is spoken of."""
    if "digit" not in scan.at:
        return False
    labels = [*scan.at.get("private key", ()), *scan.at.get("part of a key", ())]
    return any(_SPOKEN_OF.search(scan.low, max(0, at - _BEFORE_KEY), at + _BEFORE_KEY) is not None for at in labels)


def _whole(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    """Those that make a key with their neighbours."""
    row: list[_Piece] = []
    for piece in pieces:
        near = row and piece.start - row[-1].end <= _BETWEEN_MAX and row[-1].is_hex == piece.is_hex
        row = [*row[1 - _PIECES_MAX :], piece] if near else [piece]
        for first in range(len(row) - 1):
            if _is_whole(row[first:]):
                yield from row[first:]


def _is_whole(pieces: Sequence[_Piece]) -> bool:
    joined = "".join(piece.value for piece in pieces)
    if pieces[0].is_hex:
        return len(joined.lower().removeprefix("0x")) == _HEX_DIGITS
    return (joined[1:4] == "prv" and len(joined) in _EXTENDED_CHARS) or is_wif(base58check(joined))


def _is_named(low: str, piece: _Piece) -> bool:
    """Whether the name of a key leads right to it."""
    return _NAMED.search(low, max(0, piece.start - _NAMED_CHARS), piece.start) is not None


def _is_part(low: str, piece: _Piece) -> bool:
    """Whether a word for a part stands beside it, or it goes on behind another piece."""
    start, end = piece.start, piece.end
    if _BESIDE.search(low, max(0, start - _BESIDE_CHARS), start) is not None or _BEHIND.match(low, end) is not None:
        return True
    goes_on = _GOES_ON.search(low, max(0, start - _GOES_ON_CHARS), start)
    return goes_on is not None and low[goes_on.start()] == BARRIER


def _is_of_key(low: str, piece: _Piece) -> bool:
    """Whether what was spoken of last is a key; across a mask, which may be its other half."""
    near = _LABELS.last(low, max(0, piece.start - _REACH), piece.start)
    return (near or _LABELS.after(low, piece.end, _REACH_AFTER)) == "yes"
