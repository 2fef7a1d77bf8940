"""The route worker: pulls accepted events at its own pace and decides them, in order per conversation.

A batch is gather → decide → apply: a few queries for all of it, one pure decision each, one transaction. A row that
fails parks its conversation and is tried again; after limits.ROUTE_ATTEMPTS_MAX it is a dead entry that people see,
and what is behind it goes on. A row whose statements take too long fails in the same way, but is buried only while
others get through: else it is the database that is slow.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from time import perf_counter

import msgspec

from router.bus import Bus, Pointer
from router.connector import Capabilities
from router.core.asking import ask
from router.core.facts import texts_of
from router.core.inbound import Circumstances, Decided, decide_inbound
from router.core.reading import Unread
from router.core.reply_token import read_token
from router.flow.channels import Channels
from router.flow.leases import Leases
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.model.abuse import Held
from router.model.actions import ActionEntry
from router.model.changes import Add, Change, Count
from router.model.decisions import Outcome
from router.model.errors import Conflict, Fenced, StatementTimeout, StoreUnavailable
from router.model.grouping import Joining
from router.model.ids import ConversationId, JournalId
from router.model.limits import PARK_MS_MAX, ROUTE_ATTEMPTS_MAX, ROUTE_BATCH_MAX
from router.model.message import JournalEntry
from router.model.snapshot import Snapshot, SnapshotKeys
from router.model.sources import Clock, Ids
from router.model.tables import HookEntry, OutboxEntry
from router.store import changes as store_changes
from router.store import journal
from router.store import snapshot as store_snapshot
from router.store.rows import JournalRow
from router.store.script import Store
from router.telemetry import Logger, Metrics, why
from rules.opinion import Unheard, without_waiting
from rules.ruleset import Ruleset

LANES = 2
"""Batches under way at once, each of partitions of its own: while one is written, another is decided."""
_CONFLICTS_MAX = 8
_POLL_S = 0.5
"""Without any wake-up the worker still looks for work this often."""
_PARK_MS = (200, 1_000, 5_000, PARK_MS_MAX)
_UNAVAILABLE_PAUSE_S = 0.5
_SLOW_MAX = 2
"""Rows of a batch whose statements may take too long, before the rest is left for the next one."""
_WELL_S = 100.0
"""So long a database is taken for well after it took a batch: less than the statements of ROUTE_ATTEMPTS_MAX attempts
may take."""
_DECODER = msgspec.json.Decoder(JournalEntry)


class RoutedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A decided event with the numbers its transaction allocated, for callers that want to tell."""

    row: JournalRow
    entry: JournalEntry
    """As it is kept."""
    outcome: Outcome
    applied: store_changes.Applied


class _Work(msgspec.Struct, frozen=True, kw_only=True):
    row: JournalRow
    entry: JournalEntry
    token: ConversationId | None


class RouteWorker:
    """Decides the journal rows of the partitions this process holds a lease on."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        keys: Keyring,
        channels: Channels,
        leases: Leases,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._rulebook, self._keys = store, bus, rulebook, keys
        self._channels, self._leases, self._clock, self._ids = channels, leases, clock, ids
        self._metrics, self._log = metrics, log
        self._routed_at_s = -_WELL_S

    async def run(self) -> None:
        """Work until cancelled."""
        taken: list[Pointer] = []
        while True:
            held = self._leases.held()
            taken += await self._bus.consume(held, _POLL_S) if held else await self._leases.wait(_POLL_S)
            try:
                if await self._work():
                    await self._bus.ack(taken)
                    taken = []
                else:  # what is still ours is acknowledged once its rows are done
                    taken = [pointer for pointer in taken if pointer.partition in self._leases.held()]
            except (StoreUnavailable, Conflict) as error:
                self._log.warning("route.store_unavailable", **why(error))
                await asyncio.sleep(_UNAVAILABLE_PAUSE_S)

    async def _work(self) -> bool:
        """Until nothing waits; False when partitions went to somebody else meanwhile, whose the pointers are now."""
        while True:
            # Round by round, so that a lane in which rows keep arriving does not keep the other one waiting.
            ends = await asyncio.gather(*map(self.run_once, range(LANES)), return_exceptions=True)
            if any(isinstance(end, Fenced) for end in ends):
                self._metrics.route_failures.labels("fenced").inc()
                await self._leases.refresh()
                return False
            for end in ends:
                if isinstance(end, BaseException):
                    raise end
            if not any(ends):
                return True

    async def run_once(self, lane: int | None = None) -> list[RoutedEntry]:
        """Claim and decide one batch of a lane's partitions, or of all; empty when nothing waits.

        Raises Fenced and StoreUnavailable.
        """
        fences = {p: token for p, token in self._leases.held().items() if lane is None or p % LANES == lane}
        if not fences:
            return []
        rows = await self._store.read(journal.claim(list(fences), limit=ROUTE_BATCH_MAX, now_ms=self._clock.now_ms()))
        if not rows:
            return []
        started = perf_counter()
        routed = await self._route(rows, fences)
        self._metrics.stage_seconds.labels("route").observe(perf_counter() - started)
        return routed

    async def _route(self, rows: Sequence[JournalRow], fences: Mapping[int, int]) -> list[RoutedEntry]:
        work = await self._decode(rows, fences)
        stuck: dict[str, JournalId] = {}
        for attempt in range(_CONFLICTS_MAX):
            try:
                return await self._attempt(work, fences, stuck)
            except Conflict:
                self._metrics.route_failures.labels("conflict").inc()
                await asyncio.sleep(0.002 * attempt)
            except Exception as error:
                if _is_all_of_theirs(error):
                    raise
                break
        # Something in this batch keeps colliding, or fails: one by one, so that it cannot hold up the rest.
        routed: list[RoutedEntry] = []
        slow = 0
        for item in _failed_ones_last(work):
            try:
                routed += await self._attempt([item], fences, stuck)
            except Exception as error:
                if _is_all_of_theirs(error):
                    raise
                stuck[item.row.conversation_key] = item.row.id
                await self._failed(item.row, error, fences)
                slow += isinstance(error, StatementTimeout)
            if slow == _SLOW_MAX:
                break
        return routed

    async def _decode(self, rows: Sequence[JournalRow], fences: Mapping[int, int]) -> list[_Work]:
        work: list[_Work] = []
        for row in rows:
            try:
                entry = _DECODER.decode(row.entry or b"")
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                await self._failed(row, error, fences, is_hopeless=True)
                continue
            work.append(_Work(row=row, entry=entry, token=read_token(entry.event.reply_token, self._keys.tag)))
        return work

    async def _attempt(
        self, work: Sequence[_Work], fences: Mapping[int, int], stuck: dict[str, JournalId]
    ) -> list[RoutedEntry]:
        """Gather, decide, apply. Raises Conflict when the facts moved meanwhile.

        `stuck` says of a conversation which row of this claim has failed: it, and what is behind it, is left alone.
        """
        work = [item for item in work if not _is_behind(item.row, stuck)]
        if not work:
            return []
        ruleset = self._rulebook.current
        snapshot = await self._store.read(store_snapshot.gather(_keys(work, ruleset.logins, actions=ruleset.proposes)))
        ruleset.read_ahead(text for item in work for text in texts_of(item.entry.event))
        changes: list[Change] = []
        decided: list[tuple[_Work, Decided]] = []
        for item in work:
            if _is_behind(item.row, stuck):
                continue
            try:
                decision = await self._decide(item, snapshot, ruleset)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 -- a row that cannot be decided must not stop the others
                stuck[item.row.conversation_key] = item.row.id
                await self._failed(item.row, error, fences)
                continue
            snapshot.fold(decision.changes)
            changes += decision.changes
            decided.append((item, decision))
            # Whoever waits for an acknowledgement in this process is served between two decisions.
            await asyncio.sleep(0)
        if not decided:
            return []
        touched = {item.row.partition for item, _ in decided}
        applied = await self._store.write(
            store_changes.apply(
                changes,
                journal_ids=[item.row.id for item, _ in decided],
                fences={p: fences[p] for p in touched},
                now_ms=self._clock.now_ms(),
            )
        )
        self._routed_at_s = perf_counter()
        self._metrics.routed.inc(len(decided))
        self._count(changes)
        await self._bus.notify("events")
        if any(isinstance(getattr(change, "row", None), OutboxEntry | HookEntry | ActionEntry) for change in changes):
            await self._bus.notify("outbox")
        return [
            RoutedEntry(row=item.row, entry=decision.masked or item.entry, outcome=decision.outcome, applied=applied)
            for item, decision in decided
        ]

    async def _decide(self, item: _Work, snapshot: Snapshot, ruleset: Ruleset) -> Decided:
        """Decide one event; what takes long is reckoned in a thread, what is rarely needed is read when it is, and then
        it is decided anew."""
        circumstances = self._circumstances(item)
        while True:
            try:
                with without_waiting():
                    return decide_inbound(item.entry, snapshot, ruleset, circumstances, self._ids)
            except Unheard as question:
                if (failure := await asyncio.to_thread(question.hear)) is not None:
                    self._metrics.route_failures.labels("encoder").inc()
                    self._log.error("route.encoder_failed", journal_id=item.row.id, error=type(failure).__name__)
            except Unread as unread:
                snapshot.tell(unread.tickets, await self._store.read(store_snapshot.told(unread.tickets)))

    def _count(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, Add) and isinstance(change.row, Joining):
                what = "opened" if change.row.opened else "joined"
                self._metrics.matched.labels(what, change.row.reason).inc()
            elif isinstance(change, Add) and isinstance(change.row, Held):
                self._metrics.kept.labels(change.row.channel, change.row.reason).inc()
            elif isinstance(change, Count) and change.withheld:
                self._metrics.replies_withheld.labels(change.channel).inc(change.withheld)

    def _circumstances(self, item: _Work) -> Circumstances:
        event = item.entry.event
        channel = self._channels.find(event.channel, event.account)
        able = Capabilities(can_send=False) if channel is None or item.entry.imported else channel.capabilities
        public = event.visibility == "public"
        return Circumstances(
            journal_id=item.row.id,
            token_conversation=item.token,
            can_send=able.can_send and able.answers_by_itself,
            moderates=able.moderates if able.can_send else (),
            answers_privately=public and able.private_answer is not None and able.private_answer.is_sure,
            opens_links=bool(public and able.private_link) or (self._channels.opens_links and not able.opens_links),
        )

    async def _failed(
        self, row: JournalRow, error: Exception, fences: Mapping[int, int], *, is_hopeless: bool = False
    ) -> None:
        attempts = row.attempts + 1
        reason = type(error).__name__
        self._metrics.route_failures.labels("decision").inc()
        self._log.error("route.failed", journal_id=row.id, attempt=attempts, error=reason)
        is_slow = isinstance(error, StatementTimeout)
        is_over = attempts >= ROUTE_ATTEMPTS_MAX and not (is_slow and perf_counter() - self._routed_at_s > _WELL_S)
        if is_hopeless or is_over:
            await self._store.write(journal.bury(row.id, reason, fences=fences))
            return
        park_ms = PARK_MS_MAX if is_slow else _PARK_MS[min(attempts, len(_PARK_MS)) - 1]
        not_before_ms = self._clock.now_ms() + park_ms
        await self._store.write(journal.park(row.id, reason, not_before_ms=not_before_ms, fences=fences))


def _is_all_of_theirs(error: Exception) -> bool:
    """Whether an error is no single row's trouble: the partitions went to somebody else, or the database is away."""
    return isinstance(error, Fenced | StoreUnavailable) and not isinstance(error, StatementTimeout)


def _failed_ones_last(work: Sequence[_Work]) -> list[_Work]:
    """In order within each conversation; those in which something has failed before come after the others."""
    failed: dict[str, int] = {}
    for item in work:
        failed[item.row.conversation_key] = max(item.row.attempts, failed.get(item.row.conversation_key, 0))
    return sorted(work, key=lambda item: failed[item.row.conversation_key])


def _is_behind(row: JournalRow, stuck: Mapping[str, JournalId]) -> bool:
    first = stuck.get(row.conversation_key)
    return first is not None and row.id >= first


def _keys(work: Sequence[_Work], logins: Collection[str], *, actions: bool) -> SnapshotKeys:
    keys = SnapshotKeys(logins=set(logins), actions=actions)
    for item in work:
        ask(item.entry, item.token, keys)
    return keys
