"""What the service and the commands beside it stand on, opened as the configuration says: database, bus, files, keys.

What only some configurations need is loaded when one needs it: a command is not to wait for it.
"""

import random
from pathlib import Path

from router.blobs import Blobs
from router.blobs.folder import FolderBlobs
from router.bus import Bus
from router.bus.local import LocalBus
from router.clock import SystemClock
from router.config import Config, database_file, media_folder, read_key
from router.connector import Log
from router.keys import Keyring
from router.model.errors import ConfigError
from router.store.script import Store
from router.store.sqlite import SqliteStore


async def open_store(url: str, base: Path, *, pool_size: int = 4) -> Store:
    """The database a storage URL names; an embedded one that is not there is made."""
    path = database_file(url, base)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"storage.url: the folder {path.parent} cannot be made ({error.strerror})") from None
        return await SqliteStore.open(path)
    from router.store.postgres import PostgresStore  # noqa: PLC0415 - as above

    return await PostgresStore.open(url, connections=pool_size)


async def open_bus(url: str, *, name: str, log: Log) -> Bus:
    """The bus a URL names; on Redis this process is called `name`."""
    if url == "local":
        return LocalBus()
    from router.bus.redis import RedisBus  # noqa: PLC0415 - as above

    try:
        return await RedisBus.open(url, name=name, log=log, jitter=random.SystemRandom().random)
    except ValueError as error:
        raise ConfigError(f"bus.url names no Redis: {error}") from error


def open_blobs(config: Config, base: Path, clock: SystemClock) -> Blobs:
    """The place where files rest; a folder is made when the first one comes."""
    s3 = config.media.s3
    if s3 is None:
        return FolderBlobs(media_folder(config, base))
    from router.blobs.s3 import Bucket, S3Blobs  # noqa: PLC0415 - as above
    from router.blobs.sigv4 import Credentials  # noqa: PLC0415 - as above

    credentials = Credentials(access_key=s3.access_key, secret_key=s3.secret_key, region=s3.region)
    bucket = Bucket(endpoint=s3.endpoint.rstrip("/"), name=s3.bucket, prefix=s3.prefix, credentials=credentials)
    return S3Blobs(bucket, clock)


def keyring(config: Config) -> Keyring:
    """The keys a configuration refers to. Raises ConfigError."""
    secrets = config.secrets
    seal_keys = {name: read_key(f"seal_keys.{name}", text) for name, text in secrets.seal_keys.items()}
    return Keyring(seal_keys, secrets.seal_key, read_key("signing_key", secrets.signing_key))
