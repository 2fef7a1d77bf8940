"""How much of its calls the app has used, as Meta says beside each answer, and how long to wait. Pure.

Headers: `X-App-Usage`, `X-Business-Use-Case-Usage` (Graph API, Rate Limits). Shares are in per cent.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

APP: Final = "X-App-Usage"
BUSINESS: Final = "X-Business-Use-Case-Usage"
FULL_PERCENT: Final = 95.0
"""From here on nothing leaves until some is free again: over the limit Meta closes for longer."""
PAUSE_S: Final = 60.0
"""Where Meta does not say how long."""
PAUSE_S_MAX: Final = 3_600.0
_CHARS_MAX: Final = 65_536


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What is used, in per cent of what is allowed."""

    call_count: float = 0.0
    total_time: float = 0.0
    total_cputime: float = 0.0
    estimated_time_to_regain_access: float = 0.0
    """Minutes."""

    @property
    def percent(self) -> float:
        """The share that is nearest to its limit."""
        return max(self.call_count, self.total_time, self.total_cputime)


_app: Final = msgspec.json.Decoder(Shares, strict=False).decode
_business: Final = msgspec.json.Decoder(dict[str, list[Shares]], strict=False).decode


def usage_of(headers: Mapping[str, str]) -> tuple[float, float | None]:
    """The highest share in per cent, and the pause in seconds that is due; None: go on. Never raises."""
    found: list[Shares] = []
    try:
        if app := headers.get(APP, "")[:_CHARS_MAX]:
            found.append(_app(app))
        if business := headers.get(BUSINESS, "")[:_CHARS_MAX]:
            found += [share for shares in _business(business).values() for share in shares]
    except (msgspec.DecodeError, RecursionError):
        pass
    percent = max([share.percent for share in found], default=0.0)
    regain_s = max([share.estimated_time_to_regain_access for share in found], default=0.0) * 60
    if percent < FULL_PERCENT and regain_s <= 0:
        return percent, None
    return percent, min(regain_s or PAUSE_S, PAUSE_S_MAX)
