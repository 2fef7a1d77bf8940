"""`switchboard migrate`: bring the database to this release."""

import argparse
import asyncio

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import place_of
from router.cli.paths import add_config
from router.clock import SystemClock
from router.config import database_file, load
from router.opening import open_store
from router.store import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    add_config(parser)
    parser.add_argument("--check", action="store_true", help="only say what is missing; 1 when something is")


def run(arguments: argparse.Namespace) -> int:
    """Migrate, or say what is missing."""
    return asyncio.run(_migrate(arguments))


async def _migrate(arguments: argparse.Namespace) -> int:
    config = load(arguments.config)
    base = place_of(arguments.config)
    file = database_file(config.storage.url, base)
    if arguments.check and file is not None and not file.exists():  # opening would make it
        print("\n".join(map(str, migrate.migrations("sqlite"))))
        return EXIT_FINDINGS
    store = await open_store(config.storage.url, base, pool_size=2)
    try:
        if arguments.check:
            missing = await store.read(migrate.pending(store.dialect))
            print("\n".join(missing) or "up to date")
            return EXIT_FINDINGS if missing else EXIT_DONE
        applied = await store.write(migrate.migrate(store.dialect, now_ms=SystemClock().now_ms()))
    finally:
        await store.close()
    print("\n".join(f"applied {name}" for name in applied) or "up to date")
    return EXIT_DONE
