"""A rules file as it was written: values with their style, comments and blank lines, for the formatter.

The loader reads `rules/document.py`, which knows what values mean and forgets how they looked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from rules.remarks import Remark, Remarks

_END = -1
"""The column of the end of the file: further out than anything."""


@dataclass(slots=True)
class Leaf:
    """A scalar or an alias."""

    value: str
    style: str
    """Empty for a plain one, else ' or " or | or > or * for an alias."""
    source: str
    """As typed, its anchor included."""
    anchor: str
    """As it is written before the value, with a blank."""
    start: int
    end: int
    col: int


@dataclass(slots=True)
class Group:
    """A map or a list."""

    is_map: bool
    flow: bool
    """In brackets."""
    anchor: str
    start: int
    end: int
    col: int
    entries: "list[Entry]" = field(default_factory=list)
    below: list[Remark] = field(default_factory=list)
    """Comments behind the last entry, on lines of their own."""
    broken: bool = False
    """In brackets, over several lines."""


Written = Leaf | Group


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list."""

    key: Leaf | None
    value: Written
    above: list[Remark] = field(default_factory=list)
    head: Remark | None = None
    """A comment behind the key of a block."""
    beside: Remark | None = None
    """A comment behind the value."""
    broken: bool = False
    """In brackets, and on another line than the entry before it."""

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.key.start if self.key else self.value.start


def read(text: str) -> Group | None:
    """The tree of a text that `rules.document.parse` took; None when it is empty."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    root = next((_node(event, events, text) for event in events if isinstance(event, yaml.NodeEvent)), None)
    if not isinstance(root, Group):
        return None
    remarks = Remarks(text)
    _attach(root, remarks, len(text), _END, len(text))
    root.below += remarks.before(len(text) + 1)
    return root


def _node(event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Written:
    assert event.start_mark is not None
    assert event.end_mark is not None
    start, end, col = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if isinstance(event, yaml.AliasEvent):
        return Leaf(event.anchor or "", "*", text[start:end], "", start, end, col)
    anchor = f"&{event.anchor} " if isinstance(event, yaml.NodeEvent) and event.anchor else ""
    if isinstance(event, yaml.ScalarEvent):
        return Leaf(event.value, event.style or "", text[start:end], anchor, start, end, col)
    assert isinstance(event, yaml.CollectionStartEvent)
    is_map = isinstance(event, yaml.MappingStartEvent)
    group = Group(is_map, bool(event.flow_style), anchor, start, end, col)
    for inner in events:
        if isinstance(inner, yaml.CollectionEndEvent):
            # A block has no sign at its end: it ends where its last value does.
            if group.entries and not group.flow:
                group.end = group.entries[-1].value.end
            elif inner.end_mark is not None:
                group.end = inner.end_mark.index
            break
        first = _node(inner, events, text)
        if is_map:
            assert isinstance(first, Leaf)
            group.entries.append(Entry(first, _node(next(events), events, text)))
        else:
            group.entries.append(Entry(None, first))
    if group.flow:
        _mark_breaks(group, text)
    return group


def _mark_breaks(group: Group, text: str) -> None:
    group.broken = "\n" in text[group.start : group.end]
    end = group.end
    for entry in group.entries:
        entry.broken = "\n" in text[end : entry.start]
        end = entry.value.end


def _attach(group: Group, remarks: Remarks, limit: int, next_col: int, beside_limit: int) -> None:
    """Give each entry its remarks. `limit` and `next_col` tell where the next entry around the group begins; a remark
    behind a value is the value's only up to `beside_limit`, the end of the brackets around it."""
    inside = group.end if group.flow else beside_limit
    for place, entry in enumerate(group.entries, start=1):
        is_last = place == len(group.entries)
        following, col = (limit, next_col) if is_last else (group.entries[place].start, group.col)
        entry.above += remarks.before(entry.start)
        _attach_value(entry, remarks, following, col, min(inside, following))
    if group.flow:
        group.below += remarks.before(group.end)
    else:
        group.below += remarks.within(group.col, limit, next_col)


def _attach_value(entry: Entry, remarks: Remarks, limit: int, next_col: int, beside_limit: int) -> None:
    value = entry.value
    if entry.key is not None:
        if isinstance(value, Group) and not value.flow:
            # A block with a name begins at the name, and what stands behind that is said of it, too.
            entry.head = remarks.beside(value.entries[0].start if value.anchor and value.entries else value.start)
        else:
            entry.above += remarks.before(value.start)
    if isinstance(value, Group):
        _attach(value, remarks, limit, next_col, beside_limit)
    if isinstance(value, Leaf) or value.flow:
        entry.beside = remarks.beside(beside_limit)
