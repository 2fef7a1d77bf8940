"""Where a house may have kept something: its tables, its search index, what it sealed, what came out of it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from router.blobs.folder import FolderBlobs
from router.clock import SystemClock, TimedIds
from router.flow.media import Media
from router.keys import Keyring, Sealed
from router.store.script import Store, select
from router.store.search import document
from tests.e2e import carriers
from tests.e2e.haystack import Needles
from tests.e2e.telling import House
from tests.e2e.told import of_secrets

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_index%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
"""The index of SQLite is asked for its words; its own tables are pages of a file that is searched anyway."""
OUTSIDE = ("table", "words", "feed", "answers", "webhooks", "mails")
"""Names of what is no file."""
CONSTANT = "Hello, A question On Mon, 2 Nov 2026 at 08:00, Anna wrote: note.txt a.html a.json a.gif"
"""Words of every message of `carriers`."""


async def tables(store: Store, dialect: str) -> dict[str, bytes]:
    """Every row of every table as the database reads it: pages may hold it compressed."""
    found = {}
    for (name,) in await store.read(select(TABLES[dialect])):
        rows = await store.read(select(f'SELECT * FROM "{name}"'))
        values = (value for row in rows for value in row if value is not None)
        found[f"table {name}"] = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
    return found


def index_of_sqlite(path: Path) -> bytes:
    """Every word the search index knows."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'search_index', 'row')")
        return "\n".join(row[0] for row in connection.execute("SELECT term FROM temp.words")).encode()


INDEX_OF_POSTGRES = (
    "SELECT word FROM ts_stat('SELECT array_to_tsvector(string_to_array(document, '' '')) FROM search_text')"
)


async def in_rows(house: House, store: Store) -> list[object]:
    """What each message still holds of its own secret, its search document too: here the shortest can be looked for."""
    rows = await store.read(select(
        "SELECT m.external_id, m.client_key, m.text, m.subject, m.html, m.ext, m.sender, m.attachments, s.document "
        "FROM messages AS m LEFT JOIN search_text AS s ON s.message_id = m.id"
    ))  # fmt: skip
    seen, leaks = 0, []
    for external_id, client_key, *content, words in rows:
        key = external_id or (client_key or "").rpartition(":")[2].replace("agent-", "note-")
        place, told = house.told.get(key) or house.told.get(f"{key}-edit") or ("", None)
        if told is None or told.slot == "CANARY":
            continue
        seen += 1
        alone = re.compile(rf"(?<![0-9A-Za-z]){re.escape(told.value)}(?![0-9A-Za-z])")
        leaks += [(place, told.said, one) for one in content if one and alone.search(one)]
        kept = document(told.rest, carriers.HARMLESS, CONSTANT).split()
        left = set(document(told.value).split()) & set((words or "").split()) - set(kept)
        if left:
            leaks.append((place, told.said, left))
    assert seen > len(house.told) // 2
    return leaks


async def in_sealed(house: House, store: Store, keys: Keyring) -> list[object]:
    """Payloads that rest sealed though some of it was masked; what could not be read rests until it is decided."""
    rows = await store.read(select("SELECT message_id, sealed_id FROM journal"))
    sealed_of = dict(tuple(row) for row in rows)
    masked = {
        key
        for key, (place, told) in house.told.items()
        if told.type and place.partition(" ")[2] not in carriers.UNREAD and key in sealed_of
    }
    assert len(masked) > len(house.told) // 2
    leaks: list[object] = [(*house.told[key], "its payload is kept") for key in masked if sealed_of[key] is not None]
    harmless = [key for key, (_, told) in house.told.items() if not told.type and sealed_of.get(key)]
    assert harmless, "what held no secret is kept for a second look"

    aside = {row[0] for row in await store.read(select("SELECT sealed_id FROM quarantine"))}
    payloads = {
        row[0]: keys.open(Sealed(row[1], bytes(row[2])), f"raw:{row[0]}")
        for row in await store.read(select("SELECT id, key_id, data FROM sealed"))
        if row[0] not in aside
    }
    attached = await files_of(house.service.directory, store, keys)
    assert attached
    sealed_in = [(place.partition(" ")[2], told) for place, told in house.told.values() if told.type]
    read = [told for place, told in sealed_in if place not in carriers.UNREAD]
    leaks += Needles(read).found_anywhere(payloads).items()
    read = [told for place, told in sealed_in if place not in carriers.UNREAD | carriers.FILED]
    leaks += Needles(read).found_anywhere(attached).items()
    canaries = [told for place, told in house.told.values() if place in {"private text", "mail text"} and not told.type]
    assert len(Needles(canaries).found_anywhere(payloads)) == 2
    return leaks


async def files_of(folder: Path, store: Store, keys: Keyring) -> dict[str, bytes]:
    """Every file of every message, opened."""
    (place,) = [path for path in (folder / "media", folder / "data/media") if path.exists()]
    media = Media(store=store, blobs=FolderBlobs(place), keys=keys, clock=SystemClock(), ids=TimedIds(SystemClock()))
    rows = await store.read(select("SELECT hash, size FROM media"))
    opened = {name: await media.open(name, size) for name, size in rows}
    return {f"file {name}": b"".join([piece async for piece in pieces]) for name, pieces in opened.items()}


def in_parts(house: House, parts: dict[str, bytes]) -> list[object]:
    """Secrets that stand in clear anywhere."""
    secrets = of_secrets(told for _, told in house.told.values())
    assert len({told.said for told in secrets}) >= 1000
    place_of = {told: place for place, told in house.told.values()}
    return [(place_of[told], told.said, where) for told, where in Needles(secrets).found_anywhere(parts).items()]


def assert_canaries_found(house: House, parts: dict[str, bytes]) -> None:
    """Every canary that is kept: on the disk, in the tables and, where it went, in what came out."""
    place_of = {told: place for place, told in house.told.values()}
    canaries = {place_of[told]: told for told in place_of if told.slot == "CANARY"}
    places = Needles(canaries.values()).found_anywhere(parts)
    where = {place: [one.partition(": ")[0] for one in places.get(told, ())] for place, told in canaries.items()}
    for place, names in where.items():
        kind = place.partition(" ")[2]
        on_disk = [name for name in names if not name.startswith(OUTSIDE)]
        if kind in carriers.SEALED or place == "search":
            assert not names, place
        elif kind not in carriers.UNKEPT:
            assert on_disk, f"{place}: kept, but not found on the disk"
            assert any(name.startswith("table") for name in names), f"{place}: kept, but not in any table"
    for place in ("private text", "public text", "mail text", "mail subject", "chat text", "note"):
        assert "table search_text" in where[place], place
        assert "words of the search index" in where[place], place
    # Which one it shows depends on what came last to each ticket.
    assert any("feed" in names for names in where.values())
    assert "webhooks" in where["public reply"]
    assert {"answers", "feed"} <= set(where["private subject"])
