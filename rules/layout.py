"""Lays a rules file out: two blanks a level, at most 120 characters a line where there is a comma to break it at.

What stands in brackets stays there while it fits; a map that does not becomes lines of its own, and a list is broken
behind its commas. Breaks that are there stay, because people put together what belongs together: only from a line that
grew too long onwards the words of a list are filled in anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from rules.remarks import Remark, text_lines
from rules.scalars import is_block, written
from rules.schema_place import Place
from rules.written import Entry, Group, Leaf, Written

WIDTH: Final = 120
"""Characters of a line."""
_STEP: Final = 2
_ORDERED: Final = {("rules", ""), ("rules", "", "then"), ("tests", "")}
"""Maps whose keys stand in the language's order; elsewhere the author's order is kept, as conditions have one."""


@dataclass(slots=True)
class _Piece:
    """What is not broken: of something in brackets, up to a comma."""

    text: str
    above: list[Remark] = field(default_factory=list)
    beside: Remark | None = None
    broken: bool = False
    whole: int = 0
    """Characters of all that its bracket opens, when it opens one."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where in the file we are."""

    place: Place
    path: tuple[str, ...] = ()

    def into(self, entry: Entry) -> "_Spot":
        if entry.key is None:
            return _Spot(self.place.item(), (*self.path, ""))
        return _Spot(self.place.key(entry.key.value), (*self.path, entry.key.value))


def lay_out(root: Group, language: Place) -> str:
    """The text of a file."""
    lines = _block(root, 0, _Spot(language)) if root.entries else _remarks(root.below, 0)
    return "".join(f"{line}\n" for line in lines)


def _block(group: Group, indent: int, spot: _Spot) -> list[str]:
    lines: list[str] = []
    for entry in _in_order(group, spot):
        inner = spot.into(entry)
        lines += _remarks(_above(entry, inner), indent, is_first=not lines)
        lines += _entry(entry, indent, inner)
    return lines + _remarks(group.below, indent)


def _above(entry: Entry, spot: _Spot) -> list[Remark]:
    """What is said above an entry, and of what stands in its first line: an item's first key, the first in brackets."""
    value, above = entry.value, entry.above
    while isinstance(value, Group) and (value.flow or entry.key is None):
        if not value.entries:
            above, value.below = above + value.below, []
            break
        entry = _in_order(value, spot)[0]
        above, entry.above = above + entry.above, []
        value, spot = entry.value, spot.into(entry)
    return above


def _in_order(group: Group, spot: _Spot) -> Sequence[Entry]:
    if spot.path not in _ORDERED or not group.is_map or _has_anchor(group):
        return group.entries
    order = {key: place for place, key in enumerate(spot.place.keys())}
    return sorted(group.entries, key=lambda entry: order.get(entry.key.value if entry.key else "", len(order)))


def _has_anchor(value: Written) -> bool:
    """Whether something in it has a name or is called by one, so that it cannot change places."""
    if isinstance(value, Leaf):
        return bool(value.anchor) or value.style == "*"
    return bool(value.anchor) or any(_has_anchor(entry.value) for entry in value.entries)


def _remarks(remarks: Iterable[Remark], indent: int, *, is_first: bool = False) -> list[str]:
    """Comments on lines of their own, blank lines one at a time and none at the beginning."""
    lines: list[str] = []
    for remark in remarks:
        if remark.text:
            lines.append(" " * indent + remark.text)
        elif (lines and lines[-1]) or not (lines or is_first):
            lines.append("")
    return lines


def _entry(entry: Entry, indent: int, spot: _Spot) -> list[str]:
    lead = " " * indent + ("-" if entry.key is None else f"{written(entry.key)}:")
    value = entry.value
    if isinstance(value, Group) and not value.flow:
        return _under(entry, value, lead, indent, spot)
    if isinstance(value, Leaf) and is_block(value):
        return _text(value, lead, indent)
    pieces = _pieces(value, spot)
    line = _joined(lead, " ".join(piece.text for piece in pieces))
    has_remarks = any(piece.above or piece.beside for piece in pieces)
    if not has_remarks and len(line) <= WIDTH and not (isinstance(value, Group) and value.broken):
        return [_beside(line, entry.beside)]
    if isinstance(value, Group) and value.is_map and not value.broken:
        entry.head, value.flow = entry.beside, False
        return _under(entry, value, lead, indent, spot)
    lines = _filled(lead, pieces, indent)
    return [*lines[:-1], _beside(lines[-1], entry.beside)]


def _under(entry: Entry, value: Group, lead: str, indent: int, spot: _Spot) -> list[str]:
    """A block under its key, or behind the sign of its item."""
    lines = _block(value, indent + _STEP, spot)
    if entry.key is None and entry.head is None and not value.anchor:
        return [f"{lead} {lines[0][indent + _STEP :]}", *lines[1:]]
    return [_beside(_joined(lead, value.anchor.strip()), entry.head), *lines]


def _text(leaf: Leaf, lead: str, indent: int) -> list[str]:
    """A block of text, moved as a whole."""
    head, *lines = text_lines(leaf.source)
    told = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    moved = [" " * (indent + _STEP) + line[told:] if len(line) > told else "" for line in lines]
    return [f"{lead} {head.rstrip()}", *moved]


def _pieces(value: Written, spot: _Spot) -> list[_Piece]:
    if isinstance(value, Leaf):
        return [_Piece(written(value, spot.place))]
    opening, closing = ("{", "}") if value.is_map else ("[", "]")
    found: list[_Piece] = []
    entries = _in_order(value, spot)
    for entry in entries:
        inner = _pieces(entry.value, spot.into(entry))
        if entry.key is not None:
            inner[
                0
            ].text = f"{written(entry.key)}: {inner[0].text}"  # with a blank though nothing follows: `a:,` is a word
        inner[0].broken, inner[0].above = entry.broken, entry.above + inner[0].above
        if entry is not entries[-1]:
            inner[-1].text += ","
        inner[-1].beside = entry.beside or inner[-1].beside
        found += inner
    if value.below or (found and found[-1].beside):
        found.append(_Piece("", above=value.below, broken=True))
    found = found or [_Piece("")]
    found[0].text = f"{value.anchor}{opening}{found[0].text}"
    found[-1].text += closing
    found[0].whole = sum(len(piece.text) + 1 for piece in found)
    return found


def _filled(lead: str, pieces: Sequence[_Piece], indent: int) -> list[str]:
    """Pieces over as many lines as they need."""
    lines: list[str] = []
    line, before, grown = _joined(lead, pieces[0].text), pieces[0], False
    for piece in pieces[1:]:
        # A list in a list is kept together where a line of its own is enough for it.
        is_kept = piece.whole and indent + _STEP + piece.whole <= WIDTH
        needed = piece.whole if is_kept else len(piece.text) + 1
        is_full = len(line) + needed > WIDTH
        grown = grown or (is_full and not piece.whole and not piece.broken)
        wanted = piece.broken and (not grown or piece.whole)
        if is_full or wanted or piece.above or before.beside:
            lines.append(_beside(line, before.beside))
            lines += _remarks(piece.above, indent + _STEP)
            line = " " * (indent + _STEP) + piece.text
        else:
            line = f"{line} {piece.text}"
        before = piece
    return [*lines, _beside(line, before.beside)]


def _joined(lead: str, text: str) -> str:
    return f"{lead} {text}" if text else lead


def _beside(line: str, remark: Remark | None) -> str:
    line = line.rstrip(" ")  # behind a key, or a name, of nothing
    return line if remark is None else f"{line}{' ' * max(2, len(remark.space))}{remark.text}"
