"""Labelled days of traffic through the walk of `switchboard route`: one person's one matter is one ticket.

Tuning days may be looked at, and are learned from; of measuring days and hard ones only the figures are ever looked at.
Hard days are mostly several matters by turns, and second matters that nothing announces.
"""

import pytest

from tests.corpora import day

FLOORS = {
    "tuning_1": (0.98, 0.985, 0.97),
    "tuning_2": (0.995, 0.98, 0.94),
    "tuning_3": (0.985, 0.98, 0.96),
    "tuning_4": (0.975, 0.98, 0.92),
    "tuning_5": (0.98, 0.97, 0.94),
    "tuning_6": (0.98, 0.96, 0.88),
    "tuning_7": (0.92, 0.935, 0.83),
    "tuning_8": (0.93, 0.945, 0.79),
    "tuning_9": (0.935, 0.95, 0.8),
    "tuning_10": (0.97, 0.97, 0.9),
    "tuning_11": (0.985, 0.985, 0.97),
    "tuning_12": (0.99, 0.985, 0.98),
    "measuring_1": (0.975, 0.955, 0.92),
    "measuring_2": (0.975, 0.925, 0.88),
    "hard_en": (0.66, 0.67, 0.58),
    "hard_zh": (0.74, 0.735, 0.69),
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
