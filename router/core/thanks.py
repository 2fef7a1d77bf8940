"""A customer's last word: thanks, "it works now", "收到". It keeps a ticket that is over as it is. Pure.

Every sentence of the message has to be such a word: one that says anything else, asks, or brings a file is a message
like any other. English and Chinese; in all other languages a message reopens, which an agent undoes in a second.
"""

import unicodedata
from typing import Any, Final

import re2

from router.core.quotes import words_of
from router.model.message import InboundEvent
from rules.expression import expression
from rules.text import fold_but_case

_CHARS_MAX: Final = 300
_QUESTION: Final = expression(r"[?？]|[吗么嘛没嗎麼沒]\s*$")
_FRIENDLY: Final = frozenset("👍👌🙏👏🙌💪🤝💯✅✔☑❤♥💕💖💙💚🧡💛💜🖤🤍😊🙂😀😃😄😁😍🥰😘😇🤗🎉🎊🌹🌷💐⭐🌟✨☺☻")
_INVISIBLE: Final = frozenset({"Mn", "Cf", "Sk"})
"""Skin tones, joiners, variation selectors."""
_APOSTROPHES: Final = str.maketrans("’‘ʼ`", "''''")
_SENTENCES: Final = expression(r"[.,;:!。，、；：！~～…\n\r()（）\"“”]+|(?<=\s)[-–—]+(?=\s)|\s-+\s*$")
_HAN: Final = expression("[\u3400-\u9fff]")

_HELP: Final = (
    "(?:the|your|all|all the|all your|this|that|such a)?(?: (?:great|kind|quick|fast|prompt|good|amazing|excellent))*"
    " ?(?:help|helping|helping me|support|assistance|reply|answer|answers|response|patience|time|service|effort|efforts"
    "|work|info|information|update|clarification|explanation|explaining|looking into it|fixing it|solving it|sorting it"
    "|your time|everything)"
)
_ENGLISH: Final = (
    # Thanks, with how much, for what, and to whom.
    "(?:(?:ok|okay|yes|yeah|great|perfect|awesome|excellent|wonderful|super|good|nice|alright|wow) )*"
    "(?:many thanks|thanks|thank you|thank u|thankyou|thx|thnx|tks|ty|tysm|cheers|much appreciated|appreciated"
    "|(?:i |we )?(?:really |very much )?appreciate(?:d)?(?: it| that| this| your help)?|(?:i am|i'm"
    "|we are) (?:very |so )?grateful)"
    f"(?: (?:a lot|a million|a bunch|so much|very much|so very much|again|heaps|indeed|kindly))*(?: for {_HELP})?"
    "(?: (?:guys|team|all|everyone|everybody|sir|madam|mate|man|dear|to you|to you all|to all of you|so much"
    "|a lot|again))*",
    # It is solved, said as a statement: a question begins with its verb.
    "(?:(?:ok|okay|yes|great|and|now) )?(?:it|this|that|everything|all|the (?:problem|issue|matter|transfer"
    "|transaction|money"
    "|payment|deposit|withdrawal|wallet|app|code|account)|my (?:problem|issue|matter|question|transfer"
    "|transaction|money"
    "|payment|deposit|withdrawal|wallet|app|account|coins|funds))"
    "(?: (?:is|are|has been|have been|was|were|got|has|seems|looks|appears to be)|'s)?(?: (?:now|already|all"
    "|finally|just|been))*"
    " (?:solved|resolved|fixed|sorted|sorted out|settled|arrived|confirmed|taken care of)"
    "(?: (?:now|already|today|finally|by itself|for me))*",
    "(?:(?:ok|okay|yes|great|and|now) )?(?:it|this|that|everything|the app|the wallet|my app|my wallet|my account)"
    "(?: is|'s)?(?: (?:now|finally|all))* (?:works|working|fine|okay|ok|good|perfect|great|done)"
    "(?: (?:now|again|fine|perfectly|well|great|like a charm|as expected|for me))*",
    "(?:i|we)(?: have|'ve)?(?: (?:now|already|just|finally|also))* (?:got|received|solved|fixed|sorted"
    "|figured|worked|found)"
    " (?:it|them|that|everything|the (?:money|code|coins|funds|mail|email|payment|refund|transfer)"
    "|my (?:money|coins|funds|refund))"
    "(?: (?:out|now|already|today|back|myself|again|working))*",
    "(?:problem|issue|case|matter|question)(?: is)?(?: now)? (?:solved|resolved|fixed|closed|answered|sorted)(?: now)?",
    "(?:solved|resolved|fixed|sorted|done|works|working)(?: now| already| again| perfectly)*",
    # Yes and amen.
    "(?:all (?:good|set|done|clear|fine)|no (?:problem|worries|more questions)|never ?mind|nvm|got it"
    "|understood|received"
    "|noted|perfect|great|awesome|excellent|wonderful|amazing|super|brilliant|fantastic|ok|okay|yes|yeah|good|nice|cool"
    "|alright|sure|will do|that's all|that is all|that's great|that's perfect|that helps|that helped|it helped"
    "|you're the best|you are the best|great (?:job|work|service|support|help)|(?:good|well) done|much better)"
    "(?: (?:now|then|thanks|guys|team|everyone))*",
    # Greetings.
    "(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day))"
    "(?: (?:there|team|all|sir|madam|sir or madam|support|everyone))*",
    "(?:(?:best|kind|warm|many) )?(?:regards|wishes)|best|yours(?: sincerely| truly)?|sincerely|respectfully"
    "|(?:have|enjoy|wish you) (?:a|your)(?: (?:nice|good|great|lovely|wonderful))*"
    " (?:day|one|evening|night|week|weekend|time)(?: (?:too|ahead|everyone|all))*|bye(?: bye)?|take care"
    "|you too|same to you|(?:god )?bless(?: you)?(?: all)?",
    "sent from .{1,40}|get outlook for .{1,20}",
)
_ZH_SUBJECT: Final = (
    "(?:我这边|我这里|我的|我|问题|这个|那个|事情|都|现在|刚刚|刚才|刚|今天|终于|全部|也|确实|钱包|账户|账号|转账|提现|充值"
    "|交易|款项|钱|币|验证码|软件|应用|app)*"
)
_ZH_END: Final = "(?:了|啦|喽|咯|哈|的|呢|哦|噢|呀|啊|吧|哒)*"
_CHINESE: Final = (
    # 好的谢谢, 非常感谢你们的帮助
    "(?:好|好[的滴嘞]|嗯|恩|哦|行|ok|okay|收到|了解|明白|知道|那|那就|也|再次|已经|已|了|的)*(?:非常|十分|万分|真的|实在|太|很|多|衷心|真是)*"
    "(?:感谢|谢谢|多谢|谢|蟹蟹|3q|thanks|thx)+(?:你们|您们|你|您|客服|大家|老师|亲|各位|小姐姐|小哥哥|同学|团队|这边|那边)*"
    "(?:的)?(?:大力|耐心|及时|热心|细心|快速|的)*(?:支持|帮助|帮忙|回复|解答|指导|协助|服务|提醒|告知)*" + _ZH_END,
    # 问题已经解决了, 钱到账了
    f"{_ZH_SUBJECT}(?:已经|已)(?:解决|搞定|弄好|处理好|修好|恢复|到账|收到|成功|正常|登上|登录上|好|可以|可以用|能用)(?:正常|使用)*{_ZH_END}",
    f"{_ZH_SUBJECT}(?:解决|搞定|弄好|处理好|修好|恢复正常|恢复|到账|收到|成功|正常|登上去|登上|登录上|好|没问题|没事|ok"
    "|(?:可以|能|能够)(?:正常)?(?:使用|登录|登陆|转账|提现|充值|打开|交易|用|进)?)"
    "(?:了|啦|喽|咯)+" + _ZH_END,
    f"{_ZH_SUBJECT}(?:已经|已)?收到(?:退款|款项?|钱|币|提现|回复)(?:了|啦|喽|咯)*",
    "(?:嗯|恩|哦|我|都|行|那)*"
    f"(?:(?:收到|好|好[的滴嘞]|可以|明白|知道|了解|清楚|没问题|没事|不用|嗯|恩|行|ok|okay|懂)了?)+{_ZH_END}",
    "(?:你们|你|您|客服)?(?:真的|真是|真)?(?:辛苦|麻烦|打扰)(?:你们|你|您|客服|大家)*" + _ZH_END,
    "再见|拜拜|88|您好|你好|客服你好|客服您好|祝(?:好|您|你|你们|大家|工作|生活|愉快|顺利|开心|一切|身体|健康|生意|兴隆)*"
    "|给?(?:你|您|你们)?(?:点个)?赞|(?:五星)?好评|太(?:好|棒|赞)了?|感恩|很满意|满意|非常满意|(?:服务|态度)(?:很|非常|真)?(?:好|棒|赞|不错)",
)
# RE2: no text, whoever wrote it, costs more than its length.
_GREETING: Final[Any] = re2.compile("|".join((*_ENGLISH[-3:], "再见|拜拜|88|您好|你好|客服你好|客服您好")))
_WORD: Final[Any] = re2.compile("|".join(f"(?:{pattern})" for pattern in (*_ENGLISH[:-3], *_CHINESE)))
_TO_NAME: Final = expression(r"((?i:thanks|thank you|thx|cheers|hi|hello|hey|dear))((?: [a-z]+){0,3}) ([A-Z][a-zà-ÿ]+)")


def is_thanks(event: InboundEvent) -> bool:
    """Whether a message is nothing but thanks, or word that it is solved; whoever presses the alarm says neither."""
    if event.kind != "message" or event.attachments or event.alarm:
        return False
    text = words_of(event).strip()
    if not 0 < len(text) <= _CHARS_MAX or _QUESTION.search(text):
        return False
    plain, friendly = _without_smiles(unicodedata.normalize("NFKC", text).translate(_APOSTROPHES))
    if plain is None:
        return False
    own = (event.sender.name or "").casefold().split()
    told = [kind for part in _SENTENCES.split(plain) if (kind := _kind(part, own)) != "empty"]
    if "other" in told:
        return False
    return "word" in told or (friendly and not told)


def _without_smiles(text: str) -> tuple[str | None, bool]:
    """The text without friendly signs, and whether it had any; None when it has a sign that is not friendly."""
    kept: list[str] = []
    friendly = False
    for char in text:
        if char in _FRIENDLY:
            friendly = True
            kept.append(" ")
        elif unicodedata.category(char) in _INVISIBLE and char != "`":
            continue
        elif unicodedata.category(char) in {"So", "Sm", "Sc"}:
            return None, False
        else:
            kept.append(char)
    return "".join(kept), friendly


def _kind(part: str, own: list[str]) -> str:
    """What one sentence is: empty, a greeting, a last word, or anything other."""
    part = fold_but_case(part)
    if not any(char.isalnum() for char in part):
        return "empty" if not part.strip("-–—*_'^ ") else "other"
    named = _TO_NAME.sub(r"\1\2", part)
    low = named.casefold().strip("-–—*_' ")
    if set(low.split()) <= set(own):
        return "greeting"
    spoken = low.replace(" ", "") if _HAN.search(low) else low
    if _GREETING.fullmatch(spoken):
        return "greeting"
    return "word" if _WORD.fullmatch(spoken) else "other"
