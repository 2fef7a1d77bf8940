"""An edited file becomes the live set: through the watcher, the database and the swap, and what is done afterwards."""

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from router.bus.local import LocalBus
from router.clock import SystemClock
from router.flow.rulebook import Rulebook, read_directory
from router.flow.rules_follower import RulesFollower
from router.model.errors import ConfigError
from router.store import migrate, rulesets
from router.store.sqlite import SqliteStore
from router.telemetry import Metrics
from rules import accelerator, packs
from rules.facts import Facts, MessageFacts
from rules.ruleset import load

FILE = """\
version: 1
queues: {general: {default: true}, billing: {}, unused: {}}
lists: {spare: [a, b]}
rules:
  - {id: refund, when: {message.text|has: WORD}, then: {queue: billing}}
tests:
  - {message: a WORD, expect: {queue: billing}}
"""


class TellingLog:
    """Keeps what was said."""

    def __init__(self):
        self.told = []

    def info(self, event, /, **fields):
        self.told.append((event, fields))

    warning = error = debug = info


@asynccontextmanager
async def following(folder, directory):
    store = await SqliteStore.open(folder / "switchboard.db", synchronous="OFF")
    await store.write(migrate.migrate(store.dialect, now_ms=0))
    rulebook, log = Rulebook.shipped(), TellingLog()
    follower = RulesFollower(
        rulebook,
        store=store,
        bus=LocalBus(),
        clock=SystemClock(),
        log=log,
        metrics=Metrics(),
        directory=directory,
        cache=folder,
    )
    await follower.start()
    task = asyncio.create_task(follower.run())
    try:
        yield rulebook, log, store
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.close()


async def until(holds):
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to pass")


def queue(rulebook, text):
    return rulebook.current.evaluate(Facts(message=MessageFacts(text=text))).queue


async def test_an_edit_goes_live_a_mistake_does_not_and_doubts_are_told_afterwards(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    async with following(tmp_path, directory) as (rulebook, log, _):
        assert queue(rulebook, "a refund") == "billing"
        await until(lambda: ("rules.doubt", {"file": "a.yaml", "line": 3, "col": 9, "code": "unused"}) in log.told)
        if accelerator.missing() is None:
            assert ("rules.accelerated", {"cached": False}) in log.told
            assert rulebook.current.finder.accelerator is not None
        (directory / "a.yaml").write_text(FILE.replace("WORD", "chargeback"))
        await until(lambda: rulebook.status.version == 2)
        assert [queue(rulebook, text) for text in ("a refund", "a chargeback")] == ["general", "billing"]
        (directory / "a.yaml").write_text(FILE.replace("message: a WORD", "message: b").replace("WORD", "loan"))
        await until(lambda: rulebook.status.problems)
        assert [problem.code for problem in rulebook.status.problems] == ["test-failed"]
        assert queue(rulebook, "a chargeback") == "billing"


async def test_what_was_live_is_live_again_at_once_and_its_tests_are_not_run_again(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("message: a WORD", "message: b").replace("WORD", "loan"))
    async with following(tmp_path, directory) as (rulebook, _, store):
        assert [problem.code for problem in rulebook.status.problems] == ["test-failed"]
        files = read_directory(directory)
        # As if they had passed before, by another release.
        await store.write(rulesets.put(files, load(files).version, author="files", at_ms=1))
    async with following(tmp_path, directory) as (rulebook, _, _):
        assert (rulebook.status.problems, rulebook.status.version) == ((), 2)
        assert queue(rulebook, "a loan") == "billing"


async def test_a_link_that_leads_nowhere_keeps_no_edit_from_going_live(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    (directory / ".#a.yaml").symlink_to("mei@desk.1234:5")  # as an editor marks what it has open
    async with following(tmp_path, directory) as (rulebook, _, _):
        (directory / "a.yaml").write_text(FILE.replace("WORD", "chargeback"))
        await until(lambda: rulebook.status.version == 2)


async def test_a_file_that_is_still_being_written_does_not_go_live(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    (directory / "more.yaml").write_text("version: 1\n")
    async with following(tmp_path, directory) as (rulebook, _, store):
        with (directory / "more.yaml").open("w") as file:  # every part of it is good rules
            for written in ("version: 1\n", "rules:\n", *[f"- {{id: r{n}, then: {{tag: t{n}}}}}\n" for n in range(30)]):
                file.write(written)
                file.flush()
                await asyncio.sleep(0.05)
        await until(lambda: rulebook.status.version > 1)
        assert len(rulebook.current.rules) == 31
        assert (await store.read(rulesets.newest()))[0] == 2


async def test_a_file_of_the_same_size_and_time_is_another_file(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    os.utime(directory / "a.yaml", ns=(0, 0))  # as archives unpack what is to be the same everywhere
    async with following(tmp_path, directory) as (rulebook, _, _):
        (tmp_path / "next").write_text(FILE.replace("WORD", "lawyer"))
        os.utime(tmp_path / "next", ns=(0, 0))
        (tmp_path / "next").replace(directory / "a.yaml")
        await until(lambda: rulebook.status.version == 2)
        assert queue(rulebook, "a lawyer") == "billing"


async def test_a_folder_that_links_are_exchanged_in_holds_its_rules_once(tmp_path):
    directory = tmp_path / "rules"
    for version, word in (("..v1", "refund"), ("..v2", "chargeback")):
        (directory / version).mkdir(parents=True)
        (directory / version / "a.yaml").write_text(FILE.replace("WORD", word))
    (directory / "..data").symlink_to("..v1")  # as Kubernetes mounts a ConfigMap
    (directory / "a.yaml").symlink_to("..data/a.yaml")
    async with following(tmp_path, directory) as (rulebook, _, _):
        assert queue(rulebook, "a refund") == "billing"
        (directory / "..next").symlink_to("..v2")
        (directory / "..next").replace(directory / "..data")
        await until(lambda: rulebook.status.version == 2)
        assert queue(rulebook, "a chargeback") == "billing"


async def test_a_folder_that_is_gone_is_told(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    async with following(tmp_path, directory) as (rulebook, _, _):
        directory.rename(tmp_path / "away")
        directory.write_text("no folder any more")
        await until(lambda: rulebook.status.problems)
        assert [problem.code for problem in rulebook.status.problems] == ["unreadable"]
        assert queue(rulebook, "a refund") == "billing"


def test_hidden_names_are_no_rules_and_folders_behind_links_are_looked_through(tmp_path):
    directory = tmp_path / "rules"
    for name in ("a.yaml", ".github/ci.yml", "._a.yaml", "team/b.yml", "../shared/c.yaml"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text("version: 1\n")
    (directory / "shared").symlink_to("../shared")
    (directory / "team" / "up").symlink_to("..")
    assert list(read_directory(directory)) == ["a.yaml", "shared/c.yaml", "team/b.yml"]


def test_a_folder_that_is_closed_to_us_is_told():
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name, "team")
        closed.mkdir(mode=0)
        Path(name, "a.yaml").write_text("version: 1\n")
        Path(name).chmod(0o755)
        us = os.geteuid()
        if us == 0:
            os.seteuid(65534)  # nothing is closed to root
        try:
            with pytest.raises(ConfigError, match=r"team: the rules cannot be read \(Permission denied\)"):
                read_directory(Path(name))
        finally:
            os.seteuid(us)
            closed.chmod(0o700)


def test_what_cannot_be_read_is_no_missing_file(tmp_path):
    (tmp_path / "a.yaml").symlink_to("/proc/self/mem")  # its first byte cannot be read, whoever asks
    with pytest.raises(ConfigError, match=r"the rules cannot be read \(Input/output error\)"):
        read_directory(tmp_path)


async def test_the_shipped_pack_is_there_once(tmp_path):
    async with following(tmp_path, None) as (rulebook, _, store):
        first = rulebook.current
        row = await store.read(rulesets.latest())
        assert (row.version, row.hash, row.files) == (1, first.version, packs.read())
        assert rulebook.status.version == 1


async def test_a_process_that_finds_a_set_in_the_database_compiles_no_other(tmp_path):
    directory = tmp_path / "rules"
    directory.mkdir()
    (directory / "a.yaml").write_text(FILE.replace("WORD", "refund"))
    async with following(tmp_path, directory):
        pass
    store = await SqliteStore.open(tmp_path / "switchboard.db", synchronous="OFF")
    rulebook = Rulebook.shipped()
    follower = RulesFollower(
        rulebook, store=store, bus=LocalBus(), clock=SystemClock(), log=TellingLog(), metrics=Metrics(), directory=None
    )
    assert rulebook.loaded is None
    await follower.start()
    assert rulebook.loaded.lists == ("spare",)
    await store.close()
