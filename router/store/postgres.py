"""The database for many processes: the same scripts on PostgreSQL, through a pool of asyncpg connections.

READ COMMITTED transactions, set-based statements (`unnest`), rows locked in id order; `synchronous_commit` stays on.
Connections that break are replaced; a transaction that may have been cut off raises StoreUnavailable. A server that
falls silent is told from a slow statement (`silence.py`).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import asyncpg

from router.model.errors import ConfigError, Conflict, StatementTimeout, StoreUnavailable
from router.model.tables import Row
from router.store.codec import Table, table
from router.store.script import Dialect, Insert, Run, Script, Select, Statement, Update
from router.store.silence import Silence
from router.store.sql import bind, compile_postgres, insert_postgres, lock_postgres, update_postgres

T = TypeVar("T")
Connection = asyncpg.pool.PoolConnectionProxy

STATEMENT_SECONDS: Final = 30
ACQUIRE_SECONDS: Final = 10
IDLE_IN_TRANSACTION_MS: Final = 10_000
"""A worker that stops inside a transaction loses it, and its locks, so that another can take over."""

_SETTINGS = {
    "application_name": "switchboard",
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
    "jit": "off",
    # All our statements go from a few keys to rows. Plans are kept, and one that was made while a table was still small
    # would read and hash the whole of it for a long time after.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidCachedStatementError,  # the schema moved under us; the next try prepares anew
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,  # a connection that breaks while it is being set up leaves the driver confused
    asyncpg.InsufficientPrivilegeError,
    OSError,
    TimeoutError,
)
_REFUSED = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
"""At the start a wrong configuration; of a server that took it before, something that is mended over there."""
_MOVED = (
    asyncpg.UniqueViolationError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
)


def place_of(dsn: str) -> str:
    """Which server and database, without who logs in and how."""
    parts = urlsplit(dsn)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


class PostgresStore:
    """A Store on a PostgreSQL server."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", silence: Silence) -> None:
        self._pool, self._silence = pool, silence

    @classmethod
    async def open(cls, dsn: str, *, connections: int = 8) -> Self:
        """Connect. Raises ConfigError for a wrong DSN or password, StoreUnavailable when nobody answers."""
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=connections,
                command_timeout=STATEMENT_SECONDS,
                timeout=ACQUIRE_SECONDS,
                statement_cache_size=512,
                max_cacheable_statement_size=65_536,
                server_settings=_SETTINGS,
            )
        except (*_REFUSED, ValueError, OverflowError) as error:  # the last: a port above 65535
            raise ConfigError(f"storage: PostgreSQL refuses the connection: {error}; mend storage.url") from error
        except (OSError, TimeoutError) as error:
            why = error.strerror if isinstance(error, socket.gaierror) else error.errno and os.strerror(error.errno)
            told = f"PostgreSQL at {place_of(dsn)} does not answer ({why or f'not within {ACQUIRE_SECONDS:g} s'})"
            raise StoreUnavailable(f"{told}; start it, or mend storage.url") from error
        except (asyncpg.PostgresError, *_AWAY) as error:
            raise StoreUnavailable(f"PostgreSQL at {place_of(dsn)}: {error}") from error
        return cls(pool, Silence(place_of(dsn), lambda: _knock(dsn)))

    @property
    def dialect(self) -> Dialect:
        """PostgreSQL's SQL."""
        return "postgres"

    async def read(self, script: Script[T]) -> T:
        """Run a script of queries on one committed snapshot."""
        return await self._run(script, isolation="repeatable_read", readonly=True)

    async def write(self, script: Script[T]) -> T:
        """Run a script as one READ COMMITTED transaction."""
        return await self._run(script, isolation="read_committed", readonly=False)

    async def compact(self, bytes_max: int | None = None) -> bool:
        """Left to the server's autovacuum."""
        del bytes_max
        return True

    async def empty_log(self) -> None:
        """Left to the server's checkpoints."""

    async def close(self) -> None:
        """Finish what runs, then disconnect."""
        self._silence.end()
        if self._silence.known:
            self._pool.terminate()
            return
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def _run(self, script: Script[T], *, isolation: Any, readonly: bool) -> T:  # noqa: ANN401 - asyncpg's literal
        try:
            async with (
                _named(),
                self._silence.listen() as call,
                self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            ):
                call.connection = connection
                async with connection.transaction(isolation=isolation, readonly=readonly):
                    return await drive(connection, script)
        finally:
            script.close()


async def _knock(dsn: str) -> None:
    """Connect and leave. Raises OSError and TimeoutError when nobody answers; a refusal is an answer, too."""
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        connection = await asyncpg.connect(dsn)
        await connection.close()


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    """Errors by what to do about them."""
    try:
        yield
    except _MOVED as error:
        raise Conflict(f"PostgreSQL: {error}") from error
    except (*_AWAY, *_REFUSED) as error:
        raise StoreUnavailable(f"PostgreSQL: {str(error) or type(error).__name__}") from error


async def drive(connection: Connection, script: Script[T]) -> T:
    """Run a script inside the open transaction."""
    try:
        statement = next(script)
        while True:
            statement = script.send(await _execute(connection, statement))
    except StopIteration as done:
        result: T = done.value
        return result
    except (TimeoutError, asyncpg.QueryCanceledError) as error:
        # Of a server that is gone, rolling back fails as well, and says so in its place.
        raise StatementTimeout(f"PostgreSQL: a statement took too long ({type(error).__name__})") from error


async def _execute(connection: Connection, statement: Statement) -> object:
    match statement:
        case Select():
            compiled = compile_postgres(statement.sql)
            return await connection.fetch(compiled.text, *bind(compiled, statement.params))
        case Run():
            compiled = compile_postgres(statement.sql)
            return _count(await connection.execute(compiled.text, *bind(compiled, statement.params)))
        case Insert():
            rows = table(type(statement.rows[0]))
            columns = _columns(rows, statement)
            return _count(await connection.execute(insert_postgres(rows, statement.conflict), *columns))
        case Update():
            return await _update(connection, statement)


async def _update(connection: Connection, statement: Update) -> int:
    rows = table(type(statement.rows[0]))
    columns = _columns(rows, statement)
    await connection.execute(lock_postgres(rows), columns[rows.names.index(rows.key)])
    count = _count(await connection.execute(update_postgres(rows), *columns, list(statement.expected)))
    if count != len(statement.rows):
        raise Conflict(f"{rows.name}: {len(statement.rows) - count} of {len(statement.rows)} rows have changed")
    return count


def _columns(rows: Table[Row], statement: Insert | Update) -> list[list[object]]:
    values, width = rows.encode(statement.rows), len(rows.names)
    return [values[at::width] for at in range(width)]


def _count(status: str) -> int:
    """The last word of a command tag, such as `UPDATE 3`."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
