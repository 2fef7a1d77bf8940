"""The files that a simulated provider keeps, by name; in a directory where it has one, so that a kill loses none."""

import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

FILES_MAX: Final = 20_000
BYTES_MAX: Final = 1_073_741_824
"""Of all together; beyond either the oldest goes."""
_FILE: Final = re.compile(r"(\d{8})-(.+)")


class Shelf(MutableMapping[str, bytes]):
    """Bytes by name. Names are of the simulator's own making, and short."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._held: dict[str, bytes] = {}
        self._places: dict[str, tuple[str, int]] = {}
        """By name: the file on disk, and its size."""
        self._bytes = 0
        self.count = 0
        """How many were ever put here: good for names that no other file has."""
        if directory is not None:
            self._load(directory)

    def _load(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        for path in sorted(directory.iterdir()):
            found = _FILE.fullmatch(path.name)
            if found is None or path.suffix == ".new":
                continue
            size = path.stat().st_size
            self._places[unquote(found[2])] = (path.name, size)
            self._bytes += size
            self.count = int(found[1]) + 1

    def __setitem__(self, name: str, data: bytes) -> None:
        if name in self:
            del self[name]
        place = f"{self.count:08d}-{quote(name, safe='')}"
        if self._directory is None:
            self._held[name] = data
        else:
            waiting = self._directory / f"{self.count:08d}.new"
            waiting.write_bytes(data)
            waiting.rename(self._directory / place)
        self._places[name] = (place, len(data))
        self._bytes += len(data)
        self.count += 1
        while len(self._places) > FILES_MAX or (self._bytes > BYTES_MAX and len(self._places) > 1):
            del self[next(iter(self._places))]

    def __getitem__(self, name: str) -> bytes:
        place, _ = self._places[name]
        return self._held[name] if self._directory is None else (self._directory / place).read_bytes()

    def __delitem__(self, name: str) -> None:
        place, size = self._places.pop(name)
        self._bytes -= size
        if self._directory is None:
            del self._held[name]
        else:
            (self._directory / place).unlink(missing_ok=True)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
