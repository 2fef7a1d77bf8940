"""One folder, read for as long as the house runs: one connection after another, a growing pause after each failure.

Started by adapter.py, one for each folder. `tell` hears how it is.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Literal

from connectors.email.account import Account
from connectors.email.errors import Busy, ConnectionLost, LoginRefused, ServerRefused
from connectors.email.imap import Session
from connectors.email.receive import Receiver
from router.backoff import Backoff
from router.connector import Context, Inlet

State = Literal["starting", "ok", "retrying", "auth_failed", "stopped"]
_BUSY_ATTEMPT: Final = 5
"""A server that is full is asked again as if it had failed so often already."""


class Watch:
    """Of one folder."""

    def __init__(
        self, account: Account, context: Context, inlet: Inlet, folder: str, tell: Callable[[str, State, str], None]
    ) -> None:
        self._account = account
        self._timeouts = account.settings.timeouts
        self._folder = folder
        self._tell = tell
        self._failures = 0
        self._backoff = Backoff(context, self._timeouts)
        self._receiver = Receiver(account.settings, context, inlet, folder, self._heard, self._backoff)

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            await self._connection()
            self._failures += 1

    async def _connection(self) -> None:
        """One connection until it fails, and the pause after it."""
        session: Session | None = None
        try:
            session = await self._account.session(self._folder)
            await self._receiver.follow(session)
        except LoginRefused as error:
            self._tell(self._folder, "auth_failed", f"the mail server refuses the credentials: {error}")
            await asyncio.sleep(self._timeouts.auth_retry_s)
        except Busy as error:
            # Sessions that it still counts as ours end by themselves; asking fast would keep it full.
            self._tell(self._folder, "retrying", str(error))
            await self._backoff.pause(max(self._failures, _BUSY_ATTEMPT))
        except (ConnectionLost, ServerRefused) as error:
            self._tell(self._folder, "retrying", str(error))
            await self._backoff.pause(self._failures)
        finally:
            if session is not None:
                session.drop()

    def _heard(self) -> None:
        """The server answered."""
        self._failures = 0
        self._tell(self._folder, "ok", "")
