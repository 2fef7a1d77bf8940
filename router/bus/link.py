"""The way to one Redis: a connection that never mixes up replies, the pause between attempts, the state operators see.

Used by the Redis bus only. Time limits are here and nowhere in the client library, so that each has one meaning.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ResponseError

from router.connector import Log

CALL_S: Final = 1.0
"""One exchange with Redis, connecting included; slower than that, Redis counts as away."""
PAUSE_MIN_S: Final = 0.05
PAUSE_MAX_S: Final = 2.0
_REASON_CHARS_MAX: Final = 200
# Retries and time limits of the library would multiply with ours; whatever a URL says of them is overruled.
_OPTIONS: Final[dict[str, object]] = {
    "decode_responses": False, "retry": None, "retry_on_error": [], "retry_on_timeout": False,
    "socket_timeout": None, "socket_connect_timeout": None, "health_check_interval": 0,
}  # fmt: skip

Command = tuple[str | bytes | int, ...]
Reply = bytes | int | None | list["Reply"] | ResponseError


class Wire:
    """One connection, made when first used. A call that fails, times out or is cancelled drops it."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that names no Redis; nothing is connected yet."""
        pool = ConnectionPool.from_url(url, protocol=2)  # RESP2: replies have one shape on all servers
        pool.connection_kwargs.update(_OPTIONS)
        self._connection: AbstractConnection = pool.connection_class(**pool.connection_kwargs)

    async def ask(self, commands: Sequence[Command], within_s: float = CALL_S) -> list[Reply]:
        """Send `commands` at once and return their replies; a refusal of one of them is its reply.

        Raises RedisError or OSError when Redis is away, TimeoutError after `within_s` seconds.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._send(commands)
                return [await self._reply() for _ in commands]
        except BaseException:
            await self.close()
            raise

    async def tell(self, command: Command) -> None:
        """Send a command whose replies come through `hear`."""
        async with asyncio.timeout(CALL_S):
            await self._send([command])

    async def hear(self, within_s: float) -> Reply:
        """The next frame, or None after `within_s` seconds of silence, after which listening may go on."""
        reply: Reply = await self._connection.read_response(timeout=within_s, disconnect_on_error=False)
        return reply

    async def close(self) -> None:
        """Drop the connection; the next call makes another."""
        await self._connection.disconnect(nowait=True)

    async def _send(self, commands: Sequence[Command]) -> None:
        """Connects first where needed."""
        await self._connection.send_packed_command(self._connection.pack_commands(commands))

    async def _reply(self) -> Reply:
        try:
            reply: Reply = await self._connection.read_response(disconnect_on_error=False)
        except ResponseError as refusal:
            return refusal
        return reply


def accepted(replies: Sequence[Reply]) -> Sequence[Reply]:
    """The replies, when none of them is a refusal; raises the first ResponseError otherwise."""
    for reply in replies:
        if isinstance(reply, ResponseError):
            raise reply
    return replies


class Pause:
    """How long to leave a server alone: doubling from 50 ms to 2 s, less up to half of it at random."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._next_s = PAUSE_MIN_S

    def next_s(self) -> float:
        """Seconds until the next attempt."""
        pause_s = self._next_s * (1 - self._jitter() / 2)
        self._next_s = min(self._next_s * 2, PAUSE_MAX_S)
        return pause_s

    def reset(self) -> None:
        """It answered."""
        self._next_s = PAUSE_MIN_S


class Health:
    """Which parts of the bus work; one log line for each change of the whole."""

    def __init__(self, log: Log, first: str) -> None:
        """Unknown, hence not up, until the part `first` has worked or any part has failed."""
        self._log = log
        self._down = {first}
        self._up: bool | None = None
        self.trouble: str | None = None
        """What the last part that failed met; None while all work."""

    @property
    def up(self) -> bool:
        """Whether all parts worked when last tried."""
        return self._up is True

    def worked(self, part: str) -> None:
        """`part` got its answer."""
        if self._up:
            return
        self._down.discard(part)
        if not self._down:
            self._up, self.trouble = True, None
            self._log.info("bus.up")

    def failed(self, part: str, error: Exception) -> None:
        """`part` got none, or a refusal."""
        self._down.add(part)
        self.trouble = f"{type(error).__name__}: {error}"[:_REASON_CHARS_MAX]
        if self._up is not False:
            self._up = False
            self._log.warning("bus.down", part=part, reason=self.trouble)
