"""Values that somebody writes in a pasted chat when the line before asks for them: `what is the pin?`, `7731`."""

from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit, SecretType
from rules.detectors.scan import Scan
from rules.expression import expression

TRIGGERS: Final = ("password", "password zh", "pin", "code", "code zh")
_TIME: Final = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])"
_ANSWERED = expression(rf"(?<![0-9:]){_TIME}|\n[^\W\d_]{{1,12}}(?: [^\W\d_]{{1,12}})?:")
# The date, the time and the name, in the order of most programs; the name may stand before the time, or alone.
_SAID = expression(
    rf"(?:[\[(]?(?:[^\n\x1a]{{0,40}}?(?<![0-9:]))?{_TIME}(?: ?[ap]m)?[\])]?[\s,:\-]{{0,4}}"
    r"(?:[^\n\x1a:\t]{1,24}(?:[:\t]|\n)[ \t]{0,3})?|[^\W\d_]{1,12}(?: [^\W\d_]{1,12})?:[ \t]{0,3})"
    r"(?:(?:it'?s|ok|its|是|[这這][个個]?|就是)[,: ]{0,2}){0,2}(?P<value>[!-~]{3,40})[ \t\r]*(?:\n|\Z)"
)
_ASKED_EN: Final = "what|which|send|give|tell|type|enter|share|provide|need|ur|your|and|\\?"
_ASKED = expression(f"(?:{_ASKED_EN}|多少|几|幾|啥|什么|什麼|[发發传傳给給报報]|提供|告[诉訴]|[请請]|吗|嗎|呢)")
_NUMBER: Final = expression("[0-9]{4,8}|[0-9]{3}[-][0-9]{3}")
_WORD: Final = expression("(?=[!-~]*[0-9])(?=[!-~]*[a-z])[!-~]{6,40}")
_ELSEWHERE: Final = expression(r"https?:|www\.|[0-9a-z.]+@|[0-9:./\-]+\Z(?<![0-9]{4})")


def may_be_chat(scan: Scan) -> bool:
    """Whether there are lines with a time of the day or a name."""
    return "digit" in scan.at and b"\n" in scan.data and _ANSWERED.search(scan.low) is not None


def find(scan: Scan) -> Iterator[Hit]:
    """Yield what the next line of the chat says and nothing else, where the next line is of one."""
    low = scan.low
    done = 0
    for label, kind in sorted((place, _type(trigger)) for trigger in TRIGGERS for place in scan.at.get(trigger, ())):
        if label < done:
            continue
        begin, done = low.rfind("\n", 0, label) + 1, low.find("\n", label)
        if done < 0:
            return
        if _ASKED.search(low, begin, done) is None:
            continue
        match = _SAID.match(low, done + 1)
        if match is not None and _is_value(match["value"]):
            number = _NUMBER.fullmatch(match["value"]) is not None
            yield Hit(*match.span("value"), kind if number else "PASSWORD", "answer")


def _type(trigger: str) -> SecretType:
    return "OTP" if trigger.startswith("code") else "PASSWORD"


def _is_value(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None or (
        _WORD.fullmatch(value) is not None and _ELSEWHERE.match(value) is None
    )
