"""A flood through the real door and two route workers at once: bounds hold, nobody is silenced, nothing is lost."""

import asyncio
import json
from pathlib import Path

from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.connector import RawEvent
from router.flow.abuse import Abuse
from router.flow.channels import Channel, Channels
from router.flow.intake import Door
from router.flow.leases import Leases
from router.flow.route import RouteWorker
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.model.limits import RELEASED_MAX, ROUTE_BATCH_MAX
from router.store import blocks, channel_load
from router.store.script import Store, select
from router.telemetry import Metrics, SilentLog
from tests.contract.store_suite.make import NOW
from tests.servers.media import media_in
from tests.simulation.lives import Provider

RULES = """\
version: 1
queues: {general: {default: true}, emergency: {emergency: true}}
templates: {receipt: {en: "We have it as {{ticket.number}}."}}
abuse: {sender: {messages: 20, within: 10m, hold: 50}, channel: {messages: 300, within: 10m}}
rules:
  - {id: stolen, when: {message.text|has: stolen}, then: {urgency: critical, queue: emergency}}
"""
SPAM = "Dear friend, send your coins to our wonderful new wallet and get twice as much"
FLOODER, VICTIM, STRANGERS, SPAMMERS = 1_200, 120, 900, 80
SENDERS = STRANGERS + SPAMMERS


class House:
    """Two workers over one database, each with a connection of its own."""

    def __init__(self, folder: Path, *stores: Store) -> None:
        self.clock = VirtualClock(NOW)
        manifest = Provider("plain", []).manifest()
        channel = Channel(
            account="default", manifest=manifest, capabilities=manifest.capabilities, connector=Provider("plain", [])
        )
        keys = Keyring({"k": bytes(32)}, "k", bytes(32))
        self.stores, self.metrics = stores, Metrics()
        said = {"metrics": self.metrics, "log": SilentLog(), "clock": self.clock}
        rulebook = Rulebook.of({"rules.yaml": RULES.encode()})
        ids = [TimedIds(self.clock, seed=n) for n in range(3)]
        media = media_in(folder, store=stores[0], keys=keys, clock=self.clock, ids=ids[0])
        door = Door(store=stores[0], bus=LocalBus(), rulebook=rulebook, media=media, keys=keys, ids=ids[0], **said)
        self.inlet = door.inlet(manifest, "default")
        self.leases = [
            Leases(f"worker-{n}", store=store, clock=self.clock, log=said["log"]) for n, store in enumerate(stores)
        ]
        self.workers = [
            RouteWorker(
                store=store,
                bus=LocalBus(),
                rulebook=rulebook,
                keys=keys,
                channels=Channels([channel]),
                leases=leases,
                ids=ids[n + 1],
                **said,
            )
            for n, (store, leases) in enumerate(zip(stores, self.leases, strict=True))
        ]
        self.abuse = Abuse(store=stores[0], bus=LocalBus(), clock=self.clock, ids=ids[0])

    async def take(self, told: list[dict]) -> None:
        for at in range(0, len(told), 500):
            await self.inlet.accept([RawEvent(body=json.dumps(one).encode()) for one in told[at : at + 500]])

    async def route(self) -> None:
        """Both at once, until nothing waits."""
        for _ in range(2):  # the second round gives each its share
            for leases in self.leases:
                await leases.refresh()
        assert all(leases.held() for leases in self.leases)
        while any(await asyncio.gather(*(worker.run_once() for worker in self.workers))):
            pass

    async def one(self, sql: str, **params) -> int:
        return (await self.stores[0].read(select(sql, **params)))[0][0]


def told(sender: str, number: int, text: str) -> dict:
    return {
        "channel": "telegram",
        "message_id": f"{sender}-{number}",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": sender},
        "text": text,
    }


def everything() -> list[dict]:
    """All at once, and in turns, as they would come."""
    flood = [told("flooder", n, f"buy coin number {n} of ours") for n in range(FLOODER)]
    panic = [
        told("victim", n, f"please answer me, {n}" if n % 40 else "my coins were stolen") for n in range(1, VICTIM)
    ]
    crowd = [told(f"s{n}", 0, f"the app does not open, my device is model {n}") for n in range(STRANGERS)]
    spam = [told(f"spam{n}", 0, SPAM) for n in range(SPAMMERS)]
    return [one for at in range(FLOODER) for part in (flood, panic, crowd, spam) for one in part[at : at + 1]]


class FloodsSuite:
    async def test_bounds_hold_nobody_is_silenced_and_nothing_is_lost(self, store: Store, other: Store, tmp_path: Path):
        house = House(tmp_path, store, other)
        accepted = everything()
        await house.take(accepted)
        await house.route()

        states = dict(await store.read(select("SELECT state, COUNT(*) FROM journal GROUP BY state")))
        assert states.keys() == {"done", "held"}
        assert sum(states.values()) == len(accepted)
        filed = await house.one("SELECT COUNT(*) FROM messages WHERE kind = 'inbound'")
        assert filed == states["done"]
        assert (await store.read(blocks.count_held())).held == min(states["held"], blocks.COUNTED_MAX)

        # A sender: one ticket, no more in it than the quota lets through.
        who = "JOIN identities AS i ON i.contact_id = t.contact_id WHERE i.value = :who"
        of = f"FROM tickets AS t {who}"
        assert await house.one(f"SELECT COUNT(*) {of}", who="flooder") <= 20
        assert await house.one(f"SELECT COUNT(*) FROM messages AS t {who} AND t.kind = 'inbound'", who="flooder") == 50
        # A victim: everything up to the bound, and the cry for help that came after it, which rings.
        assert await house.one(f"SELECT COUNT(*) {of} AND t.alarm_since_ms IS NOT NULL", who="victim") == 1
        # A channel: a ticket for everybody; answers no more than its quota and what workers did not see of each other.
        for who in ("s0", f"s{STRANGERS - 1}", "spam0", f"spam{SPAMMERS - 1}"):
            assert await house.one(f"SELECT COUNT(*) {of}", who=who) == 1
        answers = await house.one("SELECT COUNT(*) FROM messages WHERE kind = 'reply'")
        assert 0 < answers <= 300 + 2 * len(house.workers) * ROUTE_BATCH_MAX
        (load,) = await store.read(channel_load.over(now_ms=house.clock.now_ms()))
        # Of each flooder it counts what the sender's own quota lets pass: nobody silences a channel alone.
        assert (load.messages, load.withheld > 0) == (SENDERS + 2 * 20, True)
        # Many with one text: related, never joined.
        ticket, contact = (await store.read(select(f"SELECT t.id, t.contact_id {of}", who="spam3")))[0]
        assert await store.read(blocks.same_text(ticket, contact, 1_000)) == SPAMMERS - 1

        await self.let_through(house, len(accepted))

    async def let_through(self, house: House, accepted: int) -> None:
        """All that was held becomes messages, each once."""
        while lines := await house.stores[0].read(blocks.held_messages(limit=RELEASED_MAX)):
            await house.abuse.release([line.held.id for line in lines], "agent:mei")
        await house.route()
        assert await house.one("SELECT COUNT(*) FROM journal WHERE state <> 'done'") == 0
        found = "SELECT COUNT(DISTINCT external_id) FROM messages WHERE kind = 'inbound'"
        assert await house.one(found) == await house.one(found.replace("DISTINCT ", "")) == accepted
