"""What this machine can do at all, measured beside every benchmark: cores, memory, one core's speed, one fdatasync."""

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_COUNTS: Final = 3_000_000
_SYNCS: Final = 200
_BLOCK: Final = b"\0" * 4096
_MIB: Final = 1_048_576


def shape() -> str:
    """Cores, memory and versions in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _MIB / 1024
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def limits() -> str:
    """One core's plain loop, one durable 4 KiB write, and how busy others keep the machine."""
    busy = os.getloadavg()[0]
    return (
        f"plain Python loop {_loop() / 1e6:.1f} M/s, 4 KiB append + fdatasync {_fdatasync():,.0f}/s, "
        f"load average {busy:.1f}"
    )


def _loop() -> float:
    begun = time.perf_counter()
    count = 0
    while count < _COUNTS:
        count += 1
    return _COUNTS / (time.perf_counter() - begun)


def _fdatasync() -> float:
    with tempfile.TemporaryDirectory() as directory:
        file = os.open(Path(directory) / "synced", os.O_WRONLY | os.O_CREAT)
        begun = time.perf_counter()
        for _ in range(_SYNCS):
            os.write(file, _BLOCK)
            os.fdatasync(file)
        seconds = time.perf_counter() - begun
        os.close(file)
    return _SYNCS / seconds


def header(name: str) -> None:
    """What every benchmark prints first."""
    print(f"{name} on {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC")
    print(f"  machine  {shape()}")
    print(f"  limits   {limits()}")


def spread(values: Sequence[float]) -> str:
    """Median with the lowest and the highest of several rounds."""
    return f"{statistics.median(values):>9,.0f}  ({min(values):,.0f} .. {max(values):,.0f})"


def verdict(ratio: float, floor: float) -> str:
    """A ratio beside its floor."""
    return f"{'met' if ratio >= floor else 'NOT MET'}: {ratio:.2f}, floor {floor:.2f}"


def rss_mib(pid: int | str = "self") -> float:
    """Memory that a process holds right now (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB
