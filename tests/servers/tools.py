"""What the tests need from the machine: where it is found, and the command that installs it.

Fixtures ask `require`, which skips the test by name with that command. `make test` runs this module: as root
or with CI=true it installs what is missing through apt, otherwise it only says what will be skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


def in_ci() -> bool:
    """Return whether this is a continuous-integration run, where nothing may be skipped."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _program(name: str, *places: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))
        return Path(found) if found else None

    return find


def _postgres() -> Path | None:
    """Debian keeps server programs outside PATH; the newest version wins."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return kept[-1] if kept else _program("initdb")()


def _chromium() -> Path | None:
    """Without a desktop around it, it takes a sixth of the processor; the whole one serves where it is all there is."""
    return _program("chromium-headless-shell")() or _program("chromium")()


def _chinese_font() -> Path | None:
    lister = shutil.which("fc-list")
    if lister is None:
        return None
    done = subprocess.run([lister, ":lang=zh-cn", "file"], capture_output=True, text=True, check=False)
    first = done.stdout.partition("\n")[0].strip().rstrip(":")
    return Path(first) if first else None


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that pip cannot install: how to find it and which Debian package brings it."""

    name: str
    package: str
    find: Callable[[], Path | None]
    instead: str = ""
    """The package where there is no such one."""

    @property
    def missing(self) -> str:
        """The reason given by a skipped test."""
        return f"{self.name} is not installed: sudo apt-get install {self.package}"


POSTGRES = Tool("PostgreSQL server", "postgresql", _postgres)
REDIS = Tool("redis-server", "redis-server", _program("redis-server"))
DOVECOT = Tool("Dovecot IMAP server", "dovecot-imapd", _program("dovecot", "/usr/sbin"))
CHROMIUM = Tool("Chromium", "chromium-headless-shell", _chromium, instead="chromium")
CHINESE_FONT = Tool("a Chinese font", "fonts-wqy-zenhei", _chinese_font)
ALL = (POSTGRES, REDIS, DOVECOT, CHROMIUM, CHINESE_FONT)


def require(tool: Tool) -> Path:
    """Return where the tool is, or skip the test naming the command that installs it."""
    found = tool.find()
    if found is None:
        pytest.skip(tool.missing)
    return found


def _apt(*arguments: str) -> bool:
    is_root = os.geteuid() == 0
    if not is_root and shutil.which("sudo") is None:
        return False
    prefix = [] if is_root else ["sudo", "-n"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    command = [*prefix, *environment, "apt-get", "-q", "-y", *arguments]
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode == 0


def _package(tool: Tool) -> str:
    """Return the one that the package lists of this machine have."""
    asked = ["apt-cache", "show", tool.package]
    if tool.instead and subprocess.run(asked, check=False, capture_output=True).returncode:
        return tool.instead
    return tool.package


def main() -> int:
    """Install what is missing where that is allowed; elsewhere name what will be skipped."""
    # The font lister comes with Chromium, so a missing font shows only after a first round.
    for _ in range(2):
        missing = [tool for tool in ALL if tool.find() is None]
        if not missing:
            return 0
        allowed = os.geteuid() == 0 or in_ci()
        if not allowed or shutil.which("apt-get") is None:
            break
        if not _apt("update"):
            break
        packages = [_package(tool) for tool in missing]
        print("Installing for the tests:", *packages, file=sys.stderr)
        if not _apt("install", "--no-install-recommends", *packages):
            break
    for tool in (tool for tool in ALL if tool.find() is None):
        print(f"{tool.missing}  ({'its tests would fail' if in_ci() else 'its tests are skipped'})", file=sys.stderr)
    return 1 if in_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
