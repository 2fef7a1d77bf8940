"""The fixtures tests ask for; each imports its server only when asked, so that one unit test starts at once.

A machine without the server skips the test by name, with the command that installs it; in CI that fails.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.servers import tools

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from playwright.async_api import Browser, Page, Playwright

    from tests.servers.chromium import ChromiumServer
    from tests.servers.demo import Demo
    from tests.servers.dovecot import DovecotServer
    from tests.servers.postgres import PostgresServer
    from tests.servers.proxy import FaultProxy
    from tests.servers.redis import RedisServer
    from tests.servers.smtp import SmtpSink
    from tests.servers.tls import TlsFiles


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """The cluster of this test process, for tests that stop it or need several databases."""
    initdb = tools.require(tools.POSTGRES)
    from tests.servers.postgres import running_postgres

    with running_postgres(initdb) as server:
        yield server


@pytest.fixture
def fresh_postgres(postgres: "PostgresServer") -> Iterator[str]:
    """The DSN of an empty database, this test's alone."""
    with postgres.lent_database() as url:
        yield url


@pytest.fixture(scope="session")
def _redis_of_process() -> Iterator["RedisServer"]:
    program = tools.require(tools.REDIS)
    from tests.servers.redis import running_redis

    with running_redis(program) as server:
        yield server


@pytest.fixture
def redis_server(_redis_of_process: "RedisServer") -> "RedisServer":
    """A running, empty Redis that this test may stop, kill, empty and start again."""
    _redis_of_process.start()
    _redis_of_process.flush()
    return _redis_of_process


@pytest.fixture(scope="module")
def _dovecot_of_module() -> Iterator["DovecotServer"]:
    program = tools.require(tools.DOVECOT)
    from tests.servers.dovecot import running_dovecot

    with running_dovecot(program) as server:
        yield server


@pytest.fixture
def dovecot(_dovecot_of_module: "DovecotServer") -> "DovecotServer":
    """A running IMAP server; a test makes users of its own names, since mail of other tests stays."""
    _dovecot_of_module.start()
    return _dovecot_of_module


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> "TlsFiles":
    """A certificate for localhost and the authority that signed it."""
    from tests.servers.tls import issue

    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def smtp_sink(tls_files: "TlsFiles") -> AsyncIterator["SmtpSink"]:
    """An SMTP server in this test's loop that keeps what it accepts and fails as told."""
    from tests.servers.smtp import running_smtp

    async with running_smtp(tls_files.server_context()) as sink:
        yield sink


@pytest.fixture
async def fault_proxy() -> AsyncIterator[Callable[[int], Awaitable["FaultProxy"]]]:
    """`await fault_proxy(port)` gives a proxy before that port; ask as often as needed."""
    from tests.servers.proxy import running_proxy

    async with AsyncExitStack() as proxies:

        async def before(target_port: int) -> "FaultProxy":
            return await proxies.enter_async_context(running_proxy(target_port))

        yield before


@pytest.fixture
async def http() -> AsyncIterator["ClientSession"]:
    """An HTTP client in this test's loop."""
    from aiohttp import ClientSession

    async with ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def _chromium_of_process() -> Iterator["ChromiumServer"]:
    program = tools.require(tools.CHROMIUM)
    tools.require(tools.CHINESE_FONT)
    from tests.servers.chromium import running_chromium

    with running_chromium(program) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _playwright() -> AsyncIterator["Playwright"]:
    """Its driver takes longer to start than most tests take, so all tests of a browser share it, and with it a loop."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(_chromium_of_process: "ChromiumServer", _playwright: "Playwright") -> AsyncIterator["Browser"]:
    """The browser of this test process. Fixtures that a page talks to need `loop_scope="session"` too."""
    from tests.servers.chromium import connected

    _chromium_of_process.start()
    async with connected(_playwright, _chromium_of_process) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: "Browser") -> AsyncIterator["Page"]:
    """A page in a context of its own; an error on it fails the test that opened it."""
    context = await chromium.new_context(locale="en", timezone_id="UTC")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert not errors, "uncaught errors on the page: " + "; ".join(errors)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Demo"]:
    """A quiet demo of this test process: nobody writes but the tests."""
    from tests.servers.demo import running_demo

    with running_demo(tmp_path_factory.mktemp("demo"), "--rate", "0") as running:
        yield running
