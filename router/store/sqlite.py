"""The embedded database: one writer thread with group commit, two readers beside it (SQLite in WAL mode).

The writer takes whatever waits, runs each script inside a savepoint and commits once (`synchronous=FULL`), so that many
callers share one fsync; a script that raises rolls back only itself. Readers see the last committed state.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final, Literal, Self, TypeVar

from router.model.errors import ConfigError, Conflict, StoreDamaged, StoreUnavailable, SwitchboardError
from router.store.codec import table
from router.store.script import Dialect, Insert, Run, Script, Select, Statement, Update
from router.store.sql import bind, compile_sqlite, insert_sqlite, update_sqlite

T = TypeVar("T")

GROUP_MAX: Final = 64
"""Scripts in one commit: bounds how long the first of them waits for the last."""
INSERT_MAX: Final = 64
"""Rows of one INSERT, a power of two; times the columns of the widest table it stays below SQLite's 32,766 marks."""
READERS: Final = 2
BUSY_S: Final = 5.0
"""How long a lock of another process is waited for."""
LOG_BUSY_S: Final = 0.5
"""How long readers are waited for when the log is to be emptied: a backup may read for hours, and nobody can write."""
_ASK_AGAIN_S: Final = 0.0005
VERSION_MIN: Final = (3, 35, 0)
"""RETURNING; UPDATE FROM came earlier."""

_TAKEN = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"}
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_AWAY = (*_PASSING, "SQLITE_CANTOPEN", "SQLITE_READONLY")

Outcome = tuple["_Job", object, BaseException | None]


_Upkeep = Callable[[sqlite3.Connection], None]
"""What is done to the file in no transaction of ours."""


class _Job:
    """A script, or what is done to the file, and who waits for it."""

    __slots__ = ("future", "loop", "script")

    def __init__(self, script: Script[Any] | _Upkeep) -> None:
        self.script = script
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()


Jobs = SimpleQueue[_Job | None]


class SqliteStore:
    """A Store in one file."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._path = path
        self._closed = False
        self._writes: Jobs = SimpleQueue()
        self._reads: Jobs = SimpleQueue()
        connections = [_connect(path, synchronous) for _ in range(1 + READERS)]
        connections[0].execute("PRAGMA busy_timeout = 0")  # `_begin` waits, and whoever has begun needs no other lock
        self._threads = [Thread(target=_Writer(connections[0], self._writes).work, name="store-writer", daemon=True)]
        for connection in connections[1:]:
            connection.execute("PRAGMA query_only = ON")
            work = _Reader(connection, self._reads).work
            self._threads.append(Thread(target=work, name="store-reader", daemon=True))
        for thread in self._threads:
            thread.start()

    @classmethod
    async def open(cls, path: Path, *, synchronous: Literal["FULL", "OFF"] = "FULL") -> Self:
        """Open or create the file; `OFF` is for throw-away stores only. Raises ConfigError when it cannot be, and
        StoreUnavailable where the same file may open later: its disk is full, or another process has it."""
        return await asyncio.to_thread(cls, path, synchronous)

    @property
    def dialect(self) -> Dialect:
        """SQLite's SQL."""
        return "sqlite"

    async def read(self, script: Script[T]) -> T:
        """Run a script of queries on a committed snapshot."""
        return await self._ask(self._reads, script)

    async def write(self, script: Script[T]) -> T:
        """Run a script in the next group and return once the group is on disk."""
        return await self._ask(self._writes, script)

    async def compact(self, bytes_max: int | None = None) -> bool:
        """VACUUM: then no page holds what was deleted."""
        if bytes_max is not None and self._path.stat().st_size > bytes_max:
            return False
        await self._ask(self._writes, _vacuum)
        return True

    async def empty_log(self) -> None:
        """Then the write-ahead log does not, either."""
        await self._ask(self._writes, _empty_log)

    async def close(self) -> None:
        """Finish what was asked for, then close the file."""
        if self._closed:
            return
        self._closed = True
        for _ in range(READERS):
            self._reads.put(None)
        writer, *readers = self._threads
        for reader in readers:
            await asyncio.to_thread(reader.join)
        # Last, for only it can empty the write-ahead log: the file then is the whole database, good to be copied.
        self._writes.put(None)
        await asyncio.to_thread(writer.join)

    async def _ask(self, queue: Jobs, script: Script[T] | _Upkeep) -> T:
        if self._closed:
            raise StoreUnavailable(f"{self._path}: the store is closed")
        job = _Job(script)
        queue.put(job)
        result: T = await job.future
        return result


class _Reader:
    """One reading connection and its thread."""

    def __init__(self, connection: sqlite3.Connection, jobs: Jobs) -> None:
        self._connection = connection
        self._jobs = jobs

    def work(self) -> None:
        """Until told to stop."""
        while (job := self._jobs.get()) is not None:
            if not job.future.cancelled():
                _answer([self._one(job)])
        self._connection.close()

    def _one(self, job: _Job) -> Outcome:
        try:
            self._connection.execute("BEGIN")
            return job, _run(self._connection, job), None
        except Exception as error:  # noqa: BLE001 - every error goes to whoever waits
            return job, None, named(error)
        finally:
            _roll_back(self._connection)


class _Writer:
    """The writing connection and its thread."""

    def __init__(self, connection: sqlite3.Connection, jobs: Jobs) -> None:
        self._connection = connection
        self._jobs = jobs
        self._stopping = False

    def work(self) -> None:
        """Until told to stop, and then until the queue is empty."""
        while not self._stopping:
            taken = [job for job in self._take() if not job.future.cancelled()]
            group = [job for job in taken if not callable(job.script)]
            if group:
                _answer(self._commit(group))
            for job in taken:
                if callable(job.script):
                    _answer([self._tend(job, job.script)])
        self._connection.close()

    def _tend(self, job: _Job, upkeep: _Upkeep) -> Outcome:
        try:
            upkeep(self._connection)
        except (sqlite3.Error, StoreUnavailable) as error:
            return job, None, named(error)
        finally:
            self._connection.execute("PRAGMA temp_store = MEMORY")
            self._connection.execute("PRAGMA busy_timeout = 0")
        return job, None, None

    def _take(self) -> list[_Job]:
        group: list[_Job] = []
        job = self._jobs.get()
        with contextlib.suppress(Empty):
            while job is not None:
                group.append(job)
                if len(group) == GROUP_MAX:
                    return group
                job = self._jobs.get_nowait()
            self._stopping = True
        return group

    def _commit(self, group: Sequence[_Job]) -> list[Outcome]:
        """All or, when the transaction itself fails, none of the group."""
        connection = self._connection
        try:
            _begin(connection)
            outcomes = [self._alone(group[0])] if len(group) == 1 else [self._saved(job) for job in group]
            if connection.in_transaction:
                connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - every error goes to whoever waits
            _roll_back(connection)
            return [(job, None, named(error)) for job in group]
        return outcomes

    def _alone(self, job: _Job) -> Outcome:
        try:
            return job, _run(self._connection, job), None
        except Exception as error:  # noqa: BLE001 - every error goes to whoever waits
            _roll_back(self._connection)
            return job, None, named(error)

    def _saved(self, job: _Job) -> Outcome:
        connection = self._connection
        connection.execute("SAVEPOINT script")
        try:
            result = _run(connection, job)
        except Exception as error:
            if not connection.in_transaction:  # out of room or an I/O error: SQLite has undone the whole group
                raise
            connection.execute("ROLLBACK TO script")
            connection.execute("RELEASE script")
            return job, None, named(error)
        connection.execute("RELEASE script")
        return job, result, None


def _vacuum(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    connection.execute("PRAGMA temp_store = FILE")  # the new file passes through it, whatever its size
    connection.execute("VACUUM")


def _empty_log(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(LOG_BUSY_S * 1000)}")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreUnavailable("SQLite: others are reading; the write-ahead log was not emptied")


def _begin(connection: sqlite3.Connection) -> None:
    """Take the file's write lock, asking often: SQLite's own waiting sleeps past whole transactions of the others."""
    until = monotonic() + BUSY_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or monotonic() > until:
                raise
            sleep(_ASK_AGAIN_S)
        else:
            return


def _run(connection: sqlite3.Connection, job: _Job) -> object:
    assert not callable(job.script), "that runs in no transaction"
    return drive(connection, job.script)


def drive(connection: sqlite3.Connection, script: Script[T]) -> T:
    """Run a script inside the open transaction."""
    try:
        statement = next(script)
        while True:
            statement = script.send(_execute(connection, statement))
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        script.close()


def _execute(connection: sqlite3.Connection, statement: Statement) -> object:
    match statement:
        case Select():
            compiled = compile_sqlite(statement.sql)
            return connection.execute(
                compiled.text, _named(compiled.names, bind(compiled, statement.params))
            ).fetchall()
        case Run():
            compiled = compile_sqlite(statement.sql)
            return connection.execute(compiled.text, _named(compiled.names, bind(compiled, statement.params))).rowcount
        case Insert():
            return _insert(connection, statement)
        case Update():
            return _update(connection, statement)


def _named(names: Sequence[str], values: Sequence[object]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def _insert(connection: sqlite3.Connection, statement: Insert) -> int:
    """Many rows in one step, for each step takes the interpreter's lock away from whoever decides meanwhile."""
    rows = table(type(statement.rows[0]))
    values = rows.encode(statement.rows)
    width = len(rows.names)
    count = done = 0
    for size in _pieces(len(statement.rows)):
        piece = values[done * width : (done + size) * width]
        count += connection.execute(insert_sqlite(rows, statement.conflict, size), piece).rowcount
        done += size
    return count


def _pieces(count: int) -> Iterator[int]:
    """Powers of two that add up to `count`, so that few different statements are ever compiled."""
    size = INSERT_MAX
    while count:
        while size > count:
            size //= 2
        yield size
        count -= size


def _update(connection: sqlite3.Connection, statement: Update) -> int:
    rows = table(type(statement.rows[0]))
    values, width = rows.encode(statement.rows), len(rows.names)
    each = [(*values[at * width : (at + 1) * width], expected) for at, expected in enumerate(statement.expected)]
    count = connection.executemany(update_sqlite(rows), each).rowcount
    if count != len(each):
        raise Conflict(f"{rows.name}: {len(each) - count} of {len(each)} rows changed since they were read")
    return count


def named(error: Exception) -> Exception:
    """The error by what to do about it."""
    if isinstance(error, SwitchboardError) or not isinstance(error, sqlite3.Error):
        return error
    code: str = getattr(error, "sqlite_errorname", None) or ""
    if code in _TAKEN:
        return Conflict(str(error)).with_traceback(error.__traceback__)
    if code.startswith(_DAMAGED):
        return StoreDamaged(f"SQLite: {error} ({code}): restore a backup").with_traceback(error.__traceback__)
    if code.startswith(_AWAY) or (isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error)):
        return StoreUnavailable(f"SQLite: {error} ({code})").with_traceback(error.__traceback__)
    return error


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def _answer(outcomes: Sequence[Outcome]) -> None:
    """Wake all who wait: one call per event loop, usually one."""
    loops = {job.loop for job, _, _ in outcomes}
    for loop in loops:
        mine = [outcome for outcome in outcomes if outcome[0].loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop is gone, and whoever waited with it
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(outcomes: Sequence[Outcome]) -> None:
    for job, result, error in outcomes:
        if job.future.cancelled():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def _connect(path: Path, synchronous: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < VERSION_MIN:
        raise ConfigError(f"SQLite {sqlite3.sqlite_version} is too old: 3.35 or newer is needed")
    try:
        path.touch(mode=0o600)  # customers' words are for this user only; an existing file keeps its mode
        connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        set_up: Callable[[str], object] = connection.execute
        set_up("PRAGMA page_size = 8192")  # mails pack better than into 4096; kept from the first write on
        set_up("PRAGMA journal_mode = WAL")
        set_up(f"PRAGMA synchronous = {synchronous}")
        set_up("PRAGMA foreign_keys = ON")
        set_up("PRAGMA secure_delete = FAST")  # erased content is overwritten where that costs no further write
        set_up("PRAGMA wal_autocheckpoint = 4000")
        set_up("PRAGMA journal_size_limit = 67108864")
        set_up("PRAGMA cache_size = -16384")
        set_up("PRAGMA temp_store = MEMORY")
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorname", "").startswith(_PASSING):
            raise StoreUnavailable(
                f"{path}: cannot be opened just now: {error}; is its disk full, or another at it?"
            ) from error
        remedy = "mend storage.url or who may use the file; restore a backup if it is damaged"
        raise ConfigError(f"{path}: cannot be opened as the database: {error}; {remedy}") from error
    return connection
