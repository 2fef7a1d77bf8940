"""How long a post is as X counts it, and where a longer text is broken. Pure.

Source: docs.x.com/fundamentals/counting-characters and version 3 of twitter-text's configuration. Text is counted in
NFC; an address counts 23 whatever its length, since X puts a short one in its place; an emoji counts 2 however many
code points make it up; every other code point counts 1 in four ranges and 2 outside of them.
"""

import re
import unicodedata
from typing import Final

from router.model.splitting import pieces

POST_WEIGHT_MAX: Final = 280
URL_WEIGHT: Final = 23
_LIGHT: Final = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_URL: Final = re.compile(
    r"https?://[^\s<>\"“”‘’「」『』（）()，。！？；、]+"
    # Without a scheme X makes a link of what ends in a known domain: counted as one where it may be one.
    r"|(?<![A-Za-z0-9_@.-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9_.-]*@)(?![A-Za-z])"
    r"(?:/[^\s<>\"“”‘’「」『』（）()，。！？；、]*)?"
)
_EMOJI_PART: Final = (
    r"(?:[\U0001F1E6-\U0001F1FF]{2}"
    r"|[0-9#*]\ufe0f?\u20e3"
    r"|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001F000-\U0001FAFF]\ufe0f?[\U0001F3FB-\U0001F3FF]?[\U000E0020-\U000E007F]*)"
)
_EMOJI: Final = re.compile(rf"{_EMOJI_PART}(?:\u200d{_EMOJI_PART})*")
_PLAIN: Final = re.compile(r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199]")
"""Signs that are drawn as text unless a variation selector says otherwise."""
_TRAILING: Final = ".,:;!?'"


def _units(text: str) -> list[tuple[int, int]]:
    """What is counted as one, in order: how many code points of `text` it has, and its weight."""
    found: list[tuple[int, int]] = []
    at = 0
    urls = {match.start(): len(match[0].rstrip(_TRAILING)) for match in _URL.finditer(text)}
    emoji = {match.start(): match[0] for match in _EMOJI.finditer(text)}
    while at < len(text):
        if at in urls:
            found.append((urls[at], URL_WEIGHT))
        elif at in emoji and not _PLAIN.fullmatch(emoji[at]):
            found.append((len(emoji[at]), 2))
        else:
            code = ord(text[at])
            found.append((1, 1 if any(first <= code <= last for first, last in _LIGHT) else 2))
        at += found[-1][0]
    return found


def composed(text: str) -> str:
    """As X keeps it: NFC."""
    return unicodedata.normalize("NFC", text)


def weight(text: str) -> int:
    """What X counts; a post may weigh POST_WEIGHT_MAX."""
    return sum(each for _, each in _units(composed(text)))


def split(text: str, weight_max: int = POST_WEIGHT_MAX) -> list[str]:
    """The text in pieces that a post holds, never broken within an address or an emoji."""
    return pieces(
        composed(text), lambda rest: _fitting(rest, weight_max), lambda rest, at: not _within_address(rest, at)
    )


def _fitting(text: str, weight_max: int) -> int:
    """How many code points of the beginning weigh so much."""
    left, at = weight_max, 0
    # Nothing weighs less than one but an address, of which a post holds a dozen.
    for size, each in _units(text[: 64 * POST_WEIGHT_MAX]):
        left -= each
        if left < 0:
            break
        at += size
    return at


def _within_address(text: str, at: int) -> bool:
    return any(match.start() < at < match.end() for match in _URL.finditer(text[: at + 2_100]))
