"""The rule sets that were live, the newest of which is, and why the newest files are not. Followed by every process."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from router.store.codec import to_json
from router.store.script import Script, run, select


class StoredRules(msgspec.Struct, frozen=True, kw_only=True):
    """One version."""

    version: int
    hash: str
    files: dict[str, bytes]
    author: str
    at_ms: int


class StoredError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the newest files, as the compiler told it."""

    problems: list[dict[str, Any]]
    at_ms: int


def put(files: Mapping[str, bytes], hash_: str, *, author: str, at_ms: int) -> Script[int]:
    """Make a set the newest; its version. The newest set again keeps its version."""
    yield from select("SELECT value FROM counters WHERE name = 'rules' {pg FOR UPDATE}")
    version, live = yield from newest()
    if live == hash_:
        return version
    yield from run(
        "INSERT INTO rule_sets (version, hash, content, author, at_ms) "
        "VALUES (:version, :hash, :content, :author, :at_ms)",
        version=version + 1,
        hash=hash_,
        content=msgspec.msgpack.encode(dict(files)),
        author=author,
        at_ms=at_ms,
    )
    return version + 1


def latest() -> Script[StoredRules | None]:
    """The newest set."""
    rows = yield from select(
        "SELECT version, hash, content, author, at_ms FROM rule_sets ORDER BY version DESC LIMIT 1"
    )
    return _stored(rows[0]) if rows else None


def get(version: int) -> Script[StoredRules | None]:
    """One version."""
    rows = yield from select(
        "SELECT version, hash, content, author, at_ms FROM rule_sets WHERE version = :version", version=version
    )
    return _stored(rows[0]) if rows else None


def newest() -> Script[tuple[int, str]]:
    """Version and hash of the newest set without what it says; 0 and nothing where there is none."""
    rows = yield from select("SELECT version, hash FROM rule_sets ORDER BY version DESC LIMIT 1")
    return (rows[0][0], rows[0][1]) if rows else (0, "")


def _stored(row: Sequence[Any]) -> StoredRules:
    version, hash_, content, author, at_ms = row
    files = msgspec.msgpack.decode(content, type=dict[str, bytes])
    return StoredRules(version=version, hash=hash_, files=files, author=author, at_ms=at_ms)


def error() -> Script[StoredError | None]:
    """Why the newest files are not live; None when they are."""
    rows = yield from select("SELECT problems, at_ms FROM rule_errors WHERE id = 1")
    if not rows:
        return None
    return StoredError(problems=msgspec.json.decode(rows[0][0], type=list[dict[str, Any]]), at_ms=rows[0][1])


def set_error(problems: Sequence[Mapping[str, object]] | None, *, at_ms: int = 0) -> Script[None]:
    """Say what is wrong with the newest files, or with None that nothing is."""
    if problems is None:
        yield from run("DELETE FROM rule_errors")
        return
    yield from run(
        "INSERT INTO rule_errors (id, problems, at_ms) VALUES (1, :problems, :at_ms) "
        "ON CONFLICT (id) DO UPDATE SET problems = excluded.problems, at_ms = excluded.at_ms",
        problems=to_json(problems),
        at_ms=at_ms,
    )
