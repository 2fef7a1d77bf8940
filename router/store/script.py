"""Transactions as scripts: generators that yield statements and are sent the results.

A script knows no driver and does no I/O, so all store logic is written once; `Store.read` and `Store.write` drive it in
one transaction. A statement that fails ends the script: its error is raised to the caller and nothing of it is written.
"""

from collections.abc import Generator, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import msgspec

from router.model.tables import Row
from router.store.codec import table

T = TypeVar("T")
R = TypeVar("R", bound=Row)

Dialect = Literal["sqlite", "postgres"]
OnConflict = Literal["raise", "ignore"]
Record: TypeAlias = tuple[Any, ...]
"""One row of a result; the script that wrote the SELECT knows its types."""


class Select(msgspec.Struct, frozen=True):
    """A query; answered with its rows. See router.store.sql for the few tokens SQL text may hold."""

    sql: str
    params: dict[str, object]


class Run(msgspec.Struct, frozen=True):
    """A statement; answered with the number of rows it changed."""

    sql: str
    params: dict[str, object]


class Insert(msgspec.Struct, frozen=True):
    """Insert rows of one type; answered with how many went in. `ignore` leaves rows out whose unique key is taken."""

    rows: Sequence[Row]
    conflict: OnConflict = "raise"


class Update(msgspec.Struct, frozen=True):
    """Replace rows of one type, ordered by id, whose stored versions are `expected`; any other version is a Conflict.

    Types without a version are replaced as they are; a row that is gone is a Conflict too.
    """

    rows: Sequence[Row]
    expected: Sequence[int]


Statement = Select | Run | Insert | Update
Script: TypeAlias = Generator[Statement, Any, T]


class Store(Protocol):
    """A database, whichever it is."""

    @property
    def dialect(self) -> Dialect:
        """Which SQL it speaks."""
        ...

    async def read(self, script: Script[T]) -> T:
        """Run a script of queries on a consistent, committed snapshot."""
        ...

    async def write(self, script: Script[T]) -> T:
        """Run a script as one transaction and return once it is durable.

        Raises Conflict when a version or unique key moved, StoreUnavailable when the database is away or out of room
        (journal rows and applied batches are safe to try again), and whatever the script raises: nothing was written.
        """
        ...

    async def compact(self, bytes_max: int | None = None) -> bool:
        """Write a file anew without what was deleted from it; False when it has more than `bytes_max` bytes.

        What was deleted may still be in its log (`empty_log`). Nobody else can write meanwhile. A server does it by
        itself (autovacuum): there this does nothing. Raises StoreUnavailable when others have the file in hand.
        """
        ...

    async def empty_log(self) -> None:
        """Empty the log of a file, after `compact`; of a server this does nothing.

        Raises StoreUnavailable while others read, such as a backup: to be tried again, without writing the file anew.
        """
        ...

    async def close(self) -> None:
        """Finish what was asked for and let go of all connections."""
        ...


def select(sql: str, **params: object) -> Script[list[Record]]:
    """The rows of a query."""
    rows: list[Record] = yield Select(sql, params)
    return rows


def run(sql: str, **params: object) -> Script[int]:
    """The number of rows a statement changed."""
    count: int = yield Run(sql, params)
    return count


def insert(rows: Sequence[Row], *, conflict: OnConflict = "raise") -> Script[int]:
    """Insert rows of one type, if any; how many went in."""
    if not rows:
        return 0
    count: int = yield Insert(rows, conflict)
    return count


def fetch(kind: type[R], tail: str = "", **params: object) -> Script[list[R]]:
    """Rows of one table as structs. `tail` follows `SELECT ... FROM table AS t`."""
    rows: list[Record] = yield Select(table(kind).select + tail, params)
    return table(kind).decode(rows)


def fetch_one(kind: type[R], tail: str, **params: object) -> Script[R | None]:
    """The first such row, or None."""
    rows = yield from fetch(kind, tail, **params)
    return rows[0] if rows else None
