"""The body of an answer: a provider may send it in any number of pieces, and more of it than anybody wants."""

from typing import Final

from aiohttp import StreamReader

_PIECE: Final = 65_536


async def read_bounded(content: StreamReader, most: int, too_long: Exception) -> bytes:
    """Return all of a body; `read(n)` would give no more than what has come. Raises `too_long` for one of more than
    `most` bytes, as soon as that is known."""
    body = bytearray()
    async for piece in content.iter_chunked(_PIECE):
        body += piece
        if len(body) > most:
            raise too_long
    return bytes(body)
