"""A small transformer that reads a text as a whole and answers one question about it (Vaswani et al., 2017).

It is a fine-tuned copy of the first layers of multilingual E5 (Wang et al., 2024), kept in whole numbers of eight bits
and run in numpy; `scripts/learn_encoder.py` makes it. What it says of a text is a log-odds, as weights of runs are.
"""

import io
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from rules.packs import encoder
from rules.subwords import Subwords

PIECES_MAX: Final = 64
"""Pieces of a text that are read."""
HEAD: Final = 32
"""Numbers of one head of attention."""
_EPSILON: Final = 1e-12

Floats = NDArray[np.float32]
Parts = Mapping[str, NDArray[Any]]


class Encoder:
    """Weights and vocabulary of one question; never changes."""

    def __init__(self, parts: Parts) -> None:
        """Take what `scripts/learn_encoder.py` wrote. Raises KeyError if a part is missing."""
        self._parts = parts
        self._subwords = Subwords(bytes(parts["pieces"]).decode().split("\n"), parts["scores"].tolist())
        self._places = parts["places"].astype(np.float32)
        self._answer, self._start = parts["answer"].astype(np.float32), float(parts["start"])

    def score(self, text: str) -> float:
        """Return the log-odds for a folded text."""
        numbers = self._subwords.cut(text, PIECES_MAX)
        words: Floats = self._parts["words"][numbers] * self._parts["words.scale"][numbers, None].astype(np.float32)
        x = _normed(words + self._places[: len(numbers)], *self._norm("first"))
        for layer in self._layers:
            x = layer.read(x)
        return float(x.mean(axis=0) @ self._answer) + self._start

    @cached_property
    def _layers(self) -> list["Layer"]:
        return list(self._read_layers())

    def _read_layers(self) -> Iterator["Layer"]:
        for number in range(int(self._parts["layers"])):
            name = f"{number}."
            linear = {part: self._linear(name + part) for part in ("look", "join", "widen", "narrow")}
            yield Layer(linear, self._norm(f"{name}joined"), self._norm(f"{name}narrowed"))

    def _linear(self, name: str) -> tuple[Floats, Floats]:
        rows: Floats = self._parts[name] * self._parts[f"{name}.scale"][:, None].astype(np.float32)
        return rows, self._parts[f"{name}.add"].astype(np.float32)

    def _norm(self, name: str) -> tuple[Floats, Floats]:
        return self._parts[f"{name}.norm"].astype(np.float32), self._parts[f"{name}.norm.add"].astype(np.float32)


class Layer:
    """Each piece looks at all others, then thinks by itself."""

    def __init__(
        self,
        linear: dict[str, tuple[Floats, Floats]],
        joined: tuple[Floats, Floats],
        narrowed: tuple[Floats, Floats],
    ) -> None:
        self._linear = linear
        self._joined, self._narrowed = joined, narrowed

    def read(self, x: Floats) -> Floats:
        """Return what the pieces mean beside each other."""
        x = _normed(x + self._through("join", self._attended(x)), *self._joined)
        wide = self._through("widen", x)
        return _normed(x + self._through("narrow", _gelu(wide)), *self._narrowed)

    def _attended(self, x: Floats) -> Floats:
        length, size = x.shape
        looked = self._through("look", x).reshape(length, 3, size // HEAD, HEAD).transpose(1, 2, 0, 3)
        query, key, value = looked
        likeness = query @ key.transpose(0, 2, 1) / np.float32(HEAD**0.5)
        likeness = np.exp(likeness - likeness.max(axis=-1, keepdims=True))
        seen = (likeness / likeness.sum(axis=-1, keepdims=True)) @ value
        together: Floats = seen.transpose(1, 0, 2).reshape(length, size)
        return together

    def _through(self, name: str, x: Floats) -> Floats:
        weights, add = self._linear[name]
        through: Floats = (weights @ x.T).T + add  # in this order BLAS is quicker for the few pieces of a text
        return through


def _normed(x: Floats, scale: Floats, add: Floats) -> Floats:
    x = x - x.mean(axis=-1, keepdims=True)
    normed: Floats = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + _EPSILON) * scale + add
    return normed


def _gelu(x: Floats) -> Floats:
    """Return the Gaussian error linear unit, by the tanh approximation (Hendrycks and Gimpel, 2016)."""
    bent: Floats = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))
    return bent


@cache
def shipped(name: str) -> Encoder:
    """Return one of those that come with the packs; FileNotFoundError if there is none of the name."""
    threadpool_limits(1, "blas")  # one text is too little to be shared: threads would wait for each other
    with np.load(io.BytesIO(encoder(name))) as parts:
        return Encoder({key: parts[key] for key in parts.files})
