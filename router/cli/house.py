"""The service's own database for commands beside it: opened from the configuration, migrated, closed again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from router.app import keyring, open_store
from router.clock import SystemClock, TimedIds
from router.config import Config, load
from router.keys import Keyring
from router.store import migrate
from router.store.script import Store


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What a command works with."""

    config: Config
    base: Path
    store: Store
    keys: Keyring
    clock: SystemClock
    ids: TimedIds


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[House]:
    """The house a configuration describes. Raises ConfigError and StoreUnavailable."""
    config = load(path)
    base = path.parent.absolute()
    clock = SystemClock()
    keys = keyring(config)
    store = await open_store(config.storage.url, base, pool_size=2)
    try:
        await store.write(migrate.migrate(store.dialect, now_ms=clock.now_ms()))
        yield House(config=config, base=base, store=store, keys=keys, clock=clock, ids=TimedIds(clock))
    finally:
        await store.close()
