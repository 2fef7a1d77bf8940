"""How often messages are let in: a bucket for each address, and one for all."""

import msgspec

from connectors.form.settings import Limits
from router.model.pace import HOUR_MS, MINUTE_MS, Pace


class Refusal(msgspec.Struct, frozen=True):
    """Not now."""

    wait_ms: int
    everybody: bool
    """It is not this sender who writes too much: all together do."""


class Gate:
    """The paces of one account. A message counts against all of its paces, or against none."""

    def __init__(self, limits: Limits) -> None:
        self._address = Pace(limits.per_address_hour, HOUR_MS)
        self._email = Pace(limits.per_email_hour, HOUR_MS)
        self._all = Pace(limits.per_minute, MINUTE_MS)
        self._alarm_address = Pace(limits.alarms_per_address_minute, MINUTE_MS)
        self._alarms = Pace(limits.alarms_per_minute, MINUTE_MS)

    def admit(self, network: str, email: str | None, now_ms: int, *, alarm: bool) -> Refusal | None:
        """Count one message from a network address; None when it was let in."""
        own = [(self._alarm_address if alarm else self._address, network)]
        if email and not alarm:
            own.append((self._email, email.lower()))
        everybody = (self._alarms if alarm else self._all, "")
        waits = [pace.wait_ms(key, now_ms) for pace, key in (*own, everybody)]
        if any(waits):
            return Refusal(max(waits), everybody=not any(waits[:-1]))
        for pace, key in (*own, everybody):
            pace.take(key, now_ms)
        return None
