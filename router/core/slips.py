"""Slips of the pen that their writer puts right: "sorry, wrong hash, it's …", "单号写错了，应该是 …". Pure.

It is asked only of messages that name another hash, order or address than the ticket their writer wrote to. What went
to a wrong address, or as a wrong coin, is a matter and no slip. Patterns are of folded text, as in core/signals.py.
"""

from typing import Final

import re2

_VALUE: Final = r"(?:tx ?(?:id|hash)?|hash|transaction|order|reference|ref|number|no\.?|id|link|address|one)"
_NAMED: Final = rf"{_VALUE}(?: {_VALUE})?\b"
_RIGHT: Final = r"(?:right|correct|real|actual|proper)"
_WRONG: Final = r"(?:wrong|incorrect)"
_IS: Final = r"(?:'?s| is| was)"
_GIVEN: Final = r"(?:give|gave|paste|pasted|copied|typed|posted|quoted|mentioned|sent (?:you|u)|wrote(?: you)?)"
_EXCUSE: Final = r"(?:sorry|sry|oops|whoops|ah|oh|ugh|wait|no|nope|hold on|hang on|argh|damn|apologies|correction)"
_TOLD: Final = r"(?:哈希|单号|订单号?|编号|号码|id|hash|tx|链接)"
_EARLIER: Final = r"(?:上一?[封条个]|前面|刚才|刚刚|上面|之前)"

_SLIP: Final = re2.compile(
    "|".join(
        (
            rf"\b{_WRONG} (?:hash|tx ?(?:id|hash)?|(?:transaction|order|reference) (?:id|hash|number))\b",
            rf"\b{_GIVEN}(?: you)? (?:the |an? )?{_WRONG} {_NAMED}",
            rf"\b(?:ignore|disregard) (?:the |my |that )?(?:(?:last|previous|first|earlier|other) )?{_NAMED}",
            rf"\b(?:hash|id|number|reference|ref)\b.{{0,30}} (?:is|was) {_WRONG}\b",
            rf"\b{_RIGHT} {_NAMED}(?:'s| is| was|[ ,]?[:=]| 0x)|\b(?:this|here){_IS} the {_RIGHT} {_NAMED}",
            rf"\bmix(?:ed)? up (?:the |my )?(?:two )?{_VALUE}s?\b|\b{_VALUE}(?:e?s)? (?:got )?mixed up\b",
            rf"{_TOLD}.{{0,6}}(?:是错的|有误|[写发贴打给抄拷]错|复制错|[弄搞]混|[弄搞]错)|(?:[写发贴打给抄拷]|复制|[弄搞])错.{{0,2}}{_TOLD}",
            rf"正确的?{_TOLD}|更正.{{0,4}}{_TOLD}|{_EARLIER}.{{0,8}}(?:[发写贴打给]|复制)(?:错|混)",
        )
    )
)
"""What was told before was wrong, said of a hash or the like."""
_LOOSELY: Final = re2.compile(
    "|".join(
        (
            rf"^(?:{_EXCUSE}[ ,.!:;\-]{{1,3}}){{1,3}}(?:(?:that|it|this){_IS} )?(?:the |an? )?(?:{_WRONG}|old|not)\b",
            rf"\bthat{_IS} (?:an? (?:old|older|another|different) {_NAMED}|from last|my own|the (?:old|{_WRONG})\b)",
            rf"\b(?:{_GIVEN}|looked at) (?:the |an? )?{_WRONG}\b|\bactually,? (?:it{_IS}|the {_NAMED})",
            r"\b(?:typos?|mis-?typed|mis-?pasted|scratch that|i meant?|it'?s actually|my (?:mistake|bad)|correction)\b",
            r"\bshould (?:be|read|say|have been):? (?:\w+ )?[#a-z]*[0-9]|\bmix(?:ed)? (?:\w+ )?up\b",
            r"\bnot the (?:one|first|last|previous|other)(?: one)? (?:above|before|from|i|earlier)\b",
            r"\bnot that one\b|\b(?:ignore|disregard|forget) (?:that|the|my)\b",
            r"[贴粘拷抄看说]错|复制(?:错|成)|[弄搞记]混|[口笔手]误|手滑|更正|纠正",
            r"[发写打给](?:错|混|成)(?:了|啦|咯|咗)?(?:[ ,。!:;~(]|$|[0-9a-z]|一?个|那)",
            r"(?:应该?[是为]|其实是|(?:^|[,。!:; ])是这[个笔单条串])[: ]{0,2}(?:$|[#0-9a-z])|这[个笔单条]才[是对]",
            rf"(?:不是|忽略|无视|别看|不用看|不用管).{{0,2}}(?:{_EARLIER}|那个)",
            rf"(?:那|{_EARLIER})(?:个|笔|条|的)?是(?:上个?[月周]|以前|之前|旧|别|我自己)",
        )
    )
)
"""What was just said in a chat was wrong."""


def mends(folded: str, *, just_said: bool) -> bool:
    """Whether a folded message says that a value was given wrongly before; `just_said`: in a chat, a moment ago."""
    read = folded.encode()
    return _SLIP.search(read) is not None or (just_said and _LOOSELY.search(read) is not None)
