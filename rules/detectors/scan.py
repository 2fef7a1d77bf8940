"""One cheap pass over a text that says which detectors have anything to look at, and where; most have not.

One automaton finds the words that announce a value, a few byte translations say whether digits, long tokens or words
of a phrase are there at all. A trigger may be too generous, never too strict.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final

import ahocorasick_rs

from rules.detectors import respelled
from rules.detectors.list_words import possible_words
from rules.expression import expression
from rules.fold import BETWEEN_FIELDS, Folded

_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_FIGURES: Final = frozenset(b"0123456789")
_LETTER, _FIGURE, _SPACE = b"xd "
_TOKEN: Final = b"x" * 20
_SHAPE: Final = bytes(_LETTER if c in _LETTERS else _FIGURE if c in _FIGURES else c for c in range(256))
_RUN: Final = bytes(_LETTER if c in (_LETTER, _FIGURE) else _SPACE for c in range(256))
_DIGITS: Final = bytes(c if c == _FIGURE else _SPACE for c in range(256))
_JOINERS: Final = b" \t\r\n-._/,()|*+:~;\\=\xc2\xb7\xe2\x80\xa2\xe3\x81\xe2\x86\x92"
"""What may stand between the digits of one number; the last are the bytes of two dots, `、` and an arrow."""
_ANYWHERE: Final[list[int]] = []
_OTHER_SCRIPT: Final = expression("[\u0400-\u04ff\u1100-\u11ff\u3041-\u30ff]{2}|ı")
_SCRIPT_BYTES: Final = (
    *(bytes((lead,)) for lead in b"\xd0\xd1\xd2\xd3"), b"\xe1\x84", b"\xe1\x85", b"\xe1\x86", b"\xe1\x87",
    b"\xe3\x81", b"\xe3\x82", b"\xe3\x83", "ı".encode(),
)  # fmt: skip
"""What the letters of those scripts begin with in UTF-8: quicker to look for than the letters."""
_START: Final = itemgetter(1)

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "seed": (
        "seed", "mnemonic", "phrase", "recovery", "secret word", "backup word", "12 word", "24 word",
        "助记", "助記", "注记", "註記", "助忆", "助憶",
        "恢复", "恢復", "种子", "種子", "备份", "備份", "单词", "單詞", "回復",
    ),
    "counted": (
        "first ", "second ", "next ", "last ", "final ", "other ", "remaining ",
        "前", "后", "後", "頭", "头", "尾", "剩下", "余下", "餘下", "另", "其他",
    ),
    "range": (
        *(f"{number} {to}" for number in ("one", "four", "five", "seven", "nine", "ten") for to in ("to ", "through ")),
        "到第", "至第", "一到", "一至", "四到", "四至", "五到", "五至", "七到", "七至", "九到", "九至",
    ),
    "counted zh": (
        "个字", "個字", "隻字", "只字", "个词", "個詞", "隻詞", "个汉字", "個漢字", "个中文", "個中文", "个单词",
        "個單詞",
    ),
    "password": (
        "pass", "pwd", "pw", "p/w", "credential", "pswd", "pasw", "psw", "pssw",
        "security question", "security answer", "secret question", "secret answer",
        "kennwort", "contrasena", "mot de passe", "senha", "пароль",
        "wachtwoord",
    ),
    "password zh": ("密码", "密碼", "密保答案", "口令", "通行码", "密语", "密語", "pin码", "pin 码", "pin碼",
    "pin 碼"),
    "login": ("login", "log in", "log-in", "credential", "admin", "root /", "账号", "帳號", "账密", "帳密"),
    "pin": ("pin", "passcode", "pass code"),
    "link": ("://",),
    "command": (
        "curl", "wget", "http", "xh ", "lftp", "smbclient", "mysql", "mariadb", "sshpass", "steghide", "ssh-keygen",
        "docker", "podman", "helm", "skopeo", "oc ", "az ", "mongo", "7z", "sqlcmd", "zip", "redis-cli", "ldap",
        "keytool", "openssl", "wifi:", "unlockaccount", "unlock_account",
    ),
    "code": ("code", "otp", "2fa", "mfa", "token", "auth", "verification number", "verification digit"),
    "code said": (
        "one-time", "one time", "onetime", "verif", "confirm", "sign in", "log in",
        "动态", "動態", "口令", "验证", "驗證",
    ),
    "sent": (
        "g-", "sent me", "sent to me", "texted", "emailed me", "messaged me", "gave me", "smsed", "sent by", "came ",
        "arrived ", "popped up",
    ),
    "code of": ("password", "pin"),
    "code zh": (
        "验证码", "驗證碼", "校验码", "校驗碼", "动态码", "動態碼", "动态密码", "動態密碼", "动态口令", "短信码",
        "一次性密碼", "短信", "简讯", "簡訊", "短訊", "短讯", "一次密", "sms", "text", "number in", "digits in",
        "number from", "number on", "digits on", "验证短", "驗證簡", "驗證短", "验证简",
        *(f"{verb}{to}{me}的" for verb in "傳传發发寄" for to in ("給", "给", "") for me in ("我", "來", "来")),
        "邮箱", "邮件", "郵件", "手机", "手機", "谷歌", "收到",
        "登入", "登录", "登錄",
        "收到的码", "收到的碼", "一次性密码",
        "备用", "備用", "备份", "備份", "恢复码", "恢復碼", "恢复代", "恢復代", "救援码", "救援碼",
        "复原码", "復原碼", "还原码", "還原碼", "应急码", "應急碼", "的代码", "的代碼", "备援", "備援",
        "认证码", "認證碼", "確認碼", "确认码", "谷歌码", "激活码", "谷歌验证器", "身份验证器", "验证器",
        "otp", "2fa",
    ),
    "cvv": (
        "cvv", "cvc", "csc", "cid", "card security code", "security code", "sec code", "security_code", "securitycode",
        "code on", "digits on", "numbers on", "code at", "digits at", "numbers at", "back of", "安全码", "安全碼",
        "cvn", "cav2", "dbc", "card code", "cardcode", "card_code", "verification value", "检查码", "檢查碼",
        "卡背", "卡验证", "卡片验", "卡片驗", "卡驗證",
        "后三位", "後三位", "末三位", "后三码", "後三碼", "末三码", "末三碼", "后3", "後3", "末3", "后面三", "后面3",
        "後面三", "後面3", "三位", "三码", "三碼", "三个数", "三個數",
    ),
    "cvv digits": ("3 digit", "three digit", "last three", "last 3", "背面", "校验三位"),
    "keystore": ("ciphertext", "kdfparams", "cipherparams", "encseed", "salt"),
    "armour": ("-----begin",),
    "private key": ("key", "私钥", "私鑰", "密钥", "密鑰", "私匙", "密匙", "金钥", "金鑰"),
    "part of a key": ("wif", "prv"),
    "secret prefix": ("suiprivkey1", "nsec1", "ed25519", "age-secret-key-1", "xprv1", "root_xsk1"),
    "key prefix": (
        "sk-", "sk_", "pk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "xapp-",
        "akia", "asia", "ltai", "akid", "aklt", "aiza", "ya29.", "gocspx-", "eyj", "npm_", "sg.", "hf_",
        "shpat_", "shpca_", "shppa_", "shpss_",
        "whsec_", "pypi-", "dop_v1_", "otpauth://",
    ),
    "key": ("api", "secret", "token", "bearer", "key", "seed", "密钥", "密鑰", "秘钥", "秘鑰", "令牌", "金钥",
    "金鑰"),
    "key link": (
        "infura", "alchemy", "quiknode", "quicknode", "ankr", "getblock", "chainstack", "blastapi", "helius",
        "nodereal",
        "tenderly", "blockpi", "rpc", "webhook", "hooks.", "/hook/", "/robot/",
    ),
    "secret field": ("secret", "token", "key", "jwt", "session", "sessid", "sess_id", "sid"),
    "basic": ("basic ", "plain "),
    "@": ("@",),
    "spelled @": ("(at)", "[at]", " dot ", "(dot)", "[dot]"),
    "phone": (
        "phone", "mobile", "cell", "tel", "call", "reach", "text", "sms", "whatsapp", "number", "contact", "ring",
        "landline", "fax", "市话", "市話",
        "电话", "電話", "手机", "手機", "号码", "號碼", "联系", "聯繫", "聯絡", "座机", "座機",
        "致电", "打给", "打俾", "打畀", "热线", "来电", "短信", "微信",
    ),
    "passport": (
        "passport", "reisepass", "passeport", "pasaporte", "passaporto", "护照", "護照", "通行证", "通行證",
        "回乡证", "回鄉證", "台胞证", "台胞證", "臺胞證",
        "旅行证", "旅行證",
    ),
    "machine lines": ("p<",),
    "identity abroad": (
        "ni no", "ni num", "n.i. ", "nino", "medicare", "sin ", "social insurance", "居留",
        "nric", "singpass", "emirates", "cpf", "dni", "nif", "aadha", "pan card", "national i", "mykad", "ic n",
        "kimlik", "curp", "codice f", "bsn", "pesel", "cnp", "cedula", "cccd", "cmnd", "ktp", "ausweis",
        "resident reg", "identity ", "identification", "personal", "iqama", "civil id", "tax id", "itin", "driver",
        "driving",
    ),
    "flat": (
        "flat ", "room ", "rm ", "rm.", "unit ", "apt", "apartment", "suite", "block ", "blk ", "po box",
        "p.o.", "p o b",
    ),
    "name": (
        "name", "fn:", "holder", "ship to", "deliver to", "recipient", "beneficiary", "payee", "contact", "applicant",
        "signatory", "sender", "remitter", "payer", "debtor", "creditor", "insured", "consignee",
        "shipper", "addressee",
    ),
    "greeting": (
        "i am", "i'm", "im ", "this is", "regards", "sincerely", "faithfully", "truly", "attn", "attention", "cheers",
        "best", "thanks", "signed",
    ),
    "spoken": respelled.SPOKEN,
    "mistyped": respelled.MISTYPED,
    "title": ("mr ", "mr.", "mrs", "ms ", "ms.", "dr ", "dr."),
    "name zh": (
        "我叫", "叫", "全名", "我的名字", "我姓名", "姓名", "真实姓名", "户名", "戶名", "账户名", "收款人",
        "户口名", "戶口名", "帐户名", "帳戶名", "賬戶名", "付款人", "投保人", "受益人", "被保",
        "持卡人", "名字", "开户人", "联系人", "聯絡人", "本人", "我是", "我係", "收件人", "收货人", "收貨人", "寄件人",
        "申请人",
        "申請人", "汇款人", "匯款人",
        "打款给", "转账给", "轉賬給", "轉帳給", "汇款给", "匯款給",
        "真實姓名",
    ),
}  # fmt: skip
"""Words that announce a value, by trigger; one word may be of several.

Triggers that are no words: digit, `digits(n)`, token (twenty letters and digits), not ascii, phrase, torn phrase
and part of a phrase (words of the lists)."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "card": ("card", "visa", "master", "amex", "union", "cc", "american", "discover", "jcb", "卡"),
    "key": (
        "key", "private", "secret", "seed", "pk", "sk", "wallet(", "accounts", "私钥", "私鑰", "密钥", "密鑰",
        "秘钥", "秘鑰", "钥匙", "私匙", "密匙", "金钥", "金鑰",
    ),
    "export": ("export", "导出", "導出", "匯出"),
    "kept": (
        "brain", "paper", "wrote", "written", "hand", "notebook", "usb", "safe dep", "old", "sweep", "lost", "seed",
        "mnemonic", "recovery", "64 c", "64-c", "64 h", "包", "手", "抄", "上", "条", "條", "本", "硬", "u盘", "翻",
        "助",
    ),
    "address": (
        "addr", "wallet", "sol", "phantom", "deposit", "sent", "send", "withdraw", "account", "sui", "aptos",
        "transfer", "地址", "錢包", "钱包", "收款", "提到", "转到", "轉到", "充到", "打到", "充值",
    ),
    "identity": (
        "id card", "id-card", "id_card", "idcard", "id  card", "id n", "id-n", "id_n", "idn", "id  n", "national",
        "identity", "hkid", "resident", "ssn", "social", "citizen", "身份", "身分", "证件", "證件", "居民证",
    ),
}  # fmt: skip
"""Words that name a value which is there: looked for once there is one. Each word begins a label of its detector."""

_COUNTS: Final = (6, 7, 9, 10, 11, 13, 15, 64)


def digits(count: int) -> str:
    """The trigger of at least `count` digits with nothing but joiners between them; one of a few counts."""
    return _DIGITS_OF[count]


_DIGITS_OF: Final = {count: f"{count} digits" for count in _COUNTS}


_NAMED: Final = {
    name: ahocorasick_rs.BytesAhoCorasick(
        [word.encode() for word in names], implementation=ahocorasick_rs.Implementation.DFA
    )
    for name, names in NAMES.items()
}


class Scan:
    """A text with what one pass over it found; the detectors read it."""

    __slots__ = ("_named", "at", "data", "folded", "low", "shape", "text")

    def __init__(self, folded: Folded, at: dict[str, list[int]] | None = None) -> None:
        self.folded, self.text, self.low = folded, folded.text, folded.low
        self.data = data = folded.low.encode()
        """`low` in UTF-8."""
        self.shape = data.translate(_SHAPE)
        """`data` with `x` for a letter and `d` for a digit."""
        self.at: dict[str, list[int]] = {} if at is None else at
        """Where the words of a trigger begin, in order; empty for what is no word. What was not met is not in it."""
        self._named: dict[str, list[int]] = {}
        self._look()

    def _look(self) -> None:
        """Meet the triggers that are no words, but for those of a phrase."""
        at = self.at
        if _FIGURE in self.shape:
            at["digit"] = _ANYWHERE
            longest = max(map(len, self.digits(_JOINERS).split()))
            if longest >= _COUNTS[0]:
                at |= {name: _ANYWHERE for count, name in _DIGITS_OF.items() if longest >= count}
        if tokens := self._tokens():
            at["token"] = tokens
        if len(self.data) != len(self.low):
            at["not ascii"] = _ANYWHERE

    def look_for_phrase(self) -> None:
        """Meet the triggers of a phrase."""
        whole, torn, part = possible_words(self.data)
        if whole or ("not ascii" in self.at and self._has_other_script()):
            self.at["phrase"] = _ANYWHERE
        if torn:
            self.at["torn phrase"] = _ANYWHERE
        if part:
            self.at["part of a phrase"] = _ANYWHERE

    def _has_other_script(self) -> bool:
        """Whether letters of a list in another script stand together."""
        return any(map(self.data.__contains__, _SCRIPT_BYTES)) and _OTHER_SCRIPT.search(self.low) is not None

    def parts(self, sizes: Sequence[int]) -> Iterator["Scan"]:
        """The fields of `sizes` characters that stand in this text with `BETWEEN_FIELDS` between them, each alone."""
        begin = 0
        for size in sizes:
            yield self._part(begin, begin + size)
            begin += size + len(BETWEEN_FIELDS)

    def _part(self, begin: int, end: int) -> "Scan":
        folded = self.folded.part(begin, end)
        begin = self.folded.place(begin)
        end = begin + len(folded.text)
        at = {
            trigger: own
            for trigger, places in self.at.items()
            if (own := [place - begin for place in places if begin <= place < end])
        }
        at.pop("token", None)
        part = Scan(folded, at)
        if "phrase" in self.at or "part of a phrase" in self.at:
            part.look_for_phrase()
        return part

    def is_near(self, name: str, start: int, end: int) -> bool:
        """Whether a word of `NAMES[name]` begins between two offsets of the text."""
        places = self.named(name)
        place = bisect_left(places, start)
        return place < len(places) and places[place] < end

    def named(self, name: str) -> list[int]:
        """Where the words of `NAMES[name]` begin, in order."""
        if name not in self._named:
            matches = _NAMED[name].find_matches_as_indexes(self.data, overlapping=True)
            self._named[name] = self.offsets(sorted([start for _, start, _ in matches]))
        return self._named[name]

    def digits(self, joiners: bytes) -> bytes:
        """Digits as `d` without the `joiners` between them, a space for everything else."""
        return self.shape.translate(_DIGITS, joiners)

    def spans(self, pattern: re.Pattern[bytes]) -> list[tuple[int, int]]:
        """Where `pattern` matches `shape`, in offsets of the text."""
        places = [place for match in pattern.finditer(self.shape) for place in match.span()]
        offsets = self.offsets(places)
        return list(zip(offsets[::2], offsets[1::2], strict=True))

    def offsets(self, places: list[int]) -> list[int]:
        """Rising places in `data` as offsets in the text."""
        if len(self.data) == len(self.low):
            return places
        found: list[int] = []
        done = offset = 0
        for place in places:
            offset += len(self.data[done:place].decode())
            done = place
            found.append(offset)
        return found

    def _tokens(self) -> list[int]:
        """Where each run of at least 20 letters and digits begins."""
        run = self.shape.translate(_RUN)
        found: list[int] = []
        begin = run.find(_TOKEN)
        while begin >= 0:
            found.append(begin)
            end = run.find(b" ", begin)
            begin = run.find(_TOKEN, end) if end >= 0 else -1
        return self.offsets(found) if found else found


class Scanner:
    """Looks for the words of some triggers, and for what is no word."""

    def __init__(self, triggers: Iterable[str]) -> None:
        named: dict[str, list[str]] = {}
        for trigger in sorted(triggers):
            for word in WORDS.get(trigger, ()):
                named.setdefault(word, []).append(trigger)
        self._triggers = tuple(map(tuple, named.values()))
        self._words = ahocorasick_rs.BytesAhoCorasick(
            [word.encode() for word in named], implementation=ahocorasick_rs.Implementation.DFA
        )

    def __call__(self, folded: Folded) -> Scan:
        """Look `folded` over once."""
        scan = Scan(folded)
        matches = self._words.find_matches_as_indexes(scan.data, overlapping=True)
        if matches:
            matches.sort(key=_START)
            starts = scan.offsets([start for _, start, _ in matches])
            for (index, _, _), start in zip(matches, starts, strict=True):
                for trigger in self._triggers[index]:
                    scan.at.setdefault(trigger, []).append(start)
        scan.look_for_phrase()
        return scan
