"""A server as a child process: unprivileged, on a free loopback port, gone when the test process is gone."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

# Below Linux's range for outgoing connections, so that no client takes a server's port between two starts.
_PORTS = range(15_000, 32_000)
_next_port = itertools.count(os.getpid() * 53 % len(_PORTS))
# Recovery after a kill flushes every file; on a busy disk that is slow.
_START_SECONDS = 180.0
_STOP_SECONDS = 60.0


def free_port() -> int:
    """Return a loopback port nobody listens on; each call of a process gives another."""
    for _ in _PORTS:
        port = _PORTS[next(_next_port) % len(_PORTS)]
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise OSError("no free loopback port")


def unprivileged_user(*preferred: str) -> str:
    """Return the account a server runs as: ours, unless we are root, which servers refuse."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in (*preferred, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("root needs an unprivileged account to start servers: there is no 'nobody'")


@contextlib.contextmanager
def server_directory(name: str, user: str) -> Iterator[Path]:
    """A short temporary directory owned by the server's account (pytest's own are closed to others)."""
    directory = Path(tempfile.mkdtemp(prefix=f"sb-{name}-"))
    if os.geteuid() == 0:
        shutil.chown(directory, user, pwd.getpwnam(user).pw_gid)
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def run_as(user: str, command: Sequence[str | Path], *, cwd: Path) -> str:
    """Run a program to its end as `user` and return what it printed; its failure raises with its output."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, user=_switch(user), group=_group(user), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=_environment(),
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class ServerProcess:
    """A server that can be started, stopped, killed and started again with the same data."""

    def __init__(self, command: Sequence[str | Path], *, user: str, directory: Path) -> None:
        self._command = [str(part) for part in command]
        self._user = user
        self._directory = directory
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and self._child.poll() is None

    def start(self, ready: Callable[[], bool]) -> None:
        """Start and wait until `ready` says so; a server that ends instead raises with the end of its log."""
        if self.running:
            return
        with (self._directory / "output.log").open("ab") as log:
            self._child = subprocess.Popen(
                [*die_with_us(), *self._command], cwd=self._directory, user=_switch(self._user),
                group=_group(self._user), extra_groups=[] if os.geteuid() == 0 else None,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(),
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _START_SECONDS
        while not ready():
            if self._child.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError(f"{self._command[0]} did not start:\n{self.tail()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end and wait for it; one that does not is killed."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(how)
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._child = None

    def kill(self) -> None:
        """End the server and all its children at once, as a power cut of the process would."""
        if self._child is None:
            return
        # PostgreSQL gives each child a session of its own: a process group would not hold them all.
        family = [psutil.Process(self._child.pid)] if self._child.poll() is None else []
        for parent in family[:]:
            family += parent.children(recursive=True)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._child.wait()
        psutil.wait_procs(family, timeout=_STOP_SECONDS)
        self._child = None

    def tail(self, size: int = 4000) -> str:
        """Return the end of the server's logs."""
        logs = sorted(self._directory.glob("*.log"))
        return "".join(log.read_text(errors="replace")[-size:] for log in logs)


def accepts(port: int) -> bool:
    """Return whether something listens on a loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
        return True
    return False


def _switch(user: str) -> str | None:
    return user if os.geteuid() == 0 else None


def _group(user: str) -> int | None:
    return pwd.getpwnam(user).pw_gid if os.geteuid() == 0 else None


def _environment() -> dict[str, str]:
    """Servers read nothing of the developer's settings, above all no PG* variable."""
    return {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


def die_with_us() -> list[str]:
    """Prefix a command so that the kernel ends it with the test process, even after kill -9."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
