"""Outlook's Thread-Index: which thread a mail is in, and where an answer stands in it.

Called by parse.py and render.py. Pure. Source: MS-OXOMSG, section 2.2.1.3 (PidTagConversationIndex): a header of 22
bytes, of which the first six are the time of the thread's first mail, then five bytes for each answer.
"""

import binascii
import hashlib
import re
from typing import Final

_HEADER_BYTES: Final = 22
_ANSWER_BYTES: Final = 5
_ANSWERS_MAX: Final = 100
_VALUE: Final = re.compile(r"[A-Za-z0-9+/]{30,1000}={0,2}")
_BLANKS: Final = re.compile(r"\s+")
_EPOCH_MS: Final = 11_644_473_600_000
"""From 1601, where Windows begins to count, to 1970."""
_TICKS: Final = 10_000
"""In a millisecond."""


def read(value: str) -> str | None:
    """A field's value in hex, None when it is none; of very many answers the first, which say what thread it is."""
    text = _BLANKS.sub("", value[:2_000])
    if _VALUE.fullmatch(text) is None:
        return None
    try:
        data = binascii.a2b_base64(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    answers = (len(data) - _HEADER_BYTES) // _ANSWER_BYTES
    whole = (len(data) - _HEADER_BYTES) % _ANSWER_BYTES == 0
    if answers < 0 or not whole or data[0] != 1:
        return None
    return data[: _HEADER_BYTES + min(answers, _ANSWERS_MAX) * _ANSWER_BYTES].hex()


def answered(index: str, at_ms: int, key: str) -> str | None:
    """The value of the field in an answer made at `at_ms` to the mail with this index; the same for the same `key`.

    A copied value would put the answer in the place of what it answers.
    """
    try:
        before = bytes.fromhex(index)
    except ValueError:
        return None
    if len(before) < _HEADER_BYTES:
        return None
    if len(before) >= _HEADER_BYTES + _ANSWERS_MAX * _ANSWER_BYTES:
        before = before[:_HEADER_BYTES]
    began = int.from_bytes(before[:6], "big") << 16
    passed = max(0, (at_ms + _EPOCH_MS) * _TICKS - began)
    # 31 bits of the time since the thread began: fine up to 1.7 years, coarse beyond.
    block = (passed >> 18) if passed >> 49 == 0 else (1 << 31) | ((passed >> 23) & 0x7FFF_FFFF)
    chance = hashlib.sha256(b"thread " + key.encode()).digest()[:1]
    return binascii.b2a_base64(before + block.to_bytes(4, "big") + chance, newline=False).decode()
