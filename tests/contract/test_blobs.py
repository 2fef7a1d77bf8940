"""Both places of files keep the same promises; a bucket and a folder each a few of their own."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from router.blobs import CHUNK_BYTES, BlobMissing, Blobs, BlobsUnavailable
from router.blobs.folder import FolderBlobs
from router.blobs.s3 import Bucket, S3Blobs
from router.blobs.sigv4 import Credentials
from router.clock import VirtualClock
from tests.servers.s3 import ACCESS, REGION, SECRET, S3Server

NOW_MS = 1_793_000_000_000
NAME = hashlib.sha256(b"one").hexdigest()


@asynccontextmanager
async def bucket(*, prefix: str = "files/", secret: str = SECRET, name: str = "media-bucket", skew_ms: int = 0):
    clock = VirtualClock(NOW_MS)
    async with S3Server("media-bucket", lambda: (NOW_MS + skew_ms) / 1000) as server:
        credentials = Credentials(access_key=ACCESS, secret_key=secret, region=REGION)
        blobs = S3Blobs(Bucket(endpoint=server.endpoint, name=name, prefix=prefix, credentials=credentials), clock)
        try:
            yield server, blobs
        finally:
            await blobs.close()


@pytest.fixture(params=["folder", "bucket"])
async def blobs(request, tmp_path) -> AsyncIterator[Blobs]:
    if request.param == "folder":
        yield FolderBlobs(tmp_path / "media")
    else:
        async with bucket() as (_, made):
            yield made


def pieces(data: bytes, size: int = 100_000):
    async def chunks():
        for at in range(0, len(data), size):
            yield data[at : at + size]

    return chunks


async def read(blobs: Blobs, name: str, start: int, end: int) -> bytes:
    got = [piece async for piece in blobs.get(name, start, end)]
    assert all(len(piece) <= CHUNK_BYTES for piece in got)
    return b"".join(got)


async def test_what_is_put_is_got_in_any_part(blobs):
    data = bytes(range(256)) * 10_000
    await blobs.put(NAME, pieces(data), len(data))
    for start, end in ((0, len(data)), (0, 1), (255, 257), (len(data) - 1, len(data)), (1_000_000, 2_400_000)):
        assert await read(blobs, NAME, start, end) == data[start:end]


async def test_putting_again_is_putting_once(blobs):
    await asyncio.gather(*(blobs.put(NAME, pieces(b"same"), 4) for _ in range(5)))
    await blobs.put(NAME, pieces(b"same"), 4)
    assert [found.name async for found in blobs.names()] == [NAME]
    assert await read(blobs, NAME, 0, 4) == b"same"


async def test_what_is_not_there_is_missing(blobs):
    with pytest.raises(BlobMissing):
        await read(blobs, NAME, 0, 1)
    await blobs.put(NAME, pieces(b"abc"), 3)
    with pytest.raises(BlobMissing):
        await read(blobs, NAME, 3, 9)
    await blobs.remove(NAME)
    await blobs.remove(NAME)
    with pytest.raises(BlobMissing):
        await read(blobs, NAME, 0, 1)


async def test_all_names_are_listed_in_order(blobs):
    names = sorted(hashlib.sha256(bytes([n])).hexdigest() for n in range(10))
    for name in reversed(names):
        await blobs.put(name, pieces(b"x"), 1)
    assert [found.name async for found in blobs.names()] == names


async def test_a_source_that_fails_leaves_nothing_under_the_name(blobs):
    async def broken():
        yield b"half"
        raise RuntimeError("the line was cut")

    with pytest.raises((RuntimeError, BlobsUnavailable)):
        await blobs.put(NAME, broken, 8)
    assert NAME not in [found.name async for found in blobs.names()]
    await blobs.put(NAME, pieces(b"12345678"), 8)
    assert await read(blobs, NAME, 0, 8) == b"12345678"


# --- folder ---------------------------------------------------------------------------------------------------------


async def test_a_folder_that_another_process_has_just_made_is_made_durable_here_too(tmp_path, monkeypatch):
    root = tmp_path / "media"
    (root / NAME[:2] / NAME[2:4]).mkdir(parents=True)
    synced: list[str] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    blobs = FolderBlobs(root)
    await blobs.put(NAME, pieces(b"abc"), 3)
    assert {str(tmp_path), str(root), str(root / NAME[:2]), str(root / NAME[:2] / NAME[2:4])} <= set(synced)


async def test_a_folder_keeps_half_a_file_apart_and_nobody_else_reads_it(tmp_path):
    blobs = FolderBlobs(tmp_path / "media")
    await blobs.put(NAME, pieces(b"abc"), 3)
    path = tmp_path / "media" / NAME[:2] / NAME[2:4] / NAME
    assert path.read_bytes() == b"abc"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    (tmp_path / "media" / "tmp" / f"{NAME}.0011").write_bytes(b"a power cut")
    assert [found.name async for found in blobs.names()] == [NAME, f"tmp/{NAME}.0011"]
    await blobs.remove(f"tmp/{NAME}.0011")
    assert list((tmp_path / "media" / "tmp").iterdir()) == []


async def test_a_file_that_a_power_cut_shortened_is_written_anew(tmp_path):
    blobs = FolderBlobs(tmp_path / "media")
    await blobs.put(NAME, pieces(b"abc"), 3)
    (tmp_path / "media" / NAME[:2] / NAME[2:4] / NAME).write_bytes(b"a")
    await blobs.put(NAME, pieces(b"abc"), 3)
    assert await read(blobs, NAME, 0, 3) == b"abc"


async def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "media").write_text("a file is in the way")
    with pytest.raises(BlobsUnavailable, match="the folder of files"):
        await FolderBlobs(tmp_path / "media").put(NAME, pieces(b"abc"), 3)


# --- bucket ---------------------------------------------------------------------------------------------------------


async def test_every_request_is_signed_over_what_is_sent():
    async with bucket(prefix="a b/ü+/") as (server, blobs):
        await blobs.put(NAME, pieces(b"abc"), 3)
        assert await read(blobs, NAME, 1, 2) == b"b"
        assert [found.name async for found in blobs.names()] == [NAME]
        await blobs.remove(NAME)
        assert server.refused == []
        key = f"a b/ü+/{NAME}"
        assert server.asked == [("PUT", key), ("GET", key), ("GET", ""), ("DELETE", key)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": "another"}, "SignatureDoesNotMatch"),
        ({"name": "another-bucket"}, "NoSuchBucket"),
        ({"skew_ms": 3_600_000}, "RequestTimeTooSkewed"),
    ],
)
async def test_a_refusal_is_named_and_is_no_missing_file(wrong, code):
    async with bucket(**wrong) as (_, blobs):
        for asking in (blobs.put(NAME, pieces(b"abc"), 3), read(blobs, NAME, 0, 1), blobs.remove(NAME)):
            with pytest.raises(BlobsUnavailable, match=code):
                await asking


async def test_a_store_that_is_busy_is_asked_again_and_a_bounded_number_of_times():
    async with bucket() as (server, blobs):
        server.faults = [503, 500]
        await blobs.put(NAME, pieces(b"abc"), 3)
        assert await read(blobs, NAME, 0, 3) == b"abc"
        server.faults, server.asked = [503] * 9, []
        with pytest.raises(BlobsUnavailable, match="503 SlowDown"):
            await blobs.put(NAME, pieces(b"abc"), 3)
        assert len(server.asked) == 3


async def test_a_store_that_is_away_is_unavailable():
    async with bucket() as (server, blobs):
        await server.__aexit__()
        with pytest.raises(BlobsUnavailable, match="does not answer"):
            await blobs.put(NAME, pieces(b"abc"), 3)


async def test_looking_leaves_nothing_behind(blobs, tmp_path):
    await blobs.check()
    assert [found.name async for found in blobs.names()] == []
    assert list(tmp_path.iterdir()) == []
    await blobs.put(NAME, pieces(b"abc"), 3)
    await blobs.check()
    assert [found.name async for found in blobs.names()] == [NAME]


async def test_looking_finds_what_cannot_be_written(tmp_path):
    (tmp_path / "media").write_text("a file is in the way")
    for place in (tmp_path / "media", tmp_path / "media" / "deeper"):
        with pytest.raises(BlobsUnavailable, match="the folder of files"):
            await FolderBlobs(place).check()
    async with bucket(secret="another") as (_, blobs):
        with pytest.raises(BlobsUnavailable, match="SignatureDoesNotMatch"):
            await blobs.check()
