"""Private keys: WIF, BIP-38, extended keys, PEM blocks, secrets of other chains, and bare hex beside a label.

Formats: Bitcoin WIF (version 0x80, 0xEF), BIP-38, BIP-32 and SLIP-132 (xprv yprv zprv ...), RFC 7468,
Stellar SEP-23, XRP Ledger family seeds, Solana key pairs (64 bytes in base58 or a JSON array).
"""

from base64 import b32decode
from binascii import crc_hqx
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rules.detectors.anchored import around, starting
from rules.detectors.checksums import BASE58_RIPPLE, base58_decode, base58check
from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.fold import BETWEEN_FIELDS

_B58: Final = "1-9A-HJ-NP-Za-km-z"
_WIF: Final = rf"(?:[5KL9c][{_B58}]{{50,51}}|6P[{_B58}]{{56}})"
_ALONE: Final = r"(?![0-9A-Za-z])"
_PROVEN = expression(
    r"(?<![0-9A-Za-z])"
    rf"(?:(?P<wif>{_WIF}){_ALONE}|(?P<extended>[xyztuvYZUV]prv[{_B58}]{{90,110}}){_ALONE}"
    rf"|(?P<stellar>S[A-Z2-7]{{55}}){_ALONE}|(?P<ripple>s[{_B58}]{{25,30}}){_ALONE})"
)
_BECH32_SECRET = expression(
    r"(?<![0-9a-z])(?:suiprivkey1|nsec1|ed25519e?_sk1|age-secret-key-1|xprv1|root_xsk1)[0-9a-z]{50,200}"
    r"(?![0-9a-z])"
)
_PEM_BEGIN = expression(r"-----begin [a-z0-9 ]{0,30}private key(?: block)?-----")
_PEM_END = expression(r"-----end [a-z0-9 ]{0,30}private key(?: block)?-----")
_PEM_BODY = expression(r"[a-z0-9+/=\s\\]{0,8000}")
_HEX = expression(r"(?<![0-9a-z])(?:0x)?[0-9a-f]{64}(?![0-9a-z])")
# Cut off, mistyped or broken over lines: only right after a label that leaves no doubt.
_HEX_LOOSE = expression(
    r"(?<![0-9a-z])(?:0x)?[0-9a-f]{4,72}(?:[\s\-]{1,3}[0-9a-f]{4,72}){0,15}(?:\.{2,6}|…)?(?![0-9a-z])"
)
# From one key of a list to the next.
_NEXT = expression(r"[\"'\s,;]{1,8}(?:[0-9]{1,2}[.):、]\s{0,3}|[\-*]\s)?[\"']?")
_HEX_BEGIN = expression(r"(?<![0-9a-z])(?=(?:0x)?[0-9a-f]{4})")
_HEX_LOOSE_DIGITS: Final = range(48, 73)
_BASE58 = expression(rf"(?<![0-9A-Za-z])(?:(?P<solana>[{_B58}]{{85,90}})|(?P<wif>{_WIF})){_ALONE}")
_PAIR_BYTES: Final = 64
_BASE58_SIZES: Final = {"solana": {64}, "wif": {37, 38}}
_BYTES = expression(r"\[\s{0,4}(?:[0-9]{1,3}\s{0,4},\s{0,4}){63}[0-9]{1,3}\s{0,4}\]")
_BYTES_COMMAS: Final = 63

_OTHER: Final = words(
    "tx", "txs", "txn", "txid", "tx ?hash", "(?:tx|transaction) key", "hash",
    "transactions?", "block", "public key", "pubkey", "sha ?256",
    "checksum", "digest", "signature", "sig", "topic", "order", "commit", "address", "contract", "root", "id",
) + "|哈希|交易|区块|區塊|公钥|公鑰|签名|簽名|校验|校驗|订单|單號|单号|地址|合约|合約|摘要"  # fmt: skip
_LABELS = Labels(
    yes=words(
        "private keys?", "priv ?keys?", "pk", "pkey", "privkey", "secret keys?", "secret", "sk", "key", "signing key",
        "spending key", "seed",
    )
    + "|(?<![a-z])private(?=\\s?[:=])"
    + "|(?<![a-z])accounts[\"']?\\s?[:=]\\s?\\[(?=[\"'])"
    + "|(?:private|secret)_?key[a-z]{0,12}\\((?=[\"'])"
    + "|(?:private|secret)key(?:to|from)|from(?:private|secret)key|(?<![a-z])wallet\\((?=[\"'\\[])"
    + "|私钥|私鑰|密钥|密鑰|秘钥|秘鑰|钥匙|私匙|密匙|金钥|金鑰",
    no=_OTHER,
)  # fmt: skip
# Wallets export accounts; what else is exported is named.
_EXPORTED = Labels(
    yes=words("export(?:s|ed)?") + "|导出|導出|匯出",
    no=_OTHER + "|记录|記錄|账单|帳單|文件|" + words("files?", "csv", "report", "history", "logs?", "statement"),
)
# A key is kept on paper, in an old machine, or is all that is left without its phrase; a hash is looked up on a page.
_KEPT_EN: Final = words(
    "brain ?wallet", "paper (?:wallet|backup|copy|note)", "(?:piece|sheet) of paper", "wrote (?:it |this )?down",
    "written down", "handwritten", "hand ?typed", "by hand", "notebook", "usb (?:stick|drive)", "safe deposit box",
    "old (?:laptop|computer|phone|pc|drive|hard ?drive|hard ?disk|disk|hdd|notes?)", "sweep",
    "(?:lost|no|without) (?:the |my |any )?(?:seed|mnemonic|recovery)(?: phrase| words?)?",
    "(?:seed|mnemonic|recovery)(?: phrase| words?)? (?:is|are|was) (?:gone|lost)", "64 (?:characters?|chars|hex)",
)  # fmt: skip
_KEPT = expression(
    _KEPT_EN
    + "|[脑腦][钱錢]包|[纸紙][钱錢]包|手打|手抄|抄[了下在的]|手[写寫]|[纸紙]上|[纸紙][条條]|本子|[笔筆][记記]本"
    "|[旧舊老](?:[电電][脑腦]|手[机機]|硬[盘盤碟])|硬[盘盤碟]|[uU]盘|翻出"
    "|助[记記][词詞](?:早?就?已?[经經]?)?(?:[没沒]|[丢丟]|不[见見]|忘|找不)"
)
_MOVED_EN: Final = words(
    "withdraw(?:al|als|n|ing|ed|s)?", "deposit(?:s|ed|ing)?", "transfer(?:s|red)?", "sent", "send(?:ing)?", "pending",
    "confirm(?:ed|ation|ations)?", "explorer", "[a-z]{2,8}scan", "arrive[ds]?", "credited", "payment", "paid",
    "receipt", "stuck", "missing", "sha", "md5", "apk", "download(?:ed)?", "file",
)  # fmt: skip
_MOVED: Final = expression(
    f"{_OTHER}|{_MOVED_EN}"
    "|[转轉][账賬帳]|提[现現]|提[币幣]|充[值币幣]|到[账賬帳]|入[账賬帳]|[链鏈]上|[浏瀏][览覽]器|[这這那][笔筆]"
    "|一[笔筆]|打款|收到|[单單][号號]"
)
_STORY_CHARS: Final = 120
_IMPORTED = expression(r"[\s,]{0,2}(?:[来來去再]|[进進]行)?(?:导入|導入|匯入)")
_SURE = Labels(yes=words("private keys?", "priv ?key", "secret key") + "|私钥|私鑰|密钥|密鑰|私匙|密匙", no=_OTHER)
_BEFORE_CHARS: Final = 26
_BEFORE_CHARS_CONNECTED: Final = 64
# `... this is my private key`: what is said of the value right behind it reaches further than a label beside it.
_SAID_OF = expression(
    r"[\s,.;:\"')\]<\-]{0,4}(?:(?:this|that|it|which|here|these|those)(?: is|'s| was)|is|was|=) "
    r"(?:my |the |our |his |her |its )?(?:[a-z]{1,12} ){0,2}(?:private|secret) ?key(?![a-z])"
    # What a page shows it as.
    r"|[\s\"')]{1,3}(?:under|below|behind|beside|next to|labell?ed) \"?(?:[a-z]{1,12} ){0,2}"
    r"(?:private|secret) ?key(?![a-z])"
)
_CONNECTED = expression(r"(?:is|was|got|gives?|gave|shows?|says?|[:=]|是|为|為|係|得到)[\s\"']{0,3}\Z")
_SURE_BEFORE_CHARS: Final = 32
_AFTER_CHARS: Final = 18
_NEAR_CHARS: Final = 84


def find(scan: Scan) -> Iterator[Hit]:
    """Yield private keys in long runs of letters and digits."""
    text, low, tokens = scan.text, scan.low, scan.at["token"]
    yield from _checksummed(text, tokens)
    last = -1
    for match in starting(_HEX, low, tokens):
        if (
            (last >= 0 and _NEXT.fullmatch(low, last, match.start()) is not None)
            or _labelled(scan, *match.span())
            or _exported(scan, match.start())
            or _kept(scan, *match.span())
            or _IMPORTED.match(low, match.end()) is not None
        ):
            last = match.end()
            yield Hit(match.start(), last, "PRIVATE_KEY", "label")
    for match in starting(_BASE58, text, tokens):
        decoded = base58_decode(match.group())
        sizes = _BASE58_SIZES[match.lastgroup or ""]
        if decoded is None or len(decoded) not in sizes:
            continue
        if len(decoded) == _PAIR_BYTES and _is_pair(decoded):
            yield Hit(match.start(), match.end(), "PRIVATE_KEY", "checksum")
        elif _labelled(scan, *match.span()):
            yield Hit(match.start(), match.end(), "PRIVATE_KEY", "label")


def find_prefixed(scan: Scan) -> Iterator[Hit]:
    """Yield keys in bech32, which begin with what they are."""
    for match in starting(_BECH32_SECRET, scan.low, scan.at["secret prefix"]):
        yield Hit(match.start(), match.end(), "PRIVATE_KEY", "prefix")


def find_loose(scan: Scan) -> Iterator[Hit]:
    """Yield keys that are cut off, mistyped or broken over lines, where a label ends within reach before them."""
    low = scan.low
    starts = [begin.start() for begin in around(_HEX_BEGIN, low, scan.at["private key"], 0, _SURE_BEFORE_CHARS + 12)]
    for match in starting(_HEX_LOOSE, low, starts):
        digits = sum(map(str.isalnum, match.group().removeprefix("0x")))
        if digits in _HEX_LOOSE_DIGITS and _SURE.before(low, match.start(), _SURE_BEFORE_CHARS) == "yes":
            yield Hit(match.start(), match.end(), "PRIVATE_KEY", "label")


def find_blocks(scan: Scan) -> Iterator[Hit]:
    """Yield PEM blocks; one that is cut off is a secret to the last character that can belong to it."""
    low = scan.low
    for begin in _PEM_BEGIN.finditer(low):
        end = _PEM_END.search(low, begin.end(), begin.end() + 8000)
        last = end or _PEM_BODY.match(low, begin.end())
        if last is not None:
            yield Hit(begin.start(), last.end(), "PRIVATE_KEY", "armour")


def may_be_byte_array(scan: Scan) -> bool:
    """Whether there are a bracket and commas enough."""
    return b"[" in scan.data and scan.data.count(b",") >= _BYTES_COMMAS


def find_byte_arrays(scan: Scan) -> Iterator[Hit]:
    """Yield arrays of 64 bytes, the form a Solana key file has."""
    for match in _BYTES.finditer(scan.low):
        yield Hit(match.start(), match.end(), "PRIVATE_KEY", "shape")


def _checksummed(text: str, tokens: Sequence[int]) -> Iterator[Hit]:
    for match in starting(_PROVEN, text, tokens):
        kind, value = match.lastgroup, match.group()
        if kind == "extended":
            yield Hit(match.start(), match.end(), "PRIVATE_KEY", "prefix")
        elif (
            (kind == "wif" and is_wif(base58check(value)))
            or (kind == "stellar" and _is_stellar(value))
            or (kind == "ripple" and _is_ripple(base58check(value, BASE58_RIPPLE)))
        ):
            yield Hit(match.start(), match.end(), "PRIVATE_KEY", "checksum")


def is_wif(body: bytes | None) -> bool:
    """Whether these are the bytes of a key in the form for import."""
    return body is not None and (body[0] in {0x80, 0xEF} or body[:2] in {b"\x01\x42", b"\x01\x43"})


def _is_stellar(value: str) -> bool:
    raw = b32decode(value)
    return crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")


def _is_pair(pair: bytes) -> bool:
    """Whether the second half is the public key of the first: no signature, which is as long, ever is."""
    return Ed25519PrivateKey.from_private_bytes(pair[:32]).public_key().public_bytes_raw() == pair[32:]


def _is_ripple(body: bytes | None) -> bool:
    return body is not None and body[0] in {0x21, 0x01}


def _exported(scan: Scan, start: int) -> bool:
    """Whether the words before say that an account was exported."""
    return (
        scan.is_near("export", start - _NEAR_CHARS, start)
        and _EXPORTED.before(scan.low, start, _BEFORE_CHARS_CONNECTED) == "yes"
    )


def _kept(scan: Scan, start: int, end: int) -> bool:
    """Whether the text around tells of a key that was kept somewhere, and of nothing that was sent."""
    begin, stop = max(0, start - _STORY_CHARS), end + _STORY_CHARS
    if not scan.is_near("kept", begin, stop):
        return False
    low = scan.low
    beside = (low[begin:start].rpartition(BETWEEN_FIELDS)[2], low[end:stop].partition(BETWEEN_FIELDS)[0])
    return any(map(_KEPT.search, beside)) and not any(map(_MOVED.search, beside))


def _labelled(scan: Scan, start: int, end: int) -> bool:
    if not scan.is_near("key", start - _NEAR_CHARS, end + _NEAR_CHARS):
        return False
    low = scan.low
    # `the private key, which I saved last year, is ...`: a verb right before the value carries further.
    if _SAID_OF.match(low, end) is not None:
        return True
    connected = _CONNECTED.search(low, max(0, start - 6), start) is not None
    before = _BEFORE_CHARS_CONNECTED if connected else _BEFORE_CHARS
    return _LABELS.nearest(low, start, end, before=before, after=_AFTER_CHARS) == "yes"
