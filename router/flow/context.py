"""What the wallet's back end knows of a customer who passed an identity check: asked for an agent, shown, never kept.

That somebody looked is committed before the question leaves. An answer that does not come within two seconds is said to
have not come: an agent in an emergency does not wait for a screen.
"""

import re
from typing import Final, Literal

import msgspec

from router.core.account import account_of
from router.core.verification import is_unlocked
from router.flow.rulebook import Rulebook
from router.flow.signed import NotCalled, Place, SignedCalls
from router.model.changes import Record
from router.model.errors import Refused, existing
from router.model.ids import TicketId
from router.model.sources import Clock
from router.model.tables import Agent, Event
from router.store import actions
from router.store import changes as store_changes
from router.store.script import Store

TIMEOUT_S: Final = 2.0
ANSWER_BYTES_MAX: Final = 65_536
TRANSACTIONS_MAX: Final = 50
_HASH = re.compile(r"(?:0x)?[0-9A-Za-z]{16,128}")

Value = str | int | float | bool | None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the back end says; fields that are not known here are left out."""

    account: dict[str, Value] = {}
    transactions: list[dict[str, Value]] = []
    transaction: dict[str, Value] | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is shown."""

    state: Literal["ok", "off", "no_account", "not_verified", "timeout", "error"]
    """off: the rules name no place to ask."""
    detail: str = ""
    account: dict[str, Value] = {}
    transactions: list[dict[str, Value]] = []
    transaction: dict[str, Value] | None = None


class ContextReader:
    """Asks on behalf of agents."""

    def __init__(self, *, store: Store, rulebook: Rulebook, calls: SignedCalls, clock: Clock) -> None:
        self._store, self._rulebook, self._calls, self._clock = store, rulebook, calls, clock

    async def read(self, ticket_id: TicketId, agent: Agent, transaction: str | None = None) -> Context:
        """The customer's account and last transactions, or the status of one transaction. Raises Refused."""
        if transaction is not None and not _HASH.fullmatch(transaction):
            raise Refused("bad_hash", "a transaction hash has 16 to 128 letters and digits", status=422)
        facts = existing(await self._store.read(actions.facts(ticket_id)), "ticket", ticket_id)
        spec = self._rulebook.current.context
        account = account_of(facts.identities)
        if spec is None:
            return Context(state="off")
        if account is None:
            return Context(state="no_account")
        now_ms = self._clock.now_ms()
        if not is_unlocked(facts.ticket, account, now_ms):
            return Context(state="not_verified")
        seen = Event(
            at_ms=now_ms,
            kind="context.read",
            ticket_id=ticket_id,
            actor=agent.actor,
            data={"what": "account" if transaction is None else "transaction"},
        )
        await self._store.write(store_changes.apply([Record(seen)], now_ms=now_ms))
        query = {"account": account, "ticket": f"T-{facts.ticket.number}", "agent": agent.login}
        if transaction is not None:
            query["hash"] = transaction
        return await self._ask(Place(what="context", url=spec.url, secret=spec.secret), query)

    async def _ask(self, place: Place, query: dict[str, str]) -> Context:
        try:
            async with self._calls.session(TIMEOUT_S) as http:
                reply = await self._calls.get(http, place, query, read_bytes_max=ANSWER_BYTES_MAX)
        except NotCalled as error:
            return Context(state="timeout" if "Timeout" in error.reason else "error", detail=error.reason)
        if reply.status != 200:
            return Context(state="error", detail=f"the back end answered {reply.status}")
        try:
            answer = msgspec.json.decode(reply.body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Context(state="error", detail="the back end's answer cannot be read")
        return Context(
            state="ok",
            account=answer.account,
            transactions=answer.transactions[:TRANSACTIONS_MAX],
            transaction=answer.transaction,
        )
