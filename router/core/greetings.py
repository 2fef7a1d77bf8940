"""What people say before they say what they came for: "hello, anyone there?", "转人工". Pure.

A ticket in which nothing else was said has no matter yet, so whatever its writer says next is what it is about.
"""

from functools import cache
from typing import Final

import re2

from router.core.likeness import hear
from router.model.matter import Sketch

_CONCEPTS: Final = frozenset({"phone_call"})
"""A human is asked for, on the phone or not."""
_CALLS: Final = (
    "hi hello hey hiya heya yo sup gm gn howdy hola greetings welcome good morning afternoon evening day night",
    "dear sir madam sirs team support service customer care friend friends bro mate guys folks everyone everybody",
    "is anyone somebody someone anybody there here online awake available around listening alive respond",
    "responding can could would you please pls plz kindly help assist helping assistance need needs require",
    "urgent urgently asap i want to talk speak chat write with a real live human person agent operator",
    "representative advisor staff employee specialist member human being not bot robot chatbot machine no bots",
    "stop connect transfer me get put through pass quick quickly emergency help me out hand moment minute second",
    "excuse sorry disturb bother reply answer answers response back waiting wait long talking contact",
    "你好呀 您好啊 哈喽 嗨 早上好 上午好 中午好 下午好 晚上好 早安 晚安 大家好 亲 亲们 老师 小姐姐 你好你好",
    "您好您好 在吗 在么 在不在 在线吗 在线客服 在不 人在吗 有人吗 有人在吗 有人没有 有没有人 有人么 有冇人",
    "有人在线吗 人呢 喂喂喂 喂 哎 客服在吗 客服你好 客服您好 你好客服 您好客服 客服呢 客服人员 有客服吗",
    "请问有客服吗 请问客服在吗 请问有人吗 请问在吗 找客服 联系客服 需要客服 人工 转人工 人工客服 人工服务",
    "我要人工 要人工 找人工 接人工 请转人工 帮我转人工 转接人工 转一下人工 人工在吗 真人 真人客服 要真人 找真人",
    "我要找真人 真人在吗 机器人别回了 不要机器人 别用机器人 不想跟机器人聊 不要自动回复 不是机器人吧 你是机器人吗",
    "是真人吗 不好意思 麻烦你 麻烦您 麻烦一下 劳驾 帮帮我 帮我一下 帮下忙 帮个忙 帮忙看一下 帮我看看 帮我看下",
    "帮忙看看 能帮我吗 可以帮我吗 求助 求帮助 需要帮助 我需要帮助 急 急急急 很急 急用 着急 紧急 十万火急 快点",
    "快回我 快回复 回我一下 回复一下 回复我 请回复 能回复吗 等你们 等你回复 有冇人喺度 喺唔喺度 请问有冇人",
    "搵真人 唔该 唔该帮帮手 帮手 早晨",
)
"""Greetings and calls."""
_CALL: Final = re2.compile(
    r"\b(?:hi|hel+o+|hey+|hiya|yo|gm|gn|good (?:morning|afternoon|evening|day)|any ?(?:one|body)|some ?(?:one|body))\b"
    r"|\b(?:there|respond|answer|reply|help|agent|human|operator|urgent)\b|你好|您好|哈喽|[嗨喂]|早|[上中下晚][午上]好|在[吗么不线嘛?]"
    r"|在$|有[没冇]?有?人|冇人|人[呢吗在]|客服|人工|真人|[回急]"
)
_PREAMBLES: Final = (
    "short small little question questions query enquiry inquiry issue problem request ask asking have got one just",
    "something wondering wonder may trouble new customer",
    "请问一下 想问一下 想问下 问一下 问下 问个问题 想问个问题 我想问个问题 我有个问题 有个问题",
    "有个问题想咨询 有个问题想问 有问题想问 有点问题 有个事 有个事情 有件事 有事 有事咨询 有事找你们 想咨询",
    "想咨询一下 我想咨询 我想咨询一下 咨询一下 咨询个问题 咨询个事 请教一下 想请教 请教个问题 打扰一下 打扰了",
    "新用户 新人 新手 第一次用 想问下嘢 我想问 想搵客服",
    "last week weekend month monday tuesday wednesday thursday friday saturday sunday noon midnight ago lunch",
    "昨晚 昨天晚上 昨天下午 昨天早上 昨天上午 昨天中午 今天晚上 今天早上 今天上午 今天下午",
    "今天中午 前天 前天晚上 前几天 上周 上个星期 上个月 周一 周二 周三 周四 周五 周六",
    "周日 星期一 一点左右 两点左右 三点左右 四点左右 五点左右 六点左右 七点左右 八点左右",
    "九点左右 十点左右 十一点 十二点 点钟 点半 点多 大概 大约 那个 就是 是这样的",
    "事情是这样的 情况是这样的",
)
"""What announces that something is to be asked, or says when it was."""


def names_nothing(sketch: Sketch) -> bool:
    """Tell whether nothing was said yet of what it is about: a greeting, a call, and that something is to be asked."""
    return _is_of(sketch, _words(_CALLS + _PREAMBLES))


def only_calls(folded: str, sketch: Sketch) -> bool:
    """Tell whether somebody is greeted or called for, and nothing else is said; "yes" or "ok" calls nobody."""
    return _CALL.search(folded.encode()) is not None and _is_of(sketch, _words(_CALLS))


def _is_of(sketch: Sketch, words: frozenset[int]) -> bool:
    return not sketch.entities and _CONCEPTS.issuperset(sketch.concepts) and words.issuperset(sketch.words)


@cache
def _words(lines: tuple[str, ...]) -> frozenset[int]:
    """Their words count, and pairs of Chinese characters, in any order; words of no weight are none anyway."""
    return frozenset(word for line in lines for word in hear("", line).sketch.words)
