"""Our own segmentation for full-text search, the same for FTS5 and tsvector, and queries for both.

Words are folded (NFKC, casefold), and those with accents stand without them too; scripts written without spaces become
overlapping pairs, and the last character of a run stands alone, so that a word of one, two or more characters is found
at any place. Documents are sets of words: a longer Chinese word is found where all its pairs are, which is hardly ever
anywhere else.
"""

import re
import unicodedata
from operator import add
from typing import Final

import msgspec

from router.model.message import Care

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
_PUNCTUATION = "，？：！；（）"
"""The marks of Chinese writing that NFKC would turn into others, slowly: they end a word before as after."""
_ASCII_FOLD = str.maketrans({chr(code): chr(code).lower() if chr(code).isalnum() else " " for code in range(128)})
_RUNS = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUNS = re.compile(f"[{_UNSPACED}]+")
_SPACED_WORDS = re.compile(rf"[^\W_{_UNSPACED}]+")
_PLAIN_WORDS = re.compile(r"[^\W_]+")
_ACCENTED = re.compile("(?<=[a-z\u0300-\u036f])[\u0300-\u036f]+")
_LONG_WORD = re.compile(f" [^ ]{{{WORD_CHARS_MAX + 1}}}")


def document(*texts: str | None) -> str:
    """What the index holds for these texts: each word once, between spaces."""
    words: list[str] = []
    for text in texts:
        if text:
            words += _words(text)
    joined = " ".join(dict.fromkeys(words))
    if _LONG_WORD.search(f" {joined}"):
        joined = " ".join(dict.fromkeys(word[:WORD_CHARS_MAX] for word in words))
    if len(joined) * 4 <= DOCUMENT_BYTES_MAX:
        return joined
    encoded = joined.encode()
    if len(encoded) <= DOCUMENT_BYTES_MAX:
        return joined
    return encoded[: DOCUMENT_BYTES_MAX + 1].rpartition(b" ")[0].decode()


def findable(subject: str | None, text: str | None, care: Care | None) -> list[str | None]:
    """What the search may find of a message: a policy may keep values and placeholders from it."""
    found = []
    for field, words in (("subject", subject), ("text", text)):
        for span in reversed(care.unindexed if care is not None else ()):
            if span.field == field and words:
                words = f"{words[: span.start]}\n{words[span.end :]}"  # noqa: PLW2901 - what is left of it
        found.append(words)
    return found


class Query(msgspec.Struct, frozen=True):
    """What somebody typed, for both databases: every word has to be there, words with spaces also as beginnings."""

    fts5: str
    tsquery: str


def query(text: str) -> Query | None:
    """The query for what was typed; None when it holds no word."""
    runs = _RUNS.findall(_folded(text))[:QUERY_WORDS_MAX]
    words = list(dict.fromkeys(part for run in runs for part in _parts(run)))[:QUERY_WORDS_MAX]
    if not words:
        return None
    either = [(list(dict.fromkeys((word, _bare(word)))), prefix) for word, prefix in words]
    return Query(
        fts5=" AND ".join(_any(each, '"{}"*' if prefix else '"{}"', " OR ") for each, prefix in either),
        tsquery=" & ".join(_any(each, "'{}':*" if prefix else "'{}'", " | ") for each, prefix in either),
    )


def _any(words: list[str], form: str, joint: str) -> str:
    found = joint.join(map(form.format, words))
    return f"({found})" if len(words) > 1 else found


def _words(text: str) -> list[str]:
    """Words, and for each run without spaces its pairs and its last character."""
    if text.isascii():
        return text.translate(_ASCII_FOLD).split()
    folded = _folded(text)
    runs = _UNSPACED_RUNS.findall(folded)
    if not runs:
        return _with_bare(_PLAIN_WORDS.findall(folded))  # an accent or dash among words: the simpler pattern is faster
    words = _with_bare(_SPACED_WORDS.findall(folded))
    for run in runs:
        words += _pairs(run)
    return words


def _with_bare(words: list[str]) -> list[str]:
    return words + [bare for word in words if not word.isascii() and (bare := _bare(word)) != word]


def _bare(word: str) -> str:
    """A word without the accents on its Latin letters: café is typed as cafe."""
    return unicodedata.normalize("NFC", _ACCENTED.sub("", unicodedata.normalize("NFD", word)))


def _folded(text: str) -> str:
    if not text.isascii():
        for mark in _PUNCTUATION:
            text = text.replace(mark, " ")
        text = unicodedata.normalize("NFKC", text)
    return text.casefold()


def _pairs(run: str) -> list[str]:
    """The overlapping pairs of a run, and its last character."""
    return list(map(add, run, [*run[1:], ""]))


def _parts(run: str) -> list[tuple[str, bool]]:
    """What to look for, and whether it may go on: a lone character begins a pair or ends a run."""
    if len(run) > 1 and _UNSPACED_RUNS.match(run):
        return [(pair, False) for pair in _pairs(run)[:-1]]
    return [(run[:WORD_CHARS_MAX], True)]
