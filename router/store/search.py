"""Our own segmentation for full-text search, the same for FTS5 and tsvector, and queries for both.

Words are folded (NFKC, casefold); scripts written without spaces become overlapping pairs, and the last character of a
run stands alone, so that a word of one, two or more characters is found at any place. Documents are sets of words:
a longer Chinese word is found where all its pairs are, which is hardly ever anywhere else.
"""

import re
import unicodedata
from itertools import chain, pairwise
from typing import Final

import msgspec

DOCUMENT_BYTES_MAX: Final = 400_000
"""Of one document, in UTF-8: a tsvector holds at most 1 MiB."""
WORD_CHARS_MAX: Final = 64
"""Longer words are cut, in documents and queries alike."""
QUERY_WORDS_MAX: Final = 32

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U000323af"
)
"""Thai, Lao, Burmese, Khmer, kana, Han, Hangul."""
_ASCII_FOLD = str.maketrans({chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)})
_RUNS = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_PLAIN_WORDS = re.compile(r"[^\W_]+")
_UNSPACED_ONE = re.compile(f"[{_UNSPACED}]")


def document(*texts: str | None) -> str:
    """What the index holds for these texts: each word once, between spaces."""
    joined = " ".join(dict.fromkeys(chain.from_iterable(_words(text) for text in texts if text)))
    if len(joined) * 4 <= DOCUMENT_BYTES_MAX:
        return joined
    encoded = joined.encode()
    if len(encoded) <= DOCUMENT_BYTES_MAX:
        return joined
    return encoded[: DOCUMENT_BYTES_MAX + 1].rpartition(b" ")[0].decode()


class Query(msgspec.Struct, frozen=True):
    """What somebody typed, for both databases: every word has to be there, words with spaces also as beginnings."""

    fts5: str
    tsquery: str


def query(text: str) -> Query | None:
    """The query for what was typed; None when it holds no word."""
    runs = dict.fromkeys(_runs(text)[:QUERY_WORDS_MAX])
    words = [part for run in runs for part in _parts(run)][:QUERY_WORDS_MAX]
    if not words:
        return None
    return Query(
        fts5=" AND ".join(f'"{word}"{"*" if prefix else ""}' for word, prefix in words),
        tsquery=" & ".join(f"'{word}'{':*' if prefix else ''}" for word, prefix in words),
    )


def _runs(text: str) -> list[str]:
    """Words, and whole runs of characters that stand without spaces."""
    if text.isascii():
        runs = text.translate(_ASCII_FOLD).split()
    else:
        folded = unicodedata.normalize("NFKC", text).casefold()
        # Most texts with some accent or dash in them have no unspaced script: one simpler pattern does.
        pattern = _RUNS if _UNSPACED_ONE.search(folded) else _PLAIN_WORDS
        runs = pattern.findall(folded)
    if max(map(len, runs), default=0) > WORD_CHARS_MAX:
        return [run if _is_unspaced(run) else run[:WORD_CHARS_MAX] for run in runs]
    return runs


def _is_unspaced(run: str) -> bool:
    return not run.isascii() and _UNSPACED_ONE.match(run) is not None


def _words(text: str) -> list[str]:
    """Words, and for each run without spaces its pairs and its last character."""
    runs = _runs(text)
    if text.isascii():
        return runs
    return [word for run in runs for word in ([*_pairs(run), run[-1]] if _is_unspaced(run) else (run,))]


def _pairs(run: str) -> list[str]:
    return list(map("".join, pairwise(run)))


def _parts(run: str) -> list[tuple[str, bool]]:
    """What to look for, and whether it may go on: a lone character begins a pair or ends a run."""
    return [(pair, False) for pair in _pairs(run)] if len(run) > 1 and _is_unspaced(run) else [(run, True)]
