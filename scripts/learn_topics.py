"""Learns what speaks for each topic and everyday tag of the shipped pack from labelled lines: make topics.

Reads tests/corpora/topics_tuning_*.ndjson, never a measuring corpus; writes rules/packs/topic-weights.yaml. The whole
of a text counts, with the runs of `learn_weights` and by the same regression, for each tag by itself. A line whose
`also` names a tag says neither yes nor no to it. `crossed` first tells what the weights reach on writers of whom they
learned nothing, alone and beside the pack as it is.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import yaml

from rules.facts import Facts, MessageFacts
from rules.packs import read
from rules.ruleset import Ruleset, load
from scripts.learn_weights import CORPORA, PACKS, READER, Text, Whole, section

TAGS: Final = (
    "access", "account", "app-trouble", "deposit-withdrawal", "failed-transaction", "fees", "identity", "partnership",
    "security", "spam", "transfer", "complaint", "impersonator", "phishing", "wants-a-human", "wants-senior",
)  # fmt: skip
RUNS: Final = 2_500
"""Runs that are kept for each tag."""
STRENGTH: Final = 8.0
"""How far weights may go (the inverse of the regression's penalty)."""
LINE: Final = -0.25
"""Where the line is drawn: what weighs so much is written as 0. Chosen by what `crossed` tells."""
OWN: Final = 3
"""How often each of the pack's own tests is learned from."""
PARTS: Final = 5


class Line(NamedTuple):
    """A message and what it is about."""

    text: str
    tags: frozenset[str]
    also: frozenset[str]
    """What one may say of it as well."""
    writer: tuple[str, int]


def read_lines() -> list[Line]:
    """Return everything that may be learned from."""
    return [
        Line(
            f"{row['subject']}.\n{row['text']}" if row.get("subject") else row["text"],
            frozenset(row["topics"]) | frozenset(row["tags"]),
            frozenset(row.get("also", ())),
            (path.stem, row["round"]),
        )
        for path in sorted(CORPORA.glob("topics_tuning_*.ndjson"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ] + own_tests() * OWN


def own_tests() -> list[Line]:
    """Return what the pack's own tests say of tags; of those that one does not name it says nothing."""
    tests = yaml.load((PACKS / "wallet-tests.yaml").read_bytes(), Loader=yaml.CSafeLoader)["tests"]
    found: list[Line] = []
    for test in tests:
        text = test["message"] if isinstance(test["message"], str) else test["message"].get("text", "")
        given, never = (_several(test["expect"].get(key, ())) & set(TAGS) for key in ("tags", "tags_not"))
        if given | never:
            found.append(Line(text, given, frozenset(TAGS) - given - never, ("wallet-tests", 0)))
    return found


def _several(value: str | Iterable[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)


def learn(tag: str, lines: Sequence[Line], texts: Sequence[Text]) -> Whole:
    """Return what speaks for a tag."""
    told = [number for number, line in enumerate(lines) if tag in line.tags or tag not in line.also]
    answers = [tag in lines[number].tags for number in told]
    return Whole([texts[number] for number in told], answers, RUNS, STRENGTH)


def crossed(lines: Sequence[Line], texts: Sequence[Text]) -> np.ndarray:
    """Weigh each line, for each tag, by what was learned from other writers."""
    weighed = np.zeros((len(lines), len(TAGS)))
    writers = sorted({line.writer for line in lines})
    for part in range(PARTS):
        held = set(writers[part::PARTS])
        learned = [number for number, line in enumerate(lines) if line.writer not in held]
        measured = [number for number, line in enumerate(lines) if line.writer in held]
        for column, tag in enumerate(TAGS):
            learner = learn(tag, [lines[n] for n in learned], [texts[n] for n in learned])
            weighed[measured, column] = learner.weigh([texts[n] for n in measured])
    return weighed


def report(lines: Sequence[Line], weighed: np.ndarray) -> None:
    """Print the harmonic mean of precision and recall over all tags, from some weights on, and from how much less on
    where the pack as it is gives the tag."""
    given = _given(load(read()), lines)
    for least in (-1.25, -1.0, -0.75, -0.5):
        for less in (0.0, 1.0, 2.0, 3.0):
            says = (weighed >= least) | (given & (weighed >= least - less))
            print(f"from {least:+.2f}, where the pack says so too from {least - less:+.2f}: {_f1(lines, says):.3f}")


def _given(pack: Ruleset, lines: Iterable[Line]) -> np.ndarray:
    verdicts = [pack.evaluate(Facts(message=MessageFacts(text=line.text))) for line in lines]
    return np.array([[tag in verdict.tags for tag in TAGS] for verdict in verdicts])


def _f1(lines: Sequence[Line], says: np.ndarray) -> float:
    right = np.array([[tag in line.tags for tag in TAGS] for line in lines])
    open_ = np.array([[tag in line.also for tag in TAGS] for line in lines])
    both, wrong = (right & says).sum(0), ((right != says) & (right | ~open_)).sum(0)
    return float(np.mean(2 * both / (2 * both + wrong)))


def main() -> None:
    """Learn and write; with `crossed` first tell how lines are judged by what was learned from other writers."""
    lines = read_lines()
    texts = [READER.read(line.text) for line in lines]
    print(f"{len(lines)} lines")
    if "crossed" in sys.argv[1:]:
        report(lines, crossed(lines, texts))
    sections = [section(tag, LINE, whole=learn(tag, lines, texts)) for tag in TAGS]
    (PACKS / "topic-weights.yaml").write_text(HEAD + "".join(sections), encoding="utf-8")


HEAD: Final = """\
# What speaks for each topic and everyday tag, learned from labelled messages by scripts/learn_topics.py, which writes
# this file anew. To change how a message is judged, add it to tests/corpora/topics_tuning_*.ndjson and run
# `make topics`. A line is a weight and a run of words; {name} is any word of a list in incident-words.yaml, # any
# number, ^ and $ the ends of a sentence.
version: 1

weights:
"""

if __name__ == "__main__":
    main()
