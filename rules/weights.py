"""Reads `weights`: what words speak for or against something, by name, for `weighs` in conditions.

The words stand in one text, a run of words a line with its weight before it, because there are thousands of them and
most were learned from examples (`scripts/learn_weights.py`) rather than written.
"""

import re
from functools import lru_cache
from typing import Final

from rules.book import Book
from rules.document import Node, Scalar, Table
from rules.opinion import Opinion, Source
from rules.packs import encoders
from rules.problems import Position
from rules.scales import RUN_MAX, Lists, Scales, Words, words_of
from rules.tokens import NUMBER

KEYS: Final = ("lists", "start", "long", "words", "whole", "opinion")
RUNS: Final = ("words", "whole")
"""Runs in a passage, and in the whole text; there are some of either."""
OPINION: Final = ("encoder", "from", "start", "counts")
RUNS_MAX: Final = 50_000
"""Runs of words of one of the weights."""
_WEIGHT: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,4})?")
_NAMED: Final = re.compile(r"\{([a-z0-9/-]+)\}")


def read(name: Scalar, node: Node, book: Book) -> Scales | None:
    """Read one of `weights`; lists of all files must be known."""
    reader = book.reader
    keys = reader.keys(node, KEYS, f"the weights {name.value}")
    if keys.keys().isdisjoint(RUNS) and isinstance(node, Table):
        hint = 'write words: | or whole: | and lines such as "+1.5 not me"'
        reader.fail(name.at, "missing", f"the weights {name.value} have no words", hint)
        return None
    start, long = (reader.decimal(keys[key], key) if key in keys else 0.0 for key in ("start", "long"))
    lists = _lists(keys["lists"], book) if "lists" in keys else Lists({})
    words, whole = (_runs(reader.scalar(keys[key], key), lists.names, book) if key in keys else {} for key in RUNS)
    opinion = _opinion(keys["opinion"], book) if "opinion" in keys else None
    if words is None or whole is None or start is None or long is None:
        return None
    return Scales(start, words, lists, whole=whole, long=long, opinion=opinion)


def _opinion(node: Node, book: Book) -> Opinion | None:
    """Read whom to ask in doubt."""
    reader = book.reader
    keys = reader.keys(node, OPINION, "opinion")
    missing = next((key for key in OPINION if key not in keys), None)
    if missing is not None:
        if isinstance(node, Table):
            hint = "for example {encoder: incident, from: -2, start: 1, counts: 1}"
            reader.fail(node.at, "missing", f"opinion does not say {missing}", hint)
        return None
    encoder = reader.scalar(keys["encoder"], "encoder")
    low, start, counts = (reader.decimal(keys[key], key) for key in OPINION[1:])
    if encoder is None or low is None or start is None or counts is None:
        return None
    if reader.known(encoder, "encoder", encoders()) is None:
        return None
    return Opinion(Source("rules.packs", encoder.value), low, start, counts)


def _lists(node: Node, book: Book) -> Lists:
    """Read names of lists; the first that holds a word stands for it. Equal ones are kept once."""
    names = book.reader.scalars(node, "lists")
    known = tuple(name.value for name in names)
    if known not in book.weighed_lists:
        kinds: dict[Words, str] = {}
        for name in names:
            for word in book.listed(name):
                words = words_of(word.value)
                if set(words) - {NUMBER}:  # 0 would stand for every number
                    kinds.setdefault(words, name.value)
        book.weighed_lists[known] = Lists(kinds)
    return book.weighed_lists[known]


def _runs(written: Scalar | None, lists: frozenset[str], book: Book) -> dict[str, float] | None:
    if written is None:
        return None
    found: dict[str, float] = {}
    for number, line in enumerate(written.value.splitlines(), start=1):
        weight, *words = line.split() or [""]
        run = " ".join(words)
        worth = _number(weight)
        unknown = "{" in run and not lists.issuperset(_NAMED.findall(run))
        if worth is None or not words or unknown or len(words) > RUN_MAX or run in found:
            at = Position(written.at.file, written.at.line + number, written.at.col)
            _refuse(line.strip(), run if worth is not None else "", at, lists, book)
        else:
            found[run] = worth
    if len(found) > RUNS_MAX:
        book.reader.fail(written.at, "limit", f"{len(found)} lines", f"at most {RUNS_MAX:,}")
    return found


@lru_cache(4_096)
def _number(written: str) -> float | None:
    """Return a weight, or nothing if it is none. Equal ones are one object: of a hundred thousand few differ."""
    return float(written) if _WEIGHT.fullmatch(written) else None


def _refuse(line: str, run: str, at: Position, lists: frozenset[str], book: Book) -> None:
    """Say what is wrong with a line; nothing with an empty one."""
    unknown = next((name for name in _NAMED.findall(run) if name not in lists), None)
    if line and not run:
        book.reader.fail(at, "value", f"{line[:40]!r} is no weight and words", "for example +1.5 not me")
    elif unknown is not None:
        book.reader.fail(at, "unknown-list", f"{unknown} is none of the lists that are weighed", "add it to lists")
    elif len(run.split()) > RUN_MAX:
        book.reader.fail(at, "limit", f"{run[:40]!r} has more than {RUN_MAX} words", "choose the telling ones")
    elif line:
        book.reader.fail(at, "duplicate", f"{run!r} is weighed already", "delete one of the lines")
