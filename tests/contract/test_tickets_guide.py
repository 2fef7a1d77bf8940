"""Every example of docs/tickets.md works, and says what the page says."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from router.app import rehearsal
from rules.ruleset import load

GUIDE = (Path(__file__).parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8")
RULES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
ROUTES = re.findall(r"```json route\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("example", RULES, ids=range(len(RULES)))
def test_rules_load_and_pass_their_own_tests(example):
    report = load({"rules.yaml": example.encode()}).run_tests()
    assert not report.failures
    assert report.total


@pytest.mark.parametrize("example", ROUTES, ids=range(len(ROUTES)))
async def test_a_message_comes_to_what_is_shown(example):
    said, told = re.split(r"\n(?=\{)", example.strip())
    line = json.dumps(json.loads(said)).encode()
    async with rehearsal(None) as house:
        (answer,) = [msgspec.to_builtins(one) async for one in house.decide([line])]
    wanted = json.loads(told)
    found = json.loads(msgspec.json.encode({key: answer[key] for key in wanted}))
    assert found == wanted
