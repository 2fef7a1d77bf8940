"""Facts in, verdict out: which rules fire (`rules.candidates` finds them) and whose writes count."""

from itertools import islice

from rules.candidates import Candidate, Candidates
from rules.facts import URGENCY_ORDER, Lost, Reason, Span, TemplateReply, Urgency, Verdict
from rules.rule import Rule
from rules.scene import Scene
from rules.templates import Template

_RANK = {urgency: rank for rank, urgency in enumerate(URGENCY_ORDER)}


class Outcome:
    """What the fired rules wrote: tags add up, the highest urgency and the first writer win."""

    def __init__(self) -> None:
        self.tags: dict[str, None] = {}
        self.urgency: Urgency = "normal"
        self.urgency_by = ""
        self.queue: tuple[str, str] | None = None
        """Queue and the rule that chose it."""
        self.reply: tuple[str, str] | None = None
        self.lost: list[Lost] = []
        self._stopped_by = ""

    def apply(self, rule: Rule) -> None:
        """Take what one more rule asks for."""
        self.tags.update(dict.fromkeys(rule.tags))
        if rule.urgency is not None:
            self._raise(rule, rule.urgency)
        if rule.queue is not None:
            winner = self.queue[1] if self.queue else self._stopped_by
            if winner:
                if self.queue is None or self.queue[0] != rule.queue:
                    self._lose(rule, "queue", rule.queue, winner)
            else:
                self.queue = (rule.queue, rule.id)
        if rule.stop and not self._stopped_by:
            self._stopped_by = rule.id
        if rule.reply is not None:
            if self.reply is None:
                self.reply = (rule.reply, rule.id)
            elif self.reply[0] != rule.reply:
                self._lose(rule, "reply", rule.reply, self.reply[1])

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
    templates: dict[str, Template],
    version: str,
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
        language=scene.language,
        replies=replies,
        reasons=tuple(reasons),
        lost=tuple(outcome.lost),
        version=version,
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
