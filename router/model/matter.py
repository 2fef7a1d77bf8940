"""What a message is about, in the form that messages are compared in: strong entities, concepts, words.

Content rests in messages alone. What is kept here are names of concepts, digests of values and their ends, which the
short form of a transaction hash shows to everybody.
"""

from typing import Final, Literal, TypeVar

import msgspec

EntityKind = Literal["transaction", "order", "address", "amount", "month"]

ENTITIES_MAX: Final = 40
"""Of one ticket, the first ones: what it is about was said at its beginning."""
CONCEPTS_MAX: Final = 40
WORDS_MAX: Final = 160


class Entity(msgspec.Struct, frozen=True, array_like=True):
    """A value that only one matter, or few, can have."""

    kind: EntityKind
    whole: str
    """Digest of the value; empty where only its ends were written."""
    head: str = ""
    """Its first characters, lower case; of an amount its number."""
    tail: str = ""
    """Its last characters; of an amount its coin or currency, empty where none was written."""


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """One message, or all that was said in one ticket."""

    entities: tuple[Entity, ...] = ()
    concepts: tuple[str, ...] = ()
    """Names of router.core.concepts, in the order of that list."""
    words: tuple[int, ...] = ()
    """Digests of words and of pairs of Chinese characters that are no concept."""

    def joined(self, later: "Sketch") -> "Sketch":
        """This one with what `later` adds, within the bounds."""
        return Sketch(
            entities=_both(self.entities, later.entities, ENTITIES_MAX),
            concepts=_both(self.concepts, later.concepts, CONCEPTS_MAX),
            words=_both(self.words, later.words, WORDS_MAX),
        )


T = TypeVar("T")


def _both(first: tuple[T, ...], later: tuple[T, ...], most: int) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *later)))[:most]
