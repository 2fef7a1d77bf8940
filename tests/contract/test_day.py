"""Labelled days of traffic through the walk of `switchboard route`: one person's one matter is one ticket.

Tuning days may be looked at, and are learned from; of measuring days and hard ones only the figures are ever looked at.
Hard days are mostly several matters by turns, and second matters that nothing announces.
"""

import pytest

from tests.corpora import day

FLOORS = {
    "tuning_1": (0.985, 0.985, 0.94),
    "tuning_2": (0.995, 0.975, 0.94),
    "tuning_3": (0.99, 0.97, 0.94),
    "tuning_4": (0.97, 0.97, 0.91),
    "tuning_5": (0.96, 0.96, 0.89),
    "tuning_6": (0.98, 0.97, 0.88),
    "tuning_7": (0.905, 0.93, 0.81),
    "tuning_8": (0.935, 0.95, 0.81),
    "tuning_9": (0.925, 0.94, 0.75),
    "tuning_10": (0.96, 0.965, 0.85),
    "tuning_11": (0.985, 0.985, 0.97),
    "tuning_12": (0.985, 0.98, 0.97),
    "measuring_1": (0.97, 0.955, 0.91),
    "measuring_2": (0.955, 0.92, 0.88),
    "hard_en": (0.605, 0.715, 0.49),
    "hard_zh": (0.71, 0.73, 0.66),
}
"""Precision and recall of pairs, and the share of pairs that each family has right."""
REDELIVERED = {"tuning_1", "tuning_2", "tuning_10", "tuning_11", "tuning_12", "measuring_1", "measuring_2", "hard_en"}
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
