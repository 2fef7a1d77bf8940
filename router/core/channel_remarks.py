"""What is said of how a channel is, in Chinese: sentences of its connector and of the house, also several in one. Pure.

Connectors and the house say it in English, for logs and the command line. What is in no table stays as it is: names,
codes, and what the provider itself said.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from rules.expression import expression
from rules.phrases import Phrases

HOUSE: Final = {
    "by an operator since {time}": "由运维人员暂停，自 {time}",
    "go on with: {command}": "恢复命令：{command}",
    "no answer within {n} s": "{n} 秒内没有应答",
    "put the right ones into {files}: they are read again within seconds": "请把正确的写入 {files}：几秒内会重新读取",
    "mend {where} and restart the service": "请修正 {where} 并重启服务",
    "its settings in the configuration": "配置中的设置",
}
_COLON: Final = expression(": ")
_JOINTS_MAX: Final = 8
"""Places of one text at which it is tried whether two sentences meet there, and how many are taken apart."""

Translate = Callable[[str], str]


def translator(connector: Mapping[str, str]) -> Translate:
    """Says the details of channels of a kind in Chinese, by the table of its connector."""
    phrases = Phrases({**HOUSE, **connector})

    def find(english: str, depth: int) -> str | None:
        return phrases.find(english, lambda _, value: said(value, depth - 1))

    def said(english: str, depth: int) -> str:
        if depth <= 0:
            return english
        return find(english, depth) or _explained(english, depth) or _listed(english, depth) or english

    def _explained(english: str, depth: int) -> str | None:
        """What happened, and what to do about it: `Telegram refuses the token: give the channel another one`."""
        for at in islice((found.start() for found in _COLON.finditer(english)), _JOINTS_MAX):
            left, right = english[:at], english[at + 2 :]
            first, second = find(left, depth - 1), find(right, depth - 1)
            if first is not None or second is not None:
                return f"{first or left}：{second or said(right, depth - 1)}"
        return None

    def _listed(english: str, depth: int) -> str | None:
        left, joint, right = english.partition("; ")
        first, second = (said(left, depth - 1), said(right, depth - 1)) if joint else (left, right)
        return f"{first}；{second}" if (first, second) != (left, right) else None

    @lru_cache(maxsize=1_024)
    def translate(english: str) -> str:
        return said(english, _JOINTS_MAX)

    return translate
