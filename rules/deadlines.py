"""The deadlines that `sla` defines: how long until a first reply and until a ticket is solved, on which clock."""

from collections.abc import Collection, Iterator

import msgspec

from rules.document import Node, Scalar, Table
from rules.moments import duration
from rules.reader import Reader


class Sla(msgspec.Struct, frozen=True, kw_only=True):
    """One promise; at least one of the two is given."""

    name: str
    first_reply_ms: int | None = None
    solve_ms: int | None = None
    clock: str | None = None
    """One of `times`: only its open hours count. Without it all hours do."""

    def lengths_ms(self) -> Iterator[int]:
        """Yield the deadlines that are given."""
        yield from (length for length in (self.first_reply_ms, self.solve_ms) if length is not None)


KEYS = ("first_reply", "solve", "clock")


def read(name: Scalar, node: Node, times: Collection[str], reader: Reader) -> Sla:
    """Read one promise; problems are recorded, it exists for references all the same."""
    keys = reader.keys(node, KEYS, f"the sla {name.value}")
    lengths = {key: duration(keys[key], key, reader) for key in ("first_reply", "solve") if key in keys}
    if isinstance(node, Table) and not lengths:
        reader.fail(name.at, "missing", f"the sla {name.value} promises nothing", "write first_reply: 15m or solve: 4h")
    first_reply, solve = lengths.get("first_reply"), lengths.get("solve")
    if first_reply is not None and solve is not None and first_reply > solve:
        reader.fail(keys["first_reply"].at, "value", "first_reply is later than solve", "swap them")
    clock = reader.scalar(keys["clock"], "clock") if "clock" in keys else None
    known = reader.known(clock, "time", times) if clock is not None else None
    return Sla(name=name.value, first_reply_ms=first_reply, solve_ms=solve, clock=known)
