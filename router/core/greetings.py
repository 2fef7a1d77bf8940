"""What people say who name nothing: before they say what they came for ("转人工"), or while they wait ("any news?").

A ticket in which nothing else was said has no matter yet, so whatever its writer says next is what it is about. Pure.
"""

from functools import cache
from typing import Final

import re2

from router.core.concepts import is_coin, is_thing
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


_URGES: Final = (
    "any news update updates updated progress status answer answers reply replies response feedback yet so far now",
    "has anyone looked looking at this it my case ticket request when will i get hear heard from you finally ever",
    "how long does will it take takes taking much longer still waiting nothing not solved resolved fixed sorted",
    "answered done no one nobody reacts reacting answering replied replying hurry quickly soon today tomorrow",
    "it has been hours days weeks since all day time already what is going happening with matter following up",
    "reminder remind again once more bump ignored ignoring ridiculous unacceptable something must important",
    "what's it's that's i'm i've haven't hasn't isn't finally",
    "有消息了吗 有消息吗 有冇消息呀 有没有消息啊 有什么消息 有进展吗 有进展了吗 进度怎么样",
    "看下进度 进展如何 有结果了吗 有结果吗 结果呢 怎么样了 怎样了 怎么说 怎么回事 还没解决",
    "还没处理 还没回复 还没有回复 还没弄好 没解决 没有解决 没人回 没人理 没人管 没人回复",
    "没人处理 没有人处理 一直没人 到现在 到现在也没人 到现在都没人 至今 还是没动静 没动静",
    "一点消息都没有 到底什么时候 什么时候能处理 什么时候处理 什么时候解决 什么时候有结果",
    "请问什么时候 问题到底什么 多久 还要多久 还要等多久 要等多久 要等到什么时候 我还在等 一直在等",
    "等了几个小时了 等了一天了 等了两天了 等了三天了 等了四天了 等了半天 等了好久 等很久了",
    "等到现在 几个小时 一天了 两天了 三天了 几天了 一上午 一下午 一整天 一周了 等了一周",
    "能快点吗 快一点 请尽快 尽快处理 尽快回复 麻烦尽快 麻烦看下 加急 催一下 催催 再催 跟进一下",
    "请问处理 处理好了没 处理了吗 处理好了吗 处理得怎么样 处理得怎样 搞定了吗 弄好了吗 解决了吗",
    "看了吗 看一下 那件事 那个事 这件事 我的事 我的问题 太慢了",
)
_URGE: Final = re2.compile(
    r"\bany(?:body|one)?\b.{0,14}\b(?:news|updates?|progress|answer|reply|look)|\bwaiting\b|\bstill nothing\b"
    r"|\bno(?:body|thing|t| one)?\b.{0,14}\b(?:answer|repl[yi]|respon|react|help|look|sol|resol|fix|sort|happen)"
    r"|\bhow (?:much )?longer\b|\blong (?:does|will|is) (?:it|this)\b|\btak(?:e|es|ing) (?:\w+ )?long\b"
    r"|\bhurry\b|\bignor(?:ed|ing)\b|\bstatus\b|\breminder\b|\bbump\b"
    r"|\bwhen (?:will|do|can|are) (?:i|you|we|someone|somebody) (?:get|hear|answer|reply|look|fix|solve|going)\b"
    r"|\b(?:been|for|after) (?:\w+ ){0,2}(?:hours?|days?|weeks?)\b|\blooked? at (?:this|it)\b"
    r"|消息|进[展度](?:怎|如|到|呢|吗|了)|结果|怎么?样了|动静|没有?人?(?:回|理|管|处|解|答)"
    r"|(?:等|要)多久|[在还]等|等[了着]|(?:什么时候|几时|何时).{0,4}(?:处理|解决|回|弄|搞)|快[点一]|尽快|催|跟进|(?:处理|解决|弄|搞).{0,2}(?:吗|没|呢)|还没"
)
_STRANGE: Final = 2
"""Words that may stand beside theirs where nothing is named."""


def names_nothing(sketch: Sketch) -> bool:
    """Tell whether nothing was said yet of what it is about: a greeting, a call, and that something is to be asked."""
    return _is_of(sketch, _words(_CALLS + _PREAMBLES))


def only_calls(folded: str, sketch: Sketch) -> bool:
    """Tell whether somebody is greeted or called for, and nothing else is said; "yes" or "ok" calls nobody."""
    return _CALL.search(folded.encode()) is not None and _is_of(sketch, _words(_CALLS))


def only_urges(folded: str, sketch: Sketch) -> bool:
    """Tell whether somebody asks what became of what they said before, and names nothing of it."""
    if _URGE.search(folded.encode()) is None or sketch.entities:
        return False
    names = any(is_thing(concept) or is_coin(concept) for concept in sketch.concepts)
    return not names and len(set(sketch.words) - _words(_CALLS + _URGES)) <= _STRANGE


def _is_of(sketch: Sketch, words: frozenset[int]) -> bool:
    return not sketch.entities and _CONCEPTS.issuperset(sketch.concepts) and words.issuperset(sketch.words)


@cache
def _words(lines: tuple[str, ...]) -> frozenset[int]:
    """Their words count, and pairs of Chinese characters, in any order; words of no weight are none anyway."""
    return frozenset(word for line in lines for word in hear("", line).sketch.words)
