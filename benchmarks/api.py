"""Single-message POSTs with a durable 202, routing in another process, against a bare aiohttp POST handler.

`python -m benchmarks.api [ROUNDS]`. SQLite with synchronous=FULL; `web` and `route` are processes of their own, the
load comes from a third: 64 connections that wait for their answers. Both get the same load in turn. Floor: 0.40.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks import load, machine
from benchmarks.service import free_port, service

ROUNDS: Final = 5
SECONDS: Final = 4.0
FLOOR: Final = 0.40


def serve_bare(port: str) -> None:
    """A handler that reads the body and answers 202, nothing else."""
    from aiohttp import web

    async def post(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=202, body=b'{"results":[]}', content_type="application/json")

    app = web.Application()
    app.router.add_post("/api/v1/messages", post)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


@contextlib.contextmanager
def bare() -> Iterator[int]:
    """The port of a running bare handler."""
    port = free_port()
    code = "import sys; from benchmarks.api import serve_bare; serve_bare(sys.argv[1])"
    child = subprocess.Popen([sys.executable, "-c", code, str(port)], cwd=Path(__file__).parent.parent)
    try:
        time.sleep(1.5)
        yield port
    finally:
        child.terminate()
        child.wait()


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine.header("api")
    ours: list[load.Load] = []
    theirs: list[load.Load] = []
    with bare() as bare_port, service() as house:
        token = house.token()
        house.start("web")
        house.start("route")
        load.run(bare_port, token, "warm", 1.0)
        load.run(house.port, token, "warm", 1.0)
        for number in range(rounds):
            theirs.append(load.run(bare_port, token, f"bare-{number}", SECONDS))
            ours.append(load.run(house.port, token, f"house-{number}", SECONDS))
    for name, runs in (("bare aiohttp POST handler", theirs), ("switchboard, durable 202", ours)):
        p50, p99 = (statistics.median(getattr(one, field) for one in runs) for field in ("p50_ms", "p99_ms"))
        print(f"  {name:<28}{machine.spread([one.rate for one in runs])} POST/s   p50 {p50:.1f} ms  p99 {p99:.1f} ms")
    assert not sum(one.refused for one in ours), "messages were refused"
    ratio = statistics.median(o.rate / t.rate for o, t in zip(ours, theirs, strict=True))
    print(f"  switchboard / bare handler  {machine.verdict(ratio, FLOOR)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
