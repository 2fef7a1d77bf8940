"""A channel whose secrets are not there yet: it waits as one whose credentials are refused, and keeps no other out."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from router.connector import AuthFailed, Health, Inlet, Outbound, Route, SendOutcome
from router.model.errors import Paused

EVERYTHING = "/{rest:.*}"
"""All addresses of a channel: which ones it has, only its connector knows."""


class AbsentConnector:
    """Stands where a connector will. Replies wait, callers are told to come again; `reason` says what is missing."""

    def __init__(self, reason: Callable[[], str]) -> None:
        self._reason = reason

    async def run(self, _inlet: Inlet) -> None:
        """Wait until somebody puts the real one here."""
        await asyncio.Event().wait()

    async def send(self, _outbound: Outbound) -> SendOutcome:
        """The channel waits, not the reply alone."""
        return AuthFailed(reason=self._reason())

    async def reconcile(self, _outbound: Outbound) -> SendOutcome:
        """Nobody can be asked yet; what may have arrived is looked up later."""
        return AuthFailed(reason=self._reason())

    def routes(self, _inlet: Inlet) -> Sequence[Route]:
        """Everything, so that what is brought meanwhile is brought again."""
        return (
            Route(method="GET", path=EVERYTHING, handler=not_yet),
            Route(method="POST", path=EVERYTHING, handler=not_yet),
        )

    async def check(self) -> Health:
        """As it is."""
        return self.health()

    def health(self) -> Health:
        """Refused, for want of something to show."""
        return Health(state="auth_failed", detail=self._reason())

    async def close(self) -> None:
        """Nothing is open."""


async def not_yet(_request: web.Request) -> web.StreamResponse:
    """Nothing was taken; whoever brought it comes again."""
    raise Paused("this channel is not ready")
