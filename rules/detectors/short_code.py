"""One-time codes and card security codes: three to eight characters that only their label tells from any number."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.card import DIGITS_MIN
from rules.detectors.connective import CELL, FIELD, IS, QUANTITY, QUOTE, SHI, THATS, TOLD_ZH
from rules.detectors.hit import Hit, SecretType
from rules.detectors.scan import Scan, digits
from rules.expression import expression
from rules.fold import BARRIER

_CODE_EN: Final = (
    r"(?<![a-z])(?:(?:verification|verify|one[ \-]?time|security|auth(?:entication|enticator)?|sms|login|log-in"
    r"|confirmation|access|2fa|two[ \-]factor|otp|email|text|google|six[ \-]digit|6[ \-]digit|4[ \-]digit"
    r"|activation|backup|recovery|mfa|reset|unlock|withdrawal|pairing|device|phone|transfer)"
    r"[ _\-]?(?=[cpt])(?:code|password|passcode|pin|token)s?"
    r"|(?:verification|verify|authentication|one[ \-]?time|2fa|otp)[ \-](?:number|digits)"
    r"|otp|2fa|mfa|totp|passcode|(?:google )?auth(?:enticator)?)(?![a-z])"
)
_CODE_PLAIN_EN: Final = r"(?<![a-z])code(?![a-z])"
_TEXT_ZH: Final = "(?:短[信訊讯]|[简簡][讯訊]|sms)"
_CODE_ZH: Final = (
    r"(?:验证码|驗證碼|校验码|校驗碼|动态码|動態碼|动态密码|動態密碼|动态口令|短信码|收到的[码碼]|一次性密[码碼]|认证码|認證碼|確認碼|确认码"
    rf"|{_TEXT_ZH}(?:[验驗][证證]|[认認][证證])?密?[码碼]|[验驗][证證]{_TEXT_ZH}|一次密[码碼]|otp ?密?[码碼]"
    r"|收到(?:的|[几幾]多|乜嘢?|[什甚]么)?(?:[号號][码碼]?|[码碼])"
    r"|[傳传發发寄][給给]?[來来]?我?的那?[組组個个串]?[码碼]"
    r"|(?:短信|简讯|簡訊|邮箱|邮件|郵件|手机|手機|谷歌|收到)[\u4e00-\u9fff]{0,4}"
    r"[4-8四六八] ?位[数數][字码碼]?(?=[\s:=是为為係0-9])"
    r"|登[入录錄][码碼]|[备備][用份援](?:[验驗][证證]|登[入录錄]|代)?[码碼]|(?:恢[复復]|救援|[复復还還]原|[应應]急)代?[码碼]|(?<=[你您])的代[码碼]|谷歌码|激活码|谷歌验证器|身份验证器|验证器|(?<![0-9a-z])(?:otp|2fa))"
)
_NO_CODE: Final = r"(?!(?:base|sha|aes|bip|ed)[0-9]|(?:19|20)[0-9]{2}[/.\-][01]?[0-9][/.\-][0-3]?[0-9](?![0-9]))"
_NOT_LONGER: Final = r"(?![0-9a-z]|\.[0-9]|,[0-9]{3}(?![0-9])|[ \-]?[0-9])"
_CODE_VALUE: Final = (
    rf"{_NO_CODE}(?P<value>(?:g-)?[0-9]{{4,8}}"
    r"|[0-9]{2,4}[ \-][0-9]{2,4}|(?:[0-9] ){5}[0-9]|(?:[0-9]{2} ){2,3}[0-9]{2}"
    r"|(?=[0-9a-z]{0,7}[0-9])(?=[0-9a-z]{0,7}[a-z])[0-9a-z]{6,8}"
    rf"|[0-9a-z]{{4,5}}(?:-[0-9a-z]{{4,5}}){{1,3}}){_NOT_LONGER}"
)
_CODE_FIRST: Final = r"(?<![0-9a-z\-])(?<![0-9][.,])(?P<value>(?:g-)?[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3})(?![0-9a-z])"
_PLAIN_VALUE: Final = rf"{_NO_CODE}(?P<value>[0-9]{{4,8}}|(?:[0-9] ){{5}}[0-9]|[0-9]{{3}}[ \-][0-9]{{3}}){_NOT_LONGER}"
_OTP_AFTER = (
    expression(rf"{_CODE_EN}(?:[^\n:=.;!?\x1a0-9]{{0,36}}?{IS}|{SHI}|{CELL}|{FIELD}){QUOTE}{_CODE_VALUE}"),
    expression(rf"{_CODE_EN}(?: (?:says|reads|shows?|number|no\.?))?(?:\s{{1,2}}|-){QUOTE}{_CODE_VALUE}"),
    # Without a verb before it, four digits are as often a year.
    expression(
        rf"{_CODE_EN}[^\n:=.;!?\x1a0-9]{{1,36}}? {QUOTE}(?P<value>[0-9]{{5,8}}|[0-9]{{3}}[ \-][0-9]{{3}}){_NOT_LONGER}"
    ),
    expression(
        rf"{_CODE_PLAIN_EN}(?: (?:i|we|you|to|that|from|they|the|my|google|in|sent|received|got|on|by|via|for)(?![a-z])"
        rf"[^\n:=.;!?\x1a0-9]{{0,36}}?)?(?:{IS}|'s |, (?=[0-9 \-]{{4,8}}[,.])){QUOTE}{_PLAIN_VALUE}"
    ),
    expression(
        rf"{_CODE_PLAIN_EN}(?: \([a-z ]{{1,16}}\))? {QUOTE}"
        rf"(?P<value>[0-9]{{5,8}}|[0-9]{{3}}[ \-][0-9]{{3}}){_NOT_LONGER}"
    ),
    # One of several that are counted.
    expression(
        rf"{_CODE_PLAIN_EN} #?[0-9]{{1,2}}\s?[:=.)]\s{{0,2}}"
        rf"(?P<value>[0-9]{{6,8}}|(?=[a-z\-]{{0,20}}[0-9])[0-9a-z]{{4,5}}(?:-[0-9a-z]{{4,5}}){{1,3}}){_NOT_LONGER}"
    ),
    expression(rf"(?<![a-z])(?:my|the|your|received|got|enter(?:ed)?) code {QUOTE}{_PLAIN_VALUE}"),
)
_OTP_AFTER_ZH = (
    expression(rf"{_CODE_ZH}[^\n:=.;!?\x1a0-9a-z]{{0,14}}?{SHI}{QUOTE}{_CODE_VALUE}"),
    expression(rf"{_CODE_ZH}(?:{CELL}|{FIELD}|\s{{0,2}}){QUOTE}{_CODE_VALUE}"),
    expression(
        rf"{_CODE_ZH}(?:我?(?:已经?|刚刚?)?(?:收到|来|發來|发来|到)了?|[发發给給](?:你|我)了?|在这|在這)[,:.\s]{{1,2}}{_CODE_VALUE}"
    ),
    # Told to somebody: `他让我报验证码，我就报了482913`.
    expression(rf"{_CODE_ZH}{TOLD_ZH}{_CODE_VALUE}"),
)
# The number of a text may be one to call: of up to six digits it is not.
_TEXT_NUMBER = expression(
    rf"(?:{_TEXT_ZH}(?:[验驗][证證]|[裡里上內内中]面?|[给給][了我]?|[写寫]|[显顯]示|[傳传發发寄]?[過过]?[來来]"
    r"|[话話说說讲講]|[那嗰]?[个個串组組]|的|是|[号號][码碼]|[数數]字){0,5}"
    r"(?:\s?[:=是係为為]\s?|\s{0,2})"
    r"|(?<![a-z])(?:(?:sms|text(?: message)?) (?:number|digits|says?|said|reads?|shows?)|texted (?:me|us)"
    rf"|(?:number|digits) (?:in|from|on) (?:the|that|your|ur|my) (?:sms|text)(?: message)?)(?:{IS}|\s{{1,2}}))"
    rf"{QUOTE}(?P<value>[0-9]{{4,6}}){_NOT_LONGER}"
)
_SENT = expression(
    r"(?<![0-9a-z\-])(?P<value>g-[0-9]{6}|(?<![0-9][.,])[0-9]{4,8}"
    r"(?=(?: just)? (?:came|arrived|popped up) (?:by|via|in|on|through|from) (?:(?:the|my|an?) )?"
    r"(?:sms|text|e-?mail|phone)"
    r"|,? (?:(?:is|was|that'?s|thats) )?(?:what|the one)"
    r" (?:google|apple|they|you|u|it|the app|the bank|my bank|ur app|your app|he|she)"
    r" (?:just )?(?:sent|texted|emailed|messaged|gave) (?:to )?(?:me|us)(?![a-z])))(?![0-9a-z])"
    rf"|(?<![a-z])(?:number|digits|one) (?:that )?(?:they|you|u|it|google|my bank|the bank|the app)"
    rf"(?: just)? (?:texted|smsed|sent by (?:sms|text))(?: (?:to )?(?:me|us))?(?:{IS}|\s?:\s?)"
    rf"(?P<second>[0-9]{{4,6}}){_NOT_LONGER}"
)
_SENT_CHARS: Final = 60
_OTP_FIRST = expression(
    rf"{_CODE_FIRST}(?:(?: (?:is|was|as)|{THATS}) (?:my|the|your|ur) (?:[a-z0-9]{{1,14}}[ \-]){{0,3}}"
    r"(?:code|otp|passcode)"
    r"| \((?:[a-z]{1,14} ){0,3}(?:code|otp|passcode)"
    r"| as (?:a )?(?:(?:verification|confirmation|security|login|sms|2fa) )?(?:code|otp|passcode)"
    r"|(?<=[0-9]{3}) (?:from|off|via) (?:my|the|your|ur)"
    r" (?:verification|confirmation|security|login|sms|2fa|email|text) (?:code|message)"
    r"|(?<=[0-9]{5}) (?:from|off|in|via) (?:(?:my|the) )?(?:google |microsoft )?authenticator)(?![a-z])"
)
# A page of codes to get back in with, which stand close together and may be numbered: right behind its name, or on the
# lines under a heading that names them.
_NUMBERED: Final = r"(?:[0-9]{1,2}(?:[.):、]\s{0,3}|\s{2})|(?:[\-*•]|\[[ x]?\])\s{1,2})?"
_PAGE = expression(
    r"(?:(?<![a-z])(?:backup|back-up|recovery|2fa|authenticator|one[ \-]time|scratch|emergency)"
    r"(?: \([^()\n\x1a]{1,20}\))? codes"
    r"|[备備][用份援](?:[验驗][证證]|登[入录錄]|代)?[码碼]|(?:恢[复復]|救援|[复復还還]原|[应應]急)代?[码碼])"
    r"(?:(?: are| were)?\s{0,2}:?\s{1,3}|[^\n\x1a]{0,160}\n(?:[^\n\x1a]{1,60}\n)??(?P<under>\s{0,3}))"
    rf"{_NUMBERED}(?P<value>[0-9]{{4}}[ \-][0-9]{{4}}|(?=[a-z]{{0,11}}[0-9])[0-9a-z]{{6,12}}"
    rf"|[0-9a-z]{{4,5}}(?:-[0-9a-z]{{4,5}}){{1,3}})"
    rf"(?=[\s,;/|]{{1,8}}{_NUMBERED}(?P<next>[0-9a-z]{{4}}[0-9a-z \-]{{0,20}}))"
)
# `Use 123456 to sign in`.
_TO_SIGN_IN = expression(
    rf"(?<![a-z])(?:use|enter|type|input) {_CODE_FIRST}"
    " to (?:verify|confirm|log|sign|complete|authori[sz]e|reset|approve)(?![a-z])"
)
_TO_SIGN_IN_CHARS: Final = 24
_OTP_FIRST_ZH = expression(rf"{_CODE_FIRST}\s?(?:就是|是|为|这个|這個|这条|这串|\()[\u4e00-\u9fff]{{0,8}}{_CODE_ZH}")
_LABEL = expression(
    r"(?:(?<![a-z])(?:[2m]fa|auth(?:enticator)?)|otp|code|token|password|pin"
    r"|(?:verif|authent)ication (?:number|digit))s?(?![a-z])"
)
_LABEL_CHARS: Final = 14
_PAGE_BEFORE: Final = 20
_PAGE_CHARS: Final = 240
_OTP_BEFORE: Final = 20
_OTP_REACH: Final = 120
_OTP_FIRST_CHARS: Final = 76
_OTP_FIRST_ZH_CHARS: Final = 24
# What leads from a label to a value, and from a value to the label behind it.
# Nothing stands between a label and its code that has a digit; what begins with that digit may be a code's length.
_TO_DIGIT = expression(
    r"(?: no\.)?(?:[^.;!?\x1a0-9]|(?<=&quot);){0,110}[0-9]"
    r"(?:[0-9a-z]{3}|[0-9]{0,3}[ \-][0-9]|[0-9a-z]{0,4}-[0-9a-z]{4}|[.)]\s{0,2}[0-9]|:\s{0,2}[0-9a-z]{4}"
    r"|(?<=[a-z]{3}[0-9]))"
)
_TO_GROUPS = expression("[a-z]{4}-[a-z]{4}")
_SAID_OF = expression(r"(?:(?: is| was|s|re) (?:my|the|your|ur)| (?:as|from|off|in|via)) | \(")
_SAID_OF_CHARS: Final = 62
_OTHER_CODE = expression(
    r"(?:error|err|status|country|zip|post(?:al)?|promo|coupon|discount|referral|invit(?:e|ation)|qr|bar|source|swift"
    r"|sort|area|dial(?:ling)?|http|exit|reason|response|currency|product|tracking|gift|voucher|tax|bank|branch|routing"
    r"|language|colou?r|bic|dress|错误|錯誤|代|邀请|邀請|推荐|推薦|优惠|優惠|二维|二維|兑换|条形?)"
    r"(?: [0-9]{1,4},?)?[ _\-:]{0,3}\Z"
)
# Codes to get back in by come by the ten.
_SEVERAL = expression(r"codes(?![a-z])|code list|[备備][用份援]|(?:恢[复復]|救援|[复復还還]原|[应應]急)代?[码碼]")
_ONE_MORE = expression(
    r"(?:\s{0,3}(?:[,;/|&、]|and|or|和|同埋?|与|與|跟|及|以及|还有|還有|或)|\s)\s{0,3}"
    rf"{_NUMBERED}"
    r"(?P<value>[0-9a-z]{4,10}(?:[ \-][0-9a-z]{4,5}){0,3})(?![0-9a-z])"
)
_ALNUM = expression("[0-9a-z]")
_CVV_WORD: Final = r"(?:cvv2?|cvc2?|cvn2?|cav2|cv2|4?dbc|csc|cid)"
_CVV_VALUE: Final = r"(?P<value>[0-9]{3,4})(?![0-9a-z]|\.[0-9]|,[0-9]{3}(?![0-9]))"
_ASKED: Final = (
    r"(?:[^\n:=.;!?\x1a0-9]{0,24}\?|[^\n:=.;!?\x1a0-9]{0,8}[吗嗎呢吧么])"
    r"\s{1,3}(?=[0-9]{3,4}[.!\s]{0,3}(?:\n|\Z))"
)
"""From a question to the answer on the next line, as of a chat: `cvv? 771`."""
_CVV_AFTER = (
    expression(
        rf"back of (?:the |my |his |her )?(?:debit |credit |bank )?card"
        rf"(?:(?:,? (?:it )?(?:says?|reads?|shows?|has))?(?: the)?\s{{1,3}}|{IS}){QUOTE}{_CVV_VALUE}(?![ \-][0-9])"
    ),
    expression(
        rf"(?<![a-z])(?:{_CVV_WORD}|card (?:security )?code|card_?code|(?:card )?verification value"
        r"|sec(?:urity)?[ _]?code|3 digits?(?: code)? on (?:the )?back"
        r"|(?:three|last three|last 3) digits(?: on (?:the|its) back)?"
        r"|(?:code|digits|numbers) (?:on|at) (?:the |its )?(?:back|front)(?: of (?:the|my) card)?)(?![a-z])"
        rf"(?: (?:code|number|no\.?))?(?: ?[码碼])?(?: (?:on|of|for) [a-z ]{{1,24}}?)?(?:号|號)?"
        rf"(?:{IS}|{SHI}|{CELL}|{FIELD}|,? is it |[\s,]{{1,3}}|{_ASKED}|){QUOTE}{_CVV_VALUE}"
    ),
    expression(
        r"(?<![号號码碼])(?:安全码|安全碼|卡背[后後]?面?的?(?:三|3)[位码碼个個]|卡片?[验驗][证證][码碼]|[检檢]查[码碼]|(?:背面|[后後]面?|末)的?(?:三|3)[位码碼个個]|(?:(?<=卡)|(?<=卡的))背面的?|校验三位|三位数|三位數)(?:数字|數字|数|數|码|碼)?"
        rf"(?:在?[背正][面后後]?)?(?:{SHI}|{CELL}|{FIELD}|\s{{0,2}}|{_ASKED}){QUOTE}{_CVV_VALUE}"
    ),
)
_CVV_FIRST = (
    expression(
        rf"(?<![0-9a-z/.\-]){_CVV_VALUE}(?: (?:is|was)|{THATS}) (?:my|the|its|his|her)"
        rf" (?:{_CVV_WORD}|security code)(?![a-z])"
    ),
    expression(
        rf"(?<![0-9a-z/.\-]){_CVV_VALUE}(?:</[a-z]{{1,4}}>)?,?\s{{0,2}}[(\[]?{_CVV_WORD}"
        r"(?![a-z0-9]|\s{0,2}[:=]?\s{0,2}(?:is )?[0-9\x1a])"
    ),
    expression(rf"(?<![0-9a-z]){_CVV_VALUE}\s?是(?:我的?)?(?:cvv|cvc|安全码|安全碼|后三位|後三位)"),
)
_CVV_FIRST_CHARS: Final = 40
_CVV_DIGITS: Final = 3
_WITH_CVV: Final = ("cvv", digits(DIGITS_MIN))
_CVV_AFTER_EXPIRY = expression(
    rf"(?:[0-9]{{3,4}}|\])[ ,;/|a-z.:{BARRIER}\n到有效期至]{{0,24}}"
    r"(?:0[1-9]|1[0-2])(?: ?[/\-|] ?(?:20)?|(?<=exp [01][0-9])|(?<=[;,|\t][01][0-9]))[2-4][0-9]"
    r"[ ,;/|:\n]{1,4}"
    r"(?:(?:and|the|sec(?:urity)?|code|digits|back|last|three|背[后後面])[ ,.:]{0,3}){0,3}"
    r"(?P<value>[0-9]{3,4})(?![0-9a-z])"
)
_EXPIRY = re.compile(
    rb"(?:[01](?=[0-9])[0-9] ?[/\-|] ?(?:20)?|exp [01][0-9]|[;,|\t][01][0-9])[2-4][0-9][ ,;/|:\n]{1,4}[0-9a-z\xe8]"
)


def find_otp(scan: Scan) -> Iterator[Hit]:
    """Yield one-time codes that an English label names."""
    low, at = scan.low, scan.at
    if "digit" not in at:
        return
    labels = sorted([*at.get("code", ()), *at.get("code of", ())])
    after = [label for label in labels if _leads_to_value(low, label)]
    for pattern in _OTP_AFTER if after else ():
        yield from _labelled(low, around(pattern, low, after, _OTP_BEFORE, _OTP_REACH), "OTP")
    said = at.get("code said", [])
    yield from _labelled(low, around(_TO_SIGN_IN, low, said, _TO_SIGN_IN_CHARS, _LABEL_CHARS), "OTP")
    yield from _pages(low, [label for label in labels if low.startswith("codes", label)])
    before = [label for label in labels if _SAID_OF.search(low, max(0, label - _SAID_OF_CHARS), label) is not None]
    if before:
        yield from _labelled(low, around(_OTP_FIRST, low, before, _OTP_FIRST_CHARS, _LABEL_CHARS), "OTP")


def find_otp_sent(scan: Scan) -> Iterator[Hit]:
    """Yield codes that are told by who sent them, or in a form that only one service has."""
    if "digit" not in scan.at:
        return
    for match in around(_SENT, scan.low, scan.at["sent"], _SENT_CHARS, _SENT_CHARS):
        yield Hit(*match.span("value" if match["second"] is None else "second"), "OTP", "label")


def find_otp_chinese(scan: Scan) -> Iterator[Hit]:
    """Yield one-time codes that a Chinese label names."""
    low, labels = scan.low, scan.at["code zh"]
    if "digit" not in scan.at:
        return
    yield from _pages(low, labels)
    for pattern in _OTP_AFTER_ZH:
        yield from _labelled(low, starting(pattern, low, labels), "OTP")
    yield from _labelled(low, starting(_TEXT_NUMBER, low, labels), "OTP")
    yield from _labelled(low, around(_OTP_FIRST_ZH, low, labels, _OTP_FIRST_ZH_CHARS, 8), "OTP")


def may_be_cvv(scan: Scan) -> bool:
    """Whether there are digits enough; a word such as `3 digits` counts beside a card number only."""
    return scan.shape.count(b"d") >= _CVV_DIGITS and not scan.at.keys().isdisjoint(_WITH_CVV)


def find_cvv(scan: Scan) -> Iterator[Hit]:
    """Yield card security codes beside a word that names them."""
    low, at = scan.low, scan.at
    labels = sorted([*at.get("cvv", ()), *at.get("cvv digits", ())])
    for pattern in _CVV_AFTER:
        yield from _labelled(low, starting(pattern, low, labels), "CVV")
    for pattern in _CVV_FIRST:
        yield from _labelled(low, around(pattern, low, labels, _CVV_FIRST_CHARS, 16), "CVV")


def may_be_expiry(scan: Scan) -> bool:
    """Whether there is a year with a code behind it, where a code may stand at all."""
    return may_be_cvv(scan) and _EXPIRY.search(scan.data) is not None


def find_cvv_after_expiry(scan: Scan) -> Iterator[Hit]:
    """Yield the code after a card number and its expiry date, which needs no word of its own."""
    yield from _labelled(scan.low, _CVV_AFTER_EXPIRY.finditer(scan.low), "CVV")


def _leads_to_value(low: str, label: int) -> bool:
    """Whether the sentence goes on to a digit, or to words joined as codes are."""
    word = _LABEL.match(low, label)
    if word is None:
        return False
    begin, end = word.end(), label + _OTP_REACH
    return (
        _TO_DIGIT.match(low, begin) is not None
        or (low.find("-", begin, end) >= 0 and _TO_GROUPS.search(low, begin, end) is not None)
    ) and _OTHER_CODE.search(low, max(0, label - 14), label) is None


def _labelled(low: str, matches: Iterable[re.Match[str]], kind: SecretType) -> Iterator[Hit]:
    for match in matches:
        start, end = match.span("value")
        if (
            QUANTITY.match(low, end) is None
            and _OTHER_CODE.search(low, max(0, match.start() - 14), match.start()) is None
        ):
            yield Hit(start, end, kind, "label")
            if kind == "OTP" and _SEVERAL.search(low, max(0, match.start() - 4), start) is not None:
                yield from _others(low, start, end)


def _pages(low: str, labels: list[int]) -> Iterator[Hit]:
    """Codes that stand close together under their name; under a heading they are written alike."""
    for match in around(_PAGE, low, labels, _PAGE_BEFORE, _PAGE_CHARS):
        like = _written(match["value"])
        if match["under"] is None or _written(match["next"][: len(like)]) == like:
            yield Hit(*match.span("value"), "OTP", "label")
            yield from _others(low, *match.span("value"))


def _others(low: str, start: int, end: int) -> Iterator[Hit]:
    """The rest of a list of codes: as long as they are written alike."""
    like = _written(low[start:end])
    while (more := _ONE_MORE.match(low, end)) is not None:
        start = more.start("value")
        end = start + len(like)
        # The pattern takes a word behind the last code for one more part of it.
        if _written(low[start:end]) != like or _ALNUM.match(low, end) is not None:
            return
        yield Hit(start, end, "OTP", "label")


def _written(code: str) -> str:
    return _ALNUM.sub("x", code)
