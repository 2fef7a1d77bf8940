"""All ways in at once, into one process: visitors who type, mailboxes in IDLE, signed webhooks at a fixed rate.

`python -m benchmarks.channels [SECONDS]`. One process serves everything on SQLite: 200 visitors of the web chat who
type all the time and write every 20 s, 20 IMAP mailboxes in IDLE of which one gets a mail every second, and 500
webhooks a second, each signed and with one message. An acknowledgement comes after the commit; it is measured from
when the webhook was due, so that waiting in line counts. Aim: p99 at most 250 ms. The same webhooks go to a bare
aiohttp handler in the same run. At the end everything that was acknowledged has to be a message, once.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from benchmarks import load, machine
from benchmarks.api import bare
from benchmarks.service import Service, service
from connectors.email.simulator.server import MailServer
from connectors.webchat import frames
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds
from router.model.signing import HEADER, signature

SECONDS: Final = 45.0
VISITORS: Final = 200
TYPE_EVERY_S: Final = 1.0
WRITE_EVERY_S: Final = 20.0
MAILBOXES: Final = 20
MAIL_EVERY_S: Final = 1.0
WEBHOOKS_PER_SECOND: Final = 500
AIM_MS: Final = 250.0
SECRET: Final = "what the webhooks of this benchmark are signed with"
PASSWORD: Final = "a password of the benchmark"
_DECIDED_S: Final = 120.0
_ROOT: Final = Path(__file__).parent.parent


class Acknowledged(msgspec.Struct, frozen=True):
    """How long acknowledgements took, in milliseconds."""

    count: int
    refused: int
    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, times_s: list[float], refused: int = 0) -> "Acknowledged":
        """Of measured times."""
        found = sorted(one * 1000 for one in times_s)
        return cls(len(found), refused, found[len(found) // 2], found[len(found) * 99 // 100], found[-1])

    def __str__(self) -> str:
        return f"{self.count:>7,}   p50 {self.p50:>6.1f} ms  p99 {self.p99:>6.1f} ms  worst {self.worst:>6.1f} ms"


# --- webhooks, from a process of their own --------------------------------------------------------------------------


async def _post_all(url: str, mark: str, seconds: float) -> Acknowledged:
    times: list[float] = []
    refused: list[int] = []
    begun = time.perf_counter()

    async def post(http: aiohttp.ClientSession, number: int, due: float) -> None:
        body = load.message(f"{mark}-{number}")
        headers = {HEADER: signature(SECRET.encode(), int(time.time()), body), "Content-Type": "application/json"}
        async with http.post(url, data=body, headers=headers) as answer:
            await answer.read()
            times.append(time.perf_counter() - due)
            if answer.status != 202:
                refused.append(answer.status)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as http:
        posts = []
        for number in range(int(WEBHOOKS_PER_SECOND * seconds)):
            due = begun + number / WEBHOOKS_PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            posts.append(asyncio.create_task(post(http, number, due)))
        await asyncio.gather(*posts)
    return Acknowledged.of(times, len(refused))


def drive(url: str, mark: str, seconds: str) -> None:
    """What the process does."""
    print(msgspec.json.encode(asyncio.run(_post_all(url, mark, float(seconds)))).decode())


async def webhooks(url: str, mark: str, seconds: float) -> Acknowledged:
    """Post for so long."""
    code = "import sys; from benchmarks.channels import drive; drive(*sys.argv[1:])"
    command = [sys.executable, "-c", code, url, mark, str(seconds)]
    child = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=subprocess.PIPE)
    said, _ = await child.communicate()
    return msgspec.json.decode(said, type=Acknowledged)


# --- visitors and mails ---------------------------------------------------------------------------------------------


async def _every(interval_s: float, until: float, act: Callable[[int], Awaitable[object]]) -> int:
    """Do it again and again; how often."""
    number = 0
    due = time.perf_counter() + interval_s
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await act(number)
        number, due = number + 1, due + interval_s
    return number


async def visitors(http: aiohttp.ClientSession, url: str, until: float) -> list[float]:
    """All of them type and write; how long each acknowledgement took."""
    clock = SystemClock()
    ids = TimedIds(clock)
    address = url.replace("http", "ws") + "/channels/webchat/default/ws"
    times: list[float] = []

    async def visit(number: int) -> None:
        async with VisitorClient(http, address, clock, ids) as visitor:

            async def write(turn: int) -> None:
                begun = time.perf_counter()
                await visitor.write(f"my transfer number {number}{turn} is not there yet")
                times.append(time.perf_counter() - begun)

            await asyncio.sleep(WRITE_EVERY_S * number / VISITORS)
            typing = asyncio.create_task(_every(TYPE_EVERY_S, until, lambda _: visitor.send_frame(frames.Typing())))
            await _every(WRITE_EVERY_S, until, write)
            await typing

    await asyncio.gather(*(visit(number) for number in range(VISITORS)))
    return times


def address_of(number: int) -> str:
    """The mailbox of one account."""
    return f"support{number}@shop.example"


async def mails(server: MailServer, until: float) -> int:
    """One after the other, to each mailbox in turn; how many."""

    async def deliver(number: int) -> None:
        to = address_of(number % MAILBOXES)
        server.deliver(
            f"From: c{number}@mail.example\r\nTo: {to}\r\nSubject: a question\r\n"
            f"Message-ID: <m{number}@mail.example>\r\nDate: Mon, 02 Nov 2026 08:00:03 +0000\r\n\r\n"
            f"Where is transfer {number}?\r\n".encode(),
            to,
        )

    return await _every(MAIL_EVERY_S, until, deliver)


# --- together -------------------------------------------------------------------------------------------------------


def _accounts(server: MailServer) -> str:
    """The channels, as the configuration has them."""
    lines = [f"  - {{kind: api, account: signed, settings: {{kinds: [form], inbound_secret: {json.dumps(SECRET)}}}}}"]
    for number in range(MAILBOXES):
        login = {"host": "127.0.0.1", "tls": "none", "user": address_of(number), "password": PASSWORD}
        settings = {
            "address": address_of(number),
            "imap": {**login, "port": server.imap_port},
            "smtp": {**login, "port": server.smtp_port},
        }
        lines.append(f"  - {{kind: email, account: m{number}, settings: {json.dumps(settings)}}}")
    return "\n".join(lines) + "\n"


async def measure(house: Service, server: MailServer, bare_url: str, seconds: float) -> bool:
    url = f"http://127.0.0.1:{house.port}"
    before = await webhooks(bare_url, "bare", seconds / 3)
    until = time.perf_counter() + seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        written, delivered, posted = await asyncio.gather(
            visitors(http, url, until),
            mails(server, until),
            webhooks(f"{url}/channels/api/signed/messages", "hook", seconds),
        )
    begun = time.perf_counter()
    wanted = len(written) + delivered + posted.count
    while (routed := house.routed()) < wanted and time.perf_counter() - begun < _DECIDED_S:
        await asyncio.sleep(0.1)
    print(f"  bare aiohttp handler, {WEBHOOKS_PER_SECOND}/s    {before}")
    print(f"  webhooks, signed, durable     {posted}")
    print(f"  messages of {VISITORS} visitors      {Acknowledged.of(written)}")
    print(f"  mails to {MAILBOXES} mailboxes in IDLE  {delivered:>7,}")
    print(f"  decided {routed:,} of {wanted:,}, the last {time.perf_counter() - begun:.1f} s after the load ended")
    is_met = posted.p99 <= AIM_MS and not posted.refused and routed == wanted
    print(f"  {'met' if is_met else 'NOT MET'}: p99 {posted.p99:.1f} ms, aim {AIM_MS:.0f} ms; {posted.refused} refused")
    return is_met


async def _run(seconds: float, bare_url: str) -> bool:
    server = MailServer(SystemClock(), {address_of(number): PASSWORD for number in range(MAILBOXES)})
    async with server:
        with service(channels=_accounts(server)) as house:
            await asyncio.to_thread(house.start, "intake,route,deliver,web")
            return await measure(house, server, bare_url, seconds)


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    machine.header("channels")
    with bare() as port:
        return 0 if asyncio.run(_run(seconds, f"http://127.0.0.1:{port}/api/v1/messages")) else 1


if __name__ == "__main__":
    sys.exit(main())
