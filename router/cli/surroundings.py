"""What a house stands on, for `switchboard doctor`: its address, its disks, its clock."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from router.app import App
from router.cli.finding import Finding
from router.config import Config, database_file, media_folder
from router.store import health

_FREE_BYTES_MIN = 1_073_741_824
_CLOCKS_APART_MS = 5_000


def address(config: Config) -> list[Finding]:
    """Whether links can lead to this house as it is told to the world."""
    path = urlsplit(config.server.public_url).path
    if not path:
        return []
    text = f"server.public_url ends in {path}, but inbox and API are served at the root of a host only"
    remedy = "give the house a host of its own, such as support.example.org: links that lead below a path show no inbox"
    return [Finding(state="warning", about="address", text=text, remedy=remedy)]


def disks(config: Config, base: Path) -> list[Finding]:
    """The disk of the database, and of the files of messages where they rest on another one."""
    database = database_file(config.storage.url, base)
    found: list[Finding] = []
    looked: set[int] = set()
    for path, beside, stops in (
        (database, "beside the database", "a full disk stops intake"),
        (
            None if config.media.s3 else media_folder(config, base) / "any",
            "where files of messages rest",
            "on a full disk no message with files is accepted",
        ),
    ):
        if path is None or (device := (place := nearest_folder(path)).stat().st_dev) in looked:
            continue
        looked.add(device)
        free = shutil.disk_usage(place).free
        if free < _FREE_BYTES_MIN:
            text = f"{free // 1_048_576} MiB free in {place}, {beside}"
            found.append(Finding(state="error", about="disk", text=text, remedy=f"make room: {stops}"))
        else:
            found.append(
                Finding(state="ok", about="disk", text=f"{free // 1_073_741_824} GiB free in {place}, {beside}")
            )
    return found or [Finding(state="ok", about="disk", text="the database keeps messages, the bucket keeps files")]


def nearest_folder(path: Path) -> Path:
    """The folder a file is or will be in, or the first above it that exists: its disk is the one that fills."""
    return next(folder for folder in path.parents if folder.exists())


async def clock(app: App) -> list[Finding]:
    """Whether this machine's clock and that of the database's server agree; nothing where both are the same."""
    before_ms = app.clock.now_ms()
    theirs_ms = await app.store.read(health.clock_ms())
    if theirs_ms is None:
        return []
    return [clocks(theirs_ms, before_ms, app.clock.now_ms())]


def clocks(theirs_ms: int, before_ms: int, after_ms: int) -> Finding:
    """What was read of the server's clock, between two looks at ours."""
    apart_ms = max(before_ms - theirs_ms, theirs_ms - after_ms)
    if apart_ms <= _CLOCKS_APART_MS:
        return Finding(state="ok", about="clock", text="agrees with the database's")
    side = "ahead of" if before_ms > theirs_ms else "behind"
    text = f"this machine's clock is {apart_ms / 1000:,.0f} s {side} the database's"
    remedy = (
        "have every machine of the house set its clock by NTP (timedatectl); by a wrong one deadlines come at a wrong "
        "time, and providers refuse signatures"
    )
    return Finding(state="error", about="clock", text=text, remedy=remedy)
