"""Check digits and check sums of published formats; pure arithmetic for the detectors.

Sources: ISO/IEC 7812-1 (Luhn), ISO 13616 and ISO 7064 MOD 97-10 (IBAN), ISO 7064 MOD 11-2
(Chinese resident id, GB 11643), Base58Check (Bitcoin), BIP-173 and BIP-350 (bech32, bech32m), BIP-39.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE58_RIPPLE: Final = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANTS: Final = (1, 0x2BC830A3)
_LUHN_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_MOD11_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def luhn(digits: str) -> bool:
    """Whether the last of the ASCII `digits` is the Luhn check digit of the others."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        total += _LUHN_DOUBLED[int(char)] if place % 2 else int(char)
    return total % 10 == 0


def gtin13(digits: str) -> bool:
    """Whether 13 ASCII digits are a valid EAN (GTIN-13) article number."""
    return sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(digits)) % 10 == 0


def iban(value: str) -> bool:
    """MOD 97-10 over an IBAN without spaces, in upper case."""
    moved = value[4:] + value[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def mod11_2(value: str) -> bool:
    """The 18th character of a Chinese resident id against the 17 digits before it."""
    total = sum(int(char) * weight for char, weight in zip(value, _MOD11_WEIGHTS, strict=False))
    return value[17] == "10X98765432"[total % 11]


def base58_decode(value: str, alphabet: str = BASE58) -> bytes | None:
    """The bytes that base58 `value` stands for; None when a character is outside the alphabet."""
    number = 0
    for char in value:
        digit = alphabet.find(char)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(value) - len(value.lstrip(alphabet[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check(value: str, alphabet: str = BASE58) -> bytes | None:
    """Version and payload of a Base58Check string, or None when its check sum is wrong."""
    decoded = base58_decode(value, alphabet)
    if decoded is None or len(decoded) < 5:
        return None
    body, check = decoded[:-4], decoded[-4:]
    return body if sha256(sha256(body).digest()).digest()[:4] == check else None


def bech32(value: str) -> bool:
    """Whether a bech32 or bech32m string of one case has a valid check sum."""
    if value.lower() != value and value.upper() != value:
        return False
    prefix, _, data = value.lower().rpartition("1")
    values = [_BECH32.find(char) for char in data]
    if not prefix or len(values) < 6 or -1 in values:
        return False
    check = 1
    codes = [ord(char) for char in prefix]
    expanded = [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes), *values]
    for item in expanded:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ item
        for bit, generator in enumerate(_BECH32_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    return check in _BECH32_CONSTANTS


def bip39(indexes: Sequence[int]) -> bool:
    """Whether word indexes of a phrase of 12, 15, 18, 21 or 24 words end in its check sum."""
    count = len(indexes)
    if count not in {12, 15, 18, 21, 24}:
        return False
    number = 0
    for index in indexes:
        number = number << 11 | index
    check_bits = count * 11 // 33
    entropy = (number >> check_bits).to_bytes(count * 11 * 32 // 33 // 8, "big")
    return sha256(entropy).digest()[0] >> (8 - check_bits) == number & ((1 << check_bits) - 1)
