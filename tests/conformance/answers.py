"""A connector's quality.yaml: an answer to each of the forty checks, and the tier that follows from them.

`suite`: the check of that number in this folder runs over the connector. `{pass: path::test}`: another test proves it.
`{exempt: reason}`: it cannot apply. `{missing: reason}`: it applies and is not proved, which costs the tier.
"""

import re
from functools import cache
from pathlib import Path

import yaml

CHECKS = 40
BRONZE, SILVER = 21, 37
"""The last check of each tier; gold is all."""


@cache
def answers(quality: Path) -> dict[int, object]:
    """By the number of the check."""
    found = yaml.safe_load(quality.read_text("utf-8"))["checks"]
    return {int(name.split()[0]): answer for name, answer in found.items()}


def tier(quality: Path) -> str:
    """The highest tier none of whose checks is missing."""
    missing = [
        number for number, answer in answers(quality).items() if isinstance(answer, dict) and "missing" in answer
    ]
    first = min(missing, default=CHECKS + 1)
    if first <= BRONZE:
        return "none"
    return "bronze" if first <= SILVER else "silver" if first <= CHECKS else "gold"


def number_of(test: str) -> int:
    """Of a test of the suite, which bears it in its name."""
    found = re.match(r"test_(\d\d)_", test)
    assert found is not None, f"{test}: a check is named test_NN_what_holds"
    return int(found[1])
