"""Who hears signals inside this process, and who claims what here; both buses tell their listeners here."""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec

from router.model.limits import SIGNAL_BYTES_MAX, SIGNALS_WAITING_MAX
from router.model.signals import Signal

_CLAIMS_MAX: Final = 10_000
"""Names that are remembered; the oldest claim is forgotten first."""
_encode = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder(Signal)


class Hearings:
    """The listeners of one bus. For one event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def hear(self) -> "Listener":
        """A listener from now on."""
        listener = Listener(self._listeners)
        self._listeners.add(listener)
        return listener

    def tell(self, signal: Signal) -> None:
        """Tell everybody who listens."""
        for listener in self._listeners:
            listener.tell(signal)


class Listener:
    """One listener."""

    def __init__(self, listeners: "set[Listener]") -> None:
        self._listeners = listeners
        self._waiting: asyncio.Queue[Signal] = asyncio.Queue(SIGNALS_WAITING_MAX)

    def tell(self, signal: Signal) -> None:
        """Keep it until it is taken; with no room, drop it."""
        if not self._waiting.full():
            self._waiting.put_nowait(signal)

    async def next(self) -> Signal:
        """The next signal, waited for."""
        return await self._waiting.get()

    def close(self) -> None:
        """Stop listening."""
        self._listeners.discard(self)


class Claims:
    """What is claimed inside this process. Times are those of the event loop."""

    def __init__(self) -> None:
        self._until_s: OrderedDict[str, float] = OrderedDict()

    def claim(self, name: str, for_ms: int) -> bool:
        """Whether it was free."""
        now_s = asyncio.get_running_loop().time()
        if self._until_s.get(name, now_s) > now_s:
            return False
        self._until_s.pop(name, None)
        self._until_s[name] = now_s + for_ms / 1_000
        if len(self._until_s) > _CLAIMS_MAX:
            self._until_s.popitem(last=False)
        return True


def packed(sender: str, signal: Signal) -> bytes | None:
    """A signal as it travels, with the name of the process it comes from; None when it is too large to."""
    body = b"\n".join((sender.encode(), _encode(signal)))
    return body if len(body) <= SIGNAL_BYTES_MAX else None


def unpacked(body: bytes) -> tuple[bytes, Signal] | None:
    """The sender and the signal; None for what is neither."""
    sender, _, encoded = body.partition(b"\n")
    if len(body) > SIGNAL_BYTES_MAX:
        return None
    try:
        return sender, _decoder.decode(encoded)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
