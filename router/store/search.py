"""Our own segmentation for full-text search, the same for FTS5 and tsvector, and queries for both.

Words are folded (NFKC, casefold) and joined by spaces; scripts written without spaces become overlapping pairs, and the
last character of a run stands alone, so that a word of one, two or more characters is found at any place.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Final

import msgspec

DOCUMENT_BYTES_MAX: Final = 400_000
"""Of one document, in UTF-8: a tsvector holds at most 1 MiB of words with their positions."""
WORD_CHARS_MAX: Final = 64
"""Longer words are cut, in documents and queries alike."""
QUERY_WORDS_MAX: Final = 16

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U000323af"
)
"""Thai, Lao, Burmese, Khmer, kana, Han, Hangul."""
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_RUNS = re.compile(rf"([{_UNSPACED}]+)|[^\W_{_UNSPACED}]+")


def document(*texts: str | None) -> str:
    """What the index holds for these texts."""
    joined = " ".join(" ".join(_words(run)) for text in texts if text for run in _runs(text))
    if len(joined) * 4 <= DOCUMENT_BYTES_MAX:
        return joined
    cut = joined.encode()[: DOCUMENT_BYTES_MAX + 1]
    return cut.decode(errors="ignore") if len(cut) <= DOCUMENT_BYTES_MAX else _whole_words(cut)


class Query(msgspec.Struct, frozen=True):
    """What somebody typed, for both databases; every run has to be found, the last word as a prefix."""

    fts5: str
    tsquery: str


def query(text: str) -> Query | None:
    """The query for what was typed; None when it holds no word."""
    runs = _runs(text)[:QUERY_WORDS_MAX]
    if not runs:
        return None
    phrases = [_phrase(run) for run in runs]
    return Query(
        fts5=" AND ".join(f'"{" ".join(words)}"{"*" if prefix else ""}' for words, prefix in phrases),
        tsquery=" & ".join(f"({_tsquery(words, prefix=prefix)})" for words, prefix in phrases),
    )


def _runs(text: str) -> list[str]:
    if text.isascii():
        return [word[:WORD_CHARS_MAX] for word in _ASCII_WORDS.findall(text.lower())]
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [match[0] if match[1] else match[0][:WORD_CHARS_MAX] for match in _RUNS.finditer(folded)]


def _is_unspaced(run: str) -> bool:
    return _RUNS.match(run, 0, 1).lastindex == 1  # type: ignore[union-attr]  # every run matches from its start


def _words(run: str) -> list[str]:
    """A word, or the pairs of a run without spaces and its last character."""
    if run.isascii() or not _is_unspaced(run):
        return [run]
    return [*map("".join, pairwise(run)), run[-1]]


def _phrase(run: str) -> tuple[list[str], bool]:
    """Words that follow one another, and whether the last may go on: a lone character begins a pair or ends a run."""
    if run.isascii() or not _is_unspaced(run):
        return [run], True
    return (list(map("".join, pairwise(run))), False) if len(run) > 1 else ([run], True)


def _tsquery(words: list[str], *, prefix: bool) -> str:
    return " <-> ".join(f"'{word}'" for word in words) + (":*" if prefix else "")


def _whole_words(cut: bytes) -> str:
    return cut.rpartition(b" ")[0].decode(errors="ignore")
