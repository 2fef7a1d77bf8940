"""Learns the encoder that reads a message beside its writer's tickets, from labelled days: make reader.

The network (network.py) answers, of each ticket that a message may belong into, by how much it is likelier than a
ticket of its own: the loss is that of the whole choice, as in scripts/learn_matching.py, whose decisions it learns
from, with the questions of router/core/reading.py. It also learns from day_reading_*.ndjson, days that are mostly
several matters of one person by turns: these would teach the points that a matter of its own is as likely as not, which
on most days it is not. And since people rarely leap from one thing to quite another within a minute, it learns from
tickets into which a stranger's first message is put (`leaps`): else it would take whatever comes soon for the same
matter. Writes router/core/matter.onnx, in half an hour on a core that multiplies in bfloat16.

With `crossed` it is first learned three times from two thirds of the days; what it then says of the others is put
beside the points that the tuning days of those two thirds teach, and `main` prints how many decisions are right with
some values of what router/core/reading.py multiplies and adds.
"""

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import Final

import numpy as np
import torch
from torch import Tensor

from router.core.likeness import hear, likeness
from router.core.reading import DOUBT
from rules.encoder import Encoder
from rules.subwords import BEGIN, END, UNKNOWN, Subwords
from scripts.learn_matching import DAYS, POINTS, SCALE, Example, learned, taught
from scripts.learn_weights import read_lines
from scripts.network import BATCH, FILLER, RATE, SEED, Network, Start, filled, fit, vocabulary, written
from tests.corpora import day

ALL_DAYS: Final = [*DAYS, *sorted(path.stem.removeprefix("day_") for path in day.HERE.glob("day_reading_*.ndjson"))]
PIECES_MAX: Final = 126
EPOCHS: Final = 3
FOLDS: Final = 3
LEAPS: Final = 0.5
"""For each decision, how many leaps are learned from."""
UNLIKE: Final = 0.1
"""Likeness up to which what two people write is about different things."""


class Decisions:
    """Examples with their questions as numbers."""

    def __init__(self, examples: Sequence[Example], subwords: Subwords) -> None:
        self.examples = examples
        self._cut = [[subwords.join(parts, PIECES_MAX) for parts in example.questions] for example in examples]

    def batches(self, chance: random.Random) -> list[list[int]]:
        """Return decisions whose texts are about as long together."""
        longest = [max(map(len, texts)) for texts in self._cut]
        found: list[list[int]] = [[]]
        count = 0
        for number in sorted(range(len(longest)), key=lambda number: longest[number] + 4 * chance.random()):
            if longest[number] * (count + len(self._cut[number])) > BATCH:
                found.append([])
                count = 0
            found[-1].append(number)
            count += len(self._cut[number])
        chance.shuffle(found)
        return found

    def table(self, batch: Sequence[int], chance: random.Random) -> Tensor:
        """Return the texts of a batch, with some pieces forgotten."""
        return filled([text for number in batch for text in self._cut[number]], chance)

    def loss(self, batch: Sequence[int], said: Tensor) -> Tensor:
        """Return what the choices cost; a ticket of its own has no odds but even ones."""
        costs, at = [], 0
        for number in batch:
            right = torch.tensor(self.examples[number].right)
            odds = torch.cat([said[at : at + len(right) - 1], torch.zeros(1)])
            at += len(right) - 1
            costs.append(torch.logsumexp(odds, 0) - torch.logsumexp(odds[right], 0))
        return torch.stack(costs).mean()


def reader(examples: Sequence[Example], start: Start, pieces: Sequence[str]) -> bytes:
    """Learn one from some decisions."""
    torch.manual_seed(SEED)
    network = Network(start, [BEGIN, FILLER, END, UNKNOWN, *(start.pieces[piece][0] for piece in pieces)], PIECES_MAX)
    decisions = Decisions([*examples, *leaps(examples)], Subwords(pieces, [start.pieces[piece][1] for piece in pieces]))
    fit(network, decisions, EPOCHS, RATE)
    return written(network, pieces, start.pieces, PIECES_MAX)


def leaps(examples: Sequence[Example]) -> list[Example]:
    """Return decisions whose message is what somebody else began with, about another thing in the same script."""
    chance = random.Random(SEED)  # noqa: S311 - the same ones at every run
    beginnings = [example.questions[0][-1] for example in examples if example.right[-1]]
    found: list[Example] = []
    for example in examples:
        if chance.random() >= LEAPS:
            continue
        told, leap = " ".join(example.questions[0][1:]), chance.choice(beginnings)
        if told.isascii() == leap.isascii() and likeness(hear("", told).sketch, hear("", leap).sketch) <= UNLIKE:
            questions = [(*parts[:-1], leap) for parts in example.questions]
            found.append(Example([*example.choices], [False] * len(questions) + [True], questions))
    return found


def texts(examples: Sequence[Example]) -> Iterator[str]:
    """Yield everything that is read, and what everybody else writes, whose words will be met."""
    yield from chain.from_iterable(parts for example in examples for parts in example.questions)
    yield from (line.text.lower() for line in read_lines())


def crossed(days: dict[str, list[Example]], start: Start, pieces: Sequence[str]) -> None:
    """Print what decisions on days that were not learned from are right, by what is made of the answers."""
    met: list[tuple[np.ndarray, np.ndarray, list[bool]]] = []
    for fold in range(FOLDS):
        held = ALL_DAYS[fold::FOLDS]
        others = [name for name in ALL_DAYS if name not in held]
        worth = learned([example for name in others if name in DAYS for example in days[name]])
        encoder = Encoder(reader([example for name in others for example in days[name]], start, pieces))
        for example in chain.from_iterable(days[name] for name in held):
            own = sum(worth.get(name, 0) for name in example.choices[-1])
            totals = [sum(worth.get(name, 0) for name in choice) - own for choice in example.choices[:-1]]
            said = [encoder.score(*parts) for parts in example.questions]
            met.append((np.array(totals, float), np.array(said), example.right))
        print(f"{fold + 1} of {FOLDS} learned", flush=True)
    for doubt, counts, add in product((0, DOUBT, 2 * DOUBT), (0.7, 1.0, 1.3), (-1.0, -0.5, 0.0)):
        right = [_is_right(*one, doubt=doubt, counts=counts, add=add) for one in met]
        print(f"doubt {doubt} counts {counts} start {add:+.1f}: {sum(right) / len(right):.4f} of {len(right)}")


def _is_right(
    totals: np.ndarray, said: np.ndarray, right: Sequence[bool], *, doubt: int, counts: float, add: float
) -> bool:
    odds = np.append(totals, 100.0)
    close = odds > odds.max() - doubt
    if close.sum() > 1:
        odds[:-1] += close[:-1] * SCALE * counts * np.clip(said + add, -4, 4)
    return right[int(odds.argmax())]


async def main() -> None:
    """Learn, write, tell."""
    days = {name: await taught(name) for name in ALL_DAYS}
    examples = [example for found in days.values() for example in found]
    start = Start.read()
    pieces = vocabulary(list(texts(examples)), start.pieces)
    if "crossed" in sys.argv[1:]:
        crossed(days, start, pieces)
    kept = reader(examples, start, pieces)
    POINTS.with_name("matter.onnx").write_bytes(kept)


if __name__ == "__main__":
    asyncio.run(main())
