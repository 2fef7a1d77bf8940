"""Kinds of files that a form can take, told by their content (router.model.filetypes). Pure."""

from typing import Final

import msgspec

from router.model.filetypes import type_of


class FileKind(msgspec.Struct, frozen=True):
    """One kind of file that a form can take."""

    media_type: str
    label: str
    """What people call it."""
    suffixes: tuple[str, ...]
    """For the file dialog."""


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
    "png": FileKind("image/png", "PNG", (".png",)),
    "jpeg": FileKind("image/jpeg", "JPEG", (".jpg", ".jpeg")),
    "gif": FileKind("image/gif", "GIF", (".gif",)),
    "webp": FileKind("image/webp", "WebP", (".webp",)),
    "heic": FileKind("image/heic", "HEIC", (".heic",)),
    "pdf": FileKind("application/pdf", "PDF", (".pdf",)),
    "mp4": FileKind("video/mp4", "MP4", (".mp4",)),
    "mov": FileKind("video/quicktime", "MOV", (".mov",)),
    "webm": FileKind("video/webm", "WebM", (".webm",)),
    "zip": FileKind("application/zip", "ZIP", (".zip",)),
    "txt": FileKind("text/plain", "TXT", (".txt", ".log", ".csv")),
}


def kind_of(data: bytes, allowed: tuple[str, ...]) -> str | None:
    """Which of the allowed kinds the bytes are; None when they are none of them."""
    found = type_of(data)
    return next(
        (name for name in allowed if (_is_text(data) if name == "txt" else FILE_KINDS[name].media_type == found)), None
    )
