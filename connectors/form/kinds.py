"""What a file is by its content. Pure: the first bytes decide, names and declared types are not asked.

Nothing is unpacked: an archive is recognised by its head and rests as it came.
"""

from collections.abc import Callable
from typing import Final

import msgspec

_HEAD_BYTES: Final = 4_096


class FileKind(msgspec.Struct, frozen=True):
    """One kind of file that a form can take."""

    media_type: str
    label: str
    """What people call it."""
    suffixes: tuple[str, ...]
    """For the file dialog."""
    matches: Callable[[bytes], bool]


def _starts(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(heads)


def _boxed(*brands: bytes) -> Callable[[bytes], bool]:
    """ISO base media files (ISO/IEC 14496-12): a first box `ftyp` with the major brand."""
    return lambda data: data[4:8] == b"ftyp" and data[8:12] in brands


def _is_text(data: bytes) -> bool:
    """UTF-8 without control characters other than white space; of a long one every byte is looked at."""
    if not data or data.translate(None, delete=_CONTROLS) != data:
        return False
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"

FILE_KINDS: Final[dict[str, FileKind]] = {
    "png": FileKind("image/png", "PNG", (".png",), _starts(b"\x89PNG\r\n\x1a\n")),
    "jpeg": FileKind("image/jpeg", "JPEG", (".jpg", ".jpeg"), _starts(b"\xff\xd8\xff")),
    "gif": FileKind("image/gif", "GIF", (".gif",), _starts(b"GIF87a", b"GIF89a")),
    "webp": FileKind("image/webp", "WebP", (".webp",), lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
    "heic": FileKind("image/heic", "HEIC", (".heic",), _boxed(b"heic", b"heix", b"mif1", b"hevc")),
    "pdf": FileKind("application/pdf", "PDF", (".pdf",), _starts(b"%PDF-")),
    "mp4": FileKind("video/mp4", "MP4", (".mp4",), _boxed(b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V ")),
    "mov": FileKind("video/quicktime", "MOV", (".mov",), _boxed(b"qt  ")),
    "webm": FileKind(
        "video/webm", "WebM", (".webm",), lambda data: data.startswith(b"\x1aE\xdf\xa3") and b"webm" in data[:64]
    ),
    "zip": FileKind("application/zip", "ZIP", (".zip",), _starts(b"PK\x03\x04", b"PK\x05\x06")),
    "txt": FileKind("text/plain", "TXT", (".txt", ".log", ".csv"), _is_text),
}


def kind_of(data: bytes, allowed: tuple[str, ...]) -> str | None:
    """Which of the allowed kinds the bytes are; None when they are none of them."""
    head = data[:_HEAD_BYTES]
    return next((name for name in allowed if FILE_KINDS[name].matches(data if name == "txt" else head)), None)
