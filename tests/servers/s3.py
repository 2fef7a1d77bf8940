"""A strict store that speaks S3, on loopback: it keeps objects, checks every signature itself, and fails on command.

Written from the S3 API reference: PUT, ranged GET, DELETE and ListObjectsV2 on path-style addresses, no more. A request
that is not signed with Signature Version 4 over exactly what arrived, or whose clock is off by 15 minutes, is refused.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self
from urllib.parse import unquote
from xml.sax.saxutils import escape

from aiohttp import web

PAGE = 3
"""Names in one page of a listing."""
ACCESS, SECRET, REGION = "AKIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-test-1"


class S3Server:
    """`bucket` exists and is empty; `faults` are answered once each, before anything is done."""

    def __init__(self, bucket: str, now: Callable[[], float]) -> None:
        self.bucket, self._now = bucket, now
        self.objects: dict[str, tuple[bytes, float]] = {}
        self.faults: list[int] = []
        self.asked: list[tuple[str, str]] = []
        """Method and key of every request that was signed well."""
        self.speaks = asyncio.Event()
        """Cleared, it hears requests and says nothing."""
        self.speaks.set()
        self.refused: list[str] = []
        app = web.Application(client_max_size=100_000_000)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if trouble := self._mistake(request):
            self.refused.append(trouble)
            return _error(403, trouble)
        bucket, _, key = unquote(request.raw_path.partition("?")[0]).removeprefix("/").partition("/")
        self.asked.append((request.method, key))
        await self.speaks.wait()
        if self.faults:
            return _error(self.faults.pop(0), "SlowDown")
        if bucket != self.bucket:
            return _error(404, "NoSuchBucket")
        if request.method == "PUT":
            return self._put(request, key, body)
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        return self._list(request) if not key else self._get(request, key)

    def _put(self, request: web.Request, key: str, body: bytes) -> web.Response:
        if "Content-Length" not in request.headers:
            return _error(411, "MissingContentLength")
        self.objects[key] = (body, self._now())
        return web.Response()

    def _get(self, request: web.Request, key: str) -> web.Response:
        if key not in self.objects:
            return _error(404, "NoSuchKey")
        body = self.objects[key][0]
        start, end = (int(at) for at in request.headers["Range"].removeprefix("bytes=").split("-"))
        if start >= len(body):
            return _error(416, "InvalidRange")
        return web.Response(status=206, body=body[start : end + 1])

    def _list(self, request: web.Request) -> web.Response:
        assert request.query["list-type"] == "2"
        prefix, after = request.query["prefix"], request.query.get("continuation-token", "")
        names = sorted(name for name in self.objects if name.startswith(prefix) and name > after)
        entries = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{_iso(self.objects[name][1])}</LastModified></Contents>"
            for name in names[:PAGE]
        )
        more = len(names) > PAGE
        token = f"<NextContinuationToken>{escape(names[PAGE - 1])}</NextContinuationToken>" if more else ""
        listed = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
        return web.Response(text=listed, content_type="application/xml")

    def _mistake(self, request: web.Request) -> str:
        """Why a request is not believed; empty when it is."""
        given = request.headers.get("Authorization", "")
        try:
            fields = dict(part.strip().split("=", 1) for part in given.removeprefix("AWS4-HMAC-SHA256 ").split(","))
            access, day, region, service, end = fields["Credential"].split("/")
            names = fields["SignedHeaders"].split(";")
        except (ValueError, KeyError):
            return "AccessDenied"
        at = request.headers.get("X-Amz-Date", "")
        if access != ACCESS:
            return "InvalidAccessKeyId"
        if (region, service, end) != (REGION, "s3", "aws4_request") or at[:8] != day:
            return "AuthorizationHeaderMalformed"
        signed_at = datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        if abs(signed_at - self._now()) > 900:
            return "RequestTimeTooSkewed"
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names):
            return "AccessDenied"
        path, _, query = request.raw_path.partition("?")
        headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
        pairs = "&".join(sorted(query.split("&"))) if query else ""
        canonical = f"{request.method}\n{path}\n{pairs}\n{headers}\n{';'.join(names)}\n"
        canonical += request.headers["X-Amz-Content-Sha256"]
        scope = f"{day}/{region}/{service}/{end}"
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = ("AWS4" + SECRET).encode()
        for part in (day, region, service, end, text):
            key = hmac.digest(key, part.encode(), "sha256")
        return "" if hmac.compare_digest(key.hex(), fields["Signature"]) else "SignatureDoesNotMatch"


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _error(status: int, code: str) -> web.Response:
    return web.Response(status=status, text=f"<Error><Code>{code}</Code></Error>", content_type="application/xml")
