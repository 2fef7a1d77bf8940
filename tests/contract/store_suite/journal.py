"""Journal: duplicates, order, parking, fences, dead letters."""

import asyncio

import pytest

from router.model.errors import Conflict, Fenced
from router.model.limits import CLOCKS_APART_MS_MAX, PARK_MS_MAX, PARTITIONS
from router.store import journal, leases, media, quarantine, sealed
from router.store.rows import MediaRow, QuarantineRow, SealedRow
from router.store.script import Store
from tests.contract.store_suite.make import NOW, entry, journaled, uid

ALL = range(PARTITIONS)


def keys(rows) -> list[str]:
    return [row.dedupe_key for row in rows]


async def pending(store: Store, *, now_ms: int = NOW, limit: int = 100, partitions=ALL) -> list[str]:
    return keys(await store.read(journal.claim(partitions, limit, now_ms)))


class JournalSuite:
    async def test_a_second_delivery_is_a_duplicate_and_counted(self, store: Store):
        assert await journaled(store, entry("a"), entry("b")) == ["new", "new"]
        assert await journaled(store, entry("b"), entry("c"), entry("b"), entry("c")) == [
            "duplicate",
            "new",
            "duplicate",
            "duplicate",
        ]
        assert await pending(store) == ["a", "b", "c"]
        found = [await store.read(journal.find("email", "default", key)) for key in "abc"]
        assert [row.redeliveries for row in found] == [0, 2, 1]
        assert found[0].last_redelivered_at_ms is None
        assert found[1].last_redelivered_at_ms == NOW

    async def test_the_same_key_on_another_account_is_another_message(self, store: Store):
        assert (
            await journaled(store, entry("a"), entry("a", account="second"), entry("a", channel="api")) == ["new"] * 3
        )

    async def test_a_key_of_any_length_is_told_apart(self, store: Store):
        longest = "\U00020000" * 998
        assert await journaled(store, entry(longest + "a"), entry(longest + "b")) == ["new", "new"]
        assert await journaled(store, entry(longest + "a")) == ["duplicate"]
        assert (await store.read(journal.find("email", "default", longest + "b"))).redeliveries == 0

    async def test_of_many_who_deliver_the_same_at_once_one_is_new(self, store: Store):
        outcomes = await asyncio.gather(*(journaled(store, entry("a"), entry(f"own {n}")) for n in range(12)))
        assert sorted(outcome[0] for outcome in outcomes) == ["duplicate"] * 11 + ["new"]
        assert [outcome[1] for outcome in outcomes] == ["new"] * 12
        assert (await store.read(journal.find("email", "default", "a"))).redeliveries == 11

    async def test_all_that_a_payload_brought_is_committed_together(self, store: Store):
        seals = [
            SealedRow(id=uid(), key_id="k1", data=b"\x00raw", created_at_ms=NOW, expires_at_ms=NOW + 5),
            SealedRow(id=uid(), key_id="k1", data=b"of a duplicate", created_at_ms=NOW, expires_at_ms=NOW + 5),
            SealedRow(id=uid(), key_id="k1", data=b"broken", created_at_ms=NOW),
        ]
        blob = MediaRow(hash="ab" * 32, key_id="k1", size=2, created_at_ms=NOW)
        bad = QuarantineRow(
            id=uid(), channel="email", account="default", received_at_ms=NOW, cause="mime", sealed_id=seals[2].id
        )
        rows = [entry("a", sealed_id=seals[0].id), entry("a", sealed_id=seals[1].id)]
        at = ("email", "default", "INBOX", "7:12")
        for value in ("7:12", "7:13"):
            script = journal.append(
                rows if value == "7:12" else [],
                sealed=seals if value == "7:12" else [],
                files=[blob],
                quarantine=[bad] if value == "7:12" else [],
                cursor=(*at[:3], value),
                now_ms=NOW,
            )
            await store.write(script)
        assert await store.read(journal.cursor("email", "default", "INBOX")) == "7:13"
        assert await store.read(journal.cursor("email", "default", "Spam")) is None
        kept = [await store.read(sealed.get(row.id)) for row in seals]
        assert kept == [seals[0], None, seals[2]]
        assert await store.read(quarantine.listed(limit=10)) == [bad]
        assert await store.read(media.find([blob.hash])) == {blob.hash: blob}

    async def test_a_payload_that_held_a_secret_after_all_is_forgotten(self, store: Store):
        seals = [SealedRow(id=uid(), key_id="k1", data=b"raw", created_at_ms=NOW) for _ in range(2)]
        rows = [entry("a" * 600, sealed_id=seals[0].id), entry("b", sealed_id=seals[1].id), entry("c")]
        await store.write(journal.append(rows, sealed=seals, now_ms=NOW))
        await store.write(journal.forget_payloads([("email", "default", "a" * 600), ("email", "default", "c")]))
        assert [await store.read(sealed.get(row.id)) for row in seals] == [None, seals[1]]
        found = [await store.read(journal.find("email", "default", key)) for key in ("a" * 600, "b", "c")]
        assert [row.sealed_id for row in found] == [None, seals[1].id, None]

    async def test_when_one_row_cannot_be_kept_nothing_is(self, store: Store):
        row = SealedRow(id=uid(), key_id="k1", data=b"x", created_at_ms=NOW)
        with pytest.raises(Conflict):
            await store.write(journal.append([entry("a")], sealed=[row, row], now_ms=NOW))
        assert await pending(store) == []

    async def test_claims_follow_the_journal_and_the_partitions(self, store: Store):
        rows = [entry(f"m{n}", partition=n % 3) for n in range(9)]
        await journaled(store, *reversed(rows))
        assert await pending(store, limit=4) == ["m0", "m1", "m2", "m3"]
        assert await pending(store, partitions=[1, 2]) == ["m1", "m2", "m4", "m5", "m7", "m8"]
        assert await pending(store, partitions=[]) == []

    async def test_a_parked_row_holds_back_its_conversation_only(self, store: Store):
        rows = [entry("a1", conversation="A"), entry("b1", conversation="B"), entry("a2", conversation="A")]
        await journaled(store, *rows)
        await store.write(journal.park(rows[0].id, "boom", not_before_ms=NOW + 10))
        assert await pending(store, now_ms=NOW + 9) == ["b1"]
        assert await pending(store, now_ms=NOW + 10) == ["a1", "b1", "a2"]
        parked = await store.read(journal.show(rows[0].id))
        assert (parked.attempts, parked.error, parked.state) == (1, "boom", "pending")
        await store.write(journal.finish([rows[0].id], fences={}, now_ms=NOW))
        assert await pending(store, now_ms=NOW) == ["b1", "a2"]

    async def test_what_was_parked_by_a_clock_that_was_far_ahead_waits_for_nothing(self, store: Store):
        rows = [entry("a1", conversation="A", received_at_ms=NOW - 50), entry("a2", conversation="A")]
        await journaled(store, *rows)
        far_ms = NOW + PARK_MS_MAX + CLOCKS_APART_MS_MAX
        await store.write(journal.park(rows[0].id, "boom", not_before_ms=far_ms))
        assert await pending(store, now_ms=NOW) == []
        assert await store.read(journal.unprocessed_since(NOW - 10, now_ms=NOW)) == []
        await store.write(journal.park(rows[0].id, "boom", not_before_ms=far_ms + 1))
        assert await pending(store, now_ms=NOW) == ["a1", "a2"]
        ((waiting, _),) = await store.read(journal.unprocessed_since(NOW - 10, now_ms=NOW))
        assert waiting == rows[0].id

    async def test_a_buried_row_lets_the_rest_pass_and_can_come_back(self, store: Store):
        rows = [entry("a1", conversation="A"), entry("a2", conversation="A")]
        await journaled(store, *rows)
        await store.write(journal.bury(rows[0].id, "ValueError"))
        assert await pending(store) == ["a2"]
        assert keys(await store.read(journal.dead(limit=10))) == ["a1"]
        assert await store.write(journal.replay(rows[0].id)) is True
        assert await store.write(journal.replay(rows[0].id)) is False
        back = await store.read(journal.show(rows[0].id))
        assert (back.state, back.attempts, back.entry) == ("pending", 0, rows[0].entry)
        assert await pending(store) == ["a1", "a2"]

    async def test_done_is_done_once_and_its_content_goes(self, store: Store):
        row = entry("a")
        await journaled(store, row)
        await store.write(journal.finish([row.id], fences={}, now_ms=NOW + 3))
        done = await store.read(journal.show(row.id))
        assert (done.state, done.entry, done.routed_at_ms) == ("done", None, NOW + 3)
        with pytest.raises(Conflict):
            await store.write(journal.finish([row.id], fences={}, now_ms=NOW + 4))
        assert await journaled(store, entry("a")) == ["duplicate"]

    async def test_a_lost_partition_fences_every_step(self, store: Store):
        row = entry("a", partition=7)
        await journaled(store, row)
        token = (await store.write(leases.acquire("one", now_ms=NOW, lease_ms=100)))[7]
        await store.write(leases.acquire("other", now_ms=NOW + 200, lease_ms=100))
        for script in (
            journal.finish([row.id], fences={7: token}, now_ms=NOW),
            journal.park(row.id, "x", not_before_ms=NOW, fences={7: token}),
            journal.bury(row.id, "x", fences={7: token}),
        ):
            with pytest.raises(Fenced):
                await store.write(script)
        assert (await store.read(journal.show(row.id))).attempts == 0

    async def test_the_sweeper_sees_what_waits_too_long(self, store: Store):
        rows = [entry("old", received_at_ms=NOW - 50), entry("new"), entry("done", received_at_ms=NOW - 60)]
        await journaled(store, *rows, entry("next of its partition", received_at_ms=NOW - 49))
        assert await store.read(journal.backlog()) == 4
        await store.write(journal.finish([rows[2].id], fences={}, now_ms=NOW))
        assert [tuple(row) for row in await store.read(journal.unprocessed_since(NOW - 10, now_ms=NOW))] == [
            (rows[0].id, 3)
        ]
        assert await store.read(journal.oldest_pending()) == NOW - 50
        await store.write(journal.park(rows[0].id, "x", not_before_ms=NOW + 5))
        assert rows[0].id not in {row[0] for row in await store.read(journal.unprocessed_since(NOW - 10, now_ms=NOW))}
        assert rows[0].id in {row[0] for row in await store.read(journal.unprocessed_since(NOW - 10, now_ms=NOW + 5))}
        assert keys(await store.read(journal.find_message("done"))) == ["done"]

    async def test_a_decided_quarantine_row_lets_its_payload_expire(self, store: Store):
        raw = SealedRow(id=uid(), key_id="k1", data=b"x", created_at_ms=NOW)
        bad = QuarantineRow(
            id=uid(), channel="email", account="default", received_at_ms=NOW, cause="mime", sealed_id=raw.id
        )
        await store.write(journal.append([], sealed=[raw], quarantine=[bad], now_ms=NOW))
        assert await store.read(quarantine.count_waiting()) == 1
        assert await store.write(sealed.expire(now_ms=NOW + 1_000)) == 0
        assert await store.write(quarantine.resolve(bad.id, "expired", now_ms=NOW, forget_at_ms=NOW + 7)) is True
        assert await store.write(quarantine.resolve(bad.id, "replayed", now_ms=NOW, forget_at_ms=NOW)) is False
        assert (await store.read(quarantine.get(bad.id))).state == "expired"
        assert await store.write(sealed.expire(now_ms=NOW + 6)) == 0
        assert await store.write(sealed.expire(now_ms=NOW + 7)) == 1
        assert await store.read(sealed.get(raw.id)) is None
