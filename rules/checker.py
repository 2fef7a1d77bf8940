"""Doubts about rules that work but are probably not meant, and tickets that they would strand.

A set that would strand tickets is refused at load; doubts keep nothing from going live and are looked for afterwards.
"""

from collections.abc import Iterable
from typing import Final

from rules import contradictions, overflow, shadows, signs, unused
from rules.book import Book
from rules.document import Scalar
from rules.inclusion import is_packed
from rules.problems import Position
from rules.rule import Rule
from rules.sections import Section
from rules.text import WIDE_FROM, fold_word
from rules.trial import Trial

OVERLAP_WORDS_MAX: Final = 2_000
"""Words of one list that are compared with each other."""
COPIED_MIN: Final = 5
"""A list of fewer words may stand in another by chance."""


def read_unused(book: Book) -> None:
    """Read the lists that nothing uses; the others were read where they are used."""
    for name, node in book.lists.items():
        if name not in book.lists_used:
            book.scalars(node, f"the list {name}")


def refuse(book: Book, rules: tuple[Rule, ...]) -> None:
    """Record what a set must not go live with."""
    default = next((name for name, spec in book.queues.items() if spec.default), "")
    overflow.check(book, [(one.queue or default, one.at, one.id) for one in rules if one.skills])


def doubt(book: Book, rules: tuple[Rule, ...], trials: tuple[Trial, ...], sections: Iterable[Section]) -> None:
    """Record every doubt."""
    for word in book.alone:
        _one_character(word, book)
    for word in book.odd:
        if not is_packed(word.at.file):
            signs.doubt(word, book.problems)
    words = {name: book.scalars(node, f"the list {name}") for name, node in book.lists.items()}
    for name, held in words.items():
        _contained(name, held, book)
    _copied(words, book)
    contradictions.check(rules, book)
    shadows.check(rules, book)
    if not book.problems.failed():  # a rule that cannot be read uses nothing
        unused.check(book, rules, trials, sections)


def _one_character(word: Scalar, book: Book) -> None:
    folded = fold_word(word.value)
    if len(folded) == 1 and folded >= WIDE_FROM and folded.isalpha():  # an emoji is no part of a word
        book.problems.warn(
            word.at,
            "one-character",
            f"{word.value} is found inside many words",
            "write the longer words that are meant",
        )


def _contained(name: str, words: tuple[Scalar, ...], book: Book) -> None:
    """Chinese is found inside longer text, so a longer word adds nothing to a shorter one."""
    folded = [(fold_word(word.value), word) for word in words[:OVERLAP_WORDS_MAX]]
    short = sorted({text for text, _ in folded if text and text[0] >= WIDE_FROM}, key=len)
    seen: set[str] = set()
    for text, word in folded:
        if text in seen:
            book.problems.warn(word.at, "overlap", f"{word.value} is twice in {name}", "keep one")
        seen.add(text)
        inner = next((other for other in short if other != text and other in text), None)
        if inner is not None and text[0] >= WIDE_FROM and text[-1] >= WIDE_FROM:
            book.problems.warn(
                word.at,
                "overlap",
                f"{word.value} holds {inner}, also in {name}",
                "the shorter word already finds it; keep one",
            )


def _copied(words: dict[str, tuple[Scalar, ...]], book: Book) -> None:
    """A list that is nearly all another one written out again: whoever mends one forgets the other."""
    folded = {name: {fold_word(word.value): word.at for word in held} for name, held in words.items()}
    places: dict[str, list[str]] = {}
    for name, held in folded.items():
        for word in held:
            places.setdefault(word, []).append(name)
    for name, held in folded.items():
        rare = min(held, key=lambda word: len(places[word]), default="")
        for other in places.get(rare, ()) if len(held) >= COPIED_MIN else ():
            theirs = folded[other]
            if len(held) <= len(theirs) <= 1.25 * len(held) and _written_again(held, theirs):
                at = max(book.list_names[name].at, book.list_names[other].at)
                text = f"the list {other} holds every word of {name}"
                book.problems.warn(at, "overlap", text, f"write ${name} instead of them")


def _written_again(held: dict[str, Position], theirs: dict[str, Position]) -> bool:
    """Every word is there too, in another place: not by `$name`."""
    return all(theirs.get(word, at) != at for word, at in held.items())
