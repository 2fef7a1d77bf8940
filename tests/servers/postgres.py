"""A real PostgreSQL cluster: one for the test run, a fresh database for each test.

Writes are durable (fsync on) as in production; SWITCHBOARD_TEST_FSYNC=off trades that for speed.
"""

import contextlib
import itertools
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from tests.servers.process import (
    ServerProcess,
    free_port,
    run_as,
    server_directory,
    unprivileged_user,
)

_ROLE = "switchboard"
# Emptying a database takes a tenth of the time that creating one takes.
_EMPTY = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  CREATE SCHEMA public;
END $$
"""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class PostgresServer:
    """A running cluster that hands out databases."""

    def __init__(self, *, binaries: Path, directory: Path, user: str) -> None:
        self._binaries = binaries
        self.directory = directory
        self._user = user
        self._names = (f"t{number}" for number in itertools.count(1))
        self._templates: set[str] = set()
        self._empty: list[str] = []
        self.port = free_port()
        fsync = os.environ.get("SWITCHBOARD_TEST_FSYNC", "on")
        settings = _SETTINGS | {"fsync": fsync, "unix_socket_directories": str(directory)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        data = directory / "data"
        self.process = ServerProcess(
            [binaries / "postgres", "-D", data, "-p", str(self.port), *options],
            user=user,
            directory=directory,
        )
        run_as(
            user,
            [binaries / "initdb", "--pgdata", data, "--username", _ROLE, "--auth", "trust",
             "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            cwd=directory,
        )  # fmt: skip

    def url(self, database: str = "postgres") -> str:
        """Return the DSN of a database, the cluster's own by default."""
        return f"postgresql://{_ROLE}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the cluster, or start it again: data stays."""
        self.process.start(self._ready)

    def stop(self) -> None:
        """Shut down cleanly, ending open connections."""
        self.process.stop(signal.SIGINT)

    def kill(self) -> None:
        """Kill the cluster; the next start recovers from its log."""
        self.process.kill()

    def create_database(self, *, template: str = "template1") -> str:
        """Create a database nobody has used and return its DSN."""
        name = next(self._names)
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    async def create_prepared(self, name: str, prepare: Callable[[str], Awaitable[None]]) -> str:
        """Create a database as `prepare(dsn)` leaves it; it runs once, then its work is only copied.

        `prepare` closes its connections: PostgreSQL copies no database that is in use.
        """
        template = f"template_{name}"
        if template not in self._templates:
            self.execute(f'CREATE DATABASE "{template}"')
            await prepare(self.url(template))
            self._templates.add(template)
        return self.create_database(template=template)

    @contextlib.contextmanager
    def lent_database(self) -> Iterator[str]:
        """Give the DSN of an empty database; afterwards it is emptied for the next who asks."""
        self.start()
        url = self._empty.pop() if self._empty else self.create_database()
        yield url
        if self.process.running:
            name = url.rpartition("/")[2]
            self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            self.execute(_EMPTY, database=name)
            self._empty.append(url)

    def drop_database(self, url: str) -> None:
        """Drop a database, open connections or not."""
        name = url.rpartition("/")[2]
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str, *, database: str = "postgres") -> str:
        """Run a statement as the cluster's owner and return psql's unaligned output."""
        command: list[str | Path] = [self._binaries / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return run_as(self._user, [*command, "-d", self.url(database), "-c", statement], cwd=self.directory)

    def _ready(self) -> bool:
        # A bare TCP accept is too early: the server listens while it still recovers.
        with contextlib.suppress(RuntimeError):
            run_as(
                self._user,
                [self._binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                cwd=self.directory,
            )
            return True
        return False


@contextlib.contextmanager
def running_postgres(initdb: Path) -> Iterator[PostgresServer]:
    """A started cluster, for tests and benchmarks alike; `initdb` names the binaries' place."""
    user = unprivileged_user("postgres")
    with server_directory("pg", user) as directory:
        server = PostgresServer(binaries=initdb.parent, directory=directory, user=user)
        server.start()
        try:
            yield server
        finally:
            server.kill()
