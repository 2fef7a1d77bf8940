"""Files in a bucket of Amazon S3 or of a store that speaks its protocol (MinIO, Ceph, R2 …), by path-style addresses.

Four requests are all it takes: PUT, ranged GET, DELETE, and the listing (ListObjectsV2). A PUT is atomic and durable
when it has been answered. Decision 7 says why there is no client library behind it.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import unescape

import aiohttp
import msgspec
from yarl import URL

from router.blobs import CHUNK_BYTES, BlobMissing, BlobsUnavailable, Chunks, Found
from router.blobs.sigv4 import Credentials, path_of, query_of, sign
from router.model.sources import Clock

_ATTEMPTS: Final = 3
_PAUSE_S: Final = 0.2
_SILENCE_S: Final = 20.0
"""A store that says nothing for so long is away."""
_LISTED_BYTES_MAX: Final = 4_194_304
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_OBJECT: Final = re.compile(r"<Contents>(.*?)</Contents>", re.DOTALL)
_KEY: Final = re.compile(r"<Key>([^<]*)</Key>")
_WRITTEN: Final = re.compile(r"<LastModified>([^<]*)</LastModified>")
_NEXT: Final = re.compile(r"<NextContinuationToken>([^<]*)</NextContinuationToken>")
_FOR_NOW: Final = frozenset({408, 429, 500, 502, 503, 504})


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Where files go, and with whose rights."""

    endpoint: str
    """Such as https://s3.eu-central-1.amazonaws.com."""
    name: str
    prefix: str = ""
    credentials: Credentials


class _Answer(msgspec.Struct, frozen=True):
    status: int
    text: str


class S3Blobs:
    """Implements router.blobs.Blobs on a bucket."""

    def __init__(self, bucket: Bucket, clock: Clock) -> None:
        self._bucket, self._clock = bucket, clock
        self._host = urlsplit(bucket.endpoint).netloc
        self._http: aiohttp.ClientSession | None = None

    @property
    def place(self) -> str:
        """Endpoint and bucket."""
        return f"{self._bucket.endpoint}/{self._bucket.name}"

    async def put(self, name: str, chunks: Chunks, size: int) -> None:
        """One PUT, tried again as long as the store asks for it."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        for attempt in range(1, _ATTEMPTS + 1):
            async with self._request("PUT", name, headers=headers, body=chunks()) as response:
                answer = await _read(response)
            if answer.status == 200:
                return
            await self._again(answer, attempt)

    async def get(self, name: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """One ranged GET; what arrives is handed on as it comes."""
        if start >= end:
            return
        async with self._request("GET", name, headers={"Range": f"bytes={start}-{end - 1}"}) as response:
            if response.status != 206:
                answer = await _read(response)
                if answer.status in {404, 416} and _code(answer) != "NoSuchBucket":
                    raise BlobMissing(name)
                raise self._trouble(answer)
            left = end - start
            async for piece in response.content.iter_chunked(CHUNK_BYTES):
                left -= len(piece)
                yield piece
        if left:
            raise BlobsUnavailable(f"{self.place} ended {left} bytes early")

    async def remove(self, name: str) -> None:
        """One DELETE, which answers the same when there is nothing."""
        for attempt in range(1, _ATTEMPTS + 1):
            async with self._request("DELETE", name) as response:
                answer = await _read(response)
            if answer.status in {200, 204} or (answer.status == 404 and _code(answer) != "NoSuchBucket"):
                return
            await self._again(answer, attempt)

    async def names(self) -> AsyncIterator[Found]:
        """The listing, page by page."""
        token = ""
        while True:
            query = [("list-type", "2"), ("prefix", self._bucket.prefix)]
            async with self._request(
                "GET", "", query=[*query, *([("continuation-token", token)] if token else [])]
            ) as r:
                answer = await _read(r)
            if answer.status != 200:
                raise self._trouble(answer)
            for entry in _OBJECT.findall(answer.text):
                key, written = _KEY.search(entry), _WRITTEN.search(entry)
                if key and written:
                    at = datetime.fromisoformat(written[1]).timestamp()
                    yield Found(unescape(key[1]).removeprefix(self._bucket.prefix), at)
            following = _NEXT.search(answer.text)
            if following is None:
                return
            token = unescape(following[1])

    async def check(self) -> None:
        """Put a file and remove it."""

        async def chunks() -> AsyncIterator[bytes]:
            yield b"switchboard"

        probe = f"probe-{os.urandom(8).hex()}"
        await self.put(probe, chunks, 11)
        await self.remove(probe)

    async def close(self) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.close()

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        name: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        bucket = self._bucket
        base = urlsplit(bucket.endpoint)
        path = path_of(base.path.strip("/"), bucket.name, bucket.prefix + name if name else "")
        asked = query_of(query)
        signed = sign(method, self._host, path, asked, headers or {}, bucket.credentials, now_ms=self._clock.now_ms())
        url = URL(f"{base.scheme}://{self._host}{path}{'?' if asked else ''}{asked}", encoded=True)
        try:
            async with self._session().request(
                method, url, headers=signed, data=body, allow_redirects=False, skip_auto_headers=("Accept-Encoding",)
            ) as response:
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BlobsUnavailable(f"{self.place} does not answer: {type(error).__name__}") from error

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=_SILENCE_S, sock_read=_SILENCE_S)
            self._http = aiohttp.ClientSession(timeout=timeout, auto_decompress=False, trust_env=False)
        return self._http

    async def _again(self, answer: _Answer, attempt: int) -> None:
        """Wait before another attempt. Raises BlobsUnavailable when there is none left, or none would help."""
        if answer.status not in _FOR_NOW or attempt == _ATTEMPTS:
            raise self._trouble(answer)
        await asyncio.sleep(_PAUSE_S * attempt)

    def _trouble(self, answer: _Answer) -> BlobsUnavailable:
        code = _code(answer)
        return BlobsUnavailable(f"{self.place} answered {answer.status}{f' {code}' if code else ''}")


def _code(answer: _Answer) -> str:
    found = _CODE.search(answer.text)
    return found[1] if found else ""


async def _read(response: aiohttp.ClientResponse) -> _Answer:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > _LISTED_BYTES_MAX:
            raise BlobsUnavailable("the store of files answered with more than it was asked for")
    return _Answer(response.status, content.decode(errors="replace"))
