"""The service's own database for commands beside it: opened from the configuration, migrated, closed again.

None of them makes one: behind a path with a slip in it an operator would look at an empty house and take it for theirs.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from router.clock import SystemClock, TimedIds
from router.config import Config, database_file, load
from router.flow.media import Media
from router.keys import Keyring
from router.model.errors import ConfigError
from router.opening import keyring, open_blobs, open_store
from router.store import migrate
from router.store.script import Store


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What a command works with."""

    config: Config
    base: Path
    store: Store
    keys: Keyring
    media: Media
    clock: SystemClock
    ids: TimedIds


def place_of(config: Path) -> Path:
    """What paths in a configuration are relative to: its folder as it was named, a symbolic link's own and not its
    target's, for links are how new contents are put in place of old ones."""
    return config.parent.absolute()


def refuse_missing(config: Config, path: Path) -> None:
    """Raises ConfigError when the configuration at `path` names an embedded database that is not there."""
    file = database_file(config.storage.url, place_of(path))
    if file is not None and not file.exists():
        raise ConfigError(
            f"{path}: storage.url is {config.storage.url!r}, but there is no file {file}; mend the path, or make a new "
            "database there with: switchboard migrate"
        )


def named(channel: str) -> tuple[str, str]:
    """Kind and account of a channel as it is written on the command line."""
    kind, _, account = channel.partition("/")
    return kind, account or "default"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[House]:
    """The house a configuration describes; secrets of channels, which nothing here needs, may be away. Raises
    ConfigError, also when it has no database yet, and StoreUnavailable."""
    config = load(path)
    refuse_missing(config, path)
    base = place_of(path)
    clock = SystemClock()
    keys = keyring(config)
    store, blobs, ids = (
        await open_store(config.storage.url, base, pool_size=2),
        open_blobs(config, base, clock),
        TimedIds(clock),
    )
    media = Media(store=store, blobs=blobs, keys=keys, clock=clock, ids=ids)
    try:
        await store.write(migrate.migrate(store.dialect, now_ms=clock.now_ms()))
        yield House(config=config, base=base, store=store, keys=keys, media=media, clock=clock, ids=ids)
    finally:
        await blobs.close()
        await store.close()
