"""How each channel is, as its process last said, read by every web process; and whether the database takes writes."""

from typing import Final

import msgspec

from router.store.script import Script, run, select

_ROOM: Final = "x" * 32_768
"""More than what is free in the pages that are there, so that an embedded database has to ask for new ones."""


class ChannelHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One channel account."""

    kind: str
    account: str
    state: str
    detail: str
    at_ms: int
    last_event_at_ms: int | None = None
    """When something last came in, at any process."""
    answered_at_ms: int | None = None
    """When its provider last answered."""
    quota_left: int | None = None


def report(channel: ChannelHealth) -> Script[int]:
    """Replace what was said before; when something last came in is `heard`'s."""
    return run(
        "INSERT INTO channel_health (kind, account, state, detail, at_ms, answered_at_ms, quota_left) "
        "VALUES (:kind, :account, :state, :detail, :at_ms, :answered_at_ms, :quota_left) "
        "ON CONFLICT (kind, account) DO UPDATE SET state = excluded.state, detail = excluded.detail, "
        "at_ms = excluded.at_ms, answered_at_ms = excluded.answered_at_ms, quota_left = excluded.quota_left",
        kind=channel.kind,
        account=channel.account,
        state=channel.state,
        detail=channel.detail,
        at_ms=channel.at_ms,
        answered_at_ms=channel.answered_at_ms,
        quota_left=channel.quota_left,
    )


def heard(kind: str, account: str, at_ms: int) -> Script[int]:
    """Something came in then; of several processes the latest is kept."""
    return run(
        "INSERT INTO channel_health (kind, account, state, detail, at_ms, last_event_at_ms) "
        "VALUES (:kind, :account, 'starting', '', :at_ms, :at_ms) ON CONFLICT (kind, account) DO UPDATE "
        "SET last_event_at_ms = excluded.last_event_at_ms WHERE channel_health.last_event_at_ms IS NULL "
        "OR channel_health.last_event_at_ms < excluded.last_event_at_ms",
        kind=kind,
        account=account,
        at_ms=at_ms,
    )


def channels() -> Script[list[ChannelHealth]]:
    """All that ever reported."""
    fields = ChannelHealth.__struct_fields__
    rows = yield from select(f"SELECT {', '.join(fields)} FROM channel_health ORDER BY kind, account")  # noqa: S608
    return [ChannelHealth(**dict(zip(fields, row, strict=True))) for row in rows]


def damage() -> Script[str | None]:
    """What is wrong with an embedded database, all pages of which are read; None: nothing. Raises StoreDamaged."""
    ((found,),) = yield from select("{sqlite PRAGMA quick_check(1)}{pg SELECT 'ok'}")
    return None if found == "ok" else str(found)


def clock_ms() -> Script[int | None]:
    """What time it is at the database's server, in Unix milliseconds; None of an embedded one, which has our clock."""
    ((now_ms,),) = yield from select(
        "SELECT {sqlite NULL}{pg CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)}"
    )
    return None if now_ms is None else int(now_ms)


def try_writing() -> Script[None]:
    """A write that needs room and leaves nothing behind. Raises StoreUnavailable where every write would."""
    yield from run(
        "INSERT INTO channel_health (kind, account, state, detail, at_ms) VALUES ('', '', '', :room, 0) "
        "ON CONFLICT (kind, account) DO NOTHING",
        room=_ROOM,
    )
    yield from run("DELETE FROM channel_health WHERE kind = '' AND account = ''")
