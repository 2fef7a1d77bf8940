"""Identity checks at work: begun by agents, answered by the wallet's back end over a signed call, shown on a page.

The link of a check is its id with our signature, made when the message is sent: no row holds a token. The back end
signs its calls with the secret of its webhook; how both look is told in docs/tickets.md.
"""

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from router.bus import Bus
from router.core.notices import Moment
from router.core.verification import Answer, begin, is_open, settle
from router.flow.channels import Channels
from router.flow.consequences import consequences
from router.flow.persistence import persist
from router.flow.references import References
from router.flow.rulebook import Rulebook
from router.keys import Keyring
from router.model.changes import Change
from router.model.errors import ConfigError, Refused, existing
from router.model.ids import EventId, TicketId
from router.model.signing import objection
from router.model.snapshot import ReplyFacts
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.model.timers import IdentityCheck
from router.store import changes as store_changes
from router.store import checks, regrouping
from router.store import commands as gather
from router.store.script import Store

PURPOSE: Final = "identity-check"
T = TypeVar("T")


class Verification:
    """The one way in which a customer is verified."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        channels: Channels,
        rulebook: Rulebook,
        references: References,
        keys: Keyring,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store, self._bus, self._channels, self._rulebook = store, bus, channels, rulebook
        self._references, self._keys, self._clock, self._ids = references, keys, clock, ids

    async def begin(self, ticket_id: TicketId, agent: Agent) -> IdentityCheck:
        """Ask a ticket's customer to prove who they are. Raises Refused."""

        async def attempt() -> IdentityCheck:
            facts = existing(await self._store.read(gather.reply_facts(ticket_id, EventId(0))), "ticket", ticket_id)
            known = await self._store.read(checks.facts(facts.ticket))
            check, changes = begin(self._moment(facts), known, actor=agent.actor, ids=self._ids)
            await self._apply(facts.ticket.id, changes)
            return check

        return await persist(attempt, of=ticket_id)

    async def answered(self, check_id: str, signed: str, body: bytes, answer: Callable[[], Answer]) -> IdentityCheck:
        """Take the back end's answer; `answer` reads the body once its signature is good.

        Raises Refused (bad_signature, not_found, check_over).
        """
        self._check_signature(signed, body)
        said = answer()

        async def attempt() -> IdentityCheck:
            check = await self._store.read(checks.get(check_id))
            if check is None:
                raise Refused("not_found", "there is no such check", status=404)
            ticket_id = await self._store.read(regrouping.remaining(check.ticket_id))
            facts = await self._store.read(gather.reply_facts(ticket_id, EventId(0)))
            assert facts is not None, "a foreign key says so"
            known = await self._store.read(checks.facts(facts.ticket))
            changed, changes = settle(said, check, self._moment(facts), known.user_ids, self._ids)
            if changes:
                await self._apply(ticket_id, changes)
            return changed

        return await persist(attempt, of=check_id, what="this check")

    def _moment(self, facts: ReplyFacts) -> Moment:
        view, now_ms = self._channels.view(facts.conversation), self._clock.now_ms()
        return Moment(facts=facts, channel=view, ruleset=self._rulebook.current, now_ms=now_ms)

    def _check_signature(self, signed: str, body: bytes) -> None:
        verifying = self._rulebook.current.lifecycle.verifying
        webhook = self._rulebook.current.webhooks.get(verifying.webhook) if verifying is not None else None
        if webhook is None:
            raise Refused("no_back_end", "the rules name no back end", status=404)
        try:
            secret = self._references.secret(webhook.secret, f"webhook {webhook.name}")
        except ConfigError as error:
            raise Refused("no_back_end", str(error), status=503) from None
        if objected := objection(signed, secret, body, self._clock.now_ms()):
            raise Refused("bad_signature", objected, status=401)

    async def of_token(self, token: str) -> tuple[IdentityCheck, str | None]:
        """The check that a link leads to, and where its customer logs in; None: in the app. Raises Refused."""
        check_id, _, signed = token.partition(".")
        check = await self._store.read(checks.get(check_id)) if self._keys.verify(PURPOSE, check_id, signed) else None
        if check is None:
            raise Refused("not_found", "there is no such link", status=404)
        if check.state == "pending" and not is_open(check, self._clock.now_ms()):
            check = msgspec.structs.replace(check, state="expired")
        verifying = self._rulebook.current.lifecycle.verifying
        page = verifying.page if verifying is not None else None
        joint = "&" if page is not None and "?" in page else "?"
        return check, page and f"{page}{joint}{urlencode({'check': check.id})}"

    async def _apply(self, ticket_id: TicketId, changes: list[Change]) -> None:
        now_ms = self._clock.now_ms()
        before = await self._store.read(gather.ticket(ticket_id))
        assert before is not None, "a foreign key says so"
        more = await consequences(self._store, self._rulebook.current, before, changes, now_ms=now_ms, ids=self._ids)
        await self._store.write(store_changes.apply(more, now_ms=now_ms))
        await self._bus.notify("events")
        await self._bus.notify("outbox")
