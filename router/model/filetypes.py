"""What a file is by its content. Pure: the first bytes decide, names and declared types are not asked.

Nothing is unpacked or decoded: a head is compared with what formats begin with (their specifications, and the WHATWG's
MIME Sniffing Standard for those of the web).
"""

import codecs
from collections.abc import Callable
from typing import Final

HEAD_BYTES: Final = 4_096
"""No head that is looked for is longer."""

Test = Callable[[bytes], bool]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def marked_encoding(data: bytes) -> str | None:
    """What a mark of byte order says; decoded so, it stays in the text as a character that no detector sees."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _starts(*heads: bytes) -> Test:
    return lambda data: data.startswith(heads)


def _riff(form: bytes) -> Test:
    return lambda data: data[:4] == b"RIFF" and data[8:12] == form


def _boxed(*brands: bytes) -> Test:
    """ISO base media files (ISO/IEC 14496-12): a first box `ftyp` with the major brand."""
    return lambda data: data[4:8] == b"ftyp" and data[8:12] in brands


def _is_mp3(data: bytes) -> bool:
    """An ID3 tag, or a frame of MPEG audio, layer III: its sync, with a version, a bit rate and a sampling rate."""
    if data.startswith(b"ID3"):
        return True
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2 or data[1] & 0x18 == 0x08:
        return False
    return data[2] & 0xF0 not in {0x00, 0xF0} and data[2] & 0x0C != 0x0C


def _is_matroska(kind: bytes) -> Test:
    return lambda data: data.startswith(b"\x1aE\xdf\xa3") and kind in data[:64]


_KINDS: Final[tuple[tuple[str, Test], ...]] = (
    ("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", _starts(b"\xff\xd8\xff")),
    ("image/gif", _starts(b"GIF87a", b"GIF89a")),
    ("image/webp", _riff(b"WEBP")),
    ("image/heic", _boxed(b"heic", b"heix", b"mif1", b"hevc")),
    ("application/pdf", _starts(b"%PDF-")),
    ("audio/ogg", lambda data: data.startswith(b"OggS") and b"\x80theora" not in data[:128]),
    ("audio/wav", _riff(b"WAVE")),
    ("audio/flac", _starts(b"fLaC")),
    ("audio/aac", lambda data: len(data) > 1 and data[0] == 0xFF and data[1] & 0xF6 == 0xF0),
    ("audio/amr", _starts(b"#!AMR")),
    ("audio/mp4", _boxed(b"M4A ", b"M4B ")),
    ("audio/mpeg", _is_mp3),
    ("video/mp4", _boxed(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ")),
    ("video/quicktime", _boxed(b"qt  ")),
    ("video/3gpp", _boxed(b"3gp4", b"3gp5", b"3gp6", b"3ge6")),
    ("video/webm", _is_matroska(b"webm")),
    ("application/zip", _starts(b"PK\x03\x04", b"PK\x05\x06")),
    ("application/x-msdownload", lambda data: data[:2] == b"MZ" and len(data) > 64),
    ("application/x-elf", _starts(b"\x7fELF")),
    (
        "application/x-mach-binary",
        _starts(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    ),
)

UNTOLD: Final = "application/octet-stream"
"""What a file is called whose content does not tell, and as what it is served."""
SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures that every browser shows and that can hold no script."""
PLAYED: Final = frozenset({"audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4", "audio/mpeg"})
"""Sound that browsers play; what one of them cannot, is still downloaded."""
PROGRAMS: Final = frozenset({"application/x-msdownload", "application/x-elf", "application/x-mach-binary"})
"""Nothing a support agent sends, and nothing a mail system lets through."""


def type_of(data: bytes) -> str | None:
    """The media type of what begins like this; None for what has no head of its own, such as text."""
    head = data[:HEAD_BYTES]
    return next((kind for kind, test in _KINDS if test(head)), None)
