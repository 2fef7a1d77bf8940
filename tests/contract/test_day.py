"""A labelled day of traffic through the walk of `switchboard route`: one person's one matter is one ticket.

The tuning day may be looked at; of the measuring day only the figures are ever looked at.
"""

import pytest

from router import app
from tests.corpora import day

FLOORS = {"tuning": (0.98, 0.98, 0.88), "measuring": (0.965, 0.975, 0.87)}
"""Precision and recall of pairs, and the share of pairs that each family has right."""


@pytest.mark.parametrize("name", FLOORS)
async def test_one_person_one_matter_one_ticket(name):
    score = await measured(name)
    precision, recall, family = FLOORS[name]
    assert score.across == 0, "people were joined"
    assert score.dropped == score.redelivered > 0
    assert score.precision() >= precision
    assert score.recall() >= recall
    rights = {name: score.right(name) for name in score.pairs}
    assert min(rights.values()) >= family, rights


async def measured(name: str) -> day.Score:
    """Route the cases of a day through one house and count."""
    cases, score = day.cases(name), day.Score()
    async with app.rehearsal(None) as rehearsal:
        known = await rehearsal.import_contacts(
            row for place, case in enumerate(cases) for row in day.known(place, case)
        )
        assert not known.problems
        lines = [line for place, case in enumerate(cases) for line in day.wire(place, case)]
        answers = [answer async for answer in rehearsal.decide(lines)]
    at = 0
    for place, case in enumerate(cases):
        score.add(place, case, answers[at : at + len(case["messages"])])
        at += len(case["messages"])
    return score
