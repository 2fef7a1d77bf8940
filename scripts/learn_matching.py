"""Learns what each piece of evidence is worth for "one person, one matter, one ticket": make matching.

Reads tests/corpora/day_tuning_*.ndjson, never a measuring day; writes router/core/points.txt. The days are routed as
messages are, except that every message joins the ticket that it is labelled to belong into, so that each decision is
met as if all before it had been right. A decision chooses among the writer's tickets and a new one; the points are
those of a logistic regression over these choices (McFadden, "Conditional logit analysis", 1974).

With `crossed`, each day is first judged by what was learned from the others.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from router import beside
from router.core import matters, placement
from router.core.matters import Belonging, Own, Said, Scene
from router.core.reading import Question
from rules.matching import Matching
from tests.corpora import day

ROOT: Final = Path(__file__).parents[1]
POINTS: Final = ROOT / "router" / "core" / "points.txt"
DAYS: Final = sorted(path.stem.removeprefix("day_") for path in day.HERE.glob("day_tuning_*.ndjson"))
SCALE: Final = 25
"""Points of one natural unit of evidence."""
CAUTION: Final = 0.8
"""Units that a ticket has to be likelier than a new one: a wrong join is worse than a second ticket."""
SEEN_MIN: Final = 4
"""Decisions in which a run of words must stand to be learned."""
SPREAD: Final = 0.2
"""How far points may go (the inverse of the regression's penalty)."""
SPREAD_OF_TELLING: Final = 1.0
"""The same for what is rare and means one thing each."""
_TELLING: Final = ("cue ", "value ", "aside ", "own ")
"""How the names of that begin: runs of words, values, and what only one of several tickets has."""


class Example(NamedTuple):
    """One decision: the evidence of each choice, the last being a new ticket, and which are right."""

    choices: list[list[str]]
    right: list[bool]
    questions: list[Question]
    """What the reader is asked about each ticket."""


class Teacher:
    """Answers in the place of `matters.belongs` with what is labelled, and notes what was to be seen."""

    def __init__(self) -> None:
        self.examples: dict[str, Example] = {}
        """By message: one whose facts were stale is decided again."""
        self.message = ""
        """Which one is routed."""
        self.truth = ""
        """Its person and matter."""
        self.matter_of: dict[int, str] = {}
        """By ticket number: whose and which matter it was opened for."""

    def belongs(self, said: Said, own: Own, matching: Matching) -> Belonging:
        """Give the message to the ticket of its matter."""
        scene = Scene(said, own.candidates[: matters.CANDIDATES_MAX], matching, {}, None)
        right = [self.matter_of[one.ticket.number] == self.truth for one in scene.candidates]
        if scene.open and not any(scene.joins_alone(one) for one in scene.candidates):
            chosen = [self.matter_of[one.candidate.ticket.number] == self.truth for one in scene.open]
            choices = [["join", *scene.evidence(one)] for one in scene.open]
            self.examples[self.message] = Example(
                [*choices, scene.own_evidence], [*chosen, not any(chosen)], list(map(scene.question, scene.open))
            )
        for one, is_it in zip(scene.candidates, right, strict=True):
            if is_it:
                return Belonging(ticket_id=one.ticket.id, reason="same_matter")
        return Belonging(ticket_id=None, reason="other_matter")


async def taught(name: str) -> list[Example]:
    """Return the decisions of a day."""
    teacher, cases = Teacher(), day.cases(name)
    shipped, placement.belongs = placement.belongs, teacher.belongs
    try:
        async with beside.rehearsal(None) as rehearsal:
            await rehearsal.import_contacts(row for place, case in enumerate(cases) for row in day.known(place, case))
            for place, case in enumerate(cases):
                for number, (message, line) in enumerate(zip(case["messages"], day.wire(place, case), strict=True)):
                    teacher.message = f"{place} {number}"
                    teacher.truth = f"{place} {message['person']} {message['matter']}"
                    async for answer in rehearsal.decide([line]):
                        teacher.matter_of.setdefault(int(answer.ticket.removeprefix("T-")), teacher.truth)
    finally:
        placement.belongs = shipped
    return list(teacher.examples.values())


async def judged(name: str, worth: dict[str, int]) -> day.Score:
    """Route a day by some points alone and count: the reader has learned from it."""
    shipped = placement.belongs
    placement.belongs = partial(matters.belongs, worth=worth, reader=None)
    try:
        return await day.measured(name)
    finally:
        placement.belongs = shipped


def learned(examples: Sequence[Example]) -> dict[str, int]:
    """Return the points that tell the right choices best."""
    seen = Counter(name for example in examples for name in example.choices[-1] if name.startswith("cue "))
    rare = {name for name, count in seen.items() if count < SEEN_MIN}
    names: dict[str, int] = {}
    places: list[int] = []
    ends, owners, right = [0], list[int](), list[bool]()
    for owner, example in enumerate(examples):
        for choice, is_right in zip(example.choices, example.right, strict=True):
            places += [names.setdefault(name, len(names)) for name in choice if name not in rare]
            ends.append(len(places))
            owners.append(owner)
            right.append(is_right)
    rows = csr_matrix((np.ones(len(places)), places, ends), shape=(len(owners), len(names)))
    penalty = np.array([1 / (SPREAD_OF_TELLING if name.startswith(_TELLING) else SPREAD) for name in names])
    weights = _fit(rows, np.array(owners), np.array(right), penalty)
    # What speaks for a new ticket is subtracted by the decision, as the choices are compared.
    found = {name: round(SCALE * float(weights[at])) for name, at in names.items()}
    found["join"] = round(100 + SCALE * (float(weights[names["join"]]) - CAUTION))
    return {name: number for name, number in found.items() if number}


def _fit(rows: csr_matrix, owners: np.ndarray, right: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    count = int(owners[-1]) + 1

    def shares(heights: np.ndarray) -> tuple[float, np.ndarray]:
        top = np.full(count, -np.inf)
        np.maximum.at(top, owners, heights)
        raised = np.exp(heights - top[owners])
        sums = np.bincount(owners, raised, count)
        return float((top + np.log(sums)).sum()), raised / sums[owners]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        heights = rows @ weights
        of_all, chosen = shares(heights)
        of_right, wanted = shares(np.where(right, heights, -1e9))
        slope = rows.T @ (chosen - wanted) + penalty * weights
        return of_all - of_right + 0.5 * float(penalty @ weights**2), slope

    return minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x


def written(worth: dict[str, int]) -> Iterator[str]:
    """Yield the lines of the file: what is told by structure first, each group by its worth."""
    yield from HEAD.splitlines()
    groups = {"join": 0, "new": 1, "cue": 3}
    for name in sorted(worth, key=lambda name: (groups.get(name.split(" ")[0], 2), -abs(worth[name]), name)):
        yield f"{worth[name]:+d} {name}"


async def main() -> None:
    """Learn and write; with `crossed` first tell how each day is judged by what was learned from the others."""
    examples = {name: await taught(name) for name in DAYS}
    print({name: len(found) for name, found in examples.items()})
    for name in DAYS if "crossed" in sys.argv[1:] else ():
        others = [example for other in DAYS if other != name for example in examples[other]]
        print(day.told(name, await judged(name, learned(others))), flush=True)
    worth = learned([example for found in examples.values() for example in found])
    POINTS.write_text("\n".join(written(worth)) + "\n", encoding="utf-8")


HEAD: Final = """\
// What each piece of evidence is worth when it is decided whether a message joins one of its writer's own tickets,
// learned from labelled days by scripts/learn_matching.py, which writes this file anew: `make matching`. A ticket has
// `join`, and all that is said of it and the message together; what begins with `new` or `cue` (runs of the message's
// words, # a number, ^ its beginning) speaks for a new ticket and is taken from it. See router/core/evidence.py.
"""

if __name__ == "__main__":
    asyncio.run(main())
