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


def report(channel: ChannelHealth) -> Script[int]:
    """Replace what was said before."""
    return run(
        "INSERT INTO channel_health (kind, account, state, detail, at_ms) "
        "VALUES (:kind, :account, :state, :detail, :at_ms) ON CONFLICT (kind, account) DO UPDATE "
        "SET state = excluded.state, detail = excluded.detail, at_ms = excluded.at_ms",
        kind=channel.kind,
        account=channel.account,
        state=channel.state,
        detail=channel.detail,
        at_ms=channel.at_ms,
    )


def channels() -> Script[list[ChannelHealth]]:
    """All that ever reported."""
    rows = yield from select("SELECT kind, account, state, detail, at_ms FROM channel_health ORDER BY kind, account")
    return [ChannelHealth(kind=row[0], account=row[1], state=row[2], detail=row[3], at_ms=row[4]) for row in rows]


def try_writing() -> Script[None]:
    """A write that needs room and leaves nothing behind. Raises StoreUnavailable where every write would."""
    yield from run(
        "INSERT INTO channel_health (kind, account, state, detail, at_ms) VALUES ('', '', '', :room, 0) "
        "ON CONFLICT (kind, account) DO NOTHING",
        room=_ROOM,
    )
    yield from run("DELETE FROM channel_health WHERE kind = '' AND account = ''")
