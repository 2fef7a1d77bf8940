"""Comments and blank lines of a YAML text, which its parser drops: they stand between two tokens.

Used by the formatter. `yaml.scan` tells where tokens begin and end, so that a `#` inside a word is none of ours.
"""

import re
from collections import deque
from dataclasses import dataclass

import yaml

_REMARK = re.compile(r"(?P<before>[^\S\n]*)(?:(?P<text>#[^\n]*)|\n)")


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, or a blank line (no text)."""

    start: int
    """Where it stands in the text, in code points."""
    col: int
    text: str
    space: str
    """What separates it from the token before it on its line."""
    beside: bool
    """It stands behind something in its line, not alone in its own."""


class Remarks:
    """The remarks of a text, handed out in order."""

    def __init__(self, text: str) -> None:
        self._waiting = deque(_found(text))

    def before(self, offset: int) -> list[Remark]:
        """Take all that stand before `offset`."""
        taken = []
        while self._waiting and self._waiting[0].start < offset:
            taken.append(self._waiting.popleft())
        return taken

    def beside(self, limit: int) -> Remark | None:
        """Take the one behind what was just read, if it comes before `limit`."""
        if self._waiting and self._waiting[0].beside and self._waiting[0].start < limit:
            return self._waiting.popleft()
        return None

    def within(self, col: int, limit: int, next_col: int) -> list[Remark]:
        """Take comments that still belong to a block at column `col`, further in than what follows at `limit`."""
        taken: list[Remark] = []
        blanks: list[Remark] = []
        while self._waiting and self._waiting[0].start < limit:
            remark = self._waiting[0]
            if remark.text and (remark.col < col or remark.col <= next_col):
                break
            blanks.append(self._waiting.popleft())
            if remark.text:
                taken += blanks
                blanks = []
        self._waiting.extendleft(reversed(blanks))
        return taken


def _found(text: str) -> list[Remark]:
    remarks: list[Remark] = []
    end = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        remarks += _between(text, end, token.start_mark.index)
        end = max(end, _end_of(token, text))
    return remarks + _between(text, end, len(text))


def _end_of(token: yaml.Token, text: str) -> int:
    """Where a token ends; one that is a block of text takes the blank lines behind it along, which are remarks."""
    start: int = token.start_mark.index
    end: int = token.end_mark.index
    if not isinstance(token, yaml.ScalarToken) or token.style not in {"|", ">"}:
        return end
    block = text[start:end]
    return end if _keeps_blanks(block) else start + len("\n".join(text_lines(block)))


def _keeps_blanks(block: str) -> bool:
    return "+" in block.partition("\n")[0].partition("#")[0]


def text_lines(block: str) -> list[str]:
    """The head and the lines of a block of text; blank ones behind it only where they are a part of it (`|+`, or blanks
    beyond its indentation)."""
    head, *lines = block.split("\n")
    if _keeps_blanks(block):
        return [head, *lines[: -1 if lines and not lines[-1] else None]]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    while lines and len(lines[-1]) <= indent and not lines[-1].strip():
        lines.pop()
    return [head, *lines]


def _between(text: str, start: int, end: int) -> list[Remark]:
    remarks = []
    fresh = start == 0 or text[start - 1] == "\n"  # a block of text ends behind its last line
    for found in _REMARK.finditer(text, start, end):
        if found["text"] is not None:
            at = found.start("text")
            col = at - (text.rfind("\n", 0, at) + 1)
            remarks.append(Remark(at, col, found["text"].rstrip(), found["before"], not fresh))
        elif fresh and not _ends_comment(text, found.start()):
            remarks.append(Remark(found.start(), 0, "", "", beside=False))
        fresh = found["text"] is None
    return remarks


def _ends_comment(text: str, at: int) -> bool:
    """Whether the line feed at `at` ends a line that holds something."""
    return bool(text[text.rfind("\n", 0, at) + 1 : at].strip())


def comments(text: str) -> list[str]:
    """All comments of a text, sorted: a check that none was lost, wherever each stands now."""
    return sorted([remark.text for remark in _found(text) if remark.text] + _in_heads(text))


def _in_heads(text: str) -> list[str]:
    """Comments behind the sign of a block of text, which belong to its token."""
    found = []
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
            head = text[token.start_mark.index : token.end_mark.index].partition("\n")[0]
            found += [f"#{comment}".rstrip() for comment in [head.partition("#")[2]] if comment]
    return found
