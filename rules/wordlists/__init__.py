"""The BIP-39 word lists as folded data, read once; the seed phrase detectors look words up here.

Words are folded like the text (`rules.fold`), so that accents, half-width and decomposed forms match.
Licence of the lists: NOTICE.md in this folder.
"""

from functools import cache
from importlib.resources import files

from rules.fold import fold

ALPHABETIC = (
    "english",
    "spanish",
    "french",
    "italian",
    "portuguese",
    "czech",
    "turkish",
    "russian",
    "japanese",
    "korean",
)
CHINESE = ("chinese_simplified", "chinese_traditional")
PREFIX_CHARS = 4
"""The first four letters of an English word name it (BIP-39), so wallets accept them alone."""


@cache
def words(language: str) -> tuple[str, ...]:
    """The 2,048 words of `language` in index order, folded and in lower case."""
    text = files(__package__).joinpath(f"{language}.txt").read_text(encoding="utf-8")
    return tuple(fold(text).low.split())


@cache
def indexes(language: str) -> dict[str, int]:
    """Word to BIP-39 index; where folding makes two words equal, the first keeps the name."""
    found: dict[str, int] = {}
    for index, word in enumerate(words(language)):
        found.setdefault(word, index)
    return found


@cache
def languages() -> dict[str, int]:
    """Each alphabetic word to a bit set of the lists that hold it (bit n: `ALPHABETIC[n]`)."""
    found: dict[str, int] = {}
    for bit, language in enumerate(ALPHABETIC):
        for word in words(language):
            found[word] = found.get(word, 0) | (1 << bit)
    return found


@cache
def english_prefixes() -> dict[str, int]:
    """Four-letter beginnings of the English words that are longer, to their index."""
    return {word[:PREFIX_CHARS]: index for index, word in enumerate(words("english")) if len(word) > PREFIX_CHARS}


@cache
def common_chinese_pairs() -> frozenset[str]:
    """Pairs of characters that ordinary messages to a support desk are full of.

    Twelve characters drawn at random hold one of them about twice in a thousand phrases.
    """
    text = files(__package__).joinpath("common_chinese_pairs.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
