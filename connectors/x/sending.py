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
from connectors.x.failures import Duplicate, Forbidden, Gone, Unpermitted
from connectors.x.lookup import Lookup
from connectors.x.render import Delivery, Part, Place, Unsendable, render
from connectors.x.upload import Upload, Uploader
from router.connector import AuthFailed, Outbound, Rejected, Retry, SendOutcome, Sent, Unknown
from router.failures import Denied, Failed, Later, Refused
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
"""Replies of which something is at X already."""
_AGAIN: Final = "X has taken these words before and takes them once; change the wording"
_NOT_HIDDEN: Final = "only replies under our own posts can be hidden"
_NOT_OURS: Final = "only posts of our own can be deleted"


class _Progress(msgspec.Struct):
    """What X has of a reply that is not whole."""

    arrived: list[str]
    """The ids of its posts or messages, in order."""
    uploads: list[Upload]
    """The files of the next one."""


class _Reply(msgspec.Struct, kw_only=True):
    """One reply on its way."""

    delivery: Delivery
    since_ms: int
    arrived: list[str]
    uploads: list[Upload]
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

    def __init__(self, client: Client, uploader: Uploader) -> None:
        self._client, self._uploader = client, uploader
        self._lookup = Lookup(client)
        self._progress: OrderedDict[str, _Progress] = OrderedDict()
        """By key."""

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
            if reply.in_call:
                reply.uploads = []
                outcome = await self._looked_up(reply, f"no answer within {_SEND_S} s")
            else:
                outcome = Retry(reason=f"the files were not at X within {_SEND_S} s; the upload goes on")
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
        found = self._progress.pop(outbound.key, None) or _Progress([], [])
        reaches = delivery.place.person if outbound.thread != outbound.to else None
        return _Reply(
            delivery=delivery,
            since_ms=outbound.created_at_ms,
            arrived=found.arrived,
            uploads=found.uploads,
            reaches=reaches,
        )

    def _kept(self, key: str, reply: _Reply, outcome: SendOutcome) -> SendOutcome:
        """The outcome; what has arrived of a reply that is not whole is remembered for its next attempt."""
        if isinstance(outcome, Sent):
            named = _named(reply)
            return Sent(provider_id=named[0] if named else None, pieces=tuple(named[1:]), reached=reply.reaches)
        if reply.arrived or reply.uploads:
            self._progress[key] = _Progress(reply.arrived, reply.uploads)
            if len(self._progress) > _PROGRESS_MAX:
                self._progress.popitem(last=False)
            if isinstance(outcome, Rejected) and reply.arrived:
                done = f"{len(reply.arrived)} of {len(reply.delivery.parts)} posts have arrived; then: "
                return Rejected(reason=done + outcome.reason)
        return outcome

    async def _parts(self, reply: _Reply) -> SendOutcome:
        while len(reply.arrived) < len(reply.delivery.parts):
            outcome = await self._part(reply)
            reply.in_call = False
            if not isinstance(outcome, Sent):
                return outcome
        return Sent()

    async def _part(self, reply: _Reply) -> SendOutcome:
        """One provider call, and a look for what became of it where X did not say."""
        place, part, has_older = reply.place, reply.part, any(each.id for each in reply.uploads)
        try:
            files = await self._uploaded(reply)
            reply.in_call = True  # and it stays so when time runs out in between
            found = await self._put(place, part.text, files)
        except Later as error:
            return Retry(reason=str(error), after_s=error.after_s)
        except (Denied, Unpermitted) as error:
            return AuthFailed(reason=f"{error}: {_remedy(error)}")
        except Duplicate:
            outcome = await self._looked_up(reply, _AGAIN)
            return Rejected(reason=_AGAIN) if isinstance(outcome, Retry) else outcome
        except Refused as error:
            reply.uploads = []
            if reply.in_call and has_older and not isinstance(error, Forbidden | Gone):
                return Retry(reason=str(error))  # X may have dropped what an earlier attempt has uploaded
            return Rejected(reason=str(error))
        except Failed as error:
            reply.uploads = []  # X may have used them
            return await self._looked_up(reply, str(error))
        return self._arrived(reply, found)

    async def _put(self, place: Place, text: str, files: Sequence[str]) -> str:
        """The id of a post or message. Raises Failed."""
        if place.post is not None:
            return await self._client.post(text, place.post, files)
        file = files[0] if files else None
        if place.person is not None:
            return await self._client.write(text, file, participant_id=place.person)
        return await self._client.write(text, file, dm_conversation_id=place.conversation or "")

    async def _uploaded(self, reply: _Reply) -> list[str]:
        """The ids at X of the files of the next part. Raises Failed."""
        files, is_private = reply.part.files, not reply.place.is_public
        reply.uploads += [Upload() for _ in files[len(reply.uploads) :]]
        put = self._uploader.put
        return [await put(file, upload, private=is_private) for file, upload in zip(files, reply.uploads, strict=True)]

    async def _looked_up(self, reply: _Reply, reason: str) -> SendOutcome:
        """The outcome for the part that may have arrived."""
        # With a file X takes the same words again: its address stands behind them, another one each time.
        says_so = reply.delivery.place.is_public and not reply.part.files
        try:
            async with asyncio.timeout(_LOOK_S):
                found = await self._lookup.find(
                    reply.place, reply.part.text, reply.since_ms, with_file=bool(reply.part.files)
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
        reply.uploads = []
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
