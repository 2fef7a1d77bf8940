"""Files that came as an address are fetched at once, before the address expires: from the public internet only, piece
by piece, no more than a file may have. What cannot be had is told; its message was there before.

An address is looked up and checked at every hop, so that a customer's message cannot make the house knock at its own
neighbours' doors. What comes is looked at as if it had been attached.
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from typing import Final, Literal
from urllib.parse import urljoin

import aiohttp
import msgspec

from router.bus import Bus
from router.core.textfiles import look_through
from router.flow.media import Kept, Media, NewFile
from router.flow.signed import PrivateAddress, PublicResolver, is_address, is_public_host
from router.flow.spool import Spool, TooLong
from router.model.changes import Record, Save
from router.model.errors import Conflict, StoreUnavailable
from router.model.filetypes import UNTOLD, type_of
from router.model.ids import BlobHash, MessageId
from router.model.limits import (
    ATTACHMENT_BYTES_MAX,
    FETCH_ATTEMPTS_MAX,
    FETCH_MESSAGE_SECONDS_MAX,
    FETCH_SECONDS_MAX,
    TEXT_FILES_BYTES_MAX,
)
from router.model.message import StoredAttachment
from router.model.sources import Clock
from router.model.tables import Event, Message
from router.store import changes as store_changes
from router.store import media as store_media
from router.store.script import Script, Store
from router.telemetry import Logger, why

_LOOK_S: Final = 1.0
"""A new address waits no longer than this."""
_AT_ONCE: Final = 8
"""Messages whose files are fetched side by side; those of one message one after another."""
_HOPS_MAX: Final = 3
_PIECE_BYTES: Final = 65_536
_FOR_NOW: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PAUSES_S: Final = (5, 30, 120, 600)
"""After the first failed attempt, the second, and so on."""
_AWAY_S: Final = 60
"""While nothing can be kept, a message's files are not downloaded in vain more often than this."""


class _Lost(Exception):
    """It cannot be had; the text says why, for the log."""


class _Later(Exception):
    """Not now."""


class _Got(msgspec.Struct, frozen=True):
    """What became of one file."""

    file: StoredAttachment
    kept: Kept = Kept()
    findings: tuple[str, ...] = ()


class FetchWorker:
    """Fetches what waits, of all messages."""

    def __init__(
        self, *, store: Store, bus: Bus, media: Media, private_hosts: frozenset[str], clock: Clock, log: Logger
    ) -> None:
        self._store, self._bus, self._media, self._clock, self._log = store, bus, media, clock, log
        self._private = private_hosts
        self._not_before_ms: dict[MessageId, int] = {}
        """Of messages whose last attempt failed in this process, or met a store that was away."""

    async def run(self) -> None:
        """Work until cancelled; each message by itself, so that a slow server holds up nobody else's files."""
        working: dict[MessageId, asyncio.Task[None]] = {}
        try:
            while True:
                working = {each: task for each, task in working.items() if not task.done()}
                for message in await self._due(working):
                    working[message.id] = asyncio.create_task(self._work(message), name=f"fetch:{message.id}")
                if working:
                    await asyncio.wait(working.values(), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                else:
                    await asyncio.sleep(_LOOK_S)
        finally:
            for task in working.values():
                task.cancel()
            await asyncio.gather(*working.values(), return_exceptions=True)

    async def run_once(self) -> int:
        """One round, for tests; how many messages were worked on."""
        due = await self._due(())
        await asyncio.gather(*map(self._work, due))
        return len(due)

    async def _due(self, working: Collection[MessageId]) -> list[Message]:
        """Messages to be worked on beside these, as many as there is room for."""
        room = _AT_ONCE - len(working)
        if not room:
            return []
        try:
            waiting = await self._store.read(store_media.with_remote_files())
        except StoreUnavailable as error:
            self._log.warning("fetch.store_unavailable", **why(error))
            return []
        now_ms = self._clock.now_ms()
        self._not_before_ms = {
            each.id: self._not_before_ms[each.id] for each in waiting if each.id in self._not_before_ms
        }
        free = [each for each in waiting if each.id not in working]
        far_ms = now_ms + _PAUSES_S[-1] * 1000  # further ahead, the clock went back since
        return [each for each in free if not now_ms < self._not_before_ms.get(each.id, 0) <= far_ms][:room]

    async def _work(self, message: Message) -> None:
        try:
            await self._complete(message)
        except Conflict as error:  # somebody edited or deleted it meanwhile, or a file is going: it is looked at anew
            self._log.warning("fetch.moved", message_id=message.id, **why(error))
        except StoreUnavailable as error:
            self._log.warning("fetch.store_unavailable", message_id=message.id, **why(error))
            self._put_off(message, _AWAY_S)
        except Exception as error:  # noqa: BLE001 -- one message's trouble, not the worker's
            self._log.error("fetch.failed", message_id=message.id, **why(error))
            self._put_off(message, _PAUSES_S[-1])

    def _put_off(self, message: Message, pause_s: int) -> None:
        self._not_before_ms[message.id] = self._clock.now_ms() + pause_s * 1000

    async def _complete(self, message: Message) -> None:
        got = await self._fetched(message)
        if tries := max((one.file.tries for one in got if one.file.state == "remote"), default=0):
            self._put_off(message, _PAUSES_S[min(tries, len(_PAUSES_S)) - 1])
        await self._store.write(_written(message, got, self._clock.now_ms()))
        await self._bus.notify("events")

    async def _fetched(self, message: Message) -> list[_Got]:
        """What became of each file. What the time does not suffice for has failed once more, asked for or not: so a
        message with many slow files comes to an end, too."""
        got: list[_Got] = []
        try:
            async with self._session() as http, asyncio.timeout(FETCH_MESSAGE_SECONDS_MAX):
                for file in message.attachments:
                    got.append(await self._one(http, message, file))  # noqa: PERF401 -- kept when the time is up
        except TimeoutError:
            self._log.warning("fetch.out_of_time", message_id=message.id)
            rest = message.attachments[len(got) :]
            got += [_Got(_tried(file) if file.state == "remote" else file) for file in rest]
        return got

    def _session(self) -> aiohttp.ClientSession:
        """A message's own, which nothing but its end closes."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicResolver(self._private)),
            timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS_MAX),
            auto_decompress=False,
            trust_env=False,
        )

    async def _one(self, http: aiohttp.ClientSession, message: Message, file: StoredAttachment) -> _Got:
        if file.state != "remote":
            return _Got(file)
        try:
            async with Spool(ATTACHMENT_BYTES_MAX) as spool:
                await _download(http, file.url or "", spool, self._private)
                return await self._take(message, file, spool)
        except TooLong:
            return _Got(_become(file, "too_big"))
        except _Lost as lost:
            self._log.warning("fetch.lost", message_id=message.id, attachment_id=file.id, why=str(lost))
            return _Got(_become(file, "lost"))
        except (_Later, aiohttp.ClientError, TimeoutError, OSError) as error:
            if isinstance(error, PrivateAddress) or isinstance(error.__cause__, PrivateAddress):
                self._log.warning("fetch.lost", message_id=message.id, attachment_id=file.id, why="a private address")
                return _Got(_become(file, "lost"))
            return _Got(_tried(file))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- one file's trouble: what waits behind it is fetched all the same
            self._log.error("fetch.failed", message_id=message.id, attachment_id=file.id, **why(error))
            return _Got(_tried(file))

    async def _take(self, message: Message, file: StoredAttachment, spool: Spool) -> _Got:
        sniffed = type_of(spool.head)
        stored = msgspec.structs.replace(
            file, state="stored", blob=BlobHash(spool.hash), size=spool.size, sniffed=sniffed or UNTOLD
        )
        if sniffed is not None or spool.size > TEXT_FILES_BYTES_MAX:
            return _Got(stored, await self._media.keep_spooled(spool))
        data = b"".join([segment async for segment in spool.segments()])
        looked = await asyncio.to_thread(  # seconds for a large one, which the loop has not got
            look_through, data, name=file.name, content_type=file.content_type, visibility=message.visibility
        )
        content = BlobHash(hashlib.sha256(looked.data).hexdigest())
        stored = msgspec.structs.replace(stored, blob=content, size=len(looked.data), checked=looked.checked)
        return _Got(stored, await self._media.keep([NewFile(hash=content, data=looked.data)]), looked.types)


async def _download(http: aiohttp.ClientSession, url: str, spool: Spool, private: frozenset[str]) -> None:
    """Fill the spool. Raises _Lost, _Later, TooLong, and what aiohttp raises."""
    for _ in range(_HOPS_MAX):
        if not is_address(url):
            raise _Lost("no address")
        if not is_public_host(url, private):
            raise _Lost("a private address")
        async with http.get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as response:
            if response.status in _REDIRECTS:
                url = _next(url, response.headers.get("Location", ""))
                continue
            if response.status in _FOR_NOW:
                raise _Later
            if response.status != 200:
                raise _Lost(f"answered {response.status}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise _Lost("answered in an encoding that was not asked for")
            if (response.content_length or 0) > ATTACHMENT_BYTES_MAX:
                raise TooLong
            async for piece in response.content.iter_chunked(_PIECE_BYTES):
                await spool.write(piece)
            return
    raise _Lost("redirected too often")


def _next(url: str, location: str) -> str:
    """Where a redirect leads. Raises _Lost."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise _Lost("redirected to no address") from None


def _tried(file: StoredAttachment) -> StoredAttachment:
    """It failed once more; too often is lost."""
    tried = msgspec.structs.replace(file, tries=file.tries + 1)
    return tried if tried.tries < FETCH_ATTEMPTS_MAX else _become(tried, "lost")


def _become(file: StoredAttachment, state: Literal["too_big", "lost"]) -> StoredAttachment:
    return msgspec.structs.replace(file, state=state)


def _written(message: Message, got: Sequence[_Got], now_ms: int) -> Script[store_changes.Applied]:
    """The message with what was fetched, in one transaction with what it refers to."""
    findings = dict.fromkeys((*message.findings, *(kind for one in got for kind in one.findings)))
    changed = message.changed(attachments=tuple(one.file for one in got), findings=tuple(findings))
    new = {row.hash: row for one in got for row in one.kept.files}
    yield from store_media.refer(list(new.values()), [known for one in got for known in one.kept.known])
    event = Event(
        at_ms=now_ms,
        kind="message.fetched",
        ticket_id=message.ticket_id,
        message_id=message.id,
        conversation_id=message.conversation_id,
    )
    told = [Record(event)] if any(one.file.state != "remote" for one in got) else []
    return (yield from store_changes.apply([Save(changed), *told], now_ms=now_ms))
