"""Asking for what is new: mentions, and direct messages, each with a cursor of its own that moves after the commit.

X lists newest first. All pages down to what is known are read, then committed oldest first, so that a cursor never
passes what was not kept. The list of mentions takes an id to begin from, that of messages none: it is read until an id
that is old enough. Both are asked for a little more than what is new: X may list something late. What comes twice is
dropped behind the inlet, and here, so that its files are not fetched again.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from connectors.x.client import Client, Page
from connectors.x.parcel import Parcel
from connectors.x.settings import Settings
from connectors.x.snowflake import first_id, time_ms
from connectors.x.take import Taken, Taker
from router.backoff import Backoff
from router.connector import Context, Cursor, Inlet, RawEvent
from router.failures import Failed, Refused

List = Literal["mentions", "messages"]
LISTS: Final[tuple[List, ...]] = ("mentions", "messages")
_PAGES_MAX: Final = 100
_AHEAD_MS: Final = 3_600_000
"""A cursor of a later time than this is none of ours."""
_KNOWN_MAX: Final = 20_000
BATCH: Final = 20
"""Items whose files are in memory at once."""
_RESERVE: Final = 2
"""Calls of a window that are left for a restart or a backfill."""
_ENDPOINTS: Final = {"mentions": "GET /2/users/:id/mentions", "messages": "GET /2/dm_events"}


class _Id(msgspec.Struct, frozen=True, kw_only=True):
    id: str


_decode_id = msgspec.json.Decoder(_Id).decode


class _Listing(msgspec.Struct, kw_only=True):
    """A list that is being read, newest first."""

    since: int
    found: list[tuple[int, Taken]] = []
    token: str | None = None
    """Of the next page."""
    pages: int = 0
    is_whole: bool = False


class Poller:
    """Reads one list of an account into one inlet; `heard` is told whenever X answered."""

    def __init__(
        self,
        which: List,
        client: Client,
        context: Context,
        taker: Taker,
        settings: Settings,
        backoff: Backoff,
        heard: Callable[[], None],
    ) -> None:
        self._which: List = which
        self._client, self._context, self._taker, self._settings = client, context, taker, settings
        self._backoff, self._heard = backoff, heard
        self._begun: _Listing | None = None
        self._known: OrderedDict[str, None] = OrderedDict()
        """What was committed since the start."""

    async def follow(self, inlet: Inlet) -> None:
        """Take in what comes, until something fails. Raises Failed."""
        newest = self._read(await self._backoff.until_stored(lambda: self._context.cursors.load(self._which)))
        if newest is None and self._settings.start_from == "now":
            # Written at once: what comes while we are away is new, though nothing came before.
            newest = int(first_id(self._context.clock.now_ms()))
            await self._commit(inlet, [], newest)
        while True:
            items = await self.items(self._from(newest or 0))
            self._heard()
            newest = await self._take(items, inlet, newest)
            await asyncio.sleep(self._wait_s())

    def _read(self, cursor: str | None) -> int | None:
        """The newest committed id; 0, which asks for all that X lists, for a cursor that cannot be right."""
        if cursor is None:
            return None
        if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 20):
            return 0
        return int(cursor) if time_ms(int(cursor)) <= self._context.clock.now_ms() + _AHEAD_MS else 0

    def _from(self, newest: int) -> int:
        """Where asking begins: the overlap behind the newest."""
        if newest == 0:
            return 0
        return min(newest, int(first_id(time_ms(newest) - int(self._settings.overlap_s * 1_000))))

    def _wait_s(self) -> float:
        now_ms = self._context.clock.now_ms()
        usual_s = self._settings.every_s if self._settings.mode == "polling" else self._settings.sweep_s
        endpoint = _ENDPOINTS[self._which]
        pace_ms = self._client.quota.pace_ms(endpoint, now_ms, _RESERVE)
        return max(usual_s, pace_ms / 1_000)

    # --- reading ---------------------------------------------------------------------------------------------------

    async def items(self, since: int) -> list[tuple[int, Taken]]:
        """What X lists after the id `since`, oldest first, each with its id (0: it cannot be read). Raises Failed.

        What fails half way is gone on with at the next call: a long list may take several of X's windows.
        """
        listing = self._begun if self._begun is not None and self._begun.since == since else _Listing(since=since)
        self._begun = None
        try:
            while not listing.is_whole:
                if listing.pages == _PAGES_MAX:
                    self._context.log.warning("x.list_too_long", account=self._context.account, list=self._which)
                    break
                self._read_on(listing, await self._page(since, listing.token))
        except Refused:
            raise  # the place in the list may be what X no longer knows
        except Failed:
            self._begun = listing
            raise
        listing.found.reverse()
        return listing.found

    def _read_on(self, listing: _Listing, page: Page) -> None:
        shape: Literal["post", "message"] = "post" if self._which == "mentions" else "message"
        numbers = [_number(item) for item in page.items]
        listing.found += [
            (number, self._taker.listed(shape, item, page.includes))
            for number, item in zip(numbers, page.items, strict=True)
            if number == 0 or number > listing.since
        ]
        listing.pages += 1
        listing.token = page.next_token
        listing.is_whole = page.next_token is None or any(0 < number <= listing.since for number in numbers)

    async def _page(self, since: int, token: str | None) -> Page:
        if self._which == "mentions":
            return await self._client.mentions(str(since) if since else None, token)
        return await self._client.messages(token)

    # --- committing ------------------------------------------------------------------------------------------------

    async def _take(self, items: Sequence[tuple[int, Taken]], inlet: Inlet, newest: int | None) -> int | None:
        """Commit in portions, oldest first; the cursor stands for all before it. Returns the newest id."""
        new = [(number, parcel) for number, parcel in items if _known_as(number, parcel) not in self._known]
        for start in range(0, len(new), BATCH):
            portion = new[start : start + BATCH]
            raws = [await self._made(parcel) for _, parcel in portion if parcel is not None]
            newest = max([newest or 0, *(number for number, _ in portion)])
            await self._commit(inlet, raws, newest)
            for number, parcel in portion:
                self._known[_known_as(number, parcel)] = None
                if len(self._known) > _KNOWN_MAX:
                    self._known.popitem(last=False)
        return newest

    async def _made(self, parcel: Parcel | RawEvent) -> RawEvent:
        return await self._backoff.until_stored(lambda: self._taker.raw_event(parcel))

    async def _commit(self, inlet: Inlet, raws: Sequence[RawEvent], newest: int) -> None:
        """While the store is away, stand still: X goes on listing what is not committed."""
        cursor = Cursor(scope=self._which, value=str(newest)) if newest else None
        return await self._backoff.until_stored(lambda: self._taker.commit(inlet, raws, cursor))


def _known_as(number: int, parcel: Taken) -> str:
    """By its id; what has none that can be read, by its bytes."""
    if number or parcel is None:
        return str(number)
    return hashlib.sha256(parcel.body if isinstance(parcel, RawEvent) else parcel.item).hexdigest()


def _number(item: bytes) -> int:
    """The id of an item; 0 when it cannot be read."""
    try:
        told = _decode_id(item).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 20 else 0
