"""All detectors with the signal each one waits for; `rules.redact` asks here and nowhere else."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from rules.detectors import (
    api_key,
    bank,
    card,
    contact,
    identity,
    keystore,
    network,
    password,
    person,
    private_key,
    seed,
    seed_chinese,
    seed_joined,
    short_code,
    wallet_address,
)
from rules.detectors.hit import Hit, SecretType
from rules.detectors.signals import Signals, glance
from rules.fold import Folded

_CONTAINERS: Final = frozenset({"IBAN", "NATIONAL_ID"})
_PROVEN_MAX: Final = 100


class Detector(NamedTuple):
    """Finds one family of values; called only when its gate opens and a type of its is asked for."""

    types: frozenset[SecretType]
    gate: Callable[[Signals], bool]
    find: Callable[[Folded], Iterable[Hit]]


def _of(*types: SecretType) -> frozenset[SecretType]:
    return frozenset(types)


DETECTORS: Final[tuple[Detector, ...]] = (
    Detector(
        _of("SEED_PHRASE"),
        lambda s: s.seed_words or (s.seed_fragments and "seed" in s.labels),
        seed.find,
    ),
    Detector(_of("SEED_PHRASE"), lambda s: s.long_token, seed_joined.find),
    Detector(_of("SEED_PHRASE"), lambda s: s.chinese, seed_chinese.find_separated),
    Detector(_of("SEED_PHRASE"), lambda s: s.chinese, seed_chinese.find_lines),
    Detector(
        _of("SEED_PHRASE"),
        lambda s: s.chinese and "seed" in s.labels,
        seed_chinese.find_labelled,
    ),
    Detector(_of("PRIVATE_KEY"), lambda s: s.long_token, private_key.find),
    Detector(_of("PRIVATE_KEY"), lambda s: "pem" in s.labels, private_key.find_blocks),
    Detector(_of("PRIVATE_KEY"), lambda s: s.has_digits(64), private_key.find_byte_arrays),
    Detector(_of("KEYSTORE"), lambda s: "json" in s.labels, keystore.find),
    Detector(_of("PASSWORD"), lambda s: "password" in s.labels, password.find),
    Detector(_of("CARD"), lambda s: s.has_digits(card.DIGITS_MIN), card.find),
    Detector(
        _of("CVV"),
        lambda s: s.digits >= 3 and ("cvv" in s.labels or s.has_digits(card.DIGITS_MIN)),
        short_code.find_cvv,
    ),
    Detector(_of("OTP"), lambda s: s.digits > 0 and "code" in s.labels, short_code.find_otp),
    Detector(_of("API_KEY", "OTP"), lambda s: s.long_token or "prefix" in s.labels, api_key.find),
    Detector(_of("IBAN"), lambda s: s.digits >= 8, bank.find),
    Detector(_of("NATIONAL_ID"), lambda s: s.has_digits(6), identity.find),
    Detector(_of("PASSPORT"), lambda s: s.digits >= 6 and "identity" in s.labels, identity.find_passport),
    Detector(_of("WALLET_ADDRESS"), lambda s: s.long_token, wallet_address.find),
    Detector(_of("EMAIL"), lambda s: s.at and s.dots > 0, contact.find_email),
    Detector(_of("EMAIL"), lambda s: "at" in s.labels, contact.find_spelled_email),
    Detector(_of("PHONE"), lambda s: s.has_digits(7), contact.find_phone),
    Detector(_of("IP"), lambda s: s.digits >= 2 and s.address, network.find),
    Detector(_of("STREET_ADDRESS"), lambda s: s.digits > 0 and "place" in s.labels, person.find_address),
    Detector(_of("PERSON_NAME"), lambda s: "person" in s.labels, person.find_name),
)


def find(folded: Folded, types: AbstractSet[SecretType]) -> list[Hit]:
    """Every hit of the asked types, in no order, overlaps included."""
    signals = glance(folded)
    hits: list[Hit] = []
    for detector in DETECTORS:
        if detector.gate(signals) and not detector.types.isdisjoint(types):
            hits.extend(hit for hit in detector.find(folded) if hit.type in types)
    return _without_coincidences(hits) if len(hits) > 1 else hits


def _without_coincidences(hits: list[Hit]) -> list[Hit]:
    """Without what only lies inside a longer number that proved itself, such as a card in an IBAN."""
    proven = [hit for hit in hits if hit.type in _CONTAINERS and hit.evidence == "checksum"]
    if not proven:
        return hits
    return [
        hit
        for hit in hits
        if hit.type in _CONTAINERS
        or not any(other.start <= hit.start and hit.end <= other.end for other in proven[:_PROVEN_MAX])
    ]
