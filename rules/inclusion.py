"""Which files make a rule set, and in which order: each after those it includes, otherwise by name.

`include` names files of the rules directory, or a shipped pack as name@version. A pack's own tests stay at home: they
were written for the pack alone, and a site may override what they ask for.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from rules import packs
from rules.document import Node, Scalar, Shelf, Table
from rules.problems import Problems, meant
from rules.reader import Reader

ENGINE: Final = (1, 0)
"""The version of the engine, for `requires`; the second number grows with what the language learns."""

_PACK: Final = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)@(?P<version>[0-9]{1,4}(?:\.[0-9]{1,4}){0,2})")
OWN_PACK: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*@[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}"
"""What a file may call itself, for editors."""
_FROM_PACK: Final = re.compile(rf"{_PACK.pattern}/")
_ENGINE: Final = re.compile(r">= ?([0-9]{1,4})(?:\.([0-9]{1,4}))?")


def is_packed(file: str) -> bool:
    """Whether a file came with a shipped pack."""
    return _FROM_PACK.match(file) is not None


class Inclusion:
    """Gathers the files of one rule set."""

    def __init__(self, files: Mapping[str, bytes], problems: Problems, shelf: Shelf) -> None:
        self.content: dict[str, bytes] = dict(files)
        """Everything that was read, packs among it."""
        self._reader = Reader(problems)
        self._problems = problems
        self._shelf = shelf
        self._parsed: dict[str, Table | None] = {}
        self._open: list[str] = []
        self._found: dict[str, Table | None] = {}

    def roots(self) -> list[Table]:
        """Return the files that can be read, in the order in which they are tried."""
        for name in sorted(self.content):
            self._visit(name)
        self._shelf.keep(self.content)
        return [root for root in self._found.values() if root is not None]

    def _visit(self, name: str) -> None:
        if name in self._found:
            return
        if name not in self._parsed:
            self._parsed[name] = self._shelf.parse(name, self.content[name], self._problems)
        root = self._parsed[name]
        included = root.get("include") if root is not None else None
        self._open.append(name)
        for scalar in self._reader.scalars(included, "include") if included is not None else ():
            self._include(scalar)
        self._open.pop()
        self._found[name] = root

    def _include(self, scalar: Scalar) -> None:
        if "@" in scalar.value:
            self._include_pack(scalar)
        elif scalar.value not in self.content:
            hint = meant(scalar.value, self.content)
            self._reader.fail(scalar.at, "unknown-file", f"there is no file {scalar.value} among the rules", hint)
        elif scalar.value in self._open:
            circle = " includes ".join([*self._open[self._open.index(scalar.value) :], scalar.value])
            self._reader.fail(scalar.at, "circle", circle, "take one of them out")
        else:
            self._visit(scalar.value)

    def _include_pack(self, scalar: Scalar) -> None:
        wanted = _PACK.fullmatch(scalar.value)
        known = [f"{name}@{_dotted(version)}" for name, version in packs.versions().items()]
        if wanted is None or wanted["name"] not in packs.versions():
            self._reader.fail(scalar.at, "unknown-pack", f"there is no pack {scalar.value}", meant(scalar.value, known))
            return
        version = packs.versions()[wanted["name"]]
        asked = tuple(map(int, wanted["version"].split(".")))
        if version[0] != asked[0] or version < asked:
            hint = f"shipped is {wanted['name']}@{_dotted(version)}"
            self._reader.fail(scalar.at, "unknown-version", f"{scalar.value} is not here", hint)
            return
        for file, content in sorted(packs.read().items()):
            name = f"{wanted['name']}@{_dotted(version)}/{file}"
            if name not in self._found:
                self.content[name] = content
                root = self._shelf.parse(name, content, self._problems)
                self._found[name] = root and Table(tuple(e for e in root.entries if e[0].value != "tests"), root.at)


def check_pack(node: Node, reader: Reader) -> None:
    """Check what a file says of itself: `pack: name@1.2.3`."""
    found = reader.scalar(node, "pack")
    if found is not None and not (_PACK.fullmatch(found.value) and found.value.count(".") == 2):
        reader.fail(found.at, "value", f"pack is {found.value}", "a name and a version such as shop@2.3.0")


def pack_names(sections: Iterable[Mapping[str, Node]]) -> dict[str, None]:
    """What the files of a rule set call themselves, each name once, in their order."""
    return {node.value: None for section in sections if isinstance(node := section.get("pack"), Scalar)}


def check_requires(node: Node, reader: Reader) -> None:
    """Check `requires: {engine: ">=1"}` against the engine that reads it."""
    keys = reader.keys(node, ("engine",), "requires")
    found = reader.scalar(keys["engine"], "engine") if "engine" in keys else None
    if found is None:
        return
    wanted = _ENGINE.fullmatch(found.value)
    if wanted is None:
        reader.fail(found.at, "value", f"engine is {found.value}", 'a least version such as ">=1" or ">=1.2"')
    elif (int(wanted[1]), int(wanted[2] or 0)) > ENGINE:
        ours = ".".join(map(str, ENGINE))
        reader.fail(found.at, "engine", f"the rules need an engine {found.value}", f"this one is {ours}; upgrade first")


def _dotted(version: packs.Version) -> str:
    return ".".join(map(str, version))
