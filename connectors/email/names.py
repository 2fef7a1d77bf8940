"""Safe names for attached files: what a sender calls a file must never be a path, a trick or empty.

Called by mime.py. Pure and total.
"""

import re
from typing import Final

from router.model.limits import NAME_CHARS_MAX

# Control characters, and marks that turn the reading direction so that "fdp.exe" shows as "exe.pdf" (Unicode UTR 36).
_TRICKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
# Of colon and quote another form: a secret in a name still reads as one, which redaction looks for behind us.
_RESERVED: Final = str.maketrans('<>:"|?*', "__：”___")
_EXTENSION_CHARS_MAX: Final = 16
_EXTENSIONS: Final = {
    "application/json": ".json", "application/ms-tnef": ".dat", "application/pdf": ".pdf",
    "application/pgp-keys": ".asc", "application/pgp-signature": ".asc", "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s", "application/zip": ".zip", "audio/mpeg": ".mp3", "audio/ogg": ".ogg",
    "image/gif": ".gif", "image/heic": ".heic", "image/jpeg": ".jpg", "image/png": ".png", "image/svg+xml": ".svg",
    "image/webp": ".webp", "message/delivery-status": ".txt", "message/rfc822": ".eml", "message/global": ".eml",
    "text/calendar": ".ics", "text/csv": ".csv", "text/html": ".html", "text/plain": ".txt",
    "text/rfc822-headers": ".txt", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/xml": ".xml",
    "video/mp4": ".mp4",
}  # fmt: skip


def safe_name(name: str | None, content_type: str, number: int) -> str:
    """`name` as a plain file name of at most NAME_CHARS_MAX, or a made-up one from type and number."""
    if name:
        name = _TRICKS.sub("", name[: NAME_CHARS_MAX * 8]).replace("\\", "/").rpartition("/")[2]
        name = name.translate(_RESERVED).strip(" .")
        if name:
            return _shortened(f"_{name}" if _DEVICES.match(name) else name)
    kind = content_type.partition("/")[0]
    stem = {"image": "image", "message": "message"}.get(kind, "attachment")
    if content_type == "text/calendar":
        stem = "invite"
    return f"{stem}-{number}{_EXTENSIONS.get(content_type, '.bin')}"


def _shortened(name: str) -> str:
    if len(name) <= NAME_CHARS_MAX:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _EXTENSION_CHARS_MAX:
        return name[:NAME_CHARS_MAX]
    return f"{stem[: NAME_CHARS_MAX - len(extension) - 1]}.{extension}"
