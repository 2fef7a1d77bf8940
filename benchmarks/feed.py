"""From accepted to visible: how long after its 202 a message stands in an agent's feed, at a third of the peak rate.

`python -m benchmarks.feed [SECONDS]`. One process serves everything on SQLite. First the peak is found: thousands of
POSTs, until the last has its ticket. Then a third of that rate, evenly spaced, while an agent's WebSocket is open: that
ticket's first frame ends the time. Aim: p99 at most 100 ms.
"""

import asyncio
import sys
import time
from typing import Final

import aiohttp
import msgspec

from benchmarks import load, machine
from benchmarks.service import Service, service

SECONDS: Final = 20.0
PEAK_MESSAGES: Final = 3_000
CONNECTIONS: Final = 32
AIM_MS: Final = 100.0
_PATIENCE_S: Final = 60.0


class Watch:
    """An agent's feed: when each message's ticket was seen first."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.seen: dict[str, float] = {}
        self.news = asyncio.Event()

    async def follow(self) -> None:
        async for frame in self._socket:
            told = msgspec.json.decode(frame.data)
            assert told["type"] != "reset" or not self.seen, "the feed fell behind"
            ticket = told.get("ticket")
            if ticket is not None:
                number = ticket["snippet"].rpartition("(")[2].rstrip(")")
                self.seen.setdefault(number, time.perf_counter())
                self.news.set()

    async def until(self, numbers: list[str]) -> None:
        """Until all of them were seen."""
        async with asyncio.timeout(_PATIENCE_S):
            while not all(number in self.seen for number in numbers):
                self.news.clear()
                await self.news.wait()


class Poster:
    """Posts single messages and remembers when each 202 came."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self._http, self._url = http, url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.accepted: dict[str, float] = {}

    async def post(self, number: str) -> None:
        body = load.message(number)
        async with self._http.post(f"{self._url}/api/v1/messages", data=body, headers=self._headers) as answer:
            assert answer.status == 202, await answer.text()
        self.accepted[number] = time.perf_counter()


async def find_peak(poster: Poster, house: Service) -> float:
    """Messages per second from the first POST until the last has its ticket."""
    numbers = [f"peak-{number}" for number in range(PEAK_MESSAGES)]
    waiting = iter(numbers)

    async def caller() -> None:
        for number in waiting:
            await poster.post(number)

    begun = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    await asyncio.to_thread(house.until_routed, PEAK_MESSAGES)
    return PEAK_MESSAGES / (time.perf_counter() - begun)


async def at_rate(rate: float, seconds: float, poster: Poster, watch: Watch) -> list[float]:
    """Milliseconds from each 202 to its frame; 0 where the feed was quicker than the answer."""
    numbers = [f"calm-{number}" for number in range(int(rate * seconds))]
    begun = time.perf_counter()
    posts = []
    for index, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, begun + index / rate - time.perf_counter()))
        posts.append(asyncio.create_task(poster.post(number)))
    await asyncio.gather(*posts)
    await watch.until(numbers)
    return sorted(max(0.0, watch.seen[number] - poster.accepted[number]) * 1000 for number in numbers)


async def measure(house: Service, token: str, login: str, seconds: float) -> None:
    url = f"http://127.0.0.1:{house.port}"
    jar = aiohttp.CookieJar(unsafe=True)  # a cookie of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.post(f"{url}/api/v1/login", json={"token": login}) as answer:
            assert answer.status == 200, await answer.text()
        poster = Poster(http, url, token)
        peak = await find_peak(poster, house)
        print(f"  peak, POST to ticket              {peak:>9,.0f} messages/s")
        async with http.ws_connect(f"{url}/api/v1/feed?last_event_id=999999999", max_msg_size=0) as socket:
            watch = Watch(socket)
            following = asyncio.create_task(watch.follow())
            times = await at_rate(peak / 3, seconds, poster, watch)
            following.cancel()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"  at a third of it, {len(times):,} messages    202 to visible: p50 {p50:.1f} ms  p99 {p99:.1f} ms", end="")
    print(f"  worst {times[-1]:.1f} ms")
    print(f"  {'met' if p99 <= AIM_MS else 'NOT MET'}: p99 {p99:.1f} ms, aim {AIM_MS:.0f} ms")


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    machine.header("feed")
    with service() as house:
        token = house.token()
        link = house.command("user", "add", "agent@desk.example")
        house.start("intake,route,deliver,web")
        asyncio.run(measure(house, token, link.rpartition("=")[2].split()[0], seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
