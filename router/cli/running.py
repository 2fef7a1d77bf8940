"""Runs an App until a signal: what `serve` and `demo` share."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
from functools import partial

from router.app import App
from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.telemetry import Logger

STOP_S = 10.0
_HUP = "rules and secrets in files are taken up by themselves; the rest of the configuration needs a restart"
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


def asked_to_stop(log: Logger) -> asyncio.Event:
    """Set by SIGINT and SIGTERM, and by a terminal that is closed.

    Without a terminal SIGHUP is how people ask a program to read its files again: what can be, is read anew by itself.
    """
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else it was started by nohup
        has_terminal = sys.stdin is not None and sys.stdin.isatty()
        loop.add_signal_handler(
            signal.SIGHUP, asked.set if has_terminal else partial(log.info, "app.hangup", said=_HUP)
        )
    return asked


async def started(app: App, asked: asyncio.Event) -> bool:
    """Start; False when it was asked to stop meanwhile: the caller stops it. Raises what `App.start` does."""
    starting, waiting = asyncio.create_task(app.start()), asyncio.create_task(asked.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if starting.done():
        starting.result()
        return True
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False


async def until_stopped(app: App, asked: asyncio.Event) -> int:
    """Wait until it is `asked` to stop or a worker failed, then stop in order; the exit code."""
    tune_interpreter()
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
