"""Whether a queue is worked now, as channels that ring people ask it."""

from router.flow.hours import HouseHours
from router.flow.rulebook import Rulebook, RulesStatus
from rules.ruleset import load

RULES = b"""version: 1
times: {office: {zone: UTC, open: {mon-fri: 09:00-18:00}}}
queues: {general: {default: true, hours: office}, always: {}}
"""
MONDAY_MS = 1_793_577_600_000
"""2026-11-02, midnight in UTC."""


class Clock:
    def __init__(self) -> None:
        self.hour = 0

    def now_ms(self) -> int:
        return MONDAY_MS + self.hour * 3_600_000


def test_the_hours_of_a_queue_are_those_of_the_rules_that_are_live():
    clock = Clock()
    book = Rulebook(load({"rules.yaml": RULES}), RulesStatus(version=1, hash="", at_ms=0))
    hours = HouseHours(lambda: book, clock)
    found = {}
    for clock.hour in (8, 9, 17, 18):
        found[clock.hour] = [hours.is_open(queue) for queue in ("", "general", "always", "unknown")]
    assert found[8] == found[18] == [False, False, True, True]
    assert found[9] == found[17] == [True, True, True, True]
