"""Made-up values in the forms that are hard to see: mistyped, numbered, torn, truncated, of other places.

Beside `values`, for the hard corpus alone. Nothing here is anybody's.
"""

import random
from collections.abc import Callable
from typing import Final

from rules.wordlists import ALPHABETIC
from tests.corpora.values import (
    ALNUM,
    HEX,
    SECRETS,
    base58check,
    bip39_phrase,
    card_digits,
    digits,
    email,
    keystore,
    pick,
)

CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔"
NO_WORDS: Final = ("zzyzx", "aplle", "buterfly", "recieve", "wintter", "orgnge", "telefone", "garlick")
"""Mistyped words, none of which is on a list."""


def _english(rng: random.Random) -> list[str]:
    return bip39_phrase(rng, "english", rng.choice([12, 12, 12, 24]))


def _wrong_at(place: Callable[[int], int]) -> Callable[[random.Random], str]:
    def make(rng: random.Random) -> str:
        found = _english(rng)
        found[place(len(found))] = rng.choice(NO_WORDS)
        return " ".join(found)

    return make


def _numbered(before: Callable[[int], str], joiner: str) -> Callable[[random.Random], str]:
    """The value begins at the first word, as the public contract says; its number stands before it."""

    def make(rng: random.Random) -> str:
        found = _english(rng)
        return found[0] + "".join(f"{joiner}{before(n)}{word}" for n, word in enumerate(found[1:], 2))

    return make


def _of_language(rng: random.Random) -> str:
    language = rng.choice([name for name in ALPHABETIC if name != "english"])
    return " ".join(bip39_phrase(rng, language, rng.choice([12, 24])))


def _in_rows(rng: random.Random) -> str:
    found = bip39_phrase(rng, "english", 12)
    return "\n".join(" ".join(found[row : row + 4]) for row in range(0, 12, 4))


def _in_columns(rng: random.Random) -> str:
    found = bip39_phrase(rng, "english", 12)
    rows = [f"{found[n]}\t{n + 7}. {found[n + 6]}" for n in range(6)]
    return rows[0] + "".join(f"\n{n}. {row}" for n, row in enumerate(rows[1:], 2))


def _card19(rng: random.Random) -> str:
    while len(value := card_digits(rng)) != 19:
        pass
    style = rng.randrange(4)
    if style == 0:
        return " ".join(value[i : i + 4] for i in range(0, 19, 4))
    return f"{value[:6]} {value[6:]}" if style == 1 else value


def _taiwan_id(rng: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
    letter = rng.choice(letters)
    number = letters.index(letter) + 10
    body = rng.choice("12") + digits(rng, 7)
    total = number // 10 + number % 10 * 9 + sum(int(c) * w for c, w in zip(body, range(8, 0, -1), strict=True))
    return f"{letter}{body}{-total % 10}"


def _keystore_cut(rng: random.Random) -> str:
    text = keystore(rng)
    at = text.index("cipherparams")
    return text[:at].rstrip(' \n"\\“,') if rng.random() < 0.5 else text[: at + 60].rstrip()


def _wide_password(rng: random.Random) -> str:
    """A sign or two of it typed with a Chinese keyboard."""
    value = rng.choice(["Sunny", "tiger", "aBcde"]) + digits(rng, 3) + rng.choice("!@#") + pick(rng, ALNUM, 2)
    for place in rng.sample(range(1, len(value) - 1), 2):
        value = value[:place] + chr(ord(value[place]) + 0xFEE0) + value[place + 1 :]
    return value


def _dotted(ends: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda rng: email(rng).partition("@")[0] + "@" + rng.choice(ends)


HARD: Final[dict[str, tuple[str, Callable[[random.Random], str]]]] = {
    **SECRETS,
    "SEED_WRONG_FIRST": ("SEED_PHRASE", _wrong_at(lambda _: 0)),
    "SEED_WRONG_SECOND": ("SEED_PHRASE", _wrong_at(lambda _: 1)),
    "SEED_WRONG_THIRD": ("SEED_PHRASE", _wrong_at(lambda _: 2)),
    "SEED_WRONG_NEXT_TO_LAST": ("SEED_PHRASE", _wrong_at(lambda size: size - 2)),
    "SEED_WRONG_LAST": ("SEED_PHRASE", _wrong_at(lambda size: size - 1)),
    "SEED_BRACKETED": ("SEED_PHRASE", _numbered(lambda n: f"({n}) ", " ")),
    "SEED_CIRCLED": ("SEED_PHRASE", _numbered(lambda n: CIRCLED[n - 1], " ")),
    "SEED_DOWN": ("SEED_PHRASE", _numbered(lambda n: f"#{n}: ", "\n")),
    "SEED_DOWN_ZH": ("SEED_PHRASE", _numbered(lambda n: f"第{n}个：", "\n")),
    "SEED_WORD_N": ("SEED_PHRASE", _numbered(lambda n: f"word {n} is ", ", ")),
    "SEED_ROWS": ("SEED_PHRASE", _in_rows),
    "SEED_COLUMNS": ("SEED_PHRASE", _in_columns),
    "SEED_ARRAY": ("SEED_PHRASE", _numbered(lambda _: '"', '", ')),
    "SEED_SPACED": ("SEED_PHRASE", lambda rng: "\u3000".join(_english(rng))),
    "SEED_TABLE": ("SEED_PHRASE", _numbered(lambda _: "", " | ")),
    "SEED_EN": ("SEED_PHRASE", lambda rng: " ".join(_english(rng))),
    "SEED_LANGUAGE": ("SEED_PHRASE", _of_language),
    "CARD19": ("CARD", _card19),
    "ID_TW": ("NATIONAL_ID", _taiwan_id),
    "KEYSTORE_CUT": ("KEYSTORE", _keystore_cut),
    "PASSWORD_WIDE": ("PASSWORD", _wide_password),
    "KEY_TORN": ("PRIVATE_KEY", lambda rng: pick(rng, HEX, 32) + "\n" + pick(rng, HEX, 32)),
    "WIF": ("PRIVATE_KEY", lambda rng: base58check(b"\x80" + rng.randbytes(32) + b"\x01")),
    "EMAIL_ME": ("EMAIL", _dotted(("proton.me", "mail.com", "web.de", "outlook.com"))),
}
