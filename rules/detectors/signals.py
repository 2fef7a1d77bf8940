"""One cheap pass over a message that says which detectors can find anything; most can not.

`registry.find` asks it first, so an ordinary message pays for a few byte translations and one scan
for literals. A signal may be too generous, never too strict.
"""

import re
from typing import Final

import ahocorasick_rs
import msgspec

from rules.detectors.seed import possible_words
from rules.fold import Folded

_DIGITS: Final = b"0123456789"
_RUN = bytes(120 if chr(code).isalnum() and code < 128 else 32 for code in range(256))
_DIGIT = bytes(100 if chr(code).isdigit() and code < 128 else 32 for code in range(256))
_DIGIT_JOINERS: Final = b" \t\r\n-._/,()|*+:"
_TOKEN_CHARS: Final = 20
_ADDRESS = re.compile(rb"[0-9]\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:")
_OTHER_SCRIPT = re.compile("[\u0400-\u04ff\u1100-\u11ff\u3041-\u30ff]{2}|ı")

_LABELS: Final[dict[str, tuple[str, ...]]] = {
    "seed": (
        "seed", "mnemonic", "phrase", "recovery", "secret word", "backup word", "12 word", "24 word",
        "助记", "助記", "恢复", "恢復", "种子", "種子", "备份", "備份", "单词", "單詞", "回復",
    ),
    "password": (
        "pass", "pwd", "pw:", "pw ", "pw'", "p/w", "pin", "login", "log in", "log-in", "credential", "pswd",
        "kennwort", "contrasena", "senha", "пароль", "wachtwoord", "密码", "密碼", "口令", "账号", "帳號", "通行码",
    ),
    "code": (
        "code", "otp", "2fa", "token", "one-time", "one time", "onetime", "verif", "auth", "验证码", "驗證碼", "校验码",
        "校驗碼", "动态", "動態", "口令", "验证", "驗證", "短信码", "一次性密码", "认证码", "認證碼", "确认码",
        "確認碼", "谷歌码", "激活码",
    ),
    "cvv": ("cvv", "cvc", "csc", "cid", "security code", "安全码", "安全碼", "后三位", "後三位", "末三位", "三位"),
    "json": ("ciphertext", "kdfparams", "cipherparams", "encseed", "salt"),
    "pem": ("-----begin",),
    "prefix": (
        "sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
        "xox", "akia", "asia", "aiza", "ya29.", "eyj", "npm_", "sg.", "hf_", "shpat_", "whsec_",
        "pypi-", "dop_v1_", "api", "secret", "token", "bearer", "key", "密钥", "密鑰", "bot",
    ),
    "at": ("(at)", "[at]", " dot ", "(dot)", "[dot]"),
    "identity": (
        "id card", "identity", "hkid", "national id", "身份证", "身份證", "证件", "證件", "身分證",
        "passport", "护照", "護照", "ssn", "social security",
    ),
    "person": (
        "name", "i am ", "i'm ", "this is ", "regards", "sincerely", "cheers", "best", "holder", "mr ", "mr.", "mrs",
        "ms.", "dr.", "我叫", "姓名", "名字", "我是", "户名", "戶名", "本人", "收款人", "持卡人", "联系人", "开户",
    ),
    "place": (
        "street", "road", "avenue", " st", " rd", " ave", "lane", "drive", "boulevard", " blvd", "court", "square",
        "terrace", "close", " way", "crescent", "parkway", "highway", "gardens", "circle", "place", "地址", "路", "街",
        "道", "巷", "弄", "胡同", "花园", "小区", "村", "段",
    ),
}  # fmt: skip
_LITERALS: Final = tuple((word, group) for group, words in _LABELS.items() for word in words)
_SCAN = ahocorasick_rs.AhoCorasick([word for word, _ in _LITERALS])
_GROUP_OF: Final = tuple(group for _, group in _LITERALS)


class Signals(msgspec.Struct, frozen=True):
    """What a message may hold, as far as a glance tells."""

    digits: int
    """How many ASCII digits after folding."""
    digit_run: bytes
    """Digits with the usual joiners removed, everything else a space."""
    long_token: bool
    """A run of at least 20 letters and digits."""
    at: bool
    dots: int
    address: bool
    """Something dotted or coloned as network addresses are."""
    seed_words: bool
    """Enough words of an alphabetic BIP-39 list in a row."""
    seed_fragments: bool
    """Several shorter rows of such words."""
    chinese: bool
    labels: frozenset[str]

    def has_digits(self, count: int) -> bool:
        """Whether `count` digits follow each other with nothing but joiners between them."""
        return b"d" * count in self.digit_run


def glance(folded: Folded) -> Signals:
    """Look `folded` over once."""
    data = folded.text.encode("utf-8", "surrogatepass")
    digits = len(data) - len(data.translate(None, _DIGITS))
    ascii_only = len(data) == len(folded.text)
    whole, torn = possible_words(data)
    return Signals(
        digits=digits,
        digit_run=data.translate(_DIGIT, _DIGIT_JOINERS) if digits else b"",
        long_token=b"x" * _TOKEN_CHARS in data.translate(_RUN),
        at=b"@" in data,
        dots=data.count(b"."),
        address=_ADDRESS.search(data) is not None,
        seed_words=whole or (not ascii_only and _OTHER_SCRIPT.search(folded.low) is not None),
        seed_fragments=torn,
        chinese=not ascii_only,
        labels=frozenset(
            _GROUP_OF[index] for index, _, _ in _SCAN.find_matches_as_indexes(folded.low, overlapping=True)
        ),
    )
