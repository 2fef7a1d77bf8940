"""Replies out: at our own pace, part by part, and every end of a send an outcome of the house.

Telegram takes no key that would make a repetition harmless. So what may have arrived is Unknown, and so is a reply of
which some parts have arrived and others have not: an agent decides, and a repetition goes on after the last part that
surely arrived.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from connectors.telegram.budget import GROUP_PER_MINUTE, Budget
from connectors.telegram.client import Client, Moved
from connectors.telegram.render import Call, Place, Unsendable, place_of, render, status
from router.connector import Outbound, Rejected, Retry, SendOutcome, Sent
from router.failures import Failed, Later, Refused, outcome_of
from router.model.signals import Signal
from router.model.sources import Clock
from router.parts import Parts, Progress

_PATIENCE_MS: Final = 20_000
"""So long a first part waits for its turn here; longer, and it goes back to the house."""
_SILENCE_S: Final = 60.0
"""How long no signal leaves after Telegram had too many, where it does not say how long."""
_DONE: Final = {"deleteMessage": "message to delete not found", "editMessageText": "message is not modified"}
"""What Telegram says of a call that has been done before."""


class _Reply(Parts):
    """One reply on its way."""

    def __init__(self, place: Place, calls: Sequence[Call], arrived: list[str]) -> None:
        super().__init__(len(calls), arrived)
        self.place, self.calls = place, calls
        self.kept: int | None = None
        """Places in the group's minute; None before the first part may leave."""


class Sender:
    """Sends one bot's replies."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._budget = Budget()
        self._progress = Progress()

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send what of the reply has not arrived yet."""
        try:
            place, calls = place_of(outbound), render(outbound)
        except Unsendable as error:
            return Rejected(reason=str(error))
        reply = _Reply(place, calls, self._progress.of(outbound.key))
        return await self._progress.send(outbound.key, reply, self._parts(reply))

    async def signal(self, signal: Signal) -> None:
        """Show that somebody writes, if there is room; what Telegram answers is of no consequence for replies."""
        found = status(signal)
        if found is None or not self._budget.spares(found[0], self._clock.now_ms()):
            return
        place, call = found
        try:
            await self._client.call(call, place.chat)
        except Later as error:
            self._budget.hush(self._clock.now_ms() + int((error.after_s or _SILENCE_S) * 1_000))
        except Failed:
            return

    async def _parts(self, reply: _Reply) -> SendOutcome:
        try:
            return await self._in_order(reply)
        finally:
            self._budget.let_go(reply.place, reply.kept or 0)

    async def _in_order(self, reply: _Reply) -> SendOutcome:
        while len(reply.arrived) < len(reply.calls):
            too_soon = await self._turn(reply)
            if too_soon is not None:
                return too_soon
            outcome = await self._part(reply, reply.calls[len(reply.arrived)])
            if isinstance(outcome, Sent):
                reply.arrived.append(outcome.provider_id or "")
            elif not (isinstance(outcome, Retry) and reply.arrived and outcome.after_s is not None):
                return reply.whole(outcome)
        return Sent(provider_id=reply.arrived[0] or None, pieces=tuple(filter(None, reply.arrived[1:])))

    async def _turn(self, reply: _Reply) -> Retry | None:
        """Wait until the next part may leave; a Retry when that is too far off and nothing has left yet."""
        began_ms = self._clock.now_ms()
        while wait_ms := self._take(reply):
            if not reply.arrived and self._clock.now_ms() + wait_ms - began_ms > _PATIENCE_MS:
                return Retry(reason="waiting for its turn in this chat", after_s=wait_ms / 1_000)
            await asyncio.sleep(wait_ms / 1_000)
        return None

    def _take(self, reply: _Reply) -> int:
        """0: the next part may leave. The first one only when the group has room for all."""
        now_ms = self._clock.now_ms()
        if reply.kept is None:
            parts = min(len(reply.calls) - len(reply.arrived), GROUP_PER_MINUTE)
            wait_ms = self._budget.take(reply.place, now_ms, parts)
            reply.kept = None if wait_ms else parts - 1
            return wait_ms
        own = min(reply.kept, 1)
        wait_ms = self._budget.take(reply.place, now_ms, own=own)
        reply.kept -= 0 if wait_ms else own
        return wait_ms

    async def _part(self, reply: _Reply, call: Call) -> SendOutcome:
        """One provider call; a group that has moved is written to where it is now."""
        chat = reply.place.chat
        for _ in range(2):
            reply.in_call = True  # and it stays so when time runs out in between
            try:
                number = await self._client.call(call, chat)
            except Moved as error:
                chat = error.chat
                continue
            except Failed as error:
                reply.in_call = False
                return self._outcome(error, call, reply.place)
            reply.in_call = False
            return Sent(provider_id=None if number is None else f"{chat}:{number}")
        return Rejected(reason="the group moves on and on")

    def _outcome(self, error: Failed, call: Call, place: Place) -> SendOutcome:
        if isinstance(error, Later) and error.after_s is not None:
            self._budget.close(place, self._clock.now_ms() + int(error.after_s * 1_000))
        if isinstance(error, Refused) and (done := _DONE.get(call.method)) and done in str(error).lower():
            return Sent()
        return outcome_of(error, "give the channel the token that BotFather shows")
