"""How somebody asks to be let into the reader's computer or phone, where each secret lies open.

Text comes folded. No tool for this is needed to support a customer, so an order to install or open one is a request,
whatever it is said to be for; being told to remove one, or of others who ask for it, is a warning. Pure, linear.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules import solicitation_words as words
from rules.expression import expression
from rules.facts import Span

_BEFORE: Final = 160
"""How far back a denial is looked for."""
_HINT: Final = expression(
    r"any ?desk|team ?viewer|rust ?desk|to ?desk|ultra ?viewer|quick ?assist|sunlogin|supremo|remote|control|access|"
    r"connect|take over|log ?in ?to|get into|向日葵|远[程端]|控制|操作"
)
_DEVICE: Final = r"your (?:\w+ )?(?:computer|pc|laptop|mac|phone|mobile|device|screen|desktop|machine|tablet)\b"
_STAFF: Final = r"(?:\w+ )?(?:colleagues?|engineers?|technicians?|team|specialists?|experts?|agents?|staff|support)"
_TOOL: Final = (
    r"(?:any ?desk|team ?viewer|rust ?desk|to ?desk|ultra ?viewer|quick ?assist|sunlogin|supremo|"
    r"remote[ -](?:desktop|control(?! (?:of (?:the|an?|our)|to)\b)|access|support|assistance|"
    r"session|connection|viewer|tool|app|software))"
)
_ENGLISH: Final = expression(
    r"(?:^|(?<=[,;:] )|\b(?:please|kindly|just|simply|now|then|and|first|(?:could|can|would|will) you|mind|"
    r"(?:may|can|could) (?:i|we)|you(?:'ll)? (?:can|may|should|must|could|have to|need to)|let's|let us|(?:need|"
    r"want|like|ask) you to) )"
    r"(?:please |now |just |quickly |first |also )?"
    r"(?:(?:install|download|open|start|run|launch|accept|allow|grant|enable|activate|approve)(?:ing)?|"
    r"(?:us|giv|mak|shar)(?:e|ing)|get|have|set(?:ting)? up|turn(?:ing)? on|let(?:ting)? (?:me|us) (?:have|take|use))"
    rf"\b[^,.;:!?]{{0,40}}?\b{_TOOL}|"
    rf"\b(?:let(?:ting)? (?:me|us|(?:our|my) {_STAFF})|allow(?:ing)? (?:me|us|(?:our|my) {_STAFF}) to|"
    rf"(?:(?:may|can|could|shall) )?(?:i|we|(?:our|my) {_STAFF})(?:'ll|'d| can| could| will| would| may| shall)?"
    r"(?: need to| have to| want to| like to|"
    r" now| then| also| quickly)*) "
    rf"(?:connect to|access|control|take (?:over|control of)|log ?in ?to|get into) {_DEVICE}|"
    rf"\b(?:(?:giv|shar)(?:e|ing)|grant(?:ing)?|allow(?:ing)?) (?:me|us|(?:our|my) {_STAFF}) (?:\w+ ){{0,2}}"
    rf"(?:access to|control (?:of|over)) {_DEVICE}"
)
_CHINESE_TOOL: Final = (
    r"(?:向日葵|to ?desk|any ?desk|team ?viewer|rust ?desk|远[程端](?:软件|工具|"
    r"控制(?!家|器|空调|门|灯|开关)|协助|桌面|连接|操作|权限|访问))"
)
_CHINESE: Final = expression(
    r"(?:请|麻烦|烦请|方便|可以|可否|能否|需要|要|[您你](?![们的])|先|再|然后|后|接着|帮忙)[^,.!?;我她他们]{0,6}?"
    r"(?:安装|下载|打开|开启|启动|运行|允许|同意|接受|授权|授予|装|用|开|给)(?!过|了|着)[^,.!?;不没别勿]{0,8}?"
    rf"{_CHINESE_TOOL}|"
    r"(?:让|允许|同意|授权|我|技术|工程师|同事|客服)[^,.!?;您你]{0,8}?(?:远[程端](?:连接|连线|进入|登[录入]|"
    r"访问)?|控制|接管|操作)"
    r"(?:一下|到|进)?[您你]的?(?:电脑|手机|设备|桌面|屏幕)|"
    r"[把将][您你]的?(?:电脑|手机|设备|桌面|屏幕)[^,.!?;]{0,4}?(?:借|给|交|"
    r"让)[^,.!?;您你它他她]{0,8}?(?:远[程端]|控制|操作)"
)
_UNDONE: Final = expression(
    r"\b(?:uninstall|remov|delet|clos|disabl|revok|stop|block|refus|scam)\w*|卸载|解除|移除|卸除|反安装|删|关|"
    r"停|撤|骗"
)
_CHINESE_DENIED: Final = expression(
    r"[不勿莫](?!方便|妨|好意思|到|管|然)|(?<![识分特个区性级类])别|绝|没|未|禁|拒|避免|防|谨|小心|警惕|骗|冒充|自称|"
    r"对方|有人|他人|任何|陌生|谁|他们|黑客|凡|别人|如果|若|假如|要是|是否|有没有|曾"
)
_SENTENCE: Final = expression(r"[^.!?。;\n]{1,400}")


def asked(text: str) -> Iterator[Span]:
    """Spans of folded text that ask to be let into a device."""
    if _HINT.search(text) is None:
        return
    for sentence in _SENTENCE.finditer(text):
        said = sentence[0]
        if _HINT.search(said) is None:
            continue
        for order in _ENGLISH.finditer(said.lstrip()):
            if not _is_told_of_others(said.lstrip(), order):
                shift = sentence.end() - len(said.lstrip())
                yield shift + order.start(), shift + order.end()
        for order in _CHINESE.finditer(said):
            if not (_CHINESE_DENIED.search(said[: order.end()]) or _UNDONE.search(said)):
                yield sentence.start() + order.start(), sentence.start() + order.end()


def _is_told_of_others(said: str, order: re.Match[str]) -> bool:
    """Whether it is denied, undone or told of others."""
    before = words.NO_DENIAL.sub("", said[max(0, order.start() - _BEFORE) : order.end()])
    return bool(words.DENIED.search(before) or words.OF_OTHERS.search(before) or _UNDONE.search(said))
