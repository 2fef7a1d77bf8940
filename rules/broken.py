"""What is wrong with a file that is no YAML, in the words of somebody who writes rules and not parsers.

The reader of YAML names what it was looking for when it gave up, often lines below the slip. Here the line is looked at
once more for the slips that people make; what is none of them is told as the reader says it.
"""

import re
from typing import Final, NamedTuple

import yaml

_KEY: Final = r"[A-Za-z_][\w.| -]*?"
_GLUED: Final = re.compile(rf"(?:- +)?(?P<key>{_KEY})(?P<colon>[:：])(?P<value>(?!//)\S.*)?")
"""`id:refund` or `id：refund`: one word to YAML."""
_DASH: Final = re.compile(r"-[A-Za-z]\S*:")
_OTHER_DASH: Final = re.compile("[–—－−•·] ")
_CHECK: Final = "check indentation, quotes and brackets here"
_IN_LINE: Final = re.compile(r":(?=\s)")


class Slip(NamedTuple):
    """Where it is (lines and columns count from 0), what it is and what to do about it."""

    line: int
    col: int
    text: str
    hint: str


class _Report(NamedTuple):
    """What the reader of YAML says, beside the text."""

    said: str
    lines: list[str]
    line: int
    col: int
    opened: tuple[int, int]
    """Where what it was reading began."""

    @property
    def here(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""


def slip(error: yaml.MarkedYAMLError, text: str) -> Slip:
    """The mistake behind what a reader of YAML says of `text`."""
    mark = error.problem_mark or error.context_mark
    said = error.problem or error.context or "this is not YAML"
    if mark is None:
        return Slip(0, 0, said, _CHECK)
    began = error.context_mark or mark
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)  # what the reader takes for the end of a line
    report = _Report(said, lines, mark.line, mark.column, (began.line, began.column))
    return _of_signs(report) or _of_shape(report) or Slip(mark.line, mark.column, said, _CHECK)


def _of_signs(report: _Report) -> Slip | None:
    """A character that means something else than was thought."""
    line, col, (row, start) = report.line, report.col, report.opened
    match report.said:
        case "found character that cannot start any token":
            return _bad_start(line, col, report.here[col : col + 1])
        case "did not find expected alphabetic or numeric character":
            return _bad_start(row, start, report.lines[row][start : start + 1])
        case "found unexpected end of stream":
            return Slip(row, start, "this quotation mark is never closed", "close it, or leave it out")
        case "found unexpected ':'":
            return Slip(line, col, "a value holds a second colon", "put the whole value in quotes")
        case "did not find expected comment or line break":
            return Slip(line, col, "a value goes on behind its end", "begin the text in the line below | or >")
        case "found unknown escape character":
            return Slip(line, col, "in double quotes a \\ begins a sign", "use single quotes, where it is itself")
        case _:
            return None


def _of_shape(report: _Report) -> Slip | None:
    """Lines, keys and brackets that do not belong together."""
    said, line, col, (row, start) = report.said, report.line, report.col, report.opened
    match said:
        case "mapping values are not allowed in this context":
            return _glued(report.lines, line) or _second_colon(line, col, report.here)
        case "did not find expected key" | "did not find expected '-' indicator":
            return _continued(line, col, report.here) or _glued(report.lines, line) or _out_of_line(line, col)
        case "did not find expected ',' or ']'" | "did not find expected ',' or '}'":
            where = f"{row + 1}:{start + 1}"
            return Slip(
                line, col, said, f"close the bracket of {where} before this, or put a text with signs in quotes"
            )
        case "could not find expected ':'":
            glued = _glued(report.lines[row : row + 1], 0)
            return (
                glued._replace(line=row)
                if glued
                else Slip(row, start, said, "write : and a blank behind a key, or put a text in quotes")
            )
        case "did not find expected <document start>":
            return _out_of_line(line, col)
        case "block sequence entries are not allowed in this context":
            return Slip(line, col, "a list cannot begin behind its key", "begin a new line before the -")
        case _:
            return None


def _bad_start(line: int, col: int, char: str) -> Slip:
    if char == "\t":
        return Slip(line, col, "a tab stands where only blanks may", "write blanks instead; two for each level")
    return Slip(line, col, f"a value cannot begin with {char}", "put it in quotes")


def _glued(lines: list[str], line: int) -> Slip | None:
    """In this line or in the one before it a key and its value, or a dash and its key, stand too close."""
    above = next((n for n in range(line - 1, -1, -1) if lines[n].strip() and lines[n].lstrip()[0] != "#"), line)
    for number in (line, above):
        bare = lines[number].strip()
        start = len(lines[number]) - len(lines[number].lstrip())
        if _DASH.match(bare):
            return Slip(number, start, "there is no blank behind the -", "write - and a blank")
        if _OTHER_DASH.match(bare):
            return Slip(number, start, "this sign is not the - of a list", "write - and a blank")
        found = _GLUED.match(bare)
        if found is None or (found["colon"] == ":" and found["value"] is None):
            continue
        if found["colon"] == "：":
            return Slip(number, start + found.start("colon"), "this colon is a Chinese one", "write : and a blank")
        return Slip(number, start + found.start("colon"), "there is no blank behind the colon", "write : and a blank")
    return None


def _second_colon(line: int, col: int, here: str) -> Slip:
    if _IN_LINE.search(here[:col]):
        return Slip(line, col, "a value holds a second colon", "put the whole value in quotes")
    return Slip(
        line, col, "these keys do not belong to the line before", "put that in quotes, or check the indentation"
    )


def _continued(line: int, col: int, here: str) -> Slip | None:
    if not here[:col].strip():
        return None
    return Slip(line, col, "a value goes on behind its end", "put the whole value in one pair of quotes")


def _out_of_line(line: int, col: int) -> Slip:
    return Slip(line, col, "this line begins in another column than those it belongs to", "correct its blanks")
