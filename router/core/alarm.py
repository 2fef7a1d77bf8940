"""The alarm that a customer presses: critical by the press alone. Pure.

No rule is asked whether it is true: a thief does not wait, and an agent can lower an urgency. Tags, notes and acts that
the rules asked for stay.
"""

from typing import Final

import msgspec

from rules.facts import Lost, Reason, TemplateReply, Verdict
from rules.ruleset import Ruleset
from rules.templates import CHECKLIST

ALARM_BUTTON: Final = "alarm-button"
"""What the ticket names as its reason, where rules stand elsewhere."""


def raised(verdict: Verdict, ruleset: Ruleset) -> Verdict:
    """What the rules said of a message that came by the alarm, with the alarm above it."""
    queue = ruleset.emergency_queue
    moved = verdict.queue not in {queue, ruleset.default_queue}
    lost = [Lost(rule=_asker(verdict), key="queue", value=verdict.queue, to=ALARM_BUTTON)] if moved else []
    replies = verdict.replies
    if CHECKLIST in ruleset.templates:
        text = ruleset.templates[CHECKLIST].text(verdict.language)
        replies = (TemplateReply(template=CHECKLIST, rule=ALARM_BUTTON, text=text),)
        lost += [Lost(rule=r.rule, key="reply", value=r.template, to=ALARM_BUTTON) for r in verdict.replies]
    reason = Reason(rule=ALARM_BUTTON, why="the customer pressed the alarm")
    # A rule that files what looks like spam, or puts it aside, does not silence who calls for help.
    acts = tuple(act for act in verdict.acts if act.kind not in {"close", "snooze"})
    lost += [Lost(rule=a.rule, key=a.kind, value=a.value, to=ALARM_BUTTON) for a in verdict.acts if a not in acts]
    return msgspec.structs.replace(
        verdict,
        urgency="critical",
        queue=queue,
        replies=replies,
        reasons=(reason, *verdict.reasons),
        acts=acts,
        lost=(*verdict.lost, *lost),
    )


def _asker(verdict: Verdict) -> str:
    return verdict.reasons[0].rule if verdict.reasons else ""
