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
from rules.expression import expression

_B58: Final = "1-9A-HJ-NP-Za-km-z"
_CHECKED = expression(
    rf"(?<![0-9A-Za-z])(?:(?P<ethereum>0[xX][0-9a-fA-F]{{40}})|(?P<bitcoin>[13LMDTA][{_B58}]{{24,34}})"
    rf"|(?P<ripple>r[{_B58}]{{24,34}})"
    r"|(?P<bech32>(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1|sei1|inj1|bnb1|BC1)[0-9A-Za-z]{20,110}))(?![0-9A-Za-z])"
)
_TON = expression(r"(?<![0-9A-Za-z_\-])[EUk0]Q[A-Za-z0-9_\-]{46}(?![0-9A-Za-z_\-])")
_TON_SECOND = expression("Q")
_SOLANA = expression(rf"(?<![0-9A-Za-z])[{_B58}]{{32,44}}(?![0-9A-Za-z])")
_HEX32 = expression(r"(?<![0-9a-z])0x[0-9a-f]{64}(?![0-9a-z])")
_LABELS = Labels(
    yes=words("address", "addr", "wallet", "sol", "solana", "phantom", "deposit", "sent to", "send to", "withdraw to",
        "my account", "sui", "aptos", "transfer to",
    ) + "|地址|錢包|钱包|收款|提到|转到|轉到|充到|打到|充值",
    no=words("tx", "txid", "txs", "txn", "hash", "signature", "sig", "transactions?", "contract", "mint", "program",
        "block", "tx ?hash", "order", "key", "secret", "token",
    ) + "|哈希|交易|签名|簽名|合约|合約|区块|订单|私钥|密钥",
)  # fmt: skip
_ACCOUNT = expression(
    r"(?:(?<![a-z])(?:(?<!tx )(?<!hash )addr(?:ess)?|(?<!from )(?<!from my )(?<!from the )(?:wallet|account)"
    r"|(?:send|sent|withdraw|transfer) (?:it )?to)"
    r"|地址|[钱錢]包|收款|[转轉提打]到|提[币幣]到)(?: (?:on|in|for|of) [a-z]{2,10})?[\s:=(\"']{0,3}(?:is|was|是"
    r"|為|为|係)?[\s:=(\"']{0,3}\Z"
)
_ACCOUNT_CHARS: Final = 40
_CONTRACT = Labels(
    yes=words("my", "wallet", "deposit"),
    no=words("contract", "contract address", "token contract", "token") + "|合约|合約|代币|代幣",
)

# `is 0xdAC1... the real USDT contract?`, `which contract is right, 0x3c49...?`
_CALLED_CONTRACT = expression(
    r"\s?(?:is |was |really |still )?(?:the|a|an|your|their) (?:[a-z0-9]{1,12} ){0,3}(?:contract|token"
    r"|coin)(?: address)?(?![a-z])"
    r"|\s?(?:是|係)(?:不是|唔係)?[\u4e00-\u9fff0-9a-z ]{0,10}?(?:合约|合約|代币|代幣)"
)
_ASKED_CONTRACT = expression(
    r"(?:which|what|right|real|official|correct"
    r"|verified) (?:[a-z0-9]{1,12} ){0,3}contract(?! interaction)[^.!?\n\x1a]{0,48}\Z"
)
_CALLED_CHARS: Final = 64
_ASKED_CHARS: Final = 96
_TOKENS: Final = frozenset({
    "0xdac17f958d2ee523a2206206994597c13d831ec7", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
    "0x6b175474e89094c44da98b954eedeac495271d0f", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
    "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", "0x514910771af9ca656af840dff83e8264ecf986ca",
    "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984", "0x95ad61b0a150d79219dcf64e1e6cc01f0b64c4ce",
    "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", "0x2791bca1f2de4661ed88a30c99a7a9449aa84174",
    "0xc2132d05d31c914a87c6611c10748aeb04b58e8f", "0x55d398326f99059ff775485246999027b3197955",
    "0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d", "0xe9e7cea3dedca5984780bafc599bd69add087d56",
    "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "0xaf88d065e77c8cc2239327c5edb3a432268e5831",
    "0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9", "tr7nhqjekqxgtci8q8zy4pl8otszgjlj6t",
})  # fmt: skip
"""Contracts of the tokens that are moved most (USDT, USDC, DAI, WETH, WBTC, LINK, UNI, SHIB, BUSD): nobody's wallet."""
_NEAR_CHARS: Final = 90
"""No word that names an address begins further from its first character."""


def find(scan: Scan) -> Iterator[Hit]:
    """Yield addresses; a contract named as one is nobody's wallet."""
    text, low, tokens = scan.text, scan.low, scan.at["token"]
    for match in starting(_CHECKED, text, tokens):
        valid = _VALID[match.lastgroup or ""]
        if valid(match.group()) and not _is_contract(low, *match.span()):
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
        if _is_account(low, match.start()):
            yield Hit(match.start(), match.end(), "WALLET_ADDRESS", "label")


def _is_contract(low: str, start: int, end: int) -> bool:
    """Whether it is a token's, as everybody knows, or as the words beside it say."""
    if low[start:end] in _TOKENS:
        return True
    near = _CONTRACT.nearest(low, start, end, before=24, after=10)
    return near == "no" or (
        near is None
        and (
            _CALLED_CONTRACT.match(low, end, end + _CALLED_CHARS) is not None
            or _ASKED_CONTRACT.search(low, max(0, start - _ASKED_CHARS), start) is not None
        )
    )


def _is_address(low: str, match: re.Match[str]) -> bool:
    return _LABELS.nearest(low, *match.span(), before=24, after=14) == "yes"


def _is_account(low: str, start: int) -> bool:
    """Whether 32 bytes are an account of Sui or Aptos. The hash of a transaction is written alike, and told of with the
    same words (`my deposit 0x...`): so it takes an address by name, right before it."""
    return _ACCOUNT.search(low, max(0, start - _ACCOUNT_CHARS), start) is not None


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
