"""Bytes to text whatever the mail claims: the declared charset first, detection last, replacement at the very end.

Called for bodies, encoded words and file names. Promises: never raises, no NUL and no lone surrogate in the result.
"""

import codecs
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from connectors.email import japanese

_SAMPLE_BYTES: Final = 32_768
"""What the detector may look at; its cost grows with size times candidates."""
_SHORT_BYTES: Final = 200
_TRUSTED_ERRORS: Final = 200
"""A declared UTF-8 text with at most one bad byte in so many is UTF-8 with an accident, not another charset."""

_CUT_CHARS: Final = 20
"""From this length on, a single bad place is a character that was cut off."""

# Labels that senders use for a superset of what they name (WHATWG Encoding Standard, section 4.2, and mail practice).
_SUPERSETS: Final[dict[str, tuple[str, ...]]] = {
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "euc_cn": ("gb18030",),
    "cp936": ("gb18030",),
    "hz": ("hz", "gb18030"),
    "big5": ("big5hkscs", "cp950"),
    "ks_c_5601_1987": ("cp949",),
    "euc_kr": ("cp949",),
    "shift_jis": ("cp932", "shift_jis_2004"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "iso2022_jp": ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004"),
    "iso8859-1": ("cp1252", "latin-1"),
    "iso8859-9": ("cp1254", "iso8859-9"),
    "iso8859-11": ("cp874", "iso8859-11"),
    "tis-620": ("cp874", "tis-620"),
    "utf-16": ("utf-16",),
}
_JAPANESE: Final = _SUPERSETS["iso2022_jp"]
_ALIASES: Final = {
    "gb_2312_80": "gb2312", "x_gbk": "gb2312", "chinese": "gb2312", "x_euc_cn": "gb2312", "cp_936": "gb2312",
    "x_big5": "big5", "big5_eten": "big5", "cn_big5": "big5",
    "ks_c_5601": "euc_kr", "x_windows_949": "euc_kr", "windows_949": "euc_kr", "korean": "euc_kr",
    "x_sjis": "shift_jis", "windows_31j": "shift_jis", "ms_kanji": "shift_jis", "x_euc_jp": "euc_jp",
    "iso_2022_jp_ms": "iso2022_jp", "cp50220": "iso2022_jp", "cp50221": "iso2022_jp", "cp50222": "iso2022_jp",
    "iso_8859_8_i": "iso8859-8", "iso_8859_6_i": "iso8859-6",
    "x_mac_roman": "mac_roman", "macintosh": "mac_roman", "x_mac_cyrillic": "mac_cyrillic",
    "utf8mb4": "utf-8", "unicode_1_1_utf_8": "utf-8", "utf_8n": "utf-8", "unicode_1_1_utf_7": "utf-7",
    "windows_874": "cp874", "dos_874": "cp874",
}  # fmt: skip
# Python knows text codecs that are no charset of any mail: punycode is quadratic, unicode_escape interprets.
_ALLOWED: Final = re.compile(
    r"(?:utf-(?:7|8|16|32)(?:-[bl]e)?|ascii|cp\d+|iso8859-\d+|koi8[-_][rut]|mac[-_]\w+|gb18030|gb2312|gbk|hz|big5\w*"
    r"|euc_\w+|shift_jis\w*|iso2022_\w+|johab|tis-620|ptcp154|kz1048|hp-roman8)"
)
_META: Final = re.compile(rb"<meta[^<>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@lru_cache(maxsize=256)
def codecs_of(label: str) -> tuple[str, ...]:
    """Python codecs to try for a declared charset, best first; empty when the label says nothing."""
    name = _NO_NAME.sub("_", label.lower()).strip("_")[:40]
    try:
        canonical = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return ()
    if canonical in _SUPERSETS:
        return _SUPERSETS[canonical]
    return (canonical,) if _ALLOWED.fullmatch(canonical) else ()


def decode(data: bytes, declared: str | None, *, html: bool = False) -> str:
    """The text of `data`; see the module for the order of attempts."""
    if declared is None or declared == "us-ascii":
        # Old programs of Japan name no charset.
        candidates: tuple[str, ...] = _JAPANESE if any(mark in data for mark in japanese.MARKS) else ("ascii",)
    else:
        candidates = codecs_of(declared)
        if candidates == ("ascii",) and not data.isascii():
            candidates = ()
    text = _first_that_fits(data, candidates)
    if text is None:
        text = _guess(data, candidates, html=html)
    return clean(text)


def clean(text: str) -> str:
    """`text` without NULs and lone surrogates, which PostgreSQL and JSON refuse; replaced by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    return text


def _first_that_fits(data: bytes, candidates: Iterable[str]) -> str | None:
    for name in candidates:
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        return text.removeprefix("\ufeff")
    return None


def _guess(data: bytes, declared: tuple[str, ...], *, html: bool) -> str:
    if declared == ("utf-8",):
        text = data.decode("utf-8", "replace")
        errors = text.count("\ufffd")
        if errors * _TRUSTED_ERRORS <= len(text) or (errors == 1 and len(text) >= _CUT_CHARS):
            return text
    if declared == _JAPANESE and data.isascii():
        return japanese.decode(data)
    hints = [name for bom, name in _BOMS if data.startswith(bom)]
    if html and (meta := _META.search(data, 0, 4096)):
        hints += codecs_of(meta[1].decode("ascii"))
    text_or_none = _first_that_fits(data, [*hints, "utf-8", *_detected(data)])
    if text_or_none is not None:
        return text_or_none
    fallback = declared[0] if declared else "utf-8"
    return data.decode(fallback, "replace")


def _detected(data: bytes) -> list[str]:
    if len(data) <= _SHORT_BYTES and _first_that_fits(data, ("gb2312",)) is not None:
        return ["gb18030"]  # too short for statistics; Latin letters stand alone, which no GB 2312 byte does
    # Imported late: the detector is large and almost no mail needs it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(data[:_SAMPLE_BYTES], cp_exclusion=["utf_16", "utf_32", "utf_7"]).best()
    return list(codecs_of(best.encoding)) if best is not None else []
