"""Every example of docs/rules.md works, and says what the page says."""

import re
from pathlib import Path

import pytest

from rules.fields import FIELDS
from rules.problems import RulesError
from rules.ruleset import load
from tests import rulesets

GUIDE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_loads_and_passes_its_own_tests(example):
    rules = rulesets.of(example)
    assert {warning.code for warning in rules.warnings} <= {"not-served"}
    report = rules.run_tests()
    assert not report.failures
    assert not report.uncovered


def test_the_mistakes_are_answered_as_shown():
    (mistakes,) = re.findall(r"```yaml mistakes\n(.*?)```", GUIDE, re.DOTALL)
    (answer,) = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
    with pytest.raises(RulesError) as refused:
        load({"rules.yaml": mistakes.encode()})
    assert [str(problem) for problem in refused.value.problems] == answer.splitlines()


def test_the_guide_names_every_field_and_has_its_examples():
    assert len(EXAMPLES) == 17
    assert not [name for name in FIELDS if f"`{name}`" not in GUIDE]
