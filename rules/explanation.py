"""Why a verdict is what it is, rule by rule: what fired, what failed, which words, what was lost."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from rules.conditions import Condition, Evidence, Not
from rules.facts import Lost, Span, Verdict
from rules.misses import Misses
from rules.rule import Rule
from rules.scene import Scene
from rules.translation import Language

State = Literal["fired", "observed", "quiet", "off", "other"]
"""`other`: the rule waits for another event."""

NEAREST_MAX: Final = 5
"""Quiet rules that are told unless all are asked for."""
_EXCEPTED_WEIGHS: Final = 2
"""A rule all of whose words are there is nearer than one of which a word or two are."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: whether it held, and what it found."""

    label: str
    line: int
    depth: int
    passed: bool
    found: str = ""
    at: tuple[Span, ...] = ()
    denied: bool = False
    """It stands in `not` or `exceptions`: that it held speaks against the rule."""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """The one condition that kept a rule quiet, and those on words that held beside it."""

    label: str
    line: int
    found: str = ""
    """What stands there all the same: where it should not, or where exceptions made it not count."""
    at: tuple[Span, ...] = ()
    excepted: str = ""
    """The words that made it not count."""
    held: tuple[Check, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rule."""

    rule: str
    file: str
    line: int
    state: State
    checks: tuple[Check, ...] = ()
    missing: Missing | None = None
    """Of a quiet rule some of whose words are there: the one condition that failed."""
    writes: tuple[tuple[str, str], ...] = ()
    lost: tuple[Lost, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole walk through the rules for one message."""

    verdict: Verdict
    steps: tuple[Step, ...]
    """Every rule, in the order they are tried."""
    nearest: tuple[str, ...] = ()
    """Quiet rules with one condition missing, the nearest first."""

    def lines(self, language: Language = "en", *, everything: bool = False) -> list[str]:
        """Return it as lines to print: rules that fired and those nearest to it, or `everything`."""
        words = _WORDS[language]
        result = [_head(self.verdict, words)]
        if everything:
            return result + [line for step in self.steps for line in _lines(step, words, everything=True)]
        for step in self.steps:
            if step.state in {"fired", "observed"}:
                result += _lines(step, words)
        by_rule = {step.rule: step for step in self.steps}
        if self.nearest:
            more = len(self.nearest) - NEAREST_MAX
            result.append(words["nearest"] + (words["more"].format(n=more) if more > 0 else ""))
        for rule in self.nearest[:NEAREST_MAX]:
            result += _lines(by_rule[rule], words)
        return result


_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "head": "verdict: {urgency}, queue {queue}, tags {tags}, language {language}, rules {version}",
        "fired": "fired", "observed": "would have fired (observe)", "quiet": "quiet", "off": "switched off",
        "other": "waits for another event", "yes": "yes", "no": "no ", "line": " (line {n})",
        "missing": "only this failed", "found": "there is {found}", "excepted": "excepted by {words}",
        "lost": "lost to {to}", "nearest": "Quiet, but for one condition:", "more": " (and {n} more: --all)",
        "colon": ": ", "always": "always", "and": "; ",
    },
    "zh": {
        "head": "结论：{urgency}，队列 {queue}，标签 {tags}，语言 {language}，规则 {version}",
        "fired": "命中", "observed": "本应命中（仅观察）", "quiet": "未命中", "off": "已关闭",
        "other": "等待其他事件", "yes": "是", "no": "否", "line": "（第 {n} 行）",
        "missing": "只差这个条件", "found": "实有 {found}", "excepted": "被 {words} 排除",
        "lost": "让位于 {to}", "nearest": "未命中，只差一个条件：", "more": "（另有 {n} 条：--all）",
        "colon": "：", "always": "总是", "and": "；",
    },
}  # fmt: skip


def _head(verdict: Verdict, words: dict[str, str]) -> str:
    named = f" ({', '.join(verdict.packs)})" if verdict.packs else ""
    return words["head"].format(
        urgency=verdict.urgency,
        queue=verdict.queue,
        tags=", ".join(verdict.tags) or "-",
        language=verdict.language,
        version=verdict.version + named,
    )


def _lines(step: Step, words: dict[str, str], *, everything: bool = False) -> Iterator[str]:
    yield f"{step.rule} ({step.file}:{step.line}){words['colon']}{words[step.state]}"
    checks = step.checks
    if not everything:
        held = [check for check in checks if check.passed and not check.denied]
        checks = step.missing.held if step.missing else tuple(c for c in held if c.found or c.label == "always")
    for check in checks:
        label = words["always"] if check.label == "always" else check.label
        found = _found(check.found, check.at, words["colon"])
        indent = "  " * check.depth if everything else ""
        mark = words["yes"] if check.passed else words["no"]
        yield f"  {indent}{mark} {label}{found}{words['line'].format(n=check.line)}"
    if step.missing is not None:
        yield f"  {words['missing']}{words['colon']}{_told(step.missing, words)}"
    for key, value in step.writes:
        yield f"  -> {key}: {value}"
    for lost in step.lost:
        yield f"  x  {lost.key}: {lost.value} {words['lost'].format(to=lost.to)}"


def _told(missing: Missing, words: dict[str, str]) -> str:
    parts = [f"{missing.label}{words['line'].format(n=missing.line)}"]
    if missing.found:
        parts.append(words["found"].format(found=_found(missing.found, missing.at, "")))
    if missing.excepted:
        parts.append(words["excepted"].format(words=missing.excepted))
    return words["and"].join(parts)


def _found(found: str, at: tuple[Span, ...], colon: str) -> str:
    places = f" @ {' '.join(f'{start}-{end}' for start, end in at)}" if at else ""
    return f"{colon}{found}{places}" if found else places


def explain(behind: Scene, rules: Iterable[Rule], verdict: Verdict, *, came: Scene) -> Explanation:
    """Walk every rule again and note each condition; rules that redact see the message as it `came`."""
    ways = {False: Misses(behind), True: Misses(came)}
    steps: list[Step] = []
    near: list[tuple[int, str]] = []
    for rule in rules:
        misses = ways[bool(rule.redact)]
        scene = misses.scene
        checks: list[Check] = []
        passed = _check(rule.when, scene, 0, checks)
        state: State = "quiet"
        if rule.mode == "off":
            state = "off"
        elif rule.event != scene.facts.event:
            state = "other"
        elif passed:
            state = "observed" if rule.mode == "observe" else "fired"
        missing = _missing(rule.when, misses) if state == "quiet" else None
        if missing is not None:
            near.append((len(missing.held) + _EXCEPTED_WEIGHS * bool(missing.excepted), rule.id))
        steps.append(
            Step(
                rule=rule.id,
                file=rule.at.file,
                line=rule.at.line,
                state=state,
                checks=tuple(checks),
                missing=missing,
                writes=rule.writes() if state == "fired" else (),
                lost=tuple(lost for lost in verdict.lost if lost.rule == rule.id),
            )
        )
    near.sort(key=lambda one: -one[0])
    return Explanation(verdict=verdict, steps=tuple(steps), nearest=tuple(rule for _, rule in near))


def _check(condition: Condition, scene: Scene, depth: int, checks: list[Check], *, denied: bool = False) -> bool:
    passed = condition.test(scene)
    evidence = condition.evidence(scene) if passed and not condition.parts else []
    checks.append(_noted(condition, evidence, passed=passed, depth=depth, denied=denied))
    for part in condition.parts:
        _check(part, scene, depth + 1, checks, denied=denied is not isinstance(condition, Not))
    return passed


def _noted(condition: Condition, evidence: list[Evidence], *, passed: bool, depth: int, denied: bool) -> Check:
    why, at = _joined(evidence)
    line = condition.at.line
    return Check(label=condition.label, line=line, depth=depth, passed=passed, found=why, at=at, denied=denied)


def _missing(when: Condition, misses: Misses) -> Missing | None:
    miss = misses.near(when)
    if miss is None or miss.culprit is None:
        return None
    excepted, _ = _joined(misses.excepted(miss.culprit))
    why, at = _joined(misses.evidence(miss.culprit))
    held = tuple(_noted(one, misses.evidence(one), passed=True, depth=0, denied=False) for one in miss.held)
    return Missing(label=miss.culprit.label, line=miss.culprit.at.line, found=why, at=at, excepted=excepted, held=held)


def _joined(found: list[Evidence]) -> tuple[str, tuple[Span, ...]]:
    why = "; ".join(dict.fromkeys(evidence.why for evidence in found))
    return why, tuple(sorted({span for evidence in found for span in evidence.at}))
