"""Passwords and passphrases: a label, something that connects, a value.

The values have no check digit, so words that talk about a password (`reset`, `is wrong`, `60 秒`) must
not look like one: a value needs a digit or a symbol, or a place where nothing but a value can stand.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.connective import CELL, FIELD, IS, MADE_BY, MARK, QUANTITY, QUOTE, REFERENCE, SHI, TOLD_ZH
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression
from rules.fold import Folded

_WORD_EN: Final = (
    r"(?:(?<![a-z$@])(?:pass[ \-]?words?|passwd|pswd|pwd|pass[ \-]?codes?|pass[ \-]?phrase|pw|p/w"
    r"|pas{1,2}w(?:or|ro?|o)?d|pass?o(?:wr|rw)d|p?ssw(?:or)?d|psw"
    r"|passwort|kennwort|contrasena|mot de passe|senha|пароль|wachtwoord"
    r"|passw?\.?(?=\s{0,2}[:=]| is | was )|credentials?|(?<![^\n])pass(?= [!-~]{6,72}\s{0,3}(?:\n|\Z))"
    r"|(?:security|secret) (?:question(?: answer)?|answer))(?:'s)?(?![a-z])"
    # One word with what it opens: `tradepw`, `fundspass:`, `walletpassphrase`.
    r"|(?<=[a-z])(?:pwd|pw|passwd|passwords?|passphrase|pass(?=\s{0,2}[:=])(?<!bypass)(?<!compass)(?<!surpass)(?<!trespass))(?![a-z]))"
)
WORD_ZH: Final = r"(?:密码|密碼|密保答案|口令|通行码|密[语語]|pin ?[码碼])"
_FILLER_EN: Final = (
    r"(?: (?:for|of|on|to|in|i|we|my|the|this|that|used?|set|account|wallet|app|login|email)(?![a-z])"
    r"[^\n:=.,;!?\x1a]{0,32}?)?"
)
_KEYBOARD: Final = "[!-~]"

_CONNECTED = (
    expression(
        rf"{_WORD_EN}(?:{_FILLER_EN}(?P<aside> ?\([^()\n\x1a]{{1,40}}\))?"
        rf"(?P<link>{IS}|{CELL}|\?\s{{1,2}}(?=[0-9]{{4,8}}(?:[.,!\s]|\Z))|(?<='s)\s)"
        rf"|{FIELD})(?:{MARK}|{QUOTE})(?!{{[\"'])(?P<value>{_KEYBOARD}{{4,72}})"
    ),
    expression(rf"{WORD_ZH}[^\n:=,.;!?\x1a0-9a-z]{{0,10}}?(?P<link>{SHI}){QUOTE}(?P<value>{_KEYBOARD}{{4,72}})"),
)
_BARE = (
    expression(rf"{_WORD_EN} {{1,2}}[\"'`(\[]?(?P<value>{_KEYBOARD}{{6,72}})"),
    expression(rf"{WORD_ZH}(?:{MARK}\s?[:=])?\s{{0,2}}[\"'`(\[]?(?![:=\"'])(?P<value>{_KEYBOARD}{{4,72}})"),
    expression(rf"{_WORD_EN}[^\n:=.,;!?\x1a()\"\[\]]{{1,40}} [(\"\[](?P<value>{_KEYBOARD}{{6,72}}?)[)\"\]](?![!-~])"),
)
# Between a label and a colon anything may be said, as long as no other thing is named.
_REMARKED = expression(
    rf"{_WORD_EN}(?: ?\([^()\n\x1a]{{1,40}}\))?(?P<remark>(?: [a-z']{{1,12}}){{0,8}})\s?[:=]\s{{0,3}}{QUOTE}"
    rf"(?P<value>{_KEYBOARD}{{6,72}})"
)
_OTHER_THING = expression(
    r" (?:errors?|tickets?|orders?|case|ref|reference|id|number|no|model|version|code|device|phone|app|build|invoice"
    r"|requirements?|polic(?:y|ies)|rules?|problems?|issues?|manager|vault|length"
    r"|link|page|file|site|website|at|on|since|until)(?![a-z])"
)
# `the password? I think Abc!2345`, `my password, Abc!2345, ...`, `那个密码，abc2345，...`.
_TOLD = expression(
    rf"(?:{_WORD_EN}(?:\?|\s?\.{{2,3}}|,)? "
    rf"(?:(?:and|but|so|i (?:think|believe|guess)|maybe|probably|perhaps|it(?: is|'?s| was)),? ){{1,4}}{QUOTE}"
    rf"|{_WORD_EN}[,.?]? (?:(?:and|so|but|then) )?i (?:(?:just|then|always) )?"
    rf"(?:put|typed?|enter(?:ed)?|used?|tried|try|said|gave|wrote|told (?:him|her|them))(?: in)? {QUOTE}"
    rf"|(?<![a-z])(?:my|the|this|that|our|his|her) (?:[a-z]{{1,12}} ){{0,2}}{_WORD_EN}"
    rf"\s?[,(]\s{{0,2}}{QUOTE}(?={_KEYBOARD}{{5,72}}?[,)])"
    rf")(?P<value>{_KEYBOARD}{{6,72}})"
)
_TOLD_ZH = expression(
    rf"(?:(?:这个|那个|這個|那個|我的?|我嘅|我[个個]|新|旧|舊|老){WORD_ZH},\s?|{WORD_ZH}{TOLD_ZH}){QUOTE}"
    rf"(?P<value>{_KEYBOARD}{{6,72}})"
)
# A value of several words stands in quotes and right behind the label.
_QUOTED = expression(
    rf"(?:{_WORD_EN}(?:{_FILLER_EN}{IS}| )|{WORD_ZH}(?:{SHI}|\s?))"
    r"[\"「『](?P<value>[^\"「」『』\n\x1a\u4e00-\u9fff]{4,72})[\"」』]"
)
# In a sentence with the word: letters, digits and a sign inside, which hardly anything but a password has.
_STRONG = expression(
    rf"(?<!{_KEYBOARD})[\"'(]?(?P<value>(?=[!-~]{{0,30}}[a-z])(?=[!-~]{{0,30}}[0-9])"
    r"[0-9a-z._\-@]{1,24}(?:[!^]|[#$](?![0-9]{1,9}(?:[.,!?)]|(?![!-~]))))[0-9a-z!#$%^&~@_.\-]{1,24})(?![!-~]*[/:=<>\\*])"
)
_STRONG_REACH: Final = 60
_STRONG_CHARS: Final = 50
_LABEL_EN: Final = expression(_WORD_EN)
_LABEL_ZH: Final = expression(WORD_ZH)
_SENTENCE_END: Final = expression(r"[.!?;]\s|\n|\x1a")
_TYPED_ZH = expression(
    rf"(?:[输輸]入?|填|打|用|[试試]|写|寫)(?:的是|了|的|过|過)?{QUOTE}(?P<value>{_KEYBOARD}{{6,40}})"
    "[^\n\x1a0-9a-z]{0,6}(?:密码|密碼)(?:不|错|錯)"
)
_MATTER_ZH = expression("(?:忘[记記了]|找回|重[置设設])\\Z")
"""Before a label what is the matter with it: a number behind both is of the account, `忘记密码 44190233`."""
_THEN_ZH = expression(
    rf"{WORD_ZH}(?:[^\n.;!?\x1a0-9a-z]{{0,10}}(?:[试試]|用|改成|[换換]成)[了过過的]?(?:是)?"
    rf"|[^\n.;!?\x1a0-9a-z]{{0,10}}[!-~]{{6,40}},(?:后来|後來)?(?:改|[换換])[成为為]了?)\s?{QUOTE}(?P<value>{_KEYBOARD}{{6,72}})"
)
_GUESSED_ZH = expression(
    rf"{WORD_ZH}[^\n:=.;!?\x1a0-9a-z]{{0,8}},(?:[我]?(?:可能|好像|应该|應該|大概|估计|估計|记得|記得)){{1,2}}[是係]?\s?"
    r"(?P<value>[!-~]{4,40})"
)
_CHANGED = expression(
    rf"{_WORD_EN} from {QUOTE}(?P<value>{_KEYBOARD}{{6,72}}) (?:in)?to {QUOTE}(?P<second>{_KEYBOARD}{{6,72}})"
)
_BEFORE = (
    expression(
        rf"(?<!{_KEYBOARD})[\"'(]?(?P<value>{_KEYBOARD}{{6,72}}) (?:"
        r"(?:(?:(?:which|that) )?(?:is|was|has been)|for) (?:my|the|a) "
        r"(?:[a-z]{1,12} ){0,2}(?:pass(?:word|code|[ \-]?phrase)|pwd|pw)"
        r"|as (?:(?:my|the|a) )?(?:[a-z]{1,12} ){0,2}(?:pass(?:word|code|[ \-]?phrase)|pwd|pw)s?)(?![a-z])"
    ),
    expression(
        rf"(?<!{_KEYBOARD})(?P<value>{_KEYBOARD}{{6,72}})\s?(?:就是|是|係)我?的?[\u4e00-\u9fff]{{0,4}}"
        "(?:密码|密碼|口令)(?!错|不|吗)"
    ),
)
_PAIRS = (
    expression(
        r"(?<![a-z,|\t])(?:user(?:name)?|login|account|email|id|账号|帳號)\s{0,2}(?:/|&|and|和|、|,)\s{0,2}"
        rf"(?:pass(?:word)?|pwd|pw|密码|密碼)(?!,)\s{{0,2}}[:=]?\s{{0,3}}{_KEYBOARD}{{2,64}}?\s{{0,2}}[/|,\s:]\s{{0,2}}"
        rf"(?P<value>{_KEYBOARD}{{4,72}})"
    ),
    expression(
        r"(?<![a-z])(?:(?:log[ -]?in|credentials?|账号|帳號|账密|帳密|凭[证證])(?: (?:with|is|as)|\s?:)?"
        r" [a-z0-9._@+\-]{2,40}\s?/\s?|(?:admin(?:istrator)?|root) / )"
        rf"(?P<value>{_KEYBOARD}{{4,72}})"
    ),
)
_IN_LINK = expression(r"://[^\s/:@]{0,64}:(?P<value>[^\s/@]{3,72})@")
# A sentence that goes on to its end without a sign that a password needs.
_PLAIN_TALK = expression(r"[^.;!?:=>\x1a0-9@#$%^&*_+~|\\<{}→\-]{0,120}(?:[.;](?!\S)|\x1a|\Z)")
# What leads from a value to the label behind it, and from the first label of a pair to the second.
_SAID_OF = expression(" (?:(?:is|was|been|for) (?:my|the|a)|as) ")
# One more value of the same kind: `I tried Abc123 and Abc124`.
_ONE_MORE = expression(
    rf"[\"'`)」』]{{0,2}}(?:,? (?:and|or|then)(?: then)? "
    rf"|\s?(?:或者?|或是|還是|还是|定係|定|和|跟|以及|、|/)\s?){QUOTE}"
    rf"(?P<value>{_KEYBOARD}{{6,72}})"
)
_ONE_BEFORE = expression(
    rf"(?<!{_KEYBOARD})(?P<value>{_KEYBOARD}{{6,72}})(?:,? (?:and|or|then)(?: then)?|,|\s?/) {QUOTE}\Z"
)
# `Abc!2345, Abc!2346 none of these passwords work`.
_OF_SEVERAL = expression(
    rf"(?<!{_KEYBOARD})(?P<value>{_KEYBOARD}{{6,72}}),? (?:and|or|but|-)? ?"
    r"(?:none|neither|both|all|any|one|either)(?: of)?"
    r"(?: (?:these|those|my|the|them|two|three)){0,2} pass(?:words?|codes?)(?![a-z])"
)
_ONE_BEFORE_CHARS: Final = 90
_SAID_OF_CHARS: Final = 40
_OF_SEVERAL_BEFORE: Final = 116
_TOLD_BEFORE: Final = 92
_TOLD_CHARS: Final = 140
_SCREEN_TALK: Final = expression(
    r"(?<![a-z])(?:must|may|can|cannot|should|be|please|least|characters?|digits?|letters?|words?|error|invalid|incorrect|wrong"
    r"|failed|attempts?|try|again|minutes?|seconds?|hours?|days?|expired|required|enter)(?![a-z])"
)
_SAID_OF_CHARS_ZH: Final = 10
_SAID_ZH: Final = frozenset("是係当當做作")
_AS_ZH = expression(
    rf"(?<!{_KEYBOARD})(?P<value>{_KEYBOARD}{{6,72}})\s?[来來]?[当當做作][为為成]?我?的?[\u4e00-\u9fff]{{0,4}}(?:密码|密碼|口令)"
)
_TYPED = expression(rf"{_KEYBOARD}{{4}}")
_TYPED_CHARS: Final = 44
_AND = expression(r"(?:[/&和、,]|and)\s{0,2}\Z")
_AND_CHARS: Final = 5
_VALUE_CHARS: Final = 73
_LABEL_CHARS: Final = 12
_PAIR_BEFORE: Final = 20
_PAIR_AFTER: Final = 180
_DENIED = expression(
    r"(?:https?:|www\.|<[a-z/]|[0-9]{1,3}[\-]?(?:digit|char|letter|word|bit|s$|sec|min|h$|hour|day|times?|x$|st$|nd$|rd$|th$)"
    r"|(?:don|can|won|isn|didn|doesn|wasn|couldn|wouldn|it|i|that)'|\.{3}|[*•x#\-_.?]{3,}$|re-?(?:set|enter|new)|n/a"
    r"|(?:aes|rsa|sha|md|des|pkcs|utf|base|bcrypt|argon|pbkdf|scrypt)[_\-]?[0-9]{1,4}(?:[_/\-][a-z0-9]{2,8})*(?![!-~])"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9a-z])"
    r"|(?:2fa|otp|sms|email|e-mail|reset|recovery|and/or|or|and|to)(?:[/+&].*)?$"
    r"|(?:[a-z]{2,}(?:ed|ing|en|less|ble|ful)|gone|lost|known|out|bad|awful|weird)[?!]+$"
    r"|(?:not|un|re|non|well|too|so|pre|auto|case|long|old|new|self|multi|two|one)-[a-z\-]+$|[a-z]+/[a-z/]+$|[a-z]+'[a-z]{1,2}$)"
)
_WORDS_ONLY_DENIED: Final = frozenset({
    "always", "blank", "cannot", "changed", "correct", "definitely", "email", "empty", "error", "expired", "failed",
    "false", "field", "fine", "forgot", "forgotten", "from", "good", "have", "help", "hidden", "incorrect", "invalid",
    "lost", "must", "never", "none", "not", "null", "ok", "okay", "password", "please", "really", "removed",
    "required", "reset", "right", "safe", "same", "secure", "sent", "should", "still", "string", "strong", "that",
    "they", "this", "true", "unknown", "username", "very", "weak", "what", "when", "where", "will", "with", "working",
    "wrong", "your",
})  # fmt: skip
_LEADING_WORD = expression("[a-z]+")
_JOINED = expression(r"[a-z]{3,}[._][a-z]{3,}")
_DIGIT = expression(r"[0-9]")
_SYMBOL = expression(r"[0-9!@#$%^&*_+=~?|\\<>{}]")
ONE_TIME = expression(
    r"(?:one[ \-]?time|otp|2fa|sms|temporary|verification|动态|動態|一次性?|临时|臨時|短[信訊讯]|[简簡][讯訊]) ?\Z"
)
_ENDS_A_LINE = expression(r"[.,;!?\"')\]]{0,3}\s{0,3}(?:\n|\Z|[\u4e00-\u9fff,.;])")
_TRAILING: Final = ".,;:)]}>\"'`*\\"
_TAG = expression(r"&quot;|</[a-z]|<(?:br|p|div|span|td|li)[ />]")
_BEHIND: Final = {
    "=": expression(rf"[&;](?:amp;)?[a-z_ ]{{1,24}}=|{_TAG.pattern}"),
    **{quote: expression(rf"\\?{quote}(?![0-9a-z])|{_TAG.pattern}") for quote in "\"'`"},
}
"""What ends a value, by the sign before it: the next field of an address or a connection, the closing quote."""
_ENDS_A_CLAUSE: Final = frozenset("，．：；")
_WIDE: Final = range(0xFF01, 0xFF5F)


def find_english(scan: Scan) -> Iterator[Hit]:
    """Yield passwords and passphrases that an English label names, without the label."""
    low, labels = scan.low, scan.at["password"]
    starts = [at for at in labels if _PLAIN_TALK.match(low, at) is None]
    for match in starting(_CONNECTED[0], low, starts) if starts else ():
        # After a colon or an equals sign a bare word may be a password too.
        link = match.group("link")
        plain = link is None or not {":", "="}.isdisjoint(link)
        joined = _JOINED.fullmatch(match["value"]) is not None
        yield from _value(scan.folded, match, plain_word=plain and (match["aside"] is None or joined))
    for pattern in (_BARE[0], _BARE[2]) if starts else ():
        for match in starting(pattern, low, starts):
            yield from _mixed_value(scan.folded, match)
    for match in starting(_REMARKED, low, starts):
        if _OTHER_THING.search(match["remark"]) is None:
            yield from _mixed_value(scan.folded, match)
    yield from _told(scan, _TOLD, starts)
    yield from _strong(scan, _LABEL_EN, labels)
    for match in starting(_CHANGED, low, starts):
        hits = [hit for group in ("value", "second") for hit in _mixed_value(scan.folded, match, group)]
        yield from hits if len(hits) > 1 else ()
    said = [at for at in labels if _SAID_OF.search(low, max(0, at - _SAID_OF_CHARS), at) is not None]
    yield from _of_several(scan, labels)
    yield from _talked_of(scan, _BEFORE[0], said, _SAID_OF_CHARS + _VALUE_CHARS, _LABEL_CHARS)
    yield from _second_of_pair(scan, labels)


def find_chinese(scan: Scan) -> Iterator[Hit]:
    """Yield passwords that a Chinese label names."""
    low, labels = scan.low, scan.at["password zh"]
    starts = [at for at in labels if _TYPED.search(low, at, at + _TYPED_CHARS) is not None]
    for match in starting(_CONNECTED[1], low, starts):
        yield from _value(scan.folded, match, plain_word=True)
    for match in starting(_BARE[1], low, starts):
        is_number_of_matter = _MATTER_ZH.search(low, max(0, match.start() - 3), match.start()) is not None
        yield from _mixed_value(scan.folded, match, chinese=not is_number_of_matter)
    for pattern in (_TOLD_ZH, _THEN_ZH):
        yield from _told(scan, pattern, starts)
    for match in starting(_GUESSED_ZH, low, starts):
        yield from _value(scan.folded, match, plain_word=False)
    yield from _told(scan, _TYPED_ZH, labels)
    yield from _strong(scan, _LABEL_ZH, labels)
    said = [at for at in labels if not _SAID_ZH.isdisjoint(low[max(0, at - _SAID_OF_CHARS_ZH) : at])]
    yield from _talked_of(scan, _BEFORE[1], said, _SAID_OF_CHARS_ZH + _VALUE_CHARS, _LABEL_CHARS)
    yield from _told(scan, _AS_ZH, said)
    yield from _second_of_pair(scan, labels)


def _told(scan: Scan, pattern: re.Pattern[str], starts: list[int]) -> Iterator[Hit]:
    """Values that a remark, a comma or quotes lead to."""
    for match in around(pattern, scan.low, starts, _TOLD_BEFORE, _TOLD_CHARS):
        if MADE_BY.match(scan.low[slice(*_trimmed(scan.folded, *match.span("value")))]) is None:
            for told in _mixed_value(scan.folded, match):
                yield from _with_others(scan.folded, told.start, told.end)
    for match in starting(_QUOTED, scan.low, starts):
        start, end = match.span("value")
        value = scan.low[start:end]
        if " " in value.strip() and not _talk(scan.low, match.start(), value) and _reads_as_secret(value):
            yield Hit(start, end, "PASSWORD", "label")


def _strong(scan: Scan, word: re.Pattern[str], labels: list[int]) -> Iterator[Hit]:
    """Values in the sentence of a label that need nothing to lead to them."""
    low = scan.low
    for match in around(_STRONG, low, labels, *[_STRONG_REACH + _STRONG_CHARS] * 2):
        start, end = _trimmed(scan.folded, *match.span("value"))
        value = low[start:end]
        before = _SENTENCE_END.split(low[max(0, start - _STRONG_REACH) : start])[-1]
        after = _SENTENCE_END.split(low[end : end + _STRONG_REACH], maxsplit=1)[0]
        if (
            (word.search(before) is not None or word.search(after) is not None)
            and _DENIED.match(value) is None
            and MADE_BY.match(value) is None
        ):
            yield Hit(start, end, "PASSWORD", "label")


def _reads_as_secret(value: str) -> bool:
    """Whether quoted words hold a digit or a sign, or are too plain a row of words for a message on a screen."""
    return _SYMBOL.search(value.rstrip("?!")) is not None and _SCREEN_TALK.search(value) is None


def find_login(scan: Scan) -> Iterator[Hit]:
    """Yield passwords after a name and a slash, as in `login: ann / ...`."""
    for match in starting(_PAIRS[1], scan.low, scan.at["login"]):
        yield from _value(scan.folded, match, plain_word=False)


def find_in_link(scan: Scan) -> Iterator[Hit]:
    """Yield passwords that stand in a link, before its host."""
    for match in starting(_IN_LINK, scan.low, scan.at["link"]):
        if REFERENCE.match(match["value"]) is None and match["value"] not in _WORDS_ONLY_DENIED:
            yield Hit(*match.span("value"), "PASSWORD", "link")


def _second_of_pair(scan: Scan, starts: Iterable[int]) -> Iterator[Hit]:
    """Values whose label follows another label: `user / password: ...`."""
    low = scan.low
    pairs = [at for at in starts if _AND.search(low, max(0, at - _AND_CHARS), at) is not None]
    return _talked_of(scan, _PAIRS[0], pairs, _PAIR_BEFORE, _PAIR_AFTER)


def _of_several(scan: Scan, labels: list[int]) -> Iterator[Hit]:
    """The last of a row of values that the label sums up, and those before it."""
    for match in around(_OF_SEVERAL, scan.low, labels, _OF_SEVERAL_BEFORE, _LABEL_CHARS):
        yield from _value(scan.folded, match, plain_word=False)


def _talked_of(scan: Scan, pattern: re.Pattern[str], starts: list[int], before: int, after: int) -> Iterator[Hit]:
    for match in around(pattern, scan.low, starts, before, after):
        yield from _value(scan.folded, match, plain_word=False)


def _value(folded: Folded, match: re.Match[str], *, plain_word: bool) -> Iterator[Hit]:
    start, end = _trimmed(folded, *match.span("value"))
    value = folded.low[start:end]
    is_quantity = value.isdigit() and QUANTITY.match(folded.low, end) is not None
    if len(value) < 4 or is_quantity or _talk(folded.low, match.start(), value):
        return
    if _SYMBOL.search(value) is not None:
        yield from _with_others(folded, start, end)
    elif plain_word and value not in _WORDS_ONLY_DENIED and _ENDS_A_LINE.match(folded.low, end) is not None:
        yield Hit(start, end, "PASSWORD", "label")


def _with_others(folded: Folded, start: int, end: int) -> Iterator[Hit]:
    """A value, and those that are named in one breath with it."""
    yield Hit(start, end, "PASSWORD", "label")
    before = _ONE_BEFORE.search(folded.low, max(0, start - _ONE_BEFORE_CHARS), start)
    for match in (before, _ONE_MORE.match(folded.low, end)):
        if match is not None and _DIGIT.search(match["value"]) is not None:
            yield from _mixed_value(folded, match)


def _mixed_value(folded: Folded, match: re.Match[str], group: str = "value", *, chinese: bool = False) -> Iterator[Hit]:
    """A value right after its label: in Latin text only one that mixes letters with digits or symbols."""
    start, end = _trimmed(folded, *match.span(group))
    value = folded.low[start:end]
    if _talk(folded.low, match.start(), value) or _SYMBOL.search(value.rstrip("?!")) is None:
        return
    letters = any(char.isalpha() for char in value)
    if (letters and len(value) >= 6) or (chinese and len(value) >= 4 and QUANTITY.match(folded.low, end) is None):
        yield Hit(start, end, "PASSWORD", "label")


def _talk(low: str, label: int, value: str) -> bool:
    """Whether `value` only says something about the password, or the label names a one-time code."""
    word = _LEADING_WORD.match(value)
    return (
        _DENIED.match(value) is not None
        or REFERENCE.match(value) is not None
        or ONE_TIME.search(low, max(0, label - 12), label) is not None
        or (word is not None and word.group() in _WORDS_ONLY_DENIED and not any(map(str.isdigit, value)))
    )


def _goes_on(text: str, mark: str, begin: int, end: int) -> bool:
    """Whether a full-width sign, which a Chinese keyboard types, stands inside a value rather than behind it."""
    return ord(mark) in _WIDE and mark not in _ENDS_A_CLAUSE and begin < end and text[begin].isalnum()


def _trimmed(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Without closing punctuation, what follows a closing quote, and the next field of an address."""
    for offset in range(start, end):
        written = folded.written(offset)
        if not written.isascii() and not written.isalnum() and not _goes_on(folded.text, written, offset + 1, end):
            end = offset
            break
    rest = _BEHIND.get(folded.text[start - 1 : start], _TAG).search(folded.low, start, end)
    end = rest.start() if rest else end
    while end > start and folded.text[end - 1] in _TRAILING:
        end -= 1
    return start, end
