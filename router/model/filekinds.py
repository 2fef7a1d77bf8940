"""What files customers may send over our own channels: kinds told by content, bounds, and names that are only names.

Pure. Names and declared types are hostile text: neither says what a file is (router.model.filetypes).
"""

import re
import unicodedata
from typing import Final, Literal

import msgspec

from router.model.filetypes import type_of
from router.model.limits import NAME_CHARS_MAX

MEGABYTE: Final = 1_048_576


class FileKind(msgspec.Struct, frozen=True):
    """One kind of file that can be taken."""

    media_type: str
    label: str
    """What people call it."""
    suffixes: tuple[str, ...]
    """For the file dialog."""


FILE_KINDS: Final[dict[str, FileKind]] = {
    "png": FileKind("image/png", "PNG", (".png",)),
    "jpeg": FileKind("image/jpeg", "JPEG", (".jpg", ".jpeg", ".jfif")),
    "gif": FileKind("image/gif", "GIF", (".gif",)),
    "webp": FileKind("image/webp", "WebP", (".webp",)),
    "heic": FileKind("image/heic", "HEIC", (".heic",)),
    "pdf": FileKind("application/pdf", "PDF", (".pdf",)),
    "mp3": FileKind("audio/mpeg", "MP3", (".mp3",)),
    "m4a": FileKind("audio/mp4", "M4A", (".m4a",)),
    "ogg": FileKind("audio/ogg", "OGG", (".ogg", ".oga", ".opus")),
    "wav": FileKind("audio/wav", "WAV", (".wav",)),
    "mp4": FileKind("video/mp4", "MP4", (".mp4",)),
    "mov": FileKind("video/quicktime", "MOV", (".mov",)),
    "webm": FileKind("video/webm", "WebM", (".webm",)),
    "zip": FileKind("application/zip", "ZIP", (".zip",)),
    "txt": FileKind("text/plain", "TXT", (".txt", ".log", ".csv")),
}

FileTrouble = Literal["many", "large", "total", "empty", "kind"]
"""Why a file is not taken: too many, too large, too large with those before it, empty, of no kind that is asked for."""


class FileBounds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be attached to one message. A channel says its own defaults, and how much it takes at all."""

    kinds: tuple[str, ...]
    most: int
    """How many; 0 asks for none."""
    megabytes: int
    """Of one file."""

    def __post_init__(self) -> None:
        """Refuse a kind that nobody could recognise."""
        for kind in self.kinds:
            if kind not in FILE_KINDS:
                raise ValueError(f"files.kinds: {kind!r} is none of {', '.join(sorted(FILE_KINDS))}")

    @property
    def bytes_max(self) -> int:
        """Of one file."""
        return self.megabytes * MEGABYTE

    @property
    def labels(self) -> str:
        """The kinds as people call them."""
        return ", ".join(FILE_KINDS[kind].label for kind in self.kinds)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What their names end with, mostly."""
        return tuple(suffix for kind in self.kinds for suffix in FILE_KINDS[kind].suffixes)

    def trouble_of(self, number: int, size: int, *, fits: bool) -> FileTrouble | None:
        """What speaks against file `number` (from 1) before it is looked into; `fits`: beside those before it."""
        if number > self.most:
            return "many"
        if size > self.bytes_max:
            return "large"
        if not fits:
            return "total"
        return None if size else "empty"

    def kind_of(self, data: bytes) -> str | None:
        """Which of the kinds the bytes are; None when they are none of them."""
        return kind_of(data, self.kinds)


def kind_of(data: bytes, allowed: tuple[str, ...]) -> str | None:
    """Which of the allowed kinds the bytes are; None when they are none of them."""
    found = type_of(data) or ("text/plain" if _is_text(data) else None)
    return next((name for name in allowed if FILE_KINDS[name].media_type == found), None)


_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"


def _is_text(data: bytes) -> bool:
    """UTF-8 without control characters other than white space; of a long one every byte is looked at."""
    if not data or data.translate(None, delete=_CONTROLS) != data:
        return False
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


_PATH: Final = re.compile(r"[<>:\"|?*]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what no name shows, or what turns it around so that it seems to end otherwise."""


def file_name(told: str) -> str:
    """The last part of a name, without what could be taken for a path, break a line or hide its end; `file` when
    nothing is left."""
    last = told.replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN)
    return _PATH.sub("_", shown).strip(" .")[:NAME_CHARS_MAX].rstrip(" .") or "file"
