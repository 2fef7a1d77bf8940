"""Webhooks of the rules: signed, in order for each ticket, tried again, never to a neighbour's door."""

import asyncio
import hashlib
import hmac
import io
from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from router.clock import VirtualClock
from router.flow.hooks import HookWorker
from router.flow.references import References
from router.flow.rulebook import Rulebook
from router.flow.signed import SignedCalls
from router.model.changes import Add
from router.model.limits import SEND_LEASE_MS
from router.model.tables import HookEntry
from router.store import changes, hooks
from router.store.script import fetch
from router.telemetry import Metrics, SilentLog, StructuredLog
from tests.contract.http.calls import get, path_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "a secret of a webhook"
RULES = """
version: 1
queues: {general: {default: true}}
webhooks:
  crm: {url: "env:CRM_URL", secret: "env:CRM_SECRET"}
  other: {url: "env:OTHER_URL", secret: "file:other.secret"}
  metadata: {url: "https://169.254.169.254/latest", secret: "env:CRM_SECRET"}
  plain: {url: "env:PLAIN_URL", secret: "env:CRM_SECRET"}
  short: {url: "env:CRM_URL", secret: "env:SHORT"}
  named: {url: "https://localhost:1/hook", secret: "env:CRM_SECRET"}
  dots: {url: "https://hooks..example.com/x", secret: "env:CRM_SECRET"}
  port: {url: "https://x.example:99999/", secret: "env:CRM_SECRET"}
  elsewhere: {url: "env:NOWHERE_URL", secret: "env:CRM_SECRET"}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def receiver():
    """A program that keeps what it gets and answers as told."""
    found = SimpleNamespace(got=[], answers=[], silent_about=set(), speaks=asyncio.Event())

    async def take(request):
        found.got.append((request.path, dict(request.headers), await request.read()))
        if request.headers["Idempotency-Key"] in found.silent_about:
            await found.speaks.wait()
        status, headers = found.answers.pop(0) if found.answers else (204, {})
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/{name}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
def worker(house, receiver, tmp_path):
    """A worker of this house on a clock of its own, and a way to leave word."""
    app = house.app
    (tmp_path / "other.secret").write_text("another secret of it\n")
    clock = VirtualClock(app.clock.now_ms())

    def made(private_hosts=("127.0.0.1",), log=None, metrics=None, **more):
        environment = {
            "CRM_URL": f"{receiver.url}/crm",
            "OTHER_URL": f"{receiver.url}/other",
            "PLAIN_URL": "http://example.com/hook",
            "NOWHERE_URL": f"https://{'a' * 70}.example/",
            "CRM_SECRET": SECRET,
            "SHORT": "short",
        }
        return HookWorker(
            store=app.store,
            bus=app.bus,
            rulebook=Rulebook.of({"rules.yaml": RULES.encode()}),
            calls=SignedCalls(
                references=References(tmp_path, environment | more),
                private_hosts=frozenset(private_hosts),
                clock=clock,
            ),
            clock=clock,
            jitter=lambda: 0.5,
            metrics=metrics or Metrics(),
            log=log or SilentLog(),
        )

    async def leave(ticket, *names, kind="decision"):
        added = []
        for name in names:
            row = HookEntry(
                id=app.ids.new(),
                webhook=name,
                ticket_id=ticket["ticket"]["id"],
                message_id=ticket["messages"][0]["id"],
                body=msgspec.Raw(msgspec.json.encode({"type": kind, "webhook": name})),
                due_at_ms=clock.now_ms(),
                created_at_ms=clock.now_ms(),
            )
            await app.store.write(changes.apply([Add(row)], now_ms=clock.now_ms()))
            added.append(row.id)
        return added

    return SimpleNamespace(made=made, leave=leave, clock=clock, receiver=receiver)


async def rows(house, ids):
    found = await house.app.store.read(fetch(HookEntry, "WHERE t.id {in ids} ORDER BY t.id", ids=ids))
    return [(row.state, row.attempts, row.error) for row in found]


async def test_it_is_signed_keyed_and_names_the_ticket(house, told, worker):
    ticket = await told()
    ids = await worker.leave(ticket, "crm")
    assert await worker.made().run_once() == 1
    ((path, headers, body),) = worker.receiver.got
    assert path == "/crm"
    assert headers["Idempotency-Key"] == ids[0]
    at_s, _, mac = headers["Switchboard-Signature"].removeprefix("t=").partition(",v1=")
    assert mac == hmac.new(SECRET.encode(), at_s.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert abs(int(at_s) * 1000 - worker.clock.now_ms()) < 2_000
    assert msgspec.json.decode(body) == {"type": "decision", "ticket": ticket["ticket"]["number"], "webhook": "crm"}
    assert await rows(house, ids) == [("sent", 1, None)]
    history = (await get(house, path_of(ticket)))["events"]
    (told_of,) = [event for event in history if event["kind"] == "webhook.state"]
    assert told_of["data"] == {"webhook": "crm", "to": "sent", "attempt": "1"}


async def test_what_failed_is_tried_again_and_holds_what_is_behind_it_for_that_ticket_alone(house, told, worker):
    one, two = await told(), await told()
    first = await worker.leave(one, "crm", "crm", "other")
    second = await worker.leave(two, "crm")
    worker.receiver.answers += [(503, {"Retry-After": "30"})]
    sending = worker.made()
    await sending.run_once()
    keys = [headers["Idempotency-Key"] for _, headers, _ in worker.receiver.got]
    assert first[1] not in keys, "the second word of a ticket waits for the first"
    states = dict(zip(first + second, await rows(house, first + second), strict=True))
    late = [key for key, (state, _, _) in states.items() if state == "queued" and key != first[1]]
    assert len(late) == 1, "one of three calls was answered with 503"
    assert states[late[0]] == ("queued", 1, "the webhook answered 503")
    await sending.run_once()
    worker.clock.advance_to(worker.clock.now_ms() + 29_000)
    before = len(worker.receiver.got)
    await sending.run_once()
    assert late[0] not in [headers["Idempotency-Key"] for _, headers, _ in worker.receiver.got[before:]]
    worker.clock.advance_to(worker.clock.now_ms() + 1_000)
    for _ in range(2):
        await sending.run_once()
    assert [state for state, _, _ in await rows(house, first + second)] == ["sent"] * 4
    taken = [headers["Idempotency-Key"] for _, headers, _ in worker.receiver.got]
    assert taken.index(first[0]) < taken.index(first[1])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("metadata", "169.254.169.254 is not on the public internet; webhooks.private_hosts may name it"),
        ("named", "localhost is not on the public internet; webhooks.private_hosts may name it"),
        ("plain", "its url is not https"),
        ("dots", "its url is no address"),
        ("port", "its url is no address"),
        ("elsewhere", "its url is no address"),
        ("gone", "the rules no longer have a webhook gone"),
    ],
)
async def test_what_may_not_be_called_is_never_called(house, told, worker, name, reason):
    ids = await worker.leave(await told(), name)
    await worker.made().run_once()
    assert await rows(house, ids) == [("dead", 1, reason)]


async def test_an_error_that_nobody_foresaw_is_one_attempt_of_one_word(house, told, worker, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("what nobody foresaw")

    crm, other = await worker.leave(await told(), "crm", "other")
    log = io.StringIO()
    sending = worker.made(log=StructuredLog(worker.clock, log))
    with monkeypatch.context() as broken_now:
        broken_now.setattr(SignedCalls, "post", broken)
        await sending.run_once()
    assert await rows(house, [crm, other]) == [("queued", 1, "the call failed: RuntimeError")] * 2
    lines = list(map(msgspec.json.decode, log.getvalue().splitlines()))
    assert {(line["event"], line["level"], line["row_id"]) for line in lines} == {
        ("rounds.call_failed", "error", row) for row in (crm, other)
    }
    worker.clock.advance_to(worker.clock.now_ms() + 60_000)
    await sending.run_once()
    assert [state for state, _, _ in await rows(house, [crm, other])] == ["sent", "sent"]


async def test_a_webhook_whose_round_fails_is_logged_and_taken_up_again(house, told, worker, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("what nobody foresaw")

    log = io.StringIO()
    ids = await worker.leave(await told(), "crm")
    with monkeypatch.context() as broken_now:
        broken_now.setattr(HookWorker, "_claim", broken)
        running = asyncio.create_task(worker.made(log=StructuredLog(worker.clock, log)).run())
        async with asyncio.timeout(10):
            while not log.getvalue():
                await asyncio.sleep(0)
    assert msgspec.json.decode(log.getvalue().splitlines()[0])["event"] == "hooks.failed"
    await house.app.bus.notify("outbox")
    async with asyncio.timeout(10):
        while [state for state, _, _ in await rows(house, ids)] != ["sent"]:
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_our_own_machine_is_called_only_where_it_is_named(house, told, worker):
    ids = await worker.leave(await told(), "crm")
    await worker.made(private_hosts=()).run_once()
    assert await rows(house, ids) == [("dead", 1, "its url is not https")]
    assert worker.receiver.got == []


@pytest.mark.parametrize(
    ("status", "state"), [(302, "dead"), (400, "dead"), (401, "dead"), (500, "queued"), (429, "queued")]
)
async def test_what_the_receiver_says_decides(house, told, worker, status, state):
    ids = await worker.leave(await told(), "crm")
    worker.receiver.answers.append((status, {"Location": "http://127.0.0.1:1/"} if status == 302 else {}))
    await worker.made().run_once()
    assert await rows(house, ids) == [(state, 1, f"the webhook answered {status}")]
    assert len(worker.receiver.got) == 1, "redirects are not followed"


@pytest.mark.parametrize(("kind", "status", "failed"), [("page", 400, 1), ("page", 500, 0), ("decision", 400, 0)])
async def test_a_page_that_is_given_up_is_counted(house, told, worker, kind, status, failed):
    await worker.leave(await told(), "crm", kind=kind)
    worker.receiver.answers.append((status, {}))
    made = worker.made(metrics=(metrics := Metrics()))
    await made.run_once()
    assert metrics.registry.get_sample_value("switchboard_pages_failed_total", {"way": "webhook"}) == failed


async def test_a_secret_that_is_missing_or_can_be_guessed_waits_for_its_operator(house, told, worker):
    ids = await worker.leave(await told(), "short")
    await worker.made().run_once()
    assert await rows(house, ids) == [("queued", 1, "the secret of webhook short has fewer than 16 characters")]
    worker.clock.advance_to(worker.clock.now_ms() + 60_000)
    await worker.made(SHORT="long enough to be a secret").run_once()
    assert [state for state, _, _ in await rows(house, ids)] == ["sent"]


async def test_a_word_whose_worker_died_is_sent_again_under_its_key(house, told, worker):
    ids = await worker.leave(await told(), "crm")

    claim = hooks.claim("crm", now_ms=worker.clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=1)
    assert len(await house.app.store.write(claim)) == 1, "and that is the last that is heard of this worker"
    assert [state for state, _, _ in await rows(house, ids)] == ["sending"]
    assert await worker.made().run_once() == 0
    worker.clock.advance_to(worker.clock.now_ms() + SEND_LEASE_MS)
    await worker.made().run_once()
    assert await rows(house, ids) == [("sent", 2, None)]


async def test_a_running_worker_sends_what_is_announced(house, told, worker):
    running = asyncio.create_task(worker.made().run())
    ids = await worker.leave(await told(), "crm")
    watch = house.app.bus.watch("events")
    await house.app.bus.notify("outbox")
    async with asyncio.timeout(10):
        while [state for state, _, _ in await rows(house, ids)] != ["sent"]:
            await watch.wait(0.2)
    watch.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_word_that_is_not_answered_holds_up_its_own_ticket_alone(house, told, worker):
    receiver = worker.receiver
    (unanswered, behind) = await worker.leave(await told(), "crm", "crm")
    receiver.silent_about.add(unanswered)
    running = asyncio.create_task(worker.made().run())
    await house.app.bus.notify("outbox")
    async with asyncio.timeout(10):
        while not receiver.got:
            await asyncio.sleep(0.02)
    others = await worker.leave(await told(), "crm", "crm")
    await house.app.bus.notify("outbox")
    async with asyncio.timeout(30):
        while [state for state, _, _ in await rows(house, others)] != ["sent", "sent"]:
            await asyncio.sleep(0.02)
    assert [row[:2] for row in await rows(house, [unanswered, behind])] == [("sending", 1), ("queued", 0)]
    receiver.speaks.set()
    async with asyncio.timeout(10):
        while [state for state, _, _ in await rows(house, [behind])] != ["sent"]:
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
