"""A person is erased: nothing that is theirs rests anywhere, nothing else is lost, wherever the work is cut off."""

import asyncio

import msgspec
import pytest

from router.blobs.folder import FolderBlobs
from router.bus.local import LocalBus
from router.clock import TimedIds, VirtualClock
from router.core import remedies
from router.core.replies import decide_note
from router.flow.erasure import Erasures
from router.flow.intake import hashed_key
from router.flow.media import GRACE_MS, Media
from router.model.abuse import Held
from router.model.actions import ActionEntry
from router.model.changes import Add, Record
from router.model.errors import Conflict, Refused, StoreUnavailable
from router.model.ids import EventId
from router.model.limits import SEND_LEASE_MS
from router.model.tables import Event, Identity, Participant
from router.store import actions, blocks, changes, commands, dossier, erasing, journal, outbox
from router.store import erasure as store_erasure
from router.store.rows import SealedRow
from router.store.script import Script, Store, run, select
from router.telemetry import SilentLog
from rules.backend import ActionSpec
from rules.redact import redact
from tests.contract.store_suite.known import KEYS, MARK, Life
from tests.contract.store_suite.make import NOW, Case, agent, entry, newer, put, said, uid


class Cut:
    """A store whose process dies at its n-th write; or one that has an `error` of its own there."""

    def __init__(self, store: Store, writes: int, error: Exception | None = None) -> None:
        self._store, self._left, self._error = store, writes, error
        self.dialect, self.read = store.dialect, store.read

    async def write(self, script: Script):
        if self._left == 0:
            self._left -= self._error is not None
            raise self._error or StoreUnavailable("the process dies here")
        self._left -= 1
        return await self._store.write(script)

    async def compact(self, bytes_max: int | None = None) -> bool:
        return await self._store.compact(bytes_max)

    async def empty_log(self) -> None:
        await self._store.empty_log()


def erasures(
    store: Store, tmp_path, *, now_ms: int = NOW + GRACE_MS + 60_000, clock: VirtualClock | None = None
) -> Erasures:
    clock = clock or VirtualClock(now_ms)
    ids = TimedIds(clock, seed=7)
    kept = Media(store=store, blobs=FolderBlobs(tmp_path / "media"), keys=KEYS, clock=clock, ids=ids)
    return Erasures(store=store, bus=LocalBus(), media=kept, keys=KEYS, clock=clock, ids=ids, log=SilentLog())


async def whole(store: Store) -> dict[str, list[str]]:
    """Every row of every table as text."""
    tables = await store.read(
        select(
            "{sqlite SELECT name FROM sqlite_master WHERE type = 'table'}"
            "{pg SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))}"
        )
    )
    found: dict[str, list[str]] = {}
    for (name,) in tables:
        rows = await store.read(select(f"SELECT * FROM {name}"))
        found[name] = [" ".join(_text(value) for value in row) for row in rows]
    return found


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


async def naming(store: Store, word: str) -> list[str]:
    """Tables that hold a word."""
    found = await whole(store)
    return sorted(name for name, rows in found.items() if any(word in row.casefold() for row in rows))


class ErasureSuite:
    async def test_nothing_of_theirs_is_left_and_everything_of_others(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        held = await naming(store, MARK)
        assert {"contacts", "identities", "messages", "tickets", "journal", "events", "claims", "blocks"} <= set(held)
        others = await whole(store)
        made = await erasures(store, tmp_path).erase(life.one.contact.id, "agent:x")
        assert (made.erasure.state, made.compacted) == ("done", True)
        assert await naming(store, MARK) == []
        assert await naming(store, life.own.hash) == []
        assert set(await naming(store, life.shared.hash)) == {"media", "messages"}
        sealed = select("SELECT id FROM sealed WHERE id {in ids}", ids=[life.one.outbox.id, life.two.outbox.id])
        assert await store.read(sealed) == [(life.two.outbox.id,)], "what a correction held goes with it"
        kept = await whole(store)
        for name, rows in others.items():
            theirs = [row for row in rows if "wombat" in row or "bo@" in row or "user-bo" in row]
            if name not in {"claims", "search_index_data"}:
                assert set(theirs) <= set(kept[name]), name
        assert [row for row in kept["claims"] if "bo" in row], "what they said of themselves"
        waiting = await store.read(select("SELECT dedupe_key FROM journal WHERE state = 'pending'"))
        assert waiting == [("later of bo@example.org",)]

    async def test_what_is_held_under_an_address_that_nothing_was_filed_from_goes_too(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        key = store_erasure.key_of("telegram", "default", "99")
        rows = [
            entry("new", conversation=key, channel="telegram", entry=said(f"{MARK} on another channel")),
            entry("bo", conversation="bo's", channel="telegram", entry=said("wombat on another channel")),
        ]
        await store.write(journal.append(rows, now_ms=NOW))
        whose = (life.one.contact.id, life.two.contact.id)
        held = [
            Held(
                id=uid(), journal_id=row.id, reason="blocked", contact_id=contact, channel="telegram",
                account="default", received_at_ms=NOW,
            )
            for row, contact in zip(rows, whose, strict=True)
        ]  # fmt: skip
        await store.write(changes.apply(list(map(Add, held)), journal_ids=[row.id for row in rows], now_ms=NOW))
        assert {"held_text", "journal"} <= set(await naming(store, MARK))
        await erasures(store, tmp_path).erase(life.one.contact.id, "agent:x")
        assert await naming(store, MARK) == []
        (line,) = await store.read(blocks.held_messages(text="another channel"))
        assert line.held == held[1]

    async def test_what_stays_counts_and_says_by_whom(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        ((number,),) = await store.read(select("SELECT number FROM tickets WHERE id = :id", id=life.one.ticket.id))
        seen = life.one.event("file.opened", life.one.message, actor="agent:mei", data={"file": "f1"})
        await store.write(changes.apply([Record(seen)], now_ms=NOW))
        await erasures(store, tmp_path).erase(f"{life.one.contact.id}", "agent:x")
        found = await store.read(
            select(
                "SELECT number, queue, urgency, state, state_reason, created_at_ms, erased_by, subject, tags "
                "FROM tickets WHERE id = :id",
                id=life.one.ticket.id,
            )
        )
        assert found == [(number, "general", "normal", "closed", "erased", NOW, "agent:x", "", "[]")]
        said = await store.read(
            select(
                "SELECT kind, text, reaction, state, sent_at_ms FROM messages WHERE ticket_id = :id ORDER BY id",
                id=life.one.ticket.id,
            )
        )
        assert said == [("inbound", "", "", "deleted", NOW), ("reply", "", "", "deleted", NOW)]
        told = await store.read(
            select("SELECT kind, actor, data FROM events WHERE ticket_id = :id ORDER BY id", id=life.one.ticket.id)
        )
        assert ("ticket.state", "system", '{"from":"new","to":"open"}') in told
        assert ("file.opened", "agent:mei", "{}") in told
        assert told[-1] == ("contact.erased", "agent:x", '{"from":"new","to":"closed"}')
        assert await store.read(select("SELECT state FROM outbox WHERE ticket_id = :id", id=life.one.ticket.id)) == [
            ("cancelled",)
        ]

    async def test_one_that_fails_for_a_reason_of_its_own_keeps_no_other_waiting(self, store: Store, tmp_path):
        cases = [Case("Ann"), Case("Bo")]
        await put(store, *cases)
        for case in cases:
            begun = store_erasure.begin(case.contact.id, erasure_id=uid(), actor="x", force=False, now_ms=NOW)
            await store.write(begun)
        clock = VirtualClock(NOW + 60_000)
        working = erasures(Cut(store, 0, OverflowError()), tmp_path, clock=clock)
        for at_ms, first in ((NOW + 60_000, "running"), (NOW + 61_000, "running"), (NOW + 63_000, "done")):
            clock.advance_to(at_ms)
            await working.go_on()
            assert await store.read(select("SELECT state FROM erasures ORDER BY id")) == [(first,), ("done",)]

    async def test_a_reply_that_could_not_be_delivered_waits_for_nobody_to_send_it_again(self, store: Store, tmp_path):
        case, other = Case("Ann"), Case("Bo")
        await put(store, case, other)
        await store.write(run("UPDATE outbox SET state = 'dead', error = 'no such user'"))
        await erasures(store, tmp_path).erase(case.contact.id, "agent:x")
        assert [row.id for row in await store.read(outbox.undelivered(limit=9))] == [other.outbox.id]

    async def test_files_go_unless_others_refer_to_them(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        await erasures(store, tmp_path, now_ms=NOW).erase(life.one.contact.id, "system")
        clock = VirtualClock(NOW + GRACE_MS + 60_000)
        later = Media(
            store=store, blobs=FolderBlobs(tmp_path / "media"), keys=KEYS, clock=clock, ids=TimedIds(clock, seed=1)
        )
        await later.tidy()
        left = {path.name for path in (tmp_path / "media").rglob("*") if path.is_file()}
        assert life.own.hash not in left
        assert {life.shared.hash, life.draft.hash} <= left

    async def test_cut_off_anywhere_it_is_ended_by_whoever_comes(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        at = 0
        while True:
            try:
                await erasures(Cut(store, at), tmp_path).erase(life.one.contact.id, "system")
                break
            except StoreUnavailable:
                at += 1
        assert at >= 8, "as many transactions as there are kinds of things, and each was cut off before"
        assert await naming(store, MARK) == []

    async def test_the_sweeper_takes_it_up(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        with pytest.raises(StoreUnavailable):
            await erasures(Cut(store, 2), tmp_path).erase(life.one.contact.id, "system")
        assert await naming(store, MARK) != []
        await erasures(store, tmp_path).go_on()
        assert await naming(store, MARK) != [], "whoever began it may still be at it"
        await erasures(store, tmp_path, now_ms=NOW + 2 * GRACE_MS).go_on()
        assert await naming(store, MARK) == []
        assert await store.read(select("SELECT state, work FROM erasures")) == [("done", None)]

    async def test_what_is_delivered_again_stays_away(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        await erasures(store, tmp_path).erase(life.one.contact.id, "system")
        before = await store.read(select("SELECT COUNT(*) FROM journal"))
        again = [f"<{MARK}@mail>", f"edit of {life.one.address}", f"later of {life.one.address}", "new"]
        sealed = [SealedRow(id=f"again {at}", key_id="k1", data=b"x", created_at_ms=NOW) for at in range(4)]
        rows = [entry(key, sealed_id=row.id) for key, row in zip(again, sealed, strict=True)]
        hashed = [hashed_key(KEYS, "email", "default", key) for key in again]
        verdicts = await store.write(journal.append(rows, sealed=sealed, hashed=hashed, now_ms=NOW))
        assert verdicts == ["duplicate", "duplicate", "duplicate", "new"]
        assert await store.read(select("SELECT COUNT(*) FROM journal")) == [(before[0][0] + 1,)]
        assert await store.read(journal.find("email", "default", again[0])) is None
        assert await store.read(journal.find("email", "default", again[0], hashed[0])) is not None
        assert await store.read(select("SELECT id FROM sealed WHERE id LIKE 'again %'")) == [("again 3",)]
        assert await naming(store, MARK) == []

    async def test_what_is_noted_in_the_same_moment_comes_too_late(self, store: Store, tmp_path):
        case, mei = Case("Ann"), agent("mei")
        await put(store, case)
        await store.write(changes.apply([Add(mei)], now_ms=NOW))
        facts = await store.read(commands.reply_facts(case.ticket.id, EventId(0)))
        words, ids = redact("she has moved to Lyon", visibility="private"), TimedIds(VirtualClock(NOW), seed=8)
        _, noted = decide_note(facts, words.text, "k", words, mei, now_ms=NOW, ids=ids)
        await erasures(store, tmp_path).erase(case.contact.id, "agent:x")
        with pytest.raises(Conflict):
            await store.write(changes.apply(noted, now_ms=NOW))
        assert await naming(store, "lyon") == []

    @pytest.mark.parametrize("act", ["propose", "approve", "retry"])
    async def test_what_is_asked_for_in_the_same_moment_comes_too_late(self, store: Store, tmp_path, act: str):
        case, spec = Case("Ann"), ActionSpec(name="freeze", names={"en": "Freeze"}, url="https://x", secret="env:X")
        row = ActionEntry(
            id=uid(), ticket_id=case.ticket.id, contact_id=case.contact.id, action="freeze", proposed_by="agent:mei",
            state="failed" if act == "retry" else "proposed", account="user-ann", due_at_ms=NOW, created_at_ms=NOW,
        )  # fmt: skip
        app = Identity(
            id=uid(), contact_id=case.contact.id, kind="user_id", value="user-ann", proof="app", created_at_ms=NOW
        )
        await put(store, case)
        await store.write(changes.apply([Add(app), *([] if act == "propose" else [Add(row)])], now_ms=NOW))
        facts = await store.read(actions.facts(case.ticket.id))
        if act == "propose":
            ids = TimedIds(VirtualClock(NOW), seed=8)
            _, asked = remedies.propose(spec, facts.ticket, facts.identities, [], "mei", now_ms=NOW, ids=ids)
        elif act == "approve":
            asked = remedies.approve(row, spec, facts.ticket, facts.identities, "joe", now_ms=NOW)
        else:
            asked = remedies.retry(row, spec, facts.ticket, [], "joe", now_ms=NOW)
        begun = store_erasure.begin(case.contact.id, erasure_id=uid(), actor="x", force=False, now_ms=NOW)
        await store.write(begun)
        with pytest.raises(Conflict):
            await store.write(changes.apply(asked, now_ms=NOW))
        facts = await store.read(actions.facts(case.ticket.id))
        with pytest.raises(Refused, match="erased"):
            remedies.retry(newer(row, state="failed"), spec, facts.ticket, [], "joe", now_ms=NOW)

    async def test_they_are_nobody_we_know(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        number = (await store.read(dossier.by_name(life.one.contact.id))).number
        await erasures(store, tmp_path).erase(f"C-{number}", "system")
        assert await store.read(dossier.holder(("email", life.one.address))) is None
        assert await store.read(dossier.find(MARK)) == []
        found = await store.read(dossier.by_name(f"C-{number}"))
        assert (found.name, found.key, found.erased_at_ms is not None) == (None, None, True)

    async def test_an_alarm_that_rings_has_to_be_accepted_or_overruled(self, store: Store, tmp_path):
        case = Case(MARK, alarm_since_ms=NOW)
        await put(store, case)
        with pytest.raises(Refused, match="T-1001") as refused:
            await erasures(store, tmp_path).erase(case.contact.id, "system")
        assert refused.value.code == "alarm_rings"
        assert "messages" in await naming(store, MARK)
        await erasures(store, tmp_path).erase(case.contact.id, "system", force=True)
        assert await naming(store, MARK) == []
        assert await store.read(select("SELECT alarm_since_ms FROM tickets")) == [(None,)]

    async def test_an_action_under_way_is_awaited(self, store: Store, tmp_path):
        life = await Life(store, tmp_path).lived()
        await store.write(run("UPDATE actions SET state = 'queued'"))
        with pytest.raises(Refused) as refused:
            await erasures(store, tmp_path).erase(life.one.contact.id, "system", force=True)
        assert refused.value.code == "action_underway"

    async def test_a_reply_that_is_being_sent_is_settled_first(self, store: Store, tmp_path):
        case = Case(MARK)
        await put(store, case)
        now_ms = NOW + GRACE_MS + 60_000
        until_ms = now_ms + SEND_LEASE_MS
        await store.write(run("UPDATE outbox SET state = 'sending', lease_until_ms = :until_ms", until_ms=until_ms))
        begun = store_erasure.begin(case.contact.id, erasure_id="e", actor="system", force=False, now_ms=now_ms)
        with pytest.raises(store_erasure.ReplyUnderway):
            await store.write(begun)
        erased = asyncio.create_task(erasures(store, tmp_path, now_ms=now_ms).erase(case.contact.id, "system"))
        await asyncio.sleep(0.05)
        assert not erased.done()
        await store.write(run("UPDATE outbox SET state = 'sent', lease_until_ms = NULL"))
        await erased
        assert await store.read(select("SELECT state FROM outbox")) == [("sent",)]

    async def test_a_sender_whose_clock_was_far_ahead_holds_up_no_erasure(self, store: Store, tmp_path):
        case, now_ms = Case(MARK), NOW + GRACE_MS + 60_000
        await put(store, case)
        far_ms = now_ms + 3_600_000 + SEND_LEASE_MS
        await store.write(run("UPDATE outbox SET state = 'sending', lease_until_ms = :far_ms", far_ms=far_ms))
        await store.write(
            store_erasure.begin(case.contact.id, erasure_id="e", actor="system", force=False, now_ms=now_ms)
        )
        assert await store.read(select("SELECT state FROM outbox")) == [("cancelled",)]

    async def test_who_was_merged_goes_with_whom_they_are(self, store: Store, tmp_path):
        one, two = Case(f"{MARK}-1"), Case(f"{MARK}-2")
        await put(store, one, two)
        await store.write(
            run("UPDATE contacts SET merged_into = :one WHERE id = :two", one=one.contact.id, two=two.contact.id)
        )
        with pytest.raises(Refused, match="C-1") as refused:
            await erasures(store, tmp_path).erase(two.contact.id, "system")
        assert refused.value.code == "is_merged"
        assert (await erasures(store, tmp_path).extent(one.contact.id)).absorbed == 1
        await erasures(store, tmp_path).erase(one.contact.id, "system")
        assert await naming(store, MARK) == []

    async def test_their_words_go_from_the_tickets_of_others(self, store: Store, tmp_path):
        one, two = Case(MARK), Case("bo", snippet=f"the {MARK} says")
        await put(store, one, two)
        said = msgspec.structs.replace(
            one.message, id=uid(), ticket_id=two.ticket.id, external_id="<other@mail>", text=f"the {MARK} says"
        )
        told = Event(
            at_ms=NOW, kind="message.added", ticket_id=two.ticket.id, message_id=said.id,
            conversation_id=one.conversation.id,
        )  # fmt: skip
        takes_part = Participant(id=uid(), ticket_id=two.ticket.id, kind="email", value=one.address, created_at_ms=NOW)
        await store.write(changes.apply([Add(said), Add(takes_part), Record(told)], now_ms=NOW))
        await erasures(store, tmp_path).erase(one.contact.id, "system")
        assert await naming(store, MARK) == []
        found = await store.read(
            select("SELECT text, state FROM messages WHERE ticket_id = :id AND kind = 'inbound' ORDER BY id",
                   id=two.ticket.id)
        )  # fmt: skip
        assert found == [("Where is my transfer?", "live"), ("", "deleted")]
        assert await store.read(select("SELECT state FROM tickets WHERE id = :id", id=two.ticket.id)) == [("new",)]

    async def test_of_very_many_messages_each_transaction_takes_few(self, store: Store, tmp_path):
        case = Case(MARK)
        await put(store, case)
        more = [
            msgspec.structs.replace(case.message, id=uid(), external_id=f"<{MARK}-{n}@mail>", text=f"{MARK} {n}")
            for n in range(2 * erasing.MESSAGES_MAX)
        ]
        await store.write(changes.apply([*map(Add, more)], now_ms=NOW))
        made = Cut(store, 3)
        with pytest.raises(StoreUnavailable):
            await erasures(made, tmp_path).erase(case.contact.id, "system")
        left = await store.read(select("SELECT COUNT(*) FROM messages WHERE text <> ''"))
        assert left == [(len(more) + 2 - 2 * erasing.MESSAGES_MAX,)]
        await erasures(store, tmp_path).erase(case.contact.id, "system")
        assert await naming(store, MARK) == []
