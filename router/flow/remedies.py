"""Actions on accounts: agents propose, agree and decline; a worker asks the wallet's back end.

A call is one row under one key: whatever is killed or answered twice, the back end is asked for one thing. What it
answered is read for a word or two, never kept as text.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

import aiohttp
import msgspec

from router.bus import Bus
from router.core import remedies
from router.core.account import account_of
from router.core.remedies import CallOutcome, after_call
from router.flow import rounds
from router.flow.persistence import persist
from router.flow.rulebook import Rulebook
from router.flow.signed import NotCalled, Place, Reply, SignedCalls
from router.model.actions import ActionEntry
from router.model.actors import agent_actor
from router.model.changes import Change
from router.model.errors import Refused, existing
from router.model.ids import ActionId, TicketId
from router.model.limits import SEND_LEASE_MS
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.store import actions
from router.store import changes as store_changes
from router.store.actions import ActionFacts, ClaimedAction
from router.store.script import Store
from router.telemetry import Logger, Metrics
from rules.backend import ActionSpec

T = TypeVar("T")
_TIMEOUT_S = 10.0
_CONCURRENCY = 8
_ANSWER_BYTES_MAX = 16_384
_WORD = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+){0,7}")
_WORD_CHARS_MAX = 64


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What of the back end's answer is read."""

    outcome: str = ""
    error: str = ""


class Remedies:
    """What agents do about actions."""

    def __init__(self, *, store: Store, bus: Bus, rulebook: Rulebook, clock: Clock, ids: Ids) -> None:
        self._store, self._bus, self._rulebook, self._clock, self._ids = store, bus, rulebook, clock, ids

    async def propose(self, ticket_id: TicketId, action: str, agent: Agent) -> ActionId:
        """Propose an action; one that nobody has to agree to is on its way. Raises Refused."""
        spec = self._spec(action)

        async def attempt() -> ActionId:
            facts = await self._facts(ticket_id)
            if facts.is_merged:  # what stands and what can be taken back is known there
                raise Refused("ticket_merged", "this ticket was merged into another one; propose it there")
            row, changes = remedies.propose(
                spec,
                facts.ticket,
                facts.identities,
                facts.rows,
                agent.id,
                now_ms=self._clock.now_ms(),
                ids=self._ids,
            )
            await self._apply(changes)
            return row.id

        return await persist(attempt, what="this action")

    async def approve(self, action_id: ActionId, agent: Agent) -> TicketId:
        """Agree to what somebody else proposed; the ticket it belongs to. Raises Refused."""

        def decide(row: ActionEntry, facts: ActionFacts) -> list[Change]:
            spec = self._spec(row.action)
            now_ms = self._clock.now_ms()
            return remedies.approve(row, spec, facts.ticket, facts.identities, agent.id, now_ms=now_ms)

        return await self._decide(action_id, decide)

    async def decline(self, action_id: ActionId, agent: Agent) -> TicketId:
        """Say no. Raises Refused."""
        return await self._decide(
            action_id, lambda row, _: remedies.decline(row, agent.id, now_ms=self._clock.now_ms())
        )

    async def retry(self, action_id: ActionId, agent: Agent) -> TicketId:
        """Ask the back end once more. Raises Refused."""

        def decide(row: ActionEntry, facts: ActionFacts) -> list[Change]:
            spec = self._spec(row.action)
            return remedies.retry(row, spec, facts.ticket, facts.rows, agent.id, now_ms=self._clock.now_ms())

        return await self._decide(action_id, decide)

    def _spec(self, action: str) -> ActionSpec:
        known = self._rulebook.current.actions
        if action not in known:
            there = ", ".join(known) or "none"
            raise Refused("no_such_action", f"there is no action {action[:64]!r}; there are: {there}", status=422)
        return known[action]

    async def _facts(self, ticket_id: TicketId) -> ActionFacts:
        return existing(await self._store.read(actions.facts(ticket_id)), "ticket", ticket_id)

    async def _decide(
        self, action_id: ActionId, decide: Callable[[ActionEntry, ActionFacts], list[Change]]
    ) -> TicketId:
        async def attempt() -> TicketId:
            row = existing(await self._store.read(actions.get(action_id)), "action", action_id)
            await self._apply(decide(row, await self._facts(row.ticket_id)))
            return row.ticket_id

        return await persist(attempt, what="this action")

    async def _apply(self, changes: list[Change]) -> None:
        await self._store.write(store_changes.apply(changes, now_ms=self._clock.now_ms()))
        await self._bus.notify("events")
        await self._bus.notify("outbox")


class RemedyWorker:
    """Asks the wallet's back end for what was agreed to."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        rulebook: Rulebook,
        calls: SignedCalls,
        clock: Clock,
        jitter: Callable[[], float],
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._store, self._bus, self._rulebook, self._calls = store, bus, rulebook, calls
        self._clock, self._jitter, self._metrics, self._log = clock, jitter, metrics, log

    async def run(self) -> None:
        """Work until cancelled."""
        await rounds.work("actions", self.run_once, bus=self._bus, log=self._log)

    async def run_once(self) -> int:
        """Claim and ask for one round; how many actions it worked."""
        claimed = await self._store.write(
            actions.claim(now_ms=self._clock.now_ms(), lease_ms=SEND_LEASE_MS, limit=_CONCURRENCY)
        )
        if claimed:
            async with self._calls.session(_TIMEOUT_S) as http:
                await asyncio.gather(*(self._ask(item, http) for item in claimed))
            await self._bus.notify("events")
        return len(claimed)

    async def _ask(self, item: ClaimedAction, http: aiohttp.ClientSession) -> None:
        entry = item.entry
        if entry.account is None:  # proposed by a rule, and nobody had to agree
            entry = msgspec.structs.replace(entry, account=account_of(item.identities))
        outcome = await self._call(entry, item, http)
        self._metrics.actions.labels(outcome.kind).inc()
        changes = after_call(entry, item.undone, outcome, now_ms=self._clock.now_ms(), jitter=self._jitter())
        await rounds.settle("actions", entry.id, changes, store=self._store, clock=self._clock, log=self._log)

    async def _call(self, entry: ActionEntry, item: ClaimedAction, http: aiohttp.ClientSession) -> CallOutcome:
        spec = self._rulebook.current.actions.get(entry.action)
        if spec is None:
            return CallOutcome(kind="never", reason=f"the rules no longer have an action {entry.action}")
        if refused := remedies.locked(entry, spec, item.ticket, self._clock.now_ms()):
            return CallOutcome(kind="never", reason=refused)
        place = Place(what=f"action {spec.name}", url=spec.url, secret=spec.secret)
        try:
            reply = await self._calls.post(http, place, _body(entry, item), entry.id, read_bytes_max=_ANSWER_BYTES_MAX)
        except NotCalled as error:
            return CallOutcome(kind="never" if error.forever else "later", reason=error.reason)
        except Exception as error:  # noqa: BLE001 -- one action's trouble, not the worker's: tried again, not for ever
            return CallOutcome(kind="later", reason=rounds.unforeseen("actions", entry.id, error, log=self._log))
        return _outcome(reply)


def _body(entry: ActionEntry, item: ClaimedAction) -> bytes:
    """The same bytes at every attempt: the time is that of the proposal."""
    return msgspec.json.encode(
        {
            "type": "action",
            "id": entry.id,
            "action": entry.action,
            "account": entry.account,
            "undoes": entry.undoes,
            "ticket": f"T-{entry.asked_for or item.ticket.number}",
            "proposed_by": entry.proposed_by,
            "approved_by": agent_actor(entry.decided_by) if entry.decided_by else None,
            "at_ms": entry.created_at_ms,
        }
    )


def _outcome(reply: Reply) -> CallOutcome:
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = _Answer()
    if 200 <= reply.status < 300:
        return CallOutcome(kind="done", outcome=_word(answer.outcome))
    said = _word(answer.error)
    reason = f"the back end answered {reply.status}" + (f": {said}" if said else "")
    if reply.is_for_now:
        return CallOutcome(kind="later", reason=reason, after_ms=reply.retry_after_ms)
    return CallOutcome(kind="never", outcome=said, reason=reason)


def _word(said: str) -> str:
    """A code such as `frozen` or `unknown_account`; whatever else it is, it is not kept."""
    return said if len(said) <= _WORD_CHARS_MAX and _WORD.fullmatch(said) else ""
