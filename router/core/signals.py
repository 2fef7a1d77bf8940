"""What a writer says about how a message stands to earlier ones: something else, the same again, settled. Pure.

Patterns are of folded text: lower case, narrow signs, simplified Chinese. RE2: any text costs its length.
"""

from typing import Final

import msgspec
import re2

_OTHER: Final = re2.compile(
    r"\b(?:another|different|separate|new|other|2nd|second|one more|last) (?:thing|q|question|issue|problem|matter"
    r"|topic|request|point)\b"
    r"|\bunrelated\b|\bsomething (?:new|else|different)(?: (?:[^t]|t[^h])|[^ ]|$)"
    r"|(?:^|[.!?\n] ?)(?:by the way|btw)\b|\bwhile (?:you'?re|i'?m"
    r"|i have you) (?:at it|here)?|\band (?:lastly|finally)\b"
    r"|(?:^|[.!?,\n] ?)(?:\w{2,4} )?also,? (?:the|my|i|can|could|is|are|do|does|did|what|how|when|where|why|who|any"
    r"|different)\b|\bnothing to do with\b|^(?:oh |ok |and )+(?:and )?(?:how|what|where|can|could|is|do|does|when"
    r"|which)\b"
    r"|\bnot the .{1,30} (?:thing|one|issue)\b|\bthis time\b|\bquick q\b|\bseparately\b|\bon another note\b|\bps:"
    r"|另外|另一个(?:问题|事|情况)|另一[笔单件]|另[:,]|还有(?:个|一|件|我)|再问|再请教|顺便|别的(?:事|问题)"
    r"|问个别的|换个(?:问题|话题)|新的?问题|又一[笔个单]|其他问题|再咨询|再说一个|题外|跟.{1,8}无关|^建议[:,]"
    r"|对了[,， ]|又.{0,3}(?:一笔|一单|来了|弹)|另单"
    r"|\b(?:second|third|fourth|2nd|3rd|4th|next|other) (?:thing|one|question|issue|problem|point|request|matter)\b"
    r"|(?:^|[.!?\n] ?)(?:oh|ah|ok|okay|hey|hi|sorry|plus|anyway)[, ]+(?:and|also|btw|one more|another|next|while)\b"
    r"|\bone (?:more|other)\b"
    r"|\b(?:new|different|another|separate|other) (?:topic|subject|query|enquiry|story|case|ting)\b"
    r"|\bunconnected\b|\bcompletely different\b|\bon (?:a different|another) (?:note|subject|topic)\b"
    r"|\b(?:while|since) i(?:'m| am| have| got|'ve)\b|\bi also (?:have|want|need|would|noticed|see|found|got|can|wish)"
    r"|\b(?:can|could|may) i also\b|\bchanging (?:the )?(?:topic|subject)\b|\bp\.s\.|\bps[ ,]"
    r"|第[二三四2-4](?:个|件)(?:事|问题|疑问|需求|请求|[\s:：,，.。是]|$)|下一?个(?:问题|事)|(?:还|再|仲)想(?:问|请|知道|咨询)|再(?:提|反馈|多问|请问)|多问一"
    r"|另有|此外|顺带|哦,?还有|噢,?还有|题外话|其它(?:事|问题)|两回事|不相干|不是一回事|仲有|同埋|还有[,， ]"
)
_ANNOUNCED: Final = re2.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|oh|and|also|sorry|thanks|thank you|btw|by the way|please|ps|p\.s\.)[ ,.!:]*){0,3}"
    r"(?:(?:this is|here'?s|here is|i have|i've got|got|now) )?(?:an? |one |my )?"
    r"(?:completely |totally |entirely |quite )?(?:(?:another|separate|different|unrelated|other|second|2nd|new)"
    r" (?:thing|question|q|issue|problem|matter|topic|request|subject|query|enquiry)s?|unrelated"
    r"|on (?:another|a different|an unrelated) (?:note|subject|topic)|changing (?:the )?(?:topic|subject)"
    r"|something else|one more (?:thing|question|issue|problem))"
    r"(?: (?:though|altogether|entirely|completely|as well|too|please))*(?: ?[:,.;!?\-]| -)"
    r"|^(?:(?:你好|您好|对了|哦|噢|那|好的|谢谢|请问|顺便|还有)[,!:。 ]*){0,2}"
    r"(?:另外?(?:还)?(?:想)?(?:再)?(?:问|说|请教|咨询)?(?:下)?(?:有)?(?:一)?(?:个|件)(?:问题|事情?|情况)"
    r"|另一(?:个|件)(?:问题|事情?|情况)|换个(?:问题|话题)|(?:一个)?新问题|第[二三2-3](?:个|件)(?:问题|事情?)|题外话"
    r"|另一码事)[^,。!?:]{0,4}[,。!:?]"
)
"""Something else begins, and nothing but that is said: "Another question: ...". On all labelled days it was one."""
_FRESH: Final = re2.compile(
    r"^(?:hi|hello|hey) again\b|\bnow that\b|\bnow i\b|\bi(?:'?d| would) like to\b|\bsuggestion\b"
    r"|\bfeature request\b|\bfeedback\b|想问下|想问一下|想请问|建议|请教|咨询"
)
_BACK: Final = re2.compile(
    r"\bas (?:discussed|i said|mentioned|reported|asked|requested|promised)\b|\bcontinuing\b|\b(?:e-?mailed|wrote"
    r"|written|messaged|dm'?e?d|reported|posted|tweeted|told|asked)\b.{0,20}\b(?:you|u|it|this|earlier|above"
    r"|already|here|there|at|in|on|by)\b"
    r"|\bsent (?:you|u) (?:a |an )?(?:dm|mail|e-?mail|message)\b|\b(?:chat|connection) (?:was )?(?:closed|dropped"
    r"|disconnected|died)|\b(?:in|from|via|by|on) (?:the |your |my )?(?:chat|mail|e-?mail|telegram|twitter|dm"
    r"|whatsapp)\b"
    r"|\bmy (?:earlier|previous|last|first|other) (?:mail|message|e-?mail|post|tweet)|\b(?:any|an) (?:update|news"
    r"|progress)|\banything new|\bany luck\b|\bfollow(?:ing)?[ -]?up|\bsecond message|\badditional (?:info"
    r"|question)|\bme again\b|\bbump\b|\bforgot to (?:say|add|mention)|\bactually\b|(?:^|[.!?,\n] ?)still\b"
    r"|\bstill (?:waiting for (?:an|a|your)|no (?:answer|reply|news|one))"
    r"|\bnobody (?:replied|answer)|\bno (?:reply|answer|response|news)\b|\bthe .{0,20}(?:one|thing)\b"
    r"|\bas (?:your colleague|you) asked|\bearlier\b|\bthis morning\b|\bi mean\b|\bin private\b|\bdetails\b"
    r"|\bfound the reason\b|\bno longer needed\b"
    r"|刚在|刚才|刚刚|私信|留言|说过|发过|发了(?:邮件|私信)|邮件里|邮箱了|反映过|补充|催|进度|还没(?:有)?(?:人|回)"
    r"|还是|上面|之前(?:的|说|发|那)|那[笔个单件次]|这[单件]事|没人(?:回|理)|的事|回复|在(?:电报|推特|邮件|微信"
    r"|网页|聊天)|麻烦了|原来|忘了说|忘记说|忘了附|详细情况"
    r"|\bsame (?:issue|problem|thing|one|card|order|error|as)\b|\bany(?:one|body)(?: there)?\s?\?|\bhello\s?\?"
    r"|\bstatus\s?\?|\blike i said\b|\bi (?:already|just) (?:sent|told|wrote|mailed|said)\b|\bthe one (?:from|i|that)\b"
    r"|\breferring to\b|\bstill (?:not|nothing|no|the same|pending|waiting|down|stuck|missing)\b|\bnothing yet\b"
    r"|依然|依旧|仍然|仍未|怎么样了|有结果|有消息|处理好|跟进|查到|上次|刚说|我说的|就是[那刚]|同一[个笔]"
    r"|那[张条]|仲未|仲系|有人吗|在不在|人呢|等[了着]"
)
_REMINDS: Final = re2.compile(
    r"\bfollow(?:ing|ed)?[ -]?up (?:on|about|regarding|to|with)\b|\bme again\b|\bfrom yesterday about\b"
    r"|\b(?:my|our) (?:\w+ )?(?:question|e-?mail|mail|message|request|ticket|enquiry|inquiry|query|case|complaint"
    r"|report|letter|dm|tweet|post|form|issue|problem)s? (?:from|of|about|on|regarding|concerning|sent|dated"
    r"|yesterday|last"
    r"|this morning|below|above|i sent|i wrote|yet|was|has|is still)\b"
    r"|\b(?:asked|wrote|written|e-?mailed|messaged|contacted|reported|raised|submitted|filed|filled in|told you)\b"
    r".{0,40}\b(?:yesterday|earlier|before|last (?:week|night|month)|this morning|on \w{3,6}day|ago|already|twice"
    r"|nobody|no one|never|no (?:answer|reply|response))\b"
    r"|\bany (?:news|update|progress|answer|word|luck|movement|decision|outcome|idea)s? (?:on|about|regarding|with"
    r"|yet|for|from)\b|\bwait(?:ing)? (?:for|on) (?:an? |your |the )?(?:answer|reply|response|update|news)\b"
    r"|\b(?:2nd|3rd|4th|5th|second|third|fourth|fifth) (?:e-?mail|mail|message|dm|tweet|reminder)"
    r"(?: (?:about|on|regarding|concerning|now|today|already|to you|i)\b|[ .,:;!?]*$|[.,:;!?\n])"
    r"|\b(?:writ|ask|report|messag|contact)ing (?:you )?(?:once more|again|one more time|for the \w+ time)\b"
    r"|\bwaiting (?:for|on) (?:some|any)(?:one|body) (?:here |there |of you )?to"
    r" (?:answer|reply|respond|tell|explain|look|help|say)\b|\b(?:nobody|no ?one) (?:has |have |is |ever )?"
    r"(?:answer|repl|respon|react|got back|gets back|wr[io]t|come back)"
    r"|\b(?:asked|told|wrote|written|e-?mailed|messaged|reported|mentioned|complained)\b.{0,30}\b(?:in|on|by|via|through)"
    r" (?:the |your |my )?(?:chat|website|site|e-?mail|mail|form|app|phone|telegram|twitter|facebook|whatsapp|dm)\b"
    r"|再次(?:反馈|反映|联系|咨询|询问|提问|写信|来信|致信|提醒|留言|催)|第[二三四五六2-6](?:封|次(?:来|写|问|反馈|反映|联系|催|留言|发(?:信|邮|送|消息)))"
    r"|又来(?:问|催|信|打扰)|(?:邮件|私信|留言|电报|推特|微信|脸书|网页|网站|官网|客服|表单|群里)(?:里|上|那边|都|也)?"
    r"(?:问|说|讲|反馈|反映|提|写|发|咨询)过|(?:客服|聊天|对话|窗口|会话)(?:就|又|突然|自动)?(?:断|掉线|关|中断|结束)了"
    r"|(?:一直|始终|至今|仍|仍然|还是|到现在|都)(?:没有?|无)(?:人|客服)?(?:回复?|理|答复|管|回应)"
    r"|(?:昨天|昨日|前天|上午|早上|今早|中午|下午|昨晚|上次|上周|之前|先前|刚才|早前|前几天|寻日|琴日|头先)(?:我|有|已|已经|同你们"
    r"|跟你们|向你们|在.{2,4}里?){0,2}(?:问|咨询|询问|请教|说|讲|反映|反馈|提|发|写|报|申请|联系|聊|留言|填)(?:过|了|到|咗)?(?:的"
    r"|那|嗰|,|。|你们|贵|一|$)"
    r"|(?:一事|那件事|那个事|的事|的问题|嗰件事)[,，]?(?:怎么|有|现在|请|到底|处理|还|啥|如何|进展|呢|点)"
    r"|(?:有|冇|没)(?:什么|啥|咩)?(?:进展|消息|结果|答复|回复|回音|下文)(?:吗|了|没|呢|么|未|\?|$)"
    r"|怎么样了|怎么说(?:了|呢|啊|\?|$)|处理(?:得|到)?(?:怎么样|怎样|好了?吗|好没|完了?吗|成点)|点样了"
)
_AGAIN: Final = re2.compile(r"\bagain\b|再次|又")
_THANKS: Final = re2.compile(
    r"\bthank|\bthx\b|\bty\b|\bcheers\b|\bappreciate|\bbless you|谢谢|谢了|谢啦|谢过|多谢|感谢|辛苦|\bperfect\b"
    r"|\blovely\b|👍|🙏"
)
_SOLVED: Final = re2.compile(
    r"\bsolved\b|\bresolved\b|\b(?:works?|working|worked|ok|fine|good)\b.{0,12}\b(?:now|again|out|perfectly)\b"
    r"|\bit (?:worked|came)\b|\bcame (?:today|just now|yesterday)\b|\bback up\b|\bnvm\b|\bgot it\b|\bfixed\b"
    r"|\barrived\b|\blanded\b|\bcredited it|\bwent through\b|\breleased\b"
    r"|\b(?:in|here|there|back|done|received) now\b|\bnow (?:in|here|there|back)\b"
    r"|\bphew\b|\bcame (?:in|through|back)\b|\bsorted\b|\bnever ?mind|\ball (?:good|set)\b|\bno longer needed"
    r"|\bunlocked\b|\bapproved\b|\bcan (?:close|be closed)|\bfound it\b|\bis (?:in|there|back) now\b"
    r"|(?:^|[^转打充发寄提])到了|好了|解决了|可以了|成功了|收到了|搞定|没事了|不用管|ok了|回来了|已到账|到账了|弄好"
    r"|行了|过了过了|收到.{0,3}啦|恢复了|能用了|正常了|通过了|可以关了|找到了"
    r"|\breflected\b|\brestored\b|\brefunded\b|\bshowed up\b|\bturned up\b|\bcleared\b|\bdid (?:it|the trick)\b"
    r"|\bis (?:done|there again|in my)\b|\bhelped\b|\bhas (?:come|arrived)\b|\bit(?:'s| is) (?:there|here|in|back)\b"
    r"|\b(?:you can|please) close\b|\bclosing\b"
    r"|看到了|看见了|显示了|出来了|修好|明白了|懂了|成了|已解决|没问题了|搞掂|返嚟|入咗|到咗|收返|到喇|已绑定|放了[,。!]?$"
)
_UNSOLVED: Final = re2.compile(
    r"(?:\bnot|n't|\bnever|\bnothing|\bno|\bwithout|\bunless|\buntil|\bwhen (?:will|does))\b.{0,24}(?:arriv|land"
    r"|work|fix|solv|credit|came|come|approv|unlock|receiv)"
    r"|(?:没|未|不).{0,4}(?:到|好|解决|收到|成功|通过|可以|恢复)|到了(?:吗|没|别人|对方|一个)"
)
_ASKS: Final = re2.compile(
    r"\?|吗|\bhow (?:do|can|to|long|much)\b|\bis there\b|\bis it possible\b|\bdo you\b|\bdoes (?:it|the)\b"
    r"|\bcan (?:i|you)\b|\bcould you\b|\bwhere (?:can|do)\b|\bwhy\b|请问|怎么|能不能|想问|为什么|是否|多少|哪里"
    r"|如何|几天"
)
_SUPPLIES: Final = re2.compile(
    r"\battach|\bscreenshot|\bhere (?:is|are|it is)\b|\breceipt\b|\b(?:scan|photo|pdf|documents?|invoices|proof)\b"
    r"|\.(?:png|jpe?g|pdf|mp4|txt)\b|附上|附件|截图|图片|发邮箱|补上|材料|凭证|见附"
)
_THANKS_CHARS: Final = 30
"""A longer text that ends with thanks asks for something."""


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What the words of one message say of earlier ones."""

    other: bool
    """They announce something else."""
    announced: bool
    """They begin with that and point back at nothing: "Another question: ..."."""
    fresh: bool
    """They begin as new matters do."""
    again: bool
    back: bool
    """They point back at what was said, here or elsewhere."""
    reminds: bool
    """They ask about what their writer asked before: "following up on my question", "昨天问的"."""
    thanks: bool
    settled: bool
    """They say that it is solved, or nothing but thanks."""
    asks: bool
    supplies: bool
    """They hand in what was asked for."""


def signals(folded: str, body: str) -> Signals:
    """Read a folded message, and its `body` without the subject."""
    read = folded.encode()  # once: given text, RE2 would encode it for every question
    back = _BACK.search(read) is not None
    return Signals(
        announced=not back and _ANNOUNCED.search(body.lstrip().encode()) is not None,
        other=_OTHER.search(read) is not None,
        fresh=_FRESH.search(read) is not None,
        again=_AGAIN.search(read) is not None,
        back=back,
        reminds=_REMINDS.search(read) is not None,
        thanks=_THANKS.search(read) is not None,
        settled=settled(body),
        asks=_ASKS.search(read) is not None,
        supplies=_SUPPLIES.search(read) is not None,
    )


def settled(body: str) -> bool:
    """Whether a folded text without its subject says that it is solved, or nothing but thanks."""
    read = body.encode()
    if _UNSOLVED.search(read) is not None:
        return False
    thanks = len(body) <= _THANKS_CHARS and _THANKS.search(read) is not None and _ASKS.search(read) is None
    return thanks or _SOLVED.search(read) is not None
