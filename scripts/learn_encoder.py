"""Learns the encoder of the shipped pack from labelled lines: make encoder.

The network (network.py) is fine-tuned to tell incidents from everything else. Learns from what learn_weights.py reads,
never from a measuring corpus; writes rules/packs/incident.onnx. Texts are folded and cut as `rules.opinion` and
`rules.subwords` do, so that nothing is learned that is not asked. It takes half an hour on a core that multiplies in
bfloat16, some three hours on others. With `further` it goes on from the file that is shipped, which is enough for lines
that were added: what that file judges wrongly or hardly is learned three times, what it is sure of by every third line,
so that what it knew is not forgotten.

What it says is then put beside what words weigh: `main` prints for the lines of rules_choosing_*.ndjson, by writers of
whom nothing was learned, how many of each kind would be critical with some values of `opinion`.
"""

import random
import sys
from collections.abc import Sequence
from copy import copy
from itertools import product
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rules.encoder import Encoder
from rules.opinion import around
from rules.packs import read
from rules.ruleset import load
from rules.subwords import BEGIN, END, UNKNOWN, Subwords
from rules.text import fold
from scripts.learn_weights import CORPORA, PACKS, Line, lines_of, read_lines
from scripts.network import BATCH, FILLER, RATE, SEED, Network, Start, Written, filled, fit, vocabulary, written

PIECES_MAX: Final = 110
"""Pieces of a text that are read."""
EPOCHS: Final = 3
RATE_FURTHER: Final = 3e-5
HARD: Final = 0.3
EASY: Final = 0.03
"""What the shipped file's answer costs (minus the logarithm of the chance that it gives to the right one) from which on
a line is hard, and below which it is easy."""
HARD_TIMES: Final = 3
EASY_SHARE: Final = 1 / 3


def shown(lines: Sequence[Line]) -> list[tuple[str, float]]:
    """Return of each line what an encoder would be shown, all of a short one, of others what weighs most; and what its
    words weigh."""
    scales = copy(load(read()).weights["incident"])
    scales.opinion = None
    found = []
    for line in lines:
        reading = scales.lists.read(fold(line.text).text)
        weighing = reading.on(scales)
        text = around(reading.text, weighing.place) if reading.passages else reading.text
        found.append((text, weighing.weight))
    return found


def batches(texts: Sequence[list[int]], chance: random.Random) -> list[list[int]]:
    """Return texts that are about as long as each other together."""
    found: list[list[int]] = [[]]
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number]) + 4 * chance.random()):
        if len(texts[number]) * (len(found[-1]) + 1) > BATCH:
            found.append([])
        found[-1].append(number)
    chance.shuffle(found)
    return found


def costs(encoder: Encoder, texts: Sequence[str], answers: Tensor) -> np.ndarray:
    """Return what the answer to each text costs."""
    said = torch.tensor([encoder.score(text) for text in texts])
    found: np.ndarray = functional.binary_cross_entropy_with_logits(said, answers, reduction="none").numpy()
    return found


def mixed(cost: np.ndarray) -> list[int]:
    """Return which lines are learned further: hard ones several times, easy ones in part."""
    chance = random.Random(SEED)  # noqa: S311 - the same lines at every run
    times = [HARD_TIMES if one >= HARD else 1 if one >= EASY else int(chance.random() < EASY_SHARE) for one in cost]
    return [number for number, count in enumerate(times) for _ in range(count)]


class Answered:
    """Texts, each with the right answer."""

    def __init__(self, texts: Sequence[list[int]], answers: Tensor) -> None:
        self._texts, self._answers = texts, answers

    def batches(self, chance: random.Random) -> list[list[int]]:
        """Return texts that are about as long as each other together."""
        return batches(self._texts, chance)

    def table(self, batch: Sequence[int], chance: random.Random) -> Tensor:
        """Return the texts of a batch, with some pieces forgotten."""
        return filled([self._texts[number] for number in batch], chance)

    def loss(self, batch: Sequence[int], said: Tensor) -> Tensor:
        """Return what the answers cost."""
        return functional.binary_cross_entropy_with_logits(said, self._answers[list(batch)])


def report(language: str, lines: Sequence[Line], weighed: np.ndarray, said: np.ndarray) -> None:
    """Print what share of each kind would be critical with some values of `opinion`."""
    kinds = np.array([line.kind for line in lines])
    for low, counts, start in product((-3.0, -2.0), (0.0, 0.7, 1.0, 1.4), (-1.0, 0.0, 1.0, 2.0)):
        asked = weighed >= low
        both = np.where(asked, weighed + counts * (said + start), weighed)
        shares = {
            kind: f"{float((both[kinds == kind] >= 0).mean()):.3f}"
            for kind in ("wallet", "banking", "alarming", "ordinary")
        }
        print(f"{language} from {low} start {start:+.1f} counts {counts} (asked: {asked.mean():.2f}): {shares}")


def main() -> None:
    """Learn, write, tell."""
    torch.manual_seed(SEED)
    lines, start = read_lines(), Start.read()
    texts = [text for text, _ in shown(lines)]
    pieces = vocabulary(texts, start.pieces)
    subwords = Subwords(pieces, [start.pieces[piece][1] for piece in pieces])
    cut = [subwords.cut(text, PIECES_MAX) for text in texts]
    network = Network(start, [BEGIN, FILLER, END, UNKNOWN, *(start.pieces[piece][0] for piece in pieces)], PIECES_MAX)
    answers, file = torch.tensor([float(line.critical) for line in lines]), PACKS / "incident.onnx"
    if "further" in sys.argv[1:]:
        shipped = file.read_bytes()
        Written(shipped).restore(network, pieces)
        chosen = mixed(costs(Encoder(shipped), texts, answers))
        print(f"{len(chosen)} texts of {len(texts)} lines", flush=True)
        fit(network, Answered([cut[number] for number in chosen], answers[chosen]), 1, RATE_FURTHER)
    else:
        fit(network, Answered(cut, answers), EPOCHS, RATE)
    kept = written(network, pieces, start.pieces, PIECES_MAX)
    file.write_bytes(kept)
    encoder = Encoder(kept)
    for path in sorted(CORPORA.glob("rules_choosing_*.ndjson")):
        chosen = lines_of(path)
        asked = shown(chosen)
        said = np.array([encoder.score(text) for text, _ in asked])
        report(path.stem[-2:], chosen, np.array([weight for _, weight in asked]), said)


if __name__ == "__main__":
    main()
