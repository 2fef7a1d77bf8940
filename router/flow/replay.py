"""A second chance: quarantined payloads through the door again, dead events back to the route workers."""

import msgspec

from router.connector import Accepted, Manifest, RawEvent
from router.flow.intake import Door
from router.keys import Keyring, Sealed
from router.model.errors import Refused
from router.model.ids import QuarantineId
from router.model.limits import SEALED_TTL_MS
from router.model.sources import Clock
from router.store import quarantine, sealed
from router.store.rows import QuarantineRow
from router.store.script import Store


class _Head(msgspec.Struct):
    """The line that intake puts before a sealed payload."""

    meta: dict[str, str]


async def open_payload(store: Store, keys: Keyring, row: QuarantineRow) -> RawEvent:
    """The sealed payload of a quarantined row. Raises Refused when it has expired."""
    found = await store.read(sealed.get(row.sealed_id)) if row.sealed_id is not None else None
    if found is None:
        raise Refused("expired", f"the payload of {row.id} is no longer kept", status=410)
    head, _, body = keys.open(Sealed(found.key_id, found.data), f"raw:{found.id}").partition(b"\n")
    return RawEvent(body=body, meta=msgspec.json.decode(head, type=_Head).meta)


async def replay_quarantined(
    quarantine_id: QuarantineId, manifest: Manifest, *, store: Store, keys: Keyring, door: Door, clock: Clock
) -> list[Accepted]:
    """Put a payload through the door once more, for example after a parser was mended. Raises Refused.

    Unique keys make it safe: what was accepted meanwhile is a duplicate. What is still unreadable waits on as it is.
    """
    row = await store.read(quarantine.get(quarantine_id))
    if row is None or row.state != "waiting":
        raise Refused("not_found", f"nothing named {quarantine_id} waits in quarantine", status=404)
    raw = await open_payload(store, keys, row)
    inlet = door.inlet(manifest, row.account)
    if refused := await inlet.refused(raw):
        return refused
    (accepted,) = await inlet.accept([raw])
    now_ms = clock.now_ms()
    await store.write(quarantine.resolve(quarantine_id, "replayed", now_ms=now_ms, forget_at_ms=now_ms + SEALED_TTL_MS))
    return accepted
