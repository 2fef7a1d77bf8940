"""IP addresses (RFC 791, RFC 4291), told from version numbers by what stands beside them."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from rules.detectors.hit import Hit
from rules.detectors.labels import Labels, words
from rules.detectors.scan import Scan
from rules.expression import expression

_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = expression(
    rf"(?:(?<![0-9A-Za-z.\-])|(?<=(?<![a-z])ip))(?:{_OCTET}\.){{3}}{_OCTET}(?![0-9A-Za-z]|\.[0-9]|-[0-9])"
)
# A colon before it is the label's own where no group of an address can stand before it.
_IPV6 = expression(
    r"(?:(?<![0-9a-z:.])|(?<=[^0-9a-f:.]:)|(?<=[a-z]{5}:))(?!:[0-9a-f])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![0-9a-z:])"
)
_DOTTED = re.compile(rb"d\.d{1,3}\.d{1,3}\.d")
_COLONS: Final = 3
_COLONED = re.compile(rb":[0-9a-f]{0,4}:[0-9a-f]{0,4}:")
_LABELS = Labels(
    yes=words("ip", "ips", "ipv4", "ipv6", "ip address(?:es)?", "login from", "logged in from", "server", "host",
        "from", "vpn", "proxy", "ping", "dns",
    ) + "|ip|登录|登錄|登陆|服务器|代理",
    no=words("version", "versions", "ver", "v", "app", "ios", "android", "firmware", "build", "release", "update",
        "updated to", "windows", "chrome", "upgrade", "section", "clause",
    ) + "|版本|固件|升级|更新|客户端|系统|章节",
)  # fmt: skip
_SMALL_OCTET: Final = 30


def may_be_address(scan: Scan) -> bool:
    """Whether something is dotted or coloned as addresses are."""
    return _DOTTED.search(scan.shape) is not None or (
        scan.data.count(b":") >= _COLONS and _COLONED.search(scan.data) is not None
    )


def find(scan: Scan) -> Iterator[Hit]:
    """Yield addresses; four small numbers without a label are taken for a version."""
    low = scan.low
    for match in _IPV4.finditer(low):
        verdict = _LABELS.nearest(low, *match.span(), before=24, after=12)
        large = any(int(octet) > _SMALL_OCTET for octet in match.group().split("."))
        if verdict == "yes" or (verdict is None and large):
            yield Hit(match.start(), match.end(), "IP", "shape")
    for match in _IPV6.finditer(low):
        if sum(map(str.isdigit, match.group())) >= 2 and _ipv6(match.group()):
            yield Hit(match.start(), match.end(), "IP", "shape")


def _ipv6(value: str) -> bool:
    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return value.count(":") >= 3
