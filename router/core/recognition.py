"""How the facts of a matter look in English and Chinese, by kind. RE2: any text costs its length. Pure."""

from typing import Final

import re2

from rules.facts import FactKind

_CHARS_MAX: Final = 8_000
_SIGN: Final = r"[\s:：;；=＝_\-–—\"'“”‘’「『《<（(\[【,，.。!！|#*]"
"""Not every sign there is: a negated class of all letters makes a program that RE2 has no memory for."""
_LINK: Final = rf"{_SIGN}{{0,4}}(?:is|was|are|是|为)?{_SIGN}{{0,3}}"
"""What stands between the name of a thing and the thing."""
_QUOTED: Final = "[\"“'「『][^\"”'」』]{3,}"
_MONEY: Final = (
    "usdt|usdc|busd|dai|btc|eth|bnb|trx|sol|matic|pol|xrp|doge|ltc|ada|dot|avax|ton|arb|op|shib|tokens?|coins?|bitcoins?"
    "|dollars?|bucks|usd|euros?|eur|pounds?|gbp|yuan|rmb|cny|hkd|yen|jpy"
)
_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"

_SHAPES: Final[dict[FactKind, tuple[str, ...]]] = {
    "transaction": (
        r"\b(?:0x)?[0-9a-f]{64}\b",
        r"\b[1-9A-HJ-NP-Za-km-z]{80,90}\b",
        r"(?:\b(?:order|tx|txid|hash|transaction|transfer|reference|ref)|订单|交易|单号|流水|哈希|转账)"
        rf"(?: ?(?:id|hash|number|no|号码?|编号|哈希))?{_LINK}[A-Z0-9-]*[0-9][A-Z0-9-]{{5,}}",
    ),
    "amount": (
        r"[$€£¥￥]\s?[0-9]",
        rf"\b[0-9][0-9.,]*\s?k?\s?(?:{_MONEY}|u)\b",
        r"[0-9][0-9.,]*\s?万?\s?(?:元|块|美元|美金|刀|枚|个?u\b|个币)",
        rf"[0-9][0-9.,]*\s?个?\s?(?:{_MONEY})",
        rf"\b(?:{_MONEY})\s?[0-9]",
    ),
    "time": (
        r"\b[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b",
        r"\b[0-9]{1,2}[:：][0-9]{2}\b|\b[0-9]{1,2} ?(?:am|pm)\b",
        r"\b(?:today|yesterday|tonight|just now)\b",
        r"\b(?:last (?:night|week|month|year)|this (?:morning|afternoon|evening|week))\b",
        r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
        r"\b(?:[0-9]+|an?|two|three|few|several|half an) (?:minute|min|hour|hr|day|week|month)s? (?:ago|now|already)\b",
        r"\bfor (?:[0-9]+|an?|two|three) (?:minute|hour|day|week)s?\b",
        rf"\b{_MONTH} [0-9]{{1,2}}\b|\b[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b",
        "今天|昨天|前天|刚才|刚刚|今早|今晚|昨晚|上午|下午|凌晨|中午|早上|晚上|上周|上个?月",
        "(?:星期|周)[一二三四五六日天]",
        "[0-9一二两三四五六七八九十半几]+个?多?(?:分钟|小时|钟头|天|日|周|星期|月)(?:前|了)",
        "[0-9]{1,2}月[0-9]{1,2}[日号]?|[0-9]{1,2}[点时]",
    ),
    "account": (
        r"\b0x[0-9a-f]{40}\b|\bT[1-9A-HJ-NP-Za-km-z]{33}\b|\bbc1[0-9a-z]{20,60}\b",
        r"\[(?:WALLET_ADDRESS|EMAIL|PHONE)\]",
        r"[A-Z0-9._%+-]{1,64}@[A-Z0-9-]+\.[A-Z]",
        r"(?:\b(?:uid|user ?id|account(?: id| number| no)?|username|login)|用户 ?id|用户名|账号|账户|帐号)"
        rf"(?: ?(?:id|号))?{_LINK}[A-Z0-9_.-]*[0-9][A-Z0-9_.-]{{3,}}",
    ),
    "error": (
        rf"\berror(?: code| message)?{_SIGN}{{0,4}}(?:[A-Z_]*[0-9]{{2,}}|{_QUOTED})",
        r"\b(?:says?|said|shows?|displays?|reads?|telling me|message|popup|notice)"
        rf"{_SIGN}{{0,3}}(?:that |saying )?{_SIGN}{{0,3}}"
        rf"(?:{_QUOTED}|insufficient|invalid|failed|unable|cannot|not enough|expired|denied|timed? ?out|network)",
        rf"(?:报错|错误码|错误代码|错误信息|提示|显示){_SIGN}{{0,4}}(?:是|为|说|我)?{_SIGN}{{0,3}}[^\s，。,.]{{3,}}",
    ),
    "steps": (
        r"\b(?:i|we)(?: have|'ve|’ve)?(?: already| also| even)*"
        r" (?:tried|restarted|reinstalled|uninstalled|cleared|updated|rebooted|logged out|switched|refreshed|waited)\b",
        r"\b(?:tried|after) (?:to |re)?(?:restart|reinstall|install|clear|updat)",
        "重启|重装|卸载|清(?:除|理|空|了)?缓存|更新(?:了|到|过)|换了?(?:网络|设备|手机|浏览器|节点)",
        "重新(?:登录|登陆|安装|导入|打开)|试过|尝试(?:过|了)|都试了|刷新(?:了|过)",
    ),
}
_KINDS: Final = tuple(_SHAPES)


def _told_by() -> re2.Set:
    """All kinds at once: a text is walked through once, whatever is looked for."""
    patterns = re2.Set.SearchSet()
    for shapes in _SHAPES.values():
        patterns.Add(f"(?i){'|'.join(shapes)}")
    patterns.Compile()
    return patterns


_TOLD_BY: Final = _told_by()


def told(text: str) -> set[FactKind]:
    """Of which kinds a text tells a fact; of a long one the beginning is read."""
    return {_KINDS[number] for number in _TOLD_BY.Match(text[:_CHARS_MAX]) or ()}
