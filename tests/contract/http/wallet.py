"""A house under rules with actions, a second agent, and the wallet's back end beside it."""

from types import SimpleNamespace

import pytest_asyncio

from router.clock import SystemClock, VirtualClock
from router.demo.wallet import Wallet
from router.flow.context import ContextReader
from router.flow.hooks import HookWorker
from router.flow.references import References
from router.flow.remedies import RemedyWorker
from router.flow.rulebook import Rulebook
from router.flow.signed import SignedCalls
from router.telemetry import Metrics, SilentLog
from tests.contract.http.calls import add_agent, get, path_of, post, signed_in

SECRET = "a secret of the wallet's back end"
RULES = """
version: 1
queues: {general: {default: true}}
webhooks: {wallet: {url: "env:CHECKS", secret: "file:wallet.secret"}}
lifecycle: {verifying: {webhook: wallet, attempts: 2}}
actions:
  freeze-account: {url: "env:ACTIONS", secret: "env:SECRET", undo: unfreeze-account}
  unfreeze-account: {url: "env:ACTIONS", secret: "env:SECRET"}
  at-once-known: {url: "env:ACTIONS", secret: "env:SECRET", approval: false, verified: true}
  at-once: {url: "env:ACTIONS", secret: "env:SECRET", approval: false}
  wrong-secret: {url: "env:ACTIONS", secret: "env:OTHER", approval: false}
  nowhere: {url: "env:NOWHERE", secret: "env:SECRET", approval: false}
context: {url: "env:CONTEXT", secret: "env:SECRET"}
rules:
  - {id: pressed, when: {message.alarm: true}, then: {propose: freeze-account}}
  - {id: asked, when: {message.text|has: at once}, then: {propose: at-once-known}}
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def li(house):
    """Another agent, signed in; and the house under rules with actions."""
    app = house.app
    (app._base / "wallet.secret").write_text(SECRET)
    app.rulebook.take(Rulebook.of({"rules.yaml": RULES.encode()}).current, app.rulebook.status)
    agent = await add_agent(app, "li")
    async with signed_in(app, agent) as session:
        yield SimpleNamespace(agent=agent, session=session)


@pytest_asyncio.fixture(loop_scope="module")
async def backend(house, li, tmp_path):
    """The wallet's back end, and a worker that asks it, on a clock of its own."""
    app = house.app
    wallet = Wallet(SECRET, SystemClock())
    url = await wallet.start()
    wallet.house = f"http://127.0.0.1:{app.server.port}"
    places = {"CHECKS": f"{url}/checks", "ACTIONS": f"{url}/actions", "CONTEXT": f"{url}/context"}
    places["NOWHERE"] = "https://wallet..example.com/actions"
    (tmp_path / "wallet.secret").write_text(SECRET)
    calls = SignedCalls(
        references=References(tmp_path, {**places, "SECRET": SECRET, "OTHER": "not the secret they know"}),
        private_hosts=frozenset({"127.0.0.1"}),
        clock=app.clock,
    )
    clock = VirtualClock(app.clock.now_ms() + 1_000)
    parts = {"store": app.store, "rulebook": app.rulebook, "calls": calls}
    more = {"bus": app.bus, "jitter": lambda: 0.5, "metrics": Metrics(), "log": SilentLog()}
    worker = RemedyWorker(**parts, **more, clock=clock)
    hooks = HookWorker(**parts, **more, clock=VirtualClock(app.clock.now_ms() + 1_000))

    async def work(times=1):
        """Let the worker run, each time when what waits is due."""
        for _ in range(times):
            await worker.run_once()
            clock.advance_to(clock.now_ms() + 400_000)

    async def verify(ticket, user):
        """The customer proves who they are, in the app."""
        check = (await post(house, path_of(ticket, "/verification"), None, 201))["check"]
        await hooks.run_once()
        assert check["id"] in wallet.checks
        assert await wallet.answer(check["id"], user) == 200

    yield SimpleNamespace(
        wallet=wallet, work=work, clock=clock, worker=worker, hooks=hooks, verify=verify,
        context=ContextReader(**parts, clock=app.clock),
    )  # fmt: skip
    await wallet.stop()


def of(user):
    """A customer whom the app vouches for."""
    return {"sender": {"id": f"t-{user}", "user_id": user, "verified": True}}


async def actions_of(house, ticket):
    return (await get(house, path_of(ticket)))["actions"]


async def proposed(house, told, backend, user, action="freeze-account"):
    """A ticket with an action that mei proposed."""
    backend.wallet.open(user)
    ticket = await told("somebody is at my money", **of(user))
    made = await post(house, path_of(ticket, "/actions"), {"action": action}, 201)
    return ticket, made["id"]
