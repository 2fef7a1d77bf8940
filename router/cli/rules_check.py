"""`switchboard rules check`: every mistake and doubt of every file, with its line and what was probably meant."""

import argparse
import sys
from collections.abc import Mapping
from typing import Final

import msgspec

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.numbers import counted
from router.clock import SystemClock
from rules import packs
from rules.inclusion import is_packed
from rules.problems import Problem, RulesError
from rules.ruleset import load
from rules.translation import Language, line, told
from rules.unused import over

_EXCERPT: Final = 110
"""Columns of a line that are shown, about half of them before the place."""
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "error": "error: ", "warning": "warning: ",
        "sum": "{files}: {errors}, {warnings}", "packs": "packs: {packs}",
    },
    "zh": {
        "error": "错误：", "warning": "警告：",
        "sum": "{files} 个文件：{errors} 个错误，{warnings} 个警告", "packs": "规则包：{packs}",
    },
}  # fmt: skip


def run(files: Mapping[str, bytes], arguments: argparse.Namespace) -> int:
    """0 when there are no errors, 1 when there are."""
    language: Language = arguments.lang
    named: tuple[str, ...] = ()
    try:
        ruleset = load(files)
        found = (*ruleset.warnings, *over(ruleset.rules, SystemClock().now_ms()))
        named = ruleset.packs
    except RulesError as error:
        found = error.problems
    errors = sum(problem.severity == "error" for problem in found)
    if arguments.json:
        spoken = [told(problem, language) for problem in found]
        sys.stdout.buffer.write(msgspec.json.encode(spoken) + b"\n")
        return EXIT_FINDINGS if errors else EXIT_DONE
    words = _WORDS[language]
    for problem in found:
        print(f"{words[problem.severity]}{line(problem, language)}")
        _excerpt(_lines(problem.file, files), problem)
    if named:
        print(words["packs"].format(packs=", ".join(named)))
    counts = {"files": len(files), "errors": errors, "warnings": len(found) - errors}
    said = counts if language == "zh" else {name: counted(count, name[:-1]) for name, count in counts.items()}
    print(words["sum"].format_map(said))
    return EXIT_FINDINGS if errors else EXIT_DONE


def _lines(file: str, files: Mapping[str, bytes]) -> list[str]:
    """The lines of a file of the site, or of a shipped pack."""
    content = packs.read().get(file.partition("/")[2]) if is_packed(file) else files.get(file)
    return (content or b"").decode(errors="replace").splitlines()


def _excerpt(lines: list[str], problem: Problem) -> None:
    if not 1 <= problem.line <= len(lines):
        return
    shown = lines[problem.line - 1].lstrip("\ufeff")
    start = max(0, min(problem.col - 1 - _EXCERPT // 2, len(shown) - _EXCERPT))
    print(f"    | {shown[start : start + _EXCERPT]}")
    # Wide characters take two columns in a terminal; the caret has to stand under the one that is meant.
    before = shown[start : problem.col - 1]
    print("    | " + " " * sum(2 if ord(char) > 0x2E7F else 1 for char in before) + "^")
