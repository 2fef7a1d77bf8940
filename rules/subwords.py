"""Words cut into the pieces that an encoder knows: of all ways the likeliest (Kudo, "Subword regularization", 2018)."""

from collections.abc import Mapping, Sequence
from typing import Final

BLANK: Final = "\u2581"
"""Stands before each word, as in the vocabularies of SentencePiece."""
BEGIN: Final = 0
END: Final = 2
UNKNOWN: Final = 3
RESERVED: Final = 4
"""Numbers below are no pieces; 1 fills up batches when an encoder learns."""

_IMPOSSIBLE: Final = float("-inf")
_UNKNOWN_COSTS: Final = 10.0
"""How much less likely than the rarest piece a character is that is none."""
_WORD_MAX: Final = 60
"""Characters of a word that are looked at together; the work for one grows with them."""


class Subwords:
    """A vocabulary; never changes."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        """Take the pieces in the order of their numbers, with the logarithm of how likely each is."""
        pairs = zip(pieces, scores, strict=True)
        self._known: Mapping[str, tuple[int, float]] = {
            piece: (number, score) for number, (piece, score) in enumerate(pairs, start=RESERVED)
        }
        self._longest = max(map(len, pieces), default=1)
        self._unknown = min(scores, default=0.0) - _UNKNOWN_COSTS

    def cut(self, text: str, most: int) -> list[int]:
        """Return the numbers of up to so many pieces of a folded text, between BEGIN and END."""
        found = [BEGIN]
        for word in text.split():
            for start in range(0, len(word), _WORD_MAX):
                found += self._cut(word[start : start + _WORD_MAX] if start else BLANK + word[:_WORD_MAX])
            if len(found) > most:
                break
        return [*found[: most + 1], END]

    def join(self, parts: Sequence[str], most: int) -> list[int]:
        """Return the numbers of up to so many pieces of a text with others before it, which lose their middle first.

        Between two parts stands END, before the last one two, as readers of pairs are used to (Liu et al., "RoBERTa",
        2019); they count.
        """
        *before, last = parts
        if not before:
            return self.cut(last, most)
        own = self.cut(last, most * 3 // 8)[1:]
        others = [number for part in before for number in self.cut(part, most)[1:]]
        room = most - len(own)
        if len(others) > room:
            others = [*others[: room // 2 - 1], END, *others[room // 2 - room :]]
        return [BEGIN, *others, END, *own]

    def _cut(self, word: str) -> list[int]:
        """Return the likeliest pieces of a word (Viterbi, 1967)."""
        length = len(word)
        best = [0.0] + [_IMPOSSIBLE] * length
        came: list[tuple[int, int]] = [(0, UNKNOWN)] * (length + 1)
        for start in range(length):
            for end in range(start + 1, min(length, start + self._longest) + 1):
                number, score = self._known.get(word[start:end], (UNKNOWN, _IMPOSSIBLE))
                if end == start + 1 and number == UNKNOWN:
                    score = self._unknown
                if best[start] + score > best[end]:
                    best[end], came[end] = best[start] + score, (start, number)
        pieces: list[int] = []
        place = length
        while place:
            place, number = came[place]
            pieces.append(number)
        return pieces[::-1]
