"""Text that every database and JSON take: no NUL, no half of a surrogate pair."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether it can be stored as it is."""
    return "\0" not in text if text.isascii() else _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """The text with U+FFFD for each code point that cannot be stored, one for one, so that offsets stay."""
    return text if is_storable(text) else _UNSTORABLE.sub("\ufffd", text)
