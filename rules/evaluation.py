"""Facts in, verdict out: which rules fire (`rules.candidates` finds them) and whose writes count."""

from collections.abc import Mapping
from itertools import islice

from rules import skills
from rules.acts import SINGLE
from rules.candidate import Candidate
from rules.candidates import Candidates
from rules.facts import URGENCY_ORDER, Act, ActKind, Lost, Note, Reason, Span, TemplateReply, Urgency, Verdict
from rules.rule import Rule
from rules.scene import Scene
from rules.templates import Template

_RANK = {urgency: rank for rank, urgency in enumerate(URGENCY_ORDER)}

Written = tuple[str, str]
"""A value, and the rule that wrote it."""


class Outcome:
    """What the fired rules wrote: tags add up, the highest urgency and the first writer win."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        """By tag: the rule that set it first."""
        self.untags: dict[str, None] = {}
        self.notes: list[Note] = []
        self.urgency: Urgency = "normal"
        self.urgency_by = ""
        self.queue: Written | None = None
        self.reply: Written | None = None
        self.sla: Written | None = None
        self.single: dict[ActKind, Act] = {}
        """Acts of which one counts."""
        self.several: list[Act] = []
        self.skills: dict[str, None] = {}
        self.lost: list[Lost] = []
        self._stopped_by = ""

    def apply(self, rule: Rule) -> None:
        """Take what one more rule asks for."""
        for tag in rule.tags:
            self.tags.setdefault(tag, rule.id)
            self.untags.pop(tag, None)
        for tag in rule.untags:
            self._untag(rule, tag)
        if rule.urgency is not None:
            self._raise(rule, rule.urgency)
        if rule.queue is not None:
            self.queue = self._single(rule, "queue", rule.queue, self.queue, self._stopped_by)
        if rule.stop and not self._stopped_by:
            self._stopped_by = rule.id
        if rule.reply is not None:
            self.reply = self._single(rule, "reply", rule.reply, self.reply)
        if rule.sla is not None:
            self.sla = self._single(rule, "sla", rule.sla, self.sla)
        for act in rule.acts:
            self._act(rule, act)
        self.skills.update(dict.fromkeys(rule.skills))
        if rule.note is not None:
            self.notes.append(Note(rule=rule.id, text=rule.note))

    def _untag(self, rule: Rule, tag: str) -> None:
        by = self.tags.pop(tag, None)
        if by is not None:
            self.lost.append(Lost(rule=by, key="tag", value=tag, to=rule.id))
        self.untags[tag] = None

    def _single(self, rule: Rule, key: str, value: str, held: Written | None, stopped_by: str = "") -> Written | None:
        """Who writes what can be written once: the first, or whoever forces it."""
        if rule.force:
            if held is not None and held[0] != value:
                self.lost.append(Lost(rule=held[1], key=key, value=held[0], to=rule.id))
            return value, rule.id
        winner = held[1] if held is not None else stopped_by
        if not winner:
            return value, rule.id
        if held is None or held[0] != value:
            self._lose(rule, key, value, winner)
        return held

    def _act(self, rule: Rule, act: Act) -> None:
        if act.kind not in SINGLE:
            self.several.append(act)
            return
        held = self.single.get(act.kind)
        won = self._single(rule, act.kind, act.value, None if held is None else (held.value, held.rule))
        if won == (act.value, rule.id):
            self.single[act.kind] = act

    def _raise(self, rule: Rule, urgency: Urgency) -> None:
        if not self.urgency_by or _RANK[urgency] > _RANK[self.urgency]:
            if self.urgency_by:
                self.lost.append(Lost(rule=self.urgency_by, key="urgency", value=self.urgency, to=rule.id))
            self.urgency, self.urgency_by = urgency, rule.id
        elif urgency != self.urgency:
            self._lose(rule, "urgency", urgency, self.urgency_by)

    def _lose(self, rule: Rule, key: str, value: str, to: str) -> None:
        self.lost.append(Lost(rule=rule.id, key=key, value=value, to=to))


def judge(
    scene: Scene,
    candidates: Candidates,
    *,
    default_queue: str,
    templates: Mapping[str, Template],
    version: str,
    packs: tuple[str, ...] = (),
) -> Verdict:
    """Evaluate one message."""
    outcome = Outcome()
    reasons: list[Reason] = []
    for fired in candidates.fired(scene):
        if fired.rule.mode != "observe":
            outcome.apply(fired.rule)
            reasons.append(reason(fired, scene))
    replies: tuple[TemplateReply, ...] = ()
    if outcome.reply is not None:
        name, by = outcome.reply
        text = templates[name].text(scene.language)
        replies = (TemplateReply(template=name, rule=by, text=text),)
    return Verdict(
        tags=tuple(outcome.tags),
        urgency=outcome.urgency,
        queue=outcome.queue[0] if outcome.queue else default_queue,
        untags=tuple(outcome.untags),
        skills=skills.filled(tuple(outcome.skills), scene.language) if outcome.skills else (),
        sla=outcome.sla[0] if outcome.sla else None,
        notes=tuple(outcome.notes),
        acts=(*outcome.single.values(), *outcome.several),
        language=scene.language,
        replies=replies,
        reasons=tuple(reasons),
        lost=tuple(outcome.lost),
        version=version,
        packs=packs,
    )


WHY_MAX = 6
"""Pieces of evidence named in one reason; all spans are kept."""


def reason(fired: Candidate, scene: Scene) -> Reason:
    """Say why a rule fired."""
    words: dict[str, None] = {}
    spans: set[Span] = set()
    for why, at in fired.evidence(scene):
        words[why] = None
        spans.update(at)
    return Reason(rule=fired.rule.id, why="; ".join(islice(words, WHY_MAX)) or "always", at=tuple(sorted(spans)))
