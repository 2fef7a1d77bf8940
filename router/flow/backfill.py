"""What the provider has and the store has not: counted, and taken in if asked."""

from collections.abc import Sequence

import msgspec

from router.connector import Accepted, Cursor, Inlet, RawEvent
from router.flow.channels import Channel
from router.flow.intake import hashed_key
from router.keys import Keyring
from router.model.errors import InvalidMessage
from router.store import journal
from router.store.script import Store

_LISTED_MAX = 100


class Gaps(msgspec.Struct, kw_only=True):
    """What an audit found."""

    seen: int = 0
    """Messages that the provider has."""
    unreadable: int = 0
    """Payloads that cannot be parsed: the quarantine has those that came in."""
    missing: int = 0
    listed: list[str] = []
    """The first ids of what is missing."""


class Auditor:
    """Implements connector.Inlet: compares with the journal, and lets what is missing into `inlet`, if there is one.

    The journal keeps the id of everything that was ever taken in, or its keyed hash, so that what was deleted or
    erased since does not come back.
    """

    def __init__(self, channel: Channel, store: Store, keys: Keyring, inlet: Inlet | None) -> None:
        self._channel, self._store, self._keys, self._inlet = channel, store, keys, inlet
        self.found = Gaps()

    async def accept(self, raws: Sequence[RawEvent], cursor: Cursor | None = None) -> list[list[Accepted]]:
        """Count them; the cursor stays where the running channel has it."""
        del cursor
        missing = [raw for raw in raws if await self._is_missing(raw)]
        if missing and self._inlet is not None:
            await self._inlet.accept(missing)
        return [[] for _ in raws]

    async def _is_missing(self, raw: RawEvent) -> bool:
        try:
            events = self._channel.manifest.parse(raw, self._channel.account)
        except InvalidMessage:
            self.found.unreadable += 1
            return False
        absent = []
        for event in events:
            self.found.seen += 1
            at = (event.channel, event.account, event.message_id)
            if await self._store.read(journal.find(*at, hashed_key(self._keys, *at))) is None:
                absent.append(event.message_id)
        self.found.missing += len(absent)
        self.found.listed.extend(absent[: _LISTED_MAX - len(self.found.listed)])
        return bool(absent)
