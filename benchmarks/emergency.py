"""From the customer's tap to a colleague's screen, while ordinary messages come in at a third of the peak rate.

`python -m benchmarks.emergency [SECONDS]`. One process serves everything on SQLite. The peak is found as in
benchmarks.feed; then a third of it, evenly spaced, and among that every so often a customer of the web chat presses the
alarm. From the tap until: the ticket rings at an agent's WebSocket; the first step of the on-call ladder is paged
there; the customer's page has the checklist. Aims: p99 at most 2 s for ringing, 5 s for the checklist.
"""

import asyncio
import sys
import time
from typing import Final

import aiohttp
import msgspec

from benchmarks import machine
from benchmarks.feed import Poster, find_peak
from benchmarks.service import Service, service
from connectors.webchat.simulator import VisitorClient
from router.clock import SystemClock, TimedIds

SECONDS: Final = 20.0
ALARMS_PER_SECOND: Final = 5.0
AIMS_MS: Final = {"rings": 2_000.0, "is answered": 5_000.0}
_PATIENCE_S: Final = 60.0
TAP: Final = "My wallet is being emptied"
_STAGES: Final = ("rings", "is paged")


class Screen:
    """An agent's feed: when each alarm came to each stage. Ordinary tickets pass by."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.seen: dict[tuple[str, str], float] = {}
        self._news = asyncio.Event()

    async def follow(self) -> None:
        async for frame in self._socket:
            told = msgspec.json.decode(frame.data)
            assert told["type"] != "reset" or not self.seen, "the feed fell behind"
            ticket, event = told.get("ticket"), told.get("event") or {}
            if ticket is None or ticket["alarm_since_ms"] is None:
                continue
            now, alarm = time.perf_counter(), ticket["subject"].removeprefix(TAP).strip()
            self.seen.setdefault((alarm, "rings"), now)
            if event["kind"] == "alarm.paged":
                self.seen.setdefault((alarm, "is paged"), now)
            self._news.set()

    async def until(self, alarms: list[str]) -> None:
        """Until all of them have come to all stages."""
        async with asyncio.timeout(_PATIENCE_S):
            while not all((alarm, stage) in self.seen for alarm in alarms for stage in _STAGES):
                self._news.clear()
                await self._news.wait()


class Customers:
    """Open the chat and press the alarm, each once."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url.replace("http", "ws") + "/channels/webchat/default/ws"
        self._clock = SystemClock()
        self._ids = TimedIds(self._clock)
        self.pressed: dict[str, float] = {}
        self.told: dict[str, float] = {}
        """When the checklist was there."""

    async def press(self, alarm: str) -> None:
        async with VisitorClient(self._http, self._url, self._clock, self._ids) as visitor:
            self.pressed[alarm] = time.perf_counter()
            await visitor.write(f"{TAP} {alarm}", alarm=True)
            await visitor.until(lambda v: bool(v.texts("system")))
            self.told[alarm] = time.perf_counter()


async def at_rate(rate: float, seconds: float, poster: Poster, customers: Customers) -> list[str]:
    """Ordinary messages evenly spaced, alarms among them; the alarms."""
    every = max(1, int(rate / ALARMS_PER_SECOND))
    begun, posts, alarms = time.perf_counter(), [], []
    for index in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + index / rate - time.perf_counter()))
        posts.append(asyncio.create_task(poster.post(f"calm-{index}")))
        if index % every == 0:
            alarms.append(f"alarm-{index}")
            posts.append(asyncio.create_task(customers.press(alarms[-1])))
    await asyncio.gather(*posts)
    return alarms


async def measure(house: Service, token: str, login: str, seconds: float) -> bool:
    url = f"http://127.0.0.1:{house.port}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/api/v1/login", json={"token": login}) as answer:
            assert answer.status == 200, await answer.text()
        poster, customers = Poster(http, url, token), Customers(http, url)
        peak = await find_peak(poster, house)
        print(f"  peak, POST to ticket              {peak:>9,.0f} messages/s")
        async with http.ws_connect(f"{url}/api/v1/feed?last_event_id=999999999", max_msg_size=0) as socket:
            screen = Screen(socket)
            following = asyncio.create_task(screen.follow())
            alarms = await at_rate(peak / 3, seconds, poster, customers)
            await screen.until(alarms)
            following.cancel()
    print(f"  at a third of it, {len(alarms):,} alarms; from the tap until it")
    ends = {stage: {alarm: screen.seen[alarm, stage] for alarm in alarms} for stage in _STAGES}
    is_met = True
    for stage, end in {**ends, "is answered": customers.told}.items():
        times = sorted((end[alarm] - customers.pressed[alarm]) * 1000 for alarm in alarms)
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        aim = AIMS_MS.get(stage)
        said = "" if aim is None else f"  {'met' if p99 <= aim else 'NOT MET'}: aim {aim:.0f} ms"
        is_met = is_met and (aim is None or p99 <= aim)
        print(f"    {stage:<12} p50 {p50:>7.1f} ms  p99 {p99:>7.1f} ms  worst {times[-1]:>7.1f} ms{said}")
    return is_met


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    machine.header("emergency")
    with service() as house:
        token = house.token()
        link = house.command("user", "add", "agent@desk.example")
        house.start("intake,route,deliver,web")
        is_met = asyncio.run(measure(house, token, link.rpartition("=")[2].split()[0], seconds))
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
