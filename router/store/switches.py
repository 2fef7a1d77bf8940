"""Which channels are switched off, and why: rows that all processes follow and that outlive them."""

from typing import Literal

import msgspec

from router.store.script import Script, run, select

Cause = Literal["operator", "credentials"]


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for which a channel is off."""

    kind: str
    account: str
    cause: Cause
    detail: str = ""
    """What the provider said; empty for an operator."""
    since_ms: int


def turn_off(switch: Switch) -> Script[int]:
    """Switch a channel off; 0 when it was off for that cause already, which keeps its first words and time."""
    return run(
        "INSERT INTO channel_switches (kind, account, cause, detail, since_ms) "
        "VALUES (:kind, :account, :cause, :detail, :since_ms) ON CONFLICT (kind, account, cause) DO NOTHING",
        kind=switch.kind,
        account=switch.account,
        cause=switch.cause,
        detail=switch.detail,
        since_ms=switch.since_ms,
    )


def turn_on(kind: str, account: str, *causes: Cause) -> Script[int]:
    """Take these causes away; how many there were."""
    return run(
        "DELETE FROM channel_switches WHERE kind = :kind AND account = :account AND cause {in causes}",
        kind=kind,
        account=account,
        causes=list(causes),
    )


def switches() -> Script[list[Switch]]:
    """All there are: a handful."""
    rows = yield from select("SELECT kind, account, cause, detail, since_ms FROM channel_switches")
    return [Switch(kind=row[0], account=row[1], cause=row[2], detail=row[3], since_ms=row[4]) for row in rows]
