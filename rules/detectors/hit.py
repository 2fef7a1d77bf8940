"""What a detector answers: a span of the folded text, its type and why. Ordered by severity here."""

from typing import Final, Literal, NamedTuple, get_args

SecretType = Literal[
    "SEED_PHRASE",
    "PRIVATE_KEY",
    "KEYSTORE",
    "PASSWORD",
    "CARD",
    "CVV",
    "OTP",
    "API_KEY",
    "IBAN",
    "NATIONAL_ID",
    "PASSPORT",
    "WALLET_ADDRESS",
    "EMAIL",
    "PHONE",
    "IP",
    "STREET_ADDRESS",
    "PERSON_NAME",
    "CUSTOM",
]

TYPES: Final[tuple[SecretType, ...]] = get_args(SecretType)
"""All types, the gravest first: where two findings overlap, the graver names the mask. CUSTOM is what a site's own
policies look for (rules/own_finds.py)."""

SEVERITY: Final[dict[str, int]] = {name: rank for rank, name in enumerate(TYPES)}


class Hit(NamedTuple):
    """A found value in folded text, end exclusive. Never holds the value itself."""

    start: int
    end: int
    type: SecretType
    evidence: str
