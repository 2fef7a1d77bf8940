"""What people tell though nobody should hold it: unique values in believable sentences, the same at every run.

Each `Told` knows how to be found again: by the value, by its parts, and where the value is too short to be looked for
in megabytes, by the words that stood before it.
"""

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle

from tests.corpora import values

SECRETS = {
    "SEED": ("I typed my recovery phrase {} into a page that looked like yours", "我把助记词 {} 发给了骗子"),
    "SEED_ZH": ("my seed phrase: {}\nis it still safe?", "我的助记词：{}\n现在余额没了"),
    "KEY": ("here is the private key {} please look", "私钥 {} 还能恢复吗"),
    "KEY_HEX": ("private key: {}", "我的私钥是{}"),
    "KEYSTORE": ("this is my keystore file:\n{}", "keystore 文件内容如下：\n{}"),
    "PASSWORD": ("my password is {} but it is refused", "密码是{}，一直提示错误"),
    "PIN": ("my pin is {} and the app says wrong", "我的支付密码是{}，提示不对"),
    "CARD": ("Card {} was charged twice", "卡号{}被扣款两次"),
    "CVV": ("the CVV is {} as printed on the back", "安全码是{}，还是失败"),
    "OTP": ("the verification code is {} but it says expired", "我收到的验证码是{}，但提示无效"),
    "API_KEY": ("our bot uses {} since yesterday", "API key：{}，昨天开始报错"),
}
"""What nobody may hold, on any channel: slots of tests/corpora/values.py and how people say them."""

PERSONAL = {
    "IBAN": ("please pay it out to {} today", "我的IBAN是{}"),
    "ID_CN": ("my national id is {}", "身份证号：{}"),
    "ID_HK": ("my HKID is {}", "香港身份证 {} 审核失败"),
    "SSN": ("my SSN is {}", "社会安全号 SSN {}"),
    "PASSPORT": ("my passport is {} for the check", "护照号{}"),
    "PHONE": ("call me at {}", "电话：{}"),
    "PHONE_CN": ("my phone number is {}", "手机号{}收不到短信"),
    "EMAIL": ("my email is {}", "邮箱是 {} ，收不到信"),
    "WALLET": ("my address is {}", "我的地址是{}"),
    "IP": ("IP {} is not mine", "IP地址{}不是我"),
    "NAME": ("my name is {}", "my full name is {}"),
    "NAME_ZH": ("姓名：{}，一直没审核", "我叫{}，账户被冻结"),
    "STREET": ("I live at {}", "my home address is {}"),
    "STREET_ZH": ("收货地址：{}", "我住在{}"),
}
"""What must not be read by others: masked on public channels, kept on private ones."""

MARK = "the marker is {}"
_TYPES = {slot: kind for slot, (kind, _) in values.SECRETS.items()}
_PLAIN_CHARS_MIN = 8
"""A shorter value turns up in ids and times by chance; it is looked for with the words before it."""
_RUN_WORDS = 4
_TRIES_MAX = 1_000
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")
_PIECE = re.compile(r"[A-Za-z0-9+/]{16,}")


@dataclass(frozen=True)
class Told:
    """One value as it was told; `value` is a secret, or a canary that has to be found."""

    slot: str
    value: str
    said: str
    """The sentence with the value."""
    around: str
    """The value with the words before it and the first letters after it."""

    @property
    def type(self) -> str:
        """The name of its mask; empty for a canary."""
        return _TYPES.get(self.slot, "")

    @property
    def rest(self) -> str:
        """What may stay of the sentence."""
        return self.said.replace(self.value, f"[{self.type}]")

    def whole(self) -> Iterator[str]:
        """The value, as it was told and without what joins its parts, and each long part of it."""
        plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", self.value)))
        if len(plain) < (_PLAIN_CHARS_MIN if plain.isascii() else _RUN_WORDS):
            yield self.around
            return
        yield self.value
        yield _quoted(self.value)
        yield plain
        yield from _PIECE.findall(self.value)

    def runs(self) -> Iterator[str]:
        """Of a phrase each run of words, as it was told and with single spaces."""
        if not self.slot.startswith("SEED"):
            return
        words = list(re.finditer(r"[^\W\d_]" if self.slot == "SEED_ZH" else r"[^\W\d_]+", self.value))
        for start in range(len(words) - _RUN_WORDS + 1):
            run = words[start : start + _RUN_WORDS]
            yield self.value[run[0].start() : run[-1].end()]
            yield _quoted(self.value[run[0].start() : run[-1].end()])
            yield ("" if self.slot == "SEED_ZH" else " ").join(word[0] for word in run)


def _quoted(text: str) -> str:
    return text.replace("\n", "\n> ")


class Teller:
    """Makes what is told; no value twice."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"told {seed}")
        self._given: set[tuple[str, str]] = set()
        self._private = self._endless(SECRETS)
        self._public = self._endless(SECRETS | PERSONAL)

    def secret(self, *, public: bool, chars_max: int = 10_000, lines: bool = True) -> Told:
        """The next one; public channels hear of personal data too. `chars_max` and `lines` say what a field takes."""
        told = self._public if public else self._private
        return next(one for one in told if len(one.said) <= chars_max and (lines or "\n" not in one.said))

    def canary(self) -> Told:
        """A harmless word that nobody masks, to be found wherever secrets are looked for."""
        hexadecimal = f"{self._rng.getrandbits(48):012x}"
        return self._told("CANARY", "zqcanary" + hexadecimal.translate(_LETTERS), MARK)

    def _endless(self, wordings: dict[str, tuple[str, ...]]) -> Iterator[Told]:
        pairs = [(slot, wording) for slot, several in wordings.items() for wording in several]
        self._rng.shuffle(pairs)
        for slot, wording in cycle(pairs):
            yield self._told(slot, self._unique(slot), wording)

    def _unique(self, slot: str) -> str:
        drawn = (values.SECRETS[slot][1](self._rng) for _ in range(_TRIES_MAX))
        value = next(value for value in drawn if (slot, value) not in self._given)
        self._given.add((slot, value))
        return value

    def _told(self, slot: str, value: str, wording: str) -> Told:
        before, _, after = wording.partition("{}")
        return Told(slot, value, f"{before}{value}{after}", f"{before[-12:]}{value}{after[:3]}")


def of_secrets(told: Iterable[Told]) -> list[Told]:
    """Without the canaries."""
    return [one for one in told if one.slot != "CANARY"]
