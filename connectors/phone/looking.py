"""What the provider has and nobody told us: it calls once, and does not repeat a notice that found nobody.

From time to time its lists of ended calls, recordings and text messages are read from a little before the last look.
What came by webhook is known by its id and dropped behind the inlet.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from connectors.phone.client import Client, Listed
from connectors.phone.fetching import Fetcher
from connectors.phone.parse import sid_of
from connectors.phone.payload import Step, Told, pack
from connectors.phone.settings import Settings
from router.connector import Context, Cursor, Inlet, RawEvent
from router.failures import Refused

SCOPE: Final = "ended"
_OVERLAP_MS: Final = 900_000
"""Lists are sorted by a clock that is not ours, and fill up late."""
_BATCH: Final = 20
_KNOWN_MAX: Final = 20_000


class Known:
    """Ids that were committed by this process, so that their recordings are not fetched again at every look."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, found: str) -> bool:
        return found in self._ids

    def add(self, found: str) -> None:
        """It is durable."""
        self._ids[found] = None
        if len(self._ids) > _KNOWN_MAX:
            self._ids.popitem(last=False)


class Looker:
    """Looks for one account."""

    def __init__(self, client: Client, settings: Settings, context: Context, fetcher: Fetcher, known: Known) -> None:
        self._client, self._settings, self._context = client, settings, context
        self._fetcher, self._known = fetcher, known

    async def look(self, inlet: Inlet) -> None:
        """Read what has ended since the last look. Raises Failed, StoreUnavailable."""
        now_ms = self._context.clock.now_ms()
        until_ms = now_ms - int(self._settings.timeouts.settle_s * 1000)
        cursor = await self._context.cursors.load(SCOPE)
        if cursor is None or not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > now_ms:
            # The first look ever, or a cursor that cannot be right: a day back loses less than a start from now.
            is_first = cursor is None
            since_ms = until_ms if is_first else until_ms - 86_400_000
        else:
            since_ms = int(cursor) - _OVERLAP_MS
        await self.bring(inlet, since_ms, until_ms)
        await inlet.accept([], Cursor(scope=SCOPE, value=str(until_ms)))

    async def bring(self, inlet: Inlet, since_ms: int, until_ms: int) -> int:
        """Hand over what ended in between, calls first; how much that was. Raises Failed, StoreUnavailable."""
        ours = self._settings.numbers
        # The lists may know days only: what they tell too much is left out here. Their times are whole seconds.
        since_ms -= since_ms % 1000
        calls = [row for row in await self._client.ended_since(since_ms) if since_ms <= row.ended_ms <= until_ms]
        messages = [row for row in await self._client.received_since(since_ms) if since_ms <= row.at_ms <= until_ms]
        recordings = [row for row in await self._client.recorded_since(since_ms) if since_ms <= row.at_ms <= until_ms]
        brought = await self._hand(inlet, [(row, self._ended(row)) for row in calls if row.called in ours])
        brought += await self._hand(inlet, [(row, self._received(row)) for row in messages if row.called in ours])
        for row in reversed(recordings):
            if row.sid not in self._known and (raw := await self._recorded(row)) is not None:
                brought += await self._hand(inlet, [(row, raw)])
        return brought

    async def _hand(self, inlet: Inlet, found: Sequence[tuple[Listed, RawEvent]]) -> int:
        # The newest stand first in the lists.
        fresh = [(row, raw) for row, raw in reversed(found) if row.sid not in self._known]
        for start in range(0, len(fresh), _BATCH):
            await inlet.accept([raw for _, raw in fresh[start : start + _BATCH]])
        for row, _ in fresh:
            self._known.add(row.sid)
        return len(fresh)

    def _ended(self, row: Listed) -> RawEvent:
        form = {
            "CallSid": row.sid, "From": row.caller or "", "To": row.called or "", "CallStatus": row.status or "",
            "CallDuration": str(row.duration or 0),
        }  # fmt: skip
        return _packed(form, "ended", row.at_ms, found_later=True)

    def _received(self, row: Listed) -> RawEvent:
        notice = "" if (row.num_media or "0") == "0" else "\n[its pictures stayed at the provider]"
        form = {
            "MessageSid": row.sid, "From": row.caller or "", "To": row.called or "",
            "Body": (row.body or "") + notice,
        }  # fmt: skip
        return _packed(form, "sms", row.at_ms, found_later=True)

    async def _recorded(self, row: Listed) -> RawEvent | None:
        if row.call_sid is None or sid_of("recording", row.sid) is None or sid_of("call", row.call_sid) is None:
            return None
        try:
            call = await self._client.call(row.call_sid)
        except Refused as error:  # calls are deleted there without their recordings
            self._context.log.warning("phone.recording_of_nobody", recording=row.sid, reason=str(error))
            return None
        if call.called not in self._settings.numbers:
            return None  # another program's
        form = {
            "CallSid": row.call_sid, "From": call.caller or "", "To": call.called or "", "RecordingSid": row.sid,
            "RecordingDuration": str(row.duration or 0),
        }  # fmt: skip
        told = Told(step="voicemail", at_ms=row.at_ms, found_later=True)
        return pack(urlencode(form).encode(), told, [await self._fetcher.recording(row.sid)])


def _packed(form: dict[str, str], step: Step, at_ms: int, *, found_later: bool) -> RawEvent:
    return pack(urlencode(form).encode(), Told(step=step, at_ms=at_ms, found_later=found_later))
