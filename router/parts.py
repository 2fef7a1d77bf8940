"""A reply that a provider takes part by part: what has arrived of it, from one attempt to the next."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from typing import Final

from router.connector import Rejected, Retry, SendOutcome, Sent, Unknown
from router.model.limits import SEND_SECONDS_MAX

_SEND_S: Final = SEND_SECONDS_MAX - 5
"""One whole send; the caller gives up a little later."""
_REMEMBERED_MAX: Final = 5_000


class Parts:
    """One reply on its way. A connector adds what else it has to know of it."""

    def __init__(self, total: int, arrived: list[str]) -> None:
        """`arrived`: the ids of the parts that an earlier attempt brought, as `Progress.of` gives them."""
        self.total, self.arrived = total, arrived
        self.in_call = False
        """A call was begun and its end has not been seen."""

    def whole(self, outcome: SendOutcome) -> SendOutcome:
        """The outcome for the whole reply: once a part has arrived, nobody may take the whole for unsent."""
        if isinstance(outcome, Sent) or not self.arrived:
            return outcome
        reason = f"{len(self.arrived)} of {self.total} parts have arrived; then: {outcome.reason}"
        return Rejected(reason=reason) if isinstance(outcome, Rejected) else Unknown(reason=reason)


class Progress:
    """By the key of each reply that is not whole, the ids of its parts that have arrived. Bounded; of this process."""

    def __init__(self) -> None:
        self._arrived: OrderedDict[str, list[str]] = OrderedDict()

    def of(self, key: str) -> list[str]:
        """What has arrived of this reply; nothing, where nothing is known."""
        return self._arrived.pop(key, [])

    async def send(self, key: str, parts: Parts, sending: Awaitable[SendOutcome]) -> SendOutcome:
        """The outcome of `sending`, which is stopped in time; a later attempt goes on after what has arrived."""
        try:
            async with asyncio.timeout(_SEND_S):
                outcome = await sending
        except TimeoutError:
            what = f"no answer within {_SEND_S} s"
            outcome = parts.whole(Unknown(reason=what) if parts.in_call else Retry(reason=what))
        if parts.arrived and not isinstance(outcome, Sent):
            self._arrived[key] = parts.arrived
            if len(self._arrived) > _REMEMBERED_MAX:
                self._arrived.popitem(last=False)
        return outcome
