"""What the rules do before a message is kept: choose redaction policies for it, from the message alone."""

from collections.abc import Mapping, Sequence

import msgspec

from rules.candidates import Candidates
from rules.facts import Facts, Picked
from rules.policies import RedactPolicy
from rules.redact import redact_fields
from rules.rule import Rule
from rules.scan import Scanner
from rules.scene import Scene
from rules.treatment import UNTREATED, Choice, Treatment, joined


class Door:
    """The rules with `redact`, and the policies they may choose."""

    def __init__(self, rules: Sequence[Rule], policies: Mapping[str, RedactPolicy], scanner: Scanner) -> None:
        self._rules = Candidates(rules, scanner.finder) if rules else None
        self._policies = policies
        self._scanner = scanner
        self._treatments: dict[frozenset[str], Treatment] = {}

    def choose(self, facts: Facts) -> Choice:
        """Which policies hold for a message that is not redacted yet."""
        if self._rules is None:
            return UNTREATED
        fired = [one.rule for one in self._rules.fired(Scene(facts, self._scanner)) if one.rule.mode == "enforce"]
        picked = tuple(Picked(rule=rule.id, policy=policy) for rule in fired for policy in rule.redact)
        if not picked:
            return UNTREATED
        names = frozenset(one.policy for one in picked)
        if names not in self._treatments:
            ordered = [policy for name, policy in self._policies.items() if name in names]
            self._treatments[names] = joined(ordered)
        return Choice(treatment=self._treatments[names], picked=picked)

    def fired(self, facts: Facts) -> tuple[str, ...]:
        """Ids of the rules that fire, those that are only observed among them."""
        if self._rules is None:
            return ()
        return tuple(dict.fromkeys(one.rule.id for one in self._rules.fired(Scene(facts, self._scanner))))

    def redacted(self, facts: Facts) -> Facts:
        """The message without what its policies mask, and with what they found."""
        message = facts.message
        policy = self.choose(facts).treatment.policy
        text, subject = redact_fields(
            [("text", message.text), ("subject", message.subject)], visibility=message.visibility, policy=policy
        )
        found = [finding.type for finding in (*text.findings, *subject.findings)]
        safe = msgspec.structs.replace(
            message,
            text=text.text,
            subject=subject.text,
            findings=tuple(dict.fromkeys((*message.findings, *found))),
        )
        return msgspec.structs.replace(facts, message=safe)
