"""Passwords with Chinese in them, as phones let people type: a line of a poem and a year, `密码：我爱你2014`.

What is said of a password is Chinese with numbers, too (`密码：输错3次`): so the value is all that a clause says behind
the label, has two digits at least, and none of the words by which passwords are spoken of.
"""

from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import starting
from rules.detectors.connective import QUOTE
from rules.detectors.hit import Hit
from rules.detectors.password import ONE_TIME, WORD_ZH
from rules.detectors.scan import Scan
from rules.expression import expression

_HAN: Final = "[\u4e00-\u9fff]"
_VALUE = expression(
    rf"{WORD_ZH}(?:\s{{0,3}}[:=]\s{{0,3}}|\s?(?:就|一直|还|還|都)?[是係]\s?:?\s?){QUOTE}"
    rf"(?P<value>(?:[a-z]{{0,8}}{_HAN}{{2,12}}[a-z]{{0,12}}[0-9]{{2,8}}|{_HAN}{{1,8}}[0-9]{{2,8}}{_HAN}{{1,8}}|[0-9]{{2,8}}{_HAN}{{2,12}})"
    r"[!@#$%^&*]{0,3})(?=[\s,.;!?)\"'」』、]|\Z)"
)
_SPOKEN_OF = expression(
    "错|錯|误|誤|不[对對了行能正是匹]|无|無|失|忘|提示|[输輸]|重|[改换換]|[设設]|[显顯]示|登|[验驗]|位|[数數]字|字母|[0-9几幾多每][个個]|次|代码|代碼|过期|過期|已"
    "|[锁鎖]|[请請]|怎|什|甚|哪|没|沒|收到|多少|需|必须|必須|至少|最[多少]|[长長]度|小[时時]|分[钟鐘]|秒|[号號]|版|[楼樓]|(?<=[0-9])[年月日]|客服|元"
    "|上面|同上|[那这這]"
)
_ONE_TIME_CHARS: Final = 12


def find(scan: Scan) -> Iterator[Hit]:
    """Yield them behind a Chinese label."""
    low = scan.low
    for match in starting(_VALUE, low, scan.at["password zh"]) if "digit" in scan.at else ():
        label = match.start()
        if (
            _SPOKEN_OF.search(match["value"]) is None
            and ONE_TIME.search(low, max(0, label - _ONE_TIME_CHARS), label) is None
        ):
            yield Hit(*match.span("value"), "PASSWORD", "label")
