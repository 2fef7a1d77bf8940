"""What holds for every test: no network outside this machine, no skip in CI, files kept on one worker."""

import asyncio
import functools
import gc
import inspect
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests import targets
from tests.servers import loopback
from tests.servers.tools import in_ci

pytest_plugins = ["tests.servers.fixtures"]

# Which tools a fixture stands on, so that `-m "not chromium"` and the like work without a mark on each test.
_MARKS = {
    "postgres": "postgres",
    "_redis_of_process": "redis",
    "_dovecot_of_module": "dovecot",
    "_chromium_of_process": "chromium",
}


_CLEARING_S = 60
"""What a test that was ended has for its own ending, on a machine that is busy with others."""


def pytest_configure(config: pytest.Config) -> None:
    """Say what is not there, shut the door, and choose how long property tests search."""
    if (amiss := targets.missing_place(config.args, config.invocation_params.dir)) is not None:
        raise pytest.UsageError(amiss)
    loopback.install()
    try:
        from hypothesis import settings
    except ImportError:
        return
    # A deadline per example would be a timed assertion.
    settings.register_profile("quick", deadline=None, max_examples=25, derandomize=True)
    settings.register_profile("full", deadline=None, max_examples=200, print_blob=True)
    settings.load_profile(os.environ.get("SWITCHBOARD_TESTS", "full"))


def _bounded(item: pytest.Function) -> None:
    """Let a test that waits for ever say where it waits, which pytest-timeout, outside the loop, cannot see.

    It has to come first, by enough for a test to end its processes: a loop that is interrupted from outside leaves them
    open, and what is left open fails a later test that has nothing to do with it.
    """
    test, limit = item.obj, _seconds(item) - _CLEARING_S

    @functools.wraps(test)
    async def bounded(*args: Any, **kwargs: Any) -> None:
        async with asyncio.timeout(limit):
            await test(*args, **kwargs)

    item.obj = bounded


def _seconds(item: pytest.Item) -> float:
    """What pytest-timeout gives it; endless is a day."""
    mark = item.get_closest_marker("timeout")
    return float((mark.args[0] if mark else item.config.getoption("timeout")) or 86_400)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marks its fixtures imply, and keep a file's tests on one xdist worker."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            _bounded(item)
            if "_playwright" in item.fixturenames:
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKS:
                item.add_marker(_MARKS[fixture])
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives until the end, which it would look through hundreds of times."""
    gc.collect()
    gc.freeze()


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if in_ci() and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI=true allows no skip. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skipped test into a failed one in CI."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Turn a skipped file into a failed one in CI."""
    report = yield
    _refuse_skip(report)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int | pytest.ExitCode, config: pytest.Config
) -> None:
    """Name what was asked for where nothing was found."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        terminalreporter.write_line(targets.missing_tests(config.args, config.invocation_params.dir))
