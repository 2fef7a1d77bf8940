"""Access keys of services: well-known prefixes, JSON web tokens, and long values beside a key label.

Prefixes as published by AWS, GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, Google, SendGrid, npm,
Hugging Face, PyPI, DigitalOcean, Shopify and Telegram.
"""

import re
from collections.abc import Iterator
from typing import Final

from rules.detectors.hit import Hit
from rules.fold import Folded

_PREFIXED = re.compile(
    r"(?<![0-9A-Za-z_])(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_\-]{20,255}"
    r"|xox[abeprs]-[A-Za-z0-9\-]{10,255}|xapp-[A-Za-z0-9\-]{20,255}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{24,255}"
    r"|sk-(?:proj-|svcacct-|ant-[a-z0-9]{2,8}-)?[A-Za-z0-9_\-]{20,255}"
    r"|AIza[0-9A-Za-z_\-]{35}|ya29\.[0-9A-Za-z_\-]{20,255}|GOCSPX-[A-Za-z0-9_\-]{20,64}"
    r"|SG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,64}"
    r"|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{30,64}|pypi-[A-Za-z0-9_\-]{40,255}|dop_v1_[0-9a-f]{64}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|[0-9]{8,10}:[A-Za-z0-9_\-]{35}"
    r"|eyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}(?:\.[A-Za-z0-9_\-]{0,1000})?"
    r")(?![A-Za-z0-9_])"
)
_LABELLED = re.compile(
    r"(?:(?<![a-z])(?:api[ _-]{0,2}(?:key|secret|token)s?|(?:access|auth|refresh|session|bot)[ _-]{0,2}"
    r"(?:key|token)|secret[ _-]{0,2}(?:access[ _-]{0,2})?key|client[ _-]{0,2}secret|bearer|"
    r"(?:2fa|totp|authenticator|google auth)[ _-]{0,2}(?:secret|key|seed|setup key))(?![a-z])"
    r"|api ?密钥|api ?密鑰|api ?秘钥|访问令牌|訪問令牌|接口密钥|谷歌密钥|谷歌密鑰|令牌|(?<!私)密钥|(?<!私)密鑰)"
    r"[ \"']{0,3}(?:is|was|are|:|=|是|为|為|->|=>){0,2}[ \"'\n]{0,4}"
    r"(?P<value>[0-9A-Za-z][0-9A-Za-z_\-./+=]{14,255})",
    re.IGNORECASE,
)
_EXCHANGE = re.compile(
    r"(?<![a-z])(?:keys?|secret)(?: is| was|[ :=]){0,3}[ \"'\n]{0,3}(?P<value>[0-9A-Za-z]{32,96})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_OTPAUTH = re.compile(r"otpauth://[!-~]{8,500}", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[A-Za-z]")
_BASE32_MIN: Final = 16


def find(folded: Folded) -> Iterator[Hit]:
    """Yield keys by prefix, then values that a label names."""
    text = folded.text
    for match in _PREFIXED.finditer(text):
        yield Hit(match.start(), match.end(), "API_KEY", "prefix")
    for match in _LABELLED.finditer(text):
        value = match.group("value").rstrip(".-/=_")
        mixed = _DIGIT.search(value) is not None and _LETTER.search(value) is not None
        if mixed or (value.isupper() and len(value) >= _BASE32_MIN):
            start = match.start("value")
            yield Hit(start, start + len(value), "API_KEY", "label")
    for match in _EXCHANGE.finditer(text):
        value = match.group("value")
        if not value.islower() and not value.isupper() and _DIGIT.search(value) is not None:
            yield Hit(match.start("value"), match.end("value"), "API_KEY", "label")
    for match in _OTPAUTH.finditer(text):
        yield Hit(match.start(), match.end(), "OTP", "prefix")
