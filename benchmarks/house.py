"""The path from raw mails to committed tickets as the app wires it, for benchmarks: door, bus, route worker.

Everything is on: redaction, the shipped rules, identity, threading, search, receipts in the outbox, sealing, metrics.
Only the network is left out: nothing is fetched and nothing is sent.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from connectors.email.manifest import MANIFEST
from router.blobs.folder import FolderBlobs
from router.bus import Bus
from router.clock import SystemClock, TimedIds
from router.connector import Accepted, Connector, Health, Inlet, Outbound, RawEvent, Route, SendOutcome, Sent
from router.flow.channels import Channel, Channels
from router.flow.intake import Door
from router.flow.leases import Leases
from router.flow.media import Media
from router.flow.route import RouteWorker
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.store import journal, migrate
from router.store.script import Script, Store, select
from router.telemetry import Metrics, SilentLog

CHUNK: Final = 100
"""Mails handed over at once, as many as the bare loop takes."""
_WAIT_S: Final = 0.2


class _Mute:
    """A channel that is never asked for anything: what would be sent stays in the outbox."""

    async def run(self, inlet: Inlet) -> None:
        del inlet

    async def send(self, outbound: Outbound) -> SendOutcome:
        del outbound
        return Sent()

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        del outbound
        return Sent()

    def routes(self, inlet: Inlet) -> Sequence[Route]:
        del inlet
        return ()

    async def check(self) -> Health:
        return self.health()

    def health(self) -> Health:
        return Health(state="ok")

    async def close(self) -> None:
        return


class House:
    """Intake and routing around one store and bus."""

    def __init__(self, store: Store, bus: Bus, rulebook: Rulebook, folder: Path) -> None:
        self.store, self.bus = store, bus
        clock, log, metrics = SystemClock(), SilentLog(), Metrics()
        ids = TimedIds(clock)
        keys = Keyring({"k1": b"k" * 32}, "k1", b"s" * 32)
        mute: Connector = _Mute()
        channel = Channel(account="default", manifest=MANIFEST, capabilities=MANIFEST.capabilities, connector=mute)
        media = Media(store=store, blobs=FolderBlobs(folder / "media"), keys=keys, clock=clock, ids=ids)
        door = Door(
            store=store, bus=bus, rulebook=rulebook, media=media, keys=keys, clock=clock, ids=ids, metrics=metrics,
            log=log,
        )  # fmt: skip
        self.inlet = door.inlet(MANIFEST, "default")
        self.leases = Leases("benchmark", store=store, clock=clock, log=log)
        self.worker = RouteWorker(
            store=store,
            bus=bus,
            rulebook=rulebook,
            keys=keys,
            channels=Channels([channel]),
            leases=self.leases,
            clock=clock,
            ids=ids,
            metrics=metrics,
            log=log,
        )

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """While the route worker runs beside the caller."""
        await self.leases.refresh()
        tasks = [asyncio.create_task(self.leases.run()), asyncio.create_task(self.worker.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def take(self, mails: Sequence[bytes]) -> list[Accepted]:
        """Accept all mails, chunk by chunk, each chunk durable before the next is begun."""
        accepted: list[Accepted] = []
        for at in range(0, len(mails), CHUNK):
            chunk = [RawEvent(body=raw, meta={"address": "support@desk.example"}) for raw in mails[at : at + CHUNK]]
            accepted += [one for results in await self.inlet.accept(chunk) for one in results]
        return accepted

    async def settled(self) -> None:
        """Until no accepted message waits for its decision."""
        watch = self.bus.watch("events")
        while await self.store.read(journal.backlog()):
            await watch.wait(_WAIT_S)
        watch.close()

    async def counts(self) -> "tuple[int, int, int]":
        """Inbound messages, tickets, and receipts in the outbox."""
        return await self.store.read(_counts())


def _counts() -> Script[tuple[int, int, int]]:
    rows = yield from select(
        "SELECT (SELECT COUNT(*) FROM messages WHERE kind = 'inbound'), (SELECT COUNT(*) FROM tickets), "
        "(SELECT COUNT(*) FROM outbox)"
    )
    return rows[0][0], rows[0][1], rows[0][2]


async def prepare(store: Store) -> None:
    """The tables of a fresh database."""
    await store.write(migrate.migrate(store.dialect, now_ms=0))
