"""A bare value in answer to a question that names a secret: "did the code arrive?", and then six digits.

Agents may not ask for secrets, but they ask about them, and customers answer with them; they also answer what somebody
else asked them, or what they ask themselves ("what code? this?"). Pure, linear.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from rules.detectors.hit import SecretType
from rules.detectors.labels import words
from rules.expression import expression
from rules.fold import fold

_CHARS_MAX: Final = 200
_SENTENCES: Final = expression(r"(?<=\?)|(?<=[.!])\s|\n")
_COME: Final = (
    words("(?:got|received) (?:the|a|an|your|ur) (?:sms|text|email)", "(?:sms|text) (?:just )?(?:came|arrived)(?: in)?")
    + "|(?:短[信訊讯]|[简簡][讯訊]|[验驗][证證][码碼])(?:[来來到]了|收到了?)|收到(?:短[信訊讯]|[简簡][讯訊])了?"
)
_HAS_COME: Final = expression(rf"(?:{_COME})[\s.!,:]{{0,4}}\Z")
_NAMED: Final[Mapping[SecretType, re.Pattern[str]]] = {
    "CVV": expression(
        words("cvv2?", "cvc2?", "csc", "security code", "(?:code|digits|numbers) on the back")
        + "|安全[码碼]|背面|末三[位码碼]|[后後]三[位码碼]"
    ),
    "OTP": expression(
        f"{_COME}|"
        + words("codes?", "otp", "2fa", "passcode")
        + "|[验驗][证證][码碼]|[认認][证證][码碼]|[动動][态態][密码碼]"
        "|(?:[简簡][讯訊]|短[信訊讯])[码碼密]|一次性?密[码碼]|校[验驗][码碼]|[确確][认認][码碼]"
    ),
    "PASSWORD": expression(
        words("pass ?words?", "pins?", "pin (?:code|number)", "pass ?phrase", "pwd") + "|密[码碼]|口令|pin[码碼]"
    ),
}
_VALUES: Final[Mapping[SecretType, str]] = {
    "CVV": r"(?:(?:0[1-9]|1[0-2]) ?[/\-] ?(?:20)?[2-4][0-9][\s,;]{1,3}(?:and )?)?(?P<value>[0-9]{3,4})",
    "OTP": r"(?P<value>[0-9]{4,8}|[0-9]{3}[ \-][0-9]{3})",
    "PASSWORD": r"(?P<value>[0-9]{4,8}|(?=[!-~]{0,40}[0-9])(?=[!-~]{0,40}[a-z])[!-~]{6,40})",
}
_ANSWERS: Final = {
    kind: expression(rf"[^0-9\n]{{0,40}}?(?<![0-9a-z#$]){value}[\s.,!?)]{{0,4}}\Z") for kind, value in _VALUES.items()
}
_ABOUT = expression(
    words(
        "how (?:many|much|long|often|old)", "when", "years?", "time", "amounts?", "last (?:four|4|few)", "ending",
        "ends?", "errors?", "orders?", "versions?", "models?", "transactions?", "tickets?", "reference",
        "post ?codes?", "zip", "postal", "promo", "coupon", "referral", "invit(?:e|ation)", "country", "area", "qr",
        "swift", "sort", "balance", "price", "number of", "phone number", "which (?:number|device)", "status",
    )
    + "|多少|[几幾][次个個位点點]|多久"
    "|[什甚]么?[时時]|[时時][间間候]|[金数數][额額]|尾[号號数數]|[后後末]四|[错錯][误誤]"
    "|[订訂][单單]|[单單][号號]|版本|型[号號]|交易[号號哈]|[邮郵][编編]|[优優]惠|[邀推]|哪年|年份"
)  # fmt: skip
"""What the answer may be instead."""
_NONE: Final = expression(words("not?", "never", "dont", "[a-z]{2,5}n'?t", "none", "nothing") + "|[没沒無无]")


def is_asked(text: str) -> bool:
    """Whether a customer's message asks for what comes next, or says that a code has come."""
    low = fold(text[-_CHARS_MAX:]).low
    return "?" in low or _HAS_COME.search(low) is not None


def secrets(question: str, answer: str) -> Iterator[tuple[int, int, SecretType]]:
    """Where in `answer` the secret is that the message before it named last."""
    asked = _last(fold(question[-_CHARS_MAX:]).low)
    folded = fold(answer)
    if any(map(_ABOUT.search, (asked, folded.low))) or _NONE.search(folded.low) is not None:
        return
    for kind, named in _NAMED.items():
        told = _ANSWERS[kind].match(folded.low) if named.search(asked) is not None else None
        if told is not None:
            yield (*folded.origin(*told.span("value")), kind)
            return


def _last(low: str) -> str:
    """The last question, or the last sentence where nothing is asked."""
    said = [part for part in _SENTENCES.split(low) if part.strip()]
    return next((part for part in reversed(said) if part.rstrip().endswith("?")), said[-1] if said else "")
