"""How much each account of a channel brought lately: counted by all workers, read by each decision."""

from collections.abc import Collection, Sequence

from router.model.abuse import Load
from router.model.changes import Count
from router.store.script import Script, run, select

_COLUMNS = "channel, account, start_ms, messages, withheld, over_until_ms"


def count(counts: Sequence[Count]) -> Script[None]:
    """Add to what is counted. The row stays locked until the commit, so this stands near the end of a transaction."""
    sums: dict[tuple[str, str, int], list[int]] = {}
    for one in counts:
        total = sums.setdefault((one.channel, one.account, one.start_ms), [0, 0, 0])
        total[0] += one.messages
        total[1] += one.withheld
        total[2] = max(total[2], one.over_until_ms)
    for (channel, account, start_ms), (messages, withheld, over_until_ms) in sorted(sums.items()):
        yield from run(
            f"INSERT INTO channel_load AS l ({_COLUMNS}) "  # noqa: S608 - our own text
            "VALUES (:channel, :account, :start_ms, :messages, :withheld, :over_until_ms) "
            "ON CONFLICT (channel, account) DO UPDATE SET "
            "messages = CASE WHEN l.start_ms < excluded.start_ms THEN excluded.messages "
            "WHEN l.start_ms = excluded.start_ms THEN l.messages + excluded.messages ELSE l.messages END, "
            "withheld = CASE WHEN l.start_ms < excluded.start_ms THEN excluded.withheld "
            "ELSE l.withheld + excluded.withheld END, "
            "over_until_ms = CASE WHEN l.over_until_ms < excluded.over_until_ms THEN excluded.over_until_ms "
            "ELSE l.over_until_ms END, "
            "start_ms = CASE WHEN l.start_ms < excluded.start_ms THEN excluded.start_ms ELSE l.start_ms END",
            channel=channel,
            account=account,
            start_ms=start_ms,
            messages=messages,
            withheld=withheld,
            over_until_ms=over_until_ms,
        )


def of_accounts(accounts: Collection[tuple[str, str]]) -> Script[list[Load]]:
    """What these brought."""
    rows = yield from select(
        f"SELECT {_COLUMNS} FROM channel_load AS l "  # noqa: S608 - our own text
        "JOIN {each keys kind name} AS k ON l.channel = k.kind AND l.account = k.name",
        keys=sorted(accounts),
    )
    return [_load(row) for row in rows]


def over(*, now_ms: int) -> Script[list[Load]]:
    """Accounts that are over their quota now."""
    rows = yield from select(
        f"SELECT {_COLUMNS} FROM channel_load WHERE over_until_ms > :now_ms ORDER BY channel, account",  # noqa: S608
        now_ms=now_ms,
    )
    return [_load(row) for row in rows]


def _load(row: tuple[object, ...]) -> Load:
    return Load(**dict(zip(_COLUMNS.split(", "), row, strict=True)))  # type: ignore[arg-type]  # the columns' own types
