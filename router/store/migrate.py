"""Bring a database to this version's schema: `schema/NNNN-name[.dialect].sql`, forward only, each once.

`migrate` is a script of one transaction, guarded by a lock, so that two processes may start at once. A database that is
newer than the program, or whose applied migrations were edited since, is refused with a ConfigError.
"""

import hashlib
import re
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from router.model.errors import ConfigError
from router.store.script import Dialect, Record, Script, run, select

_FILE = re.compile(r"(\d{4})-([a-z-]+)(?:\.(sqlite|postgres))?\.sql")
_LOCK: Final = 7_483_219_001
"""Any number that nobody else locks in this database."""


class Migration(msgspec.Struct, frozen=True):
    """One step of the schema."""

    id: int
    name: str
    checksum: str
    statements: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.id:04}-{self.name}"


@cache
def migrations(dialect: Dialect) -> tuple[Migration, ...]:
    """All steps for a dialect, in order."""
    found = []
    for file in resources.files("router.store").joinpath("schema").iterdir():
        match = _FILE.fullmatch(file.name)
        if match and match[3] in {None, dialect}:
            text = file.read_text(encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            found.append(Migration(int(match[1]), match[2], digest, tuple(_statements(text))))
    return tuple(sorted(found, key=lambda migration: migration.id))


def _statements(text: str) -> list[str]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [part for part in (piece.strip() for piece in re.split(r";\s*(?:\n|$)", code)) if part]


def migrate(dialect: Dialect, *, now_ms: int) -> Script[list[str]]:
    """Apply what is missing; the names of what was applied."""
    yield from select("SELECT 1 {pg FROM pg_advisory_xact_lock(:lock)}", lock=_LOCK)
    yield from run(
        "CREATE TABLE IF NOT EXISTS migrations "
        "(id BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)"
    )
    applied = yield from select("SELECT id, name, checksum FROM migrations ORDER BY id")
    missing = _missing(migrations(dialect), applied)
    for migration in missing:
        for statement in migration.statements:
            yield from run(statement)
        yield from run(
            "INSERT INTO migrations (id, name, checksum, applied_at_ms) VALUES (:id, :name, :checksum, :now_ms)",
            id=migration.id,
            name=migration.name,
            checksum=migration.checksum,
            now_ms=now_ms,
        )
    return list(map(str, missing))


_HAS_MIGRATIONS = (
    "SELECT 1 FROM {sqlite sqlite_master WHERE type = 'table' AND name = 'migrations'}"
    "{pg pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = 'migrations'}"
)


def pending(dialect: Dialect) -> Script[list[str]]:
    """What `migrate` would apply; raises the same errors."""
    if not (yield from select(_HAS_MIGRATIONS)):
        return list(map(str, migrations(dialect)))
    applied = yield from select("SELECT id, name, checksum FROM migrations ORDER BY id")
    return list(map(str, _missing(migrations(dialect), applied)))


def _missing(known: tuple[Migration, ...], applied: list[Record]) -> list[Migration]:
    by_id = {migration.id: migration for migration in known}
    for id_, name, checksum in applied:
        migration = by_id.get(id_)
        if migration is None:
            raise ConfigError(
                f"the database has migration {id_:04}-{name}, which this version of Switchboard does not know: "
                "it was written by a newer version; install that version or restore a backup"
            )
        if migration.checksum != checksum:
            raise ConfigError(
                f"migration {id_:04}-{name} was changed after this database applied it: "
                "reinstall the version it came with; migrations are never edited, only added"
            )
    done = {id_ for id_, _, _ in applied}
    return [migration for migration in known if migration.id not in done]
