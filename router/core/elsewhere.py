"""Where people say that they wrote before: "I emailed you about it", "WhatsApp上问过". Pure.

What they wrote there is what they mean now, in whatever words. Patterns are of folded text, as in core/signals.py.
"""

from functools import cache
from typing import Final

import re2

_CHANNELS: Final = {
    "email": ("e-?mails?|mails?", "邮件|邮箱|电邮|e-?mail|mail"),
    "telegram": ("telegram|tg", "电报|telegram|tg|飞机"),
    "x": ("x|twitter|tweets?", "推特|twitter|推文"),
    "facebook": ("facebook|fb|messenger", "脸书|面书|facebook|fb|messenger"),
    "whatsapp": ("whats ?app|wa", "whats ?app"),
    "webchat": ("(?:live |web ?|online |support )?chat|website|site|widget", "网页|网站|官网|聊天(?:窗|框)?|在线客服"),
    "form": ("(?:web |contact |support |online )?form", "表单|工单"),
}
"""By kind, what they are called in English and in Chinese."""
_SELF: Final = r"(?:\b(?:i|we)|^|[.!?,;:(\n-]) ?(?:(?:'ve|have|had|also|already|just|even|first|and|but) ?){0,3}"
_SAID: Final = (
    r"(?:wrote|written|asked|told (?:you|u)|messaged|reported|explained|posted|commented|contacted|complained|said"
    r"|mentioned|sent (?:you|u)|gave (?:you|u)|been)"
)
_SAYING: Final = "(?:[问说讲提写发寄催]|反馈|反映|咨询|留言|联系)"
_MAILED: Final = (
    rf"{_SELF}e?-?mailed (?:you|u|in|it|this|about|support|earlier)\b|\bsent (?:you |u )?(?:an? |the |my )?e-?mails?\b",
    r"e?-?mail(?:咗|了|过)",
    r"[发寄写](?:了|过|咗)(?:一?封)?(?:电?邮|e?-?mail)件?(?:$|[,。!? 给到问说了])|[寄写](?:了|过|咗)一?封.{0,3}信",
)
_OTHERS: Final = re2.compile(
    r"\b(?:some ?(?:one|body)|he|she|they|scammers?|strangers?)\b|骗|有人[^吗么嘛没?]|对方|[他她]|陌生|别人|假"
)
"""It may be somebody else who wrote there."""


@cache
def _patterns() -> dict[str, "re2._Regexp"]:
    return {kind: re2.compile("|".join(_ways(kind, *names))) for kind, names in _CHANNELS.items()}


def _ways(kind: str, english: str, chinese: str) -> list[str]:
    found = [
        rf"{_SELF}{_SAID}\b.{{0,40}}\b(?:on|by|via|in|through|over) (?:the |your |my |an? )?(?:{english})\b",
        rf"\b(?:on|by|via|over) (?:{english}),? (?:i|we) (?:have |had |already )?{_SAID}\b",
        rf"\b(?:see|following|(?:further|referring|addition|reference) to) my (?:\w+ )?(?:{english})\b",
        rf"\bmy (?:(?:earlier|previous|last|first) (?:{english})|(?:{english}) (?:of|about|regarding|to you))\b",
        rf"(?:{chinese})(?:里|上|那边|里面|中|都|也|那里|已经|我|跟你们)*{_SAYING}(?:过|了|咗)",
        rf"在(?:你们)?(?:{chinese}).{{0,6}}{_SAYING}(?:过|了|咗|的)",
    ]
    return found + list(_MAILED) * (kind == "email")


def wrote_on(folded: str) -> frozenset[str]:
    """The kinds of channels on which a folded message says that its writer wrote before."""
    read = folded.encode()
    if _OTHERS.search(read) is not None:
        return frozenset()
    return frozenset(kind for kind, pattern in _patterns().items() if pattern.search(read) is not None)
