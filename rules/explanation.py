"""Why a verdict is what it is, rule by rule: what fired, what failed, which words, what was lost."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from rules.conditions import Condition
from rules.facts import Lost, Span, Verdict
from rules.rule import Rule
from rules.scene import Scene

State = Literal["fired", "observed", "quiet", "off", "other"]
"""`other`: the rule waits for another event."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: whether it held, and what it found."""

    label: str
    line: int
    depth: int
    passed: bool
    found: str = ""
    at: tuple[Span, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rule."""

    rule: str
    file: str
    line: int
    state: State
    checks: tuple[Check, ...] = ()
    missing: str = ""
    """The one condition that kept the rule quiet, when it was only one."""
    writes: tuple[tuple[str, str], ...] = ()
    lost: tuple[Lost, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole walk through the rules for one message."""

    verdict: Verdict
    steps: tuple[Step, ...]
    """Every rule, in the order they are tried."""

    def lines(self, language: str = "en", *, quiet: bool = False) -> list[str]:
        """Return it as lines to print; with `quiet` also the rules that said nothing."""
        words = _ZH if language.split("-", maxsplit=1)[0].lower() == "zh" else _EN
        verdict = self.verdict
        result = [
            f"{words['verdict']}: {verdict.urgency}, {words['queue']} {verdict.queue}, "
            f"{words['tags']} {', '.join(verdict.tags) or '-'}, {words['language']} "
            f"{verdict.language}, {words['version']} {verdict.version}"
        ]
        for step in self.steps:
            if quiet or step.state in {"fired", "observed"} or step.missing:
                result += _lines(step, words)
        return result


_EN: Final = {
    "verdict": "verdict", "queue": "queue", "tags": "tags", "language": "language",
    "version": "rules", "fired": "fired", "observed": "would have fired (observe)",
    "quiet": "quiet", "off": "switched off", "other": "waits for another event", "missing": "only this failed",
    "lost": "lost to", "yes": "yes", "line": "line", "no": "no ",
}  # fmt: skip
_ZH: Final = {
    "verdict": "结论", "queue": "队列", "tags": "标签", "language": "语言", "version": "规则版本",
    "fired": "命中", "observed": "本应命中(仅观察)", "quiet": "未命中", "off": "已关闭", "other": "等待其他事件",
    "missing": "只差这个条件", "lost": "让位于", "yes": "是", "line": "行",  "no": "否",
}  # fmt: skip


def _lines(step: Step, words: dict[str, str]) -> Iterable[str]:
    yield f"{step.rule} ({step.file}:{step.line}): {words[step.state]}"
    for check in step.checks:
        if step.state in {"fired", "observed"} and not check.passed and check.depth > 1:
            continue  # one of several alternatives that was not needed
        mark = words["yes"] if check.passed else words["no"]
        found = f": {check.found}" if check.found else ""
        places = f" @ {' '.join(f'{a}-{b}' for a, b in check.at)}" if check.at else ""
        yield f"  {'  ' * check.depth}{mark} {check.label}{found}{places} ({words['line']} {check.line})"
    if step.missing:
        yield f"  {words['missing']}: {step.missing}"
    for key, value in step.writes:
        yield f"  -> {key}: {value}"
    for lost in step.lost:
        yield f"  x  {lost.key}: {lost.value} {words['lost']} {lost.to}"


def explain(behind: Scene, rules: Iterable[Rule], verdict: Verdict, *, came: Scene) -> Explanation:
    """Walk every rule again and note each condition; rules that redact see the message as it `came`."""
    steps: list[Step] = []
    for rule in rules:
        scene = came if rule.redact else behind
        checks: list[Check] = []
        passed = _check(rule.when, scene, 0, checks)
        state: State = "quiet"
        if rule.mode == "off":
            state = "off"
        elif rule.event != scene.facts.event:
            state = "other"
        elif passed:
            state = "observed" if rule.mode == "observe" else "fired"
        steps.append(
            Step(
                rule=rule.id,
                file=rule.at.file,
                line=rule.at.line,
                state=state,
                checks=tuple(checks),
                missing="" if passed or state == "other" else _single_miss(rule.when, scene),
                writes=rule.writes() if state == "fired" else (),
                lost=tuple(lost for lost in verdict.lost if lost.rule == rule.id),
            )
        )
    return Explanation(verdict=verdict, steps=tuple(steps))


def _check(condition: Condition, scene: Scene, depth: int, checks: list[Check]) -> bool:
    passed = condition.test(scene)
    found = condition.evidence(scene) if passed and not condition.parts else []
    checks.append(
        Check(
            label=condition.label,
            line=condition.at.line,
            depth=depth,
            passed=passed,
            found="; ".join(evidence.why for evidence in found),
            at=tuple(sorted({span for evidence in found for span in evidence.at})),
        )
    )
    for part in condition.parts:
        _check(part, scene, depth + 1, checks)
    return passed


def _single_miss(condition: Condition, scene: Scene) -> str:
    """Name the part that alone failed in a rule of several conditions."""
    if condition.label != "all" or len(condition.parts) < 2:
        return ""
    failed = [part for part in condition.parts if not part.test(scene)]
    return f"{failed[0].label} (line {failed[0].at.line})" if len(failed) == 1 else ""
