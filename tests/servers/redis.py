"""A real Redis that can be emptied, stopped, killed and started again."""

import contextlib
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import ServerProcess, free_port, server_directory, unprivileged_user


class RedisServer:
    """A Redis with an append-only file: a restart keeps what it held, unless told to lose it.

    Without fsync Redis writes before it answers, so that even a kill keeps everything; with `everysec` it may
    put the write off while an fsync runs.
    """

    def __init__(self, program: Path, *, directory: Path, user: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = ServerProcess(
            [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", directory,
             "--save", "", "--appendonly", "yes", "--appendfsync", "no"],
            user=user,
            directory=directory,
        )  # fmt: skip

    def start(self, *, empty: bool = False) -> None:
        """Start; with `empty` everything it held is lost, as after the loss of a cache node."""
        if empty and not self.process.running:
            shutil.rmtree(self.directory / "appendonlydir", ignore_errors=True)
        self.process.start(self._ready)

    def stop(self) -> None:
        """Shut down cleanly."""
        self.process.stop()

    def kill(self) -> None:
        """Kill it; what it had written stays."""
        self.process.kill()

    def flush(self) -> None:
        """Remove every key while it runs."""
        assert self._call("FLUSHALL") == "+OK"

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self._call("PING") == "+PONG"
        return False

    def _call(self, command: str) -> str:
        """One inline command, so that this fixture needs no client and no event loop."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5.0) as connection:
            connection.sendall(f"{command}\r\n".encode())
            with connection.makefile("rb") as answer:
                return answer.readline(1024).decode().strip()


@contextlib.contextmanager
def running_redis(program: Path) -> Iterator[RedisServer]:
    """A started Redis, for tests and benchmarks alike."""
    user = unprivileged_user()
    with server_directory("redis", user) as directory:
        server = RedisServer(program, directory=directory, user=user)
        server.start()
        try:
            yield server
        finally:
            server.kill()
