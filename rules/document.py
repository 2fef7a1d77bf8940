"""YAML text to nodes that remember where they stood.

Used by the loader. Scalars keep their raw text, so `no`, `010` and `1:30` stay what was typed; what
they mean is decided by whoever knows the key. Size, depth and alias growth are bounded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NoReturn

import yaml

from rules.broken import slip
from rules.problems import Position, Problems

FILE_BYTES_MAX: Final = 4 * 1024 * 1024
DEPTH_MAX: Final = 32
_TOO_DEEP_FOR_YAML: Final = "exceeded maximum nesting depth"
"""What libyaml 0.2.6 and newer say of a thousand levels, which they meet while they look ahead of what we have read."""
NODES_MAX: Final = 400_000
"""Nodes of one file, each use of an alias counted again."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word, number or text, as typed."""

    value: str
    quoted: bool
    at: Position

    @property
    def empty(self) -> bool:
        """Nothing was written, or YAML's own words for nothing."""
        return not self.quoted and self.value in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: "tuple[Node, ...]"
    at: Position


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and values, in order; keys are unique."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    at: Position

    def get(self, key: str) -> "Node | None":
        """Return the value of a key."""
        return next((value for name, value in self.entries if name.value == key), None)


Node = Scalar | Listing | Table


class _Refused(Exception):
    """The document is not usable YAML; the problem is already recorded."""


def parse(file: str, content: bytes, problems: Problems) -> Table | None:
    """Read one file. None when it is empty or was refused (then `problems` says why)."""
    if len(content) > FILE_BYTES_MAX:
        hint = f"at most {FILE_BYTES_MAX}; split it into several files"
        _refuse(problems, Position(file, 1, 1), "file-size", f"the file has {len(content)} bytes", hint)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        at = _position(file, content[: broken.start].decode("utf-8-sig", "replace"))
        _refuse(problems, at, "encoding", "this is not UTF-8 text", "save the file as UTF-8")
        return None
    try:
        root = _Composer(file, text, problems).compose()
    except _Refused:
        return None
    if root is None or (isinstance(root, Scalar) and root.empty):
        return None
    if not isinstance(root, Table):
        _refuse(problems, root.at, "type", "a rules file is a map of sections", "start with a key such as rules:")
        return None
    return root


class Shelf:
    """Files as they were read last, so that only those that changed are read again."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[bytes, Table | None]] = {}

    def parse(self, file: str, content: bytes, problems: Problems) -> Table | None:
        """Read one file, or take it from the shelf; what is wrong with it is told each time."""
        known = self._read.get(file)
        if known is not None and known[0] == content:
            return known[1]
        before = len(problems.all())
        root = parse(file, content, problems)
        if len(problems.all()) == before:
            self._read[file] = content, root
        return root

    def keep(self, files: Collection[str]) -> None:
        """Forget all others."""
        self._read = {file: read for file, read in self._read.items() if file in files}


def _refuse(problems: Problems, at: Position, code: str, text: str, hint: str) -> None:
    problems.unreadable = True
    problems.error(at, code, text, hint)


def _position(file: str, before: str) -> Position:
    line = before.count("\n") + 1
    return Position(file, line, len(before) - (before.rfind("\n") + 1) + 1)


@dataclass(slots=True)
class _Open:
    """A collection still being read."""

    items: list[Node]
    at: Position
    anchor: str | None
    is_map: bool


class _Composer:
    """Builds nodes from YAML events with a stack of its own, so that depth is ours to bound."""

    def __init__(self, file: str, text: str, problems: Problems) -> None:
        self._file = file
        self._text = text
        self._problems = problems
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._stack: list[_Open] = []
        self._starts: list[int] = []
        self._count = 0
        self._root: Node | None = None
        self._documents = 0

    def compose(self) -> Node | None:
        try:
            for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            if error.problem == _TOO_DEEP_FOR_YAML:
                self._too_deep(self._at(error.problem_mark or error.context_mark))
            found = slip(error, self._text)
            self._refuse(Position(self._file, found.line + 1, found.col + 1), "yaml", found.text, found.hint)
        except yaml.reader.ReaderError as error:
            at = _position(self._file, self._text[: error.position])
            self._refuse(at, "yaml", "a character that YAML does not allow", "delete it")
        return self._root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):  # nearly all of them are
            self._plain(event)
            at = self._at(event.start_mark)
            self._add(Scalar(event.value, bool(event.style), at), event.anchor, 1, at)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(
                    self._at(event.start_mark),
                    "yaml",
                    "a second document begins here",
                    "one document a file; delete the ---",
                )
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._plain(event)
            at = self._at(event.start_mark)
            if len(self._stack) >= DEPTH_MAX:
                self._too_deep(at)
            is_map = isinstance(event, yaml.MappingStartEvent)
            self._starts.append(self._count)
            self._stack.append(_Open([], at, event.anchor, is_map))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._close()

    def _plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag: str | None = event.tag
        if tag is not None and tag != "!":
            self._problems.error(
                self._at(event.start_mark), "tag", f"the YAML tag {tag}", "delete it; values are typed by their key"
            )

    def _alias(self, event: yaml.AliasEvent) -> None:
        at = self._at(event.start_mark)
        known = self._anchors.get(event.anchor or "")
        if known is None:
            self._refuse(at, "alias", f"*{event.anchor} stands for nothing", "define it above")
        else:
            self._add(known[0], None, known[1], at)

    def _close(self) -> None:
        ended = self._stack.pop()
        size = self._count - self._starts.pop() + 1
        node = self._table(ended) if ended.is_map else Listing(tuple(ended.items), ended.at)
        self._count -= size - 1  # counted as it was read; _add counts the whole
        self._add(node, ended.anchor, size, ended.at)

    def _table(self, ended: _Open) -> Table:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(ended.items[::2], ended.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                hint = "put a text that begins with {{ in quotes" if isinstance(key, Table) else "quote it or split it"
                self._problems.error(key.at, "key", "a key must be a word", hint)
            elif key.value == "<<":
                self._problems.error(key.at, "key", "merge keys are not supported", "write the keys out")
            elif key.value in pairs:
                first = pairs[key.value][0].at
                self._problems.error(
                    key.at, "duplicate", f"{key.value} is written twice", f"the first is in line {first.line}; keep one"
                )
            else:
                pairs[key.value] = (key, value)
        return Table(tuple(pairs.values()), ended.at)

    def _add(self, node: Node, anchor: str | None, size: int, at: Position) -> None:
        self._count += size
        if self._count > NODES_MAX:
            self._refuse(at, "file-size", f"more than {NODES_MAX} values", "split the file")
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if self._stack:
            self._stack[-1].items.append(node)
        else:
            self._root = node

    def _at(self, mark: "yaml.error.Mark | yaml._yaml.Mark | None") -> Position:
        if mark is None:
            return Position(self._file, 1, 1)
        return Position(self._file, mark.line + 1, mark.column + 1)

    def _too_deep(self, at: Position) -> NoReturn:
        self._refuse(at, "depth", f"nested deeper than {DEPTH_MAX} levels", "flatten it")

    def _refuse(self, at: Position, code: str, text: str, hint: str) -> NoReturn:
        _refuse(self._problems, at, code, text, hint)
        raise _Refused
