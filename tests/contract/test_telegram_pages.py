"""Pages by a Telegram bot, over a socket: no word of a customer, tried again, and a dead token is told once."""

import asyncio
import io
import json

import pytest

from connectors.email.manifest import MANIFEST
from router.bus.local import LocalBus
from router.cli import doctor_command
from router.clock import TimedIds, VirtualClock
from router.config import Config, OncallConfig, SecretsConfig, TelegramConfig
from router.flow.channels import Channel, Channels
from router.flow.ladders import Ladders
from router.flow.pages import PageWorker
from router.flow.references import References
from router.flow.rulebook import Rulebook
from router.flow.telegram import TelegramBot
from router.model.alarms import PageEntry
from router.model.changes import Save
from router.model.limits import SEND_LEASE_MS
from router.model.tables import Ticket
from router.store import alarms, changes, inbox, migrate
from router.store.script import fetch
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics, StructuredLog
from tests.contract.store_suite.make import NOW, Case, newer, put
from tests.servers.mail_house import MailHouse
from tests.servers.telegram import TOKEN, TelegramServer, too_many

GROUP = -1_001_234_567_890
RULES = """
version: 1
queues: {general: {default: true}, emergency: {}}
oncall:
  all: {steps: %s}
"""
CHAT_FIRST = "[{telegram: %s, within: 2m}, {browser: true, within: 9m}]"
DAY_MS = 86_400_000


MAIL_FIRST = "[{email: boss@wallet.example, within: 1m}, {telegram: %s, within: 9m}]"


def ringing(name):
    return Case(
        name, text="my secret sorrow", queue="emergency", urgency="critical", urgency_rank=3, alarm_since_ms=NOW
    )


class Desk:
    """A ticket that rings, whose first step is a chat; the page has been written."""

    def __init__(self, store, bot_url, chat, token, base, steps, channels):
        self.clock, self.log, self.metrics = VirtualClock(NOW), io.StringIO(), Metrics()
        self.case = ringing("Ann")
        parts = {"store": store, "bus": LocalBus(), "clock": self.clock}
        self.store, log = store, StructuredLog(self.clock, self.log)
        rulebook = Rulebook.of({"rules.yaml": (RULES % (steps % chat)).encode()})
        self.sweeper = Ladders(**parts, rulebook=rulebook, ids=TimedIds(self.clock, seed=1), metrics=Metrics(), log=log)
        self.worker = PageWorker(
            **parts,
            channels=Channels(channels),
            telegram=None if token is None else TelegramBot(token=token, base_url=bot_url, log=log),
            references=References(base, {"ONCALL_CHAT": str(GROUP)}),
            public_url="https://desk.example",
            jitter=lambda: 0.5,
            metrics=self.metrics,
            log=log,
        )

    async def work(self, rounds=1):
        """Let the worker try, each time when it is due."""
        for _ in range(rounds):
            await self.worker.run_once()
            self.clock.advance_to(self.clock.now_ms() + DAY_MS)

    @property
    def failed(self):
        """How many pages of the chat the metrics tell were given up."""
        return self.metrics.registry.get_sample_value("switchboard_pages_failed_total", {"way": "telegram"})

    async def page(self):
        detail = await self.store.read(inbox.detail(None, self.case.ticket.id))
        (page,) = [page for page in detail.pages if page.kind == "telegram"]
        return page, [event for event in detail.events if event.kind == "page.state"]

    def logged(self):
        return [json.loads(line)["event"] for line in self.log.getvalue().splitlines()]


@pytest.fixture
async def server():
    made = TelegramServer(GROUP, "@oncall_wallet")
    made.url = await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def desk(tmp_path, server):
    store = await SqliteStore.open(tmp_path / "house.db")
    await store.write(migrate.migrate("sqlite", now_ms=1))

    async def begun(chat="env:ONCALL_CHAT", token=TOKEN, steps=CHAT_FIRST, channels=()):
        made = Desk(store, server.url, chat, token, tmp_path, steps, channels)
        await put(store, made.case)
        await made.sweeper.run_once()
        return made

    yield begun
    await store.close()


@pytest.mark.parametrize(
    ("chat", "to"), [("env:ONCALL_CHAT", GROUP), (GROUP, GROUP), ('"@oncall_wallet"', "@oncall_wallet")]
)
async def test_a_page_says_number_urgency_queue_and_where_and_no_word_of_the_customer(desk, server, chat, to):
    made = await desk(chat)
    await made.work(2)
    (said,) = server.sent
    assert said["chat_id"] == to
    assert said["text"] == (
        "T-1001 is critical, in the queue emergency, and nobody has accepted it yet. Accept it here:\n"
        "T-1001 为紧急工单，队列 emergency，尚无人接单。请在这里接单：\n\nhttps://desk.example/inbox/critical/T-1001\n"
    )
    page, told = await made.page()
    assert (page.state, page.attempts, page.error) == ("sent", 1, None)
    assert [event.data["state"] for event in told] == ["sent"]
    assert TOKEN not in made.log.getvalue()


async def test_who_is_told_to_wait_waits_so_long(desk, server):
    made = await desk()
    server.answers.append(too_many(3_000))
    await made.worker.run_once()
    page, _ = await made.page()
    assert (page.state, page.due_at_ms) == ("queued", NOW + 3_000_000)
    made.clock.advance_to(NOW + 2_999_999)
    assert await made.worker.run_once() == 0
    made.clock.advance_to(NOW + 3_000_000)
    assert await made.worker.run_once() == 1
    assert len(server.sent) == 1


@pytest.mark.parametrize("trouble", [(500, {"ok": False}), (502, {}), "rubbish"])
async def test_what_fails_over_there_is_tried_again(desk, server, trouble):
    made = await desk()
    server.answers.append(trouble)
    await made.work(2)
    page, _ = await made.page()
    assert (page.state, page.attempts) == ("sent", 2)


async def test_whoever_does_not_answer_is_asked_again_and_the_attempts_end(desk, server):
    made = await desk()
    await server.stop()
    await made.work(13)
    page, told = await made.page()
    assert (page.state, page.attempts, page.error, made.failed) == ("dead", 12, "Telegram did not answer", 1)
    assert [event.data for event in told] == [{"to": "telegram:env:ONCALL_CHAT", "state": "dead", "attempt": "12"}]


async def test_a_lost_answer_may_say_it_twice_rather_than_never(desk, server):
    made = await desk()
    server.answers.append("lost")
    await made.work(2)
    assert (len(server.sent), (await made.page())[0].state) == (2, "sent")


async def test_an_answer_that_comes_in_pieces_is_read_whole(desk, server):
    made = await desk()
    server.answers.append("pieces")
    await made.work(2)
    assert (len(server.sent), (await made.page())[0].state) == (1, "sent")


async def test_a_dead_token_is_told_to_the_operator_once_and_never_in_clear(desk, server):
    made = await desk(token=TOKEN[:-1] + "X")
    await made.work(3)
    assert made.logged() == ["pages.telegram_token_refused"]
    page, _ = await made.page()
    assert (page.state, page.attempts) == ("queued", 3)
    assert page.error == "Telegram refuses our token: Telegram answered 401: Unauthorized"
    assert TOKEN[10:-1] not in made.log.getvalue() + page.error
    await made.work(10)
    assert made.logged() == ["pages.telegram_token_refused"]
    assert (await made.page())[0].state == "dead"


@pytest.mark.parametrize(("token", "state"), [(TOKEN, "ok"), (TOKEN[:-1] + "X", "error")])
async def test_doctor_asks_telegram_by_day_and_writes_to_nobody(server, token, state):
    telegram = TelegramConfig(token=token, base_url=server.url)
    secrets = SecretsConfig(seal_keys={"k": "11" * 32}, seal_key="k", signing_key="22" * 32)
    (found,) = await doctor_command._bot(Config(secrets=secrets, oncall=OncallConfig(telegram=telegram)))
    assert (found.state, token[10:] in found.text) == (state, False)
    assert ("oncall_bot" in found.text) is (state == "ok")
    assert server.sent == []


async def test_a_chat_that_is_not_there_is_told_at_once(desk, server):
    made = await desk(-99)
    await made.work(2)
    page, told = await made.page()
    assert (page.state, page.attempts) == ("dead", 1)
    assert page.error == "Telegram answered 400: Bad Request: chat not found"
    assert told[0].data == {"to": "telegram:-99", "state": "dead", "attempt": "1"}


async def test_a_group_that_moved_is_followed(desk, server):
    server.migrated[-77] = GROUP
    made = await desk(-77)
    await made.work()
    assert [said["chat_id"] for said in server.sent] == [GROUP]
    assert made.logged() == ["pages.telegram_chat_moved"]


async def test_without_a_bot_it_is_told(desk, server):
    made = await desk(token=None)
    await made.work()
    page, _ = await made.page()
    assert (page.state, page.error) == ("dead", "no bot is configured (oncall.telegram of switchboard.yaml)")


async def test_a_chat_that_the_environment_does_not_name_is_waited_for(desk, server):
    made = await desk("env:NIGHT_CHAT")
    await made.work()
    page, _ = await made.page()
    assert (page.state, page.error) == ("queued", "the environment has no variable NIGHT_CHAT")


async def test_once_accepted_nobody_is_called_to_it_by_an_attempt_that_comes_late(desk, server):
    made = await desk()
    server.answers.append(too_many(3_000))
    await made.work()
    (ticket,) = await made.store.read(fetch(Ticket))
    accepted = newer(ticket, alarm_since_ms=None, accepted_by="mei")
    await made.store.write(changes.apply([Save(accepted)], now_ms=NOW))
    await made.work()
    page, _ = await made.page()
    assert (page.state, page.error, server.sent) == ("dead", "nobody has to accept it any more", [])
    assert made.failed == 0


async def test_a_worker_killed_while_it_wrote_is_followed_by_another(desk, server):
    made = await desk()
    dead = await made.store.write(
        alarms.claim_pages("telegram", is_again=False, now_ms=NOW, lease_ms=SEND_LEASE_MS, limit=9)
    )
    assert len(dead) == 1
    assert await made.worker.run_once() == 0
    made.clock.advance_to(NOW + SEND_LEASE_MS)
    assert await made.worker.run_once() == 1
    assert len(server.sent) == 1


async def sent_to_chats(made, server, count):
    """Let the worker run until so many messages stand in chats; what the pages are that it has in hand then."""
    working = asyncio.create_task(made.worker.run())
    try:
        while len(server.sent) < count:
            await asyncio.sleep(0.02)
        return await made.store.read(fetch(PageEntry, "WHERE t.state = 'sending'"))
    finally:
        server.speaks.set()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_a_mail_server_that_hangs_delays_no_chat(desk, server, smtp_sink):
    smtp = {"host": "127.0.0.1", "port": smtp_sink.port, "tls": "none"}
    imap = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": "x", "password": "y"}
    connector = MailHouse().connector(address="help@wallet.example", imap=imap, smtp=smtp)
    mail = Channel(account="default", manifest=MANIFEST, capabilities=MANIFEST.capabilities, connector=connector)
    made = await desk(steps=MAIL_FIRST, channels=[mail])
    smtp_sink.hold_next()

    async def climb():
        await smtp_sink.wait_for(1)
        made.clock.advance_to(NOW + 60_000)
        await made.sweeper.run_once()

    climbing = asyncio.create_task(climb())
    hanging = await sent_to_chats(made, server, 1)
    await climbing
    assert "email" in {page.kind for page in hanging}
    smtp_sink.release()
    await connector.close()


async def test_old_pages_that_hang_delay_no_new_one(desk, server):
    made = await desk()
    await put(made.store, *(ringing(f"old {number}") for number in range(7)))
    await made.sweeper.run_once()
    server.answers += [(500, {"ok": False})] * 8
    await made.work()
    server.answers += ["silence"] * 8

    async def ring():
        while server.answers:
            await asyncio.sleep(0.02)
        await put(made.store, ringing("new"))
        await made.sweeper.run_once()

    ringing_ = asyncio.create_task(ring())
    hanging = await sent_to_chats(made, server, 1)
    await ringing_
    assert [page.attempts for page in hanging if page.attempts > 1] == [2] * 8
