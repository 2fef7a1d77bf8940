"""Whether the keys at hand open what rests sealed: `switchboard doctor` asks before an agent or a replay finds out."""

from collections.abc import Sequence

import msgspec

from router.keys import Keyring, Sealed
from router.model.errors import ConfigError
from router.store import blobs, sealed
from router.store.script import Store


class SealsChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried."""

    tried: int
    problems: Sequence[str]
    """Which key does not open what, and why; each once."""


async def check_seals(store: Store, keys: Keyring) -> SealsChecked:
    """Open the oldest payload that is kept, the newest, and a file: a key that was swapped or dropped opens none."""
    payloads = await store.read(sealed.ends())
    files = await store.read(blobs.sample())
    records = [(Sealed(row.key_id, row.data), f"raw:{row.id}") for row in payloads]
    records += [(Sealed(row.key_id, row.data), f"blob:{row.hash}") for row in files]
    problems: dict[str, None] = {}
    for record, purpose in records:
        try:
            keys.open(record, purpose)
        except ConfigError as error:
            problems[str(error)] = None
    return SealsChecked(tried=len(records), problems=tuple(problems))
