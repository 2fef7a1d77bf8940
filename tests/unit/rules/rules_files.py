"""Small rule sets for the tests: a frame with queues, and what a test adds to it."""

from textwrap import dedent

import pytest

from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts, Verdict
from rules.problems import Problem, RulesError
from rules.ruleset import Ruleset, load

FRAME = """\
version: 1
queues:
  general: {default: true}
  billing:
  emergency:
templates:
  thanks: {en: "Thanks, {{ticket.number}}", zh: "谢谢 {{ticket.number}}"}
  sorry: {en: Sorry}
"""


def ruleset(body: str, **files: str) -> Ruleset:
    """Load the frame with `body` behind it, and further files by name."""
    named = {f"{name}.yaml": dedent(text).encode() for name, text in files.items()}
    return load({"rules.yaml": (FRAME + dedent(body)).encode(), **named})


def one_rule(when: str, then: str = "{tag: hit}") -> Ruleset:
    """Load a single rule whose condition is the YAML in `when`."""
    return ruleset(f"rules:\n  - id: it\n    when: {when}\n    then: {then}\n")


def problems(text: str) -> tuple[Problem, ...]:
    """Load a file that must be refused, and return what was said."""
    with pytest.raises(RulesError) as refused:
        load({"a.yaml": dedent(text).encode()})
    return refused.value.problems


def message(text: str, **more: object) -> Facts:
    """Facts of a message."""
    return Facts(message=MessageFacts(text=text, **more))


def judged(rules: Ruleset, text: str, **more: object) -> Verdict:
    """Evaluate a text."""
    return rules.evaluate(message(text, **more))


def hits(rules: Ruleset, text: str, **more: object) -> bool:
    """Whether the one rule fired."""
    return "hit" in judged(rules, text, **more).tags


__all__ = ["CustomerFacts", "TicketFacts", "hits", "judged", "message", "one_rule", "problems", "ruleset"]
