"""All detectors with the signal each one waits for; `rules.redact` asks here and nowhere else."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from rules.detectors import card, contact, private_key, seed
from rules.detectors.hit import Hit, SecretType
from rules.detectors.signals import Signals, glance
from rules.fold import Folded


class Detector(NamedTuple):
    """Finds one family of values; called only when its gate opens and a type of its is asked for."""

    types: frozenset[SecretType]
    gate: Callable[[Signals], bool]
    find: Callable[[Folded], Iterable[Hit]]


def _of(*types: SecretType) -> frozenset[SecretType]:
    return frozenset(types)


DETECTORS: Final[tuple[Detector, ...]] = (
    Detector(_of("SEED_PHRASE"), lambda s: s.seed_words, seed.find),
    Detector(_of("PRIVATE_KEY"), lambda s: s.long_token, private_key.find),
    Detector(_of("PRIVATE_KEY"), lambda s: "pem" in s.labels, private_key.find_blocks),
    Detector(_of("PRIVATE_KEY"), lambda s: s.has_digits(64), private_key.find_byte_arrays),
    Detector(_of("CARD"), lambda s: s.has_digits(card.DIGITS_MIN), card.find),
    Detector(_of("EMAIL"), lambda s: s.at and s.dot, contact.find_email),
    Detector(_of("EMAIL"), lambda s: "at" in s.labels, contact.find_spelled_email),
    Detector(_of("PHONE"), lambda s: s.has_digits(7), contact.find_phone),
)


def find(folded: Folded, types: AbstractSet[SecretType]) -> list[Hit]:
    """Every hit of the asked types, in no order, overlaps included."""
    signals = glance(folded)
    hits: list[Hit] = []
    for detector in DETECTORS:
        if detector.gate(signals) and not detector.types.isdisjoint(types):
            hits.extend(hit for hit in detector.find(folded) if hit.type in types)
    return hits
