"""One character for each token that any rule weighs, so that runs of tokens are searched as short strings.

In a coded text the place of a character is the number of its token, and a run is found wherever it stands: no edge has
to be looked at.
"""

from collections.abc import Iterator
from itertools import count
from typing import Final

from rules.tokens import BEGIN, END, MARKS, NUMBER, STOPS, found, is_word, plain

STOP: Final = "\n"
"""Behind each sentence of a coded text."""
UNKNOWN: Final = "\x01"
"""Stands for every token that nothing is known of."""

_SURROGATES: Final = range(0xD800, 0xE000)


class Alphabet(dict[str, str]):
    """Tokens as characters, by token; grows while rules are read, never afterwards. Marks end a sentence as well."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(STOPS, STOP))
        self._codes = _characters()
        for mark in MARKS:
            self[mark] = next(self._codes) + STOP
        for token in (NUMBER, BEGIN, END):
            self[token] = next(self._codes)

    def __missing__(self, token: str) -> str:
        counts = plain(token)
        return UNKNOWN if counts == token else self[counts]

    def name(self, text: str) -> str:
        """Return the character for a name that stands for tokens; no text holds it."""
        if text not in self:
            self[text] = next(self._codes)
        return self[text]

    def run(self, tokens: list[str]) -> str:
        """Return tokens, edges and names as characters; nothing if one of them can be in no text."""
        codes = [self.get(token, "") for token in tokens]
        if all(codes):
            # A mark has a stop behind it that a run goes without; what is nothing else makes the run too short.
            coded = "".join(codes).replace(STOP, "")
            return coded if len(coded) == len(tokens) else ""
        for token in tokens:
            if token in STOPS or not (token in self or token[0] == "{" or is_word(token)):
                return ""
        return "".join([self.name(token)[0] for token in tokens])

    def sentences(self, text: str) -> list[str]:
        """Return the sentences of a folded text; one without any token is none."""
        coded = "".join(map(self.__getitem__, found(text)))
        return [sentence for sentence in coded.split(STOP) if sentence]


def _characters() -> Iterator[str]:
    """Yield characters that are not used yet, those of few bytes first."""
    for code in count(0x80):
        if code not in _SURROGATES:
            yield chr(code)
