"""Passwords, PINs, one-time codes and card security codes: a label, something that connects, a value.

The values have no check digit, so words that talk about a password (`reset`, `is wrong`, `60 秒`) must
not look like one: a value needs a digit or a symbol, or a place where nothing but a value can stand.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit, SecretType
from rules.fold import BARRIER, Folded

_IS: Final = r"(?:\s{0,3}(?:[:=]|->|=>|-(?=\s))\s{0,3}|\s{1,3}(?:is|was|are|to|is now|as)(?:\s{0,2}:)?\s{1,3})"
_SHI: Final = (
    r"\s{0,3}(?:就是|是|为|為|填的是|设置为|設置為|设置的是|设成|改成|改为|改為|設為|设为|叫|用的是|[:=]|->)"
    r"\s{0,2}[:]?\s{0,2}"
)
_QUOTE: Final = r"[\"'`<(\[*]?"
_WORD_EN: Final = (
    r"(?<![a-z$@])(?:pass[ \-]?words?|passwd|pswd|pwd|pass[ \-]?codes?|passphrase|pw|pass(?=\s{0,2}[:=]| is | was )"
    r"|credentials?)(?![a-z])"
)
_PIN_EN: Final = r"(?<![a-z])pin(?: ?(?:code|number|no\.?))?(?![a-z])"
_WORD_ZH: Final = r"(?:密码|密碼|口令|通行码|pin ?码)"
_FILLER_EN: Final = (
    r"(?: (?:for|of|on|to|in|i|we|my|the|this|that|used?|set|account|wallet|app|login|email)(?![a-z])"
    r"[^\n:=.,;!?\x1a]{0,32}?)?"
)

_PASSWORD = (
    re.compile(rf"{_WORD_EN}{_FILLER_EN}(?P<link>{_IS}){_QUOTE}(?P<value>[!-~]{{4,72}})"),
    re.compile(rf"{_WORD_ZH}[^\n:=,.;!?\x1a0-9a-z]{{0,10}}?(?P<link>{_SHI}){_QUOTE}(?P<value>[!-~]{{4,72}})"),
)
_PASSWORD_BARE = (
    re.compile(
        r"(?<![a-z$@])(?:pass[ \-]?words?|passwd|pwd|pass[ \-]?code|passphrase|pw) {1,2}[\"'`]?(?P<value>[!-~]{6,72})"
    ),
    re.compile(rf"{_WORD_ZH}\s{{0,2}}[\"'`]?(?P<value>[!-~]{{4,72}})"),
)
_PASSWORD_AFTER = (
    re.compile(
        r"(?<![!-~])(?P<value>[!-~]{6,72}) (?:is|was) (?:my|the) (?:[a-z]{1,12} ){0,2}pass(?:word|code)(?![a-z])"
    ),
    re.compile(
        r"(?<![!-~])(?P<value>[!-~]{6,72})\s?(?:就是|是)我?的?[\u4e00-\u9fff]{0,4}(?:密码|密碼|口令)(?!错|不|吗)"
    ),
)
_PAIR = re.compile(
    r"(?<![a-z])(?:user(?:name)?|login|account|email|id|账号|帳號)\s{0,2}(?:/|&|and|和|、|,)\s{0,2}"
    r"(?:pass(?:word)?|pwd|pw|密码|密碼)\s{0,2}[:=]?\s{0,3}[!-~]{2,64}?\s{0,2}[/|,\s:]\s{0,2}(?P<value>[!-~]{4,72})"
)
_PIN = re.compile(
    rf"{_PIN_EN}(?: (?:for|of|to) [a-z ]{{1,24}})?(?:{_IS}|\s{{1,2}})(?P<value>[0-9]{{4,8}})(?![0-9A-Za-z])"
)

_CODE_EN: Final = (
    r"(?<![a-z])(?:(?:verification|verify|one[ \-]?time|security|auth(?:entication|enticator)?|sms|login|log-in"
    r"|confirmation|access|2fa|two[ \-]factor|otp|email|text|google|six[ \-]digit|6[ \-]digit|4[ \-]digit"
    r"|activation|backup|recovery)"
    r"[ \-](?:code|password|passcode|pin|token)s?|otp|2fa|totp|passcode)(?![a-z])"
)
_CODE_PLAIN_EN: Final = r"(?<![a-z])code(?![a-z])"
_CODE_ZH: Final = (
    r"(?:验证码|驗證碼|校验码|校驗碼|动态码|動態碼|动态密码|動態密碼|动态口令|短信码|一次性密码|认证码|確認碼|确认码"
    r"|谷歌码|激活码|otp|2fa)"
)
_CODE_VALUE: Final = (
    r"(?P<value>(?:g-)?[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3}|(?:[0-9] ){5}[0-9]"
    r"|(?=[0-9a-z]{0,7}[0-9])(?=[0-9a-z]{0,7}[a-z])[0-9a-z]{6,8}"
    r"|[0-9a-z]{4,5}(?:-[0-9a-z]{4,5}){1,3})(?![0-9a-z]|[.,][0-9]|[ \-]?[0-9])"
)
_OTP = (
    re.compile(
        rf"{_CODE_EN}[^\n:=.;!?\x1a0-9]{{0,36}}?(?:{_IS}|\s{{1,2}}(?:says|reads|shows?)?\s{{0,1}}){_QUOTE}{_CODE_VALUE}"
    ),
    re.compile(rf"{_CODE_ZH}[^\n:=.;!?\x1a0-9a-z]{{0,14}}?{_SHI}{_QUOTE}{_CODE_VALUE}"),
    re.compile(rf"{_CODE_ZH}\s{{0,2}}{_QUOTE}{_CODE_VALUE}"),
    re.compile(
        rf"{_CODE_PLAIN_EN}(?: (?:i|we|you|that|from|they|in|sent|received|got|on|by|via|for)(?![a-z])"
        rf"[^\n:=.;!?\x1a0-9]{{0,36}}?)?{_IS}{_QUOTE}{_CODE_VALUE}"
    ),
    re.compile(rf"{_CODE_PLAIN_EN} {_QUOTE}{_CODE_VALUE}"),
    re.compile(
        r"(?<![0-9a-z\-])(?<![0-9][.,])(?P<value>[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3}) (?:is|was) (?:my|the|your) "
        r"(?:[a-z0-9]{1,14}[ \-]){0,3}(?:code|otp|passcode)(?![a-z])"
    ),
    re.compile(rf"(?<![0-9a-z\-])(?<![0-9][.,])(?P<value>[0-9]{{4,8}})\s?(?:就是|是)[\u4e00-\u9fff]{{0,8}}{_CODE_ZH}"),
)
_OTHER_CODE = re.compile(
    r"(?:error|err|status|country|zip|post(?:al)?|promo|coupon|discount|referral|invit(?:e|ation)|qr|bar|source|swift"
    r"|sort|area|dial(?:ling)?|http|exit|reason|response|currency|product|tracking|gift|voucher|tax|bank|branch|routing"
    r"|language|colou?r|bic|错误|錯誤|代|邀请|邀請|推荐|推薦|优惠|優惠|二维|二維|兑换|条形?)[ \-]{0,2}\Z"
)
_CVV = (
    re.compile(
        r"(?<![a-z])(?:cvv2?|cvc2?|cv2|csc|cid|card security code|security code|3 digits? on the back"
        r"|(?:three|last three|last 3) digits(?: on the back)?)(?![a-z])(?: (?:code|number|no\.?))?"
        rf"(?: (?:on|of|for) [a-z ]{{1,24}}?)?(?:{_IS}|{_SHI}|[\s,]{{1,3}}|)"
        r"(?P<value>[0-9]{3,4})(?![0-9a-z]|[.,][0-9])"
    ),
    re.compile(
        r"(?:安全码|安全碼|后三位|後三位|末三位|背面三位|背面(?:的)?3位|校验三位|三位数|三位數|cvv码|cvv碼)(?:数字|數字|码|碼)?"
        rf"(?:{_SHI}|\s{{0,2}})(?P<value>[0-9]{{3,4}})(?![0-9a-z]|[.,][0-9])"
    ),
    re.compile(r"(?<![0-9a-z])(?P<value>[0-9]{3,4}) (?:is|was) (?:my|the) (?:cvv|cvc|security code)"),
    re.compile(r"(?<![0-9a-z])(?P<value>[0-9]{3,4})\s?是(?:我的?)?(?:cvv|cvc|安全码|安全碼|后三位|後三位)"),
    re.compile(
        rf"(?:[0-9]{{3,4}}|\])[ ,;/|a-z.:{BARRIER}\n到有效期至]{{0,24}}(?:0[1-9]|1[0-2]) ?[/\-] ?(?:20)?[2-4][0-9]"
        r"[ ,;/|\n]{1,4}(?P<value>[0-9]{3,4})(?![0-9a-z])"
    ),
)
_QUANTITY = re.compile(
    r"\s{0,2}(?:秒|分|位|次|小时|小時|天|个|個|元|块|塊|字|号|號|条|條|年|月|日|点|點|倍|%|\$|sec|min|hour|hrs?(?![a-z])|day|times?(?![a-z])"
    r"|digit|char|letter|word|usd|btc|eth|attempt|people|months?|years?|weeks?|messages?|emails?)"
)
_DENIED = re.compile(
    r"(?:https?:|www\.|[0-9]{1,3}[\-]?(?:digit|char|letter|word|bit|s$|sec|min|h$|hour|day|times?|x$|st$|nd$|rd$|th$)"
    r"|(?:don|can|won|isn|didn|doesn|wasn|couldn|wouldn|it|i|that)'|\.{3}|[*•x#\-_.?]{3,}$|re-?(?:set|enter|new)|n/a"
    r"|(?:2fa|otp|sms|email|e-mail|reset|recovery|and/or|or|and|to)(?:[/+&].*)?$"
    r"|(?:not|un|re|non|well|too|so|pre|auto|case|long|old|new|self|multi|two|one)-[a-z\-]+$|[a-z]+/[a-z/]+$|[a-z]+'[a-z]{1,2}$)"
)
_WORDS_ONLY_DENIED: Final = frozenset({
    "reset", "wrong", "incorrect", "invalid", "expired", "forgotten", "forgot", "lost", "changed", "required",
    "correct", "help", "none", "null", "blank", "empty", "unknown", "what", "cannot", "still", "please", "when",
    "where", "that", "this", "they", "have", "your", "same", "hidden", "removed", "error", "failed", "field",
    "never", "always", "true", "false", "string", "password", "username",
    "from", "with", "must", "should", "will", "working", "not", "sent", "email", "reset.",
})  # fmt: skip
_LEADING_WORD = re.compile("[a-z]+")
_SYMBOL = re.compile(r"[0-9!@#$%^&*_+=~?|\\<>{}]")
_ONE_TIME = re.compile(r"(?:one[ \-]?time|otp|2fa|sms|temporary|verification|动态|動態|一次性|临时|短信) ?\Z")
_TRAILING: Final = ".,;:)]}>\"'`*"


def find_password(folded: Folded) -> Iterator[Hit]:
    """Yield passwords, passphrases and PINs without their label."""
    low = folded.low
    for pattern in _PASSWORD:
        for match in pattern.finditer(low):
            yield from _password(folded, match, ":" in match.group("link") or "=" in match.group("link"))
    for pattern in _PASSWORD_BARE:
        for match in pattern.finditer(low):
            yield from _mixed_password(folded, match)
    for pattern in (*_PASSWORD_AFTER, _PAIR):
        for match in pattern.finditer(low):
            yield from _password(folded, match, strict=False)
    for match in _PIN.finditer(low):
        if _QUANTITY.match(low, match.end()) is None:
            yield Hit(*match.span("value"), "PASSWORD", "label")


def find_code(folded: Folded) -> Iterator[Hit]:
    """Yield one-time codes."""
    yield from _labelled(folded.low, _OTP, "OTP")


def find_cvv(folded: Folded) -> Iterator[Hit]:
    """Yield card security codes."""
    yield from _labelled(folded.low, _CVV, "CVV")


def _labelled(low: str, patterns: tuple[re.Pattern[str], ...], kind: SecretType) -> Iterator[Hit]:
    for pattern in patterns:
        for match in pattern.finditer(low):
            start, end = match.span("value")
            if (
                _QUANTITY.match(low, end) is None
                and _OTHER_CODE.search(low, max(0, match.start() - 14), match.start()) is None
            ):
                yield Hit(start, end, kind, "label")


def _password(folded: Folded, match: re.Match[str], strict: bool) -> Iterator[Hit]:  # noqa: FBT001
    """`strict`: a colon or an equals sign stands before the value, so a bare word may be one."""
    if _ONE_TIME.search(folded.low, max(0, match.start() - 12), match.start()) is not None:
        return
    start, end = _trimmed(folded, *match.span("value"))
    value = folded.low[start:end]
    if len(value) < 4 or _DENIED.match(value) is not None:
        return
    word = _LEADING_WORD.match(value)
    if word is not None and word.group() in _WORDS_ONLY_DENIED and not any(map(str.isdigit, value)):
        return
    if value.isdigit() and _QUANTITY.match(folded.low, end) is not None:
        return
    chinese = match.re in _PASSWORD and "\u4e00" <= folded.low[match.start()] <= "\u9fff"
    if _SYMBOL.search(value) is None and not (
        (strict or chinese) and value not in _WORDS_ONLY_DENIED and _ends_a_line(folded.low, end)
    ):
        return
    yield Hit(start, end, "PASSWORD", "label")


def _mixed_password(folded: Folded, match: re.Match[str]) -> Iterator[Hit]:
    """A value right after its label: in Latin text only one that mixes letters with digits or symbols."""
    start, end = _trimmed(folded, *match.span("value"))
    value = folded.low[start:end]
    one_time = _ONE_TIME.search(folded.low, max(0, match.start() - 12), match.start())
    if one_time is not None or _DENIED.match(value) is not None or _SYMBOL.search(value) is None:
        return
    letters = any(char.isalpha() for char in value)
    chinese = "\u4e00" <= folded.low[match.start()] <= "\u9fff"
    if (letters and len(value) >= 6) or (chinese and len(value) >= 4 and _QUANTITY.match(folded.low, end) is None):
        yield Hit(start, end, "PASSWORD", "label")


def _ends_a_line(low: str, end: int) -> bool:
    """Whether nothing but punctuation or a new thought follows a bare word."""
    return re.match(r"[.,;!?\"')\]]{0,3}\s{0,3}(?:\n|\Z|[\u4e00-\u9fff,.;])", low[end : end + 8]) is not None


def _trimmed(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Without closing punctuation; full-width marks end a value, as no keyboard password holds them."""
    for offset in range(start, end):
        written = folded.written(offset)
        if not written.isascii() and not written.isalnum():
            end = offset
            break
    while end > start and folded.text[end - 1] in _TRAILING:
        end -= 1
    return start, end
