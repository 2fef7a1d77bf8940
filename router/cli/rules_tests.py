"""`switchboard rules test`: the tests that stand in the files, and what they say nothing about."""

import argparse
import sys
from collections.abc import Iterable
from typing import Final

import msgspec

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from rules.coverage import Covered
from rules.ruleset import Ruleset
from rules.translation import Language, text
from rules.trial import TestReport, TrialFailure

_SHOWN: Final = 6
"""Conditions of one rule that are named."""
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "rules": "no test makes these rules fire: {rules}", "held": "never true: {places}",
        "failed": "never false: {places}", "line": "line {line} {label}", "more": ", and {n} more", "colon": ": ",
        "comma": ", ", "conditions": "{both} of {all} conditions were true in one test and false in another",
        "sum": "{total} tests: {failures} failures",
    },
    "zh": {
        "rules": "没有测试让这些规则命中：{rules}", "held": "从未成立：{places}",
        "failed": "从未不成立：{places}", "line": "第 {line} 行 {label}", "more": "，另有 {n} 个", "colon": "：",
        "comma": "，", "conditions": "{all} 个条件中有 {both} 个既成立过也不成立过",
        "sum": "{total} 个测试：{failures} 个失败",
    },
}  # fmt: skip


def run(ruleset: Ruleset, arguments: argparse.Namespace) -> int:
    """0 when every expectation was met, 1 otherwise; what is not covered is told and no failure."""
    report = ruleset.run_tests(conditions=True)
    failures = [_told(failure, arguments.lang) for failure in report.failures]
    if arguments.json:
        said = msgspec.structs.replace(report, failures=tuple(failures))
        sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    else:
        _tell(report, failures, arguments.lang)
    return EXIT_FINDINGS if failures else EXIT_DONE


def _told(failure: TrialFailure, language: Language) -> TrialFailure:
    return msgspec.structs.replace(failure, text=text(failure.text, language))


def _tell(report: TestReport, failures: list[TrialFailure], language: Language) -> None:
    words = _WORDS[language]
    for failure in failures:
        print(failure)
    if report.uncovered:
        print(words["rules"].format(rules=", ".join(report.uncovered)))
    by_rule: dict[str, list[Covered]] = {}
    for condition in report.conditions:
        if condition.rule in report.covered:  # of one that never fired it is said above
            by_rule.setdefault(condition.rule, []).append(condition)
    for rule, conditions in by_rule.items():
        never = [(key, [one for one in conditions if not getattr(one, key)]) for key in ("held", "failed")]
        said = [words[key].format(places=_places(those, words)) for key, those in never if those]
        if said:
            print(f"{conditions[0].file} {rule}{words['colon']}{'; '.join(said)}")
    if report.conditions:
        both = sum(bool(one.held and one.failed) for one in report.conditions)
        print(words["conditions"].format(both=both, all=len(report.conditions)))
    print(words["sum"].format(total=report.total, failures=len(failures)))


def _places(conditions: Iterable[Covered], words: dict[str, str]) -> str:
    named = list(dict.fromkeys(words["line"].format(line=one.line, label=one.label) for one in conditions))
    more = words["more"].format(n=len(named) - _SHOWN) if len(named) > _SHOWN else ""
    return words["comma"].join(named[:_SHOWN]) + more
