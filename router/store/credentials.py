"""Secrets of channel accounts at rest: encrypted, one row for each name, the newest alone."""

import msgspec

from router.store.script import Script, run, select


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed secret, and whose it is."""

    kind: str
    account: str
    name: str
    key_id: str
    data: bytes


def load(kind: str, account: str, name: str) -> Script[tuple[str, bytes] | None]:
    """(key id, ciphertext) of what was kept last."""
    rows = yield from select(
        "SELECT key_id, data FROM channel_credentials WHERE kind = :kind AND account = :account AND name = :name",
        kind=kind,
        account=account,
        name=name,
    )
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def keep(kind: str, account: str, name: str, *, key_id: str, data: bytes, now_ms: int) -> Script[int]:
    """In the place of what was kept before."""
    return run(
        "INSERT INTO channel_credentials (kind, account, name, key_id, data, saved_at_ms) "
        "VALUES (:kind, :account, :name, :key_id, :data, :now_ms) ON CONFLICT (kind, account, name) "
        "DO UPDATE SET key_id = excluded.key_id, data = excluded.data, saved_at_ms = excluded.saved_at_ms",
        kind=kind,
        account=account,
        name=name,
        key_id=key_id,
        data=data,
        now_ms=now_ms,
    )


def kept() -> Script[list[Kept]]:
    """All there are: one or two for each account whose provider replaces secrets."""
    rows = yield from select("SELECT kind, account, name, key_id, data FROM channel_credentials")
    return [Kept(kind=row[0], account=row[1], name=row[2], key_id=row[3], data=bytes(row[4])) for row in rows]
