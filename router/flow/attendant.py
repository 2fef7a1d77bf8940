"""Attends to one channel: its connector receives, except in a pause, and is made anew for new secrets."""

import asyncio
import contextlib

from router.connector import Connector, Inlet
from router.flow.channels import Channel
from router.flow.switches import Switches
from router.model.errors import ConfigError, StoreUnavailable
from router.telemetry import Logger


class Attendant:
    """One for each channel in each process; without an `inlet` the process only sends or serves pages."""

    def __init__(self, channel: Channel, *, inlet: Inlet | None, switches: Switches, log: Logger) -> None:
        self._channel, self._inlet, self._switches, self._log = channel, inlet, switches, log

    async def run(self) -> None:
        """Attend until cancelled. What ends a connector's `run` ends this, too."""
        while True:
            paused = self._is_paused()
            receiving = None
            if self._inlet is not None and not paused:
                receiving = asyncio.create_task(self._channel.connector.run(self._inlet))
            try:
                made = await self._until_changed(receiving, paused=paused)
            finally:
                if receiving is not None:
                    receiving.cancel()
                    await asyncio.gather(receiving, return_exceptions=True)
            if made is not None:
                await self._replace(made)
            else:
                event = "channel.paused" if self._is_paused() else "channel.resumed"
                self._log.info(event, channel=self._channel.kind, account=self._channel.account)

    async def _until_changed(self, receiving: "asyncio.Task[None] | None", *, paused: bool) -> Connector | None:
        """Return when a pause begins or ends; or with a connector whose secrets are new, for one that was refused."""
        while self._is_paused() == paused:
            if self._is_refused() and (made := self._channel.renew()) is not None:
                return made
            looking = asyncio.create_task(self._switches.next_look())
            try:
                await asyncio.wait(
                    {looking} if receiving is None else {looking, receiving}, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                looking.cancel()
            if receiving is not None and receiving.done():
                receiving.result()
                raise ConfigError(f"the connector of {self._channel.kind}/{self._channel.account} stopped by itself")
        return None

    async def _replace(self, made: Connector) -> None:
        old, self._channel.connector = self._channel.connector, made
        self._log.info("channel.secrets_read_again", channel=self._channel.kind, account=self._channel.account)
        with contextlib.suppress(Exception):  # what is left of refused connections matters to nobody
            await old.close()
        with contextlib.suppress(StoreUnavailable):
            await self._switches.accepted(self._channel)

    def _is_paused(self) -> bool:
        return self._switches.of(self._channel, "operator") is not None

    def _is_refused(self) -> bool:
        refused = self._switches.of(self._channel, "credentials") is not None
        return refused or self._channel.connector.health().state == "auth_failed"
