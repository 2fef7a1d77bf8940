"""Addresses of wallets: Bitcoin and its kin, Ethereum, TRON, XRP Ledger, TON by check sum or shape; Solana by label.

Formats: Base58Check, BIP-173/350, EIP-55 (upper and lower case alike), TRON 0x41, XRP Ledger, TEP-2.
"""

import re
from base64 import urlsafe_b64decode
from binascii import crc_hqx
from collections.abc import Iterator, Sequence
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.checksums import BASE58_RIPPLE, base58_decode, base58check, bech32
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan

_B58: Final = "1-9A-HJ-NP-Za-km-z"
_CHECKED = re.compile(
    rf"(?<![0-9A-Za-z])(?:(?P<ethereum>0[xX][0-9a-fA-F]{{40}})|(?P<bitcoin>[13LMDTA][{_B58}]{{24,34}})"
    rf"|(?P<ripple>r[{_B58}]{{24,34}})"
    r"|(?P<bech32>(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1|sei1|inj1|bnb1|BC1)[0-9A-Za-z]{20,110}))(?![0-9A-Za-z])"
)
_TON = re.compile(r"(?<![0-9A-Za-z_\-])[EUk0]Q[A-Za-z0-9_\-]{46}(?![0-9A-Za-z_\-])")
_TON_SECOND = re.compile("Q")
_SOLANA = re.compile(rf"(?<![0-9A-Za-z])[{_B58}]{{32,44}}(?![0-9A-Za-z])")
_HEX32 = re.compile(r"(?<![0-9a-z])0x[0-9a-f]{64}(?![0-9a-z])")
_LABELS = Labels(
    yes=words("address", "addr", "wallet", "sol", "solana", "phantom", "deposit", "sent to", "send to", "withdraw to",
        "my account", "sui", "aptos", "transfer to",
    ) + "|地址|錢包|钱包|收款|提到|转到|轉到|充到|打到|充值",
    no=words("tx", "txid", "txs", "txn", "hash", "signature", "sig", "transactions?", "contract", "mint", "program",
        "block", "tx ?hash", "order", "key", "secret", "token",
    ) + "|哈希|交易|签名|簽名|合约|合約|区块|订单|私钥|密钥",
)  # fmt: skip
_CONTRACT = Labels(
    yes=words("my", "wallet", "deposit"),
    no=words("contract", "contract address", "token contract", "token") + "|合约|合約|代币|代幣",
)

_NEAR_CHARS: Final = 90
"""No word that names an address begins further from its first character."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yield addresses; a contract named as one is nobody's wallet."""
    text, low, tokens = scan.text, scan.low, scan.at["token"]
    for match in starting(_CHECKED, text, tokens):
        valid = _VALID[match.lastgroup or ""]
        if valid(match.group()) and _CONTRACT.nearest(low, *match.span(), before=24, after=10) != "no":
            yield Hit(match.start(), match.end(), "WALLET_ADDRESS", "checksum")
    for match in starting(_TON, text, [q.start() - 1 for q in _TON_SECOND.finditer(text, 1)]):
        if _ton(match.group()) and _CONTRACT.before(low, match.start(), 24) != "no":
            yield Hit(match.start(), match.end(), "WALLET_ADDRESS", "checksum")
    yield from _labelled(scan, tokens)


def _labelled(scan: Scan, tokens: Sequence[int]) -> Iterator[Hit]:
    """Shapes that hashes have too, and so need a label: Solana, Sui and Aptos accounts."""
    text, low = scan.text, scan.low
    tokens = [at for at in tokens if scan.is_near("address", at - _NEAR_CHARS, at + _NEAR_CHARS)]
    for match in starting(_SOLANA, text, tokens):
        decoded = base58_decode(match.group())
        if decoded is not None and len(decoded) == 32 and _is_address(low, match):
            yield Hit(match.start(), match.end(), "WALLET_ADDRESS", "label")
    for match in starting(_HEX32, low, tokens):
        if _is_address(low, match):
            yield Hit(match.start(), match.end(), "WALLET_ADDRESS", "label")


def _is_address(low: str, match: re.Match[str]) -> bool:
    return _LABELS.nearest(low, *match.span(), before=24, after=14) == "yes"


def _bitcoin_like(value: str) -> bool:
    body = base58check(value)
    return body is not None and len(body) == 21


def _ripple(value: str) -> bool:
    return base58check(value, BASE58_RIPPLE) is not None


def _ton(value: str) -> bool:
    raw = urlsafe_b64decode(value)
    return crc_hqx(raw[:34], 0) == int.from_bytes(raw[34:], "big")


def _ethereum(value: str) -> bool:
    """Any mix of cases: EIP-55 is optional, and an address with a typing error is as personal."""
    return len(value) == 42


_VALID: Final = {"ethereum": _ethereum, "bitcoin": _bitcoin_like, "ripple": _ripple, "bech32": bech32}
