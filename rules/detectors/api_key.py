"""Access keys of services: well-known prefixes, JSON web tokens, and long values beside a key label.

Prefixes as published by AWS, Alibaba Cloud, Tencent Cloud, Volcengine, GitHub, GitLab, Slack, Stripe, OpenAI,
Anthropic, Google, SendGrid, npm, Hugging Face, PyPI, DigitalOcean, Shopify and Telegram.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.connective import REFERENCE
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_PREFIXED = expression(
    r"(?<![0-9A-Za-z_])(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}|LTAI[0-9A-Za-z]{12,26}|AKID[0-9A-Za-z]{28,44}|AKLT[0-9A-Za-z_\-]{30,60}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_\-]{20,255}"
    r"|xox[abeprs]-[A-Za-z0-9\-]{10,255}|xapp-[A-Za-z0-9\-]{20,255}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{24,255}"
    r"|sk-(?:proj-|svcacct-|ant-[a-z0-9]{2,8}-)?[A-Za-z0-9_\-]{20,255}"
    r"|AIza[0-9A-Za-z_\-]{35}|ya29\.[0-9A-Za-z_\-]{20,255}|GOCSPX-[A-Za-z0-9_\-]{20,64}"
    r"|SG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,64}"
    r"|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,64}|pypi-[A-Za-z0-9_\-]{40,255}|dop_v1_[0-9a-f]{64}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|eyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}(?:\.[A-Za-z0-9_\-]{0,1000})?"
    r")(?![A-Za-z0-9_])"
)
_TELEGRAM = expression(r"(?<![0-9A-Za-z_])[0-9]{8,10}:[A-Za-z0-9_\-]{35}(?![A-Za-z0-9_])")
_LABELLED = expression(
    r"(?:(?<![a-z])(?:api[ _-]{0,2}(?:key|secret|token)s?|(?:access|auth|refresh|session|bot|app|consumer)[ _-]{0,2}"
    r"(?:key|token|secret)(?:[ _-]{0,2}(?:id|secret))?|secret[ _-]{0,2}(?:access[ _-]{0,2})?(?:key|id)(?:[ _-]{0,2}id)?"
    r"|client[ _-]{0,2}secret|bearer|"
    r"(?:2fa|totp|authenticator|google auth)[ _-]{0,2}(?:secret|key|seed|setup key))(?![a-z])"
    r"|setup key|(?:api|接口) ?(?:key|token)|令牌|金钥|金鑰|(?<!私)[密秘][钥鑰])(?: ?\([^()\n\x1a]{1,40}\))?"
    r"[ \"']{0,3}(?:is|was|are|:|=|是|为|為|->|=>){0,2}[ \"'\n]{0,4}(?:base64:)?"
    r"(?P<value>[0-9A-Za-z][0-9A-Za-z_\-./+=]{14,255})",
    re.IGNORECASE,
)
_EXCHANGE = expression(
    r"(?<![a-z])(?:keys?|secret|api)(?: is| was|[ :=是为為]){0,3}[ \"'\n]{0,3}(?:base64:)?"
    r"(?P<value>[0-9A-Za-z+/]{40,120}={1,2}|(?:[a-z]{2,8}_)?[0-9A-Za-z]{24,96}(?:[+/][0-9A-Za-z+/]{8,96}={0,2})?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
# `wJalr... (key), bPxRf... (secret)`.
_NAMED_BEHIND = expression(
    r"(?<![0-9A-Za-z])(?P<value>[0-9A-Za-z]{20,96})\s?[(\[](?:api ?)?(?:keys?|secret|token)(?: ?key)?[)\]]",
    re.IGNORECASE,
)
# A key and its secret are told together; one of a single case, or a UUID, is else as often the id of something.
_PAIR_BEFORE = expression(
    r"(?<![a-z])(?:api|creds?|credentials?|keys?[ :=]{1,3}[0-9a-z\-]{32,96}\S{0,2}\s{1,3}(?:and )?(?:the )?)"
    r"[^\x1a]{0,40}\Z",
    re.IGNORECASE,
)
_PAIR_AFTER = expression(r"[\s,;/&\"')]{1,4}(?:and )?(?:the |my )?(?:api ?)?secret(?![a-z])", re.IGNORECASE)
_PAIR_CHARS: Final = 150
# `etherscan key 58E5...`: of a service that gives keys away.
_OF_SERVICE = expression(
    r"(?<![a-z])(?:[a-z]{2,8}scan|infura|alchemy|moralis|coinmarketcap|cmc|coingecko|binance|okx|bybit|kraken|kucoin|bitget"
    r"|gate|huobi|htx|coinbase|bitfinex|mexc|deepl|openai|stripe|sendgrid|mailgun|twilio|aws|aliyun|cloudflare|maps)"
    r"(?:'s|\.io|\.com)? (?:pro )?\Z",
    re.IGNORECASE,
)
_SERVICE_CHARS: Final = 24
# The secret behind the id of a key: `AKIA... and wJalr...`.
_SECOND = expression(
    r"[^\n\x1a.!?]{1,48}?(?<![0-9A-Za-z/+_\-])(?P<value>[0-9A-Za-z/+]{28,64}={0,2})(?![0-9A-Za-z/+=_\-])"
)
_IDS: Final = ("AKIA", "ASIA", "LTAI", "AKID", "AKLT")
# `<id of the bot>.<time>.<proof>`.
_DISCORD = expression(
    r"(?<![0-9A-Za-z_\-.])[0-9A-Za-z_\-]{24,28}\.[0-9A-Za-z_\-]{6}\.[0-9A-Za-z_\-]{27,45}(?![0-9A-Za-z_\-.])"
)
_OTPAUTH = expression(r"otpauth://[!-~]{8,500}", re.IGNORECASE)
# As authenticators show it: in fours, and so in words of four letters, but for a digit.
_BASE32_IN_FOURS = expression(
    r"(?:(?<![a-z])(?:secret|key|seed)(?![a-z])|[密秘][钥鑰]|金[钥鑰])"
    r"[ \"']{0,3}(?:is|was|:|=|是|为|為|->|=>){0,2}[ \"'\n]{0,4}"
    r"(?P<value>[a-z2-7]{4}(?:[ \-][a-z2-7]{4}){3,15})(?![a-z0-9])",
    re.IGNORECASE,
)
# What an authenticator is set up with; the sentence speaks of one.
_BASE32 = expression(
    r"(?:totp|otp|[2m]fa|authenticator|google auth|[验驗][证證]器)(?![a-z])[^\n.;!?\x1a]{0,60}?(?<![0-9A-Za-z])"
    r"(?P<value>(?=[A-Z]{0,63}[2-7])(?=[2-7]{0,63}[A-Z])(?-i:[A-Z2-7]{16,64}))(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_DIGIT = expression(r"[0-9]")
_LETTER = expression(r"[A-Za-z]")
_BASE32_MIN: Final = 16
_SETUP_SHAPE = re.compile(b"[xd]{16}")


# The last word of a label and what stands between it and a value; most such words are only spoken of.
_LEADS_ON = expression(
    r"(?:(?:keys?|secrets?)[ _-]{0,2}id|keys?|secrets?|tokens?|bearer|api|seed|setup key|[密秘][钥鑰]|令牌|金钥|金鑰)"
    r"(?: ?\([^()\n\x1a]{1,40}\))?(?:[ \"':=\n]|is|was|are|是|为|為|->|=>){0,14}(?:base64:)?"
    r"[0-9A-Za-z][0-9A-Za-z_\-./+=]{14}",
    re.IGNORECASE,
)
_LABEL_BEFORE: Final = 32
_BEHIND_CHARS: Final = 104
_LABEL_AFTER: Final = 40


def find(scan: Scan) -> Iterator[Hit]:
    """Yield keys by their prefix."""
    text, starts = scan.text, scan.at["key prefix"]
    for match in starting(_PREFIXED, text, starts):
        yield Hit(match.start(), match.end(), "API_KEY", "prefix")
        if match.group().startswith(_IDS) and (second := _SECOND.match(text, match.end())) is not None:
            value = second["value"]
            if not value.islower() and not value.isupper() and _DIGIT.search(value) is not None:
                yield Hit(*second.span("value"), "API_KEY", "beside its id")
    for match in starting(_OTPAUTH, text, starts):
        yield Hit(match.start(), match.end(), "OTP", "prefix")


def find_setup_key(scan: Scan) -> Iterator[Hit]:
    """Yield what an authenticator is set up with, in the sentence that names one."""
    for match in starting(_BASE32, scan.text, sorted([*scan.at.get("code", ()), *scan.at.get("code zh", ())])):
        yield Hit(*match.span("value"), "API_KEY", "label")


def may_be_setup_key(scan: Scan) -> bool:
    """Whether there are so many letters and digits together."""
    return _SETUP_SHAPE.search(scan.shape) is not None


def may_be_bot(scan: Scan) -> bool:
    """Whether eight digits stand before a colon, as at the beginning of a bot's key."""
    return b"d" * 8 + b":" in scan.shape


def find_bot(scan: Scan) -> Iterator[Hit]:
    """Yield keys of bots: a number, a colon and 35 characters."""
    for match in _TELEGRAM.finditer(scan.text):
        yield Hit(match.start(), match.end(), "API_KEY", "prefix")


def find_discord(scan: Scan) -> Iterator[Hit]:
    """Yield keys of Discord's bots by their three parts."""
    for match in starting(_DISCORD, scan.text, scan.at["token"]):
        if _DIGIT.search(match.group()) is not None and match.group().lower() != match.group():
            yield Hit(match.start(), match.end(), "API_KEY", "shape")


def _is_of_pair(text: str, match: re.Match[str]) -> bool:
    """Whether the words around a key say that it is one of a service."""
    begin = match.start()
    return (
        _PAIR_AFTER.match(text, match.end()) is not None
        or _OF_SERVICE.search(text, max(0, begin - _SERVICE_CHARS), begin) is not None
        or _PAIR_BEFORE.search(text, max(0, begin - _PAIR_CHARS), begin) is not None
    )


def find_labelled(scan: Scan) -> Iterator[Hit]:
    """Yield values that a label names."""
    text = scan.text
    starts = [at for at in scan.at["key"] if _LEADS_ON.match(text, at) is not None]
    for match in around(_LABELLED, text, starts, _LABEL_BEFORE, _LABEL_AFTER + 280):
        value = match.group("value").rstrip(".-/=_")
        mixed = _DIGIT.search(value) is not None and _LETTER.search(value) is not None
        if (mixed or (value.isupper() and len(value) >= _BASE32_MIN)) and REFERENCE.match(value.lower()) is None:
            start = match.start("value")
            yield Hit(start, start + len(value), "API_KEY", "label")
    for match in around(_BASE32_IN_FOURS, text, scan.at["key"], _LABEL_BEFORE, _LABEL_AFTER + 90):
        if _DIGIT.search(match["value"]) is not None and _LETTER.search(match["value"]) is not None:
            yield Hit(*match.span("value"), "API_KEY", "label")
    for match in around(_NAMED_BEHIND, text, scan.at["key"], _BEHIND_CHARS, _LABEL_AFTER):
        value = match.group("value")
        if not value.islower() and not value.isupper() and _DIGIT.search(value) is not None:
            yield Hit(*match.span("value"), "API_KEY", "label")
    for match in starting(_EXCHANGE, text, starts):
        value = match.group("value")
        mixed = not value.islower() and not value.isupper()
        both = _DIGIT.search(value) is not None and _LETTER.search(value) is not None
        if both and (mixed or _is_of_pair(text, match)):
            yield Hit(match.start("value"), match.end("value"), "API_KEY", "label")
