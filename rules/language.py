"""Which language a message is written in, from its script and its commonest words.

Used when the provider does not say. Robust rather than fine: it routes people and picks templates.
"""

import re
from typing import Final

SAMPLE_MAX: Final = 240
"""Code points looked at; a message that changes language later is rare."""

ENGLISH_AT_ONCE: Final = 6
"""More different common English words than this leave no doubt."""

BEGINNING: Final = 140
"""Code points in which most English messages have that many."""

FEW: Final = 3
"""Common English words; so many may be shared with another language, as `is` is with Dutch."""

FALLBACK: Final = "en"

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_HAN_HALVES: Final = bytes([*range(0x34, 0xA0), 0xF9, 0xFA])
"""The upper bytes of the first two ranges."""
_KANA = re.compile("[\u3041-\u30fa\u30fd-\u30ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_SCRIPTS: Final = (
    ("ru", re.compile("[\u0400-\u052f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
)
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_NOT_PROSE = re.compile(r"[0-9@/_]")
_WORD = re.compile(r"[^\W\d_]+")

# "No" is left out: it is as common in English as in Spanish, and tells nothing in "no code yet".
_COMMON_WORDS: Final = """
en the i my is to and it a of in me you not have was this for can on be with that from please help
en your what how are do why has but been when they there we am did does will would an or at
en any still yet just get got need so if out all only after by since he she as per met money thanks dey abeg
es el la los las de que y en mi es un una por con para se me lo ha he como pero está hola
es gracias cuenta dinero puedo funciona llega retirar retiro contraseña tengo quiero ayuda olvidé dónde cuándo
fr le la les de et je mon ma est un une pas pour que des du en il ne ce vous sur avec bonjour
fr merci compte argent peux suis où oublié mot passe retrait attente aide
de der die das und ich nicht ist ein eine mein meine zu mit auf es wurde von habe für bitte hallo
de konto geld kann kommt keine kein geht auszahlung passwort vergessen hilfe wo
pt o a os as de que e em não é um uma por com para meu minha foi eu você conta dinheiro olá
pt consigo senha esqueci saque ajuda cadê
it il lo la di che e non è un una per con mio mia ho sono del ciao grazie conto
it miei soldi dove riesco prelievo dimenticata dimenticato aiuto
nl ik niet het een mijn is met geld waar kan heb naar maar voor geen wachtwoord inloggen
pl nie się jest mam mogę moje są gdzie proszę pieniądze hasło konto
ro nu sunt cont banii parola este intra
tl ako ko hindi ang sa po pera makapasok
hi nahi nhi mera meri hai kya paisa bhai kaise gaya ho
vi tôi của là không có và được cho trong bị với tiền này khoản
id saya tidak yang dan di ke ini itu akun uang sudah bisa dari tolong
id belum masuk dana lupa kak bantu mohon kenapa gak nggak
tr ve bir bu için ben benim hesabım para değil var çok ama nasıl lütfen
tr merhaba param hesabıma hesap giriş gelmedi çekemiyorum yapamıyorum şifremi unuttum yardım
"""


def _common() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _COMMON_WORDS.split("\n"):
        tag, *words = line.split() or [""]
        found.setdefault(tag, set()).update(words)
    return {tag: frozenset(words) for tag, words in found.items() if tag}


_COMMON: Final = _common()


def detect(text: str) -> str:
    """Return a BCP 47 primary tag such as `en` or `zh`; `en` when nothing tells.

    Chinese beside English counts as Chinese when it carries meaning: names of tokens and products
    are English in Chinese messages too.
    """
    sample = text[:SAMPLE_MAX]
    if sample.isascii():
        english = _COMMON["en"].intersection
        beginning = sample[:BEGINNING].lower().split()[:-1]  # the last word may be cut
        if len(english(beginning)) > ENGLISH_AT_ONCE or len(english(sample.lower().split())) > ENGLISH_AT_ONCE:
            return "en"
        return _latin(_words(sample))
    wide = _wide(sample)
    if wide is not None:
        return wide
    words = _words(sample)
    letters = sum(map(len, words)) or 1
    for tag, script in _SCRIPTS:
        if len(script.findall(sample)) * 2 > letters:
            return "uk" if tag == "ru" and _UKRAINIAN.search(sample) else tag
    return _latin(words)


def tells(text: str) -> bool:
    """Whether a text says more of its writer's language than "OK", a hash or a pasted error does: by its script, or by
    several of the commonest words."""
    common = _COMMON.get(detect(text))
    return common is None or len(common.intersection(_words(text[:SAMPLE_MAX]))) > FEW


def _wide(sample: str) -> str | None:
    han = _count_han(sample)
    kana = len(_KANA.findall(sample)) if _KANA.search(sample) else 0
    hangul = len(_HANGUL.findall(sample)) if _HANGUL.search(sample) else 0
    if not (han or kana or hangul):
        return None
    wide = han + kana + hangul
    latin = 0 if wide * 2 > len(sample) else sum(word.isascii() for word in _words(sample))
    if hangul > han and hangul * 2 > latin:
        return "ko"
    if kana * 8 > han and kana > 1 and (kana + han) * 2 > latin:
        return "ja"
    return "zh" if han * 2 > latin else None


def _count_han(sample: str) -> int:
    """Count by the upper halves of UTF-16, where the sample has two bytes for each character."""
    halves = sample.encode("utf-16-le", "surrogatepass")[1::2]
    if len(halves) == len(sample):
        return len(halves) - len(halves.translate(None, _HAN_HALVES))
    return sum(map(len, _HAN.findall(sample)))


def _words(sample: str) -> list[str]:
    """Lower-case words of prose: addresses, amounts and placeholders tell no language."""
    if _NOT_PROSE.search(sample):
        sample = " ".join([chunk for chunk in sample.split() if not _NOT_PROSE.search(chunk)])
    return _WORD.findall(sample.lower())


def _latin(words: list[str]) -> str:
    english = sum(map(_COMMON["en"].__contains__, words))
    if english > FEW and english * 5 > len(words):
        return "en"
    best, most = FALLBACK, english
    for tag, common in _COMMON.items():
        score = sum(word in common for word in words)
        if score > most:
            best, most = tag, score
    return best
