"""Learns the weights of the shipped pack from labelled lines: make weights.

Reads rules_tuning_*.ndjson, everyday lines of topics_tuning_*.ndjson and the days that are learned from, never a
measuring corpus (tests/corpora); writes rules/packs/incident-weights.yaml. A line is a message and whether it is an
incident. The weights are those of a logistic regression over runs of words and of lists' names, each run counted by
how far it tells the answers apart on its own (Wang and Manning, "Baselines and Bigrams", 2012). Which passage of an
incident's text is the telling one is not labelled, so it is found in rounds, as the one that weighs most by the
weights of the round before. What the whole text is about is learned by itself, with runs that share their say, and
added. Lines are joined to longer ones, too, an incident among everyday matters, as real mails are.
"""

import json
import random
import sys
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from rules.scales import RUN_MAX, Kinds, passages, words_of
from rules.text import WIDE_FROM, fold
from rules.tokens import BEGIN, END, NUMBER, sentences
from rules.wholes import share

ROOT: Final = Path(__file__).parents[1]
CORPORA: Final = ROOT / "tests" / "corpora"
PACKS: Final = ROOT / "rules" / "packs"
TAGS: Final = ("stolen-funds", "unrecognised-activity", "account-takeover", "secret-exposed", "device-lost", "scammed")
ROUNDS: Final = 3
SEEN_MIN: Final = 2
"""Lines in which a run must stand to be learned."""
RUNS: Final = 6_000
"""Runs that are kept for incidents in a passage, and a fifth of them for each tag."""
RUNS_WHOLE: Final = 20_000
"""The same for what the whole text is about."""
SAY: Final = 0.2
"""What the heaviest passage counts beside the whole text; chosen by what `crossed` tells."""
STRENGTH: Final = 0.2
"""How far weights may go (the inverse of the regression's penalty)."""
STRENGTH_WHOLE: Final = 2.0
"""The same for what the whole text is about."""
LONG: Final = -0.18
"""Taken off for each e-fold of passages; chosen by what `crossed` tells of long mails."""
SHORT: Final = 200
"""Characters up to which a text is a line that others are joined with."""
FRAGMENT: Final = 8
"""Characters of a text that is hardly a sentence: it is no part of a longer one."""
ODD: Final = 0.6
"""How many of the joined have a line of another kind among them."""
OPINION: Final = "{encoder: incident, from: -2, start: 0, counts: 0.85}"
"""Who is asked in doubt, and what that counts; chosen by what `learn_encoder` tells."""
LINE: Final = -0.85
"""Where the line is drawn: what weighs so much is written as 0. Chosen by what `crossed` tells."""
OWN: Final = 3
"""How often each of the pack's own tests is learned from."""
JOINED: Final = 2_500
"""Longer texts put together from lines, of each language."""


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
        found += lines_of(path)
    for path in sorted(CORPORA.glob("topics_tuning_*.ndjson")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        calm = [row for row in rows if not {"security", "phishing"} & {*row["topics"], *row["tags"]}]
        found += [Line(row["text"], "ordinary", critical=False) for row in calm]
    return found + lines_of_days() + own_tests() * OWN


def lines_of_days() -> list[Line]:
    """Return what people say in a day's traffic, mostly in pieces; what nobody could judge alone is left out."""
    said: dict[str, bool | None] = {}
    for path in sorted([*CORPORA.glob("day_tuning_*.ndjson"), *CORPORA.glob("day_reading_*.ndjson")]):
        for case in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            said |= {one["text"]: one.get("critical", False) for one in case["messages"] if one["text"]}
    return [Line(t, "day" if is_it else "ordinary", critical=is_it) for t, is_it in said.items() if is_it is not None]


def lines_of(path: Path) -> list[Line]:
    """Return the labelled lines of one file."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Line(row["text"], row["kind"], row["critical"], tuple(row.get("tags", ()))) for row in rows]


def joined(lines: Sequence[Line]) -> list[Line]:
    """Return everyday lines one after the other, most with one of another kind somewhere among them."""
    chance = random.Random(5)  # noqa: S311 - the same texts at every run
    found: list[Line] = []
    for wide, stop in ((False, ".\n"), (True, "\u3002\n")):
        mine = [line for line in lines if is_wide(line.text) is wide and len(line.text) < SHORT]
        calm = [line for line in mine if line.kind == "ordinary" and len(line.text) > FRAGMENT]
        others = [line for line in mine if line.kind in {"wallet", "banking", "alarming"}]
        for _ in range(JOINED):
            parts = chance.sample(calm, chance.randint(2, 8))
            odd = chance.choice(others) if chance.random() < ODD else parts[0]
            if odd is not parts[0]:
                parts.insert(chance.randint(0, len(parts)), odd)
            found.append(Line(stop.join(part.text for part in parts), odd.kind, odd.critical))
    return found


def is_wide(text: str) -> bool:
    """Return whether it is Chinese."""
    return any(char >= WIDE_FROM for char in text)


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


def read_lists() -> tuple[list[str], Kinds]:
    """Return the names of the lists that may stand for words, and which words each stands for."""
    lists = yaml.load((PACKS / "incident-words.yaml").read_bytes(), Loader=yaml.CSafeLoader)["lists"]
    kinds: dict[tuple[str, ...], str] = {}
    for name, words in lists.items():
        for word in words:
            found = words_of(str(word))
            if set(found) - {NUMBER}:
                kinds.setdefault(found, name)
    return list(lists), kinds


@dataclass(frozen=True)
class Text:
    """A message taken apart."""

    sentences: list[frozenset[str]]
    """The runs of each."""
    passages: list[slice]

    def runs(self) -> frozenset[str]:
        """Return those of all sentences."""
        return frozenset().union(*self.sentences)


class Reader:
    """Takes texts apart as `rules.scales` does."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._longest = max(map(len, kinds))

    def read(self, text: str) -> Text:
        """Return the runs of each sentence, and the passages."""
        found = sentences(fold(text).text) or [[]]
        return Text([self._runs(words) for words in found], passages(list(map(len, found))))

    def _runs(self, words: list[str]) -> frozenset[str]:
        wide = any(word >= WIDE_FROM for word in words)
        own = set(grams(words, RUN_MAX if wide else RUN_MAX - 1))
        own.update(grams(self._named(words), RUN_MAX - 1))
        return frozenset(own - {BEGIN, END})

    def _named(self, words: list[str]) -> list[str]:
        """Return a sentence with names of lists in place of words, from left to right and the longest first."""
        found: list[str] = []
        first = 0
        while first < len(words):
            end = min(first + self._longest, len(words))
            while end > first and tuple(words[first:end]) not in self._kinds:
                end -= 1
            name = self._kinds.get(tuple(words[first:end]))
            found.append(words[first] if name is None else f"{{{name}}}")
            first = max(end, first + 1)
        return found


def grams(words: list[str], most: int) -> Iterator[str]:
    """Yield every run of up to so many tokens; the edges of the sentence count."""
    edged = [BEGIN, *words, END]
    for start in range(len(edged)):
        for end in range(start + 1, min(start + most, len(edged)) + 1):
            yield " ".join(edged[start:end])


def matrix(places: Mapping[str, int], sets: Iterable[Iterable[str]]) -> csr_matrix:
    """Return a row for each set, with 1 in the places of what is in it."""
    found: list[int] = []
    ends = [0]
    for each in sets:
        found += [places[one] for one in each if one in places]
        ends.append(len(found))
    return csr_matrix((np.ones(len(found)), found, ends), shape=(len(ends) - 1, len(places)))


class Learner(ABC):
    """Weights of one question, learned from messages."""

    weights: np.ndarray
    start: float

    def __init__(self, texts: Sequence[Text], answers: Sequence[bool], most: int, strength: float) -> None:
        self._answers, self._strength = np.array(answers), strength
        seen = Counter(run for text in texts for run in text.runs())
        self.runs = {run: number for number, run in enumerate(sorted(run for run in seen if seen[run] >= SEEN_MIN))}
        self._fit(texts)
        if len(self.runs) > most:
            worth = {run: abs(self.weights[number]) * min(seen[run], 30) ** 0.5 for run, number in self.runs.items()}
            kept = sorted(worth, key=lambda run: (-worth[run], run))[:most]
            self.runs = {run: number for number, run in enumerate(sorted(kept))}
            self._fit(texts)

    @abstractmethod
    def weigh(self, texts: Sequence[Text]) -> np.ndarray:
        """Return what each message weighs."""

    @abstractmethod
    def _fit(self, texts: Sequence[Text]) -> None: ...

    def _regress(self, rows: csr_matrix, answers: np.ndarray, share: np.ndarray | None = None) -> None:
        telling_apart = _apart(rows, answers)
        model = LogisticRegression(C=self._strength, max_iter=2_000)
        model.fit(rows @ diags(telling_apart), answers, sample_weight=share)
        self.weights, self.start = model.coef_[0] * telling_apart, float(model.intercept_[0])

    def written(self) -> list[tuple[float, str]]:
        """Return the runs, heaviest first; those that round to nothing are left out."""
        weighed = [(round(float(self.weights[number]), 2), run) for run, number in self.runs.items()]
        return sorted((-weight, run) for weight, run in weighed if weight)


class Passages(Learner):
    """Of an incident the heaviest passage counts, of everything else each."""

    def weigh(self, texts: Sequence[Text]) -> np.ndarray:
        """Return what the heaviest passage of each message weighs."""
        rows, owners = self._rows(texts)
        weighed = np.full(len(texts), -np.inf)
        np.maximum.at(weighed, owners, rows @ self.weights + self.start)
        return weighed

    def _fit(self, texts: Sequence[Text]) -> None:
        rows, owners = self._rows(texts)
        answers = self._answers[owners]
        alone = np.array([len(text.passages) == 1 for text in texts])[owners]
        learned = alone | ~answers
        for _ in range(ROUNDS):
            share = 1 / np.sqrt(np.bincount(owners[learned], minlength=len(texts))[owners[learned]])
            self._regress(rows[learned], answers[learned], share)
            weighed = rows @ self.weights
            heaviest: dict[int, int] = {}
            for number, owner in enumerate(owners):
                if owner not in heaviest or weighed[number] > weighed[heaviest[owner]]:
                    heaviest[owner] = number
            learned = ~answers
            learned[list(heaviest.values())] = True

    def _rows(self, texts: Sequence[Text]) -> tuple[csr_matrix, np.ndarray]:
        """Return the runs of each passage, added up over its sentences, and whose passage it is."""
        members: list[int] = []
        ends = [0]
        first = 0
        for text in texts:
            for of in text.passages:
                members += range(first + of.start, first + of.stop)
                ends.append(len(members))
            first += len(text.sentences)
        of_passages = csr_matrix((np.ones(len(members)), members, ends), shape=(len(ends) - 1, first))
        owners = [owner for owner, text in enumerate(texts) for _ in text.passages]
        return of_passages @ matrix(self.runs, (runs for text in texts for runs in text.sentences)), np.array(owners)


class Whole(Learner):
    """What the whole of a message is about."""

    def weigh(self, texts: Sequence[Text]) -> np.ndarray:
        """Return what each message weighs."""
        return self._rows(texts) @ self.weights + self.start

    def _fit(self, texts: Sequence[Text]) -> None:
        self._regress(self._rows(texts), self._answers)

    def _rows(self, texts: Sequence[Text]) -> csr_matrix:
        rows = matrix(self.runs, (text.runs() for text in texts))
        return diags([share(count) for count in np.diff(rows.indptr)]) @ rows


class Both:
    """Incidents: the heaviest passage, the whole, and how long it is."""

    def __init__(self, texts: Sequence[Text], answers: Sequence[bool]) -> None:
        self.passages = Passages(texts, answers, RUNS, STRENGTH)
        self.whole = Whole(texts, answers, RUNS_WHOLE, STRENGTH_WHOLE)
        # Written as they count.
        self.passages.weights, self.passages.start = SAY * self.passages.weights, SAY * self.passages.start

    def weigh(self, texts: Sequence[Text]) -> np.ndarray:
        """Return what each message weighs."""
        count = np.array([len(text.passages) for text in texts])
        return self.passages.weigh(texts) + self.whole.weigh(texts) + LONG * np.log(count)


def _apart(rows: csr_matrix, answers: np.ndarray) -> np.ndarray:
    """How far each run tells the answers apart on its own, never nothing."""
    of_yes, of_no = (1 + np.asarray(rows[chosen].sum(axis=0)).ravel() for chosen in (answers, ~answers))
    return np.abs(np.log((of_yes / of_yes.sum()) / (of_no / of_no.sum()))) + 0.3


def crossed(lines: Sequence[Line], texts: Sequence[Text]) -> np.ndarray:
    """Weigh each line by what was learned from others."""
    weighed = np.zeros(len(lines))
    for learned, measured in KFold(3, shuffle=True, random_state=1).split(lines):
        more = joined([lines[n] for n in learned])
        learner = Both(
            [texts[n] for n in learned] + [READER.read(line.text) for line in more],
            [lines[n].critical for n in learned] + [line.critical for line in more],
        )
        weighed[measured] = learner.weigh([texts[n] for n in measured])
    return weighed


def report(lines: Sequence[Line], weighed: np.ndarray) -> None:
    """Print what share of each kind would be critical from some weights on, of short lines and of mails."""
    wide = np.array([is_wide(line.text) for line in lines])
    mail = np.array([len(line.text) >= (SHORT if is_wide(line.text) else 2 * SHORT) for line in lines])
    kinds = np.array([line.kind for line in lines])
    for language, chosen in (("en", ~wide), ("zh", wide)):
        for least in (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0):
            shares = {
                f"{size}{kind}": f"{float((weighed[chosen & which & (kinds == kind)] >= least).mean()):.3f}"
                for size, which in (("", ~mail), ("long ", mail))
                for kind in ("wallet", "banking", "alarming", "ordinary")
            }
            print(f"{language} at least {least:+.1f}: {shares}")


def section(name: str, line: float, more: str = "", **learners: Learner) -> str:
    """Write one of the weights, runs in a passage as `words`, in the whole text as `whole`; what weighs `line` as 0."""
    start = sum(learner.start for learner in learners.values()) - line
    text = f"  {name}:\n    lists: [{', '.join(NAMES)}]\n    start: {start:.2f}\n{more}"
    for key, learner in learners.items():
        text += f"    {key}: |\n" + "".join(f"      {-weight:+.2f} {run}\n" for weight, run in learner.written())
    return text


NAMES, LISTS = read_lists()
READER: Final = Reader(LISTS)


def main() -> None:
    """Learn and write; with `crossed` first tell how lines are judged by what was learned from the others."""
    lines = read_lines()
    texts = [READER.read(line.text) for line in lines]
    print(f"{len(lines)} lines, {sum(line.critical for line in lines)} incidents")
    if "crossed" in sys.argv[1:]:
        report(lines, crossed(lines, texts))
    longer = joined(lines)
    learner = Both(texts + [READER.read(line.text) for line in longer], [line.critical for line in (*lines, *longer)])
    more = f"    long: {LONG}\n    opinion: {OPINION}\n"
    text = HEAD + section("incident", LINE, more, words=learner.passages, whole=learner.whole)
    known = [number for number, line in enumerate(lines) if line.critical and line.tags]
    for tag in TAGS:
        answers = [tag in lines[number].tags for number in known]
        learner = Passages([texts[number] for number in known], answers, RUNS // 5, STRENGTH)
        text += section(tag, 0.0, words=learner)
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
