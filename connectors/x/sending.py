"""Replies out: part by part, within what X allows, and every end of a send an outcome of the house.

What may have arrived is looked up at once. A post that is not found is sent again: if it was late, X refuses the second
one for its words, and it is found then. A direct message that is not found is held: X would take it twice.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from connectors.x.client import Client
from connectors.x.failures import Denied, Duplicate, Failed, Gone, Later, Refused, Uncertain, Unpermitted
from connectors.x.lookup import Lookup
from connectors.x.render import Delivery, Part, Place, Unsendable, render
from router.connector import AuthFailed, Outbound, OutboundAttachment, Rejected, Retry, SendOutcome, Sent, Unknown
from router.model.limits import SEND_SECONDS_MAX

KEYS_REMEDY: Final = (
    "give the channel the keys that developer.x.com shows for the app and the account, and see that this machine's "
    "clock is right"
)
PERMISSION_REMEDY: Final = (
    "the app may not do this: give it read, write and direct message permission at developer.x.com, make a new access "
    "token, and see that its plan includes it"
)
_SEND_S: Final = SEND_SECONDS_MAX - 10
"""One whole send; the rest is for looking it up."""
_LOOK_S: Final = 8
_PROGRESS_MAX: Final = 1_000
"""Replies of which some posts have arrived."""
_AGAIN: Final = "X has taken these words before and takes them once; change the wording"
_NOT_HIDDEN: Final = "only replies under our own posts can be hidden"
_NOT_OURS: Final = "only posts of our own can be deleted"


class _Reply(msgspec.Struct, kw_only=True):
    """One reply on its way."""

    delivery: Delivery
    since_ms: int
    arrived: list[str]
    reaches: str | None = None
    """Whom it goes to, where it answers their post in private."""
    in_call: bool = False
    """A call was begun and its end has not been seen."""

    @property
    def place(self) -> Place:
        """Where the next part goes: under the last one that arrived."""
        place = self.delivery.place
        return Place(post=self.arrived[-1]) if place.is_public and self.arrived else place

    @property
    def part(self) -> Part:
        """The next one."""
        return self.delivery.parts[len(self.arrived)]


class Sender:
    """Sends one account's replies."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lookup = Lookup(client)
        self._progress: OrderedDict[str, list[str]] = OrderedDict()
        """By key, the ids of the posts that have arrived."""

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send what of the reply has not arrived yet."""
        try:
            delivery = render(outbound)
        except Unsendable as error:
            return Rejected(reason=str(error))
        if delivery.action != "send":
            return await self._moderated(delivery)
        reply = self._reply(outbound, delivery)
        try:
            async with asyncio.timeout(_SEND_S):
                outcome = await self._parts(reply)
        except TimeoutError:
            what = f"no answer within {_SEND_S} s"
            outcome = await self._looked_up(reply, what) if reply.in_call else Retry(reason=what)
        return self._kept(outbound.key, reply, outcome)

    async def reconcile(self, outbound: Outbound) -> SendOutcome:
        """What of a reply X has: Sent, Retry for what may safely be sent again, or Unknown."""
        try:
            delivery = render(outbound)
        except Unsendable as error:
            return Rejected(reason=str(error))
        if delivery.action != "send":
            return Retry(reason="done twice is done once")
        reply = self._reply(outbound, delivery)
        while len(reply.arrived) < len(delivery.parts):
            outcome = await self._looked_up(reply, "it may have arrived")
            if not isinstance(outcome, Sent):
                return self._kept(outbound.key, reply, outcome)
        return self._kept(outbound.key, reply, Sent())

    def _reply(self, outbound: Outbound, delivery: Delivery) -> _Reply:
        arrived = self._progress.pop(outbound.key, [])
        reaches = delivery.place.person if outbound.thread != outbound.to else None
        return _Reply(delivery=delivery, since_ms=outbound.created_at_ms, arrived=arrived, reaches=reaches)

    def _kept(self, key: str, reply: _Reply, outcome: SendOutcome) -> SendOutcome:
        """The outcome; what has arrived of a reply that is not whole is remembered for its next attempt."""
        if isinstance(outcome, Sent):
            named = _named(reply)
            return Sent(provider_id=named[0] if named else None, pieces=tuple(named[1:]), reached=reply.reaches)
        if reply.arrived:
            self._progress[key] = reply.arrived
            if len(self._progress) > _PROGRESS_MAX:
                self._progress.popitem(last=False)
            if isinstance(outcome, Rejected):
                done = f"{len(reply.arrived)} of {len(reply.delivery.parts)} posts have arrived; then: "
                return Rejected(reason=done + outcome.reason)
        return outcome

    async def _parts(self, reply: _Reply) -> SendOutcome:
        while len(reply.arrived) < len(reply.delivery.parts):
            reply.in_call = True  # and it stays so when time runs out in between
            outcome = await self._part(reply)
            reply.in_call = False
            if not isinstance(outcome, Sent):
                return outcome
        return Sent()

    async def _part(self, reply: _Reply) -> SendOutcome:
        """One provider call, and a look for what became of it where X did not say."""
        place, part = reply.place, reply.part
        try:
            pictures = await self._uploaded(part.pictures, private=not place.is_public)
            found = await self._put(place, part.text, pictures)
        except Later as error:
            return Retry(reason=str(error), after_s=error.after_s)
        except (Denied, Unpermitted) as error:
            return AuthFailed(reason=f"{error}: {_remedy(error)}")
        except Duplicate:
            outcome = await self._looked_up(reply, _AGAIN)
            return Rejected(reason=_AGAIN) if isinstance(outcome, Retry) else outcome
        except Refused as error:
            return Rejected(reason=str(error))
        except Failed as error:
            return await self._looked_up(reply, str(error))
        return self._arrived(reply, found)

    async def _put(self, place: Place, text: str, pictures: Sequence[str]) -> str:
        """The id of a post or message. Raises Failed."""
        if place.post is not None:
            return await self._client.post(text, place.post, pictures)
        picture = pictures[0] if pictures else None
        if place.person is not None:
            return await self._client.write(text, picture, participant_id=place.person)
        return await self._client.write(text, picture, dm_conversation_id=place.conversation or "")

    async def _uploaded(self, pictures: Sequence[OutboundAttachment], *, private: bool) -> list[str]:
        """The ids of pictures at X. Twice uploaded is never seen: whatever went wrong is tried again. Raises Failed."""
        try:
            return [await self._client.upload(each.data, each.content_type, private=private) for each in pictures]
        except Uncertain as error:
            raise Later(f"the picture was not uploaded: {error}") from None

    async def _looked_up(self, reply: _Reply, reason: str) -> SendOutcome:
        """The outcome for the part that may have arrived."""
        # With a picture X takes the same words again: its address stands behind them, another one each time.
        says_so = reply.delivery.place.is_public and not reply.part.pictures
        try:
            async with asyncio.timeout(_LOOK_S):
                found = await self._lookup.find(
                    reply.place, reply.part.text, reply.since_ms, with_picture=bool(reply.part.pictures)
                )
        except Failed as error:
            return Unknown(reason=f"{reason}; it could not be looked up: {error}")
        except TimeoutError:
            return Unknown(reason=f"{reason}; it could not be looked up: no answer within {_LOOK_S} s")
        if found is not None:
            return self._arrived(reply, found)
        if says_so:
            return Retry(reason=f"{reason}; X lists no such post, and takes the same words only once")
        return Unknown(reason=f"{reason}; X does not list it yet: look into the messages before it is sent again")

    def _arrived(self, reply: _Reply, found: str) -> Sent:
        self._lookup.told(found)
        reply.arrived.append(found)
        return Sent(provider_id=found)

    async def _moderated(self, delivery: Delivery) -> SendOutcome:
        """Done twice is done once: whatever may have been done is done again."""
        try:
            for post in delivery.posts:
                await self._moderate(delivery.action, post)
        except Later as error:
            return Retry(reason=str(error), after_s=error.after_s)
        except (Denied, Unpermitted) as error:
            return AuthFailed(reason=f"{error}: {_remedy(error)}")
        except Refused as error:
            why = _NOT_OURS if delivery.action == "delete" else _NOT_HIDDEN
            return Rejected(reason=f"{why} ({error})")
        except Failed as error:
            return Retry(reason=str(error))
        return Sent()

    async def _moderate(self, action: str, post: str) -> None:
        if action != "delete":
            await self._client.hide(post, hidden=action == "hide")
            return
        with suppress(Gone):
            await self._client.delete(post)


def _remedy(error: Denied | Unpermitted) -> str:
    """What an operator does about it."""
    return KEYS_REMEDY if isinstance(error, Denied) else PERMISSION_REMEDY


def _named(reply: _Reply) -> list[str]:
    """The provider's ids of a reply, as they are known when somebody answers it."""
    return [each if reply.delivery.place.is_public else f"dm:{each}" for each in reply.arrived]
