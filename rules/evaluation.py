"""Facts in, verdict out: which rules fire and whose writes count.

Only rules of which some telling word hit are looked at, so the cost follows the message and hardly
the number of rules.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import repeat
from operator import or_

from rules.facts import URGENCY_ORDER, Lost, Reason, Span, TemplateReply, Urgency, Verdict
from rules.rule import Rule
from rules.scene import Scene
from rules.templates import Template
from rules.words import WordGroup, bits

_RANK = {urgency: rank for rank, urgency in enumerate(URGENCY_ORDER)}


WAY_COLUMNS = 3
"""How many of the words a rule needs are looked at before the rule itself is."""


class Candidates:
    """Finds the rules that a message can fire at all, by the literals that hit.

    Every way in which a rule can fire has a bit in each of a few columns, side by side in one number. `_serves` tells
    for each literal which ways it serves with their first, second or third needed word; a way is alive when every
    column names it.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.mode != "off"]
        self._owners: list[int] = []
        self._serves: dict[int, int] = {}
        self._free = 0
        """What needs no word."""
        ways = [(number, way) for number, rule in enumerate(self._rules) for way in rule.when.ways or ((),)]
        self._width = len(ways)
        for owner, way in ways:
            self._add(owner, sorted(way, key=_size)[:WAY_COLUMNS])

    def _add(self, owner: int, way: list[WordGroup]) -> None:
        bit = 1 << len(self._owners)
        self._owners.append(owner)
        for depth in range(WAY_COLUMNS):
            if depth >= len(way):
                self._free |= bit
            else:
                for literal in way[depth].literals:
                    self._serves[literal] = self._serves.get(literal, 0) | bit
            bit <<= self._width

    def fired(self, scene: Scene) -> list[Rule]:
        """Return the rules that fire, in the order of the files."""
        served = reduce(or_, map(self._serves.get, scene.literals(), repeat(0)), self._free)
        alive = (1 << self._width) - 1
        for depth in range(WAY_COLUMNS):
            alive &= served >> depth * self._width
        rules, owners = self._rules, self._owners
        numbers = dict.fromkeys([owners[way] for way in bits(alive)])
        return [rule for number in numbers if (rule := rules[number]).when.test(scene)]


def _size(group: WordGroup) -> int:
    return len(group.literals)


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
    for rule in candidates.fired(scene):
        if rule.mode != "observe":
            outcome.apply(rule)
            reasons.append(reason(rule, scene))
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


def reason(rule: Rule, scene: Scene) -> Reason:
    """Say why a rule fired."""
    found = rule.when.evidence(scene)
    spans: set[Span] = {span for evidence in found for span in evidence.at}
    words = list(dict.fromkeys(evidence.why for evidence in found))
    why = "; ".join(words[:WHY_MAX]) or "always"
    return Reason(rule=rule.id, why=why, at=tuple(sorted(spans)))
