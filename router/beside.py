"""Parts of the service for commands that work beside it, and the production path on a throw-away store."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from router import discovery
from router.blobs.folder import FolderBlobs
from router.bus.local import LocalBus
from router.clock import SystemClock, TimedIds
from router.flow.abuse import Abuse
from router.flow.erasure import Erasures
from router.flow.intake import Door
from router.flow.media import Media
from router.flow.people import People
from router.flow.rehearsal import Rehearsal
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.store import migrate
from router.store.script import Store
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, SilentLog


@asynccontextmanager
async def rehearsal(rules: Mapping[str, bytes] | None) -> AsyncIterator[Rehearsal]:
    """The production path on a throw-away store, for `switchboard route`. Raises RulesError."""
    rulebook = Rulebook.shipped() if rules is None else Rulebook.of(rules)
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory:
        store = await SqliteStore.open(Path(directory) / "route.db", synchronous="OFF")
        try:
            await store.write(migrate.migrate(store.dialect, now_ms=0))
            manifest, blobs = discovery.manifest_of("api"), FolderBlobs(Path(directory) / "media", sync=False)
            yield Rehearsal(store=store, blobs=blobs, bus=LocalBus(), rulebook=rulebook, manifest=manifest)
        finally:
            await store.close()


def back_door(store: Store, media: Media, keys: Keyring, clock: SystemClock, ids: TimedIds) -> Door:
    """The door for commands beside a running service, whose sweeper finds what comes in through it."""
    return Door(
        store=store,
        bus=LocalBus(),
        rulebook=Rulebook.shipped(),
        media=media,
        keys=keys,
        clock=clock,
        ids=ids,
        metrics=Metrics(),
        log=SilentLog(),
    )


def people(store: Store, clock: SystemClock, ids: TimedIds) -> People:
    """Who is who, for commands beside the service."""
    return People(store=store, bus=LocalBus(), clock=clock, ids=ids)


def erasures(store: Store, media: Media, keys: Keyring, clock: SystemClock, ids: TimedIds) -> Erasures:
    """Erasing people, for commands beside the service."""
    return Erasures(store=store, bus=LocalBus(), media=media, keys=keys, clock=clock, ids=ids, log=SilentLog())


def abuse(store: Store, clock: SystemClock, ids: TimedIds) -> Abuse:
    """Blocks and what they hold, for commands beside the service, whose sweeper finds what is let through."""
    return Abuse(store=store, bus=LocalBus(), clock=clock, ids=ids)
