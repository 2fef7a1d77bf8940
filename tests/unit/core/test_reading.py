"""Message and tickets read side by side: what is asked, when, and that it decides only where points leave a doubt."""

import pytest

from router.core import reading
from router.core.reading import READER, points, question
from router.model.limits import TOLD_FIRST, TOLD_LAST
from rules import opinion
from tests.unit.core.world import World

MINUTE = 60_000
CHAT = {"channel": "telegram", "sender": "77", "thread_id": "77"}


@pytest.fixture
def world():
    return World()


class Reader:
    """Answers each question by `says`, nothing where that is None, and keeps what it was asked."""

    def __init__(self):
        self.says = None
        self.asked = []

    def answers(self, source, questions):
        assert source == READER
        asked = list(questions)
        self.asked += asked
        return [self.says] * len(asked)


@pytest.fixture
def reader(monkeypatch):
    found = Reader()
    monkeypatch.setattr(reading, "answers", found.answers)
    return found


def say(world, text, minute):
    world.now_ms += minute * MINUTE
    return world.say(text, **CHAT).outcome.ticket_id


def test_a_ticket_is_read_by_its_beginning_and_its_end():
    told = [f"Said {number}" for number in range(20)]
    standing, *parts = question("only chat 3m open", told, "ＮＯＷ " + "x" * 2_000)
    assert standing == "only chat 3m open"
    assert parts[:-1] == [f"said {number}" for number in (*range(TOLD_FIRST), *range(20 - TOLD_LAST, 20))]
    assert parts[-1].startswith("now xxx")
    assert len(parts[-1]) == 300


@pytest.mark.parametrize(("said", "worth"), [(None, 0), (0.5, 0), (2.5, 50), (-1.5, -50), (99.0, 100), (-99.0, -100)])
def test_what_it_says_counts_within_bounds(reader, said, worth):
    reader.says = said
    assert points(READER, [("only chat 1m open", "a", "b")]) == [worth]


def test_in_doubt_it_decides_and_otherwise_it_is_not_asked(reader):
    joined = []
    for reader.says in (-4.0, 4.0):
        world = World()
        first = say(world, "my withdrawal of yesterday is still pending", 0)
        joined.append(say(world, "the support page shows it too", 45) == first)
    assert joined == [False, True]
    assert all(parts[1] == "my withdrawal of yesterday is still pending" for parts in reader.asked)
    reader.asked.clear()
    world = World()
    assert say(world, "order 20931745 has not arrived", 0) == say(world, "order 20931745, anybody there?", 600)
    assert not reader.asked


def test_it_reads_what_was_said_since(world, reader):
    reader.says = 4.0
    say(world, "my withdrawal of yesterday is still pending", 0)
    say(world, "the support page shows it too", 45)
    say(world, "and the other one?", 45)
    *_, last = reader.asked
    assert last[1:] == (
        "my withdrawal of yesterday is still pending",
        "the support page shows it too",
        "and the other one?",
    )


def test_points_decide_alone_where_it_cannot_be_had(world, monkeypatch):
    def absent(source):
        raise ImportError(source)

    opinion.forget()
    monkeypatch.setattr("rules.opinion._encoder", absent)
    first = say(world, "my withdrawal of yesterday is still pending", 0)
    assert say(world, "hello??", 1) == first
    opinion.forget()


def test_the_shipped_one_tells_what_goes_on_from_what_begins():
    told = ("my usdt withdrawal is still pending since this morning", "txid is empty, it says processing")
    goes_on, begins = opinion.answers(
        READER,
        [
            ("only chat 3h open", *told, "any news on that usdt withdrawal?"),
            ("only chat 3h open", *told, "which countries do you ship the card to?"),
        ],
    )
    assert goes_on > 1 > -1 > begins
