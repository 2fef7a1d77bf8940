"""A load generator in a process of its own: keep-alive connections that each send the next POST once answered.

`run` starts it and reads its one line of JSON. Raw sockets and prepared requests, so that it costs less than a server.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

CONNECTIONS: Final = 64
_TEXTS: Final = (
    "Hello, my transfer from this morning has not arrived yet and the app shows nothing. Could you have a look?",
    "您好，我今天上午的转账到现在还没有到账，麻烦帮我看一下，谢谢。",
    "How do I see the fees before I send something? The page about prices does not say it.",
)


class Load(msgspec.Struct, frozen=True):
    """What the server managed."""

    rate: float
    """Answers per second."""
    p50_ms: float
    p99_ms: float
    refused: int
    """Answers that were not 202."""


def message(number: str) -> bytes:
    """One message of the wire format, about 400 bytes."""
    text = _TEXTS[hash(number) % len(_TEXTS)]
    body = {
        "channel": "form",
        "message_id": f"load-{number}",
        "visibility": "private",
        "sent_at": "2026-11-02T08:00:03Z",
        "sender": {"id": f"visitor-{number}", "name": "A Customer"},
        "subject": "A question",
        "text": f"{text} ({number})",
    }
    return json.dumps(body, ensure_ascii=False).encode()


class _Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, head: str, mark: str, until: float, taken: list[float], refused: list[int]) -> None:
        self._head, self._mark, self._until, self._taken, self._refused = head, mark, until, taken, refused
        self._transport: asyncio.Transport | None = None
        self._count = 0
        self._begun = 0.0
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        self._begun = time.perf_counter()
        if self._begun > self._until:
            self._transport.close()
            return
        self._count += 1
        body = message(f"{self._mark}-{self._count}")
        self._transport.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        if not found or len(body) < int(head[at + 15 :].split(b"\r\n", 1)[0]):
            return
        self._buffer = b""
        self._taken.append(time.perf_counter() - self._begun)
        if b" 202 " not in head[:20]:
            self._refused.append(1)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.done.done():
            self.done.set_result(None)


async def _drive(port: int, token: str, mark: str, seconds: float) -> Load:
    head = (
        f"POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
    )
    taken: list[float] = []
    refused: list[int] = []
    begun = time.perf_counter()
    loop = asyncio.get_running_loop()
    callers = []
    for number in range(CONNECTIONS):
        _, caller = await loop.create_connection(
            lambda name=f"{mark}-{number}": _Caller(head, name, begun + seconds, taken, refused), "127.0.0.1", port
        )
        callers.append(caller.done)
    await asyncio.wait(callers)
    elapsed = time.perf_counter() - begun
    taken.sort()
    return Load(
        rate=len(taken) / elapsed,
        p50_ms=taken[len(taken) // 2] * 1000,
        p99_ms=taken[len(taken) * 99 // 100] * 1000,
        refused=len(refused),
    )


def drive(port: str, token: str, mark: str, seconds: str) -> None:
    """What the process does."""
    print(msgspec.json.encode(asyncio.run(_drive(int(port), token, mark, float(seconds)))).decode())


def run(port: int, token: str, mark: str, seconds: float) -> Load:
    """Load the server at `port` for so long. `mark` makes the messages of this run different from all others."""
    code = "import sys; from benchmarks.load import drive; drive(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(port), token, mark, str(seconds)]
    here = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=here, capture_output=True, check=True, timeout=seconds + 60)
    return msgspec.json.decode(done.stdout, type=Load)
