"""Learns the weights of the shipped pack from labelled lines: make weights.

Reads tests/corpora/rules_tuning_*.ndjson and the everyday lines of topics_tuning_*.ndjson, never a measuring corpus;
writes rules/packs/incident-weights.yaml. A line is a message and whether it is an incident. The weights are those of a
logistic regression over runs of words and of lists' names, each run counted by how far it tells the answers apart on
its own (Wang and Manning, "Baselines and Bigrams", 2012). Which piece of an incident's text is the telling one is not
labelled, so it is found in rounds, as the one that weighs most by the weights of the round before.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from rules.scales import RUN_MAX, Lists, pieces, words_of
from rules.text import WIDE_FROM, fold
from rules.tokens import BEGIN, END, grams, sentences

ROOT: Final = Path(__file__).parents[1]
CORPORA: Final = ROOT / "tests" / "corpora"
PACKS: Final = ROOT / "rules" / "packs"
TAGS: Final = ("stolen-funds", "unrecognised-activity", "account-takeover", "secret-exposed", "device-lost", "scammed")
ROUNDS: Final = 3
SEEN_MIN: Final = 2
"""Lines in which a run must stand to be learned."""
RUNS: Final = 12_000
"""Runs that are kept for incidents, and a tenth of them for each tag."""
STRENGTH: Final = 0.2
"""How far weights may go (the inverse of the regression's penalty)."""
OWN: Final = 3
"""How often each of the pack's own tests is learned from."""
EVERYDAY: Final = 3
"""Of so many everyday lines one is learned from."""


@dataclass(frozen=True)
class Line:
    """A message as it is learned from."""

    text: str
    kind: str
    critical: bool
    tags: tuple[str, ...] = ()


def read_lines() -> list[Line]:
    """Return everything that may be learned from."""
    found: list[Line] = []
    for path in sorted(CORPORA.glob("rules_tuning_*.ndjson")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        found += [Line(row["text"], row["kind"], row["critical"], tuple(row.get("tags", ()))) for row in rows]
    for path in sorted(CORPORA.glob("topics_tuning_*.ndjson")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        calm = [row for row in rows if not {"security", "phishing", "impersonator"} & {*row["topics"], *row["tags"]}]
        found += [Line(row["text"], "ordinary", critical=False) for row in calm[::EVERYDAY]]
    return found + own_tests() * OWN


def own_tests() -> list[Line]:
    """Return what the pack's own tests say of urgency."""
    tests = yaml.load((PACKS / "wallet-tests.yaml").read_bytes(), Loader=yaml.CSafeLoader)["tests"]
    found: list[Line] = []
    for test in tests:
        message = test["message"] if isinstance(test["message"], dict) else {"text": str(test["message"])}
        critical = test["expect"].get("urgency") == "critical"
        fired = test["expect"].get("fired", ())
        tags = [tag for tag in TAGS if tag in ([fired] if isinstance(fired, str) else fired)]
        if "findings" not in message:
            found.append(Line(f"{message.get('subject', '')}\n\n{message['text']}", "own", critical, tuple(tags)))
    return found


def read_lists() -> tuple[list[str], Lists]:
    """Return the names of the lists that may stand for words, and what reads them."""
    lists = yaml.load((PACKS / "incident-words.yaml").read_bytes(), Loader=yaml.CSafeLoader)["lists"]
    kinds: dict[tuple[str, ...], str] = {}
    for name, words in lists.items():
        for word in words:
            if found := words_of(str(word)):
                kinds.setdefault(found, name)
    return list(lists), Lists(kinds)


class Reader:
    """Takes texts apart as `rules.scales` does."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    def pieces(self, text: str) -> list[frozenset[str]]:
        """Return the runs of each piece."""
        found = sentences(fold(text).text)
        runs = [self._runs(words) for words in found]
        return [frozenset().union(*runs[part]) for part in pieces(list(map(len, found)))] or [frozenset()]

    def _runs(self, words: list[str]) -> set[str]:
        wide = any(word >= WIDE_FROM for word in words)
        own = {run for _, run in grams(words, RUN_MAX if wide else RUN_MAX - 1)}
        renamed = [one.text for one in self._lists.named(words)]
        own |= {run for _, run in grams(renamed, RUN_MAX - 1)}
        return own - {BEGIN, END}


class Learner:
    """Weights of one question, learned from pieces of messages."""

    def __init__(self, lines: Sequence[list[frozenset[str]]], answers: Sequence[bool], most: int) -> None:
        self._answers = np.array(answers)
        seen = Counter(run for line in lines for run in frozenset().union(*line))
        self.runs = {run: number for number, run in enumerate(sorted(run for run in seen if seen[run] >= SEEN_MIN))}
        self._fit(lines)
        if len(self.runs) > most:
            worth = {run: abs(self.weights[number]) * min(seen[run], 30) ** 0.5 for run, number in self.runs.items()}
            kept = sorted(worth, key=lambda run: (-worth[run], run))[:most]
            self.runs = {run: number for number, run in enumerate(sorted(kept))}
            self._fit(lines)

    def weigh(self, lines: Sequence[list[frozenset[str]]]) -> np.ndarray:
        """Return what the heaviest piece of each message weighs."""
        rows, owners = self._rows(lines)
        weighed = np.full(len(lines), -np.inf)
        np.maximum.at(weighed, owners, rows @ self.weights + self.start)
        return weighed

    def _fit(self, lines: Sequence[list[frozenset[str]]]) -> None:
        rows, owners = self._rows(lines)
        answers = self._answers[owners]
        alone = np.array([len(line) == 1 for line in lines])[owners]
        learned = alone | ~answers
        for _ in range(ROUNDS):
            share = 1 / np.sqrt(np.bincount(owners[learned], minlength=len(lines))[owners[learned]])
            telling_apart = _apart(rows[learned], answers[learned])
            model = LogisticRegression(C=STRENGTH, max_iter=2_000)
            model.fit(rows[learned] @ diags(telling_apart), answers[learned], sample_weight=share)
            self.weights, self.start = model.coef_[0] * telling_apart, float(model.intercept_[0])
            weighed = rows @ self.weights
            heaviest: dict[int, int] = {}
            for number, owner in enumerate(owners):
                if owner not in heaviest or weighed[number] > weighed[heaviest[owner]]:
                    heaviest[owner] = number
            learned = ~answers
            learned[list(heaviest.values())] = True

    def _rows(self, lines: Sequence[list[frozenset[str]]]) -> tuple[csr_matrix, np.ndarray]:
        owners = [owner for owner, line in enumerate(lines) for _ in line]
        places: list[int] = []
        ends = [0]
        for piece in (piece for line in lines for piece in line):
            places += [self.runs[run] for run in piece if run in self.runs]
            ends.append(len(places))
        shape = (len(owners), len(self.runs))
        return csr_matrix((np.ones(len(places)), places, ends), shape=shape), np.array(owners)

    def written(self) -> tuple[float, list[tuple[float, str]]]:
        """Return the start and the runs, heaviest first; those that round to nothing are left out."""
        weighed = [(round(float(self.weights[number]), 2), run) for run, number in self.runs.items()]
        return round(self.start, 2), sorted((-weight, run) for weight, run in weighed if weight)


def _apart(rows: csr_matrix, answers: np.ndarray) -> np.ndarray:
    """How far each run tells the answers apart on its own, never nothing."""
    of_yes, of_no = (1 + np.asarray(rows[chosen].sum(axis=0)).ravel() for chosen in (answers, ~answers))
    return np.abs(np.log((of_yes / of_yes.sum()) / (of_no / of_no.sum()))) + 0.3


def crossed(lines: Sequence[Line], read: Sequence[list[frozenset[str]]]) -> np.ndarray:
    """Weigh each line by what was learned from others."""
    weighed = np.zeros(len(lines))
    for learned, measured in KFold(5, shuffle=True, random_state=1).split(lines):
        learner = Learner([read[n] for n in learned], [lines[n].critical for n in learned], RUNS)
        weighed[measured] = learner.weigh([read[n] for n in measured])
    return weighed


def report(lines: Sequence[Line], weighed: np.ndarray) -> None:
    """Print what share of each kind would be critical from some weights on."""
    wide = np.array([any(char >= WIDE_FROM for char in line.text) for line in lines])
    kinds = np.array([line.kind for line in lines])
    for language, chosen in (("en", ~wide), ("zh", wide)):
        for least in (-1.0, -0.5, 0.0, 0.5, 1.0):
            shares = {
                kind: f"{float((weighed[chosen & (kinds == kind)] >= least).mean()):.3f}"
                for kind in ("wallet", "banking", "alarming", "ordinary")
            }
            print(f"{language} at least {least:+.1f}: {shares}")


def section(name: str, learner: Learner, lists: Iterable[str]) -> str:
    """Write one of the weights."""
    start, weighed = learner.written()
    body = "".join(f"      {-weight:+.2f} {run}\n" for weight, run in weighed)
    return f"  {name}:\n    lists: [{', '.join(lists)}]\n    start: {start}\n    words: |\n{body}"


def main() -> None:
    """Learn and write; with `crossed` first tell how lines are judged by what was learned from the others."""
    lines = read_lines()
    names, lists = read_lists()
    reader = Reader(lists)
    read = [reader.pieces(line.text) for line in lines]
    print(f"{len(lines)} lines, {sum(line.critical for line in lines)} incidents")
    if "crossed" in sys.argv[1:]:
        report(lines, crossed(lines, read))
    learner = Learner(read, [line.critical for line in lines], RUNS)
    text = HEAD + section("incident", learner, names)
    known = [number for number, line in enumerate(lines) if line.critical and line.tags]
    for tag in TAGS:
        answers = [tag in lines[number].tags for number in known]
        text += section(tag, Learner([read[number] for number in known], answers, RUNS // 10), names)
    (PACKS / "incident-weights.yaml").write_text(text, encoding="utf-8")


HEAD: Final = """\
# What speaks for an incident and what against it, learned from labelled messages by scripts/learn_weights.py, which
# writes this file anew. To change how a message is judged, add it to tests/corpora/rules_tuning_*.ndjson and run
# `make weights`. A line is a weight and a run of words; {name} is any word of a list in incident-words.yaml, # any
# number, ^ and $ the ends of a sentence.
version: 1

weights:
"""

if __name__ == "__main__":
    main()
