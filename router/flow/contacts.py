"""Contacts from a file into the store, chunk by chunk; bad rows are told by line and do not stop the others."""

from collections.abc import Callable, Iterable

from router.model.contact import decode_contact
from router.model.errors import InvalidMessage
from router.model.sources import Clock, Ids
from router.store import contacts
from router.store.script import Store

Progress = Callable[[int], None]


async def import_contacts(
    lines: Iterable[bytes], *, store: Store, clock: Clock, ids: Ids, progress: Progress = lambda _done: None
) -> list[str]:
    """Upsert one contact per line (DESIGN 6, "Contacts"); what is wrong, as `line n: why`."""
    problems: list[tuple[int, str]] = []
    chunk: list[tuple[int, contacts.ContactIn]] = []
    done = 0

    async def flush() -> None:
        nonlocal done
        rows = [row for _, row in chunk]
        imported = await store.write(contacts.load(rows, ids=ids, now_ms=clock.now_ms()))
        problems.extend((chunk[at][0], why) for at, why in imported.errors)
        done += len(chunk)
        chunk.clear()
        progress(done)

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = decode_contact(line)
        except InvalidMessage as error:
            problems.append((number, str(error)))
            continue
        row = contacts.ContactIn(
            key=found.contact,
            name=found.name,
            language=found.language,
            vip=found.vip,
            identities=found.identities(),
            linked=found.linked,
        )
        chunk.append((number, row))
        if len(chunk) == contacts.CHUNK_MAX:
            await flush()
    if chunk:
        await flush()
    return [f"line {number}: {why}" for number, why in sorted(problems)]
