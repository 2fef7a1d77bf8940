"""Channels that are off: by an operator's word, or because their provider refuses the credentials.

The rows are in the database, so that a pause holds in every process and over every restart; each process looks once a
second. Off by an operator, nothing comes in and nothing leaves. With dead credentials replies wait in their place, and
one of them is tried now and then: the first that is sent switches the channel on again.
"""

import asyncio
from collections.abc import Sequence

from router.connector import Accepted, Cursor, Inlet, RawEvent
from router.flow.channels import Channel
from router.model.errors import Conflict, Paused, StoreUnavailable
from router.model.sources import Clock
from router.store import switches
from router.store.script import Script, Store
from router.store.switches import Cause, Switch
from router.telemetry import Logger, why

_LOOK_S = 1.0
_TRY_MS = 60_000
"""So often one reply tries refused credentials again: more would lock the account."""


class Switches:
    """What this process knows of them."""

    def __init__(self, *, store: Store, clock: Clock, log: Logger) -> None:
        self._store, self._clock, self._log = store, clock, log
        self._off: dict[tuple[str, str, Cause], Switch] = {}
        self._try_at_ms: dict[tuple[str, str], int] = {}
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Follow the database until cancelled."""
        while True:
            try:
                await self.look()
            except (StoreUnavailable, Conflict) as error:
                self._log.warning("switches.store_unavailable", **why(error))
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Learn what is off, and wake who waits for it."""
        found = await self._store.read(switches.switches())
        self._off = {(one.kind, one.account, one.cause): one for one in found}
        looked, self._looked = self._looked, asyncio.Event()
        looked.set()

    async def next_look(self) -> None:
        """Return after the next one."""
        await self._looked.wait()

    def of(self, channel: Channel, cause: Cause) -> Switch | None:
        """The switch of a channel for one cause."""
        return self._off.get((channel.kind, channel.account, cause))

    def room(self, channel: Channel, limit: int) -> int:
        """How many replies may be tried now: all, one to try refused credentials, or none."""
        if self.of(channel, "operator") is not None:
            return 0
        refused = self.of(channel, "credentials")
        if refused is None:
            return limit
        key, now_ms = (channel.kind, channel.account), self._clock.now_ms()
        if now_ms < self._try_at_ms.get(key, 0) <= now_ms + _TRY_MS:  # further ahead, the clock went back since
            return 0
        self._try_at_ms[key] = now_ms + _TRY_MS
        return min(1, limit)

    async def refuse(self, channel: Channel, reason: str) -> None:
        """The provider refused the credentials: replies wait from now on, and the log says so once."""
        off = Switch(
            kind=channel.kind,
            account=channel.account,
            cause="credentials",
            detail=reason,
            since_ms=self._clock.now_ms(),
        )
        key = (off.kind, off.account, off.cause)
        if key in self._off:
            return
        self._off[key] = off
        self._try_at_ms[off.kind, off.account] = off.since_ms + _TRY_MS
        if await self._write(switches.turn_off(off)):
            self._log.warning(
                "channel.credentials_refused",
                channel=off.kind,
                account=off.account,
                detail=reason,
                remedy=channel.remedy or None,
            )

    async def accepted(self, channel: Channel) -> None:
        """The provider takes the credentials, or there are new ones to try."""
        if self._off.pop((channel.kind, channel.account, "credentials"), None) is None:
            return
        self._try_at_ms.pop((channel.kind, channel.account), None)
        if await self._write(switches.turn_on(channel.kind, channel.account, "credentials")):
            self._log.info("channel.credentials_tried_again", channel=channel.kind, account=channel.account)

    async def _write(self, script: Script[int]) -> int:
        try:
            return await self._store.write(script)
        except (StoreUnavailable, Conflict) as error:
            self._log.warning("switches.store_unavailable", **why(error))
            return 0  # the next refusal, or the next success, says it again

    def gate(self, channel: Channel, inlet: Inlet) -> Inlet:
        """`inlet`, closed while an operator has the channel paused."""
        return _Gate(self, channel, inlet)


class _Gate:
    """Implements connector.Inlet. To a connector a pause is a store that is away: it does not acknowledge, and whoever
    sent it brings it again."""

    def __init__(self, off: Switches, channel: Channel, inlet: Inlet) -> None:
        self._off, self._channel, self._inlet = off, channel, inlet

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """As the inlet; raises Paused during a pause."""
        if self._off.of(self._channel, "operator") is not None:
            raise Paused(f"{self._channel.kind}/{self._channel.account} is paused by an operator")
        return await self._inlet.accept(raws, cursor)
