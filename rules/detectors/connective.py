"""What joins a label to its value, and what shows that a number is a quantity; `password` and `code` share it."""

import re
from typing import Final

IS: Final = (
    r"(?:\s{0,3}(?:[:=]|->|=>|→|-(?=\s))\s{0,3}"
    r"|,?\s{1,3}(?:is|was|are|to|is now|as|it'?s|(?:it|which|that) (?:is|was)|ist|lautet|es|est"
    r"|(?:should|would|must|might|may|could|used to|has to|had to) be)"
    r"(?: (?:always|still|now|currently|just|probably|set to|changed to))?"
    r"(?:\s{0,2}:)?\s{1,3})"
)
SHI: Final = (
    r"\s{0,3}(?:就是|是|为|為|填的是|设置为|設置为|设置的是?|设成了?|设的是?|改成了?|换成了?|改为了?|改為了?|設為了?"
    r"|设为了?|叫|用的是?|写的是?|寫的是?|打的是?|打咗|输的是?|輸的是?|输入的?是?|輸入的?是?|係|显示的?是?|顯示的?是?|[:=]|->|→)\s{0,2}[:]?\s{0,2}"
)
QUOTE: Final = r"[\"'`<(\[*]?"
QUANTITY = re.compile(
    r"\s{0,2}(?:秒|分|位|次|小时|小時|天|个|個|元|块|塊|字|号|號|条|條|年|月|日|点|點|倍|%|\$|sec|min|hour|hrs?(?![a-z])|day|times?(?![a-z])"
    r"|digit|char|letter|word|usd|btc|eth|attempt|people|months?|years?|weeks?|messages?|emails?)"
)
