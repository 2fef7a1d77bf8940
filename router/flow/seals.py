"""What rests sealed: replies whose author confirmed a secret in them, and whether the keys at hand open everything.

`switchboard doctor` asks the latter before an agent or a replay finds out.
"""

from collections.abc import Sequence

import msgspec

from router.flow.credentials import purpose
from router.keys import Keyring, Sealed
from router.model.errors import ConfigError
from router.model.ids import MessageId, OutboxId, SealedId
from router.model.limits import SEALED_TTL_MS
from router.store import credentials, media, sealed
from router.store.rows import SealedRow
from router.store.script import Store


class SealsChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried."""

    tried: int
    problems: Sequence[str]
    """Which key does not open what, and why; each once."""


async def check_seals(store: Store, keys: Keyring) -> SealsChecked:
    """Open the oldest payload that is kept, the newest, a file that an earlier release kept among them, and what
    providers gave in the place of configured secrets: a key that was swapped or dropped opens none."""
    payloads = await store.read(sealed.ends())
    file = await store.read(media.any_inside())
    files = [] if file is None else [file]
    records = [(Sealed(row.key_id, row.data), f"raw:{row.id}") for row in payloads]
    records += [(Sealed(row.key_id, row.data), f"blob:{row.hash}") for row in files]
    kept = await store.read(credentials.kept())
    records += [(Sealed(row.key_id, row.data), purpose(row.kind, row.account, row.name)) for row in kept]
    problems: dict[str, None] = {}
    for record, sealed_as in records:
        try:
            keys.open(record, sealed_as)
        except ConfigError as error:
            problems[str(error)] = None
    return SealsChecked(tried=len(records), problems=tuple(problems))


def seal_reply(id_: MessageId | OutboxId, clear: str, keys: Keyring, *, now_ms: int) -> SealedRow:
    """The text of a reply whose stored text is masked, under the id of its message, or of the row that carries a
    correction of it; it goes when its time is over."""
    record = keys.seal(clear.encode(), f"raw:{id_}")
    return SealedRow(
        id=SealedId(id_),
        key_id=record.key_id,
        data=record.data,
        created_at_ms=now_ms,
        expires_at_ms=now_ms + SEALED_TTL_MS,
    )


async def open_reply(id_: MessageId | OutboxId, store: Store, keys: Keyring) -> str | None:
    """What `seal_reply` sealed; None once it has expired. Raises ConfigError when no key opens it."""
    row = await store.read(sealed.get(SealedId(id_)))
    return None if row is None else keys.open(Sealed(row.key_id, row.data), f"raw:{row.id}").decode()
