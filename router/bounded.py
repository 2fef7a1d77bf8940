"""The body of an answer or a delivery: it may come in any number of pieces, and be more than anybody wants."""

from typing import Final

from aiohttp import StreamReader, web

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


async def read_delivery(request: web.Request, most: int) -> bytes:
    """Return all that a provider posts. Raises HTTPRequestEntityTooLarge (413) for more than `most` bytes."""
    return await read_bounded(request.content, most, web.HTTPRequestEntityTooLarge(most, most + 1))
