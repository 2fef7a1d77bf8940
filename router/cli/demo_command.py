"""`switchboard demo`, the first minute: one process, SQLite, providers of our own, live customers, an inbox."""

import argparse
import asyncio
import logging
import math
import shlex
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from router import discovery
from router.app import ROLES, App
from router.cli.language import add_argument as add_language
from router.cli.paths import named_path
from router.cli.people import add_api_token, add_login_token, ensure_agent, new_agent
from router.cli.running import asked_to_stop, not_listening, until_stopped
from router.cli.serve_command import port as port_number
from router.clock import SystemClock
from router.connector import Simulator
from router.demo.greeting import greeting
from router.demo.receiver import Receiver
from router.demo.traffic import Traffic
from router.demo.wallet import Wallet
from router.demo.workspace import CONFIG_NAME, SPOKEN_FOR, SUPPORT_ADDRESS, Workspace
from router.model.errors import ConfigError, StoreUnavailable
from router.store import inbox
from router.telemetry import StructuredLog

_APP_USER = "u-42"
"""Who has an account at the simulated back end of the wallet."""
_SETTLE_S = 10.0
_RATE_MAX = 60_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.add_argument("--dir", type=named_path, default=Path("switchboard-demo"), help="where it keeps everything")
    parser.add_argument("--host", default="127.0.0.1", help="where the inbox listens")
    parser.add_argument("--port", type=port_number, default=8080, help="0 picks a free one")
    parser.add_argument(
        "--rate", type=_rate, default=12.0, metavar="N", help="customer messages per minute; 0 is quiet"
    )
    parser.add_argument("--seed", type=int, default=1, help="of who speaks next")
    add_language(parser)


def _rate(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= _RATE_MAX:  # NaN is nowhere
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of messages per minute (0 to {_RATE_MAX})")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C."""
    workspace = Workspace(directory=arguments.dir.resolve())
    try:
        return asyncio.run(_demo(workspace, arguments))
    except StoreUnavailable as error:
        raise StoreUnavailable(f"{workspace.directory}: {error}; what was accepted is kept") from None
    except OSError as error:
        if (reason := not_listening(error)) is not None:
            place = f"{arguments.host}:{arguments.port}"
            raise ConfigError(f"{place} cannot be used ({reason}); try another: make run ARGS='--port 0'") from None
        if error.filename or error.errno is None:  # of a file: the command line names it
            raise
        raise OSError(error.errno, error.strerror, str(workspace.directory)) from None


async def _demo(workspace: Workspace, arguments: argparse.Namespace) -> int:
    with workspace.held():
        is_new = not (workspace.directory / "switchboard.db").exists()
        workspace.prepare()
        return await _play(workspace, arguments, is_new=is_new)


async def _play(workspace: Workspace, arguments: argparse.Namespace, *, is_new: bool) -> int:
    # aiosmtpd announces its own deprecations there; nothing a visitor could act on.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    clock = SystemClock()
    port = arguments.port or _free_port(arguments.host)
    providers = _providers(clock, workspace, f"http://{arguments.host}:{port}")
    receiver = Receiver(workspace.key("webhook"), workspace.directory / "replies.ndjson")
    wallet = Wallet(workspace.key("wallet"), clock)
    wallet.open(_APP_USER)
    async with AsyncExitStack() as leaving:
        for stop in (*(provider.stop for provider in providers.values()), receiver.stop, wallet.stop):
            leaving.push_async_callback(stop)
        for provider in providers.values():
            await provider.start()
        replies_to, backend = await receiver.start(), await wallet.start()
        workspace.tell_backend(backend)
        config = workspace.config(
            host=arguments.host,
            port=port,
            settings={kind: provider.settings() for kind, provider in providers.items()},
            replies_to=replies_to,
        )
        wallet.house = config.server.public_url
        log_file = leaving.enter_context((workspace.directory / "log.ndjson").open("a", encoding="utf-8"))
        log = StructuredLog(clock, log_file)
        app = App(config, base=workspace.directory, roles=ROLES, log=log, clock=clock)
        try:
            await app.start()
            traffic = await _open(app, workspace, providers, arguments, backend, is_new=is_new)
        except BaseException:
            await app.stop()
            raise
        playing = asyncio.create_task(traffic.run(arguments.rate), name="traffic")
        try:
            return await until_stopped(app, asked_to_stop(log))
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


def _providers(clock: SystemClock, workspace: Workspace, house: str) -> dict[str, Simulator]:
    """One of our own for each channel; `house` is where those that call us find us."""
    places = {
        "email": (workspace.mail, SUPPORT_ADDRESS),
        "telegram": (workspace.telegram, SUPPORT_ADDRESS),
        "facebook": (workspace.facebook, house),
        "x": (workspace.x, SUPPORT_ADDRESS),
        "form": (workspace.directory, f"{house}/channels/form/default/"),
        "phone": (workspace.phone, f"{house}/channels/phone/default"),
    }
    return {kind: discovery.simulator_of(kind, clock, *place) for kind, place in places.items()}


def _program() -> str:
    """What to type to run this very program again, `make run` or not."""
    started = Path(sys.argv[0])
    if started.name != "switchboard":
        return "switchboard"
    return str(started.relative_to(Path.cwd())) if started.is_relative_to(Path.cwd()) else str(started)


def _free_port(host: str) -> int:
    import socket  # noqa: PLC0415 -- only for --port 0

    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def _open(
    app: App,
    workspace: Workspace,
    providers: Mapping[str, Simulator],
    arguments: argparse.Namespace,
    backend: str,
    *,
    is_new: bool,
) -> Traffic:
    """People, tokens, the first tickets; then say where everything is."""
    lee = await ensure_agent(app.store, new_agent(app.ids, app.clock, login="lee", name="Lee", status="online"))
    ada = await ensure_agent(app.store, new_agent(app.ids, app.clock, login="ada", name="Ada", role="admin"))
    token = await add_api_token(app.store, "demo", SPOKEN_FOR, app.clock)
    base = app.config.server.public_url
    traffic = Traffic(
        base_url=base,
        token=token,
        deliver={kind: provider.deliver for kind, provider in providers.items()},
        support=SUPPORT_ADDRESS,
        clock=app.clock,
        ids=app.ids,
        log=app.log,
        seed=arguments.seed,
    )
    if is_new:
        await _settled(app, await traffic.open_with())
    logins = [await add_login_token(app.store, person, app.clock) for person in (lee, ada)]
    curl = (
        f"curl -s {base}/api/v1/messages -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d "
        '\'{"channel":"instagram","message_id":"hello-1","visibility":"public","sent_at":"2026-11-02T08:00:03Z",'
        '"sender":{"id":"42","name":"Kim"},"text":"my card 4111 1111 1111 1111 was charged twice"}\''
    )
    alarm = (
        f"curl -s {base}/api/v1/messages -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d "
        '\'{"channel":"whatsapp","message_id":"alarm-1","visibility":"private","sent_at":"2026-11-02T08:00:03Z",'
        f'"sender":{{"id":"42","name":"Kim","user_id":"{_APP_USER}","verified":true}},'
        '"text":"My wallet is being emptied","alarm":true}\''
    )
    print(
        greeting(
            arguments.lang,
            {kind: provider.describe() for kind, provider in providers.items()},
            folder=str(workspace.directory),
            base=base,
            agent=f"{base}/login?token={logins[0]}",
            admin=f"{base}/login?token={logins[1]}",
            rules=str(workspace.rules),
            support=SUPPORT_ADDRESS,
            answers=str(workspace.mail),
            token=token,
            post=curl,
            alarm=alarm,
            app=f"{backend}/app/{_APP_USER}",
            trace=shlex.join([_program(), "trace", "--config", str(workspace.directory / CONFIG_NAME), "T-1001"]),
        ),
        flush=True,
    )
    return traffic


async def _settled(app: App, expected: int) -> None:
    """Wait until the first tickets are there, so that the inbox does not open empty."""
    for _ in range(int(_SETTLE_S / 0.05)):
        await asyncio.sleep(0.05)
        page = await app.store.read(inbox.tickets(None))
        if page.total >= expected:
            return
    print("some of the first messages are still on their way", file=sys.stderr)
