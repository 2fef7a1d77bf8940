"""Replies out: part by part, and every end of a send an outcome of the house.

Facebook takes no key that would make a repetition harmless. What may have arrived is looked up: in the echo that brings
back the mark we set, else among the newest messages or comments. What is not found there stays Unknown, and so does a
reply of which some parts have arrived: an agent decides, and a repetition goes on after the last part that surely did.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from connectors.facebook.client import Client
from connectors.facebook.failures import Refused
from connectors.facebook.render import Call, Unsendable, Way, is_private_answer, object_id, render, sender_action
from connectors.facebook.settings import Settings
from router.connector import Outbound, Rejected, Retry, SendOutcome, Sent, Unknown
from router.failures import Failed, Later, outcome_of
from router.model.signals import Signal
from router.model.sources import Clock
from router.parts import Parts, Progress

TOKEN_REMEDY: Final = "give the channel a new page access token (Business settings, System users)"  # noqa: S105
_SPARE_PERCENT: Final = 50.0
"""Once more of the calls that Meta allows is used, what is left is for replies."""
_SILENCE_S: Final = 60.0
"""How long no signal leaves after Meta had too many, where it does not say how long."""
_REMEMBERED_MAX: Final = 5_000
_WANTED: Final = {"hide": True, "unhide": False, "delete": None}
"""What a comment's `is_hidden` is once that is done; None: there is no comment."""
_SKEW_MS: Final = 2_000
"""How far Meta's clock, which shows seconds, may be behind ours."""


class Echoes:
    """The ids that Facebook gave to what we sent, by our marks: from its answers, and from the echoes that come back.
    Bounded; for this process."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._marks: dict[str, str] = {}

    def note(self, mark: str, its_id: str) -> None:
        """It is known under which id a part of ours arrived."""
        self._ids[mark] = its_id
        self._marks[its_id] = mark
        if len(self._ids) > _REMEMBERED_MAX:
            _, oldest = self._ids.popitem(last=False)
            self._marks.pop(oldest, None)

    def id_of(self, mark: str) -> str | None:
        """The id of what bears this mark."""
        return self._ids.get(mark)

    def knows(self, its_id: str) -> bool:
        """Whether that is ours."""
        return its_id in self._marks

    def is_another(self, its_id: str, mark: str) -> bool:
        """Whether something of ours is known to be something else than what bears this mark."""
        return self._marks.get(its_id, mark) != mark


class _Reply(Parts):
    """One reply on its way."""

    def __init__(self, calls: Sequence[Call], arrived: list[str]) -> None:
        super().__init__(len(calls), arrived)
        self.calls = calls
        self.reached: str | None = None
        """Whom a private answer to a comment went to, as Messenger names them."""


class Sender:
    """Sends one page's replies."""

    def __init__(self, client: Client, settings: Settings, clock: Clock, echoes: Echoes) -> None:
        self._client, self._settings, self._clock, self._echoes = client, settings, clock, echoes
        self._progress = Progress()
        self._silent_until_ms = 0

    def _way(self) -> Way:
        settings = self._settings
        return Way(page=settings.page, human_agent=settings.human_agent, now_ms=self._clock.now_ms())

    async def send(self, outbound: Outbound) -> SendOutcome:
        """Send what of the reply has not arrived yet."""
        try:
            calls = render(outbound, self._way())
        except Unsendable as error:
            return Rejected(reason=str(error))
        reply = _Reply(calls, self._progress.of(outbound.key))
        return await self._progress.send(outbound.key, reply, self._parts(reply))

    async def signal(self, signal: Signal) -> None:
        """Show that somebody writes or has read, if there is room; what Meta answers changes nothing for replies."""
        call, now_ms = sender_action(signal, self._settings.page), self._clock.now_ms()
        is_spare = self._client.used_percent < _SPARE_PERCENT and not self._client.closed_s
        if call is None or not is_spare or now_ms < self._silent_until_ms:
            return
        try:
            await self._client.do(call)
        except Later as error:
            self._silent_until_ms = now_ms + int((error.after_s or _SILENCE_S) * 1_000)
        except Failed:
            return

    async def _parts(self, reply: _Reply) -> SendOutcome:
        while len(reply.arrived) < len(reply.calls):
            if not reply.arrived and (wait_s := self._client.closed_s):
                used = f"{self._client.used_percent:.0f} % of what Meta allows is used"
                return Retry(reason=f"{used}; waiting until some is free", after_s=wait_s)
            call = reply.calls[len(reply.arrived)]
            if known := self._echoes.id_of(call.mark):  # its echo came after an earlier attempt had been given up
                reply.arrived.append(known)
                continue
            outcome = await self._part(reply, call)
            if not isinstance(outcome, Sent):
                return reply.whole(outcome)
            reply.arrived.append(outcome.provider_id or "")
        further = tuple(filter(None, reply.arrived[1:]))
        return Sent(provider_id=reply.arrived[0] or None, pieces=further, reached=reply.reached)

    async def _part(self, reply: _Reply, call: Call) -> SendOutcome:
        """One provider call."""
        reply.in_call = True  # and it stays so when time runs out in between
        try:
            answer = await self._client.do(call)
        except Failed as error:
            reply.in_call = False
            return Sent() if await self._was_deleted(call, error) else outcome_of(error, TOKEN_REMEDY)
        reply.in_call = False
        if is_private_answer(call) and isinstance(answer.get("recipient_id"), str):
            reply.reached = answer["recipient_id"]
        made = answer.get("message_id") or answer.get("id")
        if not isinstance(made, str) or not made:
            return Sent()
        self._echoes.note(call.mark, made)
        return Sent(provider_id=made)

    async def _was_deleted(self, call: Call, error: Failed) -> bool:
        """Whether a post could not be deleted because it is gone: aiohttp asks again when the line breaks."""
        if call.method != "DELETE" or not isinstance(error, Refused):
            return False
        try:
            return await self._client.is_hidden(call.path) is None
        except Failed:
            return False

    # --- what may have arrived -------------------------------------------------------------------------------------

    async def look_up(self, outbound: Outbound) -> SendOutcome:
        """Sent where every part can be seen; else Unknown: so soon after, absence proves nothing."""
        try:
            calls = render(outbound, self._way())
            if outbound.action != "send":
                wanted = _WANTED[outbound.action]
                states = [await self._client.is_hidden(call.path) for call in calls]
                return (
                    Sent()
                    if all(state is wanted for state in states)
                    else Unknown(reason="the comment is still as it was")
                )
            found = [self._echoes.id_of(call.mark) for call in calls]
            if not all(found):
                found = await self._seen(outbound, calls)
        except Unsendable as error:
            return Unknown(reason=str(error))
        except Failed as error:
            return Unknown(reason=f"it cannot be looked up: {error}")
        seen = [each for each in found if each]
        if seen and len(seen) == len(calls):
            return Sent(provider_id=seen[0], pieces=tuple(seen[1:]))
        return Unknown(reason="it is not among the newest messages there")

    async def _seen(self, outbound: Outbound, calls: Sequence[Call]) -> list[str | None]:
        """For each part the id of what we wrote there since, in the same words."""
        if outbound.visibility == "public":
            target = object_id(outbound.in_reply_to) or object_id(outbound.thread)
            there = await self._client.newest_comments(target or "")
        elif "_" in outbound.thread:
            return []  # the network does not say what a private reply became
        else:
            there = await self._client.newest_messages(outbound.to)
        ours = [one for one in reversed(there) if self._is_ours(one, outbound.created_at_ms)]
        found: list[str | None] = []
        for call in calls:
            same = next((one for one in ours if self._is_same(one, call)), None)
            found.append(None if same is None else str(same.get("id")))
            ours = [one for one in ours if one is not same]  # two parts may say the same
        return found

    def _is_same(self, one: dict[str, Any], call: Call) -> bool:
        """Whether something that stands there is what this call was to write."""
        if call.file is not None and call.file_field == "source" and not _has_photo(one):
            return False
        return _text(one) == _words(call) and not self._echoes.is_another(str(one.get("id")), call.mark)

    def _is_ours(self, one: dict[str, Any], since_ms: int) -> bool:
        sender = one.get("from")
        if not isinstance(sender, dict) or sender.get("id") != self._settings.page:
            return False
        at_ms = _at_ms(str(one.get("created_time") or ""))
        return at_ms is not None and at_ms + 1_000 + _SKEW_MS > since_ms


def _has_photo(comment: dict[str, Any]) -> bool:
    attachment = comment.get("attachment")
    return isinstance(attachment, dict) and attachment.get("type") == "photo"


def _words(call: Call) -> str | None:
    said = call.parameters.get("message")
    found = said.get("text") or _above_buttons(said.get("attachment")) if isinstance(said, dict) else said
    return found if isinstance(found, str) else None


def _above_buttons(attachment: object) -> object:
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    return payload.get("text") if isinstance(payload, dict) else None


def _text(one: dict[str, Any]) -> str | None:
    found = one.get("message")
    return found if isinstance(found, str) and found else None


def _at_ms(created: str) -> int | None:
    """Meta writes offsets without a colon: 2026-11-02T08:00:03+0000."""
    try:
        at = datetime.fromisoformat(created)
    except ValueError:
        return None
    return int(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1_000)
