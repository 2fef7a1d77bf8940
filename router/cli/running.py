"""Runs an App until a signal: what `serve` and `demo` share."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys

from router.app import App
from router.cli.command import EXIT_DONE, EXIT_FINDINGS

STOP_S = 10.0
_COLLECT_AFTER = (50_000, 10, 20)
"""More new objects than two batches hold while they are decided: the collector then rarely finds them alive, and walks
through nothing for nothing."""
_SWITCH_S = 0.001
_OF_ADDRESSES = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES})


def not_listening(error: OSError) -> str | None:
    """Why an address cannot be listened at; None when the error is of something else, as of a full disk."""
    if isinstance(error, socket.gaierror):
        return error.strerror
    if error.filename or error.errno not in _OF_ADDRESSES:
        return None
    return os.strerror(error.errno)  # without the address, which asyncio adds to its own


def tune_interpreter() -> None:
    """What a process does once it has loaded, before it works.

    The garbage collector is told that what was loaded stays: walking modules, rules and word lists stops the house. The
    database's thread, which needs the interpreter for a moment between two statements, gets it sooner than by default.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    sys.setswitchinterval(_SWITCH_S)


async def until_stopped(app: App) -> int:
    """Wait for SIGINT, SIGTERM or a failed worker, then stop in order; the exit code."""
    tune_interpreter()
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    waits = [asyncio.create_task(asked.wait()), asyncio.create_task(app.stopped.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await app.stop()
    if app.failure is not None:
        print(f"switchboard: a worker failed: {app.failure}", file=sys.stderr)
        return EXIT_FINDINGS
    return EXIT_DONE
