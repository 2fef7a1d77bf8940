"""Learns what shows that a value is a password, a PIN or a code though no word says so: make told.

Reads tests/corpora/redaction_loose_tuning.ndjson, messages of several writers with their secrets, and
redaction_tuning.ndjson; every other value in them is harmless, as it is in messages that were written to teach rules
and topics. Writes rules/detectors/told.txt: three logistic regressions over what `rules.detectors.surroundings` sees.
`crossed` first tells what they reach on writers of whom they learned nothing.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from rules.detectors import told
from rules.detectors.registry import plan
from rules.detectors.surroundings import Surroundings, View, is_long, values
from rules.fold import BARRIER, fold
from rules.redact import DEFAULT_POLICY
from scripts.learn_weights import CORPORA, ROOT, matrix

FILE: Final = ROOT / "rules" / "detectors" / "told.txt"
TYPES: Final = frozenset({"PASSWORD", "OTP", "CVV"})
LONG_TYPES: Final = frozenset({"PRIVATE_KEY", "API_KEY"})
SEEN_MIN: Final = 2
"""Values beside which a thing must be seen to be learned."""
STRENGTH: Final = 2.0
"""How far weights may go (the inverse of the regression's penalty)."""
SECRETS_COUNT: Final = 3.0
"""How much more a secret counts than a harmless value."""
LINE: Final = 0.5
"""What weighs so much is written as 0, and is masked. Chosen by what `crossed` tells."""
BESIDE_LINE: Final = -2.0
"""The same for what stands right beside a value: below it nobody looks farther."""
LEAST: Final = 0.02
"""A weight that is left out: all of it together changes nothing."""
PARTS: Final = 4
_HOW: Final = plan(DEFAULT_POLICY.masked["private"] | DEFAULT_POLICY.reported["private"])


class Value(NamedTuple):
    """A value in a message."""

    beside: list[str]
    about: list[str]
    """All that is seen, as it is written in the file."""
    type: str
    """Its type where it is a secret, else nothing."""
    writer: str


def values_of(row: dict[str, Any], writer: str) -> Iterator[Value]:
    """Yield the values of a message that no other detector masks."""
    folded = fold(row["text"])
    scan = _HOW.scanner(folded)
    others = _HOW.labelled(scan)
    left = told.without(scan.text, others)
    spans = values(left)
    if not 0 < len(spans) <= told.VALUES_MAX:
        return
    around = Surroundings(left, told.without(scan.low, others), spans)
    secrets = [
        (folded.place(match.start()), folded.place(match.end()), secret["type"])
        for secret in row.get("secrets", ())
        for match in re.finditer(re.escape(secret["value"]), row["text"])
    ]
    secrets += [(folded.place(span["start"]), folded.place(span["end"]), span["type"]) for span in row.get("spans", ())]
    for number, (start, end) in enumerate(spans):
        kind = next((kind for first, last, kind in secrets if first < end and start < last), "")
        if not kind or kind in (LONG_TYPES if is_long(left[start:end]) else TYPES):
            yield Value(list(_written(around.beside(number))), list(_written(around.about(number))), kind, writer)


def _written(views: list[View]) -> Iterator[str]:
    for name, each in views:
        for seen in each:
            yield f"{name} {seen if isinstance(seen, str) else ' '.join(seen)}"


def read_values() -> list[Value]:
    """Return everything that may be learned from."""
    found: list[Value] = []
    for row in _rows("redaction_loose_tuning.ndjson"):
        found += values_of(row, row["writer"])
    for row in _rows("redaction_tuning.ndjson"):
        found += values_of(row, "labelled")
    for path in sorted([*CORPORA.glob("rules_tuning_*.ndjson"), *CORPORA.glob("topics_tuning_*.ndjson")]):
        for row in _rows(path.name):
            if not row.get("critical") and any(map(str.isdigit, row["text"])):
                found += values_of(row, "")
    for path in sorted([*CORPORA.glob("day_tuning_*.ndjson"), *CORPORA.glob("day_reading_*.ndjson")]):
        for message in (message for row in _rows(path.name) for message in row["messages"]):
            if any(map(str.isdigit, message.get("text") or "")):
                found += values_of(message, "")
    return found


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPORA / name).read_text(encoding="utf-8").splitlines()]


class Learned:
    """Weights of one question."""

    def __init__(self, seen: Sequence[Sequence[str]], answers: Sequence[bool], counts: float) -> None:
        often = Counter(one for each in seen for one in each)
        self.places = {one: place for place, one in enumerate(sorted(o for o in often if often[o] >= SEEN_MIN))}
        shares = np.where(np.array(answers), counts, 1.0)
        model = LogisticRegression(C=STRENGTH, max_iter=1_000)
        model.fit(matrix(self.places, seen), answers, sample_weight=shares)
        self.weights, self.start = model.coef_[0], float(model.intercept_[0])

    def weigh(self, seen: Sequence[Sequence[str]]) -> np.ndarray:
        """Return what each value weighs."""
        weighed: np.ndarray = matrix(self.places, seen) @ self.weights + self.start
        return weighed

    def of(self, one: str) -> float:
        """Return what one thing weighs."""
        place = self.places.get(one)
        return 0.0 if place is None else float(self.weights[place])


class Weights:
    """All three questions."""

    def __init__(self, found: Sequence[Value]) -> None:
        answers = [bool(one.type) for one in found]
        self.beside = Learned([one.beside for one in found], answers, SECRETS_COUNT)
        self.secret = Learned([[*one.beside, *one.about] for one in found], answers, SECRETS_COUNT)
        told_apart = [one for one in found if one.type in {"PASSWORD", "OTP"}]
        self.code = Learned(
            [[*one.beside, *one.about] for one in told_apart], [one.type == "OTP" for one in told_apart], 1.0
        )

    def judge(self, found: Sequence[Value], line: float) -> np.ndarray:
        """Tell of each value whether it would be masked."""
        near = self.beside.weigh([one.beside for one in found]) >= BESIDE_LINE
        judged: np.ndarray = near & (self.secret.weigh([[*one.beside, *one.about] for one in found]) >= line)
        return judged

    def written(self) -> str:
        """Return what `rules.detectors.told` reads."""
        text = HEAD + f"{self.beside.start - BESIDE_LINE:.2f} {self.secret.start - LINE:.2f} {self.code.start:.2f}\n"
        for one in sorted({*self.beside.places, *self.secret.places, *self.code.places}):
            three = (self.beside.of(one), self.secret.of(one), self.code.of(one))
            if max(map(abs, three)) >= LEAST:
                shown = one.replace("\n", "\\n").replace(BARRIER, told.BARRIER_SHOWN)
                text += " ".join(f"{weight:.2f}" for weight in three) + f" {shown}\n"
        return text


def crossed(found: Sequence[Value]) -> None:
    """Print what is masked, by what was learned from other writers."""
    for name, which in (("short", [one for one in found if one.beside[0][0] != "l"]), ("long", found)):
        print(name)
        _crossed(which, only_long=name == "long")


def _crossed(found: Sequence[Value], *, only_long: bool) -> None:
    writers = sorted({one.writer for one in found} - {""})
    natural = [one for one in found if not one.writer]
    learned = []
    for part in range(PARTS):
        held = set(writers[part::PARTS])
        others = [one for one in found if one.writer and one.writer not in held]
        learned.append((held, Weights([*others, *natural[::2]])))
    for line in (0.0, 0.5, 1.0, 1.5):
        right = wrong = all_ = touched = 0
        for held, weights in learned:
            measured = [one for one in found if one.writer in held and (not only_long or one.beside[0][0] == "l")]
            judged = weights.judge(measured, line)
            secret = np.array([bool(one.type) for one in measured])
            right, wrong, all_ = right + (judged & secret).sum(), wrong + (judged & ~secret).sum(), all_ + secret.sum()
            touched += weights.judge(natural[1::2], line).mean() / PARTS
        print(
            f"from {line:+.1f}: {right / all_:.3f} of {all_} secrets, {right / (right + wrong):.3f} of what is masked "
            f"is one, {touched:.4f} of other values"
        )


def main() -> None:
    """Learn and write; with `crossed` first tell what is reached on other writers."""
    found = read_values()
    print(f"{len(found)} values, {sum(bool(one.type) for one in found)} secrets")
    if "crossed" in sys.argv[1:]:
        crossed(found)
    FILE.write_text(Weights(found).written(), encoding="utf-8")


HEAD: Final = """\
# What shows that a value is a password, a PIN or a code, learned from labelled messages by scripts/learn_told.py, which
# writes this file anew: how far each thing that is seen beside it, or about it, speaks for looking farther, for a
# secret, for a code. To change what is masked, add to tests/corpora/redaction_loose_tuning.ndjson and run `make told`.
"""

if __name__ == "__main__":
    main()
