"""Mails of many programs, read as their labels say: the set that was learned from, and those to measure with."""

import pytest

from tests.corpora.letters import FIELDS, SETS, letters, scored

FLOORS = {
    "tuning": {"fields": 99, "files": 99, "cut": 98, "whole": 99},
    "measuring": {"fields": 99, "files": 97, "cut": 93, "whole": 84},
    "unseen": {"fields": 99, "files": 97, "cut": 98, "whole": 100},
}
"""Per cent, rounded down."""


@pytest.fixture(scope="module", params=SETS)
def measured(request):
    return request.param, scored(request.param)


def test_the_sets_are_large_and_varied():
    for name in SETS:
        found = letters(name)
        assert len(found) >= 100
        assert len({letter.label["client"] for letter in found}) >= 30
        assert len({letter.raw for letter in found}) == len(found)
    assert len({letter.raw for name in SETS for letter in letters(name)}) == sum(len(letters(name)) for name in SETS)


def test_rates_do_not_fall(measured):
    name, score = measured
    found = {what: score.rate(what) for what in FLOORS[name]}
    assert all(found[what] >= floor for what, floor in FLOORS[name].items()), found


def test_every_field_is_read(measured):
    name, score = measured
    found = {field: score.rate(field) for field in FIELDS}
    assert min(found.values()) >= 97, (name, found)
