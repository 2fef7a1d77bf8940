"""The streams of the Redis bus: their keys and entries, and the reader a partition's owner pulls them through.

`sb:{p}:route` holds the entries of partition p, `sb:{p}:dead` those nobody can read. The braces are a hash tag: all
keys of a partition live in one slot. One group and one consumer name for all owners, because the database's lease
already says who owns p: whatever a former owner left unacked is then the new owner's own pending list.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from redis.exceptions import ResponseError

from router.bus import Pointer
from router.bus.link import CALL_S, Command, Wire, accepted

_GROUP: Final = b"route"
_OWNER: Final = b"owner"
_FIELD: Final = b"j"
_COUNT: Final = 100
"""Entries read of one partition at once."""
STREAM_MAX: Final = 1_000
"""Entries that wait in one partition; one is enough to wake its owner."""
DEAD_MAX: Final = 1_000
_ID_BYTES_MAX: Final = 64
_DEAD_BYTES_MAX: Final = 256
_DEAD_PARTS_MAX: Final = 16
_RECREATE_MAX: Final = 3

# One key and one condition, decided where the length is known; an unread entry is never trimmed away.
_ADD: Final = (
    "if redis.call('XLEN', KEYS[1]) < tonumber(ARGV[1]) then "
    "return redis.call('XADD', KEYS[1], '*', ARGV[2], ARGV[3]) end return false"
)

_Entry = tuple[bytes, list[bytes] | None]
_Page = list[tuple[bytes, list[_Entry]]] | None


def route_key(partition: int) -> bytes:
    """The stream of pointers of one partition."""
    return b"sb:{%d}:route" % partition


def dead_key(partition: int) -> bytes:
    """The stream of its poison entries, the last `DEAD_MAX` or so."""
    return b"sb:{%d}:dead" % partition


def add(pointer: Pointer) -> Command:
    """The command that announces a journal row, unless its partition has more than enough to wake up for."""
    return ("EVAL", _ADD, 1, route_key(pointer.partition), STREAM_MAX, _FIELD, pointer.journal_id)


def forget(partition: int, entries: Sequence[str | bytes]) -> list[Command]:
    """The commands that ack entries and free their space; XACK alone would leave them in the stream."""
    key = route_key(partition)
    return [("XACK", key, _GROUP, *entries), ("XDEL", key, *entries)]


def read_entry(partition: int, entry: bytes, fields: Sequence[bytes]) -> Pointer | str:
    """The pointer an entry carries, or in words why it carries none. Fields we do not know are left alone."""
    pairs = dict(zip(fields[::2], fields[1::2], strict=False))
    journal_id = pairs.get(_FIELD)
    if journal_id is None:
        return "field j (the journal id) is missing"
    if not 0 < len(journal_id) <= _ID_BYTES_MAX:
        return f"field j has {len(journal_id)} bytes; a journal id has 1 to {_ID_BYTES_MAX}"
    if not journal_id.isascii():
        return "field j is not ASCII, as a journal id is"
    return Pointer(partition=partition, journal_id=journal_id.decode("ascii"), entry=entry.decode("ascii"))


class StreamReader:
    """Reads the streams of the partitions one worker owns. Not for concurrent calls."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._owned: frozenset[int] = frozenset()
        self._history: dict[int, bytes] = {}
        """Partitions whose unacked entries are not all read again yet, with the last one seen."""
        self.buried = 0

    async def read(self, owned: frozenset[int], wait_s: float) -> list[Pointer]:
        """First what former owners left unacked, then new entries, waiting up to `wait_s` seconds for one.

        Raises what `Wire.ask` raises, and ResponseError when Redis refuses. Afterwards (and when cancelled) entries
        may have been delivered that nobody saw, so that the next call starts with all that is unacked.
        """
        for attempt in range(1, _RECREATE_MAX + 1):
            try:
                return await self._read(owned, wait_s)
            except ResponseError as refusal:
                self._start_over()
                # Emptied: NOGROUP on the next command; UNBLOCKED when it happens while we wait (Redis 7.0).
                if attempt == _RECREATE_MAX or not str(refusal).startswith(("NOGROUP", "UNBLOCKED")):
                    raise
            except BaseException:
                self._start_over()
                raise
        raise AssertionError("unreachable")

    def _start_over(self) -> None:
        self._owned = frozenset()
        self._history.clear()

    async def _read(self, owned: frozenset[int], wait_s: float) -> list[Pointer]:
        gained = sorted(owned - self._owned)
        if gained:
            await self._join(gained)
        self._history = {p: seen for p, seen in self._history.items() if p in owned}
        self._history |= dict.fromkeys(gained, b"0")
        self._owned = owned
        while self._history:
            if pointers := await self._read_history():
                return pointers
        return await self._read_new(sorted(owned), wait_s)

    async def _join(self, partitions: Sequence[int]) -> None:
        """Make sure that stream and group exist; from its first entry, because publishers do not wait for readers."""
        creations: list[Command] = [("XGROUP", "CREATE", route_key(p), _GROUP, "0", "MKSTREAM") for p in partitions]
        replies = await self._wire.ask(creations)
        accepted([r for r in replies if not (isinstance(r, ResponseError) and str(r).startswith("BUSYGROUP"))])

    async def _read_history(self) -> list[Pointer]:
        page = await self._page(list(self._history), list(self._history.values()), None)
        self._history = {p: entries[-1][0] for p, entries in page if len(entries) == _COUNT}
        return await self._sort(page)

    async def _read_new(self, partitions: Sequence[int], wait_s: float) -> list[Pointer]:
        return await self._sort(await self._page(partitions, [b">"] * len(partitions), wait_s))

    async def _page(
        self, partitions: Sequence[int], after: Sequence[bytes], wait_s: float | None
    ) -> list[tuple[int, list[_Entry]]]:
        # BLOCK 0 would wait for ever.
        block = ("BLOCK", max(1, int(wait_s * 1000))) if wait_s else ()
        keys = {route_key(p): p for p in partitions}
        command = ("XREADGROUP", "GROUP", _GROUP, _OWNER, "COUNT", _COUNT, *block, "STREAMS", *keys, *after)
        reply = accepted(await self._wire.ask([command], within_s=CALL_S + (wait_s or 0)))[0]
        return [(keys[key], entries) for key, entries in msgspec.convert(reply, _Page) or []]

    async def _sort(self, page: Sequence[tuple[int, list[_Entry]]]) -> list[Pointer]:
        """The pointers among the entries, oldest first; the others are buried."""
        pointers: list[Pointer] = []
        burial: list[Command] = []
        for partition, entries in page:
            for entry, fields in entries:
                if fields is None:  # deleted while it was pending: nothing but its id is left to forget
                    burial += forget(partition, [entry])
                    continue
                read = read_entry(partition, entry, fields)
                if isinstance(read, Pointer):
                    pointers.append(read)
                else:
                    burial += _bury(partition, entry, fields, read)
                    self.buried += 1
        if burial:
            accepted(await self._wire.ask(burial))
        return sorted(pointers, key=_age)


def _bury(partition: int, entry: bytes, fields: Sequence[bytes], reason: str) -> list[Command]:
    parts = [part[:_DEAD_BYTES_MAX] for part in fields[:_DEAD_PARTS_MAX]]
    record: Command = ("reason", reason, "entry", entry, *parts)
    add_dead: Command = ("XADD", dead_key(partition), "MAXLEN", "~", DEAD_MAX, "*", *record)
    return [add_dead, *forget(partition, [entry])]


def _age(pointer: Pointer) -> tuple[int, int]:
    """Entries are named by the server's milliseconds and a number within them."""
    at_ms, _, number = pointer.entry.partition("-")
    return int(at_ms), int(number)
