"""Contacts from a file into the store, chunk by chunk; bad rows are told by line and do not stop the others.

A row that has addresses of several people who wrote before says that they are one: they are merged, as an agent would,
with all that follows them, so that it can be undone.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from router.flow.people import People
from router.model.contact import decode_contact
from router.model.errors import InvalidMessage, Refused
from router.model.sources import Clock, Ids
from router.store import contacts
from router.store.script import Store
from rules.redact import redact

_ROUNDS_MAX = 4
_KEY_CHARS = 100
Progress = Callable[[int], None]


class ImportedContacts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    taken: int
    """Rows that were stored."""
    unlinked: int
    """Of these, how many name several identities and do not say that one person has them: none of these is kept."""
    problems: tuple[str, ...]
    """`line n: why`, for each row that was left out."""

    def told(self) -> list[str]:
        """The problems, and a sentence where identities of good rows were left out."""
        named = "row names" if self.unlinked == 1 else "rows name"
        claims = f'{self.unlinked} {named} several identities without "linked": true; these are claims and are not kept'
        return [*self.problems, *([claims] if self.unlinked else [])]


async def import_contacts(
    lines: Iterable[bytes],
    *,
    people: People,
    store: Store,
    clock: Clock,
    ids: Ids,
    progress: Progress = lambda _done: None,
) -> ImportedContacts:
    """Upsert one contact per line (docs/formats.md)."""
    problems: list[tuple[int, str]] = []
    chunk: list[tuple[int, contacts.ContactIn]] = []
    done = taken = unlinked = 0

    async def flush() -> None:
        nonlocal done, taken, unlinked
        rows = [row for _, row in chunk]
        errors = await _load(rows, people, store, clock, ids)
        problems.extend((chunk[at][0], why) for at, why in errors.items())
        left_out = errors.keys()
        good = [row for at, row in enumerate(rows) if at not in left_out]
        taken += len(good)
        unlinked += sum(bool(row.identities) and not row.proven() for row in good)
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
            name=None if found.name is None else redact(found.name, visibility="private").text,
            language=found.language,
            vip=found.vip,
            identities=found.identities(),
            linked=found.linked,
            ext=None if found.ext is None else _safe(found.ext),
        )
        chunk.append((number, row))
        if len(chunk) == contacts.CHUNK_MAX:
            await flush()
    if chunk:
        await flush()
    told = tuple(f"line {number}: {why}" for number, why in sorted(problems))
    return ImportedContacts(taken=taken, unlinked=unlinked, problems=told)


async def _load(
    rows: Sequence[contacts.ContactIn], people: People, store: Store, clock: Clock, ids: Ids
) -> dict[int, str]:
    """Take rows in; what is wrong with those that were not, by position."""
    errors: dict[int, str] = {}
    waiting = list(range(len(rows)))
    for _ in range(_ROUNDS_MAX):
        imported = await store.write(contacts.load([rows[at] for at in waiting], ids=ids, now_ms=clock.now_ms()))
        errors |= {waiting[at]: why for at, why in imported.errors}
        merged: list[int] = []
        for each in imported.one_person:
            at = waiting[each.at]
            try:
                await _merge(each, rows[at].key, people)
                merged.append(at)
            except Refused as refused:
                errors[at] = str(refused)
        waiting = merged
        if not waiting:
            break
    return errors | dict.fromkeys(waiting, "these people write at this very moment; import the row again")


async def _merge(found: contacts.OnePerson, key: str, people: People) -> None:
    """Say that several contacts are one person. Raises Refused."""
    for other in found.others:
        await people.merge(found.into, other, f"the import says that both are {key[:_KEY_CHARS]}", "system")


def _safe(ext: str) -> str:
    """Unknown fields may hold anything: what nobody may keep is masked in them as in a private message."""
    safe = redact(ext, visibility="private").text
    try:
        msgspec.json.decode(safe)
    except msgspec.DecodeError:  # a bare number was masked: what is left is no JSON
        return '{"redacted":true}'
    return safe
