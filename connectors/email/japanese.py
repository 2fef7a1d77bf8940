"""ISO-2022-JP as mail programs write it: with characters that only Windows has, such as ① ㈱ 髙. Pure and total.

Called by charsets.py for what the strict codecs refuse. Programs name the charset by its standard (RFC 1468) and write
the rows of code page 932 that JIS X 0208 leaves free: the WHATWG Encoding Standard reads it so, Python has no codec.
"""

import re
from typing import Final

MARKS: Final = (b"\x1b$B", b"\x1b$@")
"""What goes over to Japanese characters; nothing else writes it."""
_SHIFT: Final = re.compile(rb"(\x1b(?:\([@-Z]|\$[@AB]|\$\([@-Z]))")
_DOUBLE: Final = re.compile(rb"[\x21-\x7e]{2}")
_ROWS: Final = 0x21
_HALF_WIDTH: Final = b"\x1b(I"


def decode(data: bytes) -> str:
    """The text; U+FFFD for what no character stands behind."""
    shift, out = b"", []
    for number, piece in enumerate(_SHIFT.split(data)):
        if number % 2:
            shift = piece
        elif shift in MARKS:
            out.append(_DOUBLE.sub(_shifted, piece).decode("cp932", "replace"))
        else:
            whole = shift + piece + (b"\x1b(B" if shift == _HALF_WIDTH or b"$" in shift else b"")
            out.append(whole.decode("iso2022_jp_ext", "replace"))
    return "".join(out)


def _shifted(pair: re.Match[bytes]) -> bytes:
    """The same row and cell in code page 932."""
    row, cell = pair[0][0] - _ROWS, pair[0][1]
    lead = row // 2 + (0x81 if row < 0x3E else 0xC1)
    trail = cell + 0x7E if row % 2 else cell + (0x1F if cell < 0x60 else 0x20)
    return bytes((lead, trail))
