"""How the facts of a matter look in English and Chinese, by kind. RE2: any text costs its length. Pure.

Patterns are of folded text: simplified Chinese, narrow signs, straight quotation marks; capitals are left.
"""

from collections.abc import Collection
from typing import Final

import re2

from router.core.coins import COINS
from rules.facts import FactKind
from rules.needs import KINDS
from rules.text import fold_but_case

_CHARS_MAX: Final = 8_000
_SIGN: Final = r"[\s:;=_\-\"'『《<(\[【,.。!|#*]"
"""Not every sign there is: a negated class of all letters makes a program that RE2 has no memory for."""
_LINK: Final = rf"{_SIGN}{{0,4}}(?:is|was|are|是|为)?{_SIGN}{{0,3}}"
"""What stands between the name of a thing and the thing."""

# Numbers and what they count.
_WORDY: Final = frozenset({"try", "link", "near", "real", "flow", "apt", "etc"})
"""Coins that are words, too: none when written small."""
_MEASURES: Final = frozenset({"个", "枚", "笔", "元", "块"})
_LATIN: Final = "|".join(sorted(name for name in COINS if name.isascii() and name.isalpha() and name not in _WORDY))
_COIN: Final = rf"(?:{_LATIN}|tokens?|[a-z]*coins?|eurc|busd|matic|toncoin|francs?|pesos?|rubles?|rupiah|cents?)"
_CAPITAL_COIN: Final = f"(?-i:{'|'.join(sorted(_WORDY)).upper()})"
_HAN_COIN: Final = (
    "|".join(sorted(name for name in COINS if not name.isascii() and name.isalpha() and name not in _MEASURES))
    + "|(?:美|港|日|欧|加|澳|韩|台|新)?(?:元|币|刀)|[美日]金|镁|块|蚊|泰铢|卢布|卢比|枚"
)
_SYMBOL: Final = r"[$€£¥₦₹₩]"
_FIGURES: Final = r"[0-9](?:[0-9.,' ]{0,20}[0-9])?"
_MANY: Final = r"(?:k|m|w|mil|million|billion|thousand|hundred|grand)"
_WORD: Final = (
    "(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million)s?"
)
_HAN: Final = "[0-9零一二两三四五六七八九十百千万亿几半俩壹贰叁肆伍陆柒捌玖拾佰仟]"
_HAN_BUT_ONE: Final = f"(?:{_HAN}{{2,12}}|[0-9二两三四五六七八九十百千几半俩壹贰叁肆伍陆柒捌玖拾])"
"""一块 is together, and 一个 one of anything."""

# Days and hours.
_MONTH: Final = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY: Final = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_COUNT: Final = rf"(?:[0-9]+|an?|one|{_WORD}|few|couple of|several|half an)(?: and a half)?"
_SPAN: Final = "(?:minute|min|hour|hr|day|week|month|year)s?"
_HAN_SPAN: Final = f"{_HAN}{{1,4}}个?多?半?(?:分钟|小时|钟头|天|日|周|星期|礼拜|月|年)"
_DAYTIME: Final = "(?:早上|上午|中午|下午|傍晚|晚上|凌晨|早|晚)"

# What an app says when it does not do it.
_FAULT: Final = (
    "(?:fail|invalid|insufficient|unable|cannot|can't|could ?n[o']t|denied|expired|timed? ?-?out|went wrong"
    "|not (?:enough|found|supported|allowed|available|valid|recogni|match)|too (?:low|high|many|large|small|short)"
    "|rejected|revert|unavailable|try again|exceeded|corrupt|wrong|unknown|incorrect|blocked|declined|underpriced"
    "|mismatch|does not exist|disconnected|forbidden|maintenance|out of gas|unsupported|refused|missing"
    "|不足|[超逾]时|超限|无法|不能|不存在|过期|无效|失效|非法|不合法|不支持|不正确|不一致|不匹配|不符|有误"
    "|繁忙|频繁|维护|损坏|拒绝|受限|限制|断开|中断|已被|未找到|找不到|稍后|重试|请|停用|冻结|拒收|过于|不清晰|未满足|未激活|审核|不可)"
)
_BETWEEN: Final = r"[a-z0-9:\-()#. ]{0,40}"
_SHOWN: Final = "(?:报错|错误码|错误代码|错误[信消讯]息|提示|显示|弹出|跳出|弹窗|出现|还是说|一直说)"
_TELLS: Final = "(?:says?|saying|said|shows?|showing|displays?|reads?|told me|tells me|telling me|gives me|gave me)"

# What people do about it.
_DO: Final = (
    "(?:re-?start|re-?boot|(?:re|un|re-)install|re-?import|refresh|re-?load|clear|updat|upgrad|chang|switch|toggl"
    "|log(?:ging)? (?:out|off|back)|sign(?:ing)? out|(?:force[ -])?clos|quit|reset|delet|remov|disabl|enabl|turn"
    "|us(?:e|ing) (?:a|an|my|the|another|different|other)|power|unplug)"
)
_DID: Final = (
    r"(?:re-?started|re-?booted|(?:re|un|re-)installed|re-?imported|refreshed|re-?loaded|force[ -](?:closed|quit)"
    r"|(?:logged|signed) out and (?:back |again )?in|cleared (?:[a-z]+ ){0,3}(?:cache|cookies|data|history|storage)"
    r"|(?:changed|switched)(?: to| from| the| my| off| on| a| another| different){0,3}"
    r" (?:dns|networks?|wi-?fi|browsers?|nodes?|rpc|cables?|mobile data|vpn|servers?)"
    r"|updated (?:[a-z]+ ){0,3}(?:latest|newest)|followed (?:the|your|all|every|these|those|each)(?: of the)? "
    r"(?:steps?|instructions|guide|faq|advice|tips)|did (?:everything|all (?:of )?(?:that|this|it))"
    r"|turned (?:[a-z]+ ){1,4}(?:off|on) and)"
)
_TRIED: Final = (
    rf"tried (?:to )?(?:{_DO}|also\b|everything|all\b|both|it (?:on|in|with|again)|that|this|with|without|on\b"
    r"|in\b|from|via|using|an?\b|the\b|my\b|other|another|different|several|many|multiple|again|once more|twice"
    rf"|desktop|(?:[0-9]+|{_WORD}) (?:times|different|other|cards|browsers|devices|phones))"
)
_HAN_DO: Final = (
    "(?:重启|重装|卸载|重开机|重新(?:登录|登陆|登入|安装|下载|导入|打开|开机|开了|启动|扫码|连接|绑定|输入|设置)|清除?理?空?.{0,2}缓存"
    "|刷新|退出(?:再|重|账号|登录)|删.{0,5}重(?:装|新|下)|换.{0,3}(?:网|wifi|流量|浏览器|节点|线路|电脑)|关.{0,2}vpn"
    "|(?:更新|升级)[到了过]?最?新|飞行模式)"
)
_HAN_VAIN: Final = "(?:也|还是|都|仍|依然|一样|没用|无效|不行)"
_HAN_DONE: Final = f"(?:{_HAN_VAIN}|了|过|完|后|还|[0-9一二两三四五六几多好]+(?:次|遍|回))"
_HAN_REST: Final = "(?:一下)?[^,.。?!;吗呢一要]{0,4}"

_SHAPES: Final[dict[FactKind, tuple[str, ...]]] = {
    "transaction": (
        r"\b(?:0x)?[0-9a-f]{64}\b",
        r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b",
        r"(?:\b(?:order|tx|txid|hash|reference|ref|receipt|invoice|(?:transaction|transfer|payment|withdrawal|deposit"
        r"|swap)(?: ?(?:id|hash|number|no|ref|reference|code))?)|订单|单号|下的?单|流水|哈希|编号|序号"
        r"|(?:交易|转账)(?:号码?|id)?)"
        rf"(?: ?(?:id|hash|number|no|nr|号码?|编号|哈希|值))?{_LINK}"
        r"(?:[a-z]{1,8}[_-]?[a-z0-9]{0,12}[0-9][a-z0-9]{4,}|[a-z]{1,8}[0-9]{0,6}[a-z]?-[0-9]{2,}-?[a-z0-9-]{2,}"
        r"|0x[0-9a-f]{4,}|[0-9]+[a-f][0-9a-f]{5,}|[0-9]{1,4}[a-z][a-z0-9]{0,6}-[a-z0-9]{3,})",
        r"(?:\b(?:order|tx|txid|hash|reference|ref|receipt|invoice"
        r"|(?:transaction|transfer|payment|withdrawal|deposit) (?:id|number|no|ref|reference|code))"
        r"|订单|单号|下的?单|流水|哈希|编号|序号|(?:交易|转账|付款|充值|提现)(?:号码?|id))"
        rf"(?: ?(?:id|hash|number|no|nr|号码?|编号|值))?{_LINK}"
        r"(?:[0-9]{6,}|[0-9]{5,8}-[0-9]|(?:[0-9]{1,3}|[013-9][0-9]{3})-[a-z0-9-]{3,}|(?-i:[A-Z]{2,4}) [0-9]{7})",
        r"(?-i:\b[A-Z]{2,5}-?[A-Z]?[0-9]{7,}\b|\b[A-Z]{2,5}-(?:[0-9]{2,}-)?[0-9]{5,}\b)",
    ),
    "amount": (
        rf"{_SYMBOL}\s?\.?[0-9]|[0-9]\s?{_SYMBOL}",
        rf"\b{_FIGURES}\s?(?:{_MANY}\s?)?(?:{_COIN}|{_CAPITAL_COIN})\b",
        rf"\b{_FIGURES}\s?[kmw]?\s?(?:万|千|百|亿|千万|百万)?多?\s?[个颗枚粒]?\s?(?:{_HAN_COIN}|u\b)",
        rf"[0-9][万千百]?\s?[个颗粒]\s?{_COIN}\b",
        rf"\b{_FIGURES}[kw]\b|\b{_FIGURES}\s?(?:万|grand\b|million\b|thousand\b)",
        rf"{_HAN_BUT_ONE}[多来余几]?[个颗枚粒]?\s?(?:{_HAN_COIN}|美|u\b|{_COIN}\b)|一元",
        "[0-9一二两三四五六七八九十几百][千百十]?万",
        rf"\b(?:{_WORD}|half an?|half)(?:[ -](?:{_WORD}|and)){{0,4}} (?:{_COIN}|grand|{_CAPITAL_COIN})\b",
        rf"\b(?:a|few|several|couple of) grand\b|\b(?:couple(?: of)?|few|several) (?:{_LATIN})\b",
        rf"\b(?:{_LATIN}|{_CAPITAL_COIN}|nt|hk|us)\$?\s?[0-9]",
        r"\b[0-9]{1,3}(?:,[0-9]{3})+\b|\b(?:took|paid|pay|paying|sent|charged|received|withdrew|lost|owe)"
        r"(?: me| him| her)? (?:[0-9]{3,}|[0-9]+\.[0-9]+)\b",
        r"(?:扣|转|付|充|提|刷|汇|花|一笔)了?我?(?:[0-9][0-9.,]+|[一二两三四五六七八九几][百千])|[一二两三四五六七八九几][百千]多?(?:没了|不见|被)",
        rf"(?:金额|数额|总额|数量|\bamount(?: of)?){_LINK}[0-9]",
    ),
    "time": (
        r"\b[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:\b|t)|\b[0-9]{1,2}[/.][0-9]{1,2}[/.]20[0-9]{2}\b",
        r"\b(?:on|since|from|due|was|of|dated?) (?:the )?[0-9]{1,2}(?:/[0-9]{1,2}\b|\.(?:0[1-9]|1[0-2])\."
        r"|(?:st|nd|rd|th)\b)",
        r"\b(?:1[0-2]|[1-9])/(?:3[01]|[12][0-9]|[1-9]) ?(?:的|号|日|早|晚|上午|下午|中午|凌晨|[0-9]{1,2}:)",
        r"\b[0-9]{1,2}:[0-9]{2}\b|\b[0-9]{1,2} ?(?:am|pm|a\.m|p\.m|o'?clock|in the (?:morning|afternoon|evening))\b",
        rf"\b(?:half|quarter) (?:past|to) (?:[0-9]|one|{_WORD})|\b(?:at|around|about|since) (?:noon|midnight|midday)\b",
        r"\b(?:today|yest[eu]rday|tonight|overnight|just now|(?:a )?(?:moment|while) ago)\b",
        r"\b(?:last (?:nite?|night|evening|week|weekend|month|year)|this (?:morning|afternoon|evening|week|weekend))\b",
        rf"\b{_WEEKDAY}s?\b|\b(?:on|since|last) (?:mon|tues?|wed|thur?s?|fri|sat|sun)\b",
        rf"\b{_COUNT} {_SPAN} (?:ago|now|already|back|earlier|later)\b",
        rf"\b(?:for|been|waiting|waited|past|last|pending|stuck|unconfirmed|processing|frozen|locked)"
        rf"(?: more than| over| about| already| the| for)? {_COUNT} {_SPAN}\b",
        rf"\b{_MONTH}\.? [0-9]{{1,2}}\b|\b[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b",
        "[今昨][天日早晚晨夜朝]|前几?天|前日|前晚|[寻琴]日|刚[才刚转付充提买]|[去今]年[0-9一二三四五六七八九十]{1,2}月|啱啱|上午|下午|凌晨|中午|早上|晚上|半夜|夜里",
        "上个?(?:周|星期|礼拜|月)|(?:星期|周|礼拜)[一二三四五六日天]|[上这]周末",
        f"{_HAN_SPAN}(?:前|了|以前|之前|多了|还|都|没|未|过去)|等[了咗]{_HAN_SPAN}",
        "[0-9十]{1,2}月(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}[日号])|[0-9]{1,2}[点时]|(?:^|[^0-9服第])[0-3]?[0-9]号(?:$|[^线楼店码机门卡])",
        "[一二两三四五六七八九十]{1,3}点(?:[多半钟左整]|[一二三四五]?十)",
    ),
    "account": (
        r"\b0x[0-9a-f]{40}\b|\bT[1-9A-HJ-NP-Za-km-z]{33}\b|\bbc1[0-9a-z]{20,60}\b",
        r"\[(?:WALLET_ADDRESS|EMAIL|PHONE)\]",
        r"[A-Z0-9._%+-]{1,64}@[A-Z0-9-]+\.[A-Z]|\+[0-9][0-9 ()-]{7,18}[0-9]",
        r"(?:\buid|\b(?:user|account|login|member|customer|client) ?(?:id|number|no)|\buser ?name"
        rf"|(?:用户|会员|账号|账户|帐号|帐户) ?id|用户名|会员号|账号|帐号){_LINK}"
        r"(?:[A-Z0-9_.-]*[0-9][A-Z0-9_.-]{4,}|[A-Z][A-Z_.-]{2,}[0-9]+)\b",
        rf"(?:\b(?:account|login|handle)|账户|帐户|手机号码?){_LINK}"
        r"(?:[0-9 ]{6,}\b|@[a-z0-9_]{3,}|[A-Z][A-Z_.-]*[0-9][A-Z0-9_.-]{2,}|[A-Z][A-Z.-]{2,}_?[0-9]+\b)",
        rf"\b(?:user ?name|handle|telegram|user){_LINK}@[a-z0-9_]{{3,}}",
    ),
    "error": (
        rf"\berror(?: code| message| number)?{_SIGN}{{0,4}}(?:[A-Z_]*[0-9]{{2,}}|\"[^\"]{{3,}})",
        rf"\b(?:{_TELLS}|message|pop-?up|notice|banner|alert)(?: that| saying)?:?"
        rf"(?:,? ?\"[^\"]{{3,}}|[ :]'[^']{{3,}}'|[ :]{_FAULT})",
        rf"\b(?:it|app|which|just|only|screen|page|site|website|always|keeps?|then|now|error|message|banner|alert|status"
        "|withdrawal|deposit|transfer|swap|order|payment|card|login|check|verification|terminal|explorer) "
        rf"(?:just |only |always |keeps? |still |now )?(?:{_TELLS}){_SIGN}{{1,3}}{_BETWEEN}{_FAULT}",
        rf"\b(?:error|banner|alert|pop-?up|message|code)(?: code)?(?: reads| says)?{_SIGN}{{0,2}}[:0-9]"
        rf"{_BETWEEN}{_FAULT}",
        rf"\b(?:get|got|getting|gets|see|saw|throws?|returns?|with|then|comes?|error|me|up)(?: an?| the)?(?: error)?"
        rf"(?: message| saying)?{_SIGN}{{0,3}}(?:\"[^\"]{{0,80}}|\s'[^']{{0,80}}){_FAULT}",
        rf"\"[^\"]{{0,60}}(?:{_FAULT}|失败|错误|异常)[^\"]{{0,120}}\"|(?:^|[\s:,(])'[^']{{0,60}}{_FAULT}[^']{{0,120}}'",
        r"\b(?:network|server|time-?out|connection|gateway|nonce|gas|internal|unknown|rpc|verification|authentication"
        r"|syntax|system) error\b|\b(?:execution reverted|bad gateway|nonce too low|request failed|session expired"
        r"|transaction underpriced|too many (?:attempts|requests)|insufficient (?:funds|gas|balance|liquidity))",
        rf"(?:报错|错误码|错误代码|错误[信消讯]息|提示){_SIGN}{{0,4}}(?:是|为|说|我)?{_SIGN}{{0,3}}[^\s,。.了怎么音]{{3,}}",
        rf"{_SHOWN}(?:了|个|一个|一句)?{_SIGN}{{0,4}}(?:是|为|说|我)?{_SIGN}{{0,3}}"
        rf"(?:[\"『][^\"』]{{2,}}|[^\s,。.!?]{{2,16}}(?:失败|错误|异常)|[^\s,。.!?]{{0,16}}{_FAULT}"
        rf"|[0-9]{{3,}}|[a-z]{{3,}}[a-z ]*{_FAULT})",
    ),
    "steps": (
        rf"(?:^|[^a-z]){_DID}(?:$|[^a-z])",
        rf"(?:^|[^a-z])(?:{_TRIED})",
        r"\b(?:even )?after (?:[a-z]+ )?(?:re-?start|re-?boot|re-?install|re-?import|clear|force[ -]clos|toggl"
        r"|refresh)",
        rf"{_DO}[^.!?]{{0,30}}(?:did|does|do)(?:n't|nt| not) (?:help|work|change|fix|solve)",
        rf"{_HAN_DO}{_HAN_REST}{_HAN_DONE}",
        f"换.{{0,4}}(?:手机|设备).{{0,4}}{_HAN_VAIN}",
        "(?:清|刷)[了过].{0,4}(?:缓存|新)|换[了过].{0,3}(?:网|wifi|流量|浏览器|节点|线路|电脑)|关[了掉].{0,2}vpn|改[了过]密码",
        "试过|试了|试遍|尝试[过了]|[按照][着你您教说步客].{0,10}(?:操作|做|弄|试|设置)[了过]",
    ),
}
_ELSE: Final = re2.compile(
    r"(?i)"
    # What is to come, what comes every time, greetings.
    rf"\b(?:tomorrow|(?:by|until|till|before|next|every|each|happy) (?:{_WEEKDAY}s?|tomorrow|today|tonight|noon|week"
    r"|month|day|morning|evening|the end))(?: (?:morning|afternoon|evening|night))?"
    r"(?:,? (?:at|around|by|after|before|between))?(?: [0-9]{1,2}(?::[0-9]{2})?(?: ?[ap]m)?)?"
    rf"|\b{_WEEKDAY}s?(?: to | through | - |-){_WEEKDAY}s?|\b{_WEEKDAY}s\b"
    r"|\b[0-9]{1,2}(?::[0-9]{2})? ?(?:[ap]m)? (?:to|-) [0-9]{1,2}(?::[0-9]{2})? ?[ap]m"
    rf"|(?:(?:^|[^明])明[天日早晚]|后天|下个?(?:周|星期|礼拜|月)|每[天日周月晚早个]){_DAYTIME}?[一二三四五六日天]?{_DAYTIME}?"
    r"(?:[0-9一二两三四五六七八九十]{1,3}[点时:])?"
    rf"|{_DAYTIME}好|今[天日晚](?:内|之内|能|可以)|半天|周[一二三四五六日][至到\-]周?[一二三四五六日]"
    # Coins that are counted as something else.
    r"|\b(?:rate|price|worth|value) (?:for|of) (?:1|one|an?) [a-z]{3,8}|\beth(?:ereum)? ?2\.0\b"
    r"|\b(?:trc|erc|bep)-?[0-9]{2,4}|[一两几]个?(?:比特币|以太坊|泰达币|btc|eth|usdt|币)(?:钱包|地址|账户)"
    r"|[0-9] ?[kmw] (?:follower|like|subscriber|reader|user|member|people|view)"
    r"|[0-9一二两三四五六七八九十几百千]{1,8}万多?(?:人|名|次|条|步|字|用户|粉丝)"
    # What was not done or shown, or is asked about.
    rf"|(?:n't|\bnot|\bnever|\bwithout)(?: yet| even| really)? (?:having )?(?:tried|{_DID})"
    r"|(?:[没未]有?|(?:不想|不敢|怎么|如何|怎样|要不要|需要?|需不需要|是否|能不能|可不可以|教我)[^,。?!]{0,6})"
    rf"(?:试过|{_HAN_DO})[^,。?!]{{0,6}}"
    r"|[没不未]有?(?:任何)?(?:显示|提示|报错|弹出|出现)|(?:显示|提示)(?:成功|已?完成|已?到账|已发送|正常|的是|器|屏|音|框|不出|不了|不全)"
    r"|报错(?:了|的?时|之?后)?(?:怎么|如何|该|要|吗|是什么)"
)
"""What looks like a fact and tells none; it is passed over."""
_TOLD_BY: Final = {kind: re2.compile(f"(?i){'|'.join(shapes)}") for kind, shapes in _SHAPES.items()}
"""One by one: all at once are more states than RE2 keeps."""


def told(text: str, kinds: Collection[FactKind] = KINDS) -> set[FactKind]:
    """Of which of these kinds a text tells a fact; of a long one the beginning is read."""
    if not kinds:
        return set()
    said = _ELSE.sub(" ; ", fold_but_case(text[:_CHARS_MAX])).encode()
    return {kind for kind in kinds if _TOLD_BY[kind].search(said) is not None}
