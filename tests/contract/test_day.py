"""Labelled days of traffic through the walk of `switchboard route`: one person's one matter is one ticket.

Of measuring days and hard ones only the figures are ever looked at; tuning and reading days are learned from. Hard days
are mostly several matters by turns, and second matters that nothing announces.
"""

import pytest

from tests.corpora import day

FLOORS = {
    "measuring_1": (0.985, 0.97, 0.93),
    "measuring_2": (0.965, 0.925, 0.87),
    "hard_en": (0.725, 0.72, 0.66),
    "hard_zh": (0.725, 0.715, 0.64),
}
"""Precision and recall of pairs, and the share of pairs that each family has right."""
REDELIVERED = {"measuring_1", "measuring_2", "hard_en"}
"""Days in which providers deliver messages once more."""


@pytest.mark.parametrize("name", FLOORS)
async def test_one_person_one_matter_one_ticket(name):
    score = await day.measured(name)
    precision, recall, family = FLOORS[name]
    assert score.across == 0, "people were joined"
    assert score.dropped == score.redelivered
    assert (score.redelivered > 0) == (name in REDELIVERED)
    assert score.precision() >= precision
    assert score.recall() >= recall
    rights = {name: score.right(name) for name in score.pairs}
    assert min(rights.values()) >= family, rights
