"""All detectors with the signal each one waits for; `rules.redact` asks here and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

from rules.detectors import (
    api_key,
    bank,
    card,
    card_code,
    column,
    command,
    contact,
    identity,
    identity_abroad,
    key_parts,
    keystore,
    link_key,
    network,
    password,
    password_chinese,
    pasted_chat,
    person,
    pin,
    private_key,
    secret_field,
    seed,
    seed_chinese,
    seed_counted,
    seed_framed,
    seed_joined,
    short_code,
    told,
    wallet_address,
)
from rules.detectors.hit import Hit, SecretType
from rules.detectors.respelled import Respelled
from rules.detectors.scan import Scan, Scanner, digits
from rules.fold import fold

_CONTAINERS: Final = frozenset({"IBAN", "NATIONAL_ID"})
_PROVEN_MAX: Final = 100
_CONTEXT: Final = ("seed", "code of", "phone", "spoken", "mistyped")
"""Words that are looked for whatever is asked for."""


class Detector(NamedTuple):
    """Finds one family of values; asked only where one of its triggers was met and a type of its is wanted."""

    types: frozenset[SecretType]
    triggers: tuple[str, ...]
    find: Callable[[Scan], Iterable[Hit]]
    gate: Callable[[Scan], bool] | None = None
    """Whether there can be anything; without one, `find` itself is quick to find nothing."""


def _of(*types: SecretType) -> frozenset[SecretType]:
    return frozenset(types)


DETECTORS: Final[tuple[Detector, ...]] = (
    Detector(_of("SEED_PHRASE"), ("phrase", "torn phrase"), seed.find, seed.may_be_phrase),
    Detector(_of("SEED_PHRASE"), ("phrase",), seed_framed.find),
    Detector(_of("SEED_PHRASE"), ("not ascii",), seed_framed.find_chinese, seed_framed.may_be_chinese),
    Detector(
        _of("SEED_PHRASE"), ("counted", "range", "part of a phrase"), seed_counted.find, seed_counted.may_be_counted
    ),
    Detector(_of("SEED_PHRASE"), ("token",), seed_joined.find, seed_joined.may_be_joined),
    Detector(_of("SEED_PHRASE"), ("not ascii",), seed_chinese.find_separated),
    Detector(_of("SEED_PHRASE"), ("not ascii",), seed_chinese.find_lines, seed_chinese.may_be_lines),
    Detector(_of("SEED_PHRASE"), ("seed",), seed_chinese.find_grouped, seed_chinese.may_be_labelled),
    Detector(_of("SEED_PHRASE"), ("seed",), seed_chinese.find_labelled, seed_chinese.may_be_labelled),
    Detector(_of("SEED_PHRASE"), ("seed", "counted zh"), seed_chinese.find_told),
    Detector(_of("PRIVATE_KEY"), ("token",), private_key.find),
    Detector(_of("PRIVATE_KEY"), ("secret prefix",), private_key.find_prefixed),
    Detector(_of("PRIVATE_KEY"), ("private key",), private_key.find_loose),
    Detector(_of("PRIVATE_KEY"), ("private key", "part of a key"), key_parts.find, key_parts.may_be_parts),
    Detector(_of("PRIVATE_KEY"), ("armour",), private_key.find_blocks),
    Detector(_of("PRIVATE_KEY"), (digits(64),), private_key.find_byte_arrays, private_key.may_be_byte_array),
    Detector(_of("KEYSTORE"), ("keystore",), keystore.find),
    Detector(_of("PASSWORD"), ("password",), password.find_english),
    Detector(_of("PASSWORD"), ("password zh",), password.find_chinese),
    Detector(_of("PASSWORD"), ("password zh",), password_chinese.find),
    Detector(_of("PASSWORD"), ("login",), password.find_login),
    Detector(_of("PASSWORD"), ("pin",), pin.find),
    Detector(
        _of("PASSWORD", "CVV", "OTP", "PASSPORT", "PERSON_NAME"), column.TRIGGERS, column.find, column.may_be_table
    ),
    Detector(_of("PASSWORD"), ("link",), password.find_in_link),
    Detector(_of("PASSWORD"), ("command",), command.find),
    Detector(_of("PASSWORD", "OTP"), pasted_chat.TRIGGERS, pasted_chat.find, pasted_chat.may_be_chat),
    Detector(_of("CARD", "CVV"), (digits(13),), card_code.find, card.may_be_card),
    Detector(_of("CVV"), ("digit",), card_code.find_behind_mask, card_code.is_masked),
    Detector(_of("CVV"), ("cvv", "cvv digits"), short_code.find_cvv, short_code.may_be_cvv),
    Detector(_of("CVV"), (digits(13), "cvv"), short_code.find_cvv_after_expiry, short_code.may_be_expiry),
    Detector(_of("OTP"), ("code", "code said"), short_code.find_otp),
    Detector(_of("OTP"), ("sent",), short_code.find_otp_sent),
    Detector(_of("OTP"), ("code zh",), short_code.find_otp_chinese),
    Detector(_of("API_KEY", "OTP"), ("key prefix",), api_key.find),
    Detector(_of("API_KEY"), (digits(7),), api_key.find_bot, api_key.may_be_bot),
    Detector(_of("API_KEY"), ("key",), api_key.find_labelled),
    Detector(_of("API_KEY"), ("token",), api_key.find_discord),
    Detector(_of("API_KEY"), ("code", "code zh"), api_key.find_setup_key, api_key.may_be_setup_key),
    Detector(_of("API_KEY"), ("key link",), link_key.find),
    Detector(_of("API_KEY"), ("link",), link_key.find_pass),
    Detector(_of("API_KEY"), ("secret field",), secret_field.find),
    Detector(_of("API_KEY"), ("basic",), secret_field.find_basic),
    Detector(_of("IBAN"), ("digit",), bank.find, bank.may_be_iban),
    Detector(_of("NATIONAL_ID"), (digits(15),), identity.find_china, identity.may_be_china),
    Detector(_of("NATIONAL_ID"), (digits(6),), identity.find_hong_kong, identity.may_be_hong_kong),
    Detector(_of("NATIONAL_ID"), (digits(9),), identity.find_taiwan, identity.may_be_taiwan),
    Detector(_of("NATIONAL_ID"), (digits(9),), identity.find_ssn, identity.may_be_ssn),
    Detector(_of("NATIONAL_ID"), (digits(15),), identity.find_china_labelled, identity.may_be_labelled_china),
    Detector(_of("NATIONAL_ID"), (digits(9),), identity.find_ssn_labelled, identity.may_be_nine_digits),
    Detector(_of("NATIONAL_ID"), ("identity abroad",), identity_abroad.find_labelled),
    Detector(_of("NATIONAL_ID"), (digits(7),), identity_abroad.find_shaped, identity_abroad.may_be_shaped),
    Detector(_of("PASSPORT"), ("passport",), identity.find_passport, identity.may_be_passport),
    Detector(_of("PASSPORT"), ("machine lines",), identity.find_machine_lines),
    Detector(_of("WALLET_ADDRESS"), ("token",), wallet_address.find),
    Detector(_of("EMAIL"), ("@",), contact.find_email),
    Detector(_of("EMAIL"), ("spelled @",), contact.find_spelled_email),
    Detector(_of("PHONE"), (digits(7),), contact.find_phone),
    Detector(_of("IP"), ("digit",), network.find, network.may_be_address),
    Detector(_of("STREET_ADDRESS"), ("digit",), person.find_english_address),
    Detector(_of("STREET_ADDRESS"), ("flat",), person.find_flat),
    Detector(_of("STREET_ADDRESS"), ("digit",), person.find_european_address),
    Detector(_of("STREET_ADDRESS"), ("digit",), person.find_chinese_address),
    Detector(_of("PERSON_NAME"), ("name zh", "name"), person.find_chinese_name),
    Detector(_of("PERSON_NAME"), ("name", "greeting", "name zh"), person.find_english_name),
    Detector(_of("PERSON_NAME"), ("title",), person.find_titled_name),
)


class Plan(NamedTuple):
    """What is looked for when some types are asked for."""

    types: frozenset[SecretType]
    scanner: Scanner
    detectors: Mapping[str, tuple[int, ...]]
    """Places in `DETECTORS` by trigger."""

    def find(self, scan: Scan) -> list[Hit]:
        """Every hit of the asked types, in no order, overlaps included."""
        hits = self.labelled(scan)
        if "digit" in scan.at:
            hits += [hit for hit in told.find(scan, hits) if hit.type in self.types]
        if "spoken" in scan.at or "mistyped" in scan.at:
            meant = Respelled(scan.text, scan.low, scan.at)
            hits += meant.find(lambda text: self.labelled(self.scanner(fold(text))))
        return hits

    def labelled(self, scan: Scan) -> list[Hit]:
        """Those that a word, a shape or a check digit shows."""
        asked = {place for trigger in scan.at for place in self.detectors.get(trigger, ())}
        hits: list[Hit] = []
        for place in sorted(asked):
            detector = DETECTORS[place]
            if detector.gate is None or detector.gate(scan):
                hits += [hit for hit in detector.find(scan) if hit.type in self.types]
        return _without_coincidences(_by_cells(hits)) if len(hits) > 1 else hits


@cache
def plan(types: frozenset[SecretType]) -> Plan:
    """How to look for `types` in one pass."""
    wanted: dict[str, list[int]] = {}
    for place, detector in enumerate(DETECTORS):
        if not detector.types.isdisjoint(types):
            for trigger in detector.triggers:
                wanted.setdefault(trigger, []).append(place)
    return Plan(types, Scanner({*wanted, *_CONTEXT}), {trigger: tuple(places) for trigger, places in wanted.items()})


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


def _by_cells(hits: list[Hit]) -> list[Hit]:
    """Without what runs over the cells of a row because the last head of a table stands before them."""
    cells = [hit for hit in hits if hit.evidence == "column"][:_PROVEN_MAX]
    return [
        hit
        for hit in hits
        if hit.evidence != "label"
        or not any(hit.start <= cell.start and cell.end <= hit.end and hit[:2] != cell[:2] for cell in cells)
    ]
