"""The active rule set of this process. `rules_follower` keeps it true to the database."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from router.model.errors import ConfigError
from router.model.limits import RULES_BYTES_MAX
from rules import packs
from rules.document import Shelf
from rules.links import LinkHosts
from rules.problems import Problem, RulesError
from rules.ruleset import Ruleset, content_hash, load

_SUFFIXES = {".yaml", ".yml"}


class RulesStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the inbox shows about the rules."""

    version: int
    hash: str
    at_ms: int
    problems: tuple[Problem, ...] = ()
    """Why the newest files are not live; empty when they are."""
    failed_at_ms: int | None = None


def rules_files(directory: Path) -> list[Path]:
    """Which files below a directory are rules, those behind links among them. A link that leads nowhere is none, nor
    is what has a hidden name: an editor's lock, a repository, the folders that Kubernetes exchanges a link to.

    Raises OSError for a folder that cannot be looked into: rules would be missing, and nobody told.
    """
    return sorted(_below(directory, ())) if directory.is_dir() else []


def _below(folder: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    here = folder.resolve()
    if here in above:  # a link back to where it was come from
        return
    with os.scandir(folder) as found:
        names = [entry.name for entry in found if not entry.name.startswith(".")]
    for path in map(folder.joinpath, names):
        if path.is_dir():
            yield from _below(path, (*above, here))
        elif path.suffix in _SUFFIXES and path.is_file():
            yield path


def read_directory(directory: Path) -> dict[str, bytes]:
    """The rules files below a directory by relative name. Raises ConfigError when there are none, or too many bytes, or
    one cannot be read."""
    if directory.is_file():
        raise ConfigError(f"{directory}: this is a file; name the folder that it is in")
    try:
        files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in rules_files(directory)}
    except OSError as error:
        where = error.filename or directory
        raise ConfigError(f"{where}: the rules cannot be read ({error.strerror})") from None
    if not files:
        raise ConfigError(f"{directory}: no rules here; put at least one .yaml file, or start from the shipped pack")
    size = sum(map(len, files.values()))
    if size > RULES_BYTES_MAX:
        raise ConfigError(f"{directory}: {size} bytes of rules, at most {RULES_BYTES_MAX} are read")
    return files


def build(
    files: Mapping[str, bytes], hosts: LinkHosts | None, shelf: Shelf | None = None, *, live: str = ""
) -> Ruleset:
    """Compile files and run their own tests. Raises RulesError with every problem, failed tests and links to hosts
    that are not ours among them.

    What is `live` passed them when it went live, and the shipped pack as it is before it was shipped: to run them again
    would only make a start take twice as long and every idle process hold the encoder, which is 100 MB.
    """
    ruleset = load(files, hosts=hosts, shelf=shelf)
    if problems := ruleset.foreign_links():
        raise RulesError(problems)
    if ruleset.version in (live, content_hash(packs.read())):
        return ruleset
    report = ruleset.run_tests()
    if report.failures:
        raise RulesError(
            Problem(
                file=failure.file,
                line=failure.line,
                col=failure.col,
                code="test-failed",
                text=f"{failure.name}: {failure.text}",
                hint="mend the rule, or the test if it asks for the wrong thing",
            )
            for failure in report.failures
        )
    return ruleset


class Rulebook:
    """Holds the active rule set; everything that judges asks `current` once per batch."""

    def __init__(self, ruleset: Ruleset | None, status: RulesStatus, *, hosts: LinkHosts | None = None) -> None:
        self.loaded = ruleset
        """None while nobody has asked for the shipped pack."""
        self.hosts = hosts
        """What replies and templates may link to; None: anything."""
        self.status = status
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def shipped(cls, hosts: LinkHosts | None = None) -> "Rulebook":
        """The pack that comes with Switchboard, as version 0: until the database names another."""
        return cls(None, RulesStatus(version=0, hash=content_hash(packs.read()), at_ms=0), hosts=hosts)

    @property
    def current(self) -> Ruleset:
        """The active set. The shipped pack is compiled when it is first asked for: most processes never do."""
        if self.loaded is None:
            self.loaded = load(packs.read(), hosts=self.hosts)
        return self.loaded

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Rulebook":
        """The given files as version 0, without a database. Raises RulesError."""
        ruleset = load(files)
        return cls(ruleset, RulesStatus(version=0, hash=ruleset.version, at_ms=0))

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change of `status`."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    def take(self, ruleset: Ruleset | None, status: RulesStatus) -> None:
        """Swap in another set, None being the shipped pack; one assignment, so no message sees half of it."""
        self.loaded = ruleset
        self.tell(status)

    def tell(self, status: RulesStatus) -> None:
        """Set the status alone (a set that failed, an error that was mended)."""
        self.status = status
        for listener in self._listeners:
            listener()
