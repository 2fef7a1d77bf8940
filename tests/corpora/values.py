"""Made-up secrets and personal data, valid by check sum, and harmless values of the same shapes.

The corpus builder draws from here; a seeded generator makes every run the same. Nothing here is anybody's.
"""

import json
import random
from collections.abc import Callable
from hashlib import sha256

from rules.detectors.checksums import BASE58, luhn
from rules.wordlists import ALPHABETIC, words

B32 = "abcdefghijklmnopqrstuvwxyz234567"
HEX = "0123456789abcdef"
ALNUM = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SURNAMES = "王李张刘陈杨黄赵吴周"
GIVEN = "伟芳娜敏静丽强磊洋勇军杰涛明超霞平刚"
FIRST = ("James", "Maria", "Oliver", "Sofia", "Daniel", "Emma", "Lucas", "Priya", "Ahmed", "Chloe")
LAST = ("Walker", "Garcia", "Novak", "Schmidt", "Tanaka", "Okafor", "Rossi", "Dubois", "Singh", "Larsen")


def pick(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def digits(rng: random.Random, count: int) -> str:
    return pick(rng, "0123456789", count)


def _with_luhn(body: str) -> str:
    return next(body + str(check) for check in range(10) if luhn(body + str(check)))


def card_digits(rng: random.Random) -> str:
    prefix, length = rng.choice([
        ("4", 16), ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("37", 15), ("34", 15), ("6011", 16),
        ("3530", 16), ("36", 14), ("62", 16), ("6222", 19), ("621799", 19), ("6759", 16),
    ])  # fmt: skip
    return _with_luhn(prefix + digits(rng, length - len(prefix) - 1))


def card(rng: random.Random) -> str:
    value = card_digits(rng)
    style = rng.randrange(8)
    fours = [value[i : i + 4] for i in range(0, len(value), 4)]
    if style == 0:
        return " ".join(value)
    if style == 1:
        return value.translate({48 + d: 0xFF10 + d for d in range(10)})
    if style == 2:
        return "\u200b".join(fours)
    if style in {3, 4}:
        joiner = rng.choice([" ", "-", "–", "\n", "\u00a0", ".", "  "])
        if len(value) == 15:
            return joiner.join((value[:4], value[4:10], value[10:]))
        return joiner.join(fours)
    return value


def bip39_phrase(rng: random.Random, language: str, count: int) -> list[str]:
    entropy_bits = count * 11 * 32 // 33
    entropy = rng.getrandbits(entropy_bits).to_bytes(entropy_bits // 8, "big")
    check_bits = count * 11 - entropy_bits
    number = int.from_bytes(entropy, "big") << check_bits | sha256(entropy).digest()[0] >> (8 - check_bits)
    listed = words(language)
    return [listed[number >> 11 * place & 2047] for place in reversed(range(count))]


def seed_phrase(rng: random.Random) -> str:
    language = "english" if rng.random() < 0.75 else rng.choice(ALPHABETIC)
    count = rng.choice([12, 12, 12, 15, 18, 21, 24])
    found = bip39_phrase(rng, language, count)
    style = rng.randrange(10)
    if language == "english" and style == 0:
        found[rng.randrange(1, count - 1)] = rng.choice(["aplle", "zzyzx", "buterfly", "recieve"])
    if language == "english" and style == 1 and count >= 12:
        return " ".join(word[:4] for word in found)
    if style == 2:
        return "\n".join(found)
    if style == 3:
        return ", ".join(found)
    if style == 4:
        return found[0] + "".join(f" {n}. {word}" for n, word in enumerate(found[1:], 2))
    if style == 5:
        return found[0] + "".join(f"\n{n}) {word}" for n, word in enumerate(found[1:], 2))
    if style == 6 and language == "english":
        return " ".join(found).upper()
    if style == 7 and language == "english":
        return " ".join(word.capitalize() for word in found)
    return " ".join(found)


def partial_phrase(rng: random.Random) -> str:
    return " ".join(bip39_phrase(rng, "english", 12)[: rng.choice([8, 9, 10, 11])])


def seed_phrase_zh(rng: random.Random) -> str:
    language = rng.choice(["chinese_simplified", "chinese_traditional"])
    found = bip39_phrase(rng, language, rng.choice([12, 15, 24]))
    return rng.choice([" ", "、", "，", "\n", ""]).join(found)


def base58check(body: bytes) -> str:
    number = int.from_bytes(body + sha256(sha256(body).digest()).digest()[:4], "big")
    out = ""
    while number:
        number, rest = divmod(number, 58)
        out = BASE58[rest] + out
    return "1" * (len(body) - len(body.lstrip(b"\0"))) + out


def private_key_plain(rng: random.Random) -> str:
    style = rng.randrange(4)
    if style == 0:
        return base58check(b"\x80" + rng.randbytes(32) + b"\x01")
    if style == 1:
        return base58check(b"\x80" + rng.randbytes(32))
    if style == 2:
        return base58check(bytes.fromhex("0488ade4") + b"\x00" * 9 + rng.randbytes(32) + b"\x00" + rng.randbytes(32))
    body = "\n".join(pick(rng, ALNUM + "+/", 64) for _ in range(3))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"


def private_key_hex(rng: random.Random) -> str:
    return rng.choice(["", "0x"]) + pick(rng, HEX, 64)


def keystore(rng: random.Random) -> str:
    value = {
        "version": 3,
        "id": uuid(rng),
        "address": pick(rng, HEX, 40),
        "crypto": {
            "ciphertext": pick(rng, HEX, 64),
            "cipherparams": {"iv": pick(rng, HEX, 32)},
            "cipher": "aes-128-ctr",
            "kdf": "scrypt",
            "kdfparams": {"dklen": 32, "salt": pick(rng, HEX, 64), "n": 131072, "r": 8, "p": 1},
            "mac": pick(rng, HEX, 64),
        },
    }
    text = json.dumps(value, indent=rng.choice([None, 2]))
    style = rng.randrange(4)
    if style == 0:
        return text.replace('"', '\\"')
    if style == 1:
        return text.replace('"', "“")
    return text


def password(rng: random.Random) -> str:
    return rng.choice([
        lambda: rng.choice(["Sunny", "tiger", "Dragon", "Qwerty"]) + digits(rng, 4) + rng.choice(["", "!", "#"]),
        lambda: pick(rng, ALNUM, 9) + digits(rng, 2),
        lambda: pick(rng, ALNUM, 5) + rng.choice("@#$%&*") + digits(rng, 3),
        lambda: "-".join(pick(rng, ALNUM, 4) + digits(rng, 1) for _ in range(3)),
    ])()  # fmt: skip


def pin(rng: random.Random) -> str:
    return digits(rng, rng.choice([4, 6]))


def otp(rng: random.Random) -> str:
    return digits(rng, 6)


def api_key(rng: random.Random) -> str:
    return rng.choice([
        lambda: "AKIA" + pick(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
        lambda: "ghp_" + pick(rng, ALNUM, 36),
        lambda: "sk_live_" + pick(rng, ALNUM, 24),
        lambda: "sk-proj-" + pick(rng, ALNUM, 40),
        lambda: "AIza" + pick(rng, ALNUM, 35),
        lambda: "xoxb-" + digits(rng, 11) + "-" + pick(rng, ALNUM, 24),
        lambda: "eyJ" + pick(rng, ALNUM, 20) + ".eyJ" + pick(rng, ALNUM, 40) + "." + pick(rng, ALNUM, 43),
        lambda: digits(rng, 10) + ":AA" + pick(rng, ALNUM, 33),
    ])()  # fmt: skip


def iban(rng: random.Random) -> str:
    country, body = rng.choice([
        ("DE", digits(rng, 18)), ("GB", "WEST" + digits(rng, 14)), ("FR", digits(rng, 23)),
        ("NL", "ABNA" + digits(rng, 10)),
    ])  # fmt: skip
    number = int("".join(str(int(char, 36)) for char in body + country + "00"))
    value = f"{country}{98 - number % 97:02d}{body}"
    return value if rng.random() < 0.5 else " ".join(value[i : i + 4] for i in range(0, len(value), 4))


def china_id(rng: random.Random) -> str:
    born = f"{rng.randrange(1955, 2008)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    body = f"{rng.randrange(110101, 659004)}{born}{digits(rng, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def hong_kong_id(rng: random.Random) -> str:
    letter, number = rng.choice("ABCDEGHKPRSVYZ"), digits(rng, 6)
    total = 36 * 9 + int(letter, 36) * 8 + sum(int(c) * w for c, w in zip(number, range(7, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return f"{letter}{number}({'A' if check == 10 else check})"


def ssn(rng: random.Random) -> str:
    return f"{rng.randrange(1, 665):03d}-{rng.randrange(1, 99):02d}-{rng.randrange(1, 9999):04d}"


def phone_zh(rng: random.Random) -> str:
    value = "1" + rng.choice("3589") + digits(rng, 9)
    style = rng.randrange(5)
    if style == 0:
        return f"{value[:3]} {value[3:7]} {value[7:]}"
    if style == 1:
        return f"{value[:3]}-{value[3:7]}-{value[7:]}"
    if style == 2:
        return "+86 " + value
    return value


def phone_en(rng: random.Random) -> str:
    area = rng.choice(["415", "212", "646", "312", "206"])
    rest = f"{rng.randrange(200, 999)}-{digits(rng, 4)}"
    return rng.choice([
        f"+1 {area}-{rest}", f"({area}) {rest}", f"{area}-{rest}", f"+44 7911 {digits(rng, 6)}",
        f"+1{area}{rest.replace('-', '')}",
    ])  # fmt: skip


def email(rng: random.Random) -> str:
    name = rng.choice(FIRST).lower() + rng.choice([".", "_", ""]) + rng.choice(LAST).lower()
    return (
        name
        + rng.choice(["", str(rng.randrange(100))])
        + "@"
        + rng.choice(["gmail.com", "qq.com", "163.com", "mail.example.co.uk", "proton.me"])
    )


def wallet_address(rng: random.Random) -> str:
    return rng.choice([
        lambda: "0x" + pick(rng, HEX, 40),
        lambda: base58check(b"\x00" + rng.randbytes(20)),
        lambda: base58check(b"\x41" + rng.randbytes(20)),
        lambda: base58check(b"\x05" + rng.randbytes(20)),
    ])()  # fmt: skip


def ip(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(40, 250)) for _ in range(4))


def passport(rng: random.Random) -> str:
    return rng.choice("EGK") + digits(rng, 8)


def name_en(rng: random.Random) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def name_zh(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + pick(rng, GIVEN, rng.choice([1, 2]))


def address_en(rng: random.Random) -> str:
    street = rng.choice(["Maple", "Oak", "Victoria", "Harbour", "Mill"])
    return f"{rng.randrange(2, 980)} {street} {rng.choice(['Street', 'Road', 'Ave', 'Lane', 'Drive'])}"


def address_zh(rng: random.Random) -> str:
    place = rng.choice(["北京市朝阳区建国", "上海市静安区南京西", "广东省深圳市南山区科技", "杭州市西湖区文三"])
    return f"{place}路{rng.randrange(2, 900)}号{rng.randrange(1, 30)}号楼{rng.randrange(101, 2900)}室"


def uuid(rng: random.Random) -> str:
    raw = pick(rng, HEX, 32)
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:]}"


SECRETS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "SEED": ("SEED_PHRASE", seed_phrase),
    "SEED_PART": ("SEED_PHRASE", partial_phrase),
    "SEED_ZH": ("SEED_PHRASE", seed_phrase_zh),
    "KEY": ("PRIVATE_KEY", private_key_plain),
    "KEY_HEX": ("PRIVATE_KEY", private_key_hex),
    "KEYSTORE": ("KEYSTORE", keystore),
    "PASSWORD": ("PASSWORD", password),
    "PIN": ("PASSWORD", pin),
    "CARD": ("CARD", card),
    "CVV": ("CVV", lambda rng: digits(rng, 3)),
    "OTP": ("OTP", otp),
    "API_KEY": ("API_KEY", api_key),
    "IBAN": ("IBAN", iban),
    "ID_CN": ("NATIONAL_ID", china_id),
    "ID_HK": ("NATIONAL_ID", hong_kong_id),
    "SSN": ("NATIONAL_ID", ssn),
    "PASSPORT": ("PASSPORT", passport),
    "PHONE": ("PHONE", phone_en),
    "PHONE_CN": ("PHONE", phone_zh),
    "EMAIL": ("EMAIL", email),
    "WALLET": ("WALLET_ADDRESS", wallet_address),
    "IP": ("IP", ip),
    "NAME": ("PERSON_NAME", name_en),
    "NAME_ZH": ("PERSON_NAME", name_zh),
    "STREET": ("STREET_ADDRESS", address_en),
    "STREET_ZH": ("STREET_ADDRESS", address_zh),
}

HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "txhash": lambda rng: "0x" + pick(rng, HEX, 64),
    "btctx": lambda rng: pick(rng, HEX, 64),
    "solsig": lambda rng: pick(rng, BASE58, 88),
    "uuid": uuid,
    "order": lambda rng: digits(rng, rng.choice([10, 12, 18])),
    "cardlike": card_digits,
    "epoch": lambda rng: "17" + digits(rng, 11),
    "amount": lambda rng: f"{rng.randrange(1, 99)},{digits(rng, 3)}.{digits(rng, 2)}",
    "ether": lambda rng: f"{rng.randrange(0, 9)}.{digits(rng, 18)}",
    "version": lambda rng: f"{rng.randrange(1, 20)}.{rng.randrange(20)}.{rng.randrange(20)}",
    "version4": lambda rng: ".".join(str(rng.randrange(1, 20)) for _ in range(4)),
    "date": lambda rng: (
        f"2026-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d} {rng.randrange(24):02d}:{rng.randrange(60):02d}"
    ),
    "block": lambda rng: digits(rng, 8),
    "n": lambda rng: str(rng.randrange(2, 60)),
}
