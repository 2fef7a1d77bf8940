"""Memory of one process: idle with everything loaded, and over 100,000 messages.

`python -m benchmarks.memory [MESSAGES]`. `switchboard serve` in all its roles on SQLite; messages by the API in
batches. Floor: idle below 150 MB; flat: the second half of the run adds at most a tenth.
"""

import sys
import time
import urllib.request
from typing import Final

from benchmarks import load, machine
from benchmarks.service import Service, service

MESSAGES: Final = 100_000
_BATCH: Final = 200
_EVERY: Final = 10_000
_IDLE_S: Final = 5.0
IDLE_MIB: Final = 150.0
GROWTH: Final = 1.10


def post(house: Service, token: str, first: int) -> None:
    body = b"\n".join(load.message(str(number)) for number in range(first, first + _BATCH))
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.port}/api/v1/messages",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert answer.status == 202


def main() -> int:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    machine.header("memory")
    with service() as house:
        token = house.token()
        pid = house.start("intake,route,deliver,web")
        time.sleep(_IDLE_S)
        idle = machine.rss_mib(pid)
        print(
            f"  idle                {idle:>7.0f} MiB    {'met' if idle < IDLE_MIB else 'NOT MET'}: below {IDLE_MIB:.0f}"
        )
        sizes: list[float] = []
        begun = time.perf_counter()
        for first in range(0, total, _BATCH):
            post(house, token, first)
            if (first + _BATCH) % _EVERY == 0:
                house.until_routed(first + _BATCH)
                sizes.append(machine.rss_mib(pid))
                rate = (first + _BATCH) / (time.perf_counter() - begun)
                print(
                    f"  {first + _BATCH:>9,} messages {sizes[-1]:>7.0f} MiB    {rate:,.0f} messages/s so far",
                    flush=True,
                )
    if len(sizes) >= 4:
        growth = sizes[-1] / sizes[len(sizes) // 2 - 1]
        word = "met" if growth <= GROWTH else "NOT MET"
        print(f"  {word}: the second half grew by {100 * growth - 100:.1f} %, at most {100 * GROWTH - 100:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
