"""Learns the encoder of the shipped pack from labelled lines: make encoder.

The network (network.py) is fine-tuned to tell incidents from everything else. Learns from what learn_weights.py reads,
never from a measuring corpus; writes rules/packs/incident.onnx. Texts are folded and cut as `rules.opinion` and
`rules.subwords` do, so that nothing is learned that is not asked. It takes half an hour on a core that multiplies in
bfloat16, some three hours on others. With `further` it goes on from the file that is shipped, which is enough for lines
that were added: what that file judges wrongly or hardly is learned three times, what it is sure of by every third line,
so that what it knew is not forgotten.

What it says is then put beside what words weigh: `main` prints for the lines of rules_choosing_*.ndjson, by writers of
whom nothing was learned, how many of each kind would be critical with some values of `opinion`.

A long text is shown window by window. Of a text that is no incident each window is none; of one that is, the window is
learned that is most like one (Andrews et al., "Support vector machines for multiple-instance learning", 2003).
"""

import random
import sys
from collections.abc import Sequence
from copy import copy
from itertools import product
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rules.encoder import Encoder
from rules.packs import read
from rules.ruleset import load
from rules.scales import Reading, Weighing
from rules.subwords import BEGIN, END, UNKNOWN, Subwords
from rules.text import fold
from rules.tokens import without_codes
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
LEAST: Final = -4.0
"""What a window of a long text weighs at least that is learned: below where it would be asked about, for weights of
lines that were learned from are surer than those of others."""


class Shown(NamedTuple):
    """A window of a line."""

    text: str
    weight: float
    """What its words weigh."""
    line: int
    """The line's number."""


def shown(lines: Sequence[Line]) -> list[Shown]:
    """Return the windows of lines that an encoder may be shown, one of a short line; heaviest first of each."""
    scales = copy(load(read()).weights["incident"])
    scales.opinion = None
    found = []
    for number, line in enumerate(lines):
        reading = Reading(scales.lists, fold(line.text).text)
        windows = Weighing(scales, reading).windows(LEAST) if reading.passages else ()
        found += [Shown(without_codes(reading.text[slice(*one.span)]), one.weight, number) for one in windows]
    return found


def learned(windows: Sequence[Shown], lines: Sequence[Line], said: Sequence[float]) -> list[int]:
    """Return the numbers of the windows that there is to learn from, given what is said of each."""
    best: dict[int, int] = {}
    for number, one in enumerate(windows):
        rival = best.setdefault(one.line, number)
        if one.weight + said[number] > windows[rival].weight + said[rival]:
            best[one.line] = number
    return [number for number, one in enumerate(windows) if not lines[one.line].critical or best[one.line] == number]


def batches(texts: Sequence[list[int]], chance: random.Random) -> list[list[int]]:
    """Return texts that are about as long as each other together."""
    found: list[list[int]] = [[]]
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number]) + 4 * chance.random()):
        if len(texts[number]) * (len(found[-1]) + 1) > BATCH:
            found.append([])
        found[-1].append(number)
    chance.shuffle(found)
    return found


def mixed(said: Tensor, answers: Tensor) -> list[int]:
    """Return which windows are learned further: hard ones several times, easy ones in part."""
    cost = functional.binary_cross_entropy_with_logits(said, answers, reduction="none").tolist()
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


def report(name: str, lines: Sequence[Line], encoder: Encoder) -> None:
    """Print what share of each kind would be critical with some values of `opinion`."""
    windows = shown(lines)
    weighed = np.array([one.weight for one in windows])
    said = np.array([encoder.score(one.text) for one in windows])
    of_line = np.array([one.line for one in windows])
    kinds = np.array([line.kind for line in lines])
    for low, counts, start in product((-3.0, -2.0), (0.7, 0.85, 1.0), (-1.25, -1.0, -0.75, -0.5, 0.0, 0.5)):
        asked = weighed >= low
        judged = np.full(len(lines), -np.inf)
        np.maximum.at(judged, of_line, np.where(asked, weighed + counts * (said + start), low))
        shares = {
            kind: f"{float((judged[kinds == kind] >= 0).mean()):.3f}"
            for kind in ("wallet", "banking", "alarming", "ordinary")
        }
        print(f"{name} from {low} start {start:+.2f} counts {counts} (asks: {asked.sum() / len(lines):.2f}): {shares}")


def main() -> None:
    """Learn, write, tell."""
    torch.manual_seed(SEED)
    lines, start = read_lines(), Start.read()
    windows = shown(lines)
    texts = [one.text for one in windows]
    pieces = vocabulary(texts, start.pieces)
    subwords = Subwords(pieces, [start.pieces[piece][1] for piece in pieces])
    cut = [subwords.cut(text, PIECES_MAX) for text in texts]
    network = Network(start, [BEGIN, FILLER, END, UNKNOWN, *(start.pieces[piece][0] for piece in pieces)], PIECES_MAX)
    answers = torch.tensor([float(lines[one.line].critical) for one in windows])
    file = PACKS / "incident.onnx"
    if "further" in sys.argv[1:]:
        shipped = file.read_bytes()
        Written(shipped).restore(network, pieces)
        said = torch.tensor(list(map(Encoder(shipped).score, texts)))
        chosen = learned(windows, lines, said.tolist())
        chosen = [chosen[number] for number in mixed(said[chosen], answers[chosen])]
        epochs, rate = 1, RATE_FURTHER
    else:
        chosen = learned(windows, lines, [0.0] * len(windows))
        epochs, rate = EPOCHS, RATE
    print(f"{len(chosen)} windows of {len(lines)} lines", flush=True)
    fit(network, Answered([cut[number] for number in chosen], answers[chosen]), epochs, rate)
    kept = written(network, pieces, start.pieces, PIECES_MAX)
    file.write_bytes(kept)
    encoder = Encoder(kept)
    for path in sorted(CORPORA.glob("rules_choosing_*.ndjson")):
        report(path.stem.removeprefix("rules_choosing_"), lines_of(path), encoder)


if __name__ == "__main__":
    main()
